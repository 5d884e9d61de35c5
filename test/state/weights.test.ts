import { expect, test } from 'vitest';
import type { PolicyHint } from '../../src/grpo/types.ts';
import { WeightHistory } from '../../src/state/weights.ts';
import { identity } from '../grpo/identity.ts';

const hint = (key: string, weight: number, createdAt: number): PolicyHint => ({
  ...identity(null, key, key),
  tables: [],
  template: 'pattern',
  general: true,
  words: 0,
  weight,
  evidence: { support: 0, positive: 0, advantage: 0, steps: 0 },
  createdAt,
  updatedAt: createdAt,
  enabled: true,
});

test('a hint born under our eyes starts at zero', () => {
  const history = new WeightHistory();
  history.record(5, [hint('a', 0.2, 5)]);
  expect(history.of('a')).toEqual([
    { step: 4, weight: 0 },
    { step: 5, weight: 0.2 },
  ]);
});

test('an older hint starts where it was found, until what is kept tells its past', () => {
  const history = new WeightHistory();
  history.record(9, [hint('a', 0.5, 2)]);
  expect(history.of('a')).toEqual([{ step: 9, weight: 0.5 }]);
  history.recall('a', [
    { step: 0, weight: null },
    { step: 1, weight: null },
    { step: 2, weight: 0.1 },
    { step: 4, weight: 0.5 },
    { step: 9, weight: 0.5 },
  ]);
  expect(history.of('a')).toEqual([
    { step: 1, weight: 0 },
    { step: 2, weight: 0.1 },
    { step: 4, weight: 0.5 },
    { step: 9, weight: 0.5 },
  ]);
});

test('hints that are gone are forgotten, flat stretches and long runs stay small', () => {
  const history = new WeightHistory();
  for (let step = 1; step <= 10_000; step++)
    history.record(step, [hint('flat', 1, 0), hint('busy', Math.sin(step), 0)]);
  expect(history.of('flat').length).toBeLessThanOrEqual(3);
  expect(history.of('busy').length).toBeLessThanOrEqual(121);
  expect(history.of('busy').at(-1)).toEqual({ step: 10_000, weight: Math.sin(10_000) });
  history.record(10_001, [hint('flat', 1, 0)]);
  expect(history.of('busy')).toEqual([]);
});
