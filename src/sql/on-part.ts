/** The same SQL on a part of the rows, without another database: CTEs hide the tables whose names they have. */
import type { ForeignKey, Schema, SqlValue, Table } from '../grpo/types.ts';
import { lexCode } from './lex.ts';
import { structureOf } from './structure.ts';

/** Row numbers are spread over so many places, from which a sample takes every second, fourth or eighth. */
const PLACES = 1009;
const STEPS = [2, 4, 8];
/** Each spreads them otherwise, so that samples have little to do with one another, or with the order of rows. */
const FACTORS = [405, 300, 601, 257, 482, 168, 696, 393, 119, 844, 57, 918];

/** Rows that are left of a table. */
export interface Part {
  readonly table: string;
  readonly where: string;
}

/** Tables that one of the texts reads, the one with the most rows first. Views read whole tables, so they are none. */
export function tablesRead(texts: readonly string[], schema: Schema): Table[] {
  const read = new Set(texts.flatMap((sql) => structureOf(sql, schema).tables.map(({ name }) => name)));
  const rows = ({ rowCount }: Table): number => rowCount ?? Infinity;
  return schema.tables.filter(({ kind, name }) => kind === 'table' && read.has(name)).sort((a, b) => rows(b) - rows(a));
}

/** Samples of the first table: each a half to an eighth of it. Invalid where its rows have no numbers. */
export function samplesOf(tables: readonly Table[]): Part[][] {
  const [first] = tables;
  if (first === undefined) return [];
  return FACTORS.map((factor, i) => {
    const place = `abs(rowid % ${PLACES} * ${factor} % ${PLACES})`;
    return withWhatRefers([{ table: first.name, where: `${place} % ${STEPS[i % STEPS.length] ?? 1} = 0` }], tables);
  });
}

/** The tables without the rows that hold one of these values: all of them where there is none that can be written. */
export function withoutValues(tables: readonly Table[], values: readonly SqlValue[]): Part[] {
  const literals = values.flatMap((value) => literalOf(value) ?? []).join(', ');
  if (literals === '') return [];
  const parts = tables.map(({ name, columns }) => ({
    table: name,
    where: columns.map((column) => `ifnull(${quoted(column.name)} IN (${literals}), 0) = 0`).join(' AND '),
  }));
  return withWhatRefers(parts, tables);
}

/**
 * Without the rows that refer to one that was left out: SQL may rely on it that a key leads to a row. Invalid where
 * tables refer to each other.
 */
function withWhatRefers(parts: readonly Part[], tables: readonly Table[]): Part[] {
  const own = new Map(parts.map(({ table, where }) => [table, where]));
  const hidden = new Set(own.keys());
  const keysOf = ({ name, foreignKeys }: Table): readonly ForeignKey[] =>
    foreignKeys.filter(({ toTable }) => toTable !== name && hidden.has(toTable));
  for (let before = -1; before < hidden.size;) {
    before = hidden.size;
    for (const table of tables) if (keysOf(table).length > 0) hidden.add(table.name);
  }
  return tables
    .filter(({ name }) => hidden.has(name))
    .map((table) => ({
      table: table.name,
      where: [own.get(table.name) ?? [], keysOf(table).map(leads)].flat().join(' AND '),
    }));
}

/** It is NULL, or the row that it refers to is there. */
function leads({ columns, toTable, toColumns }: ForeignKey): string {
  const isNull = columns.map((name) => `${quoted(name)} IS NULL`).join(' OR ');
  const to = `(SELECT ${toColumns.map(quoted).join(', ')} FROM ${quoted(toTable)})`;
  return `(${isNull} OR (${columns.map(quoted).join(', ')}) IN ${to})`;
}

function literalOf(value: SqlValue): string | null {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''").replaceAll('\0', '')}'`;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** SQL that finds only these rows. */
export function onPart(sql: string, parts: readonly Part[]): string {
  if (parts.length === 0) return sql;
  const rows = parts
    .map(({ table, where }) => `${quoted(table)} AS (SELECT * FROM main.${quoted(table)} WHERE ${where})`)
    .join(', ');
  const [first, second] = lexCode(sql);
  if (first?.kind !== 'keyword' || first.value !== 'WITH') return `WITH ${rows} ${sql}`;
  const recursive = second?.kind === 'keyword' && second.value === 'RECURSIVE';
  return `WITH ${recursive ? 'RECURSIVE ' : ''}${rows},${sql.slice((recursive ? second : first).end)}`;
}
