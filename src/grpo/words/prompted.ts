/** A hint as the prompt of a language model says it. */
import type { HintFeature } from '../types.ts';
import { hintWords } from './hint.ts';

/** |weight| from which a hint is worded as strong, and as usual. */
const STRONG_WEIGHT = 1;
const USUAL_WEIGHT = 0.4;
/** Characters of a sentence that somebody wrote. */
const LONGEST_SENTENCE = 400;

/** How firmly an order is given. */
export function strengthWords(weight: number): string {
  const size = Math.abs(weight);
  return size >= STRONG_WEIGHT ? 'always' : size >= USUAL_WEIGHT ? 'usually' : 'if in doubt,';
}

/**
 * A hint as a prompt says it: “When the question says “how many”: usually count rows.” `weight` is that with which it
 * acts.
 */
export function hintSentence(hint: Pick<HintFeature, 'cue' | 'pattern'>, weight: number): string {
  // Hints may come from anybody's file: none writes more than its own line into a prompt.
  if (hint.pattern.kind === 'sentence') return oneLine(hint.pattern.parts[0] ?? '');
  return hintWords(hint, weight, strengthWords(weight));
}

function oneLine(text: string): string {
  return text
    .slice(0, LONGEST_SENTENCE)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
}
