import type { HistoryPoint } from '../grpo/run-store.ts';
import type { Step } from '../grpo/types.ts';

/** What the learning charts keep of a step. */
export function pointOf(step: Step): HistoryPoint {
  return { ...step.metrics, step: step.number, questionId: step.groups[0]?.questionId ?? '' };
}
