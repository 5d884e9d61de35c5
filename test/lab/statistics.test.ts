import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passAtK, quantile, wilson } from '../../src/lab/statistics.ts';

describe('wilson', () => {
  // Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i', (successes, trials, low, high) => {
    const interval = wilson(successes, trials);
    expect(interval.accuracy).toBe(successes / trials);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('contains the share, stays in [0, 1], and mirrors', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }).chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n))),
        ([c, n]) => {
          const { accuracy, low, high } = wilson(c, n);
          const mirrored = wilson(n - c, n);
          expect(low).toBeGreaterThanOrEqual(0);
          expect(high).toBeLessThanOrEqual(1);
          expect(low).toBeLessThanOrEqual(accuracy);
          expect(high).toBeGreaterThanOrEqual(accuracy);
          expect(high - low).toBeGreaterThan(0);
          expect(1 - mirrored.high).toBeCloseTo(low, 12);
        },
      ),
    );
  });

  it.each([
    [1, 0],
    [-1, 5],
    [6, 5],
    [NaN, 5],
  ])('refuses %d of %d', (c, n) => {
    expect(() => wilson(c, n)).toThrow(RangeError);
  });
});

describe('passAtK', () => {
  it('is the share of k-subsets that hold a right sample', () => {
    const subsets = (n: number, k: number): number[][] =>
      k === 0 ? [[]] : n < k ? [] : [...subsets(n - 1, k), ...subsets(n - 1, k - 1).map((s) => [...s, n - 1])];
    for (let n = 1; n <= 7; n++) {
      for (let c = 0; c <= n; c++) {
        for (let k = 1; k <= n; k++) {
          const all = subsets(n, k);
          expect(passAtK(n, c, k)).toBeCloseTo(all.filter((s) => s.some((i) => i < c)).length / all.length, 12);
        }
      }
    }
  });

  it.each([
    [4, 1, 5],
    [4, 1, 0],
    [4, 5, 1],
    [4, -1, 1],
  ])('refuses n=%d c=%d k=%d', (n, c, k) => {
    expect(() => passAtK(n, c, k)).toThrow(RangeError);
  });
});

it('quantile interpolates between order statistics', () => {
  expect(quantile([1, 2, 3, 4], 0.5)).toBe(2.5);
  expect(quantile([1, 2, 3, 4], 0)).toBe(1);
  expect(quantile([1, 2, 3, 4], 1)).toBe(4);
  expect(quantile([1, 2, 3, 4, 5], 0.025)).toBeCloseTo(1.1, 12);
});
