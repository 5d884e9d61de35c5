/** What people said, as completions to draw groups from. */
import type { Feedback } from '../../grpo/feedback.ts';
import type { PoolCompletion } from './pool-sampler.ts';

/** What a sampler that draws from them is called. */
export const FEEDBACK_LABEL = 'What people judged and wrote';
export const JUDGED_BY_PEOPLE = 'judged by people';
export const WRITTEN_BY_PEOPLE = 'written by people';

/**
 * By question text, the SQL texts that people judged or wrote in place of one: each once, in the order in which they
 * were said. A text that somebody wrote is called written, whoever judged it besides.
 */
export function feedbackPool(feedback: readonly Feedback[]): ReadonlyMap<string, readonly PoolCompletion[]> {
  const sources = new Map<string, Map<string, string>>();
  for (const { question, text, corrected } of feedback) {
    const asked = question.trim();
    const texts = sources.get(asked) ?? new Map<string, string>();
    sources.set(asked, texts);
    if (!texts.has(text)) texts.set(text, JUDGED_BY_PEOPLE);
    if (corrected !== null) texts.set(corrected, WRITTEN_BY_PEOPLE);
  }
  return new Map(
    [...sources].map(([question, texts]) => [
      question,
      [...texts].map(([text, source]): PoolCompletion => ({ source, text })),
    ]),
  );
}
