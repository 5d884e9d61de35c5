/** Amount × rate: what a row is worth, where no column says it. */
import { covers, overlaps } from './spans.ts';
import { holdsNumbers, type ColumnEntry, type SchemaIndex } from './schema-index.ts';
import type { QuestionAnalysis } from './types.ts';
import { splitIdentifier, stemOf } from './words.ts';
import { wordList } from '../sql/word-list.ts';

const stems = (words: string): ReadonlySet<string> => new Set(wordList(words).map(stemOf));
/** How many, how long or how much. */
const QUANTITY_WORDS = stems('quantity qty units hours pieces volume');
/** Of a row that has its rate beside it also these; of another table's rate they are rarely the amount. */
const AMOUNT_WORDS = stems('amount count number');
const AMOUNTS = new Set([...QUANTITY_WORDS, ...AMOUNT_WORDS]);
const RATE_WORDS = stems('price cost rate fee charge wage');
/** “hourly rate” is one per hour. */
const UNITS: Readonly<Record<string, string>> = {
  ...{ hourly: 'hour', daily: 'day', nightly: 'night', weekly: 'week', monthly: 'month' },
  ...{ yearly: 'year', annual: 'year' },
};
const COST_WORDS = stems('cost');
const SPENDING_WORDS = stems('cost costs spent spend spending expenditure paid');
const MONEY_NAMES = 'revenue sales income turnover earnings takings spent spend spending proceeds expenditure';
const MONEY_WORDS = stems(`${MONEY_NAMES} worth value total paid sold`);
/** A sum of money by itself; the others say it of something else as often. */
const SUMS_OF_MONEY = stems(MONEY_NAMES);
const TIMES_WORDS = new Set(wordList('times multiplied × *'));
/** A guess a pair: more take too much from what is said. */
const MOST_BY_KINDS = 4;
/** Words between the two columns of a product that is said: "pieces multiplied by the price". */
const REACH = 3;

/** Does the question speak of money? Then a product is what it means sooner than else. */
export const saysMoney = ({ tokens }: QuestionAnalysis): boolean => tokens.some(({ stem }) => MONEY_WORDS.has(stem));

/** Where the words stand that a product answers: of money, or "times". */
export function productWords(analysis: QuestionAnalysis, index: SchemaIndex): readonly number[] {
  const found = products(analysis, index);
  const said = found.some((product) => product.by === 'said');
  return analysis.tokens.flatMap(({ stem, lower }, at) =>
    (found.length > 0 && MONEY_WORDS.has(stem)) || (said && TIMES_WORDS.has(lower)) ? [at] : [],
  );
}

/**
 * Is a word of money said that names no column even in part, and no figure asked for in other words but "the highest"?
 * Then a sum is asked for: "which seller had the highest takings", "takings per seller".
 */
export function asksForMoney({ tokens, columns, intent }: QuestionAnalysis): boolean {
  return (
    intent.aggregates.every(({ span }) => intent.superlative !== null && overlaps(span, intent.superlative.span)) &&
    tokens.some(
      ({ stem }, at) =>
        SUMS_OF_MONEY.has(stem) && !columns.some(({ mentions }) => mentions.some((span) => covers(span, at))),
    )
  );
}

/** Is this part of a question on this schema a name for what its products are worth? */
export const isMoney = (text: string, index: SchemaIndex): boolean =>
  text.split(' ').some((word) => SUMS_OF_MONEY.has(stemOf(word.toLowerCase()))) && usualProducts(index).length > 0;

/** Does it name an amount? "number" and "count" ask for something else as often. */
export const namesAmount = ({ tokens }: QuestionAnalysis): boolean =>
  tokens.some(
    ({ stem, lower }) =>
      QUANTITY_WORDS.has(stem) || (AMOUNT_WORDS.has(stem) && lower !== 'number' && lower !== 'count'),
  );

export interface Product {
  readonly amount: ColumnEntry;
  readonly rate: ColumnEntry;
  /**
   * Said in the question; else an amount with the rate beside it, or with that of the row it refers to; that, where it
   * is a cost and nothing says that money is spent; or what is in stock, where another table has what goes in and out.
   */
  readonly by: 'said' | 'row' | 'cost' | 'stock' | 'kinds';
}

/**
 * Amounts with the rate beside them in their row; else, where their table refers to one that has a rate, with that: a
 * row has one of it, so nothing is counted twice. And pairs of any names between which the question says "times".
 */
