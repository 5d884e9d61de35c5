/** Scored completions, compared as a configuration says. */
import type { GroupAdvantages } from '../advantage.ts';
import type { GRPOConfig } from '../config.ts';
import { ddofOf, rewardWeights } from '../derived-settings.ts';
import { REWARD_COMPONENTS, WORST_REWARD, type ScoredRewards } from '../types.ts';
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

/**
 * The advantages of a batch of B groups of G completions: B results with G advantages each. What evades the question
 * has the worst total already and counts as the worst in every component: no estimator gives it an advantage above 0,
 * or above that of a completion of its group that does not evade.
 */
export function advantagesOf(
  batch: readonly (readonly { readonly rewards: ScoredRewards }[])[],
  config: GRPOConfig,
): GroupAdvantages[] {
  const groups = batch.map((completions) => ({
    totals: completions.map(({ rewards }) => rewards.total),
    components: Object.fromEntries(
      REWARD_COMPONENTS.map((name) => [
        name,
        completions.map(({ rewards: { components: scored, cappedAt } }) =>
          cappedAt === undefined ? (scored[name]?.value ?? null) : WORST_REWARD,
        ),
      ]),
    ),
  }));
  return estimatorOf(config).advantages(groups, { ddof: ddofOf(config), weights: rewardWeights(config) });
}
