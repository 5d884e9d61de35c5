/** Finding fixed phrases among the words of a question. */
import type { Span, Token } from './types.ts';

const split = new Map<string, readonly string[]>();

function wordsOf(phrase: string): readonly string[] {
  let words = split.get(phrase);
  if (words === undefined) split.set(phrase, words = phrase.split(' '));
  return words;
}

/** The span of `phrase` (lower-case words, one blank apart) starting at token `first`, or null. */
export function phraseAt(tokens: readonly Token[], first: number, phrase: string): Span | null {
  const words = wordsOf(phrase);
  for (let i = 0; i < words.length; i++) {
    const token = tokens[first + i];
    if (token === undefined || token.lower !== words[i] || token.kind !== 'word') return null;
  }
  return { first, last: first + words.length - 1 };
}

/** The span of `phrase` ending at token `last`, or null. */
export function phraseEndingAt(tokens: readonly Token[], last: number, phrase: string): Span | null {
  return phraseAt(tokens, last - wordsOf(phrase).length + 1, phrase);
}
