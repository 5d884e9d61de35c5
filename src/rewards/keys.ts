/** Keys of a schema: which columns identify rows, and which tables they point at. */
import type { Schema } from '../grpo/types.ts';
import { at } from '../linking/asked.ts';

const memory = new WeakMap<Schema, ReadonlyMap<string, ReadonlySet<string>>>();

/**
 * The tables each column points at: by declared foreign key, or by having the name of their only primary-key column.
 * Keys are `table.column`.
 */
export function keysOf(schema: Schema): ReadonlyMap<string, ReadonlySet<string>> {
  const known = memory.get(schema);
  if (known) return known;
  const found = new Map<string, Set<string>>();
  const add = (from: string, to: string): void => void found.set(from, (found.get(from) ?? new Set()).add(to));
  const owners = schema.tables.flatMap((table) => {
    const primary = table.columns.filter((column) => column.primaryKey);
    const name = primary.length === 1 ? primary[0]?.name.toLowerCase() : undefined;
    const plain = table.name.toLowerCase();
    return [
      ...(name !== undefined && name !== 'id' ? [{ table: table.name, name }] : []),
      { table: table.name, name: `${plain}id` },
      { table: table.name, name: `${plain}_id` },
    ];
  });
  for (const table of schema.tables) {
    for (const key of table.foreignKeys) for (const column of key.columns) add(at(table.name, column), key.toTable);
    for (const column of table.columns)
      for (const owner of owners)
        if (owner.table !== table.name && owner.name === column.name.toLowerCase())
          add(at(table.name, column.name), owner.table);
  }
  memory.set(schema, found);
  return found;
}

export const pointsAt = (schema: Schema, table: string, column: string, target: string): boolean =>
  keysOf(schema).get(at(table, column))?.has(target) === true;

/** A column that says which row is meant, or which of another table: `id`, and what points at another table's. */
export function isKeyColumn(schema: Schema, tableName: string, columnName: string): boolean {
  const table = schema.tables.find((one) => one.name === tableName);
  const column = table?.columns.find((one) => one.name === columnName);
  if (column === undefined || table === undefined) return false;
  const identifies =
    /(^|_)(id|key|code|no|nr|uuid|guid)$/i.test(columnName) || /[a-z](ID|Id|Key|Code)$|[a-z]id$/.test(columnName);
  return (
    (column.primaryKey && identifies) || (identifies && (keysOf(schema).get(at(tableName, columnName))?.size ?? 0) > 0)
  );
}

const NAME_LIKE = /name|title|label/i;
const shows = new WeakMap<Schema, Map<string, boolean>>();

/**
 * Does a column say in words which row of a table is meant: one of its own called name, title or like the table itself,
 * or a column elsewhere that has such a column's name or holds its values (`city.state_name` names states)?
 */
export function namesRowsOf(schema: Schema, table: string, column: string, wanted: string): boolean {
  const memo = shows.get(schema) ?? new Map<string, boolean>();
  shows.set(schema, memo);
  const key = `${at(table, column)}\n${wanted}`;
  const known = memo.get(key);
  if (known !== undefined) return known;
  const names = nameColumns(schema, wanted);
  const found =
    table === wanted
      ? names.includes(column)
      : !isKeyColumn(schema, table, column) &&
        names.some(
          (name) =>
            (name.toLowerCase() === column.toLowerCase() && !GENERAL.test(name)) ||
            holdsValuesOf(schema, table, column, wanted, name),
        );
  memo.set(key, found);
  return found;
}

/** "name" in another table names that table's rows. */
const GENERAL = /^(name|title|label|full_?name|first_?name|last_?name)$/i;

/** The columns by which a reader knows a table's rows; every column that is no key, where none is called so. */
function nameColumns(schema: Schema, tableName: string): readonly string[] {
  const table = schema.tables.find(({ name }) => name === tableName);
  if (table === undefined) return [];
  const plain = table.columns.map(({ name }) => name).filter((name) => !isKeyColumn(schema, tableName, name));
  const words = (name: string): string =>
    name
      .toLowerCase()
      .replace(/[^a-z0-9]/g, '')
      .replace(/s$/, '');
  const others = schema.tables.filter((one) => one !== table).map(({ name }) => words(name));
  const called = plain.filter(
    (name) =>
      words(name) === words(tableName) ||
      (NAME_LIKE.test(name) &&
        (words(name).includes(words(tableName)) ||
          !others.some((other) => other.length > 2 && words(name).startsWith(other)))),
  );
  const own = called.filter((name) => words(name).includes(words(tableName)) || GENERAL.test(name));
  return own.length > 0 ? own : called.length > 0 ? called : plain;
}

const SHARED = 0.8;

/** Are nearly all values of a text column values of another? */
function holdsValuesOf(schema: Schema, table: string, column: string, ofTable: string, ofColumn: string): boolean {
  const profile = (t: string, c: string) =>
    schema.profiles.find((one) => one.table === t && one.column === c && one.holds === 'text');
  const [a, b] = [profile(table, column), profile(ofTable, ofColumn)];
  if (a === undefined || b === undefined || a.values.length < 3) return false;
  const values = new Set(b.values);
  return a.values.filter((value) => values.has(value)).length >= SHARED * a.values.length;
}
