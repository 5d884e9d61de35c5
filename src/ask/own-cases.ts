/** Answers to questions with gold, from which the probability is fitted again. */
import { DEFAULT_SEED } from '../grpo/config.ts';
import type { Question } from '../grpo/types.ts';
import type { Judge } from '../lab/judge.ts';
import type { Case } from '../lab/logistic.ts';
import { ask, type AskParts } from './ask.ts';

/**
 * The question asked as a reader would, and whether the answer is right; null where it has no probability. What people
 * said of it has no part. Rejects as `ask` does, and with GoldError.
 */
export async function answeredCase(
  { question, ...about }: Question,
  samples: number,
  parts: AskParts,
  judge: Judge,
): Promise<Case | null> {
  const { candidates, sure } = await ask({ question, samples, hints: true, seed: DEFAULT_SEED }, parts);
  const [best] = candidates;
  if (best === undefined || sure === null) return null;
  const [right = false] = await judge.areRight({ question, ...about }, [best.sql]);
  return { x: sure.evidence, right, weight: 1 };
}
