/**
 * The patterns that occur in SQL, by readable names: what a hint can prefer or avoid when all a sampler gives is text.
 * The names are the same for the same structure, whatever the aliases, the quoting and the layout.
 */
import type { Column, Schema, Table } from '../grpo/types.ts';
import { fullName } from './render.ts';
import type { AggregateUse, ColumnUse, LiteralUse, SqlStructure, TextRange } from './sql-structure.ts';
import { structureOf } from './structure.ts';

export interface Pattern {
  /**
   * As in `SUM(order_items.quantity * order_items.unit_price)`, `GROUP BY products.name`, `JOIN order_items–products`,
   * `WHERE orders.status = <value>`.
   */
  readonly pattern: string;
  /** Tables it names, in alphabetical order. */
  readonly tables: readonly string[];
  /** True when it names nothing of the schema, so that it can hold in any database: `SUM`, `GROUP BY`, `LIMIT 1`. */
  readonly general: boolean;
  /** Where it occurs. */
  readonly spans: readonly TextRange[];
}

const PLACEHOLDERS = { number: '<number>', string: '<value>' } as const;

/** The patterns of a SQL text, each once, in the order of their first place in the text. */
export function patternsOf(structure: SqlStructure): Pattern[] {
  const found = new Map<string, { tables: Set<string>; spans: TextRange[] }>();
  const add = (
    pattern: string,
    span: TextRange,
    columns: readonly ColumnUse[] = [],
    tables: readonly (string | null)[] = [],
  ): void => {
    const known = found.get(pattern);
    const entry = known ?? { tables: new Set<string>(), spans: [] };
    entry.spans.push({ start: span.start, end: span.end });
    // The same pattern names the same tables.
    if (known) return;
    found.set(pattern, entry);
    for (const table of [...columns.map((column) => column.table), ...tables])
      if (table !== null) entry.tables.add(table);
  };

  for (const item of structure.select) {
    if (item.star)
      add(
        'SELECT *',
        item,
        [],
        structure.tables.filter((table) => table.kind === 'table' && table.depth === 0).map((table) => table.name),
      );
    else if (item.aggregates.length === 0 && item.columns.length > 0) add(`SELECT ${item.text}`, item, item.columns);
  }
  const tablesAt = new Map<number, string[]>();
  for (const table of structure.tables)
    if (table.kind === 'table') tablesAt.set(table.depth, [...(tablesAt.get(table.depth) ?? []), table.name]);
  for (const use of structure.aggregates) addAggregate(use, tablesAt.get(use.depth) ?? [], add);
  for (const key of structure.groupBy) {
    add(`GROUP BY ${key.text}`, key, key.columns);
    add('GROUP BY', key);
  }
  addJoins(structure, add);
  for (const literal of structure.literals) addComparison(literal, add);
  for (const comparison of structure.comparisons) {
    if (comparison.right !== null || comparison.left.table === null) continue;
    const inside = structure.tables
      .filter((table) => table.start > comparison.start && table.end <= comparison.end)
      .map((table) => table.name);
    if (comparison.operator === 'NOT IN')
      for (const table of inside.slice(0, 1)) add(`NOT IN ${table}`, comparison, [], [table]);
    add(`WHERE ${nameOf(comparison.left)} ${comparison.operator} (SELECT …)`, comparison, [comparison.left]);
  }
  for (const key of structure.orderBy) {
    add(`ORDER BY ${key.text} ${key.direction}`, key, key.columns);
    add(`ORDER BY … ${key.direction}`, key);
  }
  for (const limit of structure.limits) add(limit.count === 1 ? 'LIMIT 1' : 'LIMIT <number>', limit);
  for (const range of structure.distinct) add('DISTINCT', range);
  for (const range of structure.having) add('HAVING', range);
  for (const operation of structure.setOperations) add(operation.operator, operation);
  return [...found.entries()]
    .map(([pattern, { tables, spans }]) => ({ pattern, tables: [...tables].sort(), general: tables.size === 0, spans }))
    .sort((a, b) => (a.spans[0]?.start ?? 0) - (b.spans[0]?.start ?? 0) || (a.pattern < b.pattern ? -1 : 1));
}

type Add = (
  pattern: string,
  span: TextRange,
  columns?: readonly ColumnUse[],
  tables?: readonly (string | null)[],
) => void;

