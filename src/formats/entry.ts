/** Reading JSON that anybody may have written: every fault ends in one DatasetError of one line. */
import { messageOf } from '../grpo/message-of.ts';

export class DatasetError extends Error {
  override readonly name = 'DatasetError';
}

/**
 * Throws DatasetError for text that is longer than `limit` or no JSON. `source` is the file's name, as messages say it.
 */
export function parseJson(text: string, source: string, limit: number): unknown {
  if (text.length > limit)
    throw new DatasetError(`${source} is too large: ${text.length} characters, at most ${limit} are read.`);
  if (text.trim() === '') throw new DatasetError(`${source} is empty.`);
  // A byte-order mark is no JSON, but editors write it.
  const json = text.replace(/^\uFEFF/, '');
  try {
    return JSON.parse(json);
  } catch (error) {
    const { place, isEnd } = faultOf(json, error);
    const where =
      place === '' ? 'it cannot be read' : isEnd ? `it ends too early, at ${place}` : `it breaks at ${place}`;
    throw new DatasetError(`${source} is not JSON: ${where}.`, { cause: error });
  }
}

/**
 * Where `JSON.parse` gave up, as “line 2, column 5”, and whether at the end of the text; browsers say it in different
 * ways. '' where one does not say it.
 */
function faultOf(json: string, error: unknown): { readonly place: string; readonly isEnd: boolean } {
  const message = messageOf(error);
  const isEnd = /unexpected (?:end|eof)/i.test(message);
  const [, at] = /at position (\d+)/.exec(message) ?? [];
  const [, line, column] = /line (\d+) column (\d+)/.exec(message) ?? [];
  if (at !== undefined) return { place: placeIn(json, Number(at)), isEnd };
  if (line !== undefined) return { place: `line ${line}, column ${column}`, isEnd };
  return { place: isEnd ? placeIn(json, json.length) : '', isEnd };
}

/** "line 3, column 7", both from 1. */
export function placeIn(text: string, at: number): string {
  const before = text.slice(0, at).split(/\r\n|\n|\r/);
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** How a file says its version, for messages: “of version 3”. */
export const versionOf = (given: unknown): string =>
  given === undefined ? 'without a version' : `of version ${JSON.stringify(given).slice(0, 20)}`;

/** What a value is, in words. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** One object of a list, read field by field. */
export class Entry {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #source: string;
  readonly #index: number | null;
  /** The fields it stands in, from the outside. */
  readonly #within: readonly string[];

  /** `index`: its place in a list, null for the file itself. */
  constructor(entry: unknown, source: string, index: number | null, within: readonly string[] = []) {
    this.#source = source;
    this.#index = index;
    this.#within = within;
    this.#fields = {};
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
      throw this.error(`is ${kindOf(entry)}, not an object`);
    this.#fields = entry as Readonly<Record<string, unknown>>;
  }

  error(what: string): DatasetError {
    const id = this.#get('id') ?? this.#get('term') ?? this.#get('key');
    const named = typeof id === 'string' ? ` (${JSON.stringify(id.slice(0, 60))})` : '';
    return new DatasetError(
      `${this.#source}${this.#index === null ? '' : `: entry ${this.#index + 1}${named}`}${this.#within.map((name) => `, "${name}"`).join('')} ${what}.`,
    );
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

  /** A finite number from min to max. */
  number(name: string, min: number, max: number): number {
    const value = this.#get(name);
    if (typeof value !== 'number' || !(value >= min && value <= max)) {
      throw this.error(
        `needs "${name}" to be a number from ${min} to ${max}, but it is ${typeof value === 'number' ? value : kindOf(value)}`,
      );
    }
    return value;
  }

  /** A whole number from 0 up. */
  count(name: string): number {
    const value = this.number(name, 0, Number.MAX_SAFE_INTEGER);
    if (!Number.isInteger(value)) throw this.error(`needs "${name}" to be a whole number, but it is ${value}`);
    return value;
  }

  boolean(name: string): boolean {
    const value = this.#get(name);
    if (typeof value !== 'boolean') throw this.error(`needs "${name}" to be true or false, but it is ${kindOf(value)}`);
    return value;
  }

  texts(name: string, limit: number, count: number): string[] {
    const value = this.optionalTexts(name, limit, count);
    if (value === undefined) throw this.error(`needs a list of texts in "${name}", but it is nothing`);
    return value;
  }

  /** A list of anything, which the caller reads item by item. */
  list(name: string, count: number): readonly unknown[] {
    const value = this.#get(name);
    if (!Array.isArray(value)) throw this.error(`needs a list in "${name}", but it is ${kindOf(value)}`);
    if (value.length > count) throw this.error(`has ${value.length} items in "${name}", at most ${count} are read`);
    return value;
  }

  /** A field that is itself an object. */
  entry(name: string): Entry {
    const value = this.#get(name);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.error(`needs an object in "${name}", but it is ${kindOf(value)}`);
    return new Entry(value, this.#source, this.#index, [...this.#within, name]);
  }

  /** The names of its fields. */
  names(count: number): string[] {
    const names = Object.keys(this.#fields);
    if (names.length > count) throw this.error(`has ${names.length} fields, at most ${count} are read`);
    return names;
  }

  /** False for null, too. */
  has(name: string): boolean {
    return !this.#isAbsent(name);
  }

  /** Whatever it is, undefined for nothing. */
  value(name: string): unknown {
    return this.#get(name);
  }

  isText(name: string): boolean {
    return typeof this.#get(name) === 'string';
  }

  isNull(name: string): boolean {
    return this.#get(name) === null;
  }

  choice<T extends string>(name: string, options: readonly T[]): T {
    const value = this.#get(name);
    const found = options.find((option) => option === value);
    if (found === undefined) {
      const shown = typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : kindOf(value);
      throw this.error(
        `needs "${name}" to be ${options.map((option) => `"${option}"`).join(' or ')}, but it is ${shown}`,
      );
    }
    return found;
  }

  optionalChoice<T extends string>(name: string, options: readonly T[]): T | undefined {
    return this.#isAbsent(name) ? undefined : this.choice(name, options);
  }

  #checked(name: string, value: string, limit: number): string {
    if (value.trim() === '') throw this.error(`has an empty "${name}"`);
    if (value.length > limit)
      throw this.error(`has ${value.length} characters in "${name}", at most ${limit} are read`);
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
