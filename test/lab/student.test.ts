import { describe, expect, it } from 'vitest';
import { curveBand, meanOverSeeds, t95 } from '../../src/lab/student.ts';

/** P(|T| ≤ t) for a whole number of degrees of freedom: Abramowitz & Stegun 26.7.3 and 26.7.4. */
function within(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const cos = Math.cos(angle);
  let term = degrees % 2 === 0 ? 1 : cos;
  let series = degrees === 1 ? 0 : term;
  for (let k = degrees % 2 === 0 ? 1 : 2; k <= degrees - 3; k += 2) {
    term *= (k / (k + 1)) * cos * cos;
    series += term;
  }
  return degrees % 2 === 0 ? Math.sin(angle) * series : (2 / Math.PI) * (angle + Math.sin(angle) * series);
}

describe('t95', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 29, 30, 60, 101, 999])(
    '%i degrees of freedom hold 95 % within',
    (degrees) => {
      expect(within(t95(degrees), degrees)).toBeCloseTo(0.95, 6);
    },
  );

  it.each([0, -1, 1.5, NaN])('refuses %d', (degrees) => expect(() => t95(degrees)).toThrow(RangeError));
});

describe('meanOverSeeds', () => {
  it('is mean ± t s/√n', () => {
    // Mean 3, s = √2.5, n = 5: 2.776445 · .707107 = 1.963243.
    const interval = meanOverSeeds([1, 2, 3, 4, 5]);
    expect(interval?.mean).toBe(3);
    expect(interval?.low).toBeCloseTo(3 - 1.963243, 6);
    expect(interval?.high).toBeCloseTo(3 + 1.963243, 6);
  });

  it('says nothing of a single run', () => expect([meanOverSeeds([]), meanOverSeeds([0.4])]).toEqual([null, null]));
});

it('curveBand goes step by step, within [0, 1], over the curves that are there', () => {
  const curve = (...values: number[]) => values.map((value, i) => ({ step: i * 10, value }));
  const band = curveBand([curve(0.2, 0.5, 0.9), curve(0.2, 0.7), curve(0.2, 0.6)], (value) => ({
    low: value - 0.3,
    high: value + 0.3,
  }));
  expect(band.map(({ step, seeds }) => [step, seeds])).toEqual([
    [0, 3],
    [10, 3],
    [20, 1],
  ]);
  expect(band[0]?.mean).toBeCloseTo(0.2, 12);
  expect(band[1]?.mean).toBeCloseTo(0.6, 12);
  // s = .1, n = 3, t = 4.302653.
  expect(band[1]?.high).toBeCloseTo(0.6 + (4.302653 * 0.1) / Math.sqrt(3), 6);
  expect(band[2]?.mean).toBe(0.9);
  expect(band[2]?.low).toBeCloseTo(0.6, 12);
  expect(band[2]?.high).toBe(1);
});
