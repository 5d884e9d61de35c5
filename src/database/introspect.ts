/** What a database declares: tables, views, columns, keys, and how many rows there are. */
import type { Column, ForeignKey, Schema, SqlValue, Table } from '../grpo/types.ts';
import { QueryError, type Connection } from './connection.ts';
import { profileColumns } from './profile.ts';
import { QUERY_DEADLINE_MS, quoteName, quoteText } from './schema-queries.ts';

/** VM steps that counting the rows of one table or view may take; beyond it the count is null. */
const COUNT_STEPS = 2e6;
/** VM steps for reading declarations, per query. */
const DECLARATION_STEPS = 20e6;

interface Declared {
  readonly table: Omit<Table, 'rowCount'>;
}

/**
 * Reads the schema of an unlocked connection: tables, then views, each in the order of their creation.
 * Left out: SQLite's own tables, shadow tables of virtual tables, and views that no longer compile.
 *
 * @throws QueryError when the database is damaged
 */
export function introspect(connection: Connection): Schema {
  connection.meter.start(DECLARATION_STEPS, QUERY_DEADLINE_MS);
  const listed = connection.query(
    `SELECT list.name, list.type FROM pragma_table_list AS list JOIN sqlite_schema AS made ON made.name = list.name AND made.type IN ('table', 'view')
     WHERE list.schema = 'main' AND list.type IN ('table', 'view', 'virtual') AND list.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
     ORDER BY list.type = 'view', made.rowid`,
  );
  const declared = listed.flatMap(([name, type]) =>
    declaration(connection, String(name), type === 'view' ? 'view' : 'table'),
  );
  const tables = declared.map(({ table }) => ({
    ...withKeys(table, declared),
    rowCount: countRows(connection, table.name),
  }));
  return { tables, profiles: profileColumns(connection, tables) };
}

/** None when SQLite cannot say what the columns are: a view of missing tables, a virtual table of an unknown module. */
function declaration(connection: Connection, name: string, kind: Table['kind']): Declared[] {
  let columns: Column[];
  try {
    connection.meter.start(DECLARATION_STEPS, QUERY_DEADLINE_MS);
    columns = connection
      // hidden: 1 is a virtual table's hidden column; 2 and 3 are generated columns, which can be read
      .query(
        `SELECT name, type, pk, "notnull" FROM pragma_table_xinfo(${quoteText(name)}) WHERE hidden <> 1 ORDER BY cid`,
      )
      .map(([column, type, key, notNull]) => ({
        name: String(column),
        type: String(type ?? ''),
        primaryKey: Number(key) > 0,
        notNull: notNull === 1,
      }));
    connection.query(`SELECT * FROM ${quoteName(name)} LIMIT 0`);
  } catch (error) {
    if (error instanceof QueryError) return [];
    throw error;
  }
  if (columns.length === 0) return [];
  return [{ table: { name, kind, columns, foreignKeys: kind === 'table' ? foreignKeys(connection, name) : [] } }];
}

/** `REFERENCES t` without columns leaves `toColumns` empty here. */
function foreignKeys(connection: Connection, name: string): ForeignKey[] {
  connection.meter.start(DECLARATION_STEPS, QUERY_DEADLINE_MS);
  const keys = new Map<SqlValue, { columns: string[]; toTable: string; toColumns: string[] }>();
  // SQLite numbers keys from the last declared to the first
  for (const [id, table, from, to] of connection.query(
    `SELECT id, "table", "from", "to" FROM pragma_foreign_key_list(${quoteText(name)}) ORDER BY id DESC, seq`,
  )) {
    const key = keys.get(id ?? null) ?? { columns: [], toTable: String(table), toColumns: [] };
    key.columns.push(String(from));
    if (to !== null) key.toColumns.push(String(to));
    keys.set(id ?? null, key);
  }
  return [...keys.values()];
}

/** Gives foreign keys the names as declared by their targets, and implicit target columns: the primary key. */
function withKeys(table: Declared['table'], declared: readonly Declared[]): Declared['table'] {
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  const foreignKeys = table.foreignKeys.flatMap((key) => {
    const target = declared.find((other) => same(other.table.name, key.toTable))?.table;
    if (target === undefined) return []; // refers to a table that does not exist
    const wanted =
      key.toColumns.length > 0
        ? key.toColumns
        : target.columns.filter((column) => column.primaryKey).map((column) => column.name);
    const toColumns = wanted.map((name) => target.columns.find((column) => same(column.name, name))?.name ?? name);
    const columns = key.columns.map((name) => table.columns.find((column) => same(column.name, name))?.name ?? name);
    return toColumns.length === columns.length ? [{ columns, toTable: target.name, toColumns }] : [];
  });
  return { ...table, foreignKeys };
}

function countRows(connection: Connection, name: string): number | null {
  connection.meter.start(COUNT_STEPS, QUERY_DEADLINE_MS);
  try {
    return Number(connection.query(`SELECT count(*) FROM ${quoteName(name)}`)[0]?.[0] ?? 0);
  } catch (error) {
    if (error instanceof QueryError) return null;
    throw error;
  }
}
