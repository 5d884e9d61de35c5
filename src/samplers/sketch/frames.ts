/** What kind of answer a question wants: the first decision of a sketch, and the words it is read from. */
import { contains } from '../../linking/spans.ts';
import { asksForMoney } from '../../linking/products.ts';
import type { QuestionAnalysis } from '../../linking/types.ts';
import type { Choice, Ground } from './choices.ts';
import { structural } from './features.ts';
import { deniesTable, rankedColumns, ranksByCount, ranksByFigure, tablesNumbered } from './rankings.ts';
import { askedShare, ratios } from './relations.ts';
import { FRAMES, type Frame } from './state.ts';
import type { AggregateFunction } from './sketch.ts';

/**
 * Most frames are open to every question; those that need a second table only where tables are connected, and rare ones
 * where a word of the question speaks for them.
 */
export function frameChoices({ analysis, candidates, index, values, numbers, dates }: Ground): Choice[] {
  const { intent, tables, tokens } = analysis;
  const asks = (name: AggregateFunction): boolean => intent.aggregates.some((aggregate) => aggregate.name === name);
  const says = (...words: string[]): boolean => tokens.some((token) => words.includes(token.lower));
  const count = asks('COUNT') && !candidates.wanted.showsNumber;
  const figure = asked(analysis, 'SUM') + asked(analysis, 'AVG') > 0 || says('maximum', 'minimum', 'max', 'min');
  const grouped = intent.grouping.length > 0;
  const summed = grouped && !count && candidates.saysAmount();
  const ranked = intent.superlative !== null;
  // "the highest price" asks for a figure; "which product has the highest price" asks for a row.
  const extreme =
    ranked &&
    (asks('MAX') || asks('MIN')) &&
    !tokens.slice(0, intent.superlative?.span.first ?? 0).some((token) => token.kind === 'word' && !token.stop);
  const ofNumber = rankedColumns(analysis, index).length > 0;
  const byMoney = !ofNumber && asksForMoney(analysis);
  const byCount = ranked && (ranksByCount(analysis, index) || ranksByFigure(analysis) || byMoney);
  const compared = numbers.some(
    (mention) => mention.operator !== null && !mention.looksLikeYear && !mention.looksLikeLimit,
  );
  const average = intent.averageComparison !== null;
  const sorted = intent.ordering !== null;
  const negated = intent.negation !== null;
  const joins = index.joins.length > 0;
  const shared = candidates.sharedColumns().length > 0;
  const both = values.length + numbers.length > 1 && says('both', 'also');
  const twice = both && says('both') && areOfOneColumn(values);
  const ofTable = tablesNumbered(analysis).length > 0;
  const without = deniesTable(analysis);
  const share = values.length + numbers.length + dates.length > 0 ? askedShare(analysis) : null;
  const ratio = ratios(analysis, index).length > 0;
  // What is asked to be shown says more than single words do: a figure, one for each of something, or no figure.
  const { listed, figures } = candidates.wanted;
  const shows =
    figures.length === 0 ? (listed.length === 0 ? 'unknown' : 'columns') : listed.length === 0 ? 'figures' : 'both';
  const wants = (kind: typeof shows, score: number): number => (shows === kind ? score : 0);
  const score: Readonly<Record<Frame, number>> = {
    list: 1.8 - (count ? 1.5 : 0) - (figure ? 0.8 : 0) - (ranked ? 0.6 : 0) - (sorted ? 1 : 0) + wants('both', -0.6),
    sorted: sorted ? 2.2 - (grouped && count ? 0.8 : 0) : -2,
    top: ranked ? 2.2 - (byCount ? 1.2 : 0) + (ofNumber && !byCount ? 0.6 : 0) : -1.5,
    'top group':
      (ranked ? 1 : -2) -
      (ofNumber && !byCount ? 0.8 : 0) +
      (byCount ? 1.6 : 0) +
      (grouped || tables.length > 1 ? 0.3 : 0),
    extreme: ranked ? 0.4 - (byCount ? 1 : 0) : -3,
    having: ofTable ? (ranked ? 1.6 : 2.6) : compared && numbers.length > 0 ? 0.4 : -2.5,
    absent: (negated ? 1.4 : -2.5) + (without ? 1 : 0) - (count ? 1 : 0) - (without && figure ? 0.8 : 0),
    both: (both ? 1.2 : -3) + (twice ? 1.6 : 0) - (twice && count ? 1.5 : 0),
    'count both': (twice ? 2 : 0) + (count ? 1.4 : -2),
    average: average && !count ? 2.6 : -3,
    'two tables': 0.8 + (negated || says('both', 'or', 'well') ? 0.8 : 0),
    count:
      (count ? 2.4 : -0.8) -
      (grouped ? 1.2 : 0) -
      (byCount ? 2 : 0) -
      (ranked && !byCount ? 0.6 : 0) +
      wants('columns', -0.8) +
      wants('both', -1),
    'count absent': (negated ? 0 : -3) + (without ? 2 : 0) + (count ? 1 : -1),
    'count groups': (ofTable ? 1.2 : compared ? -0.6 : -3) + (count ? 0.6 : -1.4),
    'count extreme': (ranked ? 0.6 : -3) + (count ? 0.6 : -2) - (byCount ? 2 : 0),
    'count average': average && count ? 2.6 : -4,
    figure:
      (figure || extreme ? 2.2 : ratio && !ranked && listed.length === 0 ? 1.6 : -1) -
      (grouped ? 1.2 : 0) -
      (average ? 1.5 : 0) +
      wants('columns', -0.8) +
      wants('both', -1),
    share: 3.6 - (grouped ? 1.4 : 0),
    'share of groups': 2.2 + (grouped ? 1.6 : 0),
    'figure absent': (without ? 2 : 0) + (figure ? 1.4 : -1.5),
    groups:
      (count || figure ? 0.8 : summed ? 0.6 : -0.8) +
      (grouped ? 1.6 : 0) -
      (sorted ? 0.8 : 0) -
      (byCount ? 1.4 : 0) +
      wants('columns', -0.8) +
      wants('both', 0.8),
    'sorted groups':
      (count || figure ? 0.4 : -1.2) +
      (grouped ? 0.8 : 0) +
      (sorted ? 0.8 : -1.5) +
      wants('columns', -0.6) +
      wants('both', 0.8),
  };
  const isOpen: Readonly<Partial<Record<Frame, boolean>>> = {
    absent: joins,
    'count absent': joins,
    'figure absent': joins && negated,
    'count both': both,
    share: share !== null,
    'share of groups': share !== null,
    'two tables': shared,
  };
  return (Object.keys(FRAMES) as Frame[])
    .filter((frame) => isOpen[frame] !== false)
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
          both: frame === 'both' || frame === 'count both',
          countGroups: frame === 'count groups' || frame === 'count both',
          share: frame === 'share' || frame === 'share of groups' ? share : null,
          showFigures: frame !== 'count groups' && frame !== 'count both',
        },
      }),
    }));
}

