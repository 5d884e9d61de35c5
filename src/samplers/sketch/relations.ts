/** What a question says of two columns at once, or of a part and the whole: comparisons, ratios, shares. Pure. */
import { holdsNumbers, type ColumnEntry, type SchemaIndex } from '../../linking/schema-index.ts';
import { comparesDown, isComparative } from '../../linking/numbers.ts';
import { covers } from '../../linking/spans.ts';
import type { ColumnLink, QuestionAnalysis, Span } from '../../linking/types.ts';
import { wordList } from '../../sql/word-list.ts';

/** Words from a comparing word back to the one column, and on to the other. */
const REACH_BACK = 4;
const REACH_ON = 3;
/** Words between the two columns of a ratio: "capacity per crew", "total cost to the total budget". */
const REACH_OF_RATIO = 3;
const COMPARING = new Set(wordList('above over exceed exceeds exceeding exceeded below under after before'));
const DOWN = new Set(wordList('before'));
const RATIO_WORDS = new Set(wordList('ratio quotient divided'));
const RATIO_JOINTS = new Set(wordList('to per by and over'));
const SHARE_WORDS = new Set(wordList('percentage percent pct proportion fraction share'));
const PERCENT_WORDS = new Set(wordList('percentage percent pct'));

export interface ColumnPair {
  readonly first: ColumnEntry;
  readonly second: ColumnEntry;
}

const isSaid = ({ match }: ColumnLink): boolean => match !== 'partial';

/** Where a column is named before and after two places, each within reach. */
function pairsAround(
  { columns }: QuestionAnalysis,
  index: SchemaIndex,
  before: (span: Span) => boolean,
  after: (span: Span) => boolean,
  fits: (first: ColumnEntry, second: ColumnEntry) => boolean,
): ColumnPair[] {
  const named = (where: (span: Span) => boolean): ColumnEntry[] =>
    columns.flatMap((link) => {
      const entry = isSaid(link) && link.mentions.some(where) ? index.column(link.table, link.column) : undefined;
      return entry === undefined ? [] : [entry];
    });
  const seconds = named(after);
  return named(before).flatMap((first) =>
    seconds
      .filter((second) => second !== first && second.table === first.table && fits(first, second))
      .map((second) => ({ first, second })),
  );
}

const isDate = ({ profile }: ColumnEntry): boolean => profile?.holds === 'date';

/** "whose cost is higher than their budget", "shipped before ordered": the first is compared with the second. */
export function comparedColumns(
  analysis: QuestionAnalysis,
  index: SchemaIndex,
): readonly (ColumnPair & { readonly operator: '>' | '<' })[] {
  const { tokens } = analysis;
  return tokens.flatMap(({ lower }, at) => {
    const than = [1, 2, 3].find((more) => tokens[at + more]?.lower === 'than');
    const compares = COMPARING.has(lower) || (isComparative(lower) && than !== undefined);
    if (!compares) return [];
    const end = at + (COMPARING.has(lower) ? 0 : (than ?? 0));
    return pairsAround(
      analysis,
      index,
      (span) => (span.last < at && at - span.last <= REACH_BACK) || (span.first > at && span.last < end),
      (span) => span.first > end && span.first - end <= REACH_ON,
      (first, second) => (holdsNumbers(first) && holdsNumbers(second)) || (isDate(first) && isDate(second)),
    ).map((pair) => ({ ...pair, operator: comparesDown(lower) || DOWN.has(lower) ? ('<' as const) : ('>' as const) }));
  });
}

/** "the ratio of capacity to crew", "tickets per seat": the first is divided by the second. */
export function ratios(analysis: QuestionAnalysis, index: SchemaIndex): readonly ColumnPair[] {
  const { tokens } = analysis;
  const says = tokens.some(({ lower }) => RATIO_WORDS.has(lower));
  return tokens.flatMap(({ lower }, at) =>
    lower === 'per' || (says && RATIO_JOINTS.has(lower))
      ? pairsAround(
          analysis,
          index,
          (span) => span.last < at && at - span.last <= REACH_OF_RATIO,
          (span) => span.first > at && span.first - at <= REACH_OF_RATIO,
          (first, second) => holdsNumbers(first) && holdsNumbers(second),
        )
      : [],
  );
}

/** "what percentage of orders": a share is asked for, in per cent or not; null where no word says so. */
export function askedShare({ tokens, columns, tables }: QuestionAnalysis): { readonly percent: boolean } | null {
  const at = tokens.findIndex(
    ({ lower }, i) =>
      SHARE_WORDS.has(lower) &&
      tokens[i + 1]?.lower === 'of' &&
      !columns.some((link) => isSaid(link) && covers(link.span, i)) &&
      !tables.some((link) => link.match !== 'partial' && covers(link.span, i)),
  );
  return at < 0 ? null : { percent: PERCENT_WORDS.has(tokens[at]?.lower ?? '') };
}
