/** Two ways of training, judged on the same held-out questions with the same seeds: is one better? Pure. */
import { percent, signedPoints } from '../grpo/figures.ts';
import type { Random } from '../grpo/types.ts';
import type { HeldOutAnswer } from './experiment-types.ts';
import { mcNemar, pairedDifference } from './paired.ts';
import type { Difference } from './paired.ts';
import { meanOverSeeds } from './student.ts';
import type { Mean } from './student.ts';

/** An interval that leaves out 0 and a p below this are evidence. */
export const SIGNIFICANCE = 0.05;

/** The second against the first: greedy accuracy over held-out questions. Differences are in [-1, 1]. */
export interface Comparison extends Difference {
  /**
   * Questions the second gets right in more seeds than wrong and the first wrong in more than right, in the dataset's
   * order. With an even number of seeds a question may be neither for one of them: then it counts on no side, so that
   * gains and losses are judged alike.
   */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  /** Exact McNemar test of gained against lost. */
  readonly p: number;
  readonly questions: number;
  readonly seeds: number;
  /** The difference seed by seed, mean ± t: how far another training would move it. Null with one seed. */
  readonly overSeeds: Mean | null;
  /** In words; “No evidence of a gain” unless the interval leaves out 0 and p < .05. */
  readonly verdict: string;
}

/**
 * `first` and `second` hold the answers of seed after seed, the same seeds in the same order. The interval resamples
 * questions, each with all its seeds. Throws RangeError when the seeds or the questions are not the same on both sides,
 * or there are none.
 */
export function compare(
  first: readonly (readonly HeldOutAnswer[])[],
  second: readonly (readonly HeldOutAnswer[])[],
  random: Random,
): Comparison {
  const [one = []] = first;
  const ids = one.map(({ questionId }) => questionId);
  if (ids.length === 0 || first.length !== second.length)
    throw new RangeError('Two policies are compared over the same seeds and at least one question.');
  if (
    [...first, ...second].some(
      (answers) => answers.length !== ids.length || answers.some(({ questionId }, i) => questionId !== ids[i]),
    )
  ) {
    throw new RangeError('Two policies are compared on the same questions.');
  }
  const seeds = first.length;
  const rightSeeds = (runs: readonly (readonly HeldOutAnswer[])[]): number[] =>
    ids.map((_, i) => runs.filter((answers) => answers[i]?.greedy === true).length);
  const [before, after] = [rightSeeds(first), rightSeeds(second)];
  const mostly = (right: number | undefined): -1 | 0 | 1 => Math.sign(2 * (right ?? 0) - seeds) as -1 | 0 | 1;
  const gained = ids.filter((_, i) => mostly(before[i]) < 0 && mostly(after[i]) > 0);
  const lost = ids.filter((_, i) => mostly(before[i]) > 0 && mostly(after[i]) < 0);
  const difference = pairedDifference(
    before.map((right) => right / seeds),
    after.map((right) => right / seeds),
    random,
  );
  const p = mcNemar(gained.length, lost.length);
  const accuracy = (answers: readonly HeldOutAnswer[] = []): number =>
    answers.filter(({ greedy }) => greedy).length / ids.length;
  return {
    ...difference,
    gained,
    lost,
    p,
    questions: ids.length,
    seeds,
    overSeeds: meanOverSeeds(first.map((answers, seed) => accuracy(second[seed]) - accuracy(answers))),
    verdict: verdictOf(difference, p),
  };
}

/** What the figures say, in words: differences in points (hundredths). */
export function verdictOf({ difference, low, high }: Difference, p: number): string {
  if (p < SIGNIFICANCE && low > 0)
    return `Evidence of a gain of ${percent(difference)} points (${percent(low)} to ${percent(high)}), p ${shownP(p)}.`;
  if (p < SIGNIFICANCE && high < 0)
    return `Evidence of a loss of ${percent(-difference)} points (${percent(-high)} to ${percent(-low)}), p ${shownP(p)}.`;
  return `No evidence of a gain: ${signedPoints(difference)} points (${signedPoints(low)} to ${signedPoints(high)}), p ${shownP(p)}.`;
}

/** A probability after “p”. */
export function shownP(p: number): string {
  if (p < 0.001) return '< .001';
  return `= ${p >= 0.995 ? '1' : p.toFixed(p < 0.1 ? 3 : 2).replace(/^0/, '')}`;
}
