/** The cues of a question: the words and phrases a hint can hang on. */
import { cueKey } from '../grpo/feature-key.ts';
import { phraseList } from '../sql/word-list.ts';
import {
  AGGREGATE_PHRASES,
  COMPARISONS_AFTER,
  COMPARISONS_BEFORE,
  GROUPING_PHRASES,
  ORDER_PHRASES,
} from './lexicon.ts';
import { phraseAt } from './phrases.ts';
import type { Cue, QuestionAnalysis, Span, Token } from './types.ts';

/** Cues of one question; what comes later in a long one is left out. */
export const CUES_LIMIT = 120;
const FIRST_WORDS = 3;

const PHRASES: readonly string[] = [
  ...new Set([
    ...AGGREGATE_PHRASES.map(({ words }) => words),
    ...COMPARISONS_BEFORE.map(({ words }) => words),
    ...COMPARISONS_AFTER.map(({ words }) => words),
    ...GROUPING_PHRASES,
    ...ORDER_PHRASES,
    ...phraseList(`
      how much, who, where, when, which, not, never, without, more than one, both, either, as well as, along with,
      together with, but not, do not, does not, did not, at the same time, the most, the least, most common,
      least common, the same, or
    `),
  ]),
]
  .filter((phrase) => phrase.includes(' ') || !['in', 'is', 'of', 'by', 'from'].includes(phrase))
  .sort((a, b) => b.length - a.length);

/** Phrases by their first word, longest first: a question is compared with few of them. */
const PHRASES_BY_WORD: ReadonlyMap<string, readonly string[]> = (() => {
  const map = new Map<string, string[]>();
  for (const phrase of PHRASES) {
    const first = phrase.split(' ')[0] ?? '';
    map.set(first, [...(map.get(first) ?? []), phrase]);
  }
  return map;
})();

type Links = Partial<Pick<QuestionAnalysis, 'tables' | 'columns' | 'values' | 'numbers' | 'dates'>>;

/** A word, or several that name one thing and are written as what that is. */
interface Piece {
  readonly key: string;
  readonly label: string;
  readonly typed: boolean;
  readonly span: Span;
}

/**
 * In order of mention, one cue a key, at most `CUES_LIMIT`. Values and numbers appear as what they stand for:
 * `<column>`, `<number>`; in bigrams and first words the names of the schema do too: "many <table>".
 */
export function findCues(
  tokens: readonly Token[],
  { tables = [], columns = [], values = [], numbers = [], dates = [] }: Links,
): Cue[] {
  const cues = new Map<string, Cue>();
  const add = (cue: Omit<Cue, 'key'>): void => {
    const key = cueKey(cue);
    if (!cues.has(key)) cues.set(key, { key, ...cue });
  };
  const typed = new Set<number>();
  const kinds: (string | undefined)[] = tokens.map(() => undefined);
  const spans: (Span | undefined)[] = tokens.map(() => undefined);
  const mark = (span: Span, kind: string): void => {
    for (let at = span.first; at <= span.last; at++) {
      kinds[at] = kind;
      spans[at] = span;
    }
  };
  // What is marked later wins: a value or number is more than the name it contains.
  for (const { mentions, match } of columns)
    if (match === 'exact') for (const mention of mentions) mark(mention, '<column>');
  for (const { mentions, match } of tables)
    if (match === 'exact') for (const mention of mentions) mark(mention, '<table>');
  for (const { column, span, match, score, how } of values) {
    // A column of truth is named, its value is not.
    if (match !== 'exact' || score < 0.8 || how === 'inner') continue;
    add({ parts: [column.toLowerCase()], shown: [column], kind: 'typed', span, general: false });
    for (let at = span.first; at <= span.last; at++) typed.add(at);
    mark(span, '<value>');
  }
  for (const { span } of dates) {
    add({ parts: ['date'], shown: ['date'], kind: 'typed', span, general: true });
    for (let at = span.first; at <= span.last; at++) typed.add(at);
    mark(span, '<date>');
  }
  for (const { span } of numbers) {
    add({ parts: ['number'], shown: ['number'], kind: 'typed', span, general: true });
    for (let at = span.first; at <= span.last; at++) typed.add(at);
    if (spans[span.first]?.first !== span.first || kinds[span.first] !== '<date>') mark(span, '<number>');
  }
  tokens.forEach((token, at) => {
    for (const phrase of PHRASES_BY_WORD.get(token.lower) ?? []) {
      // A single content word is a cue by itself, below.
      if (!phrase.includes(' ') && !token.stop) continue;
      const span = phraseAt(tokens, at, phrase);
      if (span !== null) add({ parts: [phrase], shown: [phrase], kind: 'phrase', span, general: true });
    }
    if (typed.has(at) || token.stop || token.kind !== 'word') return;
    const general = kinds[at] === undefined;
    add({ parts: [token.stem], shown: [token.lower], kind: 'word', span: { first: at, last: at }, general });
    const next = tokens[at + 1];
    if (next !== undefined && next.kind === 'word' && !next.stop && !typed.has(at + 1)) {
      add({
        parts: [token.stem, next.stem],
        shown: [token.lower, next.lower],
        kind: 'bigram',
        span: { first: at, last: at + 1 },
        general: general && kinds[at + 1] === undefined,
      });
    }
  });
  const pieces = piecesOf(tokens, kinds, spans);
  addNeighbours(pieces, add);
  addStart(pieces, add);
  return [...cues.values()]
    .sort((a, b) => a.span.first - b.span.first || a.span.last - b.span.last)
    .slice(0, CUES_LIMIT);
}

