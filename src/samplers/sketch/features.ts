/** The hint features of one question: every cue that may be paired with every pattern, each a small number. */
import { cueKey, keyOfParts, NO_CUE_KEY, patternKey } from '../../grpo/feature-key.ts';
import type { HintCue, HintFeature, HintPattern, HintTemplate } from '../../grpo/types.ts';
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
  readonly data: HintPattern;
  /** Of `data`. */
  readonly key: string;
  readonly tables: readonly string[];
  /** The mention beside which words say how it is meant; null for none. */
  readonly mention: Span | null;
}

const made = (
  kind: Pattern['kind'],
  data: HintPattern,
  tables: readonly string[],
  mention: Span | null = null,
): Pattern => ({ kind, data, key: patternKey(data), tables, mention });

/** Of several shapes: all of them in one SQL. */
export const structural = (...shapes: readonly string[]): Pattern =>
  made('pattern', { kind: shapes.length > 1 ? 'pair' : 'sql', parts: shapes }, []);
export const naming = (sql: string, tables: readonly string[], mention: Span | null = null): Pattern =>
  made('name', { kind: 'sql', parts: [sql] }, tables, mention);
/** `slot`: what is chosen and where; `trait`: how the question names it. */
export const linking = (slot: string, trait: string, mention: Span | null = null): Pattern =>
  made('link', { kind: 'link', parts: [slot, trait] }, [], mention);
/** How what the question mentions, or does not, is dealt with. */
export const handling = (shape: string, mention: Span | null = null): Pattern =>
  made('link', { kind: 'sql', parts: [shape] }, [], mention);
/** A pattern of one shape, or a link, with one more shape. */
export const pairing = (a: string | HintPattern, b: string): Pattern =>
  made('pair', typeof a === 'string' ? { kind: 'pair', parts: [a, b] } : { ...a, parts: [...a.parts, b] }, []);

/** A cue as a feature needs it. */
interface Cued {
  readonly key: string;
  readonly cue: HintCue;
  readonly general: boolean;
  readonly words: number;
}

/** The number is the same for the same key; 0 is that of having no cue. */
interface Hook extends Omit<Cued, 'cue'> {
  readonly cue: HintCue | null;
  readonly number: number;
}

const NO_CUE: Hook = { key: NO_CUE_KEY, cue: null, general: true, words: 0, number: 0 };

/** Words on each side of a mention that may say how it is meant. */
const BESIDE = 2;

export class FeatureTable {
  readonly features: HintFeature[] = [];
  readonly #analysis: QuestionAnalysis;
  readonly #facts: readonly Cued[];
  /** By the key of the pattern, then by the number of the hook: the feature, where there is one. */
  readonly #byPattern = new Map<string, (number | undefined)[]>();
  readonly #hookNumbers = new Map<string, number>();
  readonly #hooks = new Map<string, readonly Hook[]>();

  /** `facts`: what is true of the question as a whole, e.g. that it has two numbers. */
  constructor(analysis: QuestionAnalysis, facts: readonly string[]) {
    this.#analysis = analysis;
    this.#facts = facts.map((fact) => cued({ kind: 'typed', parts: [fact] }, true, 0));
  }

  /** Indices of the features of one option. */
  of(patterns: readonly Pattern[]): number[] {
    const indices: number[] = [];
    for (const pattern of patterns) {
      const { kind } = pattern;
      const known = this.#knownOf(pattern.key);
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
      return cued({ kind: where, parts: [text] }, general, 1);
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
    if (tables.some((link) => link.match === 'exact' && link.mentions.some((span) => covers(span, at))))
      return { text: '<table>', general: true };
    if (columns.some((link) => link.match === 'exact' && link.mentions.some((span) => covers(span, at))))
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

  #knownOf(pattern: string): (number | undefined)[] {
    let known = this.#byPattern.get(pattern);
    if (known === undefined) this.#byPattern.set(pattern, (known = []));
    return known;
  }

  #add(
    hook: Hook,
    { kind, data, key, tables }: Pattern,
    template: HintTemplate,
    known: (number | undefined)[],
  ): number {
    const index =
      this.features.push({
        key: keyOfParts(hook.key, key),
        cue: hook.cue,
        pattern: data,
        tables,
        template,
        general: kind !== 'name' && hook.general,
        words: hook.words,
      }) - 1;
    known[hook.number] = index;
    return index;
  }
}

const cued = (cue: HintCue, general: boolean, words: number): Cued => ({ key: cueKey(cue), cue, general, words });

function hookOf({ key, kind, parts, shown, general }: Cue): Cued {
  const isMet = shown.every((word, i) => word === parts[i]);
  return {
    key,
    cue: { kind, parts, ...(isMet ? {} : { shown }) },
    general,
    words: kind === 'word' ? 1 : kind === 'bigram' ? 2 : 0,
  };
}
