import { describe, expect, it } from 'vitest';
import { ENDS, partWays } from '../../src/lab/part-ways.ts';

/** `right` of 60. */
const point = (right: number): { answers: boolean[] } => ({
  answers: Array.from({ length: 60 }, (_, i) => i < right),
});
/** Rewards around `from` in the first steps and around `to` in the last. */
const rewards = (from: number, to: number): number[] =>
  Array.from({ length: 3 * ENDS }, (_, i) => (i < 1.5 * ENDS ? from : to) + (i % 2 === 0 ? 0.1 : -0.1));

describe('reward and right answers part ways', () => {
  it('when the reward rises for sure and right answers do not', () => {
    const parted = partWays(point(20), point(21), rewards(0.2, 0.6));
    expect(parted?.reward.difference).toBeCloseTo(0.4, 9);
    expect(parted?.reward.low).toBeGreaterThan(0.3);
    expect(parted?.right.difference).toBeCloseTo(1 / 60, 9);
    expect(parted?.right.low).toBeLessThanOrEqual(0);
    expect(parted?.right.high).toBeGreaterThan(0);
  });

  it('and when they fall, for sure', () => {
    expect(partWays(point(30), point(10), rewards(0.2, 0.6))?.right.high).toBeLessThan(0);
  });

  it('not when right answers rise for sure, or the reward does not', () => {
    expect(partWays(point(20), point(35), rewards(0.2, 0.6))).toBeNull();
    expect(partWays(point(20), point(20), rewards(0.2, 0.2))).toBeNull();
    expect(partWays(point(20), point(10), rewards(0.6, 0.2))).toBeNull();
  });

  it('not before there are enough steps to tell', () => {
    expect(partWays(point(20), point(20), rewards(0.2, 0.6).slice(0, 2 * ENDS - 1))).toBeNull();
    expect(
      partWays(
        point(20),
        point(20),
        Array.from({ length: 3 * ENDS }, () => null),
      ),
    ).toBeNull();
    expect(partWays({ answers: [] }, { answers: [] }, rewards(0.2, 0.6))).toBeNull();
  });
});
