/** Are the question's numbers used, on the side of the comparison that its words say, and no others? */
import type { RewardReason, Schema } from '../grpo/types.ts';
import type { ComparisonOperator, NumberMention, QuestionAnalysis } from '../linking/types.ts';
import { splitIdentifier, stemOf } from '../linking/words.ts';
import type { LiteralUse, SqlStructure } from '../sql/sql-structure.ts';
import { isKeyColumn } from './keys.ts';
import { reason } from './score.ts';

const OPPOSITE: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  '>': '<=',
  '>=': '<',
  '<': '>=',
  '<=': '>',
  '=': '=',
  between: 'between',
};
const NEGATION = /^(not|no|never|neither)$|n't$/;

const MORE_OR_LESS: ReadonlySet<string> = new Set(['>', '>=', '<', '<=', 'BETWEEN']);

export function numberReasons(structure: SqlStructure, analysis: QuestionAnalysis, schema: Schema): RewardReason[] {
  const { numbers, question } = analysis;
  const reasons: RewardReason[] = [];
  const shown = structure.literals.map((literal) => literal.value).filter((value) => value !== null);
  const has = (value: number): boolean =>
    shown.some((one) => (typeof one === 'number' ? Math.abs(one - value) <= 1 : one.includes(String(value))));
  for (const number of numbers) {
    const { value, upper } = number;
    if (!has(value) || (upper !== null && !has(upper))) {
      if (value !== 1) reasons.push(reason(-0.25, 'number-unused', value));
      continue;
    }
    const wrong = wrongSide(number, structure, analysis);
    if (wrong !== null)
      reasons.push(
        reason(
          -0.3,
          'number-other-side',
          wrong.operator ?? '',
          wrong.value ?? '',
          saidOperator(number, analysis) ?? '',
          value,
        ),
      );
  }
  const known = numbers.flatMap(({ value, upper }) => (upper === null ? [value] : [value, upper]));
  const invented = structure.literals.filter(
    ({ value, operator, column, aggregate }) =>
      typeof value === 'number' &&
      operator !== null &&
      (column ?? aggregate) !== null &&
      value > 2 &&
      !known.some((one) => Math.abs(one - value) <= 1) &&
      !question.includes(String(value)),
  );
  const ofKey = structure.literals.find((use) => isKeyMeasured(use, analysis, schema));
  if (ofKey !== undefined) reasons.push(reason(-0.6, 'number-of-key', ofKey.column?.text ?? '', ofKey.value ?? ''));
  if (invented[0]) reasons.push(reason(-0.2, 'number-invented', invented[0].value ?? ''));
  return reasons;
}

/** "At least two teachers" is a number of rows: an id that the question does not speak of is no more than another. */
function isKeyMeasured(
  { value, operator, column, aggregate }: LiteralUse,
  { tokens }: QuestionAnalysis,
  schema: Schema,
): boolean {
  if (typeof value !== 'number' || operator === null || !MORE_OR_LESS.has(operator) || aggregate !== null) return false;
  if (column?.table == null || column.column === null || !isKeyColumn(schema, column.table, column.column))
    return false;
  const ofTable = new Set(splitIdentifier(column.table).map(stemOf));
  const own = splitIdentifier(column.column)
    .map(stemOf)
    .filter((stem) => !ofTable.has(stem));
  return !tokens.some(({ stem }) => own.includes(stem));
}

/** The words' operator; "not more than 5" turns it round. */
function saidOperator(number: NumberMention, { tokens }: QuestionAnalysis): ComparisonOperator | null {
  if (number.operator === null || number.operator === '=' || number.operator === 'between') return number.operator;
  const before = tokens.slice(Math.max(0, number.span.first - 4), number.span.first).map(({ lower }) => lower);
  // "no more than" is an operator of its own already.
  const turned = before.some((word) => NEGATION.test(word)) && !['<=', '>='].includes(number.operator);
  return turned ? OPPOSITE[number.operator] : number.operator;
}

/** A comparison with the number that goes the other way; null when one goes the right way, or nothing can be said. */
function wrongSide(number: NumberMention, structure: SqlStructure, analysis: QuestionAnalysis): LiteralUse | null {
  const said = saidOperator(number, analysis);
  if (said === null || said === 'between' || number.looksLikeLimit) return null;
  // The complement of the complement is right again.
  if (/\bNOT\b|\bEXCEPT\b/i.test(structure.sql)) return null;
  const uses = structure.literals.filter(
    ({ value, operator }) =>
      operator !== null && numeric(value) !== null && Math.abs((numeric(value) ?? 0) - number.value) <= 1,
  );
  if (uses.length === 0) return null;
  return uses.some((use) => agrees(said, use.operator ?? '', (numeric(use.value) ?? 0) - number.value))
    ? null
    : (uses[0] ?? null);
}

const numeric = (value: LiteralUse['value']): number | null =>
  typeof value === 'number'
    ? value
    : typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value)
      ? Number(value)
      : null;

/** `shift`: how far the written number is from the one said; "more than 5" may be `>= 6`. */
function agrees(said: ComparisonOperator, operator: string, shift: number): boolean {
  if (operator === 'BETWEEN' || operator === 'IN' || operator.includes('LIKE') || operator === 'IS')
    return said === '=' ? shift === 0 || operator === 'BETWEEN' : operator === 'BETWEEN';
  switch (said) {
    case '>':
      return (operator === '>' && shift === 0) || (operator === '>=' && shift === 1);
    case '>=':
      return (operator === '>=' && shift === 0) || (operator === '>' && shift === -1);
    case '<':
      return (operator === '<' && shift === 0) || (operator === '<=' && shift === -1);
    case '<=':
      return (operator === '<=' && shift === 0) || (operator === '<' && shift === 1);
    case '=':
      return operator === '=' && shift === 0;
    case 'between':
      return true;
  }
}
