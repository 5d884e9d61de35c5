import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Execution, SqlValue } from '../../src/grpo/types.ts';
import { reasonWords } from '../../src/grpo/reason-words.ts';
import { matchResults, sameValue } from '../../src/sql/result-match.ts';

type Rows = readonly (readonly SqlValue[])[];
const result = (rows: Rows, width = rows[0]?.length ?? 1, more: Partial<Execution> = {}): Execution => ({
  status: rows.length > 0 ? 'rows' : 'empty',
  columns: Array.from({ length: width }, (_, i) => `c${i}`),
  rows,
  truncated: false,
  ...more,
});
const match = (gold: Rows, own: Rows, ordered = false): boolean =>
  matchResults(result(gold), result(own), ordered).match;
const told = (...compared: Parameters<typeof matchResults>): string => reasonWords(matchResults(...compared).reason);

describe('cells', () => {
  test.each<[SqlValue, SqlValue, boolean]>([
    [1, 1.0000000005, true],
    [1, 1.000000002, false],
    [0.1 + 0.2, 0.3, true],
    // Whole numbers, in whatever storage class.
    [5_000_001, 5_000_004, false],
    [5, 5.0, true],
    [1e300, 1e300, true],
    [1e15, 1e15 + 1, false],
    [677105998674001941n, 677105998674001942n, false],
    [9007199254740992n, 9007199254740992, true],
    [9007199254740993n, 9007199254740992, false],
    // Moments: Julian days, Unix seconds and milliseconds.
    [2460263.5, 2460264.5, false],
    [2460263.5, 2460263.5 + 1 / 86400, false],
    [2460263, 2460263.0001, false],
    [2440587.5 + 1700000000 / 86400, 2440587.5 + 1700000001 / 86400, false],
    [2440587.5 + 1700000000 / 86400, 2460263.425925926, true],
    [1700000000, 1700000001, false],
    [1700000000.25, 1700000000.75, false],
    [1700000000.25, 1700000000.2500002, true],
    [1700000000123, 1700000000124, false],
    ['2023-11-15', '2023-11-16', false],
    // A sum of that size, added up in another order.
    [2500000.1, 2500000.1000000024, true],
    [2460263.123456789, 2460263.1234, true],
    [0, 0, true],
    [0, 1e-9, false],
    [3n, 3, true],
    [9007199254740993n, 9007199254740993n, true],
    [null, null, true],
    [null, 0, false],
    [1, '1', false],
    ['a', 'A', false],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2]), true],
    [new Uint8Array([1, 2]), new Uint8Array([1, 3]), false],
    [new Uint8Array([49]), '1', false],
    [-2, 2, false],
    [Infinity, 1, false],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(sameValue(a, b)).toBe(expected);
    expect(sameValue(b, a)).toBe(expected);
  });
});

describe('results', () => {
  test('rows are a bag, or a list where gold sorts', () => {
    expect(match([[1], [2]], [[2], [1]])).toBe(true);
    expect(match([[1], [2]], [[2], [1]], true)).toBe(false);
    expect(told(result([[1], [2]]), result([[2], [1]]), true)).toContain('another order');
    expect(match([[1], [1], [2]], [[1], [2], [2]])).toBe(false);
  });
  test('columns come in any order, but in one order for all rows', () => {
    expect(
      match(
        [
          [1, 'a'],
          [2, 'b'],
        ],
        [
          ['b', 2],
          ['a', 1],
        ],
      ),
    ).toBe(true);
    expect(
      match(
        [
          [1, 2],
          [2, 1],
          [3, 4],
        ],
        [
          [2, 1],
          [1, 2],
          [4, 3],
        ],
      ),
    ).toBe(true);
    expect(
      match(
        [
          [1, 2],
          [3, 4],
        ],
        [
          [2, 1],
          [3, 4],
        ],
      ),
    ).toBe(false);
    expect(
      match(
        [
          [1, 2],
          [2, 1],
        ],
        [
          [1, 1],
          [2, 2],
        ],
      ),
    ).toBe(false);
  });
  test('the number of columns and of rows must agree', () => {
    expect(told(result([[1, 2]]), result([[1]]), false)).toBe('1 column instead of 2.');
    expect(told(result([[1]]), result([[1], [1]]), false)).toBe('2 rows instead of 1.');
    expect(matchResults(result([], 2), result([], 1), false).match).toBe(false);
    expect(matchResults(result([], 2), result([], 2), false).match).toBe(true);
  });
  test('only complete results are compared', () => {
    const cut = matchResults(result([[1]]), result([[1]], 1, { truncated: true }), false);
    expect(cut.match).toBe(false);
    expect(reasonWords(cut.reason)).toContain('more rows than are kept');
    expect(matchResults(result([[1]]), result([], 0, { status: 'timeout' }), false).match).toBe(false);
  });
  test('numbers within the tolerance match although they sort differently', () => {
    expect(
      match(
        [
          [1, 'b'],
          [1.0000000001, 'a'],
        ],
        [
          [1, 'a'],
          [1.0000000001, 'b'],
        ],
      ),
    ).toBe(true);
    expect(
      match(
        [
          [1.5, 5],
          [1.5000000001, 6],
        ],
        [
          [1.5000000001, 5],
          [1.5, 6],
        ],
      ),
    ).toBe(true);
  });
  test('many similar columns are matched without trying every order', () => {
    const rows = Array.from({ length: 60 }, (_, i) =>
      Array.from({ length: 24 }, (_, j) => Number((i * (j + 3)) % 7 < 3)),
    );
    expect(
      match(
        rows,
        rows.map((row) => row.toReversed()),
      ),
    ).toBe(true);
    const same = Array.from({ length: 50 }, () => Array.from({ length: 60 }, () => 1));
    expect(
      match(
        same,
        same.map((row, i) => (i === 0 ? row.map((_, j) => (j === 0 ? 2 : 1)) : row)),
      ),
    ).toBe(false);
  });
});

