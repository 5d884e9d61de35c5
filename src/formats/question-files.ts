/**
 * Questions as they come: our own files, Spider's and BIRD's (`db_id`, `query` or `SQL`, `evidence`), and CSV with a
 * column of questions and one of SQL. Anybody's files: every fault ends in one DatasetError.
 */
import type { Question, Schema, Split } from '../grpo/types.ts';
import { lex } from '../sql/lex.ts';
import { DatasetError, kindOf, parseJson } from './entry.ts';
import { LIMITS } from './dataset.ts';
import { dialectOf, evenLines, isBlank, lineOf, rowsOf } from './tables/delimited.ts';

/** A question that is not of a dataset yet. */
export interface BroughtQuestion {
  /** Of its file; null for none. */
  readonly id: string | null;
  readonly question: string;
  readonly sql: string | null;
  readonly sqlAlternatives: readonly string[];
  readonly split: Split | null;
  readonly level: Question['level'] | null;
  /** The database it is about; null where the file names none. */
  readonly database: string | null;
}

export interface BroughtQuestions {
  readonly questions: readonly BroughtQuestion[];
  /** What a reader should know of how they were read. */
  readonly notes: readonly string[];
}

const QUESTION = ['question', 'nl', 'utterance', 'text', 'frage'];
const SQL = ['sql', 'query', 'gold', 'gold_sql', 'answer'];

/** `source` is the file's name. Throws DatasetError, with the line or the entry that is wrong. */
export function readQuestionFile(text: string, source: string): BroughtQuestions {
  if (text.trim() === '') throw new DatasetError(`${source} is empty.`);
  const isJson = /\.json$/i.test(source) || (!/\.(?:csv|tsv|txt)$/i.test(source) && /^\s*\[/.test(text));
  const read = isJson ? fromJson(text, source) : fromCells(text, source);
  if (read.questions.length === 0) throw new DatasetError(`${source} holds no question.`);
  if (read.questions.length > LIMITS.questions)
    throw new DatasetError(`${source} has ${read.questions.length} questions, at most ${LIMITS.questions} are read.`);
  return read;
}

function fromJson(text: string, source: string): BroughtQuestions {
  const value = parseJson(text, source, 5 * LIMITS.file);
  if (!Array.isArray(value))
    throw new DatasetError(`${source} must hold a list ([…]) of questions, not ${kindOf(value)}.`);
  let withEvidence = 0;
  const questions = value.map((entry: unknown, i): BroughtQuestion => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
      throw new DatasetError(`${source}: entry ${i + 1} is ${kindOf(entry)}, not an object.`);
    const fields = new Map(Object.entries(entry as Readonly<Record<string, unknown>>));
    const textOf = (...names: readonly string[]): string | null => {
      for (const name of names) {
        const found = fields.get(name);
        if (typeof found === 'string' && found.trim() !== '') return found.trim();
      }
      return null;
    };
    const question = textOf('question');
    if (question === null) throw new DatasetError(`${source}: entry ${i + 1} needs the text "question".`);
    const evidence = textOf('evidence');
    if (evidence !== null) withEvidence++;
    // In Spider's files "sql" is the parsed query, and "query" its text.
    const alternatives = fields.get('sql_alternatives');
    const level = ['easy', 'medium', 'hard'].find((one) => one === textOf('level'));
    return checked(
      {
        id: textOf('id'),
        question: evidence === null ? question : `${question} (${evidence})`,
        sql: textOf('query', 'SQL', 'sql'),
        sqlAlternatives: Array.isArray(alternatives)
          ? alternatives.filter((one): one is string => typeof one === 'string')
          : [],
        split: splitOf(textOf('split')),
        level: (level ?? null) as Question['level'] | null,
        database: textOf('db_id'),
      },
      `${source}: entry ${i + 1}`,
    );
  });
  const notes =
    withEvidence === 0 ? [] : [`The evidence of ${withEvidence} questions stands in brackets behind their text.`];
  return { questions, notes };
}

