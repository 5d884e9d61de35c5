/** Two policies on the same questions: tests and intervals that use the pairing. Pure. */
import type { Random } from '../grpo/types.ts';
import { bootstrapMean, sum, wilson } from './statistics.ts';
import type { Range } from './statistics.ts';

/**
 * Two-sided exact McNemar test (Q. McNemar, Psychometrika 12 (1947) 153–157): were `gained` and `lost` tosses of a fair
 * coin, how likely is a split at least as uneven? In (0, 1]; 1 without any. Only questions on which the two differ
 * count. Throws RangeError unless both are whole numbers from 0.
 */
export function mcNemar(gained: number, lost: number): number {
  if (!(Number.isSafeInteger(gained) && Number.isSafeInteger(lost) && gained >= 0 && lost >= 0))
    throw new RangeError(`No test of ${gained} gained and ${lost} lost.`);
  const n = gained + lost;
  const few = Math.min(gained, lost);
  // Binomial coefficients relative to the middle one, going down: they neither overflow nor need logarithms.
  const middle = Math.floor(n / 2);
  let relative = 1;
  let tail = few >= middle ? 1 : 0;
  let below = 0;
  for (let k = middle; k > 0; k--) {
    relative *= k / (n - k + 1);
    below += relative;
    if (k - 1 <= few) tail += relative;
  }
  // Both halves; an even n has one middle coefficient, an odd n two.
  const all = n % 2 === 0 ? 2 * below + 1 : 2 * (below + 1);
  return Math.min(1, (2 * tail) / all);
}

export interface Difference extends Range {
  /** Mean of the second minus mean of the first. */
  readonly difference: number;
}

/**
 * Difference of two accuracies over the same questions, with its 95 % interval. `first` and `second` hold one value in
 * [0, 1] per question in the same order: the share of seeds that were right, so that the seeds of one question stay
 * together and are not taken for independent evidence. Questions are resampled (percentile bootstrap); where all of
 * them differ by the same amount that has no width, and as much as Wilson's interval allows for a share of 0 stands in
 * for it. Throws RangeError for lists that are empty or of different lengths.
 */
export function pairedDifference(first: readonly number[], second: readonly number[], random: Random): Difference {
  if (first.length === 0 || first.length !== second.length)
    throw new RangeError(`No pairs: ${first.length} and ${second.length} values.`);
  const differences = first.map((value, i) => (second[i] ?? 0) - value);
  const [one = 0] = differences;
  if (differences.every((difference) => difference === one)) {
    const { high: margin } = wilson(0, differences.length);
    return { difference: one, low: Math.max(-1, one - margin), high: Math.min(1, one + margin) };
  }
  return { difference: sum(differences) / differences.length, ...bootstrapMean(differences, random) };
}
