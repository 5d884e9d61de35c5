/**
 * Reads the files of a dataset. They are anybody's files, so every fault ends in one DatasetError
 * that names the file, the entry and what is wrong with it.
 */
import type { Question } from '../grpo/types.ts';
import type { Definition } from './protocol.ts';

export class DatasetError extends Error {
  override readonly name = 'DatasetError';
}

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

/** Business definitions of a file `[{term, means, sql}]`. */
export function parseDefinitions(text: string, source: string): Definition[] {
  return parseArray(text, source, 1_000).map((entry, index) => {
    const read = new Entry(entry, source, index);
    return { term: read.text('term', LIMITS.id), means: read.text('means', LIMITS.question), sql: read.text('sql', LIMITS.sql) };
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
  if (text.length > LIMITS.file) throw new DatasetError(`${source} is too large: ${text.length} characters, at most ${LIMITS.file} are read.`);
  let value: unknown;
  try {
    // A byte-order mark is no JSON, but editors write it.
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new DatasetError(`${source} is not JSON: ${(error instanceof Error ? error.message : String(error)).replace(/\s+/g, ' ').slice(0, 200)}`);
  }
  if (!Array.isArray(value)) throw new DatasetError(`${source} must hold a list ([…]), not ${kindOf(value)}.`);
  if (value.length > limit) throw new DatasetError(`${source} has ${value.length} entries, at most ${limit} are read.`);
  return value;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** One object of a list, read field by field. */
class Entry {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #source: string;
  readonly #index: number;

  constructor(entry: unknown, source: string, index: number) {
    this.#source = source;
    this.#index = index;
    this.#fields = {};
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw this.error(`is ${kindOf(entry)}, not an object`);
    this.#fields = entry as Readonly<Record<string, unknown>>;
  }

  error(what: string): DatasetError {
    const id = this.#get('id') ?? this.#get('term');
    const named = typeof id === 'string' ? ` (${JSON.stringify(id.slice(0, 60))})` : '';
    return new DatasetError(`${this.#source}: entry ${this.#index + 1}${named} ${what}.`);
  }

  anyText(name: string): string {
    const value = this.#get(name);
    if (typeof value !== 'string') throw this.error(`needs the text "${name}", but it is ${kindOf(value)}`);
    return value;
  }

  text(name: string, limit: number): string {
    return this.#checked(name, this.anyText(name), limit);
  }

  optionalText(name: string, limit: number): string | undefined {
    return this.#isAbsent(name) ? undefined : this.text(name, limit);
  }

  optionalTexts(name: string, limit: number, count: number): string[] | undefined {
    if (this.#isAbsent(name)) return undefined;
    const value = this.#get(name);
    if (!Array.isArray(value)) throw this.error(`needs a list of texts in "${name}", but it is ${kindOf(value)}`);
    if (value.length > count) throw this.error(`has ${value.length} texts in "${name}", at most ${count} are read`);
    return value.map((item: unknown) => {
      if (typeof item !== 'string') throw this.error(`needs texts in "${name}", but one is ${kindOf(item)}`);
      return this.#checked(name, item, limit);
    });
  }

  choice<T extends string>(name: string, options: readonly T[]): T {
    const value = this.#get(name);
    const found = options.find((option) => option === value);
    if (found === undefined) {
      const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : kindOf(value);
      throw this.error(`needs "${name}" to be ${options.map((option) => `"${option}"`).join(' or ')}, but it is ${shown}`);
    }
    return found;
  }

  optionalChoice<T extends string>(name: string, options: readonly T[]): T | undefined {
    return this.#isAbsent(name) ? undefined : this.choice(name, options);
  }

  #checked(name: string, value: string, limit: number): string {
    if (value.trim() === '') throw this.error(`has an empty "${name}"`);
    if (value.length > limit) throw this.error(`has ${value.length} characters in "${name}", at most ${limit} are read`);
    return value;
  }

  #isAbsent(name: string): boolean {
    const value = this.#get(name);
    return value === undefined || value === null;
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }
}
