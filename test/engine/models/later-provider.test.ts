import { expect, test } from 'vitest';
import { laterProvider, whenAsked } from '../../../src/engine/models/later-provider.ts';
import type { ModelProvider } from '../../../src/samplers/language/model.ts';

test('what is loaded when asked is loaded once, and again after a failure', async () => {
  let loads = 0;
  const load = whenAsked(() => {
    loads++;
    return loads === 1 ? Promise.reject(new Error('offline')) : Promise.resolve(loads);
  });
  expect(loads).toBe(0);
  await expect(load()).rejects.toThrow('offline');
  expect(await Promise.all([load(), load()])).toEqual([2, 2]);
  expect(loads).toBe(2);
});

test('a later provider is its provider, which nothing loads before it is asked', async () => {
  const calls: string[] = [];
  const provider: ModelProvider = {
    kind: 'webllm',
    cards: () => Promise.resolve([]),
    load: (id) => Promise.reject(new Error(`no ${id}`)),
    remove: (id) => Promise.resolve(void calls.push(id)),
  };
  let loads = 0;
  const later = laterProvider('webllm', () => {
    loads++;
    return Promise.resolve(provider);
  });
  expect([later.kind, loads]).toEqual(['webllm', 0]);
  expect(await later.cards()).toEqual([]);
  await later.remove?.('a');
  expect(calls).toEqual(['a']);
  await expect(later.load('b', { onProgress: () => undefined, signal: new AbortController().signal })).rejects.toThrow(
    'no b',
  );
});
