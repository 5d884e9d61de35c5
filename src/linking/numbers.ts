/**
 * Numbers of a question: numerals, number words, ranks and counts of times, with the comparison the words beside them
 * make.
 */
import { COMPARISONS_AFTER, COMPARISONS_BEFORE, LIMIT_WORDS, superlativeOf } from './lexicon.ts';
import { numberWord, rankWord, scaleWord, timesWord } from './number-words.ts';
import { phraseAt, PhraseTable } from './phrases.ts';
import type { ComparisonOperator, NumberMention, Span, Token } from './types.ts';

/** How far before a number its comparing word may stand. */
const DISTANCE = 3;
const LESS = new Set(
  'less fewer lower smaller younger shorter cheaper earlier lighter slower narrower thinner poorer nearer closer sooner'.split(
    ' ',
  ),
);
const ABOVE = new Set('above over exceeding exceed exceeds exceeded beyond'.split(' '));
const BELOW = new Set('below under beneath within'.split(' '));
/** Adjectives in -er that do not compare. */
const NOT_COMPARING = new Set(
  'other rather either number order customer member player paper water whether never ever'.split(' '),
);
/** "1.5 m" may be metres: only letters that amounts are written with. */
const GLUED_SCALES = new Map([
  ['k', 1e3],
  ['m', 1e6],
  ['mn', 1e6],
  ['mio', 1e6],
  ['b', 1e9],
  ['bn', 1e9],
]);
const LIMIT_MOST = 100;
/** "twelve or more years", "30 years or older": words between a number and what compares it. */
const UNIT_WORDS = 2;

/** What a number of rows to pick stands behind. */
const PICKING = new Set(['the', 'of', 'which', 'what', 'show', 'list', 'find', 'give', 'return', 'name', 'me', 'are']);

const BEFORE = new PhraseTable(COMPARISONS_BEFORE);
const AFTER = new PhraseTable(COMPARISONS_AFTER);
const DENIALS = new PhraseTable(
  [
    'other than',
    'different from',
    'not equal to',
    'not equal',
    'not exactly',
    "isn't equal to",
    'not in',
    'not from',
    'not of',
    'unequal to',
    'apart from',
    'not be',
  ].map((words) => ({ words })),
);
/** Words that join a name to a number without comparing. */
const PLAIN_JOINTS = new Set(['of', 'in', 'is']);

interface ReadNumber {
  readonly value: number;
  readonly last: number;
  readonly kind: NumberMention['kind'];
  /** Written in digits without a scale: may be a year. */
  readonly numeral: boolean;
}

/** @param taken token indices that belong to a date: they are no numbers */
export function findNumbers(tokens: readonly Token[], taken: ReadonlySet<number> = new Set()): NumberMention[] {
  const mentions: NumberMention[] = [];
  for (let first = 0; first < tokens.length; first++) {
    if (taken.has(first)) continue;
    const plural = pluralAt(tokens, first);
    if (plural !== null) {
      mentions.push({
        value: 1,
        upper: null,
        operator: '>',
        span: plural,
        looksLikeLimit: false,
        looksLikeYear: false,
        negated: false,
        kind: 'plural',
      });
      first = plural.last;
      continue;
    }
    const read = numberAt(tokens, first);
    if (read === null) continue;
    let { last } = read;
    let { value } = read;
    let upper: number | null = null;
    let operator: ComparisonOperator | null;
    const { at: before, negated } = leftOf(tokens, first);
    const second =
      ['and', 'to', 'through', 'till', 'until'].includes(tokens[last + 1]?.lower ?? '') && !taken.has(last + 2)
        ? numberAt(tokens, afterArticle(tokens, last + 2))
        : null;
    if (
      second !== null &&
      (startsRange(tokens, before, tokens[last + 1]?.lower ?? '') ||
        isRange(tokens[last + 1]?.lower ?? '', read, second))
    ) {
      upper = Math.max(value, second.value);
      value = Math.min(value, second.value);
      last = second.last;
      operator = 'between';
    } else {
      operator = read.kind === 'rank' ? null : (comparisonAfter(tokens, last + 1) ?? comparisonBefore(tokens, before));
    }
    const whole = Number.isInteger(value) && value > 0;
    const previous = tokens[first - 1]?.lower ?? '';
    const next = tokens[last + 1];
    mentions.push({
      value,
      upper,
      operator,
      negated,
      kind: read.kind,
      span: { first, last },
      looksLikeLimit:
        whole &&
        value <= LIMIT_MOST &&
        read.kind === 'plain' &&
        (LIMIT_WORDS.has(previous) ||
          (next !== undefined && superlativeOf(next.lower) !== null && operator === null) ||
          (upper === null && picksRows(tokens, first, last))),
      looksLikeYear: whole && value >= 1000 && value <= 2999 && read.numeral && tokens[first]?.sign === null,
    });
    first = last;
  }
  return mentions;
}

