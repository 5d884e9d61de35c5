/**
 * Does the SQL do what the question's words ask for: count, average, group, exclude, tell apart, look inside a text?
 */
import type { RewardReason, Schema } from '../grpo/types.ts';
import { overlaps } from '../linking/spans.ts';
import type { AggregateName, QuestionAnalysis, Span } from '../linking/types.ts';
import { lexCode } from '../sql/lex.ts';
import type { SqlStructure } from '../sql/sql-structure.ts';
import { askedOf, at } from '../linking/asked.ts';
import { isKeyColumn, pointsAt } from './keys.ts';
import { numberReasons } from './numbers.ts';
import { askedOrder, orderReasons, rankOf } from './order.ts';
import { reason, tablesOf, type Completed } from './score.ts';

/**
 * What the question's words ask for and the SQL does not do, and what it does unasked. Doing as asked gives no points:
 * only then can no structure be added for the sake of the reward.
 */
export function intentReasons(
  { structure, schema }: Pick<Completed, 'structure' | 'schema'>,
  analysis: QuestionAnalysis,
): RewardReason[] {
  return [
    ...aggregateReasons(structure, analysis, schema),
    ...countReasons(structure, analysis, schema),
    ...groupingReasons(structure, analysis),
    ...orderReasons(structure, analysis),
    ...numberReasons(structure, analysis, schema),
    ...negationReasons(structure, analysis),
    ...wordReasons(structure, analysis),
  ];
}

/** "number of tickets" may be a column that holds numbers of tickets: is there one, and does the SQL use it? */
function columnHoldsIt(structure: SqlStructure, schema: Schema, analysis: QuestionAnalysis, span: Span): boolean {
  return analysis.columns.some(
    (link) =>
      overlaps(link.span, span, 2) &&
      structure.columns.some((use) => use.table === link.table && use.column === link.column) &&
      schema.profiles.some(
        (profile) =>
          profile.table === link.table &&
          profile.column === link.column &&
          (profile.holds === 'integer' || profile.holds === 'real'),
      ) &&
      !isKeyColumn(schema, link.table, link.column),
  );
}

function aggregateReasons(structure: SqlStructure, analysis: QuestionAnalysis, schema: Schema): RewardReason[] {
  const { intent } = analysis;
  const reasons: RewardReason[] = [];
  const present = new Set(structure.aggregates.map((use) => use.name));
  const superlative = rankOf(analysis);
  const ranks = structure.orderBy.length > 0 && structure.limits.length > 0;
  const asked = intent.aggregates.filter(
    (one) =>
      !(
        (one.name === 'MAX' || one.name === 'MIN') &&
        ((superlative !== null && overlaps(one.span, superlative.span)) || askedOrder(analysis) !== null)
      ),
  );
  const wanted = [...new Set(asked.map((one) => one.name))];
  const each = wanted.length === 0 ? 0 : 1 / wanted.length;
  const satisfied = (name: AggregateName): boolean => {
    if (present.has(name) || (name === 'SUM' && present.has('TOTAL'))) return true;
    if (name === 'AVG') return present.has('SUM') && present.has('COUNT');
    return (name === 'MAX' || name === 'MIN') && ranks;
  };
  for (const name of wanted) {
    if (satisfied(name)) reasons.push(reason(0, 'aggregate-used', name));
    // "average attendance" may be the column called average; "how many people" a column of such numbers, or its sum.
    else if (asked.some((one) => one.name === name && columnHoldsIt(structure, schema, analysis, one.span)))
      reasons.push(reason(0, 'aggregate-by-column', name));
    // "How much does it weigh" asks for a number of its own as often as for a sum.
    else if (
      name === 'SUM' &&
      asked.every((one) => one.name !== 'SUM' || analysis.tokens[one.span.last]?.lower === 'much')
    )
      reasons.push(reason(0, 'figure-for-sum'));
    else if (name === 'SUM' && present.has('COUNT')) reasons.push(reason(-0.1, 'count-for-sum'));
    else reasons.push(reason(hundredths(-0.5 * each), 'aggregate-missing', name));
  }
  const ofKey = structure.aggregates.find(
    (use) =>
      (use.name === 'SUM' || use.name === 'AVG' || use.name === 'TOTAL') &&
      use.columns.length === 1 &&
      use.columns.some(({ table, column }) => table !== null && column !== null && isKeyColumn(schema, table, column)),
  );
  if (ofKey) reasons.push(reason(-0.4, 'identifiers-added', ofKey.name, ofKey.argument));
  const shown = structure.select
    .flatMap((item) => item.aggregates)
    .filter((use) => !use.window)
    .map((use) => use.name);
  const counted =
    wanted.includes('COUNT') &&
    asked.some((one) => one.name === 'COUNT' && columnHoldsIt(structure, schema, analysis, one.span));
  const extra = [...new Set(shown)].filter(
    (name) =>
      !wanted.some((one) => one === name || (one === 'SUM' && name === 'TOTAL')) && !(name === 'SUM' && counted),
  );
  const explained =
    wanted.length === 0 &&
    (intent.grouping.length > 0 || (superlative !== null && extra.every((name) => name === 'MAX' || name === 'MIN')));
  const ends = intent.aggregates.map((one) => one.name);
  if (extra.length > 0 && !explained && !extra.every((name) => ends.some((one) => one === name)))
    reasons.push(reason(-0.15, 'aggregates-unasked', ...extra));
  return reasons;
}

