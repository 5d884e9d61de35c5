/**
 * General English for questions about data: words that stand for one another, abbreviations that
 * identifiers use, and words that ask for an aggregate, an order or a comparison. Written from the
 * language, not from any dataset.
 */
import { glossary, phraseList, wordList } from '../sql/word-list.ts';
import { stemOf } from './words.ts';
import type { AggregateName, ComparisonOperator } from './types.ts';

const stems = (words: string): ReadonlySet<string> => new Set(wordList(words).map(stemOf));

const SYNONYM_GROUPS = phraseList(`
  revenue sales income turnover earnings takings proceeds, customer client buyer shopper purchaser cust,
  employee staff worker personnel emp, country nation land, city town municipality, price cost fee charge,
  name title label called named, amount total sum value amt, phone telephone tel mobile, email mail, year yr,
  month mon, number no num nr, quantity qty units amount, id identifier code key, birthday birthdate born birth dob,
  salary wage pay compensation, supplier vendor provider, manufacturer maker producer brand,
  product item article goods prod, area size surface, population inhabitants people citizens residents,
  start begin beginning, end finish, movie film, song track, picture image photo,
  teacher instructor lecturer professor, student pupil, car vehicle automobile auto, gender sex, address location addr,
  location place site venue, height tall high elevation, weight heavy light, age old young elder, length long short,
  date day when dt, time hour, author writer, doctor physician dr, company firm business organization organisation org,
  department dept division, manager boss supervisor mgr, rating score stars grade, review feedback comment,
  average avg mean, maximum max, minimum min, description desc descr, percentage percent pct, transaction tx txn trans,
  account acct acc, category cat type kind, balance bal, message msg, reference ref, document doc, temperature temp,
  language lang, order purchase, invoice bill, shipping delivery shipment shipped delivered, cancelled canceled,
  purchase buy bought purchased, sell sold sale, earn make, speed fast slow quick, budget money cash, state province,
  street road, stock inventory, discount reduction rebate, capacity room, nationality country, abbreviation abbr,
  first fname, last surname lname family, home house residence, illness disease diagnosis, drug medicine medication,
  flight plane, airport, river stream, mountain peak, language spoken, parent mother father, spouse wife husband,
  status state condition, method way mode, currency, wealth gdp gnp, founded established opened,
  win won victory winner, attend attended attendance, visit visited visitor, expensive price cheap cost,
  popular popularity, live lives living residence, work works job occupation profession, big large, rich wealthy,
  densely density
`);

/** Every word of the synonym groups: common English words about data. */
export const LEXICON_WORDS: readonly string[] = SYNONYM_GROUPS.join(' ').split(' ');

/** Stem → stems that may stand in for it. */
const SYNONYMS: ReadonlyMap<string, ReadonlySet<string>> = (() => {
  const map = new Map<string, Set<string>>();
  for (const group of SYNONYM_GROUPS) {
    const stems = group.split(' ').map(stemOf);
    for (const stem of stems) {
      const known = map.get(stem) ?? new Set<string>();
      for (const other of stems) if (other !== stem) known.add(other);
      map.set(stem, known);
    }
  }
  return map;
})();

const NONE: ReadonlySet<string> = new Set();

/** Stems that general English lets stand for this one; never contains the stem itself. */
export function synonymsOf(stem: string): ReadonlySet<string> {
  return SYNONYMS.get(stem) ?? NONE;
}

/** What an adjective may measure, surest first. */
const MEASURED = new Map(
  glossary(`
    big: size area population amount, large: size area population amount, small: size area population amount,
    great: size amount, long: length duration, short: length height duration, high: height elevation altitude,
    low: height elevation altitude, tall: height, deep: depth, wide: width, old: age year birth, young: age birth,
    early: date year time, late: date year time, recent: date year time, new: date year time, fast: speed time,
    slow: speed time, quick: speed time, heavy: weight, light: weight, cheap: price cost, expensive: price cost,
    rich: wealth income money, poor: wealth income, popular: popularity, populous: population,
    crowded: population density, dense: density, hot: temperature, cold: temperature, warm: temperature,
    strong: strength, good: rating score rank, best: rating score rank, worst: rating score rank, far: distance,
    near: distance, close: distance, busy: traffic
  `).map(([word, measured]) => [stemOf(word), measured.split(' ').map(stemOf)] as const),
);
const NOTHING: readonly string[] = [];

