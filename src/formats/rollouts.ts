/**
 * Rollouts: every completion of a run as a line of JSON, in the columns that TRL's conversational data sets have and
 * those of this project. All lines have the same columns of the same types, as loaders of such files want it, so what
 * is said once of the whole file stands in a second one beside it.
 */
import type { PromptMessage } from '../grpo/origin.ts';
import { reasonWords } from '../grpo/reason-words.ts';
import { REWARD_COMPONENTS } from '../grpo/types.ts';
import type { Completion, ExecutionStatus, Group, RewardComponent, Step } from '../grpo/types.ts';

/** One completion. Rewards and advantage are what taught; all in the order of the steps, groups and completions. */
export interface Rollout {
  /** From 1. */
  readonly step: number;
  readonly questionId: string;
  readonly question: string;
  /** What the model was given; the question alone where nothing is known of it, or there is no model. */
  readonly prompt: readonly PromptMessage[];
  /** Its place in the group, from 0. */
  readonly completion: number;
  readonly text: string;
  /** '' where the text has none. */
  readonly sql: string;
  readonly status: ExecutionStatus;
  /** Of every component, in [−1, 1]; null where it was not, or could not be, computed. */
  readonly rewards: Readonly<Record<RewardComponent, number | null>>;
  readonly reasons: Readonly<Record<RewardComponent, readonly { readonly points: number; readonly text: string }[]>>;
  readonly total: number | null;
  readonly advantage: number;
  /** π_new/π_old: 1 while a group is learned from once, on the policy that drew it. */
  readonly ratio: number;
  readonly teaches: boolean;
}

/** The rows of one step. */
export function rolloutsOf({ number, groups }: Step): Rollout[] {
  return groups.flatMap((group) => group.completions.map((completion) => rolloutOf(number, group, completion)));
}

function rolloutOf(step: number, { questionId, question }: Group, completion: Completion): Rollout {
  const { index, text, sql, execution, rewards, advantage, teaches, origin } = completion;
  const { ratio = 1 } = completion as { readonly ratio?: number };
  const components = <T>(value: (name: RewardComponent) => T): Record<RewardComponent, T> =>
    Object.fromEntries(REWARD_COMPONENTS.map((name) => [name, value(name)])) as Record<RewardComponent, T>;
  return {
    step,
    questionId,
    question,
    prompt: origin?.prompt ?? [{ role: 'user', content: question }],
    completion: index,
    text,
    sql,
    status: execution.status,
    rewards: components((name) => rewards.components[name]?.value ?? null),
    reasons: components((name) =>
      (rewards.components[name]?.reasons ?? []).map((reason) => ({ points: reason.points, text: reasonWords(reason) })),
    ),
    total: rewards.total,
    advantage,
    ratio,
    teaches,
  };
}

/** Steps as the lines of such a file. */
export const rolloutLines = (step: Step): string =>
  rolloutsOf(step)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');