/** Facts of a question as a whole that hints may hang on. */
export function factsOf({ analysis, index, values, numbers, candidates: { wanted } }: Ground): string[] {
  const { intent, tables, columns } = analysis;
  const named = new Set(tables.filter((link) => link.match === 'exact').map(({ table }) => table)).size;
  const exact = new Set(columns.filter((link) => link.match === 'exact').map(({ span }) => span.first)).size;
  const facts = [
    ['no', 'one', 'several'][Math.min(2, values.length)] + ' value' + (values.length > 1 ? 's' : ''),
    ['no', 'one', 'several'][Math.min(2, numbers.length)] + ' number' + (numbers.length > 1 ? 's' : ''),
    ['no', 'one', 'several'][Math.min(2, named)] + ' named table' + (named > 1 ? 's' : ''),
    ['no', 'one', 'several'][Math.min(2, exact)] + ' named column' + (exact > 1 ? 's' : ''),
  ];
  if (wanted.listed.length + wanted.figures.length > 0)
    facts.push(
      wanted.figures.length === 0
        ? 'no figure asked for'
        : wanted.listed.length === 0
          ? 'only figures asked for'
          : 'figures for each asked for',
    );
  if (wanted.showsNumber) facts.push('a number that is a column');
  if (wanted.listed.length > 1) facts.push('several columns asked for');
  if (wanted.figures.length > 1) facts.push('several figures asked for');
  if (intent.superlative !== null)
    facts.push(
      `superlative, ${intent.superlative.direction === 'DESC' ? 'high' : 'low'}`,
      intent.superlative.limit === null ? 'superlative without a number' : 'superlative with a number',
    );
  if (ranksByCount(analysis, index)) facts.push('most rows');
  if (rankedColumns(analysis, index).length > 0) facts.push('superlative of a number');
  if (intent.superlative !== null && ranksByFigure(analysis)) facts.push('ranked by a figure');
  if (intent.grouping.length > 0) facts.push('grouping phrase');
  if (intent.ordering !== null) facts.push('ordering phrase');
  if (intent.negation !== null) facts.push('negation');
  if (deniesTable(analysis)) facts.push('a table denied');
  if (intent.distinct) facts.push('distinct word');
  if (intent.averageComparison !== null) facts.push('compared with the average');
  if (tablesNumbered(analysis).length > 0) facts.push('number of rows of a table');
  if (numbers.some((mention) => mention.operator !== null && mention.operator !== '=' && !mention.looksLikeLimit))
    facts.push('compared number');
  for (const name of new Set(intent.aggregates.map((aggregate) => aggregate.name))) facts.push(`word for ${name}`);
  if (intent.aggregates.length > 1) facts.push('several aggregate words');
  if (areOfOneColumn(values)) facts.push('values of one column');
  return facts;
}

/** Are two values mentioned that one column holds? */
function areOfOneColumn([first, ...others]: Ground['values']): boolean {
  const column = first?.filters[0]?.item.on.text;
  return column !== undefined && others.some(({ filters }) => filters[0]?.item.on.text === column);
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
