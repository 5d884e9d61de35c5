import { afterEach, describe, expect, test, vi } from 'vitest';
import { anySignal } from '../../src/samplers/any-signal.ts';

afterEach(() => vi.unstubAllGlobals());

describe.each([
  ['where AbortSignal.any is there', () => undefined],
  ['where it is not', () => vi.stubGlobal('AbortSignal', {})],
])('%s', (_, prepare) => {
  test('aborts with the first, with its reason, once', () => {
    prepare();
    const [a, b] = [new AbortController(), new AbortController()];
    const signal = anySignal([a.signal, undefined, b.signal]);
    const heard: unknown[] = [];
    signal.addEventListener('abort', () => heard.push(signal.reason));
    expect(signal.aborted).toBe(false);
    b.abort('second');
    a.abort('first');
    expect(heard).toEqual(['second']);
  });

  test('is aborted at once where one is already', () => {
    prepare();
    expect(anySignal([new AbortController().signal, aborted()]).reason).toBe('before');
  });
});

function aborted(): AbortSignal {
  const controller = new AbortController();
  controller.abort('before');
  return controller.signal;
}