/** "the three products with the highest price": a number before its noun, and a superlative that says which. */
function picksRows(tokens: readonly Token[], first: number, last: number): boolean {
  const noun = tokens[last + 1];
  return (
    noun?.kind === 'word' &&
    !noun.stop &&
    PICKING.has(tokens[first - 1]?.lower ?? '') &&
    tokens.some(
      (token, at) =>
        at > last &&
        superlativeOf(token.lower) !== null &&
        !(tokens[at - 1]?.lower === 'at' && (token.lower === 'least' || token.lower === 'most')),
    )
  );
}

/** "several", "multiple", "more than once", "a number of": more than one, without a numeral. */
function pluralAt(tokens: readonly Token[], first: number): Span | null {
  const word = tokens[first]?.lower ?? '';
  if (word === 'several' || word === 'multiple') return { first, last: first };
  return phraseAt(tokens, first, 'more than once') ?? phraseAt(tokens, first, 'more than a single');
}

/**
 * Where the words that compare a number end: an article, "a total of" or "not" between them and the number changes
 * nothing.
 */
function leftOf(tokens: readonly Token[], first: number): { readonly at: number; readonly negated: boolean } {
  let at = first - 1;
  const word = (): string => tokens[at]?.lower ?? '';
  if (word() === 'year') at--;
  if (word() === 'the' || word() === 'a' || word() === 'an') at--;
  const denied = (): boolean => word() === 'not' || word() === 'except' || word().endsWith("n't");
  if (denied()) return { at: at - 1, negated: true };
  const found = DENIALS.endingAt(tokens, at);
  return found === null ? { at, negated: false } : { at: found.span.first - 1, negated: true };
}

function afterArticle(tokens: readonly Token[], at: number): number {
  return tokens[at]?.lower === 'the' || tokens[at]?.lower === 'a' ? at + 1 : at;
}

/** "between 3 and 5", "from 3 to 5", "ranging from 3 to 5", "between ages 3 and 5". */
function startsRange(tokens: readonly Token[], before: number, joint: string): boolean {
  for (let at = before; at >= Math.max(0, before - 2); at--) {
    const word = tokens[at]?.lower ?? '';
    if (word === 'between' || (word === 'from' && joint !== 'and')) return true;
    if (tokens[at]?.kind !== 'word') return false;
  }
  return false;
}

/** "3 to 5 metres": without "from", two numerals that rise are a range. */
function isRange(joint: string, low: ReadNumber, high: ReadNumber): boolean {
  return joint === 'to' && low.numeral && high.numeral && low.value < high.value;
}

function comparisonAfter(tokens: readonly Token[], from: number): ComparisonOperator | null {
  for (let at = from; at <= from + UNIT_WORDS; at++) {
    const found = AFTER.startingAt(tokens, at);
    if (found !== null) return found.phrase.operator;
    // Only a unit may stand between: "30 years or older".
    if (tokens[at]?.kind !== 'word' || tokens[at]?.stop === true) return null;
  }
  return null;
}

