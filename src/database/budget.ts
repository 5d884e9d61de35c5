import type { ExecutionBudget } from '../grpo/types.ts';

/** What one statement may cost unless the caller says otherwise. */
export const DEFAULT_BUDGET: ExecutionBudget = { maxVmSteps: 20e6, deadlineMs: 3000, maxRows: 5000, maxBytes: 4e6 };
