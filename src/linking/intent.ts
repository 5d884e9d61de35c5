/** What a question asks for: aggregates, superlatives, grouping. */
import { wordList } from '../sql/word-list.ts';
import {
  AGGREGATE_PHRASES,
  DISTINCT_WORDS,
  GROUPING_PHRASES,
  isNegation,
  ORDER_PHRASES,
  superlativeOf,
} from './lexicon.ts';
import { comparesDown, isComparative } from './numbers.ts';
import { PhraseTable } from './phrases.ts';
import type { Intent, NumberMention, Span, Token } from './types.ts';

const AGGREGATES = new PhraseTable(AGGREGATE_PHRASES);
const GROUPINGS = new PhraseTable(GROUPING_PHRASES.map((words) => ({ words })));
const ORDERS = new PhraseTable(ORDER_PHRASES.map((words) => ({ words })));

export function findIntent(tokens: readonly Token[], numbers: readonly NumberMention[]): Intent {
  const aggregates: Intent['aggregates'][number][] = [];
  const used = new Set<number>();
  for (let first = 0; first < tokens.length; first++) {
    if (used.has(first)) continue;
    const found = AGGREGATES.startingAt(tokens, first);
    if (found === null) continue;
    aggregates.push({ name: found.phrase.name, span: found.span });
    for (let at = found.span.first; at <= found.span.last; at++) used.add(at);
  }

  let superlative: Intent['superlative'] = null;
  tokens.forEach((token, at) => {
    if (superlative !== null || token.kind !== 'word') return;
    const found = superlativeOf(token.lower);
    // "at least", "at most" compare; they do not rank.
    if (found === null || (tokens[at - 1]?.lower === 'at' && (token.lower === 'least' || token.lower === 'most')))
      return;
    const limit =
      numbers.find(
        (mention) => mention.looksLikeLimit && (mention.span.first === at + 1 || mention.span.last === at - 1),
      )?.value ?? null;
    superlative = { direction: found.direction, span: { first: at, last: at }, limit };
  });

  const grouping: Span[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const hit = GROUPINGS.startingAt(tokens, at)?.span;
    // "owned by students" names who did it, not what the rows stand for.
    if (
      hit === undefined ||
      (tokens[at]?.lower === 'by' && /(?:ed|en|wn|ght|ld|ung)$/u.test(tokens[at - 1]?.lower ?? ''))
    )
      continue;
    let first = hit.last + 1;
    while (tokens[first]?.stop === true && first < tokens.length - 1) first++;
    // "by" also begins an agent ("albums by Metallica"); a number or quoted name is no group.
    if (tokens[first]?.kind !== 'word') continue;
    let last = first;
    while (last < first + 2 && tokens[last + 1]?.kind === 'word' && tokens[last + 1]?.stop === false) last++;
    // "by the artist “X”": one of them, not each.
    const next = tokens[last + 1];
    if (next?.kind === 'quoted') continue;
    grouping.push({ first, last });
    at = hit.last;
  }

  const negationAt = tokens.findIndex((token) => isNegation(token.lower));
  let ordering: Span | null = null;
  for (let at = 0; at < tokens.length && ordering === null; at++)
    ordering = ORDERS.startingAt(tokens, at)?.span ?? null;
  return {
    aggregates,
    superlative,
    grouping,
    ordering,
    averageComparison: findAverageComparison(tokens),
    distinct: tokens.some((token) => DISTINCT_WORDS.has(token.lower)),
    negation: negationAt < 0 ? null : { first: negationAt, last: negationAt },
  };
}

const AVERAGE_WORDS = new Set(['average', 'mean', 'avg', 'typical']);
const BESIDE_AVERAGE = 7;
/** Words that join "higher than" to "average": "higher than the overall average". */
const JOINING = new Set(
  wordList(`
  than the its their overall of an a or equal to that all
`),
);

/**
 * "above average", "longer than the average", "at least the mean". The nearest comparing word to the left of an average
 * decides.
 */
function findAverageComparison(tokens: readonly Token[]): Intent['averageComparison'] {
  for (let last = 1; last < tokens.length; last++) {
    if (!AVERAGE_WORDS.has(tokens[last]?.lower ?? '')) continue;
    for (let first = last - 1; first >= Math.max(0, last - BESIDE_AVERAGE); first--) {
      const word = tokens[first]?.lower ?? '';
      const between = tokens.slice(first + 1, last).map((token) => token.lower);
      const equal = between.includes('equal');
      const span = { first, last };
      if (word === 'least' && tokens[first - 1]?.lower === 'at')
        return { span: { first: first - 1, last }, operator: '>=' };
      if (word === 'most' && tokens[first - 1]?.lower === 'at')
        return { span: { first: first - 1, last }, operator: '<=' };
      if (comparesDown(word) && (word === 'below' || word === 'under' || between.includes('than')))
        return { span, operator: equal ? '<=' : '<' };
      if (
        ['above', 'over', 'exceeding', 'exceeds', 'exceed'].includes(word) ||
        (isComparative(word) && between.includes('than'))
      )
        return { span, operator: equal ? '>=' : '>' };
      // "more expensive than the average": one adjective may stand in between.
      if (!JOINING.has(word) && first < last - 1 && tokens[first + 1]?.lower !== 'than') break;
    }
  }
  return null;
}
