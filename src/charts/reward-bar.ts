/**
 * Geometry of a reward bar: signed contributions w_c r_c / Σw stacked outward from zero,
 * positive ones to the right and negative ones to the left, on a fixed scale from −1 to +1.
 */
import { scaleLinear } from 'd3';
import { REWARD_COMPONENTS, type RewardComponent, type RewardWeights, type ScoredRewards } from '../grpo/types.ts';

/** One component's part of the total. */
export interface Contribution {
  readonly component: RewardComponent;
  /** r_c in [−1, 1]; null when it could not be computed. */
  readonly value: number | null;
  /** w_c, as set. */
  readonly weight: number;
  /** w_c / Σw over the components that could be computed; 0 for one that could not. */
  readonly share: number;
  /** share · value. The contributions of a completion add up to its total. */
  readonly points: number;
}

/** The weighted components of a total, in fixed order; components of weight 0 are left out. */
export function contributions(rewards: ScoredRewards, weights: RewardWeights): Contribution[] {
  const present = REWARD_COMPONENTS.flatMap((component) => {
    const score = rewards.components[component];
    const weight = weights[component];
    return score === undefined || weight <= 0 ? [] : [{ component, value: score.value, weight }];
  });
  const sum = present.reduce((total, { value, weight }) => total + (value === null ? 0 : weight), 0);
  return present.map(({ component, value, weight }) => {
    const part = value === null || sum === 0 ? 0 : weight / sum;
    return { component, value, weight, share: part, points: part * (value ?? 0) };
  });
}

export interface Segment {
  readonly component: RewardComponent;
  readonly x: number;
  readonly width: number;
  readonly negative: boolean;
}

/** Pixels of the −1 … +1 scale in a cell `width` wide, with room for the dot at both ends. */
export function rewardScale(width: number, padding = 14): (value: number) => number {
  return scaleLinear([-1, 1], [padding, width - padding]).clamp(true);
}

/** Stacks from zero outward: the largest |points| is not moved, the order of the components is. */
export function rewardSegments(parts: readonly Contribution[], scale: (value: number) => number): Segment[] {
  let right = 0;
  let left = 0;
  return parts.flatMap(({ component, points }) => {
    if (points === 0) return [];
    const from = points > 0 ? right : left + points;
    if (points > 0) right += points;
    else left += points;
    const x = scale(from);
    return [{ component, x, width: scale(from + Math.abs(points)) - x, negative: points < 0 }];
  });
}
