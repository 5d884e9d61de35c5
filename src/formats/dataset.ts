/**
 * Reads the files of a dataset. They are anybody's files, so every fault ends in one DatasetError
 * that names the file, the entry and what is wrong with it.
 */
import type { Question } from '../grpo/types.ts';
import { DatasetError, Entry, kindOf, parseJson } from './entry.ts';
import type { Definition } from '../grpo/types.ts';

export { DatasetError };

export const LIMITS = {
  /** UTF-16 units of a whole file. */
  file: 20_000_000,
  questions: 50_000,
  id: 200,
  question: 2_000,
  /** What SQLite is allowed to be given, see the sandbox. */
  sql: 100_000,
  alternatives: 50,
} as const;

const LEVELS = ['easy', 'medium', 'hard'] as const;

/**
 * Questions of a file `[{id, question, sql?, sql_alternatives?, split: "train"|"held-out", level?}]`; fields of
 * other names are somebody else's. An empty list is fine. `source` is the file's name, as messages say it.
 */
export function parseQuestions(text: string, source: string): Question[] {
  const entries = parseArray(text, source, LIMITS.questions);
  const seen = new Map<string, number>();
  return entries.map((entry, index) => {
    const read = new Entry(entry, source, index);
    const id = read.text('id', LIMITS.id);
    const first = seen.get(id);
    if (first !== undefined) throw read.error(`has the id of entry ${first + 1}; ids must differ`);
    seen.set(id, index);
    const sql = read.optionalText('sql', LIMITS.sql);
    const alternatives = read.optionalTexts('sql_alternatives', LIMITS.sql, LIMITS.alternatives);
    if (alternatives !== undefined && sql === undefined) throw read.error('has "sql_alternatives" without "sql"');
    const level = read.optionalChoice('level', LEVELS);
    return {
      id,
      question: read.text('question', LIMITS.question),
      split: read.choice('split', ['train', 'held-out']),
      ...(sql === undefined ? {} : { sql }),
      ...(alternatives === undefined ? {} : { sqlAlternatives: alternatives }),
      ...(level === undefined ? {} : { level }),
    };
  });
}

/** The text of a file of questions, as `parseQuestions` reads it. */
export function writeQuestions(questions: readonly Question[]): string {
  const entries = questions.map(({ sqlAlternatives, ...question }) =>
    sqlAlternatives === undefined ? question : { ...question, sql_alternatives: sqlAlternatives },
  );
  return `${JSON.stringify(entries, null, 1)}\n`;
}

/** Business definitions of a file `[{term, means, sql}]`. */
export function parseDefinitions(text: string, source: string): Definition[] {
  return parseArray(text, source, 1_000).map((entry, index) => {
    const read = new Entry(entry, source, index);
    return {
      term: read.text('term', LIMITS.id),
      means: read.text('means', LIMITS.question),
      sql: read.text('sql', LIMITS.sql),
    };
  });
}

/** The SQL texts to score, `[{id, sql}]`: `id` is a question's; several entries may answer one question. */
export function parseAnswers(text: string, source: string): { readonly id: string; readonly sql: string }[] {
  return parseArray(text, source, 20 * LIMITS.questions).map((entry, index) => {
    const read = new Entry(entry, source, index);
    // Too long or empty SQL is no broken file: it is an answer, and SQLite's to refuse.
    return { id: read.text('id', LIMITS.id), sql: read.anyText('sql') };
  });
}

function parseArray(text: string, source: string, limit: number): unknown[] {
  const value = parseJson(text, source, LIMITS.file);
  if (!Array.isArray(value)) throw new DatasetError(`${source} must hold a list ([…]), not ${kindOf(value)}.`);
  if (value.length > limit) throw new DatasetError(`${source} has ${value.length} entries, at most ${limit} are read.`);
  return value;
}
