/**
 * How the rows of an SQL text's result may stand, read from its own ORDER BY: which rows tie in the sort key.
 *
 * A key is read from the result where it is an output column, by its name, its number or the same expression; any other
 * is added to the output of a second query, which also leaves out the LIMIT, so that all rows show that tie with those
 * that were kept. Not of SELECT DISTINCT and of compounds, whose rows another column would change: there a key that is
 * no output column cannot be read.
 */
import type { Execution, Schema, SqlValue } from '../grpo/types.ts';
import { sameValue } from './cells.ts';
import { lexCode, type SqlToken } from './lex.ts';
import { matchResults, type Tie } from './result-match.ts';
import type { OrderKey, SelectItem, SqlStructure } from './sql-structure.ts';
import { structureOf } from './structure.ts';

/** A sort key. */
export interface ShownKey {
  /** Of the rows that show it, from 0. */
  readonly column: number;
  /** As it is written behind the key; null: as its column was declared. */
  readonly collation: string | null;
}

/** A query without its LIMIT. */
export interface Uncut {
  /** Its columns are those of the result, then sort keys that are none of them. The text itself where it shows all. */
  readonly sql: string;
  /** Null where they cannot be read. */
  readonly keys: readonly ShownKey[] | null;
  /** Its rows before the first of the result. */
  readonly skipped: number;
}

/** `columns`: of the result. Null for what is not sorted, or is cut where no plain number says. */
export function uncutOf(sql: string, schema: Schema, columns: readonly string[]): Uncut | null {
  const structure = structureOf(sql, schema);
  const order = structure.orderBy.filter(({ depth }) => depth === 0);
  if (!structure.complete || order.length === 0) return null;
  const limit = structure.limits.find(({ depth }) => depth === 0);
  const skipped = limit === undefined ? 0 : offsetOf(sql.slice(limit.start, limit.end));
  if (skipped === null) return null;
  const shown = shownKeys(structure, schema, columns, order);
  const at = structure.select.at(-1)?.end ?? 0;
  return {
    sql: `${sql.slice(0, at)}${shown?.added.join('') ?? ''}${sql.slice(at, limit?.start)}`,
    keys: shown?.keys ?? null,
    skipped,
  };
}

/** Null where a key is no output column and cannot become one. */
function shownKeys(
  structure: SqlStructure,
  schema: Schema,
  columns: readonly string[],
  order: readonly OrderKey[],
): { readonly keys: readonly ShownKey[]; readonly added: readonly string[] } | null {
  const { sql } = structure;
  const fixed = isFixed(structure);
  const added: string[] = [];
  const keys: ShownKey[] = [];
  for (const key of order) {
    const { tokens, collation } = keyTokens(sql, key);
    let column = outputOf(tokens, key, structure, columns);
    if (column === null) {
      if (fixed) return null;
      column = columns.length + added.length;
      added.push(`, (${withoutAliases(tokens, key, structure, schema)})`);
    }
    keys.push({ column, collation });
  }
  return { keys, added };
}

/**
 * The ties of a result, in order. `rows` show the keys; a key without a collation compares as BINARY. Null where they
 * are not those of the result, which is random then or was misread.
 */
export function tiesOf(
  result: Execution,
  rows: Execution['rows'],
  { keys, skipped }: { readonly keys: readonly ShownKey[]; readonly skipped: number },
): Tie[] | null {
  const width = result.columns.length;
  const end = skipped + result.rows.length;
  const equal = (a: readonly SqlValue[], b: readonly SqlValue[]): boolean =>
    keys.every(({ column, collation }) =>
      sameValue(collated(a[column] ?? null, collation), collated(b[column] ?? null, collation)),
    );
  const ties: Tie[] = [];
  for (let from = 0; from < Math.min(end, rows.length);) {
    const first = rows[from] ?? [];
    let to = from + 1;
    while (to < rows.length && equal(first, rows[to] ?? [])) to += 1;
    const count = Math.min(to, end) - Math.max(from, skipped);
    if (count > 0) ties.push({ count, rows: rows.slice(from, to).map((row) => row.slice(0, width)) });
    from = to;
  }
  if (ties.reduce((sum, { count }) => sum + count, 0) !== result.rows.length) return null;
  return matchResults(result, result, true, ties).match ? ties : null;
}

/** Another output column would change which rows there are. */
function isFixed({ sql, select, distinct, setOperations }: SqlStructure): boolean {
  const first = select[0]?.start ?? 0;
  return (
    setOperations.some(({ depth }) => depth === 0) ||
    distinct.some(({ end }) => end <= first && lexCode(sql.slice(end, first)).length === 0)
  );
}

