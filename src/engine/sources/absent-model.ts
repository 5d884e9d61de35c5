import type { Sample, Sampler, SampleRequest } from '../../grpo/types.ts';
import type { LanguageSampler } from '../../samplers/language/language-sampler.ts';
import { ModelError } from '../../samplers/language/model.ts';

/**
 * A language model by its id, whether it is loaded or not. Groups asked of it while it is not reject with ModelError.
 */
export class AbsentModel implements Sampler {
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