function fromCells(given: string, source: string): BroughtQuestions {
  const text = evenLines(given.replace(/^\uFEFF/, ''));
  const dialect = dialectOf(text, /\.tsv$/i.test(source) ? '\t' : null);
  const rows = [...rowsOf(text, dialect, source)].flatMap((read) => [...read.rows]);
  const [header = []] = rows;
  const names = header.map((name) => name.trim().toLowerCase());
  const at = (known: readonly string[]): number => names.findIndex((name) => known.includes(name));
  const question = at(QUESTION);
  if (question < 0)
    throw new DatasetError(
      `${source}, line 1: no column is called “question”. The first line is to name the columns: question, sql.`,
    );
  const [sql, split, database] = [at(SQL), at(['split']), at(['db_id', 'database'])];
  // A table of feedback: its SQL is what was judged, and right only where a thumb says so.
  const [thumb, corrected] = [at(['thumb']), at(['corrected'])];
  const isFeedback = thumb >= 0 && corrected >= 0;
  const questions = rows.flatMap((row, i): BroughtQuestion[] => {
    if (i === 0 || isBlank(row)) return [];
    const place = `${source}, line ${lineOf(rows, i, dialect.from > 0 ? 2 : 1)}`;
    const cell = (column: number): string | null => (column < 0 ? null : row[column]?.trim() || null);
    const asked = cell(question);
    if (asked === null) throw new DatasetError(`${place}: there is no question.`);
    if (row.length > header.length)
      throw new DatasetError(
        `${place}: ${row.length} cells for ${header.length} columns. Put SQL with commas in quotes.`,
      );
    const right = !isFeedback ? cell(sql) : (cell(corrected) ?? (cell(thumb) === 'up' ? cell(sql) : null));
    const found = { id: null, sqlAlternatives: [], level: null };
    return [
      checked({ ...found, question: asked, sql: right, split: splitOf(cell(split)), database: cell(database) }, place),
    ];
  });
  const notes = isFeedback
    ? ['It holds feedback: the answer key is the SQL that was corrected, else one with a thumb up.']
    : [];
  return { questions, notes };
}

function checked(question: BroughtQuestion, place: string): BroughtQuestion {
  if (question.question.length > LIMITS.question)
    throw new DatasetError(
      `${place}: the question has ${question.question.length} characters, at most ${LIMITS.question} are read.`,
    );
  if ((question.sql?.length ?? 0) > LIMITS.sql)
    throw new DatasetError(`${place}: the SQL has ${question.sql?.length ?? 0} characters, at most ${LIMITS.sql}.`);
  return question;
}

function splitOf(text: string | null): Split | null {
  const plain = text?.toLowerCase() ?? '';
  if (plain === 'train' || plain === 'training') return 'train';
  return ['held-out', 'heldout', 'test', 'dev', 'validation'].includes(plain) ? 'held-out' : null;
}

/** A database that a file names, and how well its questions fit the open one. */
export interface NamedDatabase {
  readonly name: string;
  readonly questions: number;
  /** Share of its questions with SQL whose tables are all there. */
  readonly fit: number;
}

/** The databases that a file names, the best fitting first; none where it names none. */
export function databasesIn(questions: readonly BroughtQuestion[], { tables }: Schema): NamedDatabase[] {
  const known = new Set(tables.map(({ name }) => name.toLowerCase()));
  const found = new Map<string, { questions: number; withSql: number; fitting: number }>();
  for (const { database, sql } of questions) {
    if (database === null) continue;
    const one = found.get(database) ?? { questions: 0, withSql: 0, fitting: 0 };
    one.questions++;
    if (sql !== null) {
      one.withSql++;
      if (tablesOf(sql).every((table) => known.has(table))) one.fitting++;
    }
    found.set(database, one);
  }
  return [...found]
    .map(([name, { questions: count, withSql, fitting }]) => ({
      name,
      questions: count,
      fit: withSql === 0 ? 0 : fitting / withSql,
    }))
    .sort((a, b) => b.fit - a.fit || b.questions - a.questions);
}

/** What follows FROM and JOIN, in lower case, without names that the text gives itself. */
function tablesOf(sql: string): string[] {
  const tokens = lex(sql);
  const own = new Set<string>();
  const named: string[] = [];
  for (const [i, { value }] of tokens.entries()) {
    const word = value.toLowerCase();
    const next = tokens[i + 1];
    if ((word === 'from' || word === 'join') && next?.kind === 'identifier') named.push(next.value.toLowerCase());
    if (
      (word === 'with' || value === ',') &&
      next?.kind === 'identifier' &&
      tokens[i + 2]?.value.toLowerCase() === 'as'
    )
      own.add(next.value.toLowerCase());
  }
  return named.filter((name) => !own.has(name));
}
