/** The hint features of one question: every cue that may be paired with every pattern, each a small number. */
import type { HintFeature, HintTemplate } from '../../grpo/types.ts';
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
export const naming = (text: string, tables: readonly string[], mention: Span | null = null): Pattern => ({ kind: 'name', text, tables, mention });
export const linking = (text: string, mention: Span | null = null): Pattern => ({ kind: 'link', text, tables: [], mention });
export const pairing = (a: string, b: string): Pattern => ({ kind: 'pair', text: `${a} + ${b}`, tables: [], mention: null });

/** A cue as a feature needs it. */
interface Hook {
  readonly key: string;
  readonly label: string;
  readonly general: boolean;
  readonly words: number;
}

/** Words on each side of a mention that may say how it is meant. */
const BESIDE = 2;

export class FeatureTable {
  readonly features: HintFeature[] = [];
  readonly #analysis: QuestionAnalysis;
  readonly #facts: readonly Hook[];
  readonly #byKey = new Map<string, number>();
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
      indices.push(this.#intern(null, pattern, kind === 'name' ? 'pattern' : kind));
      const template = kind === 'pattern' ? 'operator' : kind;
      for (const hook of this.#hooksOf(pattern)) indices.push(this.#intern(hook, pattern, template));
    }
    return indices;
  }

  #hooksOf({ kind, mention }: Pattern): readonly Hook[] {
    if (kind === 'pair' || (kind === 'link' && mention === null)) return [];
    const name = `${kind} ${mention?.first ?? ''} ${mention?.last ?? ''}`;
    let hooks = this.#hooks.get(name);
    if (hooks === undefined) {
      const { cues } = this.#analysis;
      if (kind === 'link') hooks = this.#besides(mention as Span);
      else if (kind === 'pattern') hooks = [...cues.filter((cue) => cue.general).map(hookOf), ...this.#facts];
      else if (mention === null) hooks = cues.filter((cue) => cue.kind === 'word' || (cue.kind === 'bigram' && !cue.general)).map(hookOf);
      else hooks = cues.filter((cue) => cue.kind !== 'phrase' && cue.kind !== 'start' && cue.span.last >= mention.first - BESIDE && cue.span.first <= mention.last + BESIDE).map(hookOf);
      this.#hooks.set(name, hooks);
    }
    return hooks;
  }

  /** The words just before and after a mention; a name or value stands as what it is. */
  #besides({ first, last }: Span): Hook[] {
    const side = (at: number, where: 'before' | 'after'): Hook => {
      const { text, general } = this.#standIn(at);
      return { key: `${where}:${text}`, label: where === 'before' ? `${text} …` : `… ${text}`, general, words: 1 };
    };
    const two = (at: number, where: 'before' | 'after'): Hook => {
      const [a, b] = where === 'before' ? [this.#standIn(at - 1), this.#standIn(at)] : [this.#standIn(at), this.#standIn(at + 1)];
      const text = `${a.text} ${b.text}`;
      return { key: `${where}:${text}`, label: where === 'before' ? `${text} …` : `… ${text}`, general: a.general && b.general, words: 2 };
    };
    return [side(first - 1, 'before'), side(last + 1, 'after'), two(first - 1, 'before'), two(last + 1, 'after')];
  }

  /** A word that names nothing stands for itself; others for their kind. */
  #standIn(at: number): { text: string; general: boolean } {
    const { tokens, tables, columns, values, numbers } = this.#analysis;
    const token: Token | undefined = tokens[at];
    if (token === undefined) return { text: at < 0 ? '^' : '$', general: true };
    const covers = ({ span }: { readonly span: Span }): boolean => span.first <= at && at <= span.last;
    if (numbers.some(covers)) return { text: '<number>', general: true };
    if (token.stop) return { text: token.lower, general: true };
    if (values.some((value) => value.score >= 0.8 && covers(value))) return { text: '<value>', general: true };
    if (tables.some((link) => link.match === 'exact' && covers(link))) return { text: '<table>', general: true };
    if (columns.some((link) => link.match === 'exact' && covers(link))) return { text: '<column>', general: true };
    return { text: token.stem, general: true };
  }

  #intern(hook: Hook | null, { kind, text, tables }: Pattern, template: HintTemplate): number {
    const key = `${hook?.key ?? '*'} ⇒ ${text}`;
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const general = kind !== 'name' && (hook === null || hook.general);
    const index = this.features.push({ key, cue: hook?.label ?? null, pattern: text, tables, template, general, words: hook?.words ?? 0 }) - 1;
    this.#byKey.set(key, index);
    return index;
  }
}

function hookOf(cue: Cue): Hook {
  return { key: cue.key, label: cue.label, general: cue.general, words: cue.kind === 'word' ? 1 : cue.kind === 'bigram' ? 2 : 0 };
}
