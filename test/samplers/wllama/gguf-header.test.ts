import { describe, expect, test } from 'vitest';
import { ModelError } from '../../../src/samplers/language/model.ts';
import { readGgufHeader } from '../../../src/samplers/wllama/gguf-header.ts';
import { makeGguf, type GgufOptions } from '../../support/gguf.ts';

const read = (bytes: BlobPart) => readGgufHeader(new Blob([bytes]), 'a.gguf');

async function faultOf(bytes: BlobPart): Promise<[string, string]> {
  const error: unknown = await read(bytes).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ModelError)) throw new Error(`No ModelError, but ${String(error)}`);
  expect(error.remedy).not.toBe('');
  return [error.fault, error.message];
}

/** The file with other bytes from `at` on. */
function patched(at: number, ...bytes: readonly number[]): Uint8Array<ArrayBuffer> {
  const file = makeGguf();
  file.set(bytes, at);
  return file;
}

test('says what the file is', async () => {
  expect(await read(makeGguf({ name: 'Ada', contextLength: 777 }))).toEqual({
    architecture: 'llama',
    name: 'Ada',
    contextLength: 777,
    hasChatTemplate: true,
  });
  expect(await read(makeGguf({ name: ' ', chatTemplate: null }))).toMatchObject({ name: null, hasChatTemplate: false });
});

test('reads on where a vocabulary is larger than the first piece', async () => {
  const large = makeGguf({ extraTokens: 60_000, width: 16, layers: 1 });
  expect(await read(large)).toMatchObject({ architecture: 'llama', hasChatTemplate: true });
  expect(await faultOf(large.slice(0, 1_200_000))).toEqual([
    'bad-file',
    'a.gguf ends in the middle of its header: it is cut off or damaged.',
  ]);
});

test('a file that lacks its last byte is cut off, whatever its weights', async () => {
  const whole = makeGguf();
  await read(whole);
  expect(await faultOf(whole.slice(0, -1))).toEqual([
    'bad-file',
    `a.gguf is cut off: it has ${(whole.length - 1).toLocaleString('en')} of at least ${whole.length.toLocaleString('en')} bytes.`,
  ]);
});

describe('what is refused', () => {
  test.each<[string, Uint8Array<ArrayBuffer> | string, RegExp]>([
    ['nothing', '', /is empty/],
    ['text', 'GG', /not a GGUF file/],
    ['version 1', patched(4, 1, 0, 0, 0), /GGUF version 1; versions 2 and 3/],
    ['the other byte order', patched(4, 0, 0, 0, 3), /other byte order/],
    ['a count that makes no sense', patched(16, 0xff, 0xff, 0xff, 0xff, 0xff), /makes no sense/],
    ['no tensors', patched(8, 0), /without a model/],
    ['a value of no known type', patched(24 + 8 + 'general.architecture'.length, 77), /unknown type 77/],
    ['a magic alone', 'GGUF', /middle of its header/],
  ])('%s', async (_, bytes, message) => {
    const [fault, said] = await faultOf(bytes);
    expect(fault).toBe('bad-file');
    expect(said).toMatch(message);
  });

  test.each<[string, GgufOptions, string, RegExp]>([
    ['a part of a model', { more: [['split.count', 3]] }, 'bad-file', /one of 3 parts/],
    ['a model of pictures', { architecture: 'clip' }, 'unsupported', /"clip", which does not write text/],
    [
      'a model of embeddings',
      { architecture: 'bert', more: [['bert.attention.causal', false]] },
      'unsupported',
      /"bert", which does not write text/,
    ],
  ])('%s', async (_, options, expected, message) => {
    const [fault, said] = await faultOf(makeGguf(options));
    expect(fault).toBe(expected);
    expect(said).toMatch(message);
  });
});
