/** What kind of answer a question wants: the first decision of a sketch, and the words it is read from. */
import { contains } from '../../linking/spans.ts';
import type { QuestionAnalysis } from '../../linking/types.ts';
import type { Choice, Ground } from './choices.ts';
import { structural } from './features.ts';
import { FRAMES, type Frame } from './state.ts';
import type { AggregateFunction } from './sketch.ts';

/** Every frame is open to every question; those that need a second table only where tables are connected. */
export function frameChoices({ analysis, candidates, index, values, numbers }: Ground): Choice[] {
  const { intent, tables, tokens } = analysis;
  const asks = (name: AggregateFunction): boolean => intent.aggregates.some((aggregate) => aggregate.name === name);
  const says = (...words: string[]): boolean => tokens.some((token) => words.includes(token.lower));
  const count = asks('COUNT');
  const figure = asked(analysis, 'SUM') + asked(analysis, 'AVG') > 0 || says('maximum', 'minimum', 'max', 'min');
  const grouped = intent.grouping.length > 0;
  const summed = grouped && !count && candidates.saysAmount();
  const ranked = intent.superlative !== null;
  // "the highest price" asks for a figure; "which product has the highest price" asks for a row.
  const extreme =
    ranked &&
    (asks('MAX') || asks('MIN')) &&
    !tokens.slice(0, intent.superlative?.span.first ?? 0).some((token) => token.kind === 'word' && !token.stop);
  const byCount =
    intent.superlative !== null && (ranksByCount(analysis, intent.superlative.span.last) || ranksByFigure(analysis));
  const compared = numbers.some(
    (mention) => mention.operator !== null && !mention.looksLikeYear && !mention.looksLikeLimit,
  );
  const average = intent.averageComparison !== null;
  const sorted = intent.ordering !== null;
  const negated = intent.negation !== null;
  const joins = index.joins.length > 0;
  const shared = candidates.sharedColumns().length > 0;
  const both = values.length + numbers.length > 1 && says('both', 'also');
  const ofTable = countsTable(analysis);
  const score: Readonly<Record<Frame, number>> = {
    list: 1.8 - (count ? 1.5 : 0) - (figure ? 0.8 : 0) - (ranked ? 0.6 : 0) - (sorted ? 1 : 0),
    sorted: sorted ? 2.2 - (grouped && count ? 0.8 : 0) : -2,
    top: ranked ? 2.2 - (byCount ? 1.2 : 0) : -1.5,
    'top group': (ranked ? 1 : -2) + (byCount ? 1.6 : 0) + (grouped || tables.length > 1 ? 0.3 : 0),
    extreme: ranked ? 0.4 - (byCount ? 1 : 0) : -3,
    having: ofTable ? 2.6 : compared && numbers.length > 0 ? 0.4 : -2.5,
    absent: (negated ? 1.4 : -2.5) - (count ? 1 : 0),
    both: both ? 1.2 : -3,
    average: average && !count ? 2.6 : -3,
    'two tables': 0.8 + (negated || says('both', 'or', 'well') ? 0.8 : 0),
    count: (count ? 2.4 : -0.8) - (grouped ? 1.2 : 0) - (byCount ? 2 : 0) - (ranked && !byCount ? 0.6 : 0),
    'count absent': (negated ? 0 : -3) + (count ? 1 : -1),
    'count groups': (ofTable ? 1.2 : compared ? -0.6 : -3) + (count ? 0.6 : -1.4),
    'count extreme': (ranked ? 0.6 : -3) + (count ? 0.6 : -2) - (byCount ? 2 : 0),
    'count average': average && count ? 2.6 : -4,
    figure: (figure || extreme ? 2.2 : -1) - (grouped ? 1.2 : 0) - (average ? 1.5 : 0),
    groups:
      (count || figure ? 0.8 : summed ? 0.6 : -0.8) + (grouped ? 1.6 : 0) - (sorted ? 0.8 : 0) - (byCount ? 1.4 : 0),
    'sorted groups': (count || figure ? 0.4 : -1.2) + (grouped ? 0.8 : 0) + (sorted ? 0.8 : -1.5),
  };
  return (Object.keys(FRAMES) as Frame[])
    .filter(
      (frame) => (joins || (frame !== 'absent' && frame !== 'count absent')) && (shared || frame !== 'two tables'),
    )
    .map((frame): Choice => ({
      label: frame,
      patterns: [
        structural(
          ...(frame === 'list' || frame === 'count' || frame === 'figure'
            ? [`only ${FRAMES[frame][0]}`]
            : FRAMES[frame]),
        ),
        ...(FRAMES[frame].length > 1
          ? FRAMES[frame].map((one) => structural(one))
          : frame === 'figure'
            ? []
            : [structural(FRAMES[frame][0])]),
      ],
      tables: [],
      score: score[frame],
      apply: (state) => ({
        ...state,
        frame,
        at: 0,
        sketch: {
          ...state.sketch,
          both: frame === 'both',
          countGroups: frame === 'count groups',
          showFigures: frame !== 'count groups',
        },
      }),
    }));
}

