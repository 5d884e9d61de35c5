/** What a database declares: tables, views, columns, keys, and how many rows there are. */
import type { Column, ForeignKey, Schema, SqlValue, Table } from '../grpo/types.ts';
import { QueryError, type Connection } from './connection.ts';
import { profileColumns } from './profile.ts';
import { QUERY_DEADLINE_MS, quoteName, quoteText } from './schema-queries.ts';
import { namesIn } from './words.ts';

/** VM steps that counting the rows of one table or view may take; beyond it the count is null. */
const COUNT_STEPS = 2e6;
/** VM steps for reading declarations, per query. */
const DECLARATION_STEPS = 20e6;
/**
 * Tables that a view may come down to, counted as often as they are read: SQLite compiles a view by writing out the
 * views it reads, and a chain of views that read the one before twice doubles with every link.
 */
const TABLES_OF_A_VIEW = 256;

/** Suffixes of the tables in which virtual tables keep their data, by module. */
const SHADOWS: readonly (readonly [module: RegExp, suffixes: readonly string[]])[] = [
  [/^fts5$/, ['data', 'idx', 'content', 'docsize', 'config']],
  [/^fts[34]$/, ['content', 'segments', 'segdir', 'docsize', 'stat']],
  [/^(rtree|rtree_i32|geopoly)$/, ['node', 'parent', 'rowid']],
];

/** A table or view by the text that made it. */
interface Listed {
  readonly name: string;
  readonly kind: Table['kind'];
  readonly sql: string;
}

interface Declared {
  readonly table: Omit<Table, 'rowCount'>;
}

/**
 * Reads the schema of an unlocked connection: tables, then views, each in the order of their creation.
 * Left out: SQLite's own tables, shadow tables of virtual tables, and, with a note, what SQLite cannot read: a view of
 * missing tables or one that is too much work to compile, a virtual table of an unknown module.
 *
 * @throws QueryError when the database is damaged
 */
export function introspect(connection: Connection): { readonly schema: Schema; readonly notes: readonly string[] } {
  const leftOut: string[] = [];
  const all = listed(connection);
  const tablesOf = tableCounts(all);
  const declared = all.flatMap(({ name, kind }): Declared[] => {
    const found = tablesOf(name) > TABLES_OF_A_VIEW ? null : declaration(connection, name, kind);
    if (found === null) leftOut.push(name);
    return found === null ? [] : [found];
  });
  const tables = declared.map(({ table }) => ({
    ...withKeys(table, declared),
    rowCount: countRows(connection, table.name),
  }));
  return {
    schema: { tables, profiles: profileColumns(connection, tables) },
    notes:
      leftOut.length === 0
        ? []
        : [
            `Left out, because SQLite cannot read ${leftOut.length === 1 ? 'it' : 'them'} here (it refers to something that is missing, or is too much work): ${someOf(leftOut)}.`,
          ],
  };
}

/** Some names, and how many more there are. */
function someOf(names: readonly string[]): string {
  const most = 30;
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** From the text of the schema: asking SQLite for the list of tables makes it compile every view. */
function listed(connection: Connection): Listed[] {
  connection.meter.start(DECLARATION_STEPS, QUERY_DEADLINE_MS);
  const made = connection
    .query(
      `SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
       ORDER BY type = 'view', rowid`,
    )
    .map(
      ([name, type, sql]) =>
        ({ name: String(name), kind: type === 'view' ? 'view' : 'table', sql: String(sql) }) as const,
    );
  const shadows = new Set(
    made.flatMap(({ name, sql }) => {
      const module = /^\s*CREATE\s+VIRTUAL\s+TABLE[^]*?\bUSING\s+["'`[]?(\w+)/i.exec(sql)?.[1]?.toLowerCase() ?? '';
      const suffixes = SHADOWS.find(([modules]) => modules.test(module))?.[1] ?? [];
      return suffixes.map((suffix) => `${name}_${suffix}`.toLowerCase());
    }),
  );
  return made.filter(({ name }) => !shadows.has(name.toLowerCase()));
}

/** How many tables a name comes down to: 1 for a table. Names that are something else in the text count as well. */
function tableCounts(all: readonly Listed[]): (name: string) => number {
  const made = new Map(all.map((one) => [one.name.toLowerCase(), one]));
  const known = new Map<string, number>();
  const count = (name: string): number => {
    const one = made.get(name);
    if (one?.kind !== 'view') return 1;
    const before = known.get(name);
    if (before !== undefined) return before;
    // A view that reads itself, in whatever way, does not compile.
    known.set(name, Infinity);
    const read = namesIn(one.sql).filter((word) => word !== name && made.has(word));
    const sum = read.reduce((total, word) => total + count(word), 0);
    known.set(name, sum);
    return sum;
  };
  return (name) => count(name.toLowerCase());
}

/** Null when SQLite cannot say what the columns are. */
function declaration(connection: Connection, name: string, kind: Table['kind']): Declared | null {
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
    if (error instanceof QueryError) return null;
    throw error;
  }
  if (columns.length === 0) return null;
  return { table: { name, kind, columns, foreignKeys: kind === 'table' ? foreignKeys(connection, name) : [] } };
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
