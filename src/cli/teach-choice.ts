/**
 * What training and measuring a choice among replayed completions have in common, so that both choose by the same
 * rewards.
 */
import { makeConfig } from '../grpo/config.ts';
import type { GRPOConfig, PresetName } from '../grpo/config.ts';
import { rewardModeWeights } from '../grpo/reward-modes.ts';
import type { RewardMode } from '../grpo/reward-modes.ts';
import { queryBudget, choosingWeights } from '../grpo/derived-settings.ts';
import type { Database, RewardModel } from '../grpo/types.ts';
import { CHOICE_TRAINING, referenceTotals } from '../lab/choice-training.ts';
import type { PoolOptions } from '../samplers/replay/pool-sampler.ts';
import { configFrom } from './inputs.ts';
import { readSettings } from './options.ts';
import type { GivenOptions } from './options.ts';
import { rewardsFor } from './parts.ts';

/**
 * What is measured of replayed completions: groups as large as those that teach, enough of them that chance in drawing
 * them averages out.
 */
export const MEASURED = { group_size: CHOICE_TRAINING.group_size, seeds: 10 } as const;

/**
 * The preset, in its place the reward's weights, in theirs what teaches a choice, in its place --set. Throws
 * UsageError, ConfigError.
 */
export function choiceConfig(given: GivenOptions, reward: RewardMode, preset: PresetName = 'reference'): GRPOConfig {
  return makeConfig({ ...rewardModeWeights(reward), ...CHOICE_TRAINING, ...readSettings(given.all('set')) }, preset);
}

/**
 * Settings under which a choice is measured: reference-free weights, unless --set says otherwise. Throws UsageError,
 * ConfigError.
 */
export function measuringConfig(given: GivenOptions): GRPOConfig {
  return configFrom(given, { group_size: MEASURED.group_size });
}

/**
 * The rewards that choose: weighed as the settings say, but never by what only some questions have, gold and feedback.
 */
export function choosingRewards(database: Database, config: GRPOConfig): RewardModel {
  return rewardsFor(database)(choosingWeights(config));
}

/**
 * By what, beside hints, the groups that teach are drawn. `measuring`: of `measuringConfig`; the weights of a gold
 * reward say nothing about it.
 */
export function choosingTotals(
  database: Database,
  measuring: GRPOConfig,
  training: GRPOConfig,
): NonNullable<PoolOptions['totals']> {
  return referenceTotals({ database, rewards: choosingRewards(database, measuring), budget: queryBudget(training) });
}
