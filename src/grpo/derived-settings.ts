/** What the loop makes of its settings. */
import type { GRPOConfig } from './config.ts';
import { REWARD_COMPONENTS, type ExecutionBudget, type RewardWeights } from './types.ts';

/** The reward weights of a configuration. */
export function rewardWeights(config: GRPOConfig): RewardWeights {
  return Object.fromEntries(REWARD_COMPONENTS.map((name) => [name, config[`${name}_weight`]])) as RewardWeights;
}

/** The weights that choose an answer: as they are set, but without what only some questions have, gold and feedback. */
export function choosingWeights(config: GRPOConfig): RewardWeights {
  return { ...rewardWeights(config), gold: 0, feedback: 0 };
}

/** The degrees of freedom a standard deviation goes without. */
export function ddofOf({ population_sd }: Pick<GRPOConfig, 'population_sd'>): 0 | 1 {
  return population_sd ? 0 : 1;
}

/** What one query may cost. */
export type QueryBudget = Pick<ExecutionBudget, 'maxVmSteps' | 'deadlineMs' | 'maxRows'>;

export function queryBudget({
  max_vm_steps,
  deadline_ms,
  max_rows,
}: Pick<GRPOConfig, 'max_vm_steps' | 'deadline_ms' | 'max_rows'>): QueryBudget {
  return { maxVmSteps: max_vm_steps * 1e6, deadlineMs: deadline_ms, maxRows: max_rows };
}
