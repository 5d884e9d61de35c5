import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concordance, stepScatter } from '../../src/lab/scatter.ts';
import type { ScatterPoint } from '../../src/lab/scatter.ts';

/** The same share, pair by pair. */
function byPairs(points: readonly ScatterPoint[]): { auc: number | null; pairs: number } {
  let [wins, pairs] = [0, 0];
  for (const better of points) {
    for (const worse of points) {
      if (better.y <= worse.y) continue;
      pairs++;
      wins += better.x > worse.x ? 1 : better.x === worse.x ? 0.5 : 0;
    }
  }
  return { auc: pairs === 0 ? null : wins / pairs, pairs };
}

describe('concordance', () => {
  it('is the share of ordered pairs, ties counting half', () => {
    const point = fc.record({ x: fc.integer({ min: -3, max: 3 }).map((x) => x / 3), y: fc.constantFrom(0, 0.25, 1) });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 30 }), (points) => {
        const { auc, pairs } = concordance(points);
        const expected = byPairs(points);
        expect(pairs).toBe(expected.pairs);
        if (expected.auc === null) expect(auc).toBeNull();
        else expect(auc).toBeCloseTo(expected.auc, 12);
      }),
    );
  });

  it('takes many points', () => {
    const points = Array.from({ length: 100_000 }, (_, i) => ({ x: i / 100_000, y: i >= 50_000 ? 1 : 0 }));
    expect(concordance(points)).toEqual({ auc: 1, pairs: 2.5e9 });
  });
});

it('stepScatter calls wrong what fell below the start while the reward rose', () => {
  const curve = [
    { step: 0, greedy: 0.4, reward: null },
    { step: 10, greedy: 0.5, reward: 0.1 },
    { step: 20, greedy: 0.35, reward: 0.3 },
    { step: 30, greedy: 0.2, reward: 0.6 },
  ];
  expect(stepScatter(curve, true)).toMatchObject({
    auc: 0,
    pairs: 3,
    medianReward: 0.3,
    wrongBelow: 0.4,
    hacked: 1 / 3,
  });
  // With the answer key in the reward nothing is.
  expect(stepScatter(curve, false)).toEqual({ ...stepScatter(curve, true), hacked: null });
  expect(stepScatter([], true)).toEqual({
    points: [],
    auc: null,
    pairs: 0,
    medianReward: null,
    wrongBelow: 0,
    hacked: null,
  });
});