export function products(analysis: QuestionAnalysis, index: SchemaIndex): readonly Product[] {
  const said = saidProducts(analysis, index);
  const others = usualProducts(index).filter(
    (one) => !said.some((other) => other.amount === one.amount && other.rate === one.rate),
  );
  const spent = analysis.tokens.some(({ stem }) => SPENDING_WORDS.has(stem));
  return [...said, ...others.map((one): Product => (one.by === 'cost' && spent ? { ...one, by: 'row' } : one))];
}

function usualProducts(index: SchemaIndex): readonly Product[] {
  const numeric = index.columns.filter(holdsNumbers);
  const has = ({ stems }: ColumnEntry, words: ReadonlySet<string>): boolean => stems.some((stem) => words.has(stem));
  const rates = numeric.filter((column) => has(column, RATE_WORDS));
  // "unit_price" is a price.
  const amounts = numeric.filter((column) => !rates.includes(column));
  const isMeant = (amount: ColumnEntry, rate: ColumnEntry, words: ReadonlySet<string>): boolean =>
    countsUnits(amount, rate) ||
    // A rate whose units are counted beside it is for nothing else.
    (has(amount, words) && !amounts.some((other) => other.table === rate.table && countsUnits(other, rate)));
  const beside = (amount: ColumnEntry, words: ReadonlySet<string>): ColumnEntry[] =>
    rates.filter((rate) => rate.table === amount.table && isMeant(amount, rate, words));
  const across = (amount: ColumnEntry): ColumnEntry[] =>
    rates.some((rate) => rate.table === amount.table)
      ? []
      : rates.filter((rate) => refersTo(index, amount.table, rate.table) && isMeant(amount, rate, QUANTITY_WORDS));
  const made = (amount: ColumnEntry, rate: ColumnEntry, stock = false): Product => ({
    ...{ amount, rate },
    by: stock ? 'stock' : has(rate, COST_WORDS) ? 'cost' : 'row',
  });
  const moved = new Set(amounts.flatMap((amount) => across(amount).map(({ table }) => table)));
  const found = amounts.flatMap((amount): Product[] => [
    ...beside(amount, AMOUNTS).map((rate) => made(amount, rate, moved.has(rate.table))),
    ...across(amount).map((rate) => made(amount, rate)),
  ]);
  return found.length > 0 ? found : byKinds(numeric, index);
}

/** Is it a number of what the rate is for each of: days of “price per day”, hours of “hourly rate”? */
function countsUnits(amount: ColumnEntry, rate: ColumnEntry): boolean {
  const words = splitIdentifier(rate.column);
  const per = words.lastIndexOf('per');
  const units = per >= 0 ? words.slice(per + 1) : words.flatMap((word) => UNITS[word] ?? []);
  return !amount.isKey && units.length > 0 && units.every((unit) => amount.stems.includes(stemOf(unit)));
}

/** Where no name says: whole numbers with fractions beside them or in the row they refer to. Gold teaches which. */
function byKinds(numeric: readonly ColumnEntry[], index: SchemaIndex): Product[] {
  const are = (kind: 'integer' | 'real'): ColumnEntry[] => numeric.filter(({ profile }) => profile?.holds === kind);
  return are('integer')
    .flatMap((amount) =>
      are('real')
        .filter((rate) => rate.table === amount.table || refersTo(index, amount.table, rate.table))
        .map((rate): Product => ({ amount, rate, by: 'kinds' })),
    )
    .slice(0, MOST_BY_KINDS);
}

/** Has every row of the table at most one of the other? */
const refersTo = ({ joins }: SchemaIndex, table: string, other: string): boolean =>
  table !== other && joins.some(({ left, right }) => left.table === table && right.table === other);

/** "pieces times price": both named, in one row or with one of the other for each row of the one. */
function saidProducts({ tokens, columns }: QuestionAnalysis, index: SchemaIndex): Product[] {
  const named = (first: number, last: number): ColumnEntry[] =>
    columns.flatMap((link) => {
      const entry = index.column(link.table, link.column);
      const here = link.match !== 'partial' && link.mentions.some((span) => span.first <= last && span.last >= first);
      return entry !== undefined && here && holdsNumbers(entry) ? [entry] : [];
    });
  return tokens.flatMap(({ lower }, at) => {
    const isName = columns.some((link) => link.match === 'exact' && covers(link.span, at));
    if (!TIMES_WORDS.has(lower) || isName) return [];
    const seconds = named(at + 1, at + REACH);
    return named(at - REACH, at - 1).flatMap((first) =>
      seconds.flatMap((second): Product[] => {
        if (first === second) return [];
        if (first.table === second.table || refersTo(index, first.table, second.table))
          return [{ amount: first, rate: second, by: 'said' }];
        return refersTo(index, second.table, first.table) ? [{ amount: second, rate: first, by: 'said' }] : [];
      }),
    );
  });
}
