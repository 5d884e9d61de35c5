/** Does the SQL do what the question's words ask for: count, average, group, rank, exclude, sort, compare with its numbers? */
import { lexCode } from '../sql/lex.ts';
import type { RewardReason, Schema } from '../grpo/types.ts';
import type { AggregateName, QuestionAnalysis, Span } from '../linking/types.ts';
import type { SqlStructure } from '../sql/sql-structure.ts';
import { reason, type Completed } from './score.ts';

const NEGATIVE_OPERATOR = /^(NOT |!=|IS NOT)/;

export function intentReasons({ structure, schema }: Completed, analysis: QuestionAnalysis): RewardReason[] {
  return [
    ...aggregateReasons(structure, analysis, schema),
    ...groupingReasons(structure, analysis),
    ...rankReasons(structure, analysis),
    ...numberReasons(structure, analysis),
    ...wordReasons(structure, analysis),
  ];
}

const ranks = (structure: SqlStructure): boolean => structure.orderBy.length > 0 && structure.limits.length > 0;

/** "maximum" is an aggregate and a superlative at once: `rankReasons` judges it, unless the question wants both ends. */
function superlativeOf({ intent }: QuestionAnalysis): QuestionAnalysis['intent']['superlative'] {
  const ends = new Set(intent.aggregates.map((one) => one.name).filter((name) => name === 'MAX' || name === 'MIN'));
  return ends.size > 1 ? null : intent.superlative;
}

const overlap = (a: Span, b: Span, reach = 0): boolean => a.first <= b.last + reach && b.first <= a.last + reach;

/** "number of tickets" may be a column that holds numbers of tickets: is there one, and does the SQL use it? */
function columnHoldsIt(structure: SqlStructure, schema: Schema, analysis: QuestionAnalysis, span: Span): boolean {
  return analysis.columns.some((link) => overlap(link.span, span, 2) && structure.columns.some((use) => use.table === link.table && use.column === link.column)
    && schema.profiles.some((profile) => profile.table === link.table && profile.column === link.column && (profile.holds === 'integer' || profile.holds === 'real'))
    && !schema.tables.some((table) => table.name === link.table && (table.columns.some((column) => column.name === link.column && column.primaryKey) || table.foreignKeys.some((key) => key.columns.includes(link.column)))));
}

function aggregateReasons(structure: SqlStructure, analysis: QuestionAnalysis, schema: Schema): RewardReason[] {
  const { intent } = analysis;
  const reasons: RewardReason[] = [];
  const present = new Set(structure.aggregates.map((use) => use.name));
  const superlative = superlativeOf(analysis);
  const asked = intent.aggregates.filter((one) => !((one.name === 'MAX' || one.name === 'MIN') && superlative !== null && overlap(one.span, superlative.span)));
  const wanted = [...new Set(asked.map((one) => one.name))];
  const each = wanted.length === 0 ? 0 : 1 / wanted.length;
  const satisfied = (name: AggregateName): boolean => {
    if (present.has(name) || (name === 'SUM' && present.has('TOTAL'))) return true;
    if (name === 'AVG') return present.has('SUM') && present.has('COUNT');
    return (name === 'MAX' || name === 'MIN') && ranks(structure);
  };
  for (const name of wanted) {
    if (satisfied(name)) reasons.push(reason(hundredths(0.2 * each), `Uses ${name}, as the question asks.`));
    else if ((name === 'COUNT' || name === 'SUM') && asked.some((one) => one.name === name && columnHoldsIt(structure, schema, analysis, one.span))) reasons.push(reason(0, `Takes the ${name === 'COUNT' ? 'count' : 'total'} from a column that holds it.`));
    else if (name === 'COUNT' && present.has('SUM')) reasons.push(reason(0, 'Adds up a column instead of counting rows: right if the column holds counts.'));
    else reasons.push(reason(hundredths(-0.3 * each), `The question asks for ${name}, which the SQL does not compute.`));
  }
  const shown = structure.select.flatMap((item) => item.aggregates).filter((use) => !use.window).map((use) => use.name);
  const extra = [...new Set(shown)].filter((name) => !wanted.some((one) => one === name || (one === 'SUM' && name === 'TOTAL')));
  const explained = wanted.length === 0 && (intent.grouping.length > 0 || superlative !== null && extra.every((name) => name === 'MAX' || name === 'MIN'));
  if (extra.length > 0 && !explained) reasons.push(reason(-0.15, `Computes ${extra.join(' and ')}, which the question does not ask for.`));
  return reasons;
}

