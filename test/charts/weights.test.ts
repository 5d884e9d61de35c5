import { expect, test } from 'vitest';
import { sparkline } from '../../src/charts/sparkline.ts';
import { weightBar, weightLimit } from '../../src/charts/weights.ts';

test('a bar grows from the middle to its side, the tick stands where the weight was', () => {
  expect(weightBar(1, 0.5, 2)).toEqual({ from: 0.5, to: 0.75, before: 0.625 });
  expect(weightBar(-1, null, 2)).toEqual({ from: 0.25, to: 0.5, before: null });
  expect(weightBar(9, -9, 2)).toEqual({ from: 0.5, to: 1, before: 0 });
});

test('the axis is the next nice number above the largest weight', () => {
  expect([[], [0.1], [-0.6], [1.2, -2.5], [16]].map(weightLimit)).toEqual([0.5, 0.5, 0.75, 3, 20]);
});

test('a sparkline needs two steps; above zero is up', () => {
  expect(sparkline([], 1, 48, 16).path).toBe('');
  expect(sparkline([{ step: 3, weight: 1 }], 1, 48, 16)).toEqual({ path: '', endY: 2 });
  const { path, endY } = sparkline(
    [
      { step: 1, weight: 0 },
      { step: 5, weight: -1 },
    ],
    1,
    48,
    16,
  );
  expect(path).toBe('M1,8L44,8L44,14');
  expect(endY).toBe(14);
});
