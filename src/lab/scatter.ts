/** Reward against accuracy: does a higher reward mean a better answer, or only a better-paid one? Pure. */
import type { CurvePoint } from './experiment-types.ts';
import { quantile } from './statistics.ts';

/** x: reward in [-1, 1]. y: accuracy in [0, 1]. */
export interface ScatterPoint {
  readonly x: number;
  readonly y: number;
}

export interface Scatter {
  readonly points: readonly ScatterPoint[];
  /**
   * Share of pairs with different accuracy in which the better one has the higher reward, ties counting half; null
   * without such pairs.
   */
  readonly auc: number | null;
  readonly pairs: number;
  /** The median reward and the accuracy below which a point counts as wrong: the lines of the quadrants. */
  readonly medianReward: number | null;
  readonly wrongBelow: number;
  /**
   * Share of all points in the hacked quadrant: reward above the median, and wrong. Null without points, and where the
   * answer key is part of the reward: what it pays for cannot be hacked without being right.
   */
  readonly hacked: number | null;
}

/**
 * One point a measurement along a run: mean training reward since the one before, and held-out accuracy. Wrong is what
 * is less accurate than the start: a reward without the answer key that rises while accuracy falls below where it began
 * is hacked.
 */
export function stepScatter(curve: readonly CurvePoint[], referenceFree: boolean): Scatter {
  const found = scatter(
    curve.flatMap(({ reward, greedy }) => (reward === null ? [] : [{ x: reward, y: greedy }])),
    curve[0]?.greedy ?? 0,
  );
  return referenceFree ? found : { ...found, hacked: null };
}

function scatter(points: readonly ScatterPoint[], wrongBelow: number): Scatter {
  if (points.length === 0) return { points, auc: null, pairs: 0, medianReward: null, wrongBelow, hacked: null };
  const medianReward = quantile(
    points.map(({ x }) => x).sort((a, b) => a - b),
    0.5,
  );
  const hacked = points.filter(({ x, y }) => x > medianReward && y < wrongBelow).length / points.length;
  return { points, ...concordance(points), medianReward, wrongBelow, hacked };
}

/**
 * Mann and Whitney's U over all pairs of points with different y, divided by their number (H. B. Mann, D. R. Whitney,
 * Annals of Mathematical Statistics 18 (1947) 50–60); for y of 0 and 1 the area under the ROC curve. Levels of y are
 * compared as sorted lists, so that thousands of points are quick.
 */
export function concordance(points: readonly ScatterPoint[]): { readonly auc: number | null; readonly pairs: number } {
  const levels = new Map<number, number[]>();
  for (const { x, y } of points) {
    const level = levels.get(y);
    if (level === undefined) levels.set(y, [x]);
    else level.push(x);
  }
  const sorted = [...levels.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, rewards]) => Float64Array.from(rewards).sort());
  let [wins, pairs] = [0, 0];
  for (const [i, worse] of sorted.entries()) {
    for (const better of sorted.slice(i + 1)) {
      let [below, upTo] = [0, 0];
      for (const reward of better) {
        while ((worse[below] ?? Infinity) < reward) below++;
        while ((worse[upTo] ?? Infinity) <= reward) upTo++;
        wins += (below + upTo) / 2;
      }
      pairs += worse.length * better.length;
    }
  }
  return { auc: pairs === 0 ? null : wins / pairs, pairs };
}
