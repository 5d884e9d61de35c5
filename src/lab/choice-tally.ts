/**
 * Which completion of a group would be taken, without anybody knowing the answer key: by the reward functions that need
 * none, alone and with the hints. Pure.
 */
import { bestOf, choiceScores, hintScore } from '../grpo/choice.ts';
import { isRight } from '../grpo/exploration.ts';
import type { Completion, PolicyView, RewardWeights } from '../grpo/types.ts';

/** Components that look at gold, or at what people said. */
const KEYS = ['gold', 'feedback'] as const;

/**
 * Σ w·r / Σ w over the components that need no answer key, in [-1, 1]; null where none could be computed. What evades
 * the question keeps its cap.
 */
export function keylessTotal({ components, cappedAt }: Completion['rewards'], weights: RewardWeights): number | null {
  if (cappedAt !== undefined) return cappedAt;
  let [sum, total] = [0, 0];
  for (const [name, score] of Object.entries(components)) {
    const component = name as keyof RewardWeights;
    if (score.value === null || (KEYS as readonly string[]).includes(component)) continue;
    sum += weights[component] * score.value;
    total += weights[component];
  }
  return total === 0 ? null : sum / total;
}

/** A group, and what is taken of it by either rule: positions in the group. */
export interface Taken {
  readonly rewards: readonly (number | null)[];
  /** Σ w f of each. */
  readonly hints: readonly number[];
  readonly byReward: number;
  readonly byBoth: number;
}

export function taken(completions: readonly Completion[], policy: PolicyView, weights: RewardWeights): Taken {
  const rewards = completions.map((one) => keylessTotal(one.rewards, weights));
  const choosable = completions.map(({ features }, i) => ({ total: rewards[i] ?? null, features }));
  return {
    rewards,
    hints: completions.map(({ features }) => hintScore(features, policy)),
    byReward: bestOf(choiceScores(choosable, policy, false)),
    byBoth: bestOf(choiceScores(choosable, policy, true)),
  };
}

/** Groups in which a choice could be right or wrong, and how often either rule, or chance, took a right one. */
export interface Tally {
  readonly groups: number;
  readonly byReward: number;
  readonly byBoth: number;
  /** Expected of a draw among the group. */
  readonly byChance: number;
  /** Groups in which the two rules were not equally right. */
  readonly gained: number;
  readonly lost: number;
}

export const NO_TALLY: Tally = { groups: 0, byReward: 0, byBoth: 0, byChance: 0, gained: 0, lost: 0 };

export function counted(tally: Tally, completions: readonly Completion[], { byReward, byBoth }: Taken): Tally {
  const right = completions.map(({ rewards }) => isRight(rewards));
  const reward = right[byReward] === true;
  const both = right[byBoth] === true;
  return {
    groups: tally.groups + 1,
    byReward: tally.byReward + Number(reward),
    byBoth: tally.byBoth + Number(both),
    byChance: tally.byChance + right.filter(Boolean).length / completions.length,
    gained: tally.gained + Number(both && !reward),
    lost: tally.lost + Number(reward && !both),
  };
}
