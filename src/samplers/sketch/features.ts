/** The hint features of one question: every cue that may be paired with every pattern, each a small number. */
import { featureKey } from '../../grpo/feature-key.ts';
import type { HintFeature, HintTemplate } from '../../grpo/types.ts';
import { covers, overlaps } from '../../linking/spans.ts';
import type { Cue, QuestionAnalysis, Span, Token } from '../../linking/types.ts';

/**
 * What an option is known by. Each makes features:
 *   pattern  a shape or operator of the SQL: alone, and with each word or fact of the question that names nothing
 *   name     a choice among names of the schema: alone, and with each content word
 *   link     how the question names what is chosen: alone, and with the words beside the mention
 *   pair     two patterns of one SQL
 */
export interface Pattern {
  readonly kind: 'pattern' | 'name' | 'link' | 'pair';
  readonly text: string;
  readonly tables: readonly string[];
  /** The mention beside which words say how it is meant; null for none. */
  readonly mention: Span | null;
}

export const structural = (text: string): Pattern => ({ kind: 'pattern', text, tables: [], mention: null });
export const naming = (text: string, tables: readonly string[], mention: Span | null = null): Pattern => ({
  kind: 'name',
  text,
  tables,
  mention,
});
export const linking = (text: string, mention: Span | null = null): Pattern => ({
  kind: 'link',
  text,
  tables: [],
  mention,
});
export const pairing = (a: string, b: string): Pattern => ({
  kind: 'pair',
  text: `${a} + ${b}`,
  tables: [],
  mention: null,
});

/** A cue as a feature needs it. */
interface Cued {
  readonly key: string;
  readonly label: string;
  readonly general: boolean;
  readonly words: number;
}

/** The number is the same for the same key; 0 is that of having no cue. */
interface Hook extends Cued {
  readonly number: number;
}

const NO_CUE: Hook = { key: '*', label: '', general: true, words: 0, number: 0 };

/** Words on each side of a mention that may say how it is meant. */
const BESIDE = 2;

export class FeatureTable {
  readonly features: HintFeature[] = [];
  readonly #analysis: QuestionAnalysis;
  readonly #facts: readonly Cued[];
  /** By the text of the pattern, then by the number of the hook: the feature, where there is one. */
  readonly #byPattern = new Map<string, (number | undefined)[]>();
  readonly #hookNumbers = new Map<string, number>();
  readonly #hooks = new Map<string, readonly Hook[]>();

  /** `facts`: what is true of the question as a whole, e.g. that it has two numbers. */
  constructor(analysis: QuestionAnalysis, facts: readonly string[]) {
    this.#analysis = analysis;
    this.#facts = facts.map((fact) => ({ key: `<${fact}>`, label: `<${fact}>`, general: true, words: 0 }));
  }

  /** Indices of the features of one option. */
  of(patterns: readonly Pattern[]): number[] {
    const indices: number[] = [];
    for (const pattern of patterns) {
      const { kind } = pattern;
      const known = this.#knownOf(pattern.text);
      indices.push(known[0] ?? this.#add(NO_CUE, pattern, kind === 'name' ? 'pattern' : kind, known));
      const template = kind === 'pattern' ? 'operator' : kind;
      for (const hook of this.#hooksOf(pattern))
        indices.push(known[hook.number] ?? this.#add(hook, pattern, template, known));
    }
    return indices;
  }

  #hooksOf({ kind, mention }: Pattern): readonly Hook[] {
    if (kind === 'pair' || (kind === 'link' && mention === null)) return [];
    const name = `${kind} ${mention?.first ?? ''} ${mention?.last ?? ''}`;
    const numbered = this.#hooks.get(name);
    if (numbered !== undefined) return numbered;
    const { cues } = this.#analysis;
    let hooks: readonly Cued[];
    if (kind === 'link') hooks = this.#besides(mention as Span);
    // Pairs of general words recur too seldom to be learned from; measured, they only slow down what single words
    // teach.
    else if (kind === 'pattern')
      hooks = [...cues.filter((cue) => cue.general && cue.kind !== 'bigram').map(hookOf), ...this.#facts];
    else if (mention === null)
      hooks = cues.filter((cue) => cue.kind === 'word' || (cue.kind === 'bigram' && !cue.general)).map(hookOf);
    else
      hooks = cues
        .filter((cue) => cue.kind !== 'phrase' && cue.kind !== 'start' && overlaps(cue.span, mention, BESIDE))
        .map(hookOf);
    const made = this.#numbered(hooks);
    this.#hooks.set(name, made);
    return made;
  }

  /** The words just before and after a mention; a name or value stands as what it is. */
  #besides({ first, last }: Span): Cued[] {
    const side = (at: number, where: 'before' | 'after'): Cued => {
      const { text, general } = this.#standIn(at);
      const shown = text === '^' ? '(start)' : text === '$' ? '(end)' : text;
      return { key: `${where}:${text}`, label: where === 'before' ? `${shown} …` : `… ${shown}`, general, words: 1 };
    };
    return [side(first - 1, 'before'), side(last + 1, 'after')];
  }

  /** A word that names nothing stands for itself; others for their kind. */
  #standIn(at: number): { text: string; general: boolean } {
    const { tokens, tables, columns, values, numbers } = this.#analysis;
    const token: Token | undefined = tokens[at];
    if (token === undefined) return { text: at < 0 ? '^' : '$', general: true };
    if (numbers.some(({ span }) => covers(span, at))) return { text: '<number>', general: true };
    if (token.stop) return { text: token.lower, general: true };
    if (values.some((value) => value.score >= 0.8 && covers(value.span, at))) return { text: '<value>', general: true };
    if (tables.some((link) => link.match === 'exact' && covers(link.span, at)))
      return { text: '<table>', general: true };
    if (columns.some((link) => link.match === 'exact' && covers(link.span, at)))
      return { text: '<column>', general: true };
    return { text: token.stem, general: true };
  }

  #numbered(cues: readonly Cued[]): Hook[] {
    return cues.map((cue): Hook => {
      let number = this.#hookNumbers.get(cue.key);
      if (number === undefined) this.#hookNumbers.set(cue.key, (number = this.#hookNumbers.size + 1));
      return { ...cue, number };
    });
  }

  #knownOf(text: string): (number | undefined)[] {
    let known = this.#byPattern.get(text);
    if (known === undefined) this.#byPattern.set(text, (known = []));
    return known;
  }

  #add(hook: Hook, { kind, text, tables }: Pattern, template: HintTemplate, known: (number | undefined)[]): number {
    const index =
      this.features.push({
        key: featureKey(hook === NO_CUE ? null : hook.key, text),
        cue: hook === NO_CUE ? null : hook.label,
        pattern: text,
        tables,
        template,
        general: kind !== 'name' && hook.general,
        words: hook.words,
      }) - 1;
    known[hook.number] = index;
    return index;
  }
}

function hookOf(cue: Cue): Cued {
  return {
    key: cue.key,
    label: cue.label,
    general: cue.general,
    words: cue.kind === 'word' ? 1 : cue.kind === 'bigram' ? 2 : 0,
  };
}
