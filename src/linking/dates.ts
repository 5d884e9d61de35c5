/**
 * Days, months, quarters, years and decades that a question names, as spans of days with the comparison said beside
 * them.
 */
import { wordList } from '../sql/word-list.ts';
import type { Comparison } from './lexicon.ts';
import { PhraseTable } from './phrases.ts';
import type { ComparisonOperator, DateMention, Span, Token } from './types.ts';

type Grain = DateMention['grain'];

/** A date as read, before its neighbours are looked at. */
interface ReadDate {
  readonly last: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly grain: Grain;
  readonly month: number | null;
  readonly day: number | null;
}

const MONTH_NAMES = 'january february march april may june july august september october november december'.split(' ');
const MONTHS = new Map(
  MONTH_NAMES.flatMap((name, at) => [[name, at + 1] as const, [name.slice(0, 3), at + 1] as const]).concat([
    ['sept', 9],
  ]),
);
/** Month names that mean something else as often: alone they need a preposition before them. */
const AMBIGUOUS_MONTHS = new Set(
  wordList(`
  may march mar sun jan dec sep oct nov jun jul apr feb aug august
`),
);
const MONTH_PREPOSITIONS = new Set(
  'in of during since until till after before by for last this next every each between from and to through'.split(' '),
);

/** Words before a date that say how it compares. */
const BEFORE = new PhraseTable<Comparison>([
  { words: 'not earlier than', operator: '>=' },
  { words: 'no earlier than', operator: '>=' },
  { words: 'not later than', operator: '<=' },
  { words: 'no later than', operator: '<=' },
  { words: 'not before', operator: '>=' },
  { words: 'not after', operator: '<=' },
  { words: 'on or after', operator: '>=' },
  { words: 'on or before', operator: '<=' },
  { words: 'earlier than', operator: '<' },
  { words: 'later than', operator: '>' },
  { words: 'older than', operator: '<' },
  { words: 'newer than', operator: '>' },
  { words: 'more recent than', operator: '>' },
  { words: 'prior to', operator: '<' },
  { words: 'as of', operator: '=' },
  { words: 'starting from', operator: '>=' },
  { words: 'starting in', operator: '>=' },
  { words: 'beginning in', operator: '>=' },
  { words: 'up to', operator: '<=' },
  { words: 'before', operator: '<' },
  { words: 'after', operator: '>' },
  { words: 'since', operator: '>=' },
  { words: 'until', operator: '<=' },
  { words: 'till', operator: '<=' },
  { words: 'following', operator: '>' },
  { words: 'from', operator: '>=' },
  { words: 'by', operator: '<=' },
  { words: 'in', operator: '=' },
  { words: 'on', operator: '=' },
  { words: 'during', operator: '=' },
  { words: 'of', operator: '=' },
  { words: 'for', operator: '=' },
  { words: 'within', operator: '=' },
  { words: 'throughout', operator: '=' },
]);
const AFTER = new PhraseTable<Comparison>([
  { words: 'or later', operator: '>=' },
  { words: 'or after', operator: '>=' },
  { words: 'and later', operator: '>=' },
  { words: 'onwards', operator: '>=' },
  { words: 'onward', operator: '>=' },
  { words: 'or earlier', operator: '<=' },
  { words: 'or before', operator: '<=' },
  { words: 'and earlier', operator: '<=' },
]);
/** A plain number from here to there after a word of time is a year. */
const FIRST_YEAR = 1000;
const LAST_YEAR = 2999;
const YEAR_PREPOSITIONS = new Set(
  'in since until till before after during year years from by between of for through and to early late mid'.split(' '),
);
/** "in 2019 dollars" aside, a counted noun after the number makes it an amount: "in 2000 cities". */
const MAY_FOLLOW_YEAR = new Set(
  'or and to with by for that who which is was were are onwards onward later ?'.split(' '),
);

/**
 * @param question the text the tokens were cut from: what stands between them tells "10/01/2025" from a list of numbers
 */
