/** What kind of answer a question wants: the first decision of a sketch, and the words it is read from. */
import type { QuestionAnalysis } from '../../linking/types.ts';
import type { Candidates } from './candidates.ts';
import type { Choice, Shape } from './choices.ts';
import type { AggregateFunction } from './sketch.ts';

/** Every shape is open to every question; `joins` says whether any two tables are connected. */
export function shapeChoices(analysis: QuestionAnalysis, candidates: Candidates, joins: boolean): Choice[] {
  const { intent, numbers, tables } = analysis;
  const asks = (name: AggregateFunction): boolean => intent.aggregates.some((aggregate) => aggregate.name === name);
  const count = asks('COUNT');
  const figure = asked(analysis, 'SUM') + asked(analysis, 'AVG') > 0 || ['maximum', 'minimum', 'max', 'min'].some((word) => analysis.tokens.some((token) => token.lower === word));
  const grouped = intent.grouping.length > 0;
  const summed = grouped && !count && candidates.saysAmount();
  const ranked = intent.superlative !== null;
  // "the highest price" asks for a figure; "which product has the highest price" asks for a row.
  const extreme = ranked && (asks('MAX') || asks('MIN')) && !analysis.tokens.slice(0, intent.superlative?.span.first ?? 0).some((token) => token.kind === 'word' && !token.stop);
  const rankedByCount = intent.superlative !== null && ranksByCount(analysis, intent.superlative.span.last);
  const compared = numbers.some((mention) => mention.operator !== null && !mention.looksLikeYear && !mention.looksLikeLimit);
  const shape = (name: Shape, pattern: string, score: number): Choice => ({ label: name.replace('-', ' '), pattern, tables: [], score, apply: (state) => ({ ...state, shape: name, at: 0 }) });
  return [
    shape('list', 'list of columns', 1.8 - (count ? 1.5 : 0) - (figure ? 0.8 : 0)),
    shape('count', 'COUNT of rows', (count ? 2.4 : -0.8) - (grouped ? 1.2 : 0)),
    shape('aggregate', 'one aggregate', (figure || extreme ? 2.2 : -1) - (grouped ? 1.2 : 0)),
    shape('group-count', 'COUNT per group', (count ? 0.6 : -0.8) + (grouped ? 1.6 : 0)),
    shape('group-aggregate', 'aggregate per group', (figure ? 0.8 : summed ? 0.6 : -0.8) + (grouped ? 1.6 : 0)),
    shape('top', 'ORDER BY … LIMIT', ranked ? 2.2 - (rankedByCount ? 1.2 : 0) : -1.5),
    shape('top-group', 'GROUP BY … ORDER BY … LIMIT', (ranked ? 1 : -2) + (rankedByCount ? 1.6 : 0) + (grouped || tables.length > 1 ? 0.3 : 0)),
    shape('having', 'GROUP BY … HAVING', compared && numbers.length > 0 ? 0.6 : -2.5),
    shape('absent', 'NOT IN (SELECT …)', (intent.negation === null ? -2.5 : 1.4) + (joins ? 0 : -5)),
  ];
}

/** "most common", "the most albums", "greatest number of": what is ranked is how many rows there are. */
function ranksByCount({ tokens, tables, intent }: QuestionAnalysis, superlative: number): boolean {
  const near = (first: number): boolean => first > superlative && first - superlative <= 2;
  return tokens.slice(superlative + 1, superlative + 3).some((token) => ['common', 'frequent', 'often', 'frequently', 'popular'].includes(token.lower))
    || (['most', 'fewest', 'least'].includes(tokens[superlative]?.lower ?? '') && tables.some(({ span, match }) => match !== 'partial' && near(span.first)))
    || intent.aggregates.some(({ name, span }) => name === 'COUNT' && near(span.first));
}

/** How clearly the words ask for a function; a word that is also part of a column's full name asks less. */
export function asked({ columns, intent }: QuestionAnalysis, name: AggregateFunction): number {
  const spans = intent.aggregates.filter((aggregate) => aggregate.name === name).map(({ span }) => span);
  if (spans.length === 0) return 0;
  const named = spans.every((span) => columns.some((link) => link.match === 'exact' && link.span.last > link.span.first && link.span.first <= span.first && link.span.last >= span.last));
  return named ? 1 : 2.2;
}
