/**
 * A recording's tables as it is written: every text, number, feature and question once, and rows that refer to them by
 * position.
 */
import { featureKey } from '../grpo/feature-key.ts';
import { HINT_TEMPLATES, type HintFeature } from '../grpo/types.ts';
import { LIMITS, type RecordedQuestion } from './format.ts';
import { exactJson } from './json.ts';

/** The recording has come to a limit of the format; the message says which. */
export class RecordingFull extends Error {
  override readonly name = 'RecordingFull';
}

/** Rows as JSON, in the order of their first use. */
class Table {
  readonly #positions = new Map<unknown, number>();
  readonly #limit: number;
  readonly #what: string;
  readonly rows: string[] = [];
  /** Characters of all rows, with what separates them. */
  size = 0;

  constructor(what: string, limit: number) {
    this.#what = what;
    this.#limit = limit;
  }

  /** Position of the row that `key` stands for; `row` makes it where it is new. Throws RecordingFull. */
  position(key: unknown, row: () => unknown): number {
    const known = this.#positions.get(key);
    if (known !== undefined) return known;
    if (this.rows.length >= this.#limit) throw new RecordingFull(`it has ${this.#limit} ${this.#what}`);
    const text = exactJson(row());
    this.#positions.set(key, this.rows.length);
    this.size += text.length + 2;
    return this.rows.push(text) - 1;
  }
}

export class RecordingTables {
  readonly #texts = new Table('texts', LIMITS.texts);
  readonly #numbers = new Table('numbers', LIMITS.numbers);
  readonly #features = new Table('features', LIMITS.features);
  readonly #cues = new Table('cues', LIMITS.features);
  readonly #patterns = new Table('patterns', LIMITS.features);
  readonly #questions = new Table('questions', LIMITS.questions);
  readonly #pools = new Table('pools', LIMITS.pools);
  /** The same objects come again and again. */
  readonly #seenPools = new WeakMap<readonly RecordedQuestion[], number>();
  readonly #seenFeatures = new WeakMap<HintFeature, number>();

  get size(): number {
    return this.#all().reduce((sum, [, table]) => sum + table.size, 0);
  }

  text(text: string): number {
    if (text.length > LIMITS.text)
      throw new RecordingFull(`a text of ${text.length} characters is longer than the ${LIMITS.text} it can hold`);
    return this.#texts.position(text, () => text);
  }

  number(value: number): number {
    // A Map holds 0 and −0 for the same key.
    return this.#numbers.position(Object.is(value, -0) ? '-0' : value, () => value);
  }

  feature(feature: HintFeature): number {
    const seen = this.#seenFeatures.get(feature);
    if (seen !== undefined) return seen;
    const { key, cue, pattern, tables, template, general, words } = feature;
    const position = this.#features.position(exactJson([key, cue, pattern, tables, template, general, words]), () => [
      key === featureKey(cue, pattern) ? -1 : this.text(key),
      cue === null ? -1 : this.#cues.position(exactJson(cue), () => cue),
      this.#patterns.position(exactJson(pattern), () => pattern),
      HINT_TEMPLATES.indexOf(template),
      general ? 1 : 0,
      words,
      ...tables.map((table) => this.text(table)),
    ]);
    this.#seenFeatures.set(feature, position);
    return position;
  }

  question({ id, question }: RecordedQuestion): number {
    return this.#questions.position(exactJson([id, question]), () => ({ id, question }));
  }

  pool(pool: readonly RecordedQuestion[]): number {
    const seen = this.#seenPools.get(pool);
    if (seen !== undefined) return seen;
    const row = pool.map((question) => this.question(question));
    const position = this.#pools.position(row.join(), () => row);
    this.#seenPools.set(pool, position);
    return position;
  }

  /** The tables as fields of a JSON object. */
  fields(): string[] {
    return this.#all().map(([name, table]) => `"${name}":[\n${table.rows.join(',\n')}]`);
  }

  #all(): readonly (readonly [string, Table])[] {
    return [
      ['texts', this.#texts],
      ['numbers', this.#numbers],
      ['cues', this.#cues],
      ['patterns', this.#patterns],
      ['features', this.#features],
      ['questions', this.#questions],
      ['pools', this.#pools],
    ];
  }
}

/** ln 0 is what a choice has that the policy of today would never make; JSON has no word for it. */
export const LN_ZERO = '-Infinity';