/** Stems of the properties an adjective speaks of: "large" → size, area, population, … */
export function measuredBy(stem: string): readonly string[] {
  return MEASURED.get(stem) ?? NOTHING;
}

/** Superlatives and what they say: direction of the order, and the property they measure where they name one. */
const IRREGULAR_SUPERLATIVES: ReadonlyMap<string, { direction: 'ASC' | 'DESC'; property: string | null }> = new Map(
  Object.entries({
    most: { direction: 'DESC', property: null },
    least: { direction: 'ASC', property: null },
    fewest: { direction: 'ASC', property: null },
    best: { direction: 'DESC', property: null },
    worst: { direction: 'ASC', property: null },
    top: { direction: 'DESC', property: null },
    bottom: { direction: 'ASC', property: null },
    maximum: { direction: 'DESC', property: null },
    minimum: { direction: 'ASC', property: null },
    max: { direction: 'DESC', property: null },
    min: { direction: 'ASC', property: null },
    latest: { direction: 'DESC', property: 'date' },
    earliest: { direction: 'ASC', property: 'date' },
    newest: { direction: 'DESC', property: 'date' },
  }),
);
const LOW_ADJECTIVES = new Set('small low short young cheap few little light slow poor'.split(' '));
/** "oldest" is the greatest age but the smallest date of birth; by age it is a high one. */
const HIGH_ADJECTIVES = new Set(
  'old large big high tall long heavy expensive great fast rich wealthy strong busy wide deep hot popular recent near late early new dense'.split(
    ' ',
  ),
);

export interface Superlative {
  readonly direction: 'ASC' | 'DESC';
  /** Base adjective or property, to link a column by; null when it names none. */
  readonly property: string | null;
}

/** "largest" → {DESC, large}; null when the word is no superlative. */
export function superlativeOf(lower: string): Superlative | null {
  const irregular = IRREGULAR_SUPERLATIVES.get(lower);
  if (irregular !== undefined) return irregular;
  if (!lower.endsWith('est') || lower.length < 5) return null;
  const root = lower.slice(0, -3);
  const candidates = [root, `${root}e`, root.endsWith('i') ? `${root.slice(0, -1)}y` : root, root.slice(0, -1)];
  for (const base of candidates) {
    if (LOW_ADJECTIVES.has(base)) return { direction: 'ASC', property: base };
    if (HIGH_ADJECTIVES.has(base)) return { direction: 'DESC', property: base };
  }
  return null;
}

/** Phrases that ask for an aggregate, longest first. */
export const AGGREGATE_PHRASES: readonly { readonly words: string; readonly name: AggregateName }[] = [
  { words: 'total number of', name: 'COUNT' },
  { words: 'how many', name: 'COUNT' },
  { words: 'number of', name: 'COUNT' },
  { words: 'count of', name: 'COUNT' },
  { words: 'amount of times', name: 'COUNT' },
  { words: 'counts', name: 'COUNT' },
  { words: 'count', name: 'COUNT' },
  { words: 'how often', name: 'COUNT' },
  { words: 'how much', name: 'SUM' },
  { words: 'sum of', name: 'SUM' },
  { words: 'total', name: 'SUM' },
  { words: 'sum', name: 'SUM' },
  { words: 'combined', name: 'SUM' },
  { words: 'altogether', name: 'SUM' },
  { words: 'overall', name: 'SUM' },
  { words: 'average', name: 'AVG' },
  { words: 'mean', name: 'AVG' },
  { words: 'avg', name: 'AVG' },
  { words: 'typical', name: 'AVG' },
  { words: 'maximum', name: 'MAX' },
  { words: 'highest', name: 'MAX' },
  { words: 'largest', name: 'MAX' },
  { words: 'greatest', name: 'MAX' },
  { words: 'max', name: 'MAX' },
  { words: 'latest', name: 'MAX' },
  { words: 'minimum', name: 'MIN' },
  { words: 'lowest', name: 'MIN' },
  { words: 'smallest', name: 'MIN' },
  { words: 'min', name: 'MIN' },
  { words: 'earliest', name: 'MIN' },
];

