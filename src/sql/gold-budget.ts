import type { ExecutionBudget } from '../grpo/types.ts';

/**
 * Gold SQL is the dataset's, not a sampler's: it may take its time. The same for the reward, the evaluation and the
 * choice of training questions, so that they agree on which gold there is.
 */
export const GOLD_BUDGET: ExecutionBudget = { maxVmSteps: 2e9, deadlineMs: 60_000, maxRows: 100_000, maxBytes: 64e6 };
