/** Reward functions that are fetched when they first score: drawing a group, and showing the page, do without them. */
import type { RewardModel, RewardWeights } from '../grpo/types.ts';
import { fetched } from './fetched.ts';

/** `load` is tried again after it failed. */
export function lateRewards(
  load: () => Promise<(weights: RewardWeights) => RewardModel>,
): (weights: RewardWeights) => RewardModel {
  let make: Promise<(weights: RewardWeights) => RewardModel> | null = null;
  const loaded = (): Promise<(weights: RewardWeights) => RewardModel> =>
    (make ??= fetched(load()).catch((error: unknown) => {
      make = null;
      throw error;
    }));
  return (weights) => {
    let model: RewardModel | null = null;
    return {
      async score(question, completions) {
        model ??= (await loaded())(weights);
        return model.score(question, completions);
      },
    };
  };
}
