/** The keys of a schema as joins follow them: declared, guessed, and the reader's own. */
import type { ColumnProfile, Schema } from '../../grpo/types.ts';
import { findJoins } from '../../linking/joins.ts';

/** A key, and who says so: the database, a guess (of the import, or from names and data), or the reader. */
export interface SchemaKey {
  readonly table: string;
  readonly columns: readonly string[];
  readonly toTable: string;
  readonly toColumns: readonly string[];
  readonly by: 'database' | 'guess' | 'reader';
}

/** Those of the tables in their order, then those that only names and data suggest. */
export function keysOf(schema: Schema): SchemaKey[] {
  const profiles = new Map(schema.profiles.map((profile) => [`${profile.table}\n${profile.column}`, profile]));
  const profileOf = (table: string, column: string): ColumnProfile | null =>
    profiles.get(`${table}\n${column}`) ?? null;
  const tables = new Set(schema.tables.map(({ name }) => name));
  const stated = schema.tables.flatMap((table) =>
    table.foreignKeys
      .filter(({ toTable }) => tables.has(toTable))
      .map(({ by, ...key }): SchemaKey => ({ ...key, table: table.name, by: by ?? 'database' })),
  );
  const inferred = findJoins(schema, profileOf)
    .filter(({ declared }) => !declared)
    .map(({ left, right }): SchemaKey => ({
      table: left.table,
      columns: left.columns,
      toTable: right.table,
      toColumns: right.columns,
      by: 'guess',
    }));
  return [...stated, ...inferred];
}