export interface Comparison {
  readonly words: string;
  readonly operator: ComparisonOperator;
}

/** Words before a number that say how it compares; the longest that fit count. */
export const COMPARISONS_BEFORE: readonly Comparison[] = [
  { words: 'greater than or equal to', operator: '>=' },
  { words: 'less than or equal to', operator: '<=' },
  { words: 'no more than', operator: '<=' },
  { words: 'no less than', operator: '>=' },
  { words: 'no fewer than', operator: '>=' },
  { words: 'not more than', operator: '<=' },
  { words: 'more than', operator: '>' },
  { words: 'greater than', operator: '>' },
  { words: 'higher than', operator: '>' },
  { words: 'larger than', operator: '>' },
  { words: 'bigger than', operator: '>' },
  { words: 'older than', operator: '>' },
  { words: 'longer than', operator: '>' },
  { words: 'taller than', operator: '>' },
  { words: 'heavier than', operator: '>' },
  { words: 'later than', operator: '>' },
  { words: 'less than', operator: '<' },
  { words: 'fewer than', operator: '<' },
  { words: 'lower than', operator: '<' },
  { words: 'smaller than', operator: '<' },
  { words: 'younger than', operator: '<' },
  { words: 'shorter than', operator: '<' },
  { words: 'cheaper than', operator: '<' },
  { words: 'earlier than', operator: '<' },
  { words: 'not less than', operator: '>=' },
  { words: 'not fewer than', operator: '>=' },
  { words: 'no earlier than', operator: '>=' },
  { words: 'not earlier than', operator: '>=' },
  { words: 'no later than', operator: '<=' },
  { words: 'not later than', operator: '<=' },
  { words: 'no older than', operator: '<=' },
  { words: 'no younger than', operator: '>=' },
  { words: 'no higher than', operator: '<=' },
  { words: 'no lower than', operator: '>=' },
  { words: 'not exceeding', operator: '<=' },
  { words: 'not over', operator: '<=' },
  { words: 'not above', operator: '<=' },
  { words: 'not below', operator: '>=' },
  { words: 'more or equal to', operator: '>=' },
  { words: 'in excess of', operator: '>' },
  { words: 'at minimum', operator: '>=' },
  { words: 'at maximum', operator: '<=' },
  { words: 'a minimum of', operator: '>=' },
  { words: 'a maximum of', operator: '<=' },
  { words: 'minimum of', operator: '>=' },
  { words: 'maximum of', operator: '<=' },
  { words: 'newer than', operator: '>' },
  { words: 'prior to', operator: '<' },
  { words: 'as many as', operator: '<=' },
  { words: 'as high as', operator: '>=' },
  { words: 'as low as', operator: '<=' },
  { words: 'at least', operator: '>=' },
  { words: 'greater or equal to', operator: '>=' },
  { words: 'less or equal to', operator: '<=' },
  { words: 'within', operator: '<=' },
  { words: 'beyond', operator: '>' },
  { words: 'exceeded', operator: '>' },
  { words: 'surpassing', operator: '>' },
  { words: 'surpasses', operator: '>' },
  { words: 'at most', operator: '<=' },
  { words: 'up to', operator: '<=' },
  { words: 'over', operator: '>' },
  { words: 'above', operator: '>' },
  { words: 'exceeding', operator: '>' },
  { words: 'exceeds', operator: '>' },
  { words: 'exceed', operator: '>' },
  { words: 'after', operator: '>' },
  { words: 'since', operator: '>=' },
  { words: 'from', operator: '>=' },
  { words: 'below', operator: '<' },
  { words: 'under', operator: '<' },
  { words: 'before', operator: '<' },
  { words: 'until', operator: '<=' },
  { words: 'minimum', operator: '>=' },
  { words: 'equal to', operator: '=' },
  { words: 'exactly', operator: '=' },
  { words: 'equals', operator: '=' },
  { words: 'in', operator: '=' },
  { words: 'is', operator: '=' },
  { words: 'of', operator: '=' },
];

