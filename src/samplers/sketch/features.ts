/** The hint features of one question: every cue that may be paired with every pattern, each a small number. */
import type { HintFeature } from '../../grpo/types.ts';
import type { Cue, QuestionAnalysis, Span } from '../../linking/types.ts';

/** Which cues a pattern is paired with, besides none at all. */
export type CueScope =
  /** none: the pattern holds or fails whatever is asked */
  | 'always'
  /** phrases, and words that name nothing in the schema: what is left of a question says what is done with the names */
  | 'words'
  /** content words, names of the schema included: for choices among names */
  | 'names'
  /** what stands at and beside one mention */
  | Span;

/** Words on each side of a mention that may say how it is meant. */
const BESIDE = 2;

export class FeatureTable {
  readonly features: HintFeature[] = [];
  readonly #analysis: QuestionAnalysis;
  readonly #byKey = new Map<string, number>();
  readonly #cues = new Map<string, readonly Cue[]>();

  constructor(analysis: QuestionAnalysis) {
    this.#analysis = analysis;
  }

  /** Indices of the features of one option. */
  of(pattern: string, tables: readonly string[], scope: CueScope): number[] {
    return [this.#intern(null, pattern, tables), ...this.#cuesOf(scope).map((cue) => this.#intern(cue, pattern, tables))];
  }

  #cuesOf(scope: CueScope): readonly Cue[] {
    if (scope === 'always') return [];
    const name = typeof scope === 'string' ? scope : `${scope.first}-${scope.last}`;
    let cues = this.#cues.get(name);
    if (cues === undefined) {
      cues = this.#analysis.cues.filter((cue) => {
        if (scope === 'words') return cue.kind === 'phrase' || (cue.kind === 'word' && !this.#isName(cue));
        if (scope === 'names') return cue.kind === 'word';
        return cue.kind !== 'bigram' && cue.span.last >= scope.first - BESIDE && cue.span.first <= scope.last + BESIDE;
      });
      this.#cues.set(name, cues);
    }
    return cues;
  }

  #isName({ span }: Cue): boolean {
    const { tables, columns } = this.#analysis;
    return [...tables, ...columns].some((link) => link.match === 'exact' && link.span.first <= span.first && link.span.last >= span.last);
  }

  #intern(cue: Cue | null, pattern: string, tables: readonly string[]): number {
    const key = `${cue?.key ?? '*'} ⇒ ${pattern}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const index = this.features.push({ key, cue: cue?.label ?? null, pattern, tables, template: cue === null ? 'pattern' : tables.length > 0 ? 'name' : 'operator', general: tables.length === 0, words: cue === null ? 0 : 1 }) - 1;
    this.#byKey.set(key, index);
    return index;
  }
}
