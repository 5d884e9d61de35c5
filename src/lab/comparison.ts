/** Two ways of training, judged on the same held-out questions with the same seeds: is one better? Pure. */
import type { Random } from '../grpo/types.ts';
import type { HeldOutAnswer } from './experiment-types.ts';
import { factsIn } from './facts.ts';
import type { Facts } from './facts.ts';
import { pairedDifference } from './paired.ts';
import type { Difference } from './paired.ts';
import { meanOverSeeds } from './student.ts';
import type { Mean } from './student.ts';
import { outcomeOf, verdictOf } from './verdict.ts';
import type { Outcome } from './verdict.ts';

/** The second against the first: greedy accuracy over held-out questions. */
export interface Comparison extends Difference {
  /**
   * Questions the second gets right in more seeds than wrong and the first wrong in more than right, in the dataset's
   * order. With an even number of seeds a question may be neither for one of them: then it counts on no side, so that
   * gains and losses are judged alike.
   */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
  readonly seeds: number;
  /** The difference seed by seed, mean ± t: how far another training would move it. Null with one seed. */
  readonly overSeeds: Mean | null;
  readonly outcome: Outcome;
  /** The same in a sentence. */
  readonly verdict: string;
}

/**
 * `first` and `second` hold the answers of seed after seed, the same seeds in the same order. Test and interval are
 * over facts, each with all its questions and seeds. Throws RangeError when the seeds or the questions are not the same
 * on both sides, or there are none.
 */
export function compare(
  first: readonly (readonly HeldOutAnswer[])[],
  second: readonly (readonly HeldOutAnswer[])[],
  facts: Facts,
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
    factsIn(ids, facts),
    random,
  );
  const accuracy = (answers: readonly HeldOutAnswer[] = []): number =>
    answers.filter(({ greedy }) => greedy).length / ids.length;
  return {
    ...difference,
    gained,
    lost,
    seeds,
    overSeeds: meanOverSeeds(first.map((answers, seed) => accuracy(second[seed]) - accuracy(answers))),
    outcome: outcomeOf(difference),
    verdict: verdictOf(difference),
  };
}
