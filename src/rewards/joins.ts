/** Are the tables of a SQL text tied by columns that belong together, and is each of them needed? */
import type { RewardReason, Schema } from '../grpo/types.ts';
import type { ColumnUse, SqlStructure } from '../sql/sql-structure.ts';
import { at } from '../linking/asked.ts';
import { keysOf } from './keys.ts';
import { reason, tablesOf } from './score.ts';

/** `mentions` says whether the question names a table. */
export function joinReasons(
  structure: SqlStructure,
  schema: Schema,
  mentions: (table: string) => boolean,
): RewardReason[] {
  const reasons: RewardReason[] = [];
  const wrong = structure.comparisons.filter(
    ({ left, right, operator, clause }) =>
      operator === '=' &&
      (clause === 'join' || clause === 'where') &&
      right !== null &&
      left.table !== null &&
      right.table !== null &&
      !belongTogether(left, right, schema),
  );
  if (wrong[0]) reasons.push(reason(-0.4, 'ties-unlike', wrong[0].left.text, wrong[0].right?.text ?? ''));
  const idle = [...tablesOf(structure)].filter((name) => !mentions(name) && !earnsItsPlace(name, structure));
  if (idle.length > 0) reasons.push(reason(-Math.min(0.4, 0.2 * idle.length), 'reads-idle', ...idle));
  return reasons;
}

/**
 * False when both columns say which row of a table is meant, but of different tables, or when both hold texts and share
 * none.
 */
function belongTogether(left: ColumnUse, right: ColumnUse, schema: Schema): boolean {
  if (left.column === null || right.column === null || left.table === null || right.table === null) return true;
  if (
    left.column.toLowerCase() === right.column.toLowerCase() &&
    left.table !== right.table &&
    left.column.toLowerCase() !== 'id'
  )
    return true;
  const [a, b] = [identifies(schema, left.table, left.column), identifies(schema, right.table, right.column)];
  if (a.size > 0 && b.size > 0) return [...a].some((table) => b.has(table));
  return mayShareValues(schema, at(left.table, left.column), at(right.table, right.column));
}

/** Whose rows a column tells apart: its own table's as the only primary key, and those it points at. */
function identifies(schema: Schema, tableName: string, column: string): Set<string> {
  const targets = new Set(keysOf(schema).get(at(tableName, column)) ?? []);
  const primary = schema.tables.find(({ name }) => name === tableName)?.columns.filter((one) => one.primaryKey) ?? [];
  if (primary.length === 1 && primary[0]?.name === column) targets.add(tableName);
  return targets;
}

const memory = new WeakMap<Schema, Map<string, boolean>>();

/** False when both columns hold texts that are all known, and none of one is among the other's. */
function mayShareValues(schema: Schema, left: string, right: string): boolean {
  const memo = memory.get(schema) ?? new Map<string, boolean>();
  memory.set(schema, memo);
  const key = `${left}\n${right}`;
  const known = memo.get(key);
  if (known !== undefined) return known;
  const texts = (name: string): readonly string[] | null => {
    const profile = schema.profiles.find((one) => at(one.table, one.column) === name);
    return profile === undefined || profile.holds !== 'text' || !profile.distinctIsExact || profile.values.length === 0
      ? null
      : profile.values;
  };
  const [a, b] = [texts(left), texts(right)];
  const others = new Set(b);
  const shares = a === null || b === null || a.some((value) => others.has(value));
  memo.set(key, shares);
  return shares;
}

/** Is a table used beyond its own join: a column of it shown or compared, or two other tables tied through it? */
function earnsItsPlace(name: string, structure: SqlStructure): boolean {
  if (tablesOf(structure).size === 1) return true;
  const used = structure.columns.some(
    (use) =>
      use.table === name &&
      use.clause !== 'join' &&
      !structure.comparisons.some((pair) => pair.right !== null && (pair.left === use || pair.right === use)),
  );
  if (used) return true;
  const neighbours = new Set(
    structure.comparisons
      .flatMap(({ left, right }) => (left.table === name ? [right?.table] : right?.table === name ? [left.table] : []))
      .filter((other) => other !== name && other != null),
  );
  return neighbours.size > 1;
}
