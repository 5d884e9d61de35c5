import fc from 'fast-check';
import { expect, test } from 'vitest';
import { axes, dotsPath, movingMean, nearestStep, seriesPath, stepLimit, valueLimit } from '../../src/charts/series.ts';

const points = (values: readonly (number | null)[]): { step: number; value: number | null }[] =>
  values.map((value, i) => ({ step: i + 1, value }));

test('the moving mean is the mean of the present values in the window', () => {
  expect(movingMean(points([1, null, 3, 5]), 3).map(({ value }) => value)).toEqual([1, 1, 2, 4]);
  expect(movingMean(points([null, null]), 3).map(({ value }) => value)).toEqual([null, null]);
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.double({ min: -1, max: 1, noNaN: true }), { nil: null }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 25 }),
      (values, window) => {
        const last = values.slice(-window).filter((value): value is number => value !== null);
        const mean = movingMean(points(values), window).at(-1)?.value;
        if (last.length === 0) expect(mean).toBeNull();
        else expect(mean).toBeCloseTo(last.reduce((sum, value) => sum + value, 0) / last.length, 9);
      },
    ),
  );
});

test('the step axis grows in jumps and always holds the run', () => {
  expect([0, 39, 41, 150, 999, 10_001].map(stepLimit)).toEqual([40, 40, 50, 150, 1000, 15_000]);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (steps) => {
      expect(stepLimit(steps)).toBeGreaterThanOrEqual(steps);
    }),
  );
});

test('an axis of non-negative values never falls below its least height', () => {
  expect(valueLimit([0.1, null], 2)).toBe(2);
  expect(valueLimit([4.3], 2)).toBe(5);
});

test('missing values break the line and have no dot', () => {
  const at = axes({ width: 100, height: 50, left: 0, right: 0, top: 0, bottom: 0 }, 10, [0, 1]);
  const series = points([0, null, 1, 1]);
  expect(seriesPath(series, at).match(/M/g)).toHaveLength(2);
  expect(dotsPath(series, at)).toBe('M10.0 50.0h0M30.0 0.0h0M40.0 0.0h0');
  const ends = { first: series[0] ?? null, last: series.at(-1) ?? null };
  expect(nearestStep(ends, 34, at)).toBe(3);
  expect(nearestStep(ends, -50, at)).toBe(1);
  expect(nearestStep(ends, 999, at)).toBe(4);
  expect(nearestStep({ first: null, last: null }, 5, at)).toBeNull();
});
