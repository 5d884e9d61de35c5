/** Hints as the prompt of a language model says them. */
import type { HintFeature } from '../types.ts';
import type { Action } from './action.ts';
import { cueWordsOf } from './hint.ts';
import { actionOf } from './pattern.ts';
import { capital } from './plain.ts';

/** |weight| from which a hint is worded as strong, and as usual. */
const STRONG_WEIGHT = 1;
const USUAL_WEIGHT = 0.4;
/** Characters of a sentence that somebody wrote. */
const LONGEST_SENTENCE = 400;
/** Cues that are named of several hints that do the same. */
const MOST_CUES = 3;

/**
 * What hints of one pattern say together: “When the question says “how many” and has no number: usually count rows.”
 * The strongest first; `weight`: what they come to.
 */
export function hintSentence(hints: readonly Pick<HintFeature, 'cue' | 'pattern'>[], weight: number): string {
  const [first] = hints;
  if (first === undefined) return '';
  // Hints may come from anybody's file: none writes more than its own line into a prompt.
  if (first.pattern.kind === 'sentence') return oneLine(first.pattern.parts[0] ?? '');
  const cues = hints.map(({ cue, pattern }) => cueWordsOf(cue, pattern)).filter((cue) => cue !== null);
  const order = orderWords(actionOf(first.pattern), weight);
  return cues.length === 0
    ? `${capital(order)}.`
    : `When the question ${cues.slice(0, MOST_CUES).join(' and ')}: ${order}.`;
}

/** “usually count rows”, as firmly as the weight is large. */
export function orderWords({ does, doesNot }: Action, weight: number): string {
  const size = Math.abs(weight);
  const strength = size >= STRONG_WEIGHT ? 'always' : size >= USUAL_WEIGHT ? 'usually' : 'if in doubt,';
  return `${strength} ${weight < 0 ? doesNot : does}`.replace(/^always don’t /, 'never ');
}

function oneLine(text: string): string {
  return text
    .slice(0, LONGEST_SENTENCE)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
}