export function findDates(tokens: readonly Token[], question: string): DateMention[] {
  const mentions: DateMention[] = [];
  for (let first = 0; first < tokens.length; first++) {
    const read = dateAt(tokens, first, question);
    if (read === null) continue;
    const joint = tokens[read.last + 1]?.lower ?? '';
    const before = leftOf(tokens, first);
    const opener = tokens[before]?.lower ?? '';
    const second =
      (opener === 'between' && joint === 'and') || ['to', 'through', 'until', 'till'].includes(joint)
        ? dateAt(tokens, tokens[read.last + 2]?.lower === 'the' ? read.last + 3 : read.last + 2, question, true)
        : null;
    if (second !== null) {
      // "between May and July 2021", "between 1 and 5 May 2021": the second date lends its year.
      const start =
        read.from ??
        (read.month !== null && second.from !== null
          ? dateText(Number(second.from.slice(0, 4)), read.month, read.day ?? 1)
          : null);
      mentions.push({
        span: { first, last: second.last },
        from: start,
        to: second.to,
        grain: read.grain,
        month: read.month,
        day: read.day,
        operator: 'between',
      });
      first = second.last;
      continue;
    }
    const previous = mentions.at(-1);
    // "in 2014 and 2015", "in May or June": what is said of the first holds for the second.
    const joined =
      previous !== undefined &&
      previous.span.last === first - 2 &&
      ['and', 'or'].includes(tokens[first - 1]?.lower ?? '')
        ? previous.operator
        : null;
    mentions.push({
      span: { first, last: read.last },
      from: read.from,
      to: read.to,
      grain: read.grain,
      month: read.month,
      day: read.day,
      operator: operatorOf(tokens, before, read.last) ?? joined,
    });
    first = read.last;
  }
  return mentions;
}

/**
 * Where the words that compare a date end: "the", "the year" and "the end of" between them and the date change nothing.
 */
function leftOf(tokens: readonly Token[], first: number): number {
  let at = first - 1;
  const word = (): string => tokens[at]?.lower ?? '';
  if (word() === 'year' || word() === 'years') at--;
  if (word() === 'the') at--;
  if (word() === 'of' && ['end', 'beginning', 'start', 'middle'].includes(tokens[at - 1]?.lower ?? '')) {
    at -= 2;
    if (word() === 'the') at--;
  }
  return at;
}

/** Tokens of dates that are not numbers as well: all but those of plain years. */
export function dateTokens(dates: readonly DateMention[], tokens: readonly Token[]): ReadonlySet<number> {
  const taken = new Set<number>();
  for (const { span, grain } of dates) {
    const years =
      grain === 'year' &&
      range(span).every((at) => tokens[at]?.kind !== 'number' || /^\d{4}$/u.test(tokens[at]?.text ?? '')) &&
      tokens[span.last]?.lower !== 's';
    if (!years) for (const at of range(span)) taken.add(at);
  }
  return taken;
}

const range = ({ first, last }: Span): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

function operatorOf(tokens: readonly Token[], before: number, last: number): ComparisonOperator | null {
  return (
    AFTER.startingAt(tokens, last + 1)?.phrase.operator ?? BEFORE.endingAt(tokens, before)?.phrase.operator ?? null
  );
}

/** @param afterRange the first half of a range was read: a plain year may follow without a preposition */
function dateAt(tokens: readonly Token[], first: number, question: string, afterRange = false): ReadDate | null {
  const token = tokens[first];
  if (token === undefined || token.kind === 'quoted') return quotedDate(token, first);
  const iso = isoAt(token, first);
  if (iso !== null) return iso;
  return (
    slashedAt(tokens, first, question) ??
    quarterAt(tokens, first) ??
    namedAt(tokens, first) ??
    yearMonthAt(tokens, first, question) ??
    yearAt(tokens, first, question, afterRange)
  );
}

function quotedDate(token: Token | undefined, first: number): ReadDate | null {
  return token === undefined ? null : isoAt(token, first);
}

