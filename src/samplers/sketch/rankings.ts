/** What superlatives, orders and compared numbers of a question are about: a column of numbers, or how many rows. */
import { holdsNumbers, type SchemaIndex } from '../../linking/schema-index.ts';
import { overlaps } from '../../linking/spans.ts';
import type { ColumnLink, QuestionAnalysis, Span } from '../../linking/types.ts';

/** Words from a superlative to what it is about, and from words of an order to what is sorted by. */
const REACH = 2;
const REACH_OF_ORDER = 4;
const OFTEN: ReadonlySet<string> = new Set(['common', 'frequent', 'often', 'frequently', 'popular']);
/** Superlatives of an amount: of rows as well as of a column. */
const AMOUNTS: ReadonlySet<string> = new Set(['most', 'fewest', 'least']);

/** Where tables are named, other than in part. */
const named = ({ tables }: QuestionAnalysis): readonly { readonly table: string; readonly span: Span }[] =>
  tables.flatMap(({ table, mentions, match }) =>
    match === 'partial' ? [] : mentions.map((span) => ({ table, span })),
  );

/** "the highest price", "the longest river": columns of numbers and dates that the superlative names or measures. */
export function rankedColumns(analysis: QuestionAnalysis, index: SchemaIndex): readonly ColumnLink[] {
  const at = analysis.intent.superlative?.span;
  if (at === undefined) return [];
  const tables = named(analysis);
  return analysis.columns.filter((link) => {
    const column = index.column(link.table, link.column);
    if (!holdsNumbers(column) && column?.profile?.holds !== 'date') return false;
    return link.mentions.some(
      (mention) =>
        (link.match !== 'partial' && overlaps(mention, at)) ||
        (mention.first > at.last &&
          mention.first - at.last <= REACH &&
          (link.match !== 'partial' || link.score >= 0.5) &&
          !tables.some(({ span }) => span.first > at.last && span.last <= mention.last)),
    );
  });
}

/** "most common", "the most albums", "greatest number of": what is ranked is how many rows there are. */
export function ranksByCount(analysis: QuestionAnalysis, index: SchemaIndex): boolean {
  const { tokens, intent } = analysis;
  const at = intent.superlative?.span.last;
  if (at === undefined || rankedColumns(analysis, index).some(({ span }) => span.first > at)) return false;
  return (
    tokens.slice(at + 1, at + 1 + REACH).some((token) => OFTEN.has(token.lower)) ||
    rowsRanked(analysis).length > 0 ||
    intent.aggregates.some(({ name, span }) => name === 'COUNT' && span.first > at && span.first - at <= REACH)
  );
}

/** "the most albums": the tables whose rows a superlative of an amount is about. */
function rowsRanked(analysis: QuestionAnalysis): string[] {
  const at = analysis.intent.superlative?.span.last ?? -1;
  if (!AMOUNTS.has(analysis.tokens[at]?.lower ?? '')) return [];
  return named(analysis).flatMap(({ table, span }) => (span.first > at && span.first - at <= REACH ? [table] : []));
}

/** "top 5 cities by number of boats", "by total length": groups are ranked by a figure that the question names. */
export function ranksByFigure({ tokens, intent }: QuestionAnalysis): boolean {
  return intent.aggregates.some(
    ({ span: { first } }) =>
      tokens[first - 1]?.lower === 'by' || (tokens[first - 1]?.lower === 'the' && tokens[first - 2]?.lower === 'by'),
  );
}

/** "more than 3 boats", "at least two albums": the tables whose rows a number counts. */
export function tablesNumbered(analysis: QuestionAnalysis): string[] {
  const { tokens, numbers } = analysis;
  return named(analysis).flatMap(({ table, span: { first } }) =>
    numbers.some(
      ({ span: { last }, looksLikeLimit, looksLikeYear }) =>
        !looksLikeLimit &&
        !looksLikeYear &&
        (first === last + 1 || (first === last + 2 && tokens[last + 1] !== undefined)),
    )
      ? [table]
      : [],
  );
}

/** The tables whose rows are counted anywhere in the question: by a number, a superlative, or after "number of". */
export function tablesCounted(analysis: QuestionAnalysis): ReadonlySet<string> {
  const counts = analysis.intent.aggregates.filter(({ name }) => name === 'COUNT');
  return new Set([
    ...tablesNumbered(analysis),
    ...rowsRanked(analysis),
    ...named(analysis).flatMap(({ table, span }) =>
      counts.some((count) => span.first > count.span.last && span.first - count.span.last <= REACH) ? [table] : [],
    ),
  ]);
}

/** "sorted by age", "in ascending order of age": is the column named right after the words of an order? */
export function isSortedBy({ intent }: QuestionAnalysis, link: ColumnLink | undefined): boolean {
  const { ordering } = intent;
  return (
    ordering !== null &&
    link !== undefined &&
    link.mentions.some(({ first }) => first > ordering.last && first - ordering.last <= REACH_OF_ORDER)
  );
}

/**
 * "have no concert", "without pets", "boats without a red sail": is a table named right after the denying word? A value
 * between them must belong to the table, and be said of something else: "are not cargo ships" denies a value.
 */
export function deniesTable(analysis: QuestionAnalysis): boolean {
  const at = analysis.intent.negation?.last;
  if (at === undefined) return false;
  const tables = named(analysis);
  return tables.some(
    ({ table, span }) =>
      span.first > at &&
      span.first - at <= REACH_OF_ORDER &&
      analysis.values
        .filter((value) => value.score >= 0.8 && value.span.first > at && value.span.first < span.first)
        .every(
          (value) =>
            value.span.last === span.first - 1 && tables.some((other) => other.table !== table && other.span.last < at),
        ),
  );
}

/** Is anything that may be a condition mentioned after the denying word, anything before it? */
export function besideDenial(
  { intent }: QuestionAnalysis,
  mentions: readonly Span[],
): { readonly after: boolean; readonly before: boolean } {
  const at = intent.negation?.last;
  return {
    after: at !== undefined && mentions.some(({ first }) => first > at),
    before: at !== undefined && mentions.some(({ first }) => first < at),
  };
}

/** "not from Russia", "is not USA": is a value denied by a word shortly before it? */
export function deniesValue({ intent }: QuestionAnalysis, value: Span): boolean {
  return (
    intent.negation !== null &&
    value.first > intent.negation.last &&
    value.first - intent.negation.last <= REACH_OF_ORDER
  );
}
