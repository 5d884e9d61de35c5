/**
 * What a reader, or the import, says of a schema beyond what its database declares: keys that are there or are not, and
 * what tables and columns are. Kept beside the database, whose bytes stay as they are.
 */
import type { Column, ForeignKey, NotedKey, Schema, Table } from './types.ts';

/** What a table, or a column of it, is. Texts are plain; '' for nothing said. */
export interface Described {
  readonly table: string;
  /** Null for the table itself. */
  readonly column: string | null;
  /** Its name as people say it. */
  readonly called: string;
  readonly description: string;
  /** What its values stand for. */
  readonly values: string;
}

export interface SchemaNotes {
  /** Keys that the file declares because the import guessed them. */
  readonly guessed: readonly NotedKey[];
  /** Keys that hold although nothing declares them. */
  readonly added: readonly NotedKey[];
  /** Guesses, of the import or of names and data, that are no keys. */
  readonly removed: readonly NotedKey[];
  readonly descriptions: readonly Described[];
}

export const isNothing = ({ guessed, added, removed, descriptions }: SchemaNotes): boolean =>
  guessed.length + added.length + removed.length + descriptions.length === 0;
export const NO_NOTES: SchemaNotes = { guessed: [], added: [], removed: [], descriptions: [] };

/** Characters of the texts of a description; keys, and descriptions, of one database. */
export const NOTE_LIMITS = { called: 200, description: 2000, values: 4000, keys: 10_000, descriptions: 50_000 };

export const sameKey = (a: NotedKey, b: NotedKey): boolean =>
  a.table === b.table && a.column === b.column && a.toTable === b.toTable && a.toColumn === b.toColumn;

const textOf = ({ table, column, toTable, toColumn }: NotedKey): string =>
  JSON.stringify([table, column, toTable, toColumn]);
const placeOf = (table: string, column: string | null): string => JSON.stringify([table, column]);

/** A declared key of one column; null for one of several. */
export function notedKey(table: string, { columns, toTable, toColumns }: ForeignKey): NotedKey | null {
  const [column, ...more] = columns;
  const [toColumn] = toColumns;
  return column === undefined || toColumn === undefined || more.length > 0
    ? null
    : { table, column, toTable, toColumn };
}

/**
 * The schema as the notes have it; the very same where they say nothing. What they say of tables and columns that are
 * not there is passed over. Of the keys that a file declares, only guessed ones can be removed.
 */
export function withNotes(schema: Schema, notes: SchemaNotes): Schema {
  const { guessed, added, removed, descriptions } = notes;
  if (isNothing(notes)) return schema;
  const guesses = new Set(guessed.map(textOf));
  const gone = new Set(removed.map(textOf));
  const said = new Map(descriptions.map((one) => [placeOf(one.table, one.column), one]));
  const has = (table: string, column: string): boolean =>
    schema.tables.some(({ name, columns }) => name === table && columns.some((one) => one.name === column));
  const real = added.filter((key) => has(key.table, key.column) && has(key.toTable, key.toColumn));
  const tables = schema.tables.map((table): Table => {
    const declared = table.foreignKeys.flatMap((key): ForeignKey[] => {
      const noted = notedKey(table.name, key);
      if (noted === null || !guesses.has(textOf(noted))) return [key];
      return gone.has(textOf(noted)) ? [] : [{ ...key, by: 'guess' }];
    });
    const there = new Set(declared.flatMap((key) => notedKey(table.name, key) ?? []).map(textOf));
    const own = real.flatMap((key): ForeignKey[] => {
      if (key.table !== table.name || there.has(textOf(key))) return [];
      there.add(textOf(key));
      return [{ columns: [key.column], toTable: key.toTable, toColumns: [key.toColumn], by: 'reader' }];
    });
    return {
      ...table,
      ...told(said.get(placeOf(table.name, null))),
      columns: table.columns.map((column): Column => ({
        ...column,
        ...told(said.get(placeOf(table.name, column.name))),
      })),
      foreignKeys: [...declared, ...own],
    };
  });
  return { ...schema, tables, ...(removed.length === 0 ? {} : { noKeys: removed }) };
}