function groupingReasons(structure: SqlStructure, { intent }: QuestionAnalysis): RewardReason[] {
  const outer = structure.groupBy.filter((key) => key.depth === 0);
  if (intent.grouping.length > 0) {
    if (structure.groupBy.length > 0 || structure.aggregates.some((use) => use.window)) return [reason(0.1, 'Groups rows, as the question asks.')];
    if (structure.select.some((item) => item.aggregates.length > 0) && intent.aggregates.length > 0) return [reason(-0.1, 'The question asks for something of each group; the SQL does not group.')];
    return [];
  }
  const excuse = intent.superlative !== null || structure.having.length > 0;
  if (outer.length > 0 && !excuse) return [reason(-0.1, `Groups by ${outer[0]?.text ?? ''}, which the question does not ask for.`)];
  return [];
}

function rankReasons(structure: SqlStructure, analysis: QuestionAnalysis): RewardReason[] {
  const { numbers } = analysis;
  const superlative = superlativeOf(analysis);
  const limit = structure.limits.at(-1);
  const wantedLimit = superlative?.limit ?? numbers.find((number) => number.looksLikeLimit)?.value ?? null;
  if (superlative === null) {
    if (limit && wantedLimit === null) return [reason(-0.15, 'Cuts the result with LIMIT, which the question does not ask for.')];
    if (limit && limit.count === wantedLimit) return [reason(0.1, `Returns ${wantedLimit} rows, as the question asks.`)];
    return [];
  }
  const reasons: RewardReason[] = [];
  const wantedEnd = superlative.direction === 'DESC' ? 'MAX' : 'MIN';
  const extreme = structure.aggregates.find((use) => use.name === wantedEnd) ?? structure.aggregates.find((use) => use.name === 'MAX' || use.name === 'MIN');
  const order = structure.orderBy.at(-1);
  if (order && limit) {
    reasons.push(order.direction === superlative.direction ? reason(0.2, `Ranks ${order.direction === 'DESC' ? 'highest' : 'lowest'} first and cuts, as the question asks.`)
      : reason(-0.1, `Ranks ${order.direction === 'DESC' ? 'highest' : 'lowest'} first; the question asks for the other end.`));
    if (wantedLimit !== null && limit.count !== wantedLimit) reasons.push(reason(-0.1, `LIMIT ${limit.count ?? '?'} instead of ${wantedLimit}.`));
  } else if (extreme) {
    const agrees = extreme.name === wantedEnd;
    reasons.push(agrees ? reason(0.2, `Takes the ${extreme.name === 'MAX' ? 'largest' : 'smallest'}, as the question asks.`) : reason(-0.1, `Takes ${extreme.name}; the question asks for the other end.`));
  } else reasons.push(reason(order ? -0.1 : -0.2, order ? 'Sorts, but does not cut to what the question asks for.' : 'The question asks for an extreme; the SQL neither ranks nor takes one.'));
  return reasons;
}

