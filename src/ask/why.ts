/** The ranking of an answer in words: why a candidate lost, and what to know before trusting the winner. */
import { signed } from '../grpo/figures.ts';
import { reasonWords } from '../grpo/reason-words.ts';
import {
  REWARD_COMPONENTS,
  type Execution,
  type RewardComponent,
  type RewardReason,
  type Schema,
  type ScoredRewards,
} from '../grpo/types.ts';
import type { AskCandidate, ScoredBy } from './types.ts';

/** What the sentence is made from. */
export interface Compared extends Pick<
  AskCandidate,
  'execution' | 'rewards' | 'agreement' | 'hintScore' | 'score' | 'said'
> {
  readonly sample: { readonly sql: string };
  /** Equal for equal results; null without a result. */
  readonly result: number | null;
}

/** One sentence: why `loser` is not the answer. */
export function whyItLost(loser: Compared, winner: Compared, scoredBy: ScoredBy): string {
  if (loser.sample.sql.trim() === '') return 'It holds no SQL.';
  if (loser.result === null) return failure(loser.execution);
  const same = loser.result === winner.result;
  const result = same ? 'The same result as the answer' : agreementOf(loser, winner);
  if ((loser.said ?? 0) < 0) return `${result}; you said that it is wrong.`;
  if ((winner.said ?? 0) > 0 && (loser.said ?? 0) <= 0) return `${result}; you said which one is right.`;
  const scores = loser.score === null || winner.score === null || loser.score === winner.score;
  if (scores)
    return `${result}; it scores the same, and stands behind because ${(loser.agreement?.same ?? 0) < (winner.agreement?.same ?? 0) ? 'fewer agree with it' : 'it was drawn later'}.`;
  // Which of the two parts of the score decided.
  const lessReward = (winner.rewards.total ?? 0) - (loser.rewards.total ?? 0);
  const lessHints = scoredBy === 'reward+hints' ? winner.hintScore - loser.hintScore : 0;
  if (lessHints > lessReward)
    return `${result}; the hints speak less for it (${signed(loser.hintScore)} against ${signed(winner.hintScore)}).`;
  if (scoredBy === 'reward+likelihood' && lessReward < winner.score - loser.score - lessReward)
    return `${result}; the policy finds it less likely.`;
  return `${result}; ${lessReward <= 0 ? 'a lower score' : `a lower reward (${signed(loser.rewards.total ?? 0)} against ${signed(winner.rewards.total ?? 0)})`}${reasonFor(loser.rewards, winner.rewards)}`;
}

function agreementOf({ agreement: own }: Compared, { agreement: best }: Compared): string {
  if (own === null || best === null || own.same + best.same === 0) return 'Another result';
  return `Another result: of the other ${own.others}, ${own.same === 0 ? 'none' : own.same} ${own.same > 1 ? 'agree' : 'agrees'} with it and ${best.same === 0 ? 'none' : best.same} with the answer`;
}

/**
 * ": validity: …", or "." where no component says why: the component that lost most, and its first reason that the
 * winner does not have.
 */
function reasonFor(loser: ScoredRewards, winner: ScoredRewards): string {
  const lost = (name: RewardComponent): number =>
    (winner.components[name]?.value ?? 0) - (loser.components[name]?.value ?? 0);
  const [worst] = REWARD_COMPONENTS.filter((name) => name !== 'agreement' && lost(name) > 0).sort(
    (a, b) => lost(b) - lost(a),
  );
  if (worst === undefined) return '.';
  const known = winner.components[worst]?.reasons ?? [];
  const [reason] = (loser.components[worst]?.reasons ?? [])
    .filter((one) => !known.some((other) => isSame(one, other)))
    .sort((a, b) => a.points - b.points);
  return reason === undefined ? `: its ${worst} is lower.` : `: ${reasonWords(reason)}`;
}

const isSame = (a: RewardReason, b: RewardReason): boolean =>
  a.id === b.id && a.values.length === b.values.length && a.values.every((value, i) => value === b.values[i]);

/** What kept SQL from having a result, as a sentence. */
function failure({ status, error }: Execution): string {
  const detail = error === undefined || error === '' ? '.' : `: ${error.replace(/(?<![.…])$/, '.')}`;
  switch (status) {
    case 'rows':
    case 'empty':
      return 'It ran.';
    case 'invalid':
      return `SQLite cannot compile it${detail}`;
    case 'refused':
      return `It is refused${detail}`;
    case 'failed':
      return `It failed while running${detail}`;
    case 'timeout':
      return `It used up the query budget${detail}`;
    case 'over-limit':
      return `It is larger than SQL may be here${detail}`;
    case 'too-large':
      return `Its result is too large${detail}`;
    case 'killed':
      return `It could not be interrupted and was ended${detail}`;
  }
}

const NAMED_TABLES = 6;

/** What to know before trusting the first candidate; null for nothing. `unlinked`: as `Sureness` has it, if at all. */
export function noteOn(
  candidates: readonly AskCandidate[],
  { tables }: Schema,
  unlinked: readonly string[] | null,
): string | null {
  const [best] = candidates;
  if (best === undefined) return null;
  const names = tables
    .slice(0, NAMED_TABLES)
    .map(({ name }) => name)
    .join(', ');
  const ask = `Ask again with more candidates, or in the words of the database: ${names}${tables.length > NAMED_TABLES ? ' …' : '.'}`;
  if (candidates.every(({ sql }) => sql.trim() === '')) return `No candidate holds SQL. ${ask}`;
  if (best.agreement === null) return `No candidate ran. ${failure(best.execution)} ${ask}`;
  // What the reader said is right is no guess.
  if ((best.said ?? 0) > 0) return null;
  const reasons = best.rewards.components.quality?.reasons ?? [];
  if (unlinked?.length !== 0 && reasons.some(({ id }) => id === 'nothing-linked' || id === 'nothing-to-judge-by'))
    return `Nothing in the question could be linked to this database, so the answer is a guess. ${ask}`;
  if (best.rewards.cappedAt !== undefined)
    return `No candidate answers the question: ${reasons[0] === undefined ? 'all of them evade it.' : reasonWords(reasons[0])} ${ask}`;
  return null;
}
