/** The SQL that Ask answers with, question after question: what an evaluation of that rule judges. */
import { DEFAULT_SEED } from '../grpo/config.ts';
import type { PolicyView, Question } from '../grpo/types.ts';
import { ask, type AskParts } from './ask.ts';
import { BEST_OF } from '../lab/experiment-types.ts';

/** Rejects as `ask` does; '' where no candidate could be scored. */
export function bestAnswers(
  parts: Omit<AskParts, 'policy'>,
): (policy: PolicyView) => (question: Question) => Promise<string> {
  return (policy) =>
    async ({ question }) => {
      const asked = { question, samples: BEST_OF, hints: true, seed: DEFAULT_SEED };
      return (await ask(asked, { ...parts, policy })).candidates[0]?.sql ?? '';
    };
}
