import { expect, test } from 'vitest';
import { advantageLimit, advantageScale, bridgePath } from '../../src/charts/advantages.ts';

test('the axis is ±2 until an advantage needs more', () => {
  expect(advantageLimit([])).toBe(2);
  expect(advantageLimit([1.5, -0.5])).toBe(2);
  expect(advantageLimit([2.99, -0.2])).toBe(3);
  expect(advantageLimit([-5.48])).toBe(6);
});

test('zero is in the middle and nothing leaves the cell', () => {
  const scale = advantageScale(2, 168);
  expect(scale(0)).toBe(84);
  expect(scale(2) - scale(0)).toBeCloseTo(scale(0) - scale(-2), 9);
  expect(scale(99)).toBeLessThanOrEqual(168);
});

test('the mean’s line starts at the mean, runs below the sheet and ends at the zero axis, whichever is further right', () => {
  expect(bridgePath(100, 300, 500, 20)).toMatch(/^M100 500V514Q100 520 106 520H294Q300 520 300 514V500$/);
  expect(bridgePath(300, 100, 500, 20)).toMatch(/^M300 500V514Q300 520 294 520H106Q100 520 100 514V500$/);
});
