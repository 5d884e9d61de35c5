/** When a hint acts, in words: what is true of the question. */
import type { HintCue } from '../types.ts';
import { nameWords, plain } from './plain.ts';
import { realWord } from './real-words.ts';

/** What stands in a question for a name or a value: `<table>` in cues of several parts. */
const PIECES: Readonly<Record<string, string>> = {
  '<table>': 'a table’s name',
  '<column>': 'a column’s name',
  '<value>': 'a value of the data',
  '<number>': 'a number',
  '<date>': 'a date',
  '<quoted>': 'a text in quotes',
};

/** Facts of a whole question (samplers/sketch/frames.ts) and kinds of mention: “the question …”. */
const FACTS: Readonly<Record<string, string>> = {
  'no value': 'mentions no value of the data',
  'one value': 'mentions exactly one value of the data',
  'several values': 'mentions several values of the data',
  'no number': 'has no number',
  'one number': 'has exactly one number',
  'several numbers': 'has several numbers',
  'no named table': 'names no table',
  'one named table': 'names exactly one table',
  'several named tables': 'names several tables',
  'no named column': 'names no column',
  'one named column': 'names exactly one column',
  'several named columns': 'names several columns',
  'superlative, high': 'asks for the highest, the most or the like',
  'superlative, low': 'asks for the lowest, the fewest or the like',
  'superlative without a number': 'asks for the highest or lowest without saying how many',
  'superlative with a number': 'asks for several of the highest or lowest, as “the top 3” does',
  'most rows': 'asks what occurs most or least often',
  'ranked by a figure': 'asks for a ranking by a figure, as “by number of …” does',
  'grouping phrase': 'says “each”, “per”, “for every” or the like',
  'ordering phrase': 'asks for an order, as “sorted by” does',
  negation: 'says “not”, “no”, “without” or the like',
  'distinct word': 'says “different”, “unique” or the like',
  'compared with the average': 'compares with the average',
  'number of rows of a table': 'has a number right before a table’s name, as “at least two orders” does',
  'compared number': 'compares with a number, as “more than 10” does',
  'word for COUNT': 'asks how many',
  'word for SUM': 'asks for a total',
  'word for AVG': 'asks for an average',
  'word for MAX': 'asks for the highest value',
  'word for MIN': 'asks for the lowest value',
  'several aggregate words': 'asks for several figures',
  'values of one column': 'mentions several values of one column',
  'no figure asked for': 'asks for no figure',
  'only figures asked for': 'asks for figures and nothing else',
  'figures for each asked for': 'asks for a figure for each of something',
  'several columns asked for': 'asks for several columns',
  'several figures asked for': 'asks for several figures by name',
  'superlative of a number': 'asks for the highest or lowest of a column of numbers',
  'a number that is a column': 'says “number of” where that is a column',
  'a table denied': 'says that something has none of a table, as “without orders” does',
  number: 'mentions a number',
  date: 'mentions a date',
};

/** What a beside-cue (`before`, `after`) stands beside where the pattern does not say. */
const SOMETHING_NAMED = 'a name or value';

/**
 * “says “average””: what is true of a question that has the cue. `mention`: what stands beside the word of a `before`
 * or `after` cue, as in “has a column’s name right after “and””.
 */
export function cuePredicate(cue: HintCue, mention: string = SOMETHING_NAMED): string {
  const words = wordsOf(cue);
  const [first = ''] = words;
  switch (cue.kind) {
    case 'start':
      return `begins with ${inSequence(words)}`;
    case 'typed':
      return FACTS[cue.parts[0] ?? ''] ?? `mentions a value of the column ${nameWords(first)}`;
    case 'before':
      return first === '^' ? `begins with ${mention}` : `has ${mention} right after ${inSequence(words)}`;
    case 'after':
      return first === '$' ? `ends with ${mention}` : `has ${mention} right before ${inSequence(words)}`;
    case 'bigram':
      return words.some((word) => word in PIECES) ? `has ${inSequence(words)}` : `says ${inSequence(words)}`;
    case 'word':
    case 'phrase':
    case 'text':
      return `says ${inSequence(words)}`;
  }
}

/** The words a cue was met in, or the nearest real ones: never a stem. */
function wordsOf({ kind, parts, shown }: HintCue): readonly string[] {
  if (shown !== undefined) return shown;
  return kind === 'typed' || kind === 'phrase' || kind === 'text' ? parts : parts.map(realWord);
}

/** “how many”, then a table’s name. */
function inSequence(words: readonly string[]): string {
  const said: string[] = [];
  let quoted: string[] = [];
  const close = (): void => {
    if (quoted.length > 0) said.push(`“${plain(quoted.join(' '))}”`);
    quoted = [];
  };
  for (const word of words) {
    const piece = PIECES[word];
    if (piece === undefined) quoted.push(word);
    else {
      close();
      said.push(piece);
    }
  }
  close();
  return said.length > 2 ? said.join(', then ') : said.join(' and then ');
}
