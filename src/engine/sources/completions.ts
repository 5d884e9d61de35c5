import { DatasetError } from '../../formats/entry.ts';
import type { Question } from '../../grpo/types.ts';
import type { PoolCompletion } from '../../samplers/replay/pool-sampler.ts';

/** Completions by question text. */
export type Completions = ReadonlyMap<string, readonly PoolCompletion[]>;

/**
 * Completions by question id as completions by question text. `file` is its name, as messages say it. Throws
 * DatasetError when none of them is for these questions.
 */
export function forQuestions(
  byId: ReadonlyMap<string, readonly PoolCompletion[]>,
  questions: readonly Question[],
  file: string,
): Completions {
  if (byId.size === 0) throw new DatasetError(`${file} holds no completion.`);
  const texts = questions.flatMap(({ id, question }) => {
    const completions = byId.get(id);
    return completions === undefined ? [] : [[question.trim(), completions] as const];
  });
  if (texts.length === 0)
    throw new DatasetError(`${file}: none of its completions is for a question of this dataset; their ids are others.`);
  return new Map(texts);
}