/** "2025-10-01". */
function isoAt(token: Token, first: number): ReadDate | null {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/u.exec(token.text.trim());
  return match === null ? null : dayOf(Number(match[1]), Number(match[2]), Number(match[3]), first);
}

/** "10/01/2025", "1.10.2025": month first with slashes unless that is impossible, day first with dots. */
function slashedAt(tokens: readonly Token[], first: number, question: string): ReadDate | null {
  const match = /^(\d{1,4})([/.-])(\d{1,2})\2(\d{4}|\d{1,2})(?![\d/])/u.exec(
    question.slice(tokens[first]?.start, (tokens[first]?.start ?? 0) + 11),
  );
  if (match === null || tokens[first]?.kind !== 'number') return null;
  const end = (tokens[first]?.start ?? 0) + match[0].length;
  let last = first;
  while ((tokens[last]?.end ?? Infinity) < end) last++;
  if (tokens[last]?.end !== end) return null;
  const [a, b, c] = [Number(match[1]), Number(match[3]), Number(match[4])];
  if (match[1]?.length === 4) return dayOf(a, b, c, last);
  if (match[4]?.length !== 4) return null;
  const monthFirst = match[2] !== '.';
  return (monthFirst ? dayOf(c, a, b, last) : null) ?? dayOf(c, b, a, last) ?? dayOf(c, a, b, last);
}

/** "Q2 2023", "the second quarter of 2023". */
function quarterAt(tokens: readonly Token[], first: number): ReadDate | null {
  const short = /^q([1-4])$/u.exec(tokens[first]?.lower ?? '');
  let quarter = Number(short?.[1] ?? 0);
  let last = first;
  if (short === null) {
    quarter = ['first', 'second', 'third', 'fourth'].indexOf(tokens[first]?.lower ?? '') + 1;
    if (quarter === 0 || tokens[first + 1]?.lower !== 'quarter') return null;
    last = first + 1;
  }
  const at = tokens[last + 1]?.lower === 'of' || tokens[last + 1]?.lower === 'in' ? last + 2 : last + 1;
  const year = yearNumber(tokens[at]);
  if (year === null) return null;
  return {
    last: at,
    from: dateText(year, quarter * 3 - 2, 1),
    to: lastDay(year, quarter * 3),
    grain: 'quarter',
    month: null,
    day: null,
  };
}

/** "1 October 2025", "1st of October 2025", "October 1, 2025", "October 2025", "October 1", "October". */
function namedAt(tokens: readonly Token[], first: number): ReadDate | null {
  let at = first;
  const leading = dayNumber(tokens, at);
  if (leading !== null) {
    at = leading.next;
    if (tokens[at]?.lower === 'of') at++;
  } else if (tokens[at]?.kind !== 'word') return null;
  const name = tokens[at];
  const month = name?.kind === 'word' ? MONTHS.get(name.lower) : undefined;
  if (month === undefined || name === undefined) return null;
  let day = leading?.day ?? null;
  let last = at;
  if (day === null) {
    const trailing = dayNumber(tokens, at + 1);
    if (trailing !== null) {
      day = trailing.day;
      last = trailing.next - 1;
    }
  }
  const yearPlace = tokens[last + 1]?.lower === 'of' || tokens[last + 1]?.lower === 'in' ? last + 2 : last + 1;
  const year = yearNumber(tokens[yearPlace]);
  if (year !== null) {
    if (day !== null) return dayOf(year, month, day, yearPlace);
    return {
      last: yearPlace,
      from: dateText(year, month, 1),
      to: lastDay(year, month),
      grain: 'month',
      month: null,
      day: null,
    };
  }
  if (day !== null) return day <= daysIn(2000, month) ? { last, from: null, to: null, grain: 'day', month, day } : null;
  // "May" is a month where it is written like one and stands after a preposition.
  const previous = tokens[first - 1]?.lower ?? '';
  if (
    AMBIGUOUS_MONTHS.has(name.lower) &&
    !(MONTH_PREPOSITIONS.has(previous) && (/^\p{Lu}/u.test(name.text) || tokens[at + 1] === undefined))
  )
    return null;
  return { last, from: null, to: null, grain: 'month', month, day: null };
}

