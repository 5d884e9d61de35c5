import { describe, expect, test } from 'vitest';
import type { Execution, RewardScore } from '../../src/grpo/types.ts';
import { agreementOf } from '../../src/rewards/agreement.ts';
import { resultClasses } from '../../src/sql/result-classes.ts';
import { BAKERY, openScorer, REFERENCE_FREE } from './databases.ts';

const rows = (...cells: readonly (readonly (string | number)[])[]): Execution => ({
  status: cells.length > 0 ? 'rows' : 'empty',
  columns: (cells[0] ?? ['']).map((_, i) => `c${i}`),
  rows: cells,
  truncated: false,
});
const failed: Execution = {
  status: 'invalid',
  columns: [],
  rows: [],
  truncated: false,
  error: 'near "FORM": syntax error',
};
const scores = (executions: readonly Execution[]): RewardScore[] =>
  agreementOf(
    resultClasses(executions),
    executions.map((one) => one.rows.length > 0),
  );
const values = (...executions: Execution[]): (number | null)[] => scores(executions).map(({ value }) => value);

describe('agreement', () => {
  test('is the share of the others with an equal result, from −1 to 1', () => {
    expect(values(rows([1]), rows([1]), rows([1]), rows([2]), rows([2]))).toEqual([0, 0, 0, -0.5, -0.5]);
    expect(values(rows([1]), rows([1]), rows([1]))).toEqual([1, 1, 1]);
    expect(values(rows([1]), rows([2]), rows([3]))).toEqual([-1, -1, -1]);
  });
  test('compares results as gold is compared: rows and columns in any order, numbers within rounding', () => {
    expect(values(rows(['a', 1], ['b', 2]), rows(['b', 2], ['a', 1]), rows([1, 'a'], [2, 'b']))).toEqual([1, 1, 1]);
    expect(values(rows([1 / 3]), rows([0.3333333333]))).toEqual([1, 1]);
    expect(values(rows([1]), rows(['1']))).toEqual([-1, -1]);
  });
  test('what failed is −1 and has no vote', () => {
    expect(values(failed, rows([1]), rows([1]))).toEqual([-1, 1, 1]);
    expect(values(failed, failed, failed)).toEqual([-1, -1, -1]);
  });
  test('is null for the only result', () => {
    expect(values(failed, rows([1]))).toEqual([-1, null]);
  });
  test('a group that finds nothing gains nothing by agreeing on it', () => {
    const scored = scores([rows(), rows(), rows(), rows([5])]);
    expect(scored.map(({ value }) => value)).toEqual([0, 0, 0, -1]);
    for (const { value, reasons } of scored)
      expect(reasons.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(value ?? NaN, 9);
  });
});

test('is computed in a group only when it has a weight', async () => {
  const texts = ['SELECT COUNT(*) FROM products', 'SELECT COUNT(id) FROM products', 'SELECT COUNT(*) FROM customers'];
  const free = await openScorer(BAKERY);
  for (const one of await free.score('How many products are there?', ...texts))
    expect(one.components.agreement).toBeUndefined();
  free.database.close();
  const voting = await openScorer(BAKERY, { ...REFERENCE_FREE, agreement: 0.5 });
  const scored = await voting.score('How many products are there?', ...texts);
  expect(scored.map(({ components }) => components.agreement?.value)).toEqual([0, 0, -1]);
  voting.database.close();
});

test('a group agrees on any choice among rows that tie where a LIMIT cuts them', async () => {
  const voting = await openScorer(BAKERY, { ...REFERENCE_FREE, agreement: 0.5 });
  const scored = await voting.score(
    'Which category has the fewest products?',
    'SELECT category FROM products GROUP BY category ORDER BY COUNT(*) LIMIT 1',
    'SELECT category FROM products GROUP BY category ORDER BY COUNT(*), category DESC LIMIT 1',
    'SELECT category FROM products GROUP BY category ORDER BY COUNT(*) DESC LIMIT 1',
  );
  expect(scored.map(({ components }) => components.agreement?.value)).toEqual([0, 0, -1]);
  voting.database.close();
});