/** The expression of a key without its direction, and the collation written behind it. */
function keyTokens(
  sql: string,
  key: OrderKey,
): { readonly tokens: readonly SqlToken[]; readonly collation: string | null } {
  let tokens = lexCode(sql.slice(key.start, key.end));
  if (tokens.at(-2)?.value === 'NULLS') tokens = tokens.slice(0, -2);
  if (tokens.length > 1 && ['ASC', 'DESC'].includes(tokens.at(-1)?.value ?? '')) tokens = tokens.slice(0, -1);
  if (tokens.at(-2)?.value !== 'COLLATE') return { tokens, collation: null };
  return { tokens: tokens.slice(0, -2), collation: tokens.at(-1)?.value.toUpperCase() ?? '' };
}

/** Which output column a key is, from 0; null for none. */
function outputOf(
  tokens: readonly SqlToken[],
  key: OrderKey,
  { sql, select, tables }: SqlStructure,
  columns: readonly string[],
): number | null {
  const only = tokens.length === 1 ? tokens[0] : undefined;
  if (only?.kind === 'number') {
    const place = Number(only.text);
    return Number.isInteger(place) && place >= 1 && place <= columns.length ? place - 1 : null;
  }
  if (only?.kind === 'identifier' || only?.kind === 'keyword') {
    const named = columns.flatMap((name, i) => (name.toLowerCase() === only.value.toLowerCase() ? [i] : []));
    if (named.length === 1) return named[0] ?? null;
  }
  if (select.some(({ star }) => star)) return null;
  const written = textOf(tokens);
  // Of two uses of one table the resolved text does not say which.
  const names = tables.map(({ name }) => name);
  const told = new Set(names).size === names.length;
  const same = select.findIndex(
    (item) => textOf(expressionOf(item, sql)) === written || (told && key.columns.length > 0 && item.text === key.text),
  );
  return same < 0 ? null : same;
}

/** The expression of a key as it can stand in the output, where the aliases of other output columns are unknown. */
function withoutAliases(
  tokens: readonly SqlToken[],
  { start, columns }: OrderKey,
  structure: SqlStructure,
  schema: Schema,
): string {
  const { sql, select } = structure;
  const read = new Set(structure.tables.map(({ name }) => name));
  const names = new Set(
    schema.tables
      .filter(({ name }) => read.has(name))
      .flatMap((table) => table.columns.map(({ name }) => name.toLowerCase())),
  );
  const end = start + (tokens.at(-1)?.end ?? 0);
  let text = '';
  let at = start + (tokens[0]?.start ?? 0);
  for (const use of [...columns].sort((a, b) => a.start - b.start)) {
    const name = use.text.toLowerCase();
    const item = use.qualified ? undefined : select.find(({ alias }) => alias?.toLowerCase() === name);
    // Within an expression SQLite takes a column of that name before an alias.
    if (item === undefined || use.start < at || names.has(name)) continue;
    const own = expressionOf(item, sql);
    text += `${sql.slice(at, use.start)}(${sql.slice(item.start, item.start + (own.at(-1)?.end ?? 0))})`;
    at = use.end;
  }
  return text + sql.slice(at, end);
}

/** The tokens of an output column without its alias; their offsets count from its start. */
function expressionOf({ start, end, alias }: SelectItem, sql: string): SqlToken[] {
  const tokens = lexCode(sql.slice(start, end));
  return alias === null ? tokens : tokens.slice(0, tokens.at(-2)?.value === 'AS' ? -2 : -1);
}

const textOf = (tokens: readonly SqlToken[]): string =>
  tokens.map(({ kind, value }) => `${kind}:${kind === 'string' ? value : value.toLowerCase()}`).join(' ');

/** Rows that a LIMIT clause passes over; null where that is no plain number. */
function offsetOf(clause: string): number | null {
  const tokens = lexCode(clause);
  const word = tokens.findIndex(({ value }) => value === 'OFFSET');
  const comma = tokens.findIndex(({ text }) => text === ',');
  if (word < 0 && comma < 0) return 0;
  const [offset, ...more] = word < 0 ? tokens.slice(1, comma) : tokens.slice(word + 1);
  return offset?.kind === 'number' && more.length === 0 && Number.isInteger(Number(offset.text))
    ? Number(offset.text)
    : null;
}

/** As SQLite's own collations compare it. */
export function collated(value: SqlValue, collation: string | null): SqlValue {
  if (typeof value !== 'string') return value;
  if (collation === 'NOCASE') return value.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return collation === 'RTRIM' ? value.replace(/ +$/, '') : value;
}
