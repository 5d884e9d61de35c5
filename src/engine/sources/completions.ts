import { QuestionError } from '../../grpo/questions.ts';
import type { Question } from '../../grpo/types.ts';
import type { PoolCompletion } from '../../samplers/replay/pool-sampler.ts';

/** Completions by question text. */
export type Completions = ReadonlyMap<string, readonly PoolCompletion[]>;

/**
 * Completions by question id as completions by question text. Throws QuestionError when none of them is for these
 * questions.
 */
export function forQuestions(
  byId: ReadonlyMap<string, readonly PoolCompletion[]>,
  questions: readonly Question[],
): Completions {
  if (byId.size === 0) throw new QuestionError('There is no completion in this file.');
  const texts = questions.flatMap(({ id, question }) => {
    const completions = byId.get(id);
    return completions === undefined ? [] : [[question.trim(), completions] as const];
  });
  if (texts.length === 0)
    throw new QuestionError('None of these completions is for a question of this dataset: their ids are others.');
  return new Map(texts);
}
