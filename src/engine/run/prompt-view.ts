/** The prompt as the page shows it: what a language model gets for a question, with the hints and without. */
import type { GRPOConfig } from '../../grpo/config.ts';
import type { PolicyView, Schema } from '../../grpo/types.ts';
import { analyse } from '../../linking/analyse.ts';
import { makeSchemaIndex } from '../../linking/schema-index.ts';
import { consideredGuidance, drawGuidance } from '../../samplers/language/guidance-draw.ts';
import { buildPrompt, promptBudget, type BuiltPrompt } from '../../samplers/language/prompt.ts';
import type { PromptView } from '../protocol.ts';

export interface PromptNeeds {
  readonly schema: Schema;
  readonly policy: PolicyView;
  readonly config: GRPOConfig;
  /** Tokens that the loaded model takes; null where none is loaded or nobody knows. */
  readonly contextTokens: number | null;
}

/** Sentences of guidance are drawn for each completion; shown are those that a greedy answer takes. */
export function promptFor(question: string, { schema, policy, config, contextTokens }: PromptNeeds): PromptView {
  const index = makeSchemaIndex(schema);
  const analysis = analyse(question, index);
  const promptTokens = promptBudget(config, contextTokens);
  const guidance = config.template_guidance
    ? drawGuidance(consideredGuidance(policy, promptTokens), policy, null).hints
    : [];
  const build = (hintsInPrompt: boolean): BuiltPrompt =>
    buildPrompt({ schema, index, question, analysis, policy, settings: { promptTokens, hintsInPrompt }, guidance });
  const { messages, hints, leftOut, tokens, fits } = build(true);
  return { question, withHints: messages, withoutHints: build(false).messages, hints, leftOut, tokens, fits };
}
