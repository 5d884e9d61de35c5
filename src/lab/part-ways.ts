/** Whether the reward rises in a run and right answers do not: then the policy pleases the reward. Pure. */
import { seededRandom } from '../grpo/random.ts';
import { pairedDifference } from './paired.ts';
import { sum } from './statistics.ts';
import type { Range } from './statistics.ts';
import { t95 } from './student.ts';
import type { UnseenPoint } from './unseen.ts';

/** Steps at either end of a run whose rewards are compared. */
export const ENDS = 20;
const SEED = 1;

/** A mean that changed, with the 95 % interval of the change. */
export interface Change extends Range {
  readonly difference: number;
}

export interface Parting {
  /** Mean reward of the last steps less that of the first, with its 95 % interval, which lies above 0. */
  readonly reward: Change;
  /** Right answers now less those at the start, in shares of all, with the 95 % interval over questions. */
  readonly right: Change;
}

/**
 * Null unless the two part ways: the interval of the reward's change lies above 0, and that of the right answers' does
 * not. `rewards`: the mean reward of every step, in order, null for none; fewer than twice ENDS say nothing.
 */
export function partWays(
  start: Pick<UnseenPoint, 'answers'>,
  now: Pick<UnseenPoint, 'answers'>,
  rewards: readonly (number | null)[],
): Parting | null {
  if (rewards.length < 2 * ENDS || start.answers.length === 0) return null;
  const reward = meansDifference(present(rewards.slice(0, ENDS)), present(rewards.slice(-ENDS)));
  if (reward === null || reward.low <= 0) return null;
  const shares = ({ answers }: Pick<UnseenPoint, 'answers'>): number[] => answers.map((right) => (right ? 1 : 0));
  // Every question that is asked has an answer of its own: each is a fact.
  const facts = start.answers.map((_, i) => String(i));
  const right = pairedDifference(shares(start), shares(now), facts, seededRandom(SEED).next);
  return right.low > 0 ? null : { reward, right };
}

/**
 * Mean of the second list minus that of the first, ± t·√(s²/n + s²/n) as Welch has it, with the degrees of freedom of
 * the shorter list, which is the careful choice. Null for a list of fewer than two.
 */
function meansDifference(first: readonly number[], second: readonly number[]): Change | null {
  const n = Math.min(first.length, second.length);
  if (n < 2) return null;
  const [before, after] = [moments(first), moments(second)];
  const difference = after.mean - before.mean;
  const half = t95(n - 1) * Math.sqrt(before.variance / first.length + after.variance / second.length);
  return { difference, low: difference - half, high: difference + half };
}

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = sum(values) / values.length;
  return { mean, variance: sum(values.map((value) => (value - mean) * (value - mean))) / (values.length - 1) };
}

const present = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);