function numberReasons(structure: SqlStructure, { numbers, question }: QuestionAnalysis): RewardReason[] {
  const reasons: RewardReason[] = [];
  const shown = structure.literals.map((literal) => literal.value).filter((value) => value !== null);
  const has = (value: number): boolean => shown.some((one) => (typeof one === 'number' ? one === value || one === value - 1 || one === value + 1 : one.includes(String(value))));
  for (const { value, upper } of numbers) {
    if (has(value) && (upper === null || has(upper))) reasons.push(reason(0.08, `Uses the number ${value}.`));
    else if (!(value === 1)) reasons.push(reason(-0.15, `Does not use the number ${value} of the question.`));
  }
  const known = new Set(numbers.flatMap(({ value, upper }) => [value, upper]));
  const invented = structure.literals.filter(({ value, operator, column, aggregate }) => typeof value === 'number' && operator !== null && (column ?? aggregate) !== null && value > 2
    && ![...known].some((one) => one !== null && Math.abs(one - value) <= 1) && !question.includes(String(value)));
  if (invented[0]) reasons.push(reason(-0.15, `Compares with ${invented[0].value ?? ''}, which the question does not say.`));
  return reasons;
}

/** The SQL's keywords and names in capitals, one blank apart: what stands in comments and strings says nothing. */
function codeOf(sql: string): string {
  return lexCode(sql).filter((token) => token.kind !== 'string').map((token) => token.text.toUpperCase()).join(' ');
}

function saysNot(sql: string): boolean {
  return /\bNOT\b|\bIS NULL\b/.test(codeOf(sql));
}

/** Negation, sorting and "different". */
function wordReasons(structure: SqlStructure, { intent }: QuestionAnalysis): RewardReason[] {
  const reasons: RewardReason[] = [];
  const negates = structure.literals.some((literal) => literal.operator !== null && NEGATIVE_OPERATOR.test(literal.operator)) || structure.comparisons.some((one) => NEGATIVE_OPERATOR.test(one.operator))
    || structure.setOperations.some((one) => one.operator === 'EXCEPT') || saysNot(structure.sql);
  if (intent.negation !== null) reasons.push(negates ? reason(0.1, 'Excludes, as the question asks.') : reason(-0.2, 'The question excludes something; the SQL does not.'));
  else if (negates && !/\bIS NOT NULL\b/.test(codeOf(structure.sql))) reasons.push(reason(-0.1, 'Excludes something, which the question does not ask for.'));
  const outerOrder = structure.orderBy.filter((key) => key.depth === 0);
  const totals = structure.select.length > 0 && structure.select.every((item) => item.aggregates.some((use) => !use.window)) && structure.groupBy.every((key) => key.depth > 0) && structure.setOperations.length === 0;
  if (totals && outerOrder.length > 0) reasons.push(reason(-0.3, 'Sorts a single row: without GROUP BY its order and its LIMIT change nothing.'));
  const loose = structure.select.find((item) => item.aggregates.length === 0 && item.columns.length > 0);
  const mixes = structure.select.some((item) => item.aggregates.some((use) => !use.window && use.name !== 'MAX' && use.name !== 'MIN')) && structure.groupBy.every((key) => key.depth > 0);
  if (loose && mixes) reasons.push(reason(-0.2, `${loose.text} stands beside an aggregate without GROUP BY: SQLite shows it from any one row.`));
  if (intent.ordering !== null) reasons.push(outerOrder.length > 0 ? reason(0.1, 'Sorts, as the question asks.') : reason(-0.15, 'The question asks for an order; the SQL does not sort.'));
  else if (outerOrder.length > 0 && intent.superlative === null && structure.limits.length === 0) reasons.push(reason(-0.05, 'Sorts, which the question does not ask for.'));
  if (intent.distinct) {
    const distinct = structure.distinct.length > 0 || structure.aggregates.some((use) => use.distinct) || structure.groupBy.length > 0 || structure.setOperations.length > 0;
    reasons.push(distinct ? reason(0.05, 'Lists each once, as the question asks.') : reason(-0.1, 'The question asks for different ones; the SQL may repeat them.'));
  }
  return reasons;
}

const hundredths = (points: number): number => Math.round(points * 100) / 100;