function piecesOf(
  tokens: readonly Token[],
  kinds: readonly (string | undefined)[],
  spans: readonly (Span | undefined)[],
): Piece[] {
  const pieces: Piece[] = [];
  tokens.forEach((token, at) => {
    const kind = kinds[at];
    const before = pieces.at(-1);
    if (kind === undefined) {
      const text =
        token.kind === 'word'
          ? token.stop
            ? token.lower
            : token.stem
          : token.kind === 'quoted'
            ? '<quoted>'
            : '<number>';
      pieces.push({
        key: text,
        label: token.kind === 'word' ? token.lower : text,
        typed: token.kind !== 'word',
        span: { first: at, last: at },
      });
    } else if (before?.key === kind && spans[at] === spans[at - 1])
      pieces[pieces.length - 1] = { ...before, span: { first: before.span.first, last: at } };
    else pieces.push({ key: kind, label: kind, typed: true, span: { first: at, last: at } });
  });
  return pieces;
}

/**
 * Two neighbours of which one is named by its kind: "many <table>", "<column> of", "<value> <table>". Three where the
 * middle is "of" or an article: "number of <table>", "<column> of <table>".
 */
function addNeighbours(pieces: readonly Piece[], add: (cue: Omit<Cue, 'key'>) => void): void {
  const push = (parts: readonly (Piece | undefined)[]): void => {
    const all = parts.filter((part) => part !== undefined);
    if (all.length < parts.length || !all.some(({ typed }) => typed)) return;
    add({
      parts: all.map(({ key }) => key),
      shown: all.map(({ label }) => label),
      kind: 'bigram',
      span: { first: all[0]?.span.first ?? 0, last: all.at(-1)?.span.last ?? 0 },
      general: true,
    });
  };
  pieces.forEach((piece, at) => {
    const next = pieces[at + 1];
    push([piece, next]);
    if (next !== undefined && ['of', 'each', 'the', 'and', 'all', 'or', 'by', 'than', 'with'].includes(next.key))
      push([piece, next, pieces[at + 2]]);
  });
}

/** How the question begins: "^how many", "^which <table>", "^find the <column>". */
function addStart(pieces: readonly Piece[], add: (cue: Omit<Cue, 'key'>) => void): void {
  for (let length = 1; length <= Math.min(FIRST_WORDS, pieces.length); length++) {
    const words = pieces.slice(0, length);
    add({
      parts: words.map(({ key }) => key),
      shown: words.map(({ label }) => label),
      kind: 'start',
      span: { first: 0, last: words.at(-1)?.span.last ?? 0 },
      general: true,
    });
  }
}
