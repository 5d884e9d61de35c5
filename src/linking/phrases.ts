/** Finding fixed phrases among the words of a question. */
import type { Span, Token } from './types.ts';

const split = new Map<string, readonly string[]>();

function wordsOf(phrase: string): readonly string[] {
  let words = split.get(phrase);
  if (words === undefined) split.set(phrase, (words = phrase.split(' ')));
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
function phraseEndingAt(tokens: readonly Token[], last: number, phrase: string): Span | null {
  return phraseAt(tokens, last - wordsOf(phrase).length + 1, phrase);
}

/**
 * Phrases that mean something, found without comparing a question with each of them. The longest that fits wins, then
 * the first given.
 */
export class PhraseTable<T extends { readonly words: string }> {
  readonly #byFirst = new Map<string, T[]>();
  readonly #byLast = new Map<string, T[]>();

  constructor(phrases: readonly T[]) {
    const longestFirst = [...phrases].sort((a, b) => wordsOf(b.words).length - wordsOf(a.words).length);
    for (const phrase of longestFirst) {
      const words = wordsOf(phrase.words);
      for (const [map, word] of [
        [this.#byFirst, words[0]],
        [this.#byLast, words.at(-1)],
      ] as const) {
        const list = map.get(word ?? '');
        if (list === undefined) map.set(word ?? '', [phrase]);
        else list.push(phrase);
      }
    }
  }

  startingAt(tokens: readonly Token[], first: number): { readonly phrase: T; readonly span: Span } | null {
    for (const phrase of this.#byFirst.get(tokens[first]?.lower ?? '') ?? []) {
      const span = phraseAt(tokens, first, phrase.words);
      if (span !== null) return { phrase, span };
    }
    return null;
  }

  endingAt(tokens: readonly Token[], last: number): { readonly phrase: T; readonly span: Span } | null {
    for (const phrase of this.#byLast.get(tokens[last]?.lower ?? '') ?? []) {
      const span = phraseEndingAt(tokens, last, phrase.words);
      if (span !== null) return { phrase, span };
    }
    return null;
  }
}