/** A day of a month: "1", "1st", "the 1st" is read from the numeral. */
function dayNumber(tokens: readonly Token[], at: number): { readonly day: number; readonly next: number } | null {
  const token = tokens[at];
  if (token?.kind !== 'number' || !/^\d{1,2}$/u.test(token.text)) return null;
  const day = Number(token.text);
  if (day < 1 || day > 31) return null;
  const suffix = tokens[at + 1];
  return {
    day,
    next:
      suffix !== undefined && suffix.start === token.end && /^(?:st|nd|rd|th)$/u.test(suffix.lower) ? at + 2 : at + 1,
  };
}

/** "2023-07": a month. */
function yearMonthAt(tokens: readonly Token[], first: number, question: string): ReadDate | null {
  const year = yearNumber(tokens[first]);
  const next = tokens[first + 1];
  if (
    year === null ||
    next === undefined ||
    !/^\d{2}$/u.test(next.text) ||
    question.slice(tokens[first]?.end, next.start) !== '-'
  )
    return null;
  const month = Number(next.text);
  if (month < 1 || month > 12) return null;
  return {
    last: first + 1,
    from: dateText(year, month, 1),
    to: lastDay(year, month),
    grain: 'month',
    month: null,
    day: null,
  };
}

/** "in 2019", "the year 2019", "the 1990s"; a bare "2019" only after a word of time. */
function yearAt(tokens: readonly Token[], first: number, question: string, afterRange: boolean): ReadDate | null {
  const year = yearNumber(tokens[first]);
  const token = tokens[first];
  if (year === null || token === undefined) return null;
  const next = tokens[first + 1];
  const gap = next === undefined ? '' : question.slice(token.end, next.start);
  if (year % 10 === 0 && next?.lower === 's' && /^['’]?$/u.test(gap))
    return {
      last: first + 1,
      from: dateText(year, 1, 1),
      to: dateText(year + 9, 12, 31),
      grain: 'year',
      month: null,
      day: null,
    };
  const previous = tokens[first - 1]?.lower === 'the' ? tokens[first - 2]?.lower : tokens[first - 1]?.lower;
  const timely =
    afterRange ||
    AFTER.startingAt(tokens, first + 1) !== null ||
    saidOfTime(tokens, first) ||
    YEAR_PREPOSITIONS.has(previous ?? '');
  const counted =
    next !== undefined &&
    next.kind === 'word' &&
    !next.stop &&
    !MAY_FOLLOW_YEAR.has(next.lower) &&
    gap === ' ' &&
    !['year', 'years', 'since'].includes(previous ?? '');
  if (!timely || counted || token.sign === '$' || token.sign === '%') return null;
  return { last: first, from: dateText(year, 1, 1), to: dateText(year, 12, 31), grain: 'year', month: null, day: null };
}

/** "no later than 2022", "prior to 2020"; "up to 2000" is said of amounts. */
function saidOfTime(tokens: readonly Token[], first: number): boolean {
  const words = BEFORE.endingAt(tokens, first - 1)?.phrase.words ?? '';
  return words.includes(' ') && words !== 'up to';
}

function yearNumber(token: Token | undefined): number | null {
  if (token?.kind !== 'number' || !/^\d{4}$/u.test(token.text)) return null;
  const year = Number(token.text);
  return year >= FIRST_YEAR && year <= LAST_YEAR ? year : null;
}

function dayOf(year: number, month: number, day: number, last: number): ReadDate | null {
  if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1 || day > daysIn(year, month))
    return null;
  const text = dateText(year, month, day);
  return { last, from: text, to: text, grain: 'day', month: null, day: null };
}

/** Days of a month in the Gregorian calendar. */
function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

const lastDay = (year: number, month: number): string => dateText(year, month, daysIn(year, month));

function dateText(year: number, month: number, day: number): string {
  return `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