const nameOf = (column: ColumnUse): string =>
  column.table === null ? column.text : fullName(column.table, column.column ?? '');

/** `tables`: those at the aggregate's depth. */
function addAggregate(use: AggregateUse, tables: readonly string[], add: Add): void {
  add(use.name, use);
  if (use.argument === '*') {
    const [only] = tables;
    add(`${use.name}(*)`, use);
    if (only !== undefined && tables.length === 1) add(`${use.name}(*) FROM ${only}`, use, [], [only]);
  } else add(`${use.name}(${use.distinct ? 'DISTINCT ' : ''}${use.argument})`, use, use.columns);
}

function addJoins(structure: SqlStructure, add: Add): void {
  for (const join of structure.joins) {
    if (!join.hasCondition) {
      add('cross join', join);
      continue;
    }
    add(join.kind === 'left' ? 'LEFT JOIN' : 'JOIN', join);
  }
  for (const { left, right, operator, depth, clause, start, end } of structure.comparisons) {
    if (
      operator !== '=' ||
      right === null ||
      left.table === null ||
      right.table === null ||
      left.table === right.table ||
      clause === 'having'
    )
      continue;
    const joined = structure.joins.find(
      (join) => join.depth === depth && (clause === 'where' || (start >= join.start && end <= join.end)),
    );
    if (!joined) continue;
    const pair = [left.table, right.table].sort();
    add(
      `${joined.kind === 'left' && clause === 'join' ? 'LEFT JOIN' : 'JOIN'} ${pair.join('–')}`,
      clause === 'join' ? joined : { start, end },
      [],
      pair,
    );
  }
}

function addComparison(literal: LiteralUse, add: Add): void {
  const { column, aggregate, operator, value } = literal;
  if (operator === null || literal.clause === 'limit') return;
  const shown = value === null ? 'NULL' : typeof value === 'number' ? PLACEHOLDERS.number : PLACEHOLDERS.string;
  const clause = literal.clause === 'having' ? 'HAVING' : 'WHERE';
  if (aggregate) {
    const span = { start: Math.min(aggregate.start, literal.start), end: Math.max(aggregate.end, literal.end) };
    add(
      `${clause} ${aggregate.name}(${aggregate.distinct ? 'DISTINCT ' : ''}${aggregate.argument}) ${operator} ${shown}`,
      span,
      aggregate.columns,
    );
  } else if (column && column.table !== null) {
    const span = { start: Math.min(column.start, literal.start), end: Math.max(column.end, literal.end) };
    add(`${clause} ${nameOf(column)} ${operator} ${shown}`, span, [column]);
  }
}

/**
 * Where a pattern occurs in SQL, for underlining. It needs no schema: the pattern itself says which columns the tables
 * it names have. A pattern that another vocabulary wrote is looked for by the names and the clause it mentions. [] when
 * it is not there.
 */
