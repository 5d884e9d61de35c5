import { expect, test } from 'vitest';
import { lessonMemory } from '../../src/state/lesson-memory.ts';

function storageOf(text: string | null): Storage {
  let kept = text;
  return { getItem: () => kept, setItem: (_: string, value: string) => void (kept = value) } as unknown as Storage;
}

test('what was read to its end is kept; what is no list of names counts as nothing', () => {
  const storage = storageOf(null);
  const memory = lessonMemory(() => storage);
  expect(memory.read()).toEqual([]);
  memory.write(['watch-it-learn', 'does-it-help']);
  expect(memory.read()).toEqual(['watch-it-learn', 'does-it-help']);
  for (const [text, ids] of [
    ['{', []],
    ['{"a":1}', []],
    ['[1,"x",null]', ['x']],
  ] as const)
    expect(lessonMemory(() => storageOf(text)).read()).toEqual(ids);
});

test('where storage is forbidden nothing is kept, and nothing breaks', () => {
  const forbidden = lessonMemory(() => {
    throw new DOMException('denied', 'SecurityError');
  });
  forbidden.write(['watch-it-learn']);
  expect(forbidden.read()).toEqual([]);
});
