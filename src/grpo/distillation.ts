/** Distils the policy of a trainer (distil.ts), as events. Fetched when it is asked for: most runs never do. */
import { weightActing } from './acting.ts';
import { distil } from './distil.ts';
import type { GRPOTrainer } from './trainer.ts';
import type { HintEvent, OpenDecision, Question } from './types.ts';

/** What distilling did. */
export interface Distillation {
  /** Learned hints that are left, and that there were. */
  readonly kept: number;
  readonly of: number;
  /** Questions answered by the very same decisions as before, and all that were asked. */
  readonly same: number;
  readonly questions: number;
  readonly events: readonly HintEvent[];
}

/** Most hints that distilling leaves, where nobody says otherwise. */
export const MOST_DISTILLED = 300;

/**
 * Leaves of the hints that the run learned the few that decide the same on these questions. Those it started from,
 * those pinned or switched off and those in words stay. Null for a sampler without decisions, and where no answer hangs
 * on what was learned.
 */
export function distilPolicy(trainer: GRPOTrainer, questions: readonly Question[], most: number): Distillation | null {
  const { policy, sampler, config, step } = trainer;
  const { start } = policy;
  const learned = new Set(
    policy.hints.flatMap(({ key, enabled, pinned, template }) =>
      enabled && pinned !== true && template !== 'guidance' && start[key] === undefined ? [key] : [],
    ),
  );
  if (learned.size === 0 || questions.length === 0) return null;
  const { temperature, weight_limit: limit } = config;
  const answers: (readonly OpenDecision[])[] = [];
  for (const { question } of questions) {
    const decisions = sampler.decisions?.({ question, policy, temperature }) ?? null;
    if (decisions === null) return null;
    answers.push(decisions);
  }
  const { weights, same, decided } = distil({
    answers,
    weightOf: (key) => policy.weightOf(key),
    isFixed: (key) => !learned.has(key),
    most,
    limit,
  });
  if (decided === 0) return null;
  const kept = policy.hints.flatMap((hint) => {
    if (!learned.has(hint.key)) return [hint];
    const logit = weights.get(hint.key);
    return logit === undefined ? [] : [{ ...hint, weight: weightActing(hint, logit, config), updatedAt: step }];
  });
  const outcome = { kept: weights.size, of: learned.size, same, questions: questions.length };
  return { ...outcome, events: trainer.reinstate(kept, { id: 'distilled', ...outcome }) };
}
