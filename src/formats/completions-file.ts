/**
 * Completions of language models as a file: `[{id, completions: [{source?, text, correct?}]}]`, id being a question's.
 */
import { DatasetError, Entry, kindOf, parseJson } from './entry.ts';

export interface GivenCompletion {
  /** The model it is from; '' when the file does not say. */
  readonly source: string;
  /** As the model wrote it. */
  readonly text: string;
  /** Whether its result is right; undefined when the file does not say. */
  readonly correct: boolean | undefined;
}

const LIMITS = { file: 200_000_000, questions: 20_000, completions: 2_000, id: 200, source: 200 } as const;

/** Completions by question id. Throws DatasetError naming the file, the entry and what is wrong with it. */
export function parseCompletions(text: string, source: string): Map<string, readonly GivenCompletion[]> {
  const list = parseJson(text, source, LIMITS.file);
  if (!Array.isArray(list)) throw new DatasetError(`${source} must hold a list ([…]), not ${kindOf(list)}.`);
  if (list.length > LIMITS.questions)
    throw new DatasetError(`${source} has ${list.length} entries, at most ${LIMITS.questions} are read.`);
  const byId = new Map<string, readonly GivenCompletion[]>();
  list.forEach((item: unknown, index) => {
    const entry = new Entry(item, source, index);
    const id = entry.text('id', LIMITS.id);
    if (byId.has(id)) throw entry.error('has the id of an earlier entry; ids must differ');
    const given = (item as Readonly<Record<string, unknown>>)['completions'];
    if (!Array.isArray(given)) throw entry.error(`needs a list in "completions", but it is ${kindOf(given)}`);
    if (given.length > LIMITS.completions)
      throw entry.error(`has ${given.length} completions, at most ${LIMITS.completions} are read`);
    byId.set(
      id,
      given.map((one: unknown): GivenCompletion => {
        if (typeof one !== 'object' || one === null || Array.isArray(one))
          throw entry.error(`has a completion that is ${kindOf(one)}, not an object`);
        // Long or empty text is no broken file: it is what a model wrote.
        const read = new Entry(one, source, index);
        const flag = (one as Readonly<Record<string, unknown>>)['correct'];
        return {
          source: read.optionalText('source', LIMITS.source) ?? '',
          text: read.anyText('text'),
          correct: flag === undefined || flag === null ? undefined : read.boolean('correct'),
        };
      }),
    );
  });
  return byId;
}