function told(one: Described | undefined): Pick<Column, 'called' | 'description' | 'values'> {
  if (one === undefined) return {};
  const { called, description, values } = one;
  return {
    ...(called === '' ? {} : { called }),
    ...(description === '' ? {} : { description }),
    ...(values === '' ? {} : { values }),
  };
}

/**
 * The notes with one more key, or with a guess that was removed back. `schema` is the one with the notes. Throws Error
 * where it is no key, or is there.
 */
export function withKey(schema: Schema, notes: SchemaNotes, key: NotedKey): SchemaNotes {
  checkKey(schema, key);
  if (notes.removed.some((one) => sameKey(one, key)) && notes.guessed.some((one) => sameKey(one, key)))
    return { ...notes, removed: notes.removed.filter((one) => !sameKey(one, key)) };
  const back = { table: key.toTable, column: key.toColumn, toTable: key.table, toColumn: key.column };
  const there = schema.tables.flatMap((table) => table.foreignKeys.flatMap((one) => notedKey(table.name, one) ?? []));
  if (there.some((one) => sameKey(one, key) || sameKey(one, back))) throw new Error('This key is there already.');
  return {
    ...notes,
    added: [...notes.added, key],
    removed: notes.removed.filter((one) => !sameKey(one, key)),
  };
}

/** The notes without a key that was added, or with a guess that is none. */
export function withoutKey(notes: SchemaNotes, key: NotedKey): SchemaNotes {
  const added = notes.added.filter((one) => !sameKey(one, key));
  const isGuess = added.length === notes.added.length && !notes.removed.some((one) => sameKey(one, key));
  return { ...notes, added, removed: isGuess ? [...notes.removed, key] : notes.removed };
}

/** The notes with other descriptions in the place of those of the same tables and columns; one without text goes. */
export function withDescriptions(notes: SchemaNotes, described: readonly Described[]): SchemaNotes {
  const all = new Map(notes.descriptions.map((one) => [placeOf(one.table, one.column), one]));
  for (const one of described) {
    const place = placeOf(one.table, one.column);
    if (one.called === '' && one.description === '' && one.values === '') all.delete(place);
    else all.set(place, one);
  }
  return { ...notes, descriptions: [...all.values()] };
}

/** Throws Error, fit for a reader, with what of the notes cannot be kept. `schema`: of the database alone. */
export function checkNotes(schema: Schema, { guessed, added, removed, descriptions }: SchemaNotes): void {
  if (guessed.length + added.length + removed.length > NOTE_LIMITS.keys)
    throw new Error(`At most ${NOTE_LIMITS.keys} keys are kept.`);
  if (descriptions.length > NOTE_LIMITS.descriptions)
    throw new Error(`At most ${NOTE_LIMITS.descriptions} descriptions are kept.`);
  for (const key of added) checkKey(schema, key);
  for (const one of descriptions) {
    const name = one.column === null ? one.table : `${one.table}.${one.column}`;
    for (const field of ['called', 'description', 'values'] as const)
      if (one[field].length > NOTE_LIMITS[field])
        throw new Error(
          `What is said of ${name} has ${one[field].length} characters, at most ${NOTE_LIMITS[field]} are kept.`,
        );
  }
}

function checkKey(schema: Schema, key: NotedKey): void {
  for (const [name, column] of [
    [key.table, key.column],
    [key.toTable, key.toColumn],
  ] as const)
    if (!schema.tables.some((table) => table.name === name && table.columns.some((one) => one.name === column)))
      throw new Error(`There is no column ${name}.${column} here.`);
  if (key.table === key.toTable && key.column === key.toColumn) throw new Error('A column is no key to itself.');
}