const cell = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom('a', 'b', ''),
  fc.constant(null),
  fc.double({ min: -5, max: 5, noNaN: true }),
);
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }));
/** A permutation of n things out of any list of numbers. */
const orderBy = (n: number, keys: readonly number[]): number[] =>
  Array.from({ length: n }, (_, i) => i).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b);
const keys = fc.array(fc.double({ noNaN: true }), { minLength: 12, maxLength: 12 });

describe('properties', () => {
  test('permuting rows and columns keeps a match', () => {
    fc.assert(
      fc.property(table, keys, keys, (rows, byRow, byColumn) => {
        const columns = orderBy(rows[0]?.length ?? 0, byColumn);
        const shuffled = orderBy(rows.length, byRow).map((i) => columns.map((j) => rows[i]?.[j] ?? null));
        expect(match(rows, shuffled)).toBe(true);
        expect(
          match(
            rows,
            rows.map((row) => columns.map((j) => row[j] ?? null)),
            true,
          ),
        ).toBe(true);
      }),
    );
  });
  test('changing one cell to something new breaks it', () => {
    fc.assert(
      fc.property(table, fc.nat(), fc.nat(), fc.boolean(), (rows, i, j, ordered) => {
        const width = rows[0]?.length ?? 1;
        const changed = rows.map((row, a) =>
          row.map((value, b) => (a === i % rows.length && b === j % width ? 'something new' : value)),
        );
        expect(match(rows, changed, ordered)).toBe(false);
        expect(match(changed, rows, ordered)).toBe(false);
      }),
    );
  });
  test('on small tables it agrees with trying every column order', () => {
    const small = fc.tuple(
      ...[0, 1].map(() =>
        fc.array(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 3, maxLength: 3 }), {
          minLength: 3,
          maxLength: 3,
        }),
      ),
    );
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    const bag = (rows: Rows): string =>
      rows
        .map((row) => row.join())
        .sort()
        .join('|');
    fc.assert(
      fc.property(small, ([gold = [], own = []]) => {
        expect(match(gold, own)).toBe(
          orders.some((order) => bag(gold) === bag(own.map((row) => order.map((j) => row[j] ?? null)))),
        );
      }),
      { numRuns: 1000 },
    );
  });
});

test('gives up, and says so, on results whose numbers are all alike', () => {
  // Timestamps within the tolerance of one another: every column fits every other and every row every other.
  const row = (i: number): number[] =>
    Array.from({ length: 8 }, (_cell, j) => 1_700_000_000 + ((i * 131 + j * 977) % 1500));
  const rows = Array.from({ length: 200 }, (_row, i) => row(i));
  const other = rows.map((cells, i) =>
    [...cells].reverse().map((value, j) => (i === 17 && j === 3 ? value + 4000 : value)),
  );
  const result = (of: Rows): Parameters<typeof matchResults>[0] => ({
    status: 'rows',
    columns: of[0]?.map((_cell, j) => `c${j}`) ?? [],
    rows: of,
    truncated: false,
  });
  const { match: same, reason } = matchResults(result(rows), result(other), false);
  expect(same).toBe(false);
  expect(reasonWords(reason)).toMatch(/too similar|other rows|No column/);
});
