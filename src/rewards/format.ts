import type { RewardReason, RewardScore } from '../grpo/types.ts';
import { lexCode } from '../sql/lex.ts';
import { compiled, reason, scoreOf, type Completed } from './score.ts';

const MONEY = /price|amount|cost|total|revenue|salary|budget|fee|payment|balance|sales/i;

/**
 * Is it written so that a colleague would accept it? 0.6 for plain SQL, 1 when computed columns have names; what invites
 * mistakes is taken off: `SELECT *`, joins without a condition, columns whose table is left to guess. Needless parts earn nothing.
 */
export function formatReward({ sql, structure, execution }: Completed): RewardScore {
  if (sql.trim() === '') return scoreOf([reason(-1, 'There is no SQL to look at.')]);
  const reasons: RewardReason[] = [reason(0.6, 'Plain SQL.')];
  const sources = structure.tables.filter((table) => table.depth === 0).length;

  const stars = structure.select.filter((item) => item.star);
  if (stars.length > 0) reasons.push(reason(-0.5, 'SELECT * leaves the output columns to chance.'));
  const computed = structure.select.filter((item) => !item.star && (item.aggregates.length > 0 || !/^[^\s()]+$/.test(item.text)));
  const unnamed = computed.filter((item) => item.alias === null);
  const [first] = unnamed;
  if (first) reasons.push(reason(0, `${first.text} has no name of its own (AS …).`));
  else if (computed.length > 0) reasons.push(reason(0.4, 'Every computed column has a name.'));
  else if (stars.length === 0) reasons.push(reason(0.2, 'No output column needs a name.'));

  const cross = structure.joins.filter((join) => !join.hasCondition);
  if (cross[0]) reasons.push(reason(-0.8, `${cross[0].table ?? 'A subquery'} is joined without a condition: every row meets every row.`));
  const comma = structure.joins.filter((join) => join.kind === 'comma' && join.hasCondition);
  if (comma.length > 0) reasons.push(reason(-0.3, 'Tables are joined by a comma and WHERE instead of JOIN … ON.'));
  if (structure.joins.some((join) => join.kind === 'natural')) reasons.push(reason(-0.2, 'NATURAL JOIN depends on column names that may change.'));

  if (sources > 1) {
    const loose = structure.columns.filter((column) => !column.qualified && column.depth === 0 && (column.status === 'column' || column.status === 'ambiguous'));
    if (loose[0]) reasons.push(reason(-Math.min(0.3, 0.1 * loose.length), `With several tables, ${loose[0].text} does not say which one it is from.`));
  }
  const average = structure.aggregates.find((use) => use.name === 'AVG' && use.depth === 0 && use.clause === 'select' && MONEY.test(use.argument));
  if (average && !lexCode(sql).some((token, i, all) => token.text.toUpperCase() === 'ROUND' && all[i + 1]?.text === '(')) reasons.push(reason(-0.1, `AVG(${average.argument}) is money, but not rounded.`));

  if (!compiled(execution)) {
    const sum = reasons.reduce((total, { points }) => total + points, 0);
    reasons.push(reason(-Math.max(0, sum), 'SQL that does not compile earns nothing for its looks.'));
  }
  return scoreOf(reasons);
}