/** Facts of a question as a whole that hints may hang on. */
export function factsOf({ analysis, values, numbers }: Ground): string[] {
  const { intent, tables, columns } = analysis;
  const named = new Set(tables.filter((link) => link.match === 'exact').map(({ table }) => table)).size;
  const exact = new Set(columns.filter((link) => link.match === 'exact').map(({ span }) => span.first)).size;
  const facts = [
    ['no', 'one', 'several'][Math.min(2, values.length)] + ' value' + (values.length > 1 ? 's' : ''),
    ['no', 'one', 'several'][Math.min(2, numbers.length)] + ' number' + (numbers.length > 1 ? 's' : ''),
    ['no', 'one', 'several'][Math.min(2, named)] + ' named table' + (named > 1 ? 's' : ''),
    ['no', 'one', 'several'][Math.min(2, exact)] + ' named column' + (exact > 1 ? 's' : ''),
  ];
  if (intent.superlative !== null)
    facts.push(
      `superlative, ${intent.superlative.direction === 'DESC' ? 'high' : 'low'}`,
      intent.superlative.limit === null ? 'superlative without a number' : 'superlative with a number',
    );
  if (intent.superlative !== null && ranksByCount(analysis, intent.superlative.span.last)) facts.push('most rows');
  if (intent.superlative !== null && ranksByFigure(analysis)) facts.push('ranked by a figure');
  if (intent.grouping.length > 0) facts.push('grouping phrase');
  if (intent.ordering !== null) facts.push('ordering phrase');
  if (intent.negation !== null) facts.push('negation');
  if (intent.distinct) facts.push('distinct word');
  if (intent.averageComparison !== null) facts.push('compared with the average');
  if (countsTable(analysis)) facts.push('number of rows of a table');
  if (numbers.some((mention) => mention.operator !== null && mention.operator !== '=' && !mention.looksLikeLimit))
    facts.push('compared number');
  for (const name of new Set(intent.aggregates.map((aggregate) => aggregate.name))) facts.push(`word for ${name}`);
  if (intent.aggregates.length > 1) facts.push('several aggregate words');
  const [first] = values;
  if (
    first !== undefined &&
    values.length > 1 &&
    values.slice(1).some(({ filters }) => filters[0]?.item.on.text === first.filters[0]?.item.on.text)
  )
    facts.push('values of one column');
  return facts;
}

/** "more than 3 boats", "at least two albums": the number counts rows. */
function countsTable({ tokens, tables, numbers }: QuestionAnalysis): boolean {
  const rows = (at: number): boolean => tables.some(({ span, match }) => match !== 'partial' && span.first === at);
  return numbers.some(
    ({ span: { last }, looksLikeLimit, looksLikeYear }) =>
      !looksLikeLimit && !looksLikeYear && (rows(last + 1) || (tokens[last + 1] !== undefined && rows(last + 2))),
  );
}

/** "most common", "the most albums", "greatest number of": what is ranked is how many rows there are. */
function ranksByCount({ tokens, tables, intent }: QuestionAnalysis, superlative: number): boolean {
  const near = (first: number): boolean => first > superlative && first - superlative <= 2;
  return (
    tokens
      .slice(superlative + 1, superlative + 3)
      .some((token) => ['common', 'frequent', 'often', 'frequently', 'popular'].includes(token.lower)) ||
    (['most', 'fewest', 'least'].includes(tokens[superlative]?.lower ?? '') &&
      tables.some(({ span, match }) => match !== 'partial' && near(span.first))) ||
    intent.aggregates.some(({ name, span }) => name === 'COUNT' && near(span.first))
  );
}

/** "top 5 cities by number of boats", "by total length": groups are ranked by a figure that the question names. */
function ranksByFigure({ tokens, intent }: QuestionAnalysis): boolean {
  return intent.aggregates.some(
    ({ span: { first } }) =>
      tokens[first - 1]?.lower === 'by' || (tokens[first - 1]?.lower === 'the' && tokens[first - 2]?.lower === 'by'),
  );
}

/** How clearly the words ask for a function; a word that is also part of a column's full name asks less. */
export function asked({ columns, intent }: QuestionAnalysis, name: AggregateFunction): number {
  const spans = intent.aggregates.filter((aggregate) => aggregate.name === name).map(({ span }) => span);
  if (spans.length === 0) return 0;
  const named = spans.every((span) =>
    columns.some((link) => link.match === 'exact' && link.span.last > link.span.first && contains(link.span, span)),
  );
  return named ? 1 : 2.2;
}