/** Counting: of the rows that the question counts, and each once. */
function countReasons(structure: SqlStructure, analysis: QuestionAnalysis, schema: Schema): RewardReason[] {
  const { slots } = askedOf(analysis, schema);
  const figure = slots.find((slot) => slot.kind === 'figure' && slot.aggregate === 'COUNT');
  const counts = structure.aggregates.filter((use) => use.name === 'COUNT' && use.depth === 0);
  if (figure === undefined || figure.tables.size === 0 || figure.columns.size > 0 || counts.length === 0) return [];
  const tables = tablesOf(structure);
  const near = [...figure.tables].some(
    (wanted) =>
      tables.has(wanted) ||
      structure.columns.some(
        (use) => use.table !== null && use.column !== null && pointsAt(schema, use.table, use.column, wanted),
      ),
  );
  if (!near) return [reason(-0.2, 'counts-other', [...figure.tables][0] ?? '', figure.label)];
  const multiplies =
    structure.groupBy.length === 0 &&
    counts.every((use) => !use.distinct) &&
    [...figure.tables].some(
      (wanted) =>
        tables.has(wanted) &&
        structure.joins.some(
          (join) =>
            join.depth === 0 &&
            join.columns.some(
              (use) =>
                use.table !== null &&
                use.column !== null &&
                use.table !== wanted &&
                pointsAt(schema, use.table, use.column, wanted),
            ),
        ),
    );
  return multiplies ? [reason(-0.1, 'counts-joined', [...figure.tables][0] ?? '')] : [];
}

function groupingReasons(structure: SqlStructure, { intent }: QuestionAnalysis): RewardReason[] {
  const outer = structure.groupBy.filter((key) => key.depth === 0);
  const aggregates = structure.select.some((item) => item.aggregates.length > 0);
  if (
    intent.grouping.length > 0 &&
    intent.aggregates.length > 0 &&
    aggregates &&
    structure.groupBy.length === 0 &&
    !structure.aggregates.some((use) => use.window)
  ) {
    return [reason(-0.3, 'group-missing')];
  }
  const idle = outer.length > 0 && structure.aggregates.every((use) => use.depth > 0) && structure.having.length === 0;
  if (idle) return [reason(-0.1, 'group-idle', outer[0]?.text ?? '')];
  const excuse =
    intent.grouping.length > 0 ||
    intent.superlative !== null ||
    structure.having.length > 0 ||
    structure.select.some((item) => item.aggregates.length === 0);
  return outer.length > 0 && !excuse ? [reason(-0.2, 'group-unasked', outer[0]?.text ?? '')] : [];
}

const NEGATIVE_OPERATOR = /^(NOT |!=|IS NOT)/;

/** The SQL's keywords and names in capitals, one blank apart: what stands in comments and strings says nothing. */
function codeOf(sql: string): string {
  return lexCode(sql)
    .filter((token) => token.kind !== 'string')
    .map((token) => token.text.toUpperCase())
    .join(' ');
}

/** Words that exclude besides "not". */
const OTHER_THAN = /\b(other than|apart from|besides|aside from|excluding|except)\b/i;

