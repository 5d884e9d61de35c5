/**
 * After a step: what the language model makes of each group that taught something, put into effect as events of the
 * policy.
 */
import { patternWords } from '../../grpo/wording.ts';
import type { GRPOConfig } from '../../grpo/config.ts';
import { applyGuidance, GuidanceError } from '../../grpo/guidance.ts';
import type { PolicyLayer } from '../../grpo/policy.ts';
import { reasonOf } from '../../grpo/sentences.ts';
import type { GroupReflection, HintEvent, Step } from '../../grpo/types.ts';
import { ModelError, type LanguageModel } from '../../samplers/language/model.ts';
import { reflect, shownCauses } from '../../samplers/language/reflection.ts';

interface Parts {
  readonly model: LanguageModel;
  readonly policy: PolicyLayer;
  readonly config: GRPOConfig;
  /** Of the run. */
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Seeds of a model are below this. */
const SEEDS = 2 ** 31;

/**
 * One call for every group with a signal. The step is taken whatever comes of it: a fault, or the reader's stop, is
 * told as its outcome.
 */
export async function reflectOn(
  step: Step,
  { model, policy, config, seed, signal }: Parts,
): Promise<{ readonly reflections: readonly GroupReflection[]; readonly events: readonly HintEvent[] }> {
  const reflections: GroupReflection[] = [];
  const events: HintEvent[] = [];
  for (const [number, group] of step.groups.entries()) {
    if (group.noSignal || signal.aborted) continue;
    try {
      const said = await reflect({
        model,
        group,
        policy,
        seed: (seed + step.number * 31 + number) % SEEDS,
        settings: config,
        signal,
      });
      const cost = { text: said.text, promptTokens: said.promptTokens, tokens: said.tokens };
      if (said.operation === null)
        reflections.push({ group: number, accepted: false, outcome: `Refused: ${said.refusal}`, ...cost });
      else if (said.operation.op === 'none')
        reflections.push({ group: number, accepted: false, outcome: 'It found nothing new to say.', ...cost });
      else {
        const made = applyGuidance(policy, said.operation, {
          step: step.number,
          author: { by: 'model', label: model.label, step: step.number },
          causes: shownCauses(group, number),
        });
        events.push(...made);
        reflections.push({
          group: number,
          accepted: true,
          outcome: made
            .map((event) =>
              event.hint === undefined
                ? `${event.key} was taken out. ${reasonOf(event)}`
                : `“${patternWords(event.hint.pattern)}”`,
            )
            .join(' '),
          ...cost,
        });
      }
    } catch (error) {
      const outcome = signal.aborted
        ? 'Stopped before it was done.'
        : error instanceof ModelError
          ? `${error.message} ${error.remedy}`
          : error instanceof GuidanceError
            ? `Refused: ${error.message}`
            : null;
      if (outcome === null) throw error;
      reflections.push({ group: number, accepted: false, outcome, text: '', promptTokens: null, tokens: null });
    }
  }
  return { reflections, events };
}
