import type { HistoryPoint } from './run-store.ts';
import { rewardModeOf } from './reward-modes.ts';
import type { GRPOConfig } from './config.ts';
import type { Step } from './types.ts';

/** What the learning charts keep of a step, and the settings it was taken with. */
export function pointOf(step: Step, config: GRPOConfig): HistoryPoint {
  const { reflections } = step;
  return {
    ...step.metrics,
    step: step.number,
    questionId: step.groups[0]?.questionId ?? '',
    reward: rewardModeOf(config),
    ...(reflections === undefined
      ? {}
      : {
          reflection: {
            calls: reflections.length,
            tokens: reflections.reduce((sum, { promptTokens, tokens }) => sum + (promptTokens ?? 0) + (tokens ?? 0), 0),
          },
        }),
  };
}