/** Words after a number that say how it compares. */
export const COMPARISONS_AFTER: readonly Comparison[] = [
  { words: 'or more', operator: '>=' },
  { words: 'or above', operator: '>=' },
  { words: 'or higher', operator: '>=' },
  { words: 'or later', operator: '>=' },
  { words: 'or greater', operator: '>=' },
  { words: 'or older', operator: '>=' },
  { words: 'or less', operator: '<=' },
  { words: 'or fewer', operator: '<=' },
  { words: 'or below', operator: '<=' },
  { words: 'or lower', operator: '<=' },
  { words: 'or younger', operator: '<=' },
  { words: 'or earlier', operator: '<=' },
  { words: 'or over', operator: '>=' },
  { words: 'or longer', operator: '>=' },
  { words: 'or larger', operator: '>=' },
  { words: 'or bigger', operator: '>=' },
  { words: 'or taller', operator: '>=' },
  { words: 'or heavier', operator: '>=' },
  { words: 'or better', operator: '>=' },
  { words: 'or under', operator: '<=' },
  { words: 'or shorter', operator: '<=' },
  { words: 'or smaller', operator: '<=' },
  { words: 'or lighter', operator: '<=' },
  { words: 'or after', operator: '>=' },
  { words: 'or before', operator: '<=' },
  { words: 'and over', operator: '>=' },
  { words: 'and above', operator: '>=' },
  { words: 'and older', operator: '>=' },
  { words: 'and up', operator: '>=' },
  { words: 'and under', operator: '<=' },
  { words: 'and below', operator: '<=' },
  { words: 'at least', operator: '>=' },
  { words: 'at most', operator: '<=' },
  { words: 'onwards', operator: '>=' },
];

export const GROUPING_PHRASES: readonly string[] = phraseList(`
  for each, for every, of each, in each, by each, per, each, every, by, grouped by, broken down by, across, of every,
  in every
`);
/** Parts of dates that groups are made of, as `strftime` writes them. By stem. */
export const DATE_PARTS = [
  { words: stems('month monthly months'), format: '%Y-%m' },
  { words: stems('year yearly years annual annually'), format: '%Y' },
  { words: stems('day daily days date'), format: '%Y-%m-%d' },
];

export const DISTINCT_WORDS: ReadonlySet<string> = new Set(['different', 'distinct', 'unique', 'differing', 'various']);
const NEGATION_WORDS: ReadonlySet<string> = new Set(
  wordList(`
  not never without no none nobody except excluding neither lack lacking
`),
);

/** "never", "without", "don't". */
export function isNegation(lower: string): boolean {
  return NEGATION_WORDS.has(lower) || lower.endsWith("n't");
}

export const ORDER_PHRASES: readonly string[] = phraseList(`
  sorted by, ordered by, order by, sort by, in order of, in ascending order, in descending order,
  in alphabetical order, in alphabetic order, alphabetically, in lexicographical order, ascending, descending,
  ranked by, from most, from highest, from oldest, from youngest, from lowest
`);
export const LIMIT_WORDS: ReadonlySet<string> = new Set(['top', 'first', 'last', 'bottom', 'best', 'worst']);
