/** Intervals and estimators. Pure; shares and probabilities are in [0, 1]. */
import type { Random } from '../grpo/types.ts';

/** The ends of a 95 % interval. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** A share with its 95 % confidence interval. */
export interface Interval extends Range {
  readonly accuracy: number;
}

/** Standard normal quantile of a two-sided 95 % interval. */
export const Z95 = 1.959963984540054;
const RESAMPLES = 2000;

/**
 * Wilson's score interval for `successes` of `trials` (E. B. Wilson, JASA 22 (1927) 209–212): stays inside [0, 1] and
 * keeps its width at 0 and at `trials` successes. `successes` may be a fraction. Throws RangeError unless 0 ≤ successes
 * ≤ trials, trials > 0.
 */
export function wilson(successes: number, trials: number, z = Z95): Interval {
  if (!(trials > 0) || !(successes >= 0) || successes > trials)
    throw new RangeError(`No share: ${successes} of ${trials}.`);
  const p = successes / trials;
  const z2 = z * z;
  const denominator = 1 + z2 / trials;
  const centre = (p + z2 / (2 * trials)) / denominator;
  const half = (z / denominator) * Math.sqrt((p * (1 - p)) / trials + z2 / (4 * trials * trials));
  // At the ends centre ∓ half is 0 or 1 but for rounding.
  return {
    accuracy: p,
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === trials ? 1 : Math.min(1, centre + half),
  };
}

/**
 * Probability that at least one of k samples is right, estimated from n samples of which c were:
 * 1 − C(n−c, k) / C(n, k), unbiased (Chen et al., arXiv 2107.03374, eq. 1). Throws RangeError unless 1 ≤ k ≤ n and 0 ≤
 * c ≤ n.
 */
export function passAtK(n: number, c: number, k: number): number {
  if (!(k >= 1 && k <= n && c >= 0 && c <= n)) throw new RangeError(`No pass@${k} from ${c} right of ${n} samples.`);
  let allWrong = 1;
  for (let i = 0; i < k; i++) allWrong *= Math.max(0, n - c - i) / (n - i);
  return 1 - allWrong;
}

/**
 * Percentile bootstrap of a mean: 95 % of the means of `values` drawn with replacement (B. Efron, Annals of Statistics
 * 7 (1979)
 * 1–26). Each value stands for one independent unit (a database). Throws RangeError without values.
 */
export function bootstrapMean(values: readonly number[], random: Random): Range {
  if (values.length === 0) throw new RangeError('No interval without values.');
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let drawn = 0;
    for (let i = 0; i < values.length; i++) drawn += values[Math.floor(random() * values.length)] ?? 0;
    return drawn / values.length;
  }).sort();
  return { low: quantile(means, 0.025), high: quantile(means, 0.975) };
}

/** Linear interpolation between order statistics (Hyndman & Fan, type 7). `sorted` ascending and not empty. */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  const at = (sorted.length - 1) * p;
  const below = Math.floor(at);
  const low = sorted[below] ?? NaN;
  return low + (at - below) * ((sorted[below + 1] ?? low) - low);
}

export function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