function comparisonBefore(tokens: readonly Token[], before: number): ComparisonOperator | null {
  // "of", "in" and "is" say less than a comparing word a little further left.
  const near = BEFORE.endingAt(tokens, before)?.phrase;
  if (near !== undefined && !PLAIN_JOINTS.has(near.words)) {
    const left = tokens[before - near.words.split(' ').length]?.lower ?? '';
    // "no longer than": at most.
    return left !== 'no' && left !== 'not'
      ? near.operator
      : near.operator === '>'
        ? '<='
        : near.operator === '<'
          ? '>='
          : near.operator;
  }
  return distantComparison(tokens, before) ?? near?.operator ?? null;
}

/**
 * "more expensive than 100", "a greater weight than 10", "above age 20": the comparing word a few words before the
 * number.
 */
function distantComparison(tokens: readonly Token[], last: number): ComparisonOperator | null {
  const from = Math.max(0, last - DISTANCE);
  const window = tokens.slice(from, last + 1).map((token) => token.lower);
  const denied =
    ['no', 'not', 'never'].includes(window[0] ?? '') ||
    window.includes('no') ||
    ['no', 'not'].includes(tokens[from - 1]?.lower ?? '');
  if (window.at(-1) === 'than') {
    const comparing = window.findLast((word) => LESS.has(word) || isComparative(word));
    if (comparing === undefined) return null;
    const less = LESS.has(comparing);
    if (denied) return less ? '>=' : '<=';
    return less ? '<' : '>';
  }
  // "a weight greater or equal to", "over the limit of".
  const position = window.findLast((word) => ABOVE.has(word) || BELOW.has(word));
  return position === undefined ? null : ABOVE.has(position) ? '>' : position === 'within' ? '<=' : '<';
}

/** "older", "more": a word that compares upward. */
export function isComparative(lower: string): boolean {
  return lower === 'more' || (lower.endsWith('er') && lower.length > 4 && !NOT_COMPARING.has(lower));
}

/** Does this word compare downward ("fewer", "younger")? */
export function comparesDown(lower: string): boolean {
  return LESS.has(lower) || BELOW.has(lower);
}

/** A numeral, number words or a rank starting at `first`. "one" alone is a pronoun, not a number. */
function numberAt(tokens: readonly Token[], first: number): ReadNumber | null {
  const token = tokens[first];
  if (token === undefined) return null;
  if (token.kind === 'number') return numeralAt(tokens, first, token);
  if (token.kind !== 'word') return null;
  const times = timesWord(token.lower);
  if (times !== null) return { value: times, last: first, kind: 'times', numeral: false };
  const article = token.lower === 'half' && ['a', 'an'].includes(tokens[first + 1]?.lower ?? '') ? first + 1 : first;
  if (['a', 'an', 'half'].includes(token.lower) && scaleWord(tokens[article + 1]?.lower ?? '') === null) return null;
  const rank = rankAt(tokens, first);
  if (rank !== null) return rank;
  const words = wordsAt(tokens, first);
  if (words === null) return null;
  if (token.lower === 'one' && words.last === first && !countsOne(tokens, first)) return null;
  return { ...words, kind: isTimes(tokens, words.last) ? 'times' : 'plain', numeral: false };
}

function isTimes(tokens: readonly Token[], last: number): boolean {
  return tokens[last + 1]?.lower === 'times';
}

