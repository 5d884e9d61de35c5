/** The cues of a question: the words and phrases a hint can hang on. */
import { AGGREGATE_PHRASES, COMPARISONS_AFTER, COMPARISONS_BEFORE, GROUPING_PHRASES, ORDER_PHRASES } from './lexicon.ts';
import type { Cue, NumberMention, Span, Token, ValueLink } from './types.ts';

const PHRASES: readonly string[] = [...new Set([
  ...AGGREGATE_PHRASES.map(({ words }) => words), ...COMPARISONS_BEFORE.map(({ words }) => words), ...COMPARISONS_AFTER.map(({ words }) => words),
  ...GROUPING_PHRASES, ...ORDER_PHRASES, 'how much', 'who', 'where', 'when', 'which', 'not', 'never', 'without', 'more than one',
])].filter((phrase) => phrase.includes(' ') || !['in', 'is', 'of', 'by', 'from'].includes(phrase)).sort((a, b) => b.length - a.length);

/** In order of mention, one cue a key. Values and numbers appear as what they stand for: `<column>`, `<number>`. */
export function findCues(tokens: readonly Token[], values: readonly ValueLink[], numbers: readonly NumberMention[]): Cue[] {
  const cues = new Map<string, Cue>();
  const add = (cue: Cue): void => { if (!cues.has(cue.key)) cues.set(cue.key, cue); };
  const typed = new Map<number, Span>();
  for (const value of values) {
    if (value.match === 'exact' && value.score >= 0.8) {
      const label = `<${value.column}>`;
      add({ key: label.toLowerCase(), label, kind: 'typed', span: value.span });
      for (let at = value.span.first; at <= value.span.last; at++) typed.set(at, value.span);
    }
  }
  for (const mention of numbers) {
    add({ key: '<number>', label: '<number>', kind: 'typed', span: mention.span });
    for (let at = mention.span.first; at <= mention.span.last; at++) typed.set(at, mention.span);
  }
  tokens.forEach((token, at) => {
    for (const phrase of PHRASES) {
      const words = phrase.split(' ');
      // A single content word is a cue by itself, below.
      if (words.length === 1 && !token.stop) continue;
      if (words.every((word, i) => tokens[at + i]?.lower === word)) add({ key: `"${phrase}"`, label: phrase, kind: 'phrase', span: { first: at, last: at + words.length - 1 } });
    }
    if (typed.has(at) || token.stop || token.kind !== 'word') return;
    add({ key: token.stem, label: token.lower, kind: 'word', span: { first: at, last: at } });
    const next = tokens[at + 1];
    if (next !== undefined && next.kind === 'word' && !next.stop && !typed.has(at + 1)) {
      add({ key: `${token.stem} ${next.stem}`, label: `${token.lower} ${next.lower}`, kind: 'bigram', span: { first: at, last: at + 1 } });
    }
  });
  return [...cues.values()].sort((a, b) => a.span.first - b.span.first || a.span.last - b.span.last);
}
