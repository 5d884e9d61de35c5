/** Which column a name means: SQLite's scoping rules over FROM sources, CTEs, subqueries and aliases. */
import type { Schema, Table } from '../grpo/types.ts';
import type { ColumnUse } from './sql-structure.ts';

export type Origin = Pick<ColumnUse, 'table' | 'column' | 'status'>;

/** A table, CTE or subquery in FROM. */
export interface Source {
  /** Lower-case names it answers to: its alias if it has one, else its name. */
  readonly alias: string;
  readonly columns: ReadonlyMap<string, Origin>;
  /**
   * What a name means that `columns` does not have: SQLite's own tables and tables nobody knows have no list of
   * columns.
   */
  readonly other: Origin | null;
  readonly table: string | null;
}

export interface Scope {
  readonly parent: Scope | null;
  readonly sources: Source[];
  /** Lower-case columns that USING or NATURAL made one of: naming them bare is not ambiguous. */
  readonly merged: Set<string>;
  /** Output aliases of this SELECT, lower case. */
  readonly aliases: Map<string, Origin>;
}

const ROWID = new Set(['rowid', 'oid', '_rowid_']);
export const UNKNOWN: Origin = { table: null, column: null, status: 'unknown' };
export const SYSTEM: Origin = { table: null, column: null, status: 'system' };

/** The schema's tables by lower-case name, each with its columns by lower-case name. */
export interface SchemaIndex {
  readonly tables: ReadonlyMap<string, { readonly table: Table; readonly columns: ReadonlyMap<string, Origin> }>;
}

const indexes = new WeakMap<Schema, SchemaIndex>();

export function indexOf(schema: Schema): SchemaIndex {
  const known = indexes.get(schema);
  if (known) return known;
  const tables = new Map(
    schema.tables.map((table) => [
      table.name.toLowerCase(),
      {
        table,
        columns: new Map(
          table.columns.map((column): [string, Origin] => [
            column.name.toLowerCase(),
            { table: table.name, column: column.name, status: 'column' },
          ]),
        ),
      },
    ]),
  );
  const index = { tables };
  indexes.set(schema, index);
  return index;
}

/** SQLite's own tables and table functions: present in every database, part of no schema. */
export function isSystemTable(name: string): boolean {
  return /^(sqlite_|pragma_|json_|generate_series$|dbstat$|bytecode$|tables_used$)/i.test(name);
}

function inSource(source: Source, name: string): Origin | null {
  const found = source.columns.get(name);
  if (found) return found;
  if (source.other) return source.other;
  return source.table !== null && ROWID.has(name) ? SYSTEM : null;
}

/** `preferAlias`: ORDER BY looks at output aliases first, the other clauses at columns first. */
export function resolve(scope: Scope | null, qualifier: string | null, name: string, preferAlias: boolean): Origin {
  const lower = name.toLowerCase();
  const by = qualifier?.toLowerCase() ?? null;
  for (let at = scope; at !== null; at = at.parent) {
    if (by !== null) {
      const source = at.sources.find((one) => one.alias === by);
      if (source) return inSource(source, lower) ?? UNKNOWN;
      continue;
    }
    const alias = at.aliases.get(lower);
    if (preferAlias && at === scope && alias) return alias;
    const found = at.sources.map((source) => inSource(source, lower)).filter((origin) => origin !== null);
    // A column that is there wins over one that may be; two that are there leave the name ambiguous.
    const [first, ...more] = found.filter((origin) => origin.status !== 'system' && origin.status !== 'unknown');
    if (first)
      return more.length > 0 && first.status === 'column' && !at.merged.has(lower)
        ? { ...first, status: 'ambiguous' }
        : first;
    if (found[0]) return found[0];
    if (alias) return alias;
  }
  return UNKNOWN;
}
