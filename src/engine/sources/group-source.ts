/**
 * Where the groups of a run come from: the built-in sampler, the language model that is loaded, or completions that
 * were written earlier. The run keeps the id; what it stands for may come and go with the page.
 */
import type { GRPOConfig } from '../../grpo/config.ts';
import type { Feedback } from '../../grpo/feedback.ts';
import type { Sampler, SampleRequest, Sample, Schema, Distribution, Question } from '../../grpo/types.ts';
import type { LanguageSampler, LiveGroup, makeLanguageSampler } from '../../samplers/language/language-sampler.ts';
import { ModelError } from '../../samplers/language/model.ts';
import type { LanguageModel } from '../../samplers/language/model.ts';
import { feedbackPool } from '../../samplers/replay/feedback-pool.ts';
import type { PoolCompletion } from '../../samplers/replay/pool-sampler.ts';
import { QuestionError } from '../../grpo/questions.ts';

export const SKETCH = 'sketch';
/** Completions that published models wrote, where the dataset comes with them. */
export const PUBLISHED = 'completions';
/** What people judged or wrote. */
export const JUDGED = 'feedback';
/** Completions of a file that the reader opened; the file's id stands behind it. */
export const COMPLETIONS_FILE = 'completions/';
/** A recorded run; the file's id stands behind it. */
export const RECORDING = 'recording/';

export type Completions = ReadonlyMap<string, readonly PoolCompletion[]>;

export interface GroupSourceParts {
  readonly schema: Schema;
  readonly sketch: Sampler;
  readonly model: () => LanguageModel | null;
  readonly settings: () => GRPOConfig;
  readonly feedback: () => readonly Feedback[];
  /** Published completions by question text; null where the dataset has none. */
  readonly published: (() => Promise<Completions>) | null;
  /** Those of an opened file. Rejects with a message for a reader when it is gone or does not fit the dataset. */
  readonly fromFile: (id: string) => Promise<Completions>;
  readonly onLive: (group: LiveGroup | null) => void;
}

/** A Sampler that is whatever was chosen last. */
export class GroupSource implements Sampler {
  readonly #parts: GroupSourceParts;
  #chosen: Sampler;
  #language: { readonly model: LanguageModel; readonly sampler: LanguageSampler } | null = null;

  constructor(parts: GroupSourceParts) {
    this.#parts = parts;
    this.#chosen = parts.sketch;
  }

  get id(): string {
    return this.#chosen.id;
  }
  get label(): string {
    return this.#chosen.label;
  }
  get isLanguageModel(): boolean {
    return this.#chosen.isLanguageModel;
  }
  /** Whether a step can be taken now: a language model may not be loaded. */
  get ready(): boolean {
    return !(this.#chosen instanceof AbsentModel) || this.#parts.model()?.id === this.#chosen.id;
  }

  /**
   * Takes groups from there from now on. `label` is what a model that is not loaded, or a file, is called. Rejects when
   * there is nothing to take.
   */
  async use(id: string, label: string = id): Promise<void> {
    const { sketch, published, feedback, schema, fromFile } = this.#parts;
    if (id === SKETCH) this.#chosen = sketch;
    else if (id === PUBLISHED) {
      if (published === null) throw new Error('This dataset comes without completions of published models.');
      this.#chosen = await pool(id, 'Recorded completions of published models', await published(), schema);
    } else if (id === JUDGED) {
      if (feedback().length === 0)
        throw new Error('Nobody has judged a completion of this dataset yet. Give a thumb, or correct a SQL, first.');
      this.#chosen = await pool(id, 'What people judged and wrote', feedbackPool(feedback()), schema);
    } else if (id.startsWith(COMPLETIONS_FILE))
      this.#chosen = await pool(
        id,
        label === id ? 'Recorded completions of your file' : label,
        await fromFile(id.slice(COMPLETIONS_FILE.length)),
        schema,
      );
    else {
      // Its code is fetched with the first model that is chosen: most runs have none.
      const { makeLanguageSampler: make } = await import('../../samplers/language/language-sampler.ts');
      this.#chosen = new AbsentModel(id, label, () => this.#loaded(id, make));
    }
  }

  generateGroup(request: SampleRequest, count: number): Promise<Sample[]> {
    return this.#chosen.generateGroup(request, count);
  }
  greedy(request: SampleRequest): Promise<Sample> {
    return this.#chosen.greedy(request);
  }
  replay(request: Omit<SampleRequest, 'random'>, choices: readonly number[]): Sample | null {
    return this.#chosen.replay?.(request, choices) ?? null;
  }
  distribution(request: Omit<SampleRequest, 'random'>, samples: readonly Sample[]): Distribution | null {
    return this.#chosen.distribution(request, samples);
  }

  /** Ends one completion that is being written; its text so far counts. */
  stop(index: number): void {
    this.#language?.sampler.stop(index);
  }

  #loaded(id: string, make: typeof makeLanguageSampler): LanguageSampler | null {
    const model = this.#parts.model();
    if (model?.id !== id) return null;
    if (this.#language?.model !== model) {
      const { schema, settings, onLive } = this.#parts;
      this.#language = { model, sampler: make({ model, schema, settings, onLive }) };
    }
    return this.#language.sampler;
  }
}

/** A language model by its id, whether it is loaded or not. */
class AbsentModel implements Sampler {
  readonly id: string;
  readonly isLanguageModel = true;
  readonly #label: string;
  readonly #loaded: () => LanguageSampler | null;

  constructor(id: string, label: string, loaded: () => LanguageSampler | null) {
    this.id = id;
    this.#label = label.replace(/[\p{Cc}\p{Cf}]+/gu, '').slice(0, 100);
    this.#loaded = loaded;
  }

  get label(): string {
    return this.#loaded()?.label ?? this.#label;
  }

  async generateGroup(request: SampleRequest, count: number): Promise<Sample[]> {
    return this.#need().generateGroup(request, count);
  }
  async greedy(request: SampleRequest): Promise<Sample> {
    return this.#need().greedy(request);
  }
  distribution(): null {
    return null;
  }

  #need(): LanguageSampler {
    const sampler = this.#loaded();
    if (sampler === null)
      throw new ModelError(
        'unsupported',
        `${this.label} is not loaded, so it cannot write a group.`,
        'Load it, or go on with the built-in sampler.',
      );
    return sampler;
  }
}

async function pool(id: string, label: string, completions: Completions, schema: Schema): Promise<Sampler> {
  const { makePoolSampler } = await import('../../samplers/replay/pool-sampler.ts');
  const made = makePoolSampler({ completions, schema, label });
  return {
    id,
    label: made.label,
    isLanguageModel: made.isLanguageModel,
    generateGroup: (request, count) => made.generateGroup(request, count),
    greedy: (request) => made.greedy(request),
    distribution: (request, samples) => made.distribution(request, samples),
  };
}

/**
 * Completions by question id as completions by question text. Throws QuestionError when none of them is for these
 * questions.
 */
export function forQuestions(
  byId: ReadonlyMap<string, readonly PoolCompletion[]>,
  questions: readonly Question[],
): Completions {
  const texts = questions.flatMap(({ id, question }) => {
    const completions = byId.get(id);
    return completions === undefined ? [] : [[question.trim(), completions] as const];
  });
  if (texts.length === 0)
    throw new QuestionError('None of these completions is for a question of this dataset: their ids are others.');
  return new Map(texts);
}
