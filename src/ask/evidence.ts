/** What speaks for an answer being right, as numbers: what its probability is made of. Pure. */
import { exp } from '../grpo/portable-math.ts';
import type { Unlinked } from '../linking/unlinked.ts';

/** One of the group, as it was drawn. */
export interface Member {
  /** Equal for equal SQL. */
  readonly sql: string;
  /** ln π_h; null where the sampler cannot tell. */
  readonly logProbability: number | null;
  /** What the choice is made by. */
  readonly score: number | null;
  /** Reference-free total. */
  readonly total: number | null;
  /** Equal for equal results; null without a result. */
  readonly result: number | null;
  /** Rows of the result. */
  readonly rows: number;
}

/** What the logistic regression sees, in this order; each in [−1, 1]. */
export const EVIDENCE = [
  'always 1',
  'reward',
  'margin',
  'agreement',
  'greedy answer agrees',
  'probability seen',
  'ln π',
  'different results',
  'unlinked words',
  'no rows',
] as const;

/** A rival further behind than this is none. */
const CLEAR = 0.3;
/** ln π below this is as unlikely as anything. */
const UNLIKELY = -20;

/**
 * One number for each of EVIDENCE. The first of the group is the greedy answer. Null where the chosen one has no result
 * or no score: it cannot be right.
 */
export function evidenceOf(group: readonly Member[], chosen: Member, { words, of }: Unlinked): number[] | null {
  const { result, score, total, logProbability } = chosen;
  if (result === null || score === null || total === null) return null;
  const same = group.filter((member) => member.result === result);
  return [
    1,
    total,
    marginOf(group, chosen) / CLEAR,
    same.length / group.length,
    group[0]?.result === result ? 1 : 0,
    massOf(same),
    Math.max(UNLIKELY, logProbability ?? 0) / -UNLIKELY,
    new Set(group.map((member) => member.result)).size / group.length,
    of === 0 ? 1 : words.length / of,
    chosen.rows === 0 ? 1 : 0,
  ];
}

/** How far the best answer with another result is behind in score, at most CLEAR. */
function marginOf(group: readonly Member[], { result, score }: Member): number {
  const rivals = group.flatMap((other) =>
    other.result !== null && other.result !== result && other.score !== null ? [other.score] : [],
  );
  return Math.min(CLEAR, (score ?? 0) - rivals.reduce((a, b) => Math.max(a, b), -Infinity));
}

/** Probability of the SQL texts among these together, each counted once. */
function massOf(members: readonly Member[]): number {
  const known = new Map(members.map(({ sql, logProbability }) => [sql, logProbability]));
  let mass = 0;
  for (const logProbability of known.values()) if (logProbability !== null) mass += exp(logProbability);
  return Math.min(1, mass);
}