function numeralAt(tokens: readonly Token[], first: number, token: Token): ReadNumber | null {
  const written = Number(token.text.replaceAll(',', ''));
  if (!Number.isFinite(written)) return null;
  const suffix = tokens[first + 1];
  const touches = suffix !== undefined && suffix.start === token.end;
  if (touches && /^(?:st|nd|rd|th)$/u.test(suffix.lower) && Number.isInteger(written))
    return { value: written, last: first + 1, kind: 'rank', numeral: false };
  let value = token.sign === '-' ? -written : written;
  let last = first;
  const glued = touches ? GLUED_SCALES.get(suffix.lower) : undefined;
  if (glued !== undefined) {
    value *= glued;
    last++;
  }
  for (
    let scale = scaleWord(tokens[last + 1]?.lower ?? '');
    scale !== null;
    scale = scaleWord(tokens[last + 1]?.lower ?? '')
  ) {
    value *= scale;
    last++;
  }
  if (!Number.isFinite(value)) return null;
  const share =
    token.sign === '%' ||
    ['percent', 'pct'].includes(tokens[last + 1]?.lower ?? '') ||
    phraseAt(tokens, last + 1, 'per cent') !== null;
  return { value, last, kind: share ? 'share' : isTimes(tokens, last) ? 'times' : 'plain', numeral: last === first };
}

/**
 * "second", "third longest", "twenty-first". "first" begins far more than it ranks; "second" after a number or "per" is
 * a time.
 */
function rankAt(tokens: readonly Token[], first: number): ReadNumber | null {
  const tens = numberWord(tokens[first]?.lower ?? '');
  const compound = tens !== null && tens >= 20 && tens % 10 === 0 ? rankWord(tokens[first + 1]?.lower ?? '') : null;
  if (tens !== null && compound !== null && compound < 10)
    return { value: tens + compound, last: first + 1, kind: 'rank', numeral: false };
  const word = tokens[first]?.lower ?? '';
  const rank = rankWord(word);
  if (rank === null || rank === 1) return null;
  const previous = tokens[first - 1];
  if (
    word === 'second' &&
    (previous === undefined ||
      previous.kind === 'number' ||
      ['per', 'a', 'one', 'each', 'every', 'in'].includes(previous.lower))
  )
    return null;
  return { value: rank, last: first, kind: 'rank', numeral: false };
}

/** "one hundred and twenty", "two thousand five hundred", "twenty-five", "a dozen", "half a million". */
function wordsAt(tokens: readonly Token[], first: number): { readonly value: number; readonly last: number } | null {
  let at = first;
  let total = 0;
  let part: number | null = null;
  let last = -1;
  let half = false;
  if (tokens[at]?.lower === 'half') {
    half = true;
    at++;
  }
  if (tokens[at]?.lower === 'a' || tokens[at]?.lower === 'an') {
    part = 1;
    at++;
  }
  for (let previous: 'none' | 'unit' | 'tens' | 'scale' = 'none'; at < tokens.length; at++) {
    const lower = tokens[at]?.lower ?? '';
    const number = numberWord(lower);
    const scale = scaleWord(lower);
    if (number !== null) {
      // "three four" are two numbers; "twenty four" is one.
      if (previous === 'unit' || (previous === 'tens' && (number === 0 || number >= 10))) break;
      part = (part ?? 0) + number;
      previous = number >= 20 ? 'tens' : 'unit';
    } else if (scale !== null) {
      if (part === null && previous === 'none') break;
      if (scale === 100 || scale === 12) part = (part === null || part === 0 ? 1 : part) * scale;
      else {
        total += (part ?? 1) * scale;
        part = null;
      }
      previous = 'scale';
    } else if (lower === 'and' && previous === 'scale' && numberWord(tokens[at + 1]?.lower ?? '') !== null) continue;
    else break;
    last = at;
  }
  if (last < 0) return null;
  const value = (total + (part ?? 0)) * (half ? 0.5 : 1);
  return Number.isFinite(value) ? { value, last } : null;
}

/** "one" is a number after a comparison ("more than one", "only one") and before "or more". */
function countsOne(tokens: readonly Token[], first: number): boolean {
  const words = BEFORE.endingAt(tokens, first - 1)?.phrase.words ?? '';
  const before = words.length >= 4 && !['from', 'after', 'before', 'since', 'within'].includes(words);
  return (
    before || ['only', 'just'].includes(tokens[first - 1]?.lower ?? '') || comparisonAfter(tokens, first + 1) !== null
  );
}
