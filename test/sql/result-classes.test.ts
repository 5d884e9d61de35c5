import { expect, test } from 'vitest';
import type { Execution, SqlValue } from '../../src/grpo/types.ts';
import { resultClasses } from '../../src/sql/result-classes.ts';

const result = (rows: readonly (readonly SqlValue[])[], more: Partial<Execution> = {}): Execution => ({
  status: rows.length > 0 ? 'rows' : 'empty',
  columns: (rows[0] ?? [null]).map((_, i) => `c${i}`),
  rows,
  truncated: false,
  ...more,
});

test('equal results share a number, in order of appearance', () => {
  expect(
    resultClasses([
      result([[1], [2]]),
      result([[2], [1]]),
      result([[1], [1]]),
      result([]),
      result([]),
      result([[1, 2]]),
      result([[2, 1]]),
    ]),
  ).toEqual([0, 0, 1, 2, 2, 3, 3]);
});
test('NULL, text, numbers and bytes are told apart', () => {
  expect(
    resultClasses([
      result([[null]]),
      result([['null']]),
      result([[1]]),
      result([['1']]),
      result([[1n]]),
      result([[new Uint8Array([1])]]),
      result([[new Uint8Array([1])]]),
    ]),
  ).toEqual([0, 1, 2, 3, 2, 4, 4]);
});
test('what did not run has no number; what was cut is equal only to the same kept rows', () => {
  const cut = (rows: readonly (readonly SqlValue[])[]): Execution =>
    result(rows, { status: 'too-large', truncated: true });
  expect(
    resultClasses([
      result([], { status: 'invalid' }),
      result([], { status: 'timeout' }),
      cut([[1], [2]]),
      cut([[1], [2]]),
      cut([[1], [3]]),
      result([[1], [2]], { truncated: false }),
    ]).slice(0, 5),
  ).toEqual([null, null, 0, 0, 1]);
});
test('a group of 32 large results is classed, in whatever order their rows come', () => {
  const rows = Array.from({ length: 1000 }, (_, i): SqlValue[] => [i, `name ${i}`, i / 7]);
  const classes = resultClasses(Array.from({ length: 32 }, (_, g) => result(g % 2 === 0 ? rows : rows.toReversed())));
  expect(new Set(classes).size).toBe(1);
});
