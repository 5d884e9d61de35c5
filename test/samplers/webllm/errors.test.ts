import * as webllm from '@mlc-ai/web-llm';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { ModelError } from '../../../src/samplers/language/model.ts';
import { answerError, deviceLost, networkError, toModelError } from '../../../src/samplers/webllm/errors.ts';

const where = { label: 'Tiny', doing: 'load' } as const;
const named = (name: string, message = 'told by the package'): Error => Object.assign(new Error(message), { name });

test.each([
  ['WebGPUNotAvailableError', 'no-webgpu'],
  ['WebGPUNotFoundError', 'no-webgpu'],
  ['ShaderF16SupportError', 'no-f16'],
  ['FeatureSupportError', 'gpu-limits'],
  ['DeviceLostError', 'out-of-memory'],
  ['ModelNotLoadedError', 'device-lost'],
  ['ModelNotFoundError', 'not-found'],
  ['MissingModelWasmError', 'not-found'],
  ['ContextWindowSizeExceededError', 'context-overflow'],
  ['GrammarMatcherInitError', 'unsupported'],
  ['InvalidResponseFormatGrammarError', 'unsupported'],
  ['IntegrityError', 'bad-file'],
  ['ArtifactManifestError', 'bad-file'],
  ['UnsupportedTokenizerFilesError', 'bad-file'],
])('the package’s %s is %s, with a way out', (name, fault) => {
  const source = readFileSync(createRequire(import.meta.url).resolve('@mlc-ai/web-llm'), 'utf8');
  // A name that the package no longer uses would never be met.
  expect(source.includes(`this.name = "${name}"`) || source.includes(`class ${name} extends`)).toBe(true);
  const error = toModelError(named(name), where);
  expect(error.fault).toBe(fault);
  expect(error.message.length).toBeGreaterThan(10);
  expect(error.remedy).toMatch(/^[A-Z].*\.$/);
});

test('errors the package really throws: an unknown model, a grammar without its type, a broken file', async () => {
  const engine = new webllm.MLCEngine({ appConfig: { model_list: [] }, logLevel: 'SILENT' });
  expect(
    toModelError(
      await engine.chat.completions
        .create({ messages: [{ role: 'user', content: 'hi' }] })
        .catch((error: unknown) => error),
      where,
    ).fault,
  ).toBe('device-lost');
  const check = (request: webllm.ChatCompletionRequest): unknown => {
    try {
      webllm.postInitAndCheckFieldsChatCompletion(request, 'x', webllm.ModelType.LLM);
      return null;
    } catch (error) {
      return error;
    }
  };
  expect(
    toModelError(check({ messages: [{ role: 'user', content: 'hi' }], response_format: { type: 'grammar' } }), where)
      .fault,
  ).toBe('unsupported');
  const integrity = await webllm
    .verifyIntegrity(new ArrayBuffer(4), `sha256-${btoa('0'.repeat(32))}`, 'https://example.com/a.bin')
    .catch((error: unknown) => error);
  expect(toModelError(integrity, where)).toMatchObject({
    fault: 'bad-file',
    message: 'A file of Tiny is not what it should be: Integrity verification failed for https://example.com/a.bin',
  });
});

test('what the browser throws', () => {
  expect(toModelError(new DOMException('full', 'QuotaExceededError'), where).fault).toBe('disk-full');
  expect(toModelError(new TypeError('Failed to fetch'), where).fault).toBe('network');
  expect(
    toModelError(new TypeError("Failed to execute 'add' on 'Cache': Cache.add() encountered a network error"), where)
      .fault,
  ).toBe('network');
  expect(toModelError(new WebAssembly.CompileError('expected magic word'), where).fault).toBe('bad-file');
  expect(toModelError(new SyntaxError('Unexpected end of JSON input'), where).fault).toBe('bad-file');
  expect(toModelError(new Error('Tensor-cache record range [0, 64) exceeds shard size 32'), where).fault).toBe(
    'bad-file',
  );
  expect(
    toModelError(
      new Error('Cannot initialize runtime because of requested maxBufferSize exceeds limit. requested=256MB'),
      where,
    ).fault,
  ).toBe('gpu-limits');
  expect(toModelError(new RangeError('WebAssembly.Memory(): could not allocate memory'), where).fault).toBe(
    'out-of-memory',
  );
});

test('what nobody expected is passed on in its own words, and a ModelError as it is', () => {
  expect(toModelError(new Error('something else\nwith a stack'), where)).toMatchObject({
    fault: 'failed',
    message: 'Tiny could not be loaded: something else',
  });
  expect(toModelError('a text', { ...where, doing: 'generate' })).toMatchObject({
    fault: 'failed',
    message: 'Tiny failed while it was writing: a text',
  });
  const own = new ModelError('refused', 'no', 'ask');
  expect(toModelError(own, where)).toBe(own);
});

test('a device that was destroyed ran out of memory, one that was lost was lost', () => {
  expect(deviceLost('Tiny', 'destroyed', '')).toMatchObject({ fault: 'out-of-memory' });
  expect(deviceLost('Tiny', 'unknown', 'GPU process crashed ')).toMatchObject({
    fault: 'device-lost',
    message: expect.stringMatching(/The browser says: GPU process crashed$/) as string,
  });
});

test('answers of a server by their status, the file and the host named', () => {
  const faultOf = (status: number): string =>
    answerError(status, 'https://example.com/m/resolve/main/params_shard_3.bin').fault;
  expect([404, 410, 401, 403, 429, 500, 503, 418].map(faultOf)).toEqual([
    'not-found',
    'not-found',
    'refused',
    'refused',
    'rate-limit',
    'server',
    'server',
    'failed',
  ]);
  expect(answerError(404, 'https://example.com/m/params_shard_3.bin').message).toBe(
    'example.com has no params_shard_3.bin (404): the model has moved or was withdrawn.',
  );
  expect(networkError('https://example.com/m/a.bin', null).message).toMatch(
    /^a\.bin could not be downloaded from example\.com/,
  );
});
