/** How often is the answer right that a rule picks out of a group of G? */
import type { Random } from '../grpo/types.ts';

/** One answer of a question's pool, from which groups are drawn. */
export interface PoolAnswer {
  readonly correct: boolean;
  /** It ran to its end without an error. */
  readonly ran: boolean;
  /** Answers with the same number have equal results; null where there is no result to compare. */
  readonly result: number | null;
  /** The reference-free total; null where it has none. */
  readonly total: number | null;
}

/** Expected share of right picks, 0..1, each rule choosing at random among those it cannot tell apart. */
export interface BestOfGroup {
  /** Any member. */
  readonly random: number;
  /** Any member that ran; any at all where none did. */
  readonly runnable: number;
  /** A member of the largest class of equal results among those that ran. */
  readonly vote: number;
  /** The member with the highest reference-free total. */
  readonly reward: number;
  /** The same with the agreement component added, as computed within the group. */
  readonly rewardWithAgreement: number;
  /** Right when any member is: the best that choosing can reach. */
  readonly oracle: number;
}

const TIE = 1e-9;
const RULES = [
  'random',
  'runnable',
  'vote',
  'reward',
  'rewardWithAgreement',
  'oracle',
] as const satisfies readonly (keyof BestOfGroup)[];

export interface BestOfGroupOptions {
  /** One pool a question; a pool of at most G answers is its own only group. */
  readonly pools: readonly (readonly PoolAnswer[])[];
  readonly groupSize: number;
  /** Groups drawn per question, without replacement within a group. */
  readonly draws: number;
  readonly random: Random;
  /** Totals with the agreement component, in the order of the group; `members` are positions in the question's pool. */
  readonly withAgreement: (question: number, members: readonly number[]) => readonly (number | null)[];
}

/**
 * Mean over questions of the mean over their groups; null without an answer. Throws RangeError for a group size or
 * number of draws below 1.
 */
export function bestOfGroup({
  pools,
  groupSize,
  draws,
  random,
  withAgreement,
}: BestOfGroupOptions): BestOfGroup | null {
  if (groupSize < 1 || draws < 1) throw new RangeError(`No groups: ${draws} draws of ${groupSize}.`);
  const sums: Record<keyof BestOfGroup, number> = {
    random: 0,
    runnable: 0,
    vote: 0,
    reward: 0,
    rewardWithAgreement: 0,
    oracle: 0,
  };
  let questions = 0;
  for (const [question, pool] of pools.entries()) {
    if (pool.length === 0) continue;
    questions++;
    const times = pool.length <= groupSize ? 1 : draws;
    for (let draw = 0; draw < times; draw++) {
      const members = times === 1 ? pool.map((_, i) => i) : drawn(pool.length, groupSize, random);
      const group = members.map((i) => pool[i]).filter((answer) => answer !== undefined);
      const picks = pickRates(group, withAgreement(question, members));
      for (const rule of RULES) sums[rule] += picks[rule] / times;
    }
  }
  if (questions === 0) return null;
  return Object.fromEntries(RULES.map((rule) => [rule, sums[rule] / questions])) as Record<keyof BestOfGroup, number>;
}

/** Of one group; `withAgreement` holds its totals with the agreement component, in its order. */
export function pickRates(group: readonly PoolAnswer[], withAgreement: readonly (number | null)[]): BestOfGroup {
  const ran = group.filter((answer) => answer.ran);
  const votes = new Map<number, number>();
  for (const { result } of ran) if (result !== null) votes.set(result, (votes.get(result) ?? 0) + 1);
  const most = Math.max(0, ...votes.values());
  const winners = ran.filter(({ result }) => result !== null && votes.get(result) === most);
  const runnable = shareRight(ran.length > 0 ? ran : group);
  return {
    random: shareRight(group),
    runnable,
    vote: winners.length > 0 ? shareRight(winners) : runnable,
    reward: shareRight(
      highest(
        group,
        group.map(({ total }) => total),
      ),
    ),
    rewardWithAgreement: shareRight(highest(group, withAgreement)),
    oracle: group.some(({ correct }) => correct) ? 1 : 0,
  };
}

function highest(group: readonly PoolAnswer[], scores: readonly (number | null)[]): readonly PoolAnswer[] {
  const best = Math.max(-Infinity, ...scores.map((score) => score ?? -Infinity));
  return best === -Infinity ? group : group.filter((_, i) => (scores[i] ?? -Infinity) >= best - TIE);
}

const shareRight = (answers: readonly PoolAnswer[]): number =>
  answers.filter(({ correct }) => correct).length / answers.length;

/** `count` different positions out of 0 … size − 1 (the first steps of Fisher and Yates' shuffle). */
function drawn(size: number, count: number, random: Random): number[] {
  const positions = Array.from({ length: size }, (_, i) => i);
  for (let i = 0; i < count; i++) {
    const j = i + Math.floor(random() * (size - i));
    [positions[i], positions[j]] = [positions[j] ?? 0, positions[i] ?? 0];
  }
  return positions.slice(0, count);
}
