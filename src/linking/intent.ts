/** What a question asks for: numbers with their comparison, aggregates, superlatives, grouping. */
import { AGGREGATE_PHRASES, COMPARISONS_AFTER, COMPARISONS_BEFORE, DISTINCT_WORDS, GROUPING_PHRASES, isNegation, LIMIT_WORDS, numberWord, ORDER_PHRASES, scaleWord, superlativeOf } from './lexicon.ts';
import type { ComparisonOperator, Intent, NumberMention, Span, Token } from './types.ts';

/** How far before a number its comparing word may stand. */
const DISTANCE = 3;
const LESS = new Set(['less', 'fewer', 'lower', 'smaller', 'younger', 'shorter', 'cheaper', 'earlier', 'lighter', 'slower']);
const ABOVE = new Set(['above', 'over', 'exceeding', 'exceed', 'exceeds']);
const BELOW = new Set(['below', 'under', 'beneath']);

/** The span of `phrase` starting at `first`, or null. */
function phraseAt(tokens: readonly Token[], first: number, phrase: string): Span | null {
  const words = phrase.split(' ');
  if (words.every((word, i) => tokens[first + i]?.lower === word && tokens[first + i]?.kind === 'word')) return { first, last: first + words.length - 1 };
  return null;
}

function phraseEndingAt(tokens: readonly Token[], last: number, phrase: string): Span | null {
  return phraseAt(tokens, last - phrase.split(' ').length + 1, phrase);
}

export function findNumbers(tokens: readonly Token[]): NumberMention[] {
  const mentions: NumberMention[] = [];
  for (let first = 0; first < tokens.length; first++) {
    const read = numberAt(tokens, first);
    if (read === null) continue;
    let { last } = read;
    let upper: number | null = null;
    let operator: ComparisonOperator | null;
    const between = tokens[first - 1]?.lower === 'between' || tokens[first - 1]?.lower === 'from';
    const second = ['and', 'to'].includes(tokens[last + 1]?.lower ?? '') ? numberAt(tokens, last + 2) : null;
    if (between && second !== null) {
      upper = second.value;
      last = second.last;
      operator = 'between';
    } else {
      // "more than the 5": an article between the words and the number changes nothing.
      const before = tokens[first - 1]?.lower === 'the' || tokens[first - 1]?.lower === 'a' ? first - 2 : first - 1;
      operator = COMPARISONS_AFTER.find(({ words }) => phraseAt(tokens, last + 1, words) !== null)?.operator
        ?? COMPARISONS_BEFORE.find(({ words }) => phraseEndingAt(tokens, before, words) !== null && words !== 'of')?.operator
        ?? distantComparison(tokens, before) ?? COMPARISONS_BEFORE.find(({ words }) => phraseEndingAt(tokens, before, words) !== null)?.operator ?? null;
    }
    const whole = Number.isInteger(read.value) && read.value > 0;
    const previous = tokens[first - 1]?.lower ?? '';
    const next = tokens[last + 1];
    mentions.push({
      value: read.value, upper, operator, span: { first, last },
      looksLikeLimit: whole && read.value <= 100 && (LIMIT_WORDS.has(previous) || (next !== undefined && superlativeOf(next.lower) !== null)),
      looksLikeYear: whole && read.value >= 1000 && read.value <= 2999 && tokens[first]?.kind === 'number',
    });
    first = last;
  }
  return mentions;
}

/** "more expensive than 100", "a greater weight than 10", "above age 20": the comparing word a few words before the number. */
function distantComparison(tokens: readonly Token[], last: number): ComparisonOperator | undefined {
  const window = tokens.slice(Math.max(0, last - DISTANCE), last + 1).map((token) => token.lower);
  if (window.at(-1) === 'than') {
    if (window.some((word) => LESS.has(word))) return '<';
    return window.some((word) => word === 'more' || (word.endsWith('er') && word.length > 4)) ? '>' : undefined;
  }
  const position = window.findLast((word) => ABOVE.has(word) || BELOW.has(word));
  return position === undefined ? undefined : ABOVE.has(position) ? '>' : '<';
}

/** A numeral or number word starting at `first`, with a following scale ("5 million"). "one" alone is a pronoun, not a number. */
function numberAt(tokens: readonly Token[], first: number): { value: number; last: number } | null {
  const token = tokens[first];
  if (token === undefined) return null;
  let value: number | null = null;
  if (token.kind === 'number') value = Number(token.text.replaceAll(',', ''));
  else if (token.kind === 'word') value = token.lower === 'one' && COMPARISONS_BEFORE.every(({ words }) => words.length < 4 || phraseEndingAt(tokens, first - 1, words) === null) ? null : numberWord(token.lower);
  if (value === null) return null;
  const scale = scaleWord(tokens[first + 1]?.lower ?? '');
  const read = scale === null ? { value, last: first } : { value: value * scale, last: first + 1 };
  // Neither a date nor what overflows is a number.
  return Number.isFinite(read.value) ? read : null;
}

export function findIntent(tokens: readonly Token[], numbers: readonly NumberMention[]): Intent {
  const aggregates: Intent['aggregates'][number][] = [];
  const used = new Set<number>();
  for (let first = 0; first < tokens.length; first++) {
    if (used.has(first)) continue;
    for (const { words, name } of AGGREGATE_PHRASES) {
      const span = phraseAt(tokens, first, words);
      if (span === null) continue;
      aggregates.push({ name, span });
      for (let at = span.first; at <= span.last; at++) used.add(at);
      break;
    }
  }

  let superlative: Intent['superlative'] = null;
  tokens.forEach((token, at) => {
    if (superlative !== null || token.kind !== 'word') return;
    const found = superlativeOf(token.lower);
    // "at least", "at most" compare; they do not rank.
    if (found === null || (tokens[at - 1]?.lower === 'at' && (token.lower === 'least' || token.lower === 'most'))) return;
    const limit = numbers.find((mention) => mention.looksLikeLimit && (mention.span.first === at + 1 || mention.span.last === at - 1))?.value ?? null;
    superlative = { direction: found.direction, span: { first: at, last: at }, limit };
  });

  const grouping: Span[] = [];
  const phrases = [...GROUPING_PHRASES].sort((a, b) => b.length - a.length);
  for (let at = 0; at < tokens.length; at++) {
    const hit = phrases.map((phrase) => phraseAt(tokens, at, phrase)).find((span) => span !== null);
    // "owned by students" names who did it, not what the rows stand for.
    if (hit == null || (tokens[at]?.lower === 'by' && /(?:ed|en|wn|ght|ld|ung)$/u.test(tokens[at - 1]?.lower ?? ''))) continue;
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
  const ordering = tokens.map((_token, at) => ORDER_PHRASES.map((phrase) => phraseAt(tokens, at, phrase)).find((span) => span !== null) ?? null).find((span) => span !== null) ?? null;
  return {
    aggregates, superlative, grouping, ordering,
    distinct: tokens.some((token) => DISTINCT_WORDS.has(token.lower)),
    negation: negationAt < 0 ? null : { first: negationAt, last: negationAt },
  };
}
