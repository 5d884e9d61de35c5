/**
 * A hint in words that need no knowledge of this program: when it acts, and what it does then. Made from its data
 * wherever somebody reads it; no mark, trait or stem is in them.
 */
import type { HintCue, HintFeature, HintPattern } from '../types.ts';
import { cuePredicate } from './cues.ts';
import { actionOf } from './pattern.ts';
import { capital } from './plain.ts';

type Worded = Pick<HintFeature, 'cue' | 'pattern'>;

/** What the pattern does, whatever the cue: “also show …”, or “don’t also show …” with a negative weight. */
export function actionWords(pattern: HintPattern, weight = 1): string {
  const { does, doesNot } = actionOf(pattern);
  return weight < 0 ? doesNot : does;
}

/** What is true of a question in which it acts: “says “average””; null where it acts in every question. */
export function cueWordsOf(cue: HintCue | null, pattern: HintPattern): string | null {
  return cue === null ? null : cuePredicate(cue, actionOf(pattern).beside?.mention);
}

/** “When the question says “average”: take an average.” */
export function hintWords({ cue, pattern }: Worded, weight: number): string {
  const words = actionOf(pattern);
  const isBeside = cue?.kind === 'before' || cue?.kind === 'after';
  const { does, doesNot } = isBeside ? (words.beside ?? words) : words;
  const order = weight < 0 ? doesNot : does;
  if (pattern.kind === 'sentence') return order;
  return cue === null
    ? `${capital(order)}.`
    : `When the question ${cuePredicate(cue, words.beside?.mention)}: ${order}.`;
}
