/** llama.cpp for real, in WebAssembly, with a model of random weights. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { schemaGrammar } from '../../src/samplers/language/grammar.ts';
import {
  ModelError,
  type GenerateRequest,
  type LanguageModel,
  type LoadProgress,
} from '../../src/samplers/language/model.ts';
import { WLLAMA_WASM_URL } from '../../src/samplers/wllama/wasm-url.ts';
import { makeWllamaProvider, type WllamaOptions } from '../../src/samplers/wllama/wllama-provider.ts';
import { SHOP_SQL } from '../database/shop.ts';
import { makeGguf, type GgufOptions } from '../support/gguf.ts';

const GRAMMAR = `root ::= "SELECT " column (", " column)? " FROM singers" (" WHERE age > " [1-9] [0-9])? ";"
column ::= "name" | "age" | "count(*)"`;
const QUESTION: Omit<GenerateRequest, 'seed'> = {
  messages: [
    { role: 'system', content: 'Answer with SQL.' },
    { role: 'user', content: 'How many singers are there?' },
  ],
  temperature: 0.8,
  maxTokens: 24,
};

const provider = (options: Partial<WllamaOptions> = {}) => makeWllamaProvider({ wasmUrl: WLLAMA_WASM_URL, ...options });

function openGguf(
  options: GgufOptions = {},
  more: { readonly onProgress?: (progress: LoadProgress) => void; readonly signal?: AbortSignal } = {},
): Promise<LanguageModel> {
  return openBytes(makeGguf(options), more);
}

function openBytes(
  bytes: BlobPart,
  {
    onProgress = () => undefined,
    signal = new AbortController().signal,
  }: { readonly onProgress?: (progress: LoadProgress) => void; readonly signal?: AbortSignal } = {},
): Promise<LanguageModel> {
  return provider().loadFile(new Blob([bytes]), 'a.gguf', { onProgress, signal });
}

async function faultOf(promise: Promise<unknown>): Promise<ModelError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ModelError)) throw new Error(`No ModelError, but ${String(error)}`, { cause: error });
  expect(error.message).toMatch(/\.$|[\w)'"`]$/);
  expect(error.remedy).not.toBe('');
  return error;
}

describe('a GGUF file from disk', () => {
  const progress: LoadProgress[] = [];
  let model: LanguageModel;

  beforeAll(async () => {
    const started = performance.now();
    model = await openGguf({ name: 'Random llama' }, { onProgress: (report) => progress.push(report) });
    console.log(`loaded in ${Math.round(performance.now() - started)} ms`);
  });
  afterAll(() => model.close());

  const write = (seed: number, more: Partial<GenerateRequest> = {}) => model.generate({ ...QUESTION, seed, ...more });

  test('is read from its beginning to its end, and told so', () => {
    expect(progress[0]?.phase).toBe('start');
    const shares = progress.filter(({ phase }) => phase === 'read').map(({ share }) => share);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort());
    expect(progress.at(-1)?.phase).toBe('start');
  });

  test('becomes a model with the name it carries', () => {
    expect(model).toMatchObject({
      id: 'wllama/file/a.gguf',
      label: 'Random llama',
      kind: 'wllama',
      parallel: 1,
      contextTokens: 2048,
      supports: { seed: true, grammar: true, logProbabilities: false },
    });
  });

  test('the same seed writes the same text, another seed another', async () => {
    const group: string[] = [];
    for (const seed of [1, 2, 3, 4]) group.push((await write(seed)).text);
    expect(new Set(group).size).toBe(4);
    const again: string[] = [];
    for (const seed of [1, 2, 3, 4]) again.push((await write(seed)).text);
    expect(again).toEqual(group);
  });

  test('tokens are counted, and the limit ends the text', async () => {
    const { finish, tokens, promptTokens, logProbability } = await write(1);
    expect({ finish, tokens, logProbability }).toEqual({ finish: 'length', tokens: 24, logProbability: null });
    expect(promptTokens).toBeGreaterThan(30);
  });

  test('at temperature 0 the seed does not matter', async () => {
    const greedy = (seed: number) => write(seed, { temperature: 0 });
    expect((await greedy(1)).text).toBe((await greedy(2)).text);
  });

  test('with a grammar every text is a query that SQLite runs', async () => {
    const queries: string[] = [];
    let tokens = 0;
    const started = performance.now();
    for (const seed of [1, 2, 3, 4]) {
      const answer = await write(seed, { grammar: GRAMMAR, maxTokens: 100 });
      expect(answer.finish).toBe('stop');
      queries.push(answer.text);
      tokens += answer.tokens ?? 0;
    }
    console.log(`${((performance.now() - started) / tokens).toFixed(1)} ms a token with a grammar`);
    expect(new Set(queries).size).toBeGreaterThan(1);
    const database = await SqliteDatabase.open(
      "CREATE TABLE singers (name TEXT, age INTEGER); INSERT INTO singers VALUES ('Ann', 30)",
    );
    expect((await database.execute(queries)).map(({ status }) => status)).toEqual(
      queries.map(() => expect.stringMatching(/^(rows|empty)$/) as string),
    );
  });

  test('with the grammar of a schema, too', async () => {
    const database = await SqliteDatabase.open(SHOP_SQL);
    const grammar = schemaGrammar(database.schema);
    const queries: string[] = [];
    for (const seed of [1, 2, 3, 4]) {
      const answer = await write(seed, { grammar, maxTokens: 400 });
      if (answer.finish === 'stop') queries.push(answer.text); // Random weights may go on and on.
    }
    expect(queries.length).toBeGreaterThan(0);
    for (const { status, ...rest } of await database.execute(queries))
      expect(status, JSON.stringify(rest)).toMatch(/^(rows|empty)$/);
  });

  test('the text is told as it grows', async () => {
    const told: [string, number][] = [];
    const { text } = await write(3, {
      grammar: GRAMMAR,
      maxTokens: 100,
      onText: (so, tokens) => told.push([so, tokens]),
    });
    expect(told.length).toBeGreaterThan(5);
    expect(told.at(-1)?.[0]).toBe(text);
    for (const [index, [so, tokens]] of told.entries()) {
      expect(text.startsWith(so)).toBe(true);
      expect(tokens).toBeGreaterThanOrEqual(index);
    }
  });

  test('stopping keeps the text so far, and the next call is whole', async () => {
    const whole = (await write(4)).text;
    const stop = new AbortController();
    const told: string[] = [];
    const stopped = await write(4, {
      stop: stop.signal,
      onText: (text) => {
        told.push(text);
        if (told.length === 5) stop.abort();
      },
    });
    expect(stopped).toMatchObject({ finish: 'stopped', text: told[4] });
    expect(told).toHaveLength(5);
    expect(whole.startsWith(stopped.text)).toBe(true);
    expect((await write(4)).text).toBe(whole);
  });

  test('giving up rejects at once, and the next call is whole', async () => {
    const whole = (await write(2)).text;
    const given = new AbortController();
    const failed = write(2, { maxTokens: 1000, signal: given.signal, onText: () => given.abort() });
    await expect(failed).rejects.toMatchObject({ name: 'AbortError' });
    await expect(write(2, { signal: given.signal })).rejects.toMatchObject({ name: 'AbortError' });
    expect((await write(2)).text).toBe(whole);
  });

  test('calls wait for their turn, and may be ended while they wait', async () => {
    const alone: string[] = [];
    for (const seed of [5, 6]) alone.push((await write(seed)).text);
    const stop = new AbortController();
    const given = new AbortController();
    const together = [write(5), write(7, { stop: stop.signal }), write(8, { signal: given.signal }), write(6)] as const;
    stop.abort();
    given.abort();
    expect(await together[1]).toEqual({
      text: '',
      finish: 'stopped',
      tokens: 0,
      promptTokens: null,
      logProbability: null,
    });
    await expect(together[2]).rejects.toMatchObject({ name: 'AbortError' });
    expect([(await together[0]).text, (await together[3]).text]).toEqual(alone);
  });

  test('a prompt that is too long is refused with both numbers', async () => {
    const long = write(1, { messages: [{ role: 'user', content: 'words '.repeat(2000) }] });
    const fault = await faultOf(long);
    expect(fault.fault).toBe('context-overflow');
    expect(fault.message).toMatch(/The prompt has \d{4,5} tokens; the model was loaded for 2048/);
    expect((await write(1)).tokens).toBe(24);
  });

  test('a grammar with a mistake is refused with what is wrong in it', async () => {
    const fault = await faultOf(write(1, { grammar: 'root ::= (' }));
    expect(fault.fault).toBe('unsupported');
    expect(fault.message).toContain("expecting ')'");
    expect((await write(1)).tokens).toBe(24);
  });
});

test('closing rejects what is being written, and everything after', async () => {
  const model = await openGguf();
  const writing = model.generate({ ...QUESTION, seed: 1, maxTokens: 2000, onText: () => void model.close() });
  expect((await faultOf(writing)).message).toBe('The model was closed.');
  expect((await faultOf(model.generate({ ...QUESTION, seed: 1 }))).message).toBe('The model was closed.');
});

test('a model is loaded for no more tokens than it was trained for, nor for more than a few thousand', async () => {
  const short = await openGguf({ contextLength: 512 });
  const long = await openGguf({ contextLength: 100_000 });
  expect([short.contextTokens, long.contextTokens]).toEqual([512, 4096]);
  await Promise.all([short.close(), long.close()]);
});

describe('chat templates', () => {
  const promptTokens = async (chatTemplate: string | null): Promise<number | null> => {
    const model = await openGguf({ chatTemplate });
    const answer = await model.generate({ ...QUESTION, seed: 1, maxTokens: 1 });
    await model.close();
    return answer.promptTokens;
  };

  test('ChatML stands in for one that is missing or cannot be read', async () => {
    const chatMl =
      "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";
    const expected = await promptTokens(chatMl);
    expect(await promptTokens(null)).toBe(expected);
    expect(await promptTokens('{% for message in %}{{ broken')).toBe(expected);
    expect(expected).toBeGreaterThan(80);
  });

  test('one that refuses the prompt is named as the cause', async () => {
    const model = await openGguf({
      chatTemplate:
        "{% for message in messages %}{{ message['content'] }}{% endfor %}{% if messages[messages | length - 1]['content'] == 'No' %}{{ raise_exception('I will not') }}{% endif %}",
    });
    const fault = await faultOf(model.generate({ ...QUESTION, seed: 1, messages: [{ role: 'user', content: 'No' }] }));
    expect(fault.fault).toBe('unsupported');
    expect(fault.message).toContain('I will not');
    expect((await model.generate({ ...QUESTION, seed: 1 })).tokens).toBe(24);
    await model.close();
  });
});

describe('a file that is no model', () => {
  const whole = makeGguf();
  test.each<[string, Uint8Array<ArrayBuffer> | string, RegExp]>([
    ['text', 'SELECT name FROM singers', /is not a GGUF file/],
    ['nothing', '', /is empty/],
    ['another magic', whole.map((byte, index) => (index === 3 ? 0x4c : byte)), /is not a GGUF file/],
    ['three bytes', whole.slice(0, 3), /is not a GGUF file/],
    ['cut in its header', whole.slice(0, 3000), /in the middle of its header/],
    ['cut before its last weights', whole.slice(0, 200_000), /is cut off/],
    ['cut within its last weights', whole.slice(0, whole.length - 100), /is cut off/],
  ])('%s', async (_, bytes, message) => {
    const fault = await faultOf(openBytes(bytes));
    expect(fault.fault).toBe('bad-file');
    expect(fault.message).toMatch(message);
  });

  test('a kind of model that the runtime does not know', async () => {
    const fault = await faultOf(openGguf({ architecture: 'abacus' }));
    expect(fault).toMatchObject({
      fault: 'unsupported',
      message: 'a.gguf holds a model of the kind "abacus", which this version of llama.cpp does not know.',
    });
  });
});

describe('what does not start', () => {
  test('a loading that is given up', async () => {
    const given = new AbortController();
    const phases: string[] = [];
    const loading = openGguf(
      {},
      {
        signal: given.signal,
        onProgress: ({ phase }) => (phases.push(phase) === 1 ? setTimeout(() => given.abort(), 50) : undefined),
      },
    );
    await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
    await expect(openGguf({}, { signal: given.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('a runtime that cannot be fetched', async () => {
    const options = { onProgress: () => undefined, signal: new AbortController().signal };
    const fault = await faultOf(
      provider({ wasmUrl: '/test/no-such-file.wasm' }).loadFile(new Blob([makeGguf()]), 'a.gguf', options),
    );
    expect(fault).toMatchObject({
      fault: 'network',
      message: 'The language model runtime could not be loaded from this site.',
    });
  });
});

describe('a browser without JavaScript promises in WebAssembly', () => {
  const description = Object.getOwnPropertyDescriptor(WebAssembly, 'Suspending');
  afterEach(() => {
    if (description !== undefined) Object.defineProperty(WebAssembly, 'Suspending', description);
  });

  test('reads the file into memory first, and then does the same', async () => {
    const usual = await openGguf();
    const expected = (await usual.generate({ ...QUESTION, seed: 3 })).text;
    await usual.close();
    Reflect.deleteProperty(WebAssembly, 'Suspending');
    const phases: string[] = [];
    const model = await openGguf({}, { onProgress: ({ phase, share }) => phases.push(`${phase} ${share ?? '?'}`) });
    expect(phases).toContain('read 1');
    expect((await model.generate({ ...QUESTION, seed: 3 })).text).toBe(expected);
    await model.close();
  });
});

/** What `wllama-nested.worker.ts` says. */
type Report = { readonly text: string; readonly cards: number; readonly document: string } | { readonly error: string };

test('runs below another worker, where there is no document', async () => {
  const outer = new Worker(new URL('./wllama-nested.worker.ts', import.meta.url), { type: 'module' });
  const report = await new Promise<Report>((resolve, reject) => {
    outer.onmessage = (event: MessageEvent<Report>) => resolve(event.data);
    outer.onerror = (event) => reject(new Error(event.message));
  });
  outer.terminate();
  const model = await openGguf();
  const here = await model.generate({
    messages: [{ role: 'user', content: 'How many?' }],
    seed: 5,
    temperature: 0.8,
    maxTokens: 12,
  });
  await model.close();
  expect(report).toEqual({ text: here.text, cards: 6, document: 'undefined' });
});
