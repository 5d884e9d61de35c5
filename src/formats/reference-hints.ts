/**
 * Hints in the reference's form: a list of `{hint_type: 'prefer' | 'avoid', description, weight, tables, pattern}`. The
 * sign of a weight is its `hint_type`. Written here, `pattern` is the SQL pattern as keys have it, null for a sentence
 * of the guidance, and a hint that hangs on a cue says it in `cue`, which the reference does not know and may ignore.
 * Evidence is not in the form, so it is not in the file.
 */
import { cueKey, featureKey, featureOfKey, keyOfParts, NO_CUE_KEY, patternKey } from '../grpo/feature-key.ts';
import { FIELDS } from '../grpo/config.ts';
import type { HintCue, HintFeature, HintPattern, PolicyHint } from '../grpo/types.ts';
import { hintWords } from '../grpo/words/hint.ts';
import { isWorded } from '../grpo/words/pattern.ts';
import { DatasetError, Entry, kindOf, parseJson } from './entry.ts';

const LIMITS = { file: 50_000_000, hints: 100_000, text: 20_000, tables: 100 } as const;
const NOTHING_YET = { support: 0, positive: 0, advantage: 0, steps: 0 } as const;

/** A hint of the file; one whose pattern names no feature is a sentence. */
export type ReferenceHint =
  | { readonly kind: 'feature'; readonly hint: PolicyHint }
  | { readonly kind: 'sentence'; readonly text: string; readonly weight: number; readonly pattern: string | null };

export function referenceHintsText(hints: readonly PolicyHint[]): string {
  return `${JSON.stringify(
    hints.map((hint) => ({
      hint_type: hint.weight < 0 ? 'avoid' : 'prefer',
      description: hintWords(hint, hint.pattern.kind === 'sentence' ? 1 : hint.weight),
      weight: Math.abs(hint.weight),
      tables: hint.tables,
      pattern: hint.pattern.kind === 'sentence' ? null : patternKey(hint.pattern),
      ...(hint.cue === null ? {} : { cue: cueKey(hint.cue) }),
    })),
    null,
    1,
  )}\n`;
}

/**
 * `known`: the feature of a key, where the program has one. Throws DatasetError naming the file, the hint and what is
 * wrong with it.
 */
export function parseReferenceHints(
  text: string,
  source: string,
  known: (key: string) => HintFeature | undefined,
): readonly ReferenceHint[] {
  const value = parseJson(text, source, LIMITS.file);
  if (!Array.isArray(value)) throw new DatasetError(`${source} must be a list of hints, but it is ${kindOf(value)}.`);
  if (value.length > LIMITS.hints)
    throw new DatasetError(`${source} has ${value.length} hints, at most ${LIMITS.hints} are read.`);
  return value.map((item: unknown, index) => parseOne(new Entry(item, source, index), known));
}

function parseOne(read: Entry, known: (key: string) => HintFeature | undefined): ReferenceHint {
  const avoids = read.choice('hint_type', ['prefer', 'avoid']) === 'avoid';
  const description = read.text('description', LIMITS.text);
  const given = read.number('weight', -FIELDS.weight_limit.max, FIELDS.weight_limit.max);
  const tables = read.optionalTexts('tables', LIMITS.text, LIMITS.tables) ?? [];
  const pattern = read.has('pattern') ? read.text('pattern', LIMITS.text) : null;
  const cue = read.has('cue') ? read.text('cue', LIMITS.text) : NO_CUE_KEY;
  const signed = avoids ? -Math.abs(given) : given;
  if (pattern === null) return { kind: 'sentence', text: description, weight: signed, pattern };
  const feature = featureOf(cue, pattern, tables, known);
  // What it says to avoid, it says in words: as a sentence it is to be heard.
  if (feature === null) return { kind: 'sentence', text: description, weight: Math.abs(given), pattern };
  return {
    kind: 'feature',
    hint: { ...feature, weight: signed, evidence: NOTHING_YET, createdAt: 0, updatedAt: 0, enabled: true },
  };
}

/** Null where the pattern is none of this program's. */
function featureOf(
  cueText: string,
  patternText: string,
  tables: readonly string[],
  known: (key: string) => HintFeature | undefined,
): HintFeature | null {
  const { cue, pattern } = featureOfKey(keyOfParts(cueText, patternText));
  const key = featureKey(cue, pattern);
  const found = known(key);
  if (found !== undefined) return found;
  if (pattern.kind === 'sentence' || !isWorded(pattern)) return null;
  return {
    key,
    cue,
    pattern,
    tables,
    template: templateOf(cue, pattern, tables),
    general: tables.length === 0,
    words: cue?.kind === 'word' ? 1 : cue?.kind === 'bigram' ? cue.parts.length : 0,
  };
}

function templateOf(cue: HintCue | null, { kind }: HintPattern, tables: readonly string[]): HintFeature['template'] {
  if (kind === 'link' || kind === 'pair') return kind;
  if (cue === null) return 'pattern';
  return tables.length > 0 ? 'name' : 'operator';
}

/** As a message says what was read. */
export const freeText = (pattern: string | null): string =>
  pattern === null
    ? 'It has no pattern, so it becomes a sentence for prompts.'
    : `“${pattern.slice(0, 60)}” names no pattern of this program, so its description becomes a sentence for prompts.`;
