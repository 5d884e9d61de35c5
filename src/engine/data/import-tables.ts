/** Tables that were read, and what a reader changes of them before a database is built. */
import type { TableToBuild } from '../../database/build.ts';
import { DatasetError } from '../../formats/entry.ts';
import { valueOf, withReading, type ColumnDraft } from '../../formats/tables/columns.ts';
import type { GuessedKey, GuessedKeys, Keyed } from '../../formats/tables/keys.ts';
import { cleanName } from '../../formats/tables/names.ts';
import { readingOf } from '../../formats/tables/readings.ts';
import type { TableDraft } from '../../formats/tables/table.ts';
import type { NotedKey } from '../../grpo/types.ts';
import type { ImportChange, ImportKey } from './data-protocol.ts';
import { refusal, type TablePart } from './import-view.ts';

export interface ReadTables {
  readonly kind: 'tables';
  readonly title: string;
  readonly parts: readonly TablePart[];
  /** Between those that are taken. */
  readonly keys: GuessedKeys;
  /** Ids of keys that the reader said are none. They stay so when a key goes and comes back. */
  readonly off: ReadonlySet<string>;
}

/** A change for which no file has to be read again. */
export type PlainChange = Exclude<ImportChange, { readonly of: 'header' }>;

/** The parts after the change. Throws DatasetError where it is refused. */
export function changed(parts: readonly TablePart[], change: Exclude<PlainChange, { of: 'key' }>): TablePart[] {
  const part = partAt(parts, change.table);
  const to =
    change.of === 'reading'
      ? reread(part, change)
      : change.of === 'taken'
        ? taken(part, parts, change.taken)
        : change.column === null
          ? renamed(part, parts, change.name)
          : withColumnNamed(part, change.column, change.name);
  return parts.map((one) => (one === part ? to : one));
}

export function partAt(parts: readonly TablePart[], table: number): TablePart {
  const part = parts[table];
  if (part === undefined) throw new RangeError('There is no such table.');
  return part;
}

/** With its first row read in the other way; `draft` is what becomes of it then. */
export const withHeader = (part: TablePart, table: TablePart['table'], draft: TableDraft): TablePart => ({
  ...part,
  table,
  draft: { ...draft, name: part.draft.name },
  aside: part.draft,
});

/** As keys are guessed from them. */
export const keyed = (parts: readonly TablePart[]): (Keyed | null)[] =>
  parts.map(({ table, draft, taken }) => (taken ? { draft, rows: table.rows, name: table.name } : null));

/** The keys, by the names that their tables and columns have now. */
export function keysOf({ parts, keys, off }: ReadTables): { readonly key: NotedKey; readonly view: ImportKey }[] {
  return keys.foreign.flatMap((guessed) => {
    const [from, to] = [parts[guessed.table]?.draft, parts[guessed.toTable]?.draft];
    if (from === undefined || to === undefined) return [];
    const [column, toColumn] = [from.columns[guessed.column]?.name ?? '', to.columns[guessed.toColumn]?.name ?? ''];
    const id = idOf(guessed);
    return [
      {
        key: { table: from.name, column, toTable: to.name, toColumn },
        view: { id, from: `${from.name}.${column}`, to: `${to.name}.${toColumn}`, on: !off.has(id) },
      },
    ];
  });
}

/** The tables that are taken, as they are built. */
export function toBuild(read: ReadTables): TableToBuild[] {
  const keys = keysOf(read).flatMap(({ key, view }) => (view.on ? [key] : []));
  return read.parts.flatMap(({ table, draft, taken }, t) => {
    if (!taken) return [];
    const primary = read.keys.primary[t] ?? null;
    return [
      {
        name: draft.name,
        columns: draft.columns.map(({ name, reading }) => ({ name, type: readingOf(reading).type })),
        primaryKey: primary === null ? null : (draft.columns[primary]?.name ?? null),
        foreignKeys: keys.filter((key) => key.table === draft.name),
        rowCount: draft.rowCount,
        row: (index) => draft.columns.map(({ reading }, i) => valueOf(table.rows[index]?.[i] ?? null, reading)),
      },
    ];
  });
}

const idOf = ({ table, column, toTable, toColumn }: GuessedKey): string => `${table}.${column} ${toTable}.${toColumn}`;

function reread(part: TablePart, change: ImportChange & { of: 'reading' }): TablePart {
  return withColumn(part, change.column, (column) => {
    if (!column.fits.includes(change.reading)) throw new DatasetError(refusal(part, column, change.reading));
    return withReading(column, change.reading);
  });
}

function withColumnNamed(part: TablePart, at: number, text: string): TablePart {
  const name = nameFrom(text, 'column');
  if (part.draft.columns.some((other, i) => i !== at && isSame(other.name, name)))
    throw new DatasetError(`Another column of this table is called ${name}. Choose another name.`);
  return withColumn(part, at, (column) => ({ ...column, name }));
}

function withColumn(part: TablePart, at: number, change: (column: ColumnDraft) => ColumnDraft): TablePart {
  const { draft } = part;
  if (draft.columns[at] === undefined) throw new RangeError('There is no such column.');
  return { ...part, draft: { ...draft, columns: draft.columns.map((one, i) => (i === at ? change(one) : one)) } };
}

function renamed(part: TablePart, parts: readonly TablePart[], text: string): TablePart {
  const name = nameFrom(text, 'table');
  if (part.taken && isTaken(name, part, parts))
    throw new DatasetError(`Another table is called ${name}. Choose another name.`);
  return { ...part, draft: { ...part.draft, name } };
}

function taken(part: TablePart, parts: readonly TablePart[], taken: boolean): TablePart {
  if (!taken && !parts.some((other) => other !== part && other.taken))
    throw new DatasetError('One table has to stay. Take another one first.');
  const { name } = part.draft;
  if (taken && isTaken(name, part, parts))
    throw new DatasetError(`Another table is called ${name} by now. Rename that one first.`);
  return { ...part, taken };
}

/** The name that becomes of what was typed, as of the names in files. */
function nameFrom(text: string, what: 'table' | 'column'): string {
  const name = cleanName(text);
  if (name === '') throw new DatasetError(`A ${what} needs a name with a letter or a digit in it.`);
  return name;
}

const isTaken = (name: string, part: TablePart, parts: readonly TablePart[]): boolean =>
  parts.some((other) => other !== part && other.taken && isSame(other.draft.name, name));

/** SQL tells names by their letters, small or large. */
const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
