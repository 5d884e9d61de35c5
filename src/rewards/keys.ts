/** Keys of a schema: which columns identify rows, and which tables they point at. */
import type { Schema } from '../grpo/types.ts';
import { at } from './asked.ts';

const memory = new WeakMap<Schema, ReadonlyMap<string, ReadonlySet<string>>>();

/** The tables each column points at: by declared foreign key, or by having the name of their only primary-key column. Keys are `table.column`. */
export function keysOf(schema: Schema): ReadonlyMap<string, ReadonlySet<string>> {
  const known = memory.get(schema);
  if (known) return known;
  const found = new Map<string, Set<string>>();
  const add = (from: string, to: string): void => void found.set(from, (found.get(from) ?? new Set()).add(to));
  const owners = schema.tables.flatMap((table) => {
    const primary = table.columns.filter((column) => column.primaryKey);
    const name = primary.length === 1 ? primary[0]?.name.toLowerCase() : undefined;
    const plain = table.name.toLowerCase();
    return [...(name !== undefined && name !== 'id' ? [{ table: table.name, name }] : []), { table: table.name, name: `${plain}id` }, { table: table.name, name: `${plain}_id` }];
  });
  for (const table of schema.tables) {
    for (const key of table.foreignKeys) for (const column of key.columns) add(at(table.name, column), key.toTable);
    for (const column of table.columns) for (const owner of owners) if (owner.table !== table.name && owner.name === column.name.toLowerCase()) add(at(table.name, column.name), owner.table);
  }
  memory.set(schema, found);
  return found;
}

export const pointsAt = (schema: Schema, table: string, column: string, target: string): boolean => keysOf(schema).get(at(table, column))?.has(target) === true;

/** A column that says which row is meant, or which of another table: `id`, and what points at another table's. */
export function isKeyColumn(schema: Schema, tableName: string, columnName: string): boolean {
  const table = schema.tables.find((one) => one.name === tableName);
  const column = table?.columns.find((one) => one.name === columnName);
  if (column === undefined || table === undefined) return false;
  const identifies = /(^|_)(id|key|code|no|nr|uuid|guid)$|[a-z](ID|Id|Key|Code)$|[a-z]id$/.test(columnName);
  return (column.primaryKey && identifies) || (identifies && ((keysOf(schema).get(at(tableName, columnName))?.size ?? 0) > 0));
}
