/** From files of questions that somebody brings to questions of the open dataset, with a side of the split each. */
import { decodeText } from '../../formats/tables/decode.ts';
import {
  databasesIn,
  readQuestionFile,
  type BroughtQuestion,
  type NamedDatabase,
} from '../../formats/question-files.ts';
import type { Question, Schema, Split } from '../../grpo/types.ts';
import { tracesOf } from '../../lab/facts.ts';
import { moveFact, proposeSplit, type Unsplit } from '../../lab/split.ts';

export { moveFact };

/** Traces that are kept: as many as the questions of a file may leave. */
const MOST_TRACES = 100_000;

export type { BroughtQuestion, NamedDatabase };

export interface Brought {
  readonly source: string;
  readonly questions: readonly BroughtQuestion[];
  readonly notes: readonly string[];
  /** The databases that the file names, the best fitting first; none where it names none. */
  readonly databases: readonly NamedDatabase[];
}

/** Reads a file of questions. Throws DatasetError with what is wrong with it. */
export function readBrought(bytes: Uint8Array, source: string, schema: Schema): Brought {
  const { questions, notes } = readQuestionFile(decodeText(bytes, source).text, source);
  return { source, questions, notes, databases: databasesIn(questions, schema) };
}

/** A question of a file whose SQL does not run. */
export interface RefusedQuestion {
  readonly question: string;
  readonly sql: string;
  readonly why: string;
}

/** `refusals`: why its SQL does not run, null where it does, for each question that has SQL, in order. */
export function sortedOut(
  questions: readonly BroughtQuestion[],
  refusals: readonly (string | null)[],
): { readonly good: readonly BroughtQuestion[]; readonly refused: readonly RefusedQuestion[] } {
  const good: BroughtQuestion[] = [];
  const refused: RefusedQuestion[] = [];
  let next = 0;
  for (const one of questions) {
    const why = one.sql === null ? null : (refusals[next++] ?? null);
    if (why === null || one.sql === null) good.push(one);
    else refused.push({ question: one.question, sql: one.sql, why });
  }
  return { good, refused };
}

/** Traces of questions that trained, and are not there any more, or ask for something else. */
export function traces(
  before: readonly Question[],
  now: readonly Question[],
  trained: readonly string[],
): readonly string[] {
  const standing = new Set(now.flatMap((one) => (one.split === 'train' ? tracesOf(one) : [])));
  const gone = before.filter(({ split }) => split === 'train').flatMap(tracesOf);
  return [...new Set([...trained, ...gone])].filter((trace) => !standing.has(trace)).slice(-MOST_TRACES);
}

/** Whether a question that is newly held out may have been trained on: it, or another that asks for the same. */
export function holdsOutTrained(
  before: readonly Question[],
  now: readonly Question[],
  trained: readonly string[],
): boolean {
  const training = before.filter(({ split }) => split === 'train');
  const ids = new Set(training.map(({ id }) => id));
  const seen = new Set([...trained, ...training.flatMap(tracesOf)]);
  const heldOut = new Set(before.flatMap(({ id, split }) => (split === 'held-out' ? [id] : [])));
  return now.some(
    (one) =>
      one.split === 'held-out' &&
      !heldOut.has(one.id) &&
      (ids.has(one.id) || tracesOf(one).some((trace) => seen.has(trace))),
  );
}

/** What a reader typed. */
export interface Typed {
  readonly question: string;
  /** Null for a question without an answer key. */
  readonly sql: string | null;
  /** Null to have it proposed. */
  readonly split: Split | null;
}

/**
 * The questions with others after them, each on a side of the split. Of those that ask the same words the first stays;
 * one that has no SQL gets that of a later one. `trained`: see `proposeSplit`.
 */
export function withBrought(
  questions: readonly Question[],
  brought: readonly (BroughtQuestion | Typed)[],
  trained: readonly string[] = [],
): Question[] {
  const all = new Map<string, Unsplit>();
  for (const question of questions) all.set(plain(question.question), question);
  const ids = new Set(questions.map(({ id }) => id));
  for (const one of brought) {
    const key = plain(one.question);
    const before = all.get(key);
    if (before !== undefined) {
      if (before.sql === undefined && one.sql !== null) all.set(key, { ...before, sql: one.sql });
      continue;
    }
    const { id = null, sqlAlternatives = [], level = null } = 'id' in one ? one : {};
    all.set(key, {
      id: newId(ids, id),
      question: one.question,
      split: one.split,
      ...(one.sql === null ? {} : { sql: one.sql }),
      ...(one.sql === null || sqlAlternatives.length === 0 ? {} : { sqlAlternatives }),
      ...(level === null ? {} : { level }),
    });
  }
  return proposeSplit([...all.values()], new Set(trained));
}

const plain = (text: string): string => text.replace(/\s+/g, ' ').trim().toLowerCase();

/** Whether these are one question, however they are spaced and capitalised. */
export const sameQuestion = (one: string, other: string): boolean => plain(one) === plain(other);

/** The wanted id where it is free, else the next number. */
function newId(taken: Set<string>, wanted: string | null): string {
  let id = wanted ?? '';
  for (let next = taken.size + 1; id === '' || taken.has(id); next++) id = `q${next}`;
  taken.add(id);
  return id;
}
