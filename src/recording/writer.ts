/**
 * Writes a recording entry by entry: each is text as soon as it is added, so that a long run does not hold its samples.
 */
import type { FeatureUse, Retraced, Sample } from '../grpo/types.ts';
import type { RecordedCall } from '../samplers/replay/recording-sampler.ts';
import { FORMAT, LIMITS, VERSION, type RecordingEntry, type RecordingHeader } from './format.ts';
import { exactJson } from './json.ts';
import { LN_ZERO, RecordingFull, RecordingTables } from './tables.ts';

/** A place to go back to. */
export interface RecordingMark {
  readonly entries: number;
  readonly size: number;
}

export class RecordingWriter {
  readonly #head: string;
  readonly #tables = new RecordingTables();
  readonly #entries: string[] = [];
  /** Characters of the entries, with what separates them. */
  #size = 0;

  constructor({ dataset, databaseSha256, sampler, learning, distribution, config, feedback, state }: RecordingHeader) {
    const { id, label, isLanguageModel } = sampler;
    const head = exactJson({
      format: FORMAT,
      version: VERSION,
      dataset,
      databaseSha256,
      sampler: { id, label, isLanguageModel },
      learning,
      distribution,
      config,
      feedback,
      state,
    });
    this.#head = head.slice(0, -1);
  }

  /** Characters of the file as it stands. */
  get size(): number {
    return this.#head.length + this.#tables.size + this.#size + SEPARATORS;
  }

  /**
   * Nothing is added when it throws: RecordingFull at a limit of the format, RangeError for a number that is not
   * finite.
   */
  add(entry: RecordingEntry): void {
    if (this.#entries.length >= LIMITS.entries) throw new RecordingFull(`it has ${LIMITS.entries} entries`);
    const text = exactJson(this.#packed(entry));
    if (this.size + text.length + 2 > LIMITS.file)
      throw new RecordingFull(`the file would be longer than ${LIMITS.file} characters`);
    this.#size += text.length + 2;
    this.#entries.push(text);
  }

  mark(): RecordingMark {
    return { entries: this.#entries.length, size: this.#size };
  }

  /** Forgets the entries since then. What they put into the tables stays there, unused. */
  rollback({ entries, size }: RecordingMark): void {
    this.#entries.length = entries;
    this.#size = size;
  }

  text(): string {
    return `${[this.#head, ...this.#tables.fields(), `"entries":[\n${this.#entries.join(',\n')}]`].join(',\n')}}\n`;
  }

  #packed(entry: RecordingEntry): unknown {
    switch (entry.kind) {
      case 'step': {
        const { kind, questions, pool, calls } = entry;
        if (questions.length > LIMITS.questionsPerStep || calls.length > LIMITS.calls)
          throw new RecordingFull('a step is larger than it can hold');
        return {
          kind,
          questions: questions.map((question) => this.#tables.question(question)),
          pool: pool === null ? null : this.#tables.pool(pool),
          calls: calls.map((call) => this.#call(call)),
        };
      }
      case 'edit':
        return { kind: entry.kind, key: entry.key, ...entry.edit };
      case 'sampler': {
        const { id, label, isLanguageModel } = entry.sampler;
        return { kind: entry.kind, id, label, isLanguageModel };
      }
      case 'configure':
      case 'events':
      case 'feedback':
        return entry;
    }
  }

  #call({ question, ...call }: RecordedCall): unknown {
    const asked = this.#tables.text(question);
    switch (call.method) {
      case 'generateGroup':
        return { ...call, question: asked, samples: call.samples.map((sample) => this.#sample(sample)) };
      case 'greedy':
        return { ...call, question: asked, sample: this.#sample(call.sample) };
      case 'replay':
        return { ...call, question: asked, sample: call.sample === null ? null : this.#sample(call.sample) };
      case 'retrace':
        return { ...call, question: asked, group: call.group?.map((one) => this.#retraced(one)) ?? null };
      case 'distribution':
        return { ...call, question: asked };
    }
  }

  #retraced({ probabilities, features }: Retraced): unknown {
    return {
      probabilities: probabilities.map((probability) => this.#tables.number(probability)),
      features: features.flatMap(({ feature, value, expected, weighed = 0 }) => [
        this.#tables.feature(feature),
        value,
        this.#tables.number(expected),
        this.#tables.number(weighed),
      ]),
    };
  }

  #sample({
    text,
    sql,
    features,
    logProbability,
    referenceLogProbability,
    decisions,
    choices,
    origin,
  }: Sample): unknown {
    const { prompt: _notKept, ...kept } = origin ?? {};
    return {
      text: this.#tables.text(text),
      sql: sql === text ? undefined : this.#tables.text(sql),
      logProbability: logarithm(logProbability),
      reference: logarithm(referenceLogProbability),
      features: features.flatMap(({ feature, value, expected }: FeatureUse) => [
        this.#tables.feature(feature),
        value,
        this.#tables.number(expected),
      ]),
      decisions: decisions.flatMap(({ name, chosen, probability, referenceProbability }) => [
        this.#tables.text(name),
        this.#tables.text(chosen),
        this.#tables.number(probability),
        this.#tables.number(referenceProbability),
      ]),
      choices,
      origin: origin === undefined ? undefined : kept,
    };
  }
}

/** Names of the tables, brackets and commas: no more than this. */
const SEPARATORS = 200;

const logarithm = (value: number | null): number | string | null => (value === -Infinity ? LN_ZERO : value);
