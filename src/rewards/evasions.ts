/** SQL that looks like an answer and is none: its output or its conditions do not depend on the data. */
import type { RewardReason } from '../grpo/types.ts';
import { lexCode, type SqlToken } from '../sql/lex.ts';
import type { SelectItem, SqlStructure } from '../sql/sql-structure.ts';
import { reason, type Completed } from './score.ts';

const FIRST_COUNTS = new Set(['COALESCE', 'IFNULL']);
const COMPARES = new Set(['=', '==', '!=', '<>', '<', '<=', '>', '>=', '+', '-', '*', '/', '%', '||']);
const COMPARING_WORDS = new Set(['LIKE', 'GLOB', 'IN', 'IS', 'BETWEEN', 'NOT', 'REGEXP', 'MATCH', 'COLLATE']);
const YES_NO = /^\s*(is|are|was|were|do|does|did|has|have|had|can)\b/i;

const isWritten = (token: SqlToken | undefined): boolean =>
  token !== undefined && (token.kind === 'number' || token.kind === 'string' || /^(true|false)$/i.test(token.text));
/** SQLite takes a text for its leading number, so that most are false. */
const isFalse = (token: SqlToken | undefined): boolean => /^('|"|0+(\.0*)?$|false$)/i.test(token?.text ?? '');
const word = (token: SqlToken | undefined): string => token?.text.toUpperCase() ?? '';

/** Is an output column the same whatever the rows hold, although a name of a column stands in it? */
export function isFixed(item: SelectItem, sql: string): boolean {
  if (item.constant) return true;
  const tokens = lexCode(sql.slice(item.start, item.end));
  const [first, second, third, fourth] = tokens;
  if (FIRST_COUNTS.has(word(first)) && second?.text === '(' && isWritten(third) && fourth?.text === ',') return true;
  if (word(first) === 'IIF' && second?.text === '(' && isWritten(third) && fourth?.text === ',') return true;
  if (/^(.+)[-=]\1$/s.test(item.text.replace(/\s+/g, ''))) return true;
  return word(first) === 'CASE' && tokens.every((token, i) => word(token) !== 'WHEN' || isAlone(tokens, i + 1, 'THEN'));
}

/** A literal, or one literal compared with another, up to the word `end`. */
function isAlone(tokens: readonly SqlToken[], from: number, end: string): boolean {
  if (!isWritten(tokens[from])) return false;
  if (word(tokens[from + 1]) === end) return true;
  return COMPARES.has(tokens[from + 1]?.text ?? '') && isWritten(tokens[from + 2]) && word(tokens[from + 3]) === end;
}

export function evasionReasons({ sql, structure, execution }: Completed, question: string): RewardReason[] {
  const reasons: RewardReason[] = [];
  const fixed = structure.select.filter((item) => isFixed(item, sql)).length;
  if (fixed > 0) reasons.push(reason(-Math.min(0.8, 0.4 * fixed), 'constant-shown'));
  else if (!YES_NO.test(question)) {
    const copied = structure.select.find(
      (item, i) =>
        !item.star &&
        execution.rows.length > 0 &&
        writtenIn(
          item,
          structure,
          execution.rows.map((row) => row[i]),
        ),
    );
    if (copied) reasons.push(reason(-0.5, 'written-shown', copied.text));
  }
  const idle = alwaysTrue(sql, structure);
  if (idle !== null) reasons.push(reason(-0.5, 'always-true', idle));
  return reasons;
}

/** Do all cells of an output column equal one literal that is written in it, outside of comparisons? */
function writtenIn(item: SelectItem, structure: SqlStructure, cells: readonly unknown[]): boolean {
  const [first] = cells;
  if (first === null || first === undefined || cells.some((cell) => cell !== first)) return false;
  return (
    structure.literals.some(
      (literal) =>
        literal.start >= item.start &&
        literal.end <= item.end &&
        literal.operator === null &&
        literal.value !== null &&
        literal.value === (typeof first === 'bigint' ? Number(first) : first),
    ) && !/\b(ROUND|SUBSTR|STRFTIME|CAST|PRINTF)\b/i.test(item.text)
  );
}

/** `OR 1`, `OR 1 = 1`, `OR x = x` in a condition: its text, or null. */
function alwaysTrue(sql: string, structure: SqlStructure): string | null {
  const tokens = lexCode(sql);
  for (const [i, token] of tokens.entries()) {
    if (word(token) !== 'OR') continue;
    const [a, operator, b, after] = [tokens[i + 1], tokens[i + 2], tokens[i + 3], tokens[i + 4]];
    if (!isWritten(a)) continue;
    const compared = COMPARES.has(operator?.text ?? '') || COMPARING_WORDS.has(word(operator));
    if (!compared && !isFalse(a)) return `OR ${a?.text ?? ''}`;
    if (
      (operator?.text === '=' || operator?.text === '==') &&
      isWritten(b) &&
      a?.text === b?.text &&
      !COMPARES.has(after?.text ?? '')
    )
      return `OR ${a?.text ?? ''} = ${b?.text ?? ''}`;
  }
  for (const [i, token] of tokens.entries()) {
    // The same on the other side: `1 OR …`, `1 = 1 OR …`.
    if (
      !['WHERE', 'AND', 'OR', 'ON', 'HAVING', '('].includes(word(token)) ||
      !isWritten(tokens[i + 1]) ||
      isFalse(tokens[i + 1])
    )
      continue;
    if (word(tokens[i + 2]) === 'OR') return `${tokens[i + 1]?.text ?? ''} OR`;
    if (tokens[i + 2]?.text === '=' && tokens[i + 3]?.text === tokens[i + 1]?.text && word(tokens[i + 4]) === 'OR')
      return `${tokens[i + 1]?.text ?? ''} = ${tokens[i + 3]?.text ?? ''} OR`;
  }
  const same = structure.comparisons.find(
    ({ left, right, operator, clause }) =>
      clause === 'where' &&
      (operator === '=' || operator === 'IS') &&
      right !== null &&
      left.text.toLowerCase() === right.text.toLowerCase(),
  );
  return same ? `${same.left.text} = ${same.right?.text ?? ''}` : null;
}