export function spansOf(pattern: string, sql: string): TextRange[] {
  const schema = schemaOf(pattern, sql);
  const structure = structureOf(sql, schema);
  const exact = patternsOf(structure).find((one) => one.pattern === pattern);
  return merge(exact ? exact.spans : similar(pattern, structure));
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`;
const COLUMN = new RegExp(`(${NAME})\\.(${NAME})`, 'gu');
const bare = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);

/** The columns `table.column` that a pattern names. */
function columnsIn(pattern: string): { table: string; column: string }[] {
  return [...pattern.matchAll(COLUMN)].map((found) => ({ table: bare(found[1] ?? ''), column: bare(found[2] ?? '') }));
}

/** As much of a schema as pattern and SQL give away. */
function schemaOf(pattern: string, sql: string): Schema {
  const named = columnsIn(pattern);
  const words = new Set([...pattern.matchAll(new RegExp(NAME, 'gu'))].map((found) => bare(found[0])));
  const first = structureOf(sql, { tables: [], profiles: [] });
  // The pattern's spelling counts, and the SQL's columns that are written with their table.
  const spelt = new Map([...words].map((word) => [word.toLowerCase(), word]));
  const tables = new Map<string, Set<string>>();
  for (const use of first.tables) tables.set(spelt.get(use.name.toLowerCase()) ?? use.name, new Set());
  const aliases = new Map(
    first.tables.map((use) => [(use.alias ?? use.name).toLowerCase(), spelt.get(use.name.toLowerCase()) ?? use.name]),
  );
  for (const { table, column } of named) tables.get(table)?.add(column);
  for (const use of first.columns) {
    const [qualifier, name] = use.text.split('.');
    const table =
      qualifier !== undefined && name !== undefined ? aliases.get(qualifier.trim().toLowerCase()) : undefined;
    const column = bare((name ?? '').trim());
    const known = table === undefined ? undefined : tables.get(table);
    if (known && ![...known].some((one) => one.toLowerCase() === column.toLowerCase()))
      known.add(spelt.get(column.toLowerCase()) ?? column);
  }
  const asColumn = (name: string): Column => ({ name, type: '', primaryKey: false, notNull: false });
  const asTable = ([name, columns]: [string, Set<string>]): Table => ({
    name,
    kind: 'table',
    columns: [...columns].map(asColumn),
    foreignKeys: [],
    rowCount: null,
  });
  return { tables: [...tables].map(asTable), profiles: [] };
}

/** Spans by the clause a pattern begins with and the names in it. */
function similar(pattern: string, structure: SqlStructure): TextRange[] {
  const head =
    /^(?:SELECT|FROM|JOIN|LEFT JOIN|WHERE|GROUP BY|HAVING|ORDER BY|LIMIT|DISTINCT|NOT IN|COUNT|SUM|AVG|MIN|MAX|TOTAL|GROUP_CONCAT)/.exec(
      pattern,
    )?.[0] ?? '';
  const named = columnsIn(pattern);
  const means = (use: ColumnUse): boolean =>
    named.some(({ table, column }) => use.table === table && use.column === column);
  const inClause: readonly ColumnUse[] = structure.columns.filter((use) => {
    if (head === 'WHERE') return use.clause === 'where';
    if (head === 'HAVING') return use.clause === 'having';
    return true;
  });
  if (named.length > 0) {
    if (head === 'GROUP BY') return structure.groupBy.filter((key) => key.columns.some(means));
    if (head === 'ORDER BY') return structure.orderBy.filter((key) => key.columns.some(means));
    if (head === 'SELECT') return structure.select.filter((item) => item.columns.some(means));
    const aggregates = structure.aggregates.filter((use) => use.name === head && use.columns.some(means));
    if (aggregates.length > 0) return aggregates;
    if (head === 'WHERE' || head === 'HAVING') {
      const compared = structure.literals.filter(
        (literal) => literal.column && inClause.includes(literal.column) && means(literal.column),
      );
      if (compared.length > 0)
        return compared.map((literal) => ({
          start: Math.min(literal.start, literal.column?.start ?? literal.start),
          end: Math.max(literal.end, literal.column?.end ?? literal.end),
        }));
    }
    return inClause.filter(means);
  }
  switch (head) {
    case 'HAVING':
      return [...structure.having];
    case 'ORDER BY':
      return structure.orderBy.filter((key) => !/ (ASC|DESC)$/.test(pattern) || pattern.endsWith(key.direction));
    case 'GROUP BY':
      return [...structure.groupBy];
    case 'LIMIT':
      return [...structure.limits];
    case 'DISTINCT':
      return [...structure.distinct];
    case 'WHERE':
      return structure.literals.filter(
        (literal) =>
          literal.clause === 'where' &&
          literal.column !== null &&
          (!/ \S+$/.test(pattern) || pattern.endsWith(` ${literal.operator ?? ''}`)),
      );
    case 'COUNT':
    case 'SUM':
    case 'AVG':
    case 'MIN':
    case 'MAX':
    case 'TOTAL':
    case 'GROUP_CONCAT':
      return structure.aggregates.filter(
        (use) =>
          use.name === head &&
          (!pattern.includes('(') ||
            pattern.startsWith(`${use.name}(${use.distinct ? 'DISTINCT ' : ''}${use.argument})`)),
      );
    default: {
      const words = new Set([...pattern.matchAll(new RegExp(NAME, 'gu'))].map((found) => bare(found[0]).toLowerCase()));
      return structure.tables.filter((table) => words.has(table.name.toLowerCase()));
    }
  }
}

function merge(spans: readonly TextRange[]): TextRange[] {
  const out: TextRange[] = [];
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    if (last && start <= last.end) out[out.length - 1] = { start: last.start, end: Math.max(last.end, end) };
    else out.push({ start, end });
  }
  return out;
}
