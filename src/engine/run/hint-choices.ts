/**
 * The hints that a reader may add: features of the built-in sampler on training questions, so that each of them acts in
 * at least one.
 */
import { cueKey, NO_CUE_KEY } from '../../grpo/feature-key.ts';
import type { HintCue, HintFeature, PolicyView, Question, Sampler } from '../../grpo/types.ts';
import type { CueChoice } from '../policy-protocol.ts';

/** No hint: what may be done does not hang on what was learned. */
const NO_HINTS: PolicyView = { weightOf: () => 0, version: 0, hints: [] };

interface Cued {
  readonly cue: HintCue | null;
  questions: number;
  readonly features: Map<string, HintFeature>;
}

export class HintChoices {
  readonly #byCue = new Map<string, Cued>();
  readonly #features = new Map<string, HintFeature>();

  /** `sampler`: one that takes decisions; any other has no choices. */
  constructor(sampler: Sampler, questions: readonly Question[]) {
    for (const { question, split } of questions) {
      if (split !== 'train') continue;
      const decisions = sampler.decisions?.({ question, policy: NO_HINTS, temperature: 1 }) ?? [];
      const met = new Set<Cued>();
      for (const { options } of decisions)
        for (const { features } of options) for (const feature of features) met.add(this.#take(feature));
      for (const cued of met) cued.questions++;
    }
  }

  #take(feature: HintFeature): Cued {
    const key = feature.cue === null ? NO_CUE_KEY : cueKey(feature.cue);
    let cued = this.#byCue.get(key);
    if (cued === undefined) this.#byCue.set(key, (cued = { cue: feature.cue, questions: 0, features: new Map() }));
    if (!cued.features.has(feature.key)) {
      cued.features.set(feature.key, feature);
      this.#features.set(feature.key, feature);
    }
    return cued;
  }

  /** Those of most questions first. */
  get cues(): readonly CueChoice[] {
    return [...this.#byCue]
      .map(([key, { cue, questions }]) => ({ key, cue, questions }))
      .sort((a, b) => Number(b.cue === null) - Number(a.cue === null) || b.questions - a.questions);
  }

  /** Features with that cue. */
  of(cue: string): readonly HintFeature[] {
    return [...(this.#byCue.get(cue)?.features.values() ?? [])];
  }

  feature(key: string): HintFeature | undefined {
    return this.#features.get(key);
  }
}
