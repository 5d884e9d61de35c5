/** Scored completions, compared as a configuration says. */
import type { GroupAdvantages } from '../advantage.ts';
import type { GRPOConfig } from '../config.ts';
import { ddofOf, rewardWeights } from '../derived-settings.ts';
import { REWARD_COMPONENTS, type ScoredRewards } from '../types.ts';
import type { Estimator } from './estimator.ts';
import { ESTIMATORS } from './index.ts';

/** The estimator in use. Throws Error for a name that no estimator has. */
export function estimatorOf({
  estimator: name,
  scale_rewards,
}: Pick<GRPOConfig, 'estimator' | 'scale_rewards'>): Estimator {
  const found: Estimator | undefined = ESTIMATORS.find((each) => each.name === name);
  if (found === undefined) throw new Error(`There is no estimator "${name}".`);
  return scale_rewards ? found : (found.unscaled ?? found);
}

/** The advantages of a batch of B groups of G completions: B results with G advantages each. */
export function advantagesOf(
  batch: readonly (readonly { readonly rewards: ScoredRewards }[])[],
  config: GRPOConfig,
): GroupAdvantages[] {
  const groups = batch.map((completions) => ({
    totals: completions.map(({ rewards }) => rewards.total),
    components: Object.fromEntries(
      REWARD_COMPONENTS.map((name) => [
        name,
        completions.map(({ rewards }) => rewards.components[name]?.value ?? null),
      ]),
    ),
  }));
  return estimatorOf(config).advantages(groups, { ddof: ddofOf(config), weights: rewardWeights(config) });
}
