/**
 * The one sampler a run sees; behind it stands what the reader chose: the built-in sampler, the language model that is
 * loaded, or completions that were written earlier. What is chosen may come and go with the page.
 */
import type { GRPOConfig } from '../../grpo/config.ts';
import type { Feedback } from '../../grpo/feedback.ts';
import { SKETCH, type SamplerSource } from '../../grpo/group-source.ts';
import type { Distribution, OpenDecision, Sample, Sampler, SampleRequest, Schema } from '../../grpo/types.ts';
import type { LanguageSampler } from '../../samplers/language/language-sampler.ts';
import type { LanguageModel } from '../../samplers/language/model.ts';
import { FEEDBACK_LABEL, feedbackPool } from '../../samplers/replay/feedback-pool.ts';
import { AbsentModel } from './absent-model.ts';
import type { Completions } from './completions.ts';
import type { MakeLanguageSampler } from './language-samplers.ts';

export interface ChosenSamplerParts {
  readonly schema: Schema;
  readonly sketch: Sampler;
  readonly model: () => LanguageModel | null;
  readonly settings: () => GRPOConfig;
  readonly feedback: () => readonly Feedback[];
  /** Published completions by question text; null where the dataset has none. */
  readonly published: (() => Promise<Completions>) | null;
  /** Those of an opened file. Rejects with a message for a reader when it is gone or does not fit the dataset. */
  readonly fromFile: (id: string) => Promise<Completions>;
  /** Asked when the first language model is chosen. */
  readonly languageSampler: () => Promise<MakeLanguageSampler>;
}

/** A Sampler that is whatever was chosen last. */
export class ChosenSampler implements Sampler {
  readonly #parts: ChosenSamplerParts;
  #source: SamplerSource = SKETCH;
  #chosen: Sampler;
  #language: { readonly model: LanguageModel; readonly sampler: LanguageSampler } | null = null;

  constructor(parts: ChosenSamplerParts) {
    this.#parts = parts;
    this.#chosen = parts.sketch;
  }

  get source(): SamplerSource {
    return this.#source;
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
    return this.#source.kind !== 'model' || this.#parts.model()?.id === this.#source.id;
  }

  /**
   * Takes groups from there from now on. `label` is what a model that is not loaded, or a file, is called. Rejects when
   * there is nothing to take.
   */
  async use(source: SamplerSource, label?: string): Promise<void> {
    this.#chosen = await this.#samplerOf(source, label);
    this.#source = source;
  }

  async #samplerOf(source: SamplerSource, label?: string): Promise<Sampler> {
    const { sketch, published, feedback, fromFile, languageSampler } = this.#parts;
    switch (source.kind) {
      case 'sketch':
        return sketch;
      case 'model': {
        const make = await languageSampler();
        return new AbsentModel(source.id, label ?? source.id, () => this.#loaded(source.id, make));
      }
      case 'feedback':
        if (feedback().length === 0)
          throw new Error('Nobody has judged a completion of this dataset yet. Give a thumb, or correct a SQL, first.');
        return this.#pool(source.kind, FEEDBACK_LABEL, feedbackPool(feedback()));
      case 'completions':
        if (source.file !== null)
          return this.#pool(source.kind, label ?? 'Recorded completions of your file', await fromFile(source.file));
        if (published === null) throw new Error('This dataset comes without completions of published models.');
        return this.#pool(source.kind, 'Recorded completions of published models', await published());
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
  get retrace(): Sampler['retrace'] {
    return this.#chosen.retrace?.bind(this.#chosen);
  }

  decisions(request: Omit<SampleRequest, 'random'>): readonly OpenDecision[] | null {
    return this.#chosen.decisions?.(request) ?? null;
  }

  distribution(request: Omit<SampleRequest, 'random'>, samples: readonly Sample[]): Distribution | null {
    return this.#chosen.distribution(request, samples);
  }

  /** Ends one completion that is being written; its text so far counts. */
  stop(index: number): void {
    this.#language?.sampler.stop(index);
  }

  #loaded(id: string, make: MakeLanguageSampler): LanguageSampler | null {
    const model = this.#parts.model();
    if (model?.id !== id) return null;
    if (this.#language?.model !== model) {
      const { schema, settings } = this.#parts;
      this.#language = { model, sampler: make({ model, schema, settings }) };
    }
    return this.#language.sampler;
  }

  async #pool(id: string, label: string, completions: Completions): Promise<Sampler> {
    const { makePoolSampler } = await import('../../samplers/replay/pool-sampler.ts');
    return makePoolSampler({ id, completions, schema: this.#parts.schema, label });
  }
}