function negationReasons(structure: SqlStructure, { intent, numbers, question }: QuestionAnalysis): RewardReason[] {
  const code = codeOf(structure.sql);
  const negates =
    structure.literals.some((literal) => literal.operator !== null && NEGATIVE_OPERATOR.test(literal.operator)) ||
    structure.comparisons.some((one) => NEGATIVE_OPERATOR.test(one.operator)) ||
    structure.setOperations.some((one) => one.operator === 'EXCEPT') ||
    /\bNOT\b|\bIS NULL\b/.test(code);
  const { negation } = intent;
  const other = OTHER_THAN.test(question);
  // "not higher than 4" is a comparison.
  const ofNumber =
    negation !== null &&
    numbers.some(
      ({ operator, span }) =>
        operator !== null && operator !== '=' && span.first > negation.last && span.first - negation.last <= 4,
    );
  if (other || (negation !== null && !ofNumber))
    return negates ? [reason(0, 'excludes')] : [reason(-0.35, 'exclusion-missing')];
  return negates && !/\bIS NOT NULL\b/.test(code) && !ofNumber ? [reason(-0.15, 'exclusion-unasked')] : [];
}

const PART_OF_TEXT =
  /\b(contain|contains|containing|include|includes|including|start|starts|starting|begin|begins|beginning|end|ends|ending)\b.{0,25}\b(with|word|letter|letters|string|substring|phrase|text)\b|\b(substring|contains? the|containing|the (word|letter|letters|string|phrase))\b/i;

/** "both", "contains", "different", and totals that stand beside single rows. */
function wordReasons(structure: SqlStructure, { intent, question, values }: QuestionAnalysis): RewardReason[] {
  const reasons: RewardReason[] = [];
  const looks =
    structure.literals.some((literal) => /LIKE|GLOB|REGEXP/.test(literal.operator ?? '')) ||
    /\b(INSTR|SUBSTR|SUBSTRING|LIKE|GLOB)\b/i.test(structure.sql);
  if (PART_OF_TEXT.test(question) && /["“'‘]/.test(question) && !looks) reasons.push(reason(-0.25, 'part-missing'));
  const whole = structure.literals.find(
    (literal) =>
      literal.operator === 'LIKE' &&
      typeof literal.value === 'string' &&
      /^%|%$/.test(literal.value) &&
      values.some(
        (value) =>
          value.match === 'exact' &&
          value.score >= 0.8 &&
          value.value.toLowerCase() ===
            String(literal.value)
              .replace(/^%+|%+$/g, '')
              .toLowerCase(),
      ),
  );
  if (whole && !PART_OF_TEXT.test(question)) reasons.push(reason(-0.1, 'part-unasked', String(whole.value)));

  const both =
    /\bboth\b/i.test(question) &&
    structure.setOperations.every(({ operator }) => operator !== 'INTERSECT') &&
    structure.having.length === 0 &&
    structure.subqueries < 2;
  const lists = structure.literals.some(
    (literal) =>
      literal.operator === 'IN' &&
      structure.literals.some(
        (other) => other !== literal && other.operator === 'IN' && other.column === literal.column,
      ),
  );
  const either = /\bOR\b/.test(codeOf(structure.sql));
  if (both && (lists || either)) reasons.push(reason(-0.3, 'either-for-both'));

  const totals =
    structure.select.length > 0 &&
    structure.select.every((item) => item.aggregates.some((use) => !use.window)) &&
    structure.groupBy.every((key) => key.depth > 0) &&
    structure.setOperations.length === 0;
  if (totals && structure.orderBy.some((key) => key.depth === 0)) reasons.push(reason(-0.3, 'sorts-single-row'));
  const loose = structure.select.find((item) => item.aggregates.length === 0 && item.columns.length > 0);
  const mixes =
    structure.select.some((item) =>
      item.aggregates.some((use) => !use.window && use.name !== 'MAX' && use.name !== 'MIN'),
    ) && structure.groupBy.every((key) => key.depth > 0);
  if (loose && mixes) reasons.push(reason(-0.4, 'beside-aggregate', loose.text));

  const apart = structure.distinct.some(() => true) || structure.aggregates.some((use) => use.distinct);
  if (intent.distinct && !apart && structure.groupBy.length === 0 && structure.setOperations.length === 0)
    reasons.push(reason(-0.2, 'distinct-missing'));
  const grouped = new Set(
    structure.groupBy
      .flatMap((key) => key.columns)
      .flatMap(({ table, column }) => (table !== null && column !== null ? [at(table, column)] : [])),
  );
  if (
    !intent.distinct &&
    apart &&
    (structure.aggregates.some((use) => use.distinct && use.depth === 0) || grouped.size > 0)
  )
    reasons.push(reason(-0.05, 'distinct-unasked'));
  return reasons;
}

const hundredths = (points: number): number => Math.round(points * 100) / 100;
