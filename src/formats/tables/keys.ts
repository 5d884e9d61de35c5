/** Keys that the names of columns say and all of their values bear out. */
import { valueOf, type Cell } from './columns.ts';
import { cleanName } from './names.ts';
import { readingOf, type Read } from './readings.ts';
import type { Pause, TableDraft } from './table.ts';

/** `column` of `table` names a row of another one; all indices. */
export interface GuessedKey {
  readonly table: number;
  readonly column: number;
  readonly toTable: number;
  readonly toColumn: number;
}

export interface GuessedKeys {
  /** For each table the column that names its rows; null where none surely does. */
  readonly primary: readonly (number | null)[];
  readonly foreign: readonly GuessedKey[];
}

export interface Keyed {
  readonly draft: TableDraft;
  readonly rows: readonly (readonly Cell[])[];
  /** What the file calls the table. */
  readonly name: string;
}

/** Rows between two pauses. */
const BATCH = 2000;

/**
 * A primary key is the column `id`, `<table>_id` or, in the first place, `<table>` itself (in the singular, too), whose
 * values are all there and all different. A foreign key has the name of a primary key that says its table, or
 * `<table>_id`, and nothing but values of it, more than one of them. The name that a reader gave counts first; where it
 * says nothing, the one in the file does. `tables`: null for one that is left out.
 */
export async function guessKeys(tables: readonly (Keyed | null)[], pause: Pause): Promise<GuessedKeys> {
  const primary: (number | null)[] = [];
  /** Tables with a primary key, by the names that a column pointing at them may have. */
  const pointedAt = new Map<string, number[]>();
  for (const [t, table] of tables.entries()) {
    let found: number | null = null;
    const says = new Set(table === null ? [] : keysOf(table));
    for (const [i, column] of (table?.draft.columns ?? []).entries()) {
      const named = namesOf(column).some((name) => name === 'id' || says.has(name));
      if (table !== null && found === null && named && (await isUnique(table, i, pause))) found = i;
    }
    primary.push(found);
    if (found !== null) for (const name of says) pointedAt.set(name, [...(pointedAt.get(name) ?? []), t]);
  }
  const foreign: GuessedKey[] = [];
  for (const [t, table] of tables.entries())
    for (const [c, column] of (table?.draft.columns ?? []).entries()) {
      for (const name of namesOf(column)) {
        const [toTable, ...others] = (pointedAt.get(name) ?? []).filter((to) => to !== t);
        if (toTable === undefined || others.length > 0) continue;
        const key = { table: t, column: c, toTable, toColumn: primary[toTable] ?? 0 };
        if (!(await holdsOnly(tables, key, pause))) continue;
        foreign.push(key);
        break;
      }
    }
  return { primary, foreign };
}

const flat = (name: string): string => name.toLowerCase().replace(/_/g, '');

/** A column's name, then the one in the file. */
const namesOf = ({ name, header }: { readonly name: string; readonly header: string }): string[] => [
  ...new Set([flat(name), flat(cleanName(header))]),
];

/** The names of columns that say this table. */
const keysOf = ({ name, draft }: Keyed): string[] =>
  [draft.name, cleanName(name)].flatMap(formsOf).flatMap((form) => [`${form}id`, `${form}key`]);

/** A table's name as a column would say it: as it is, and in the singular. */
function formsOf(name: string): string[] {
  const plain = flat(name);
  const forms = [plain];
  if (/ies$/.test(plain)) forms.push(plain.replace(/ies$/, 'y'));
  if (/(?:s|x|ch|sh)es$/.test(plain)) forms.push(plain.replace(/es$/, ''));
  if (/[^s]s$/.test(plain)) forms.push(plain.replace(/s$/, ''));
  return forms;
}

/** The different values of a column, and how many of its cells have one. */
async function valuesOf(
  { draft, rows }: Keyed,
  column: number,
  pause: Pause,
): Promise<{ readonly values: ReadonlySet<Read>; readonly filled: number }> {
  const reading = draft.columns[column]?.reading ?? 'text';
  const values = new Set<Read>();
  let filled = 0;
  for (const [i, row] of rows.entries()) {
    const value = valueOf(row[column] ?? null, reading);
    if (value !== null) {
      values.add(value);
      filled++;
    }
    if (i % BATCH === 0) await pause(i / rows.length);
  }
  return { values, filled };
}

async function isUnique(table: Keyed, column: number, pause: Pause): Promise<boolean> {
  const { values, filled } = await valuesOf(table, column, pause);
  return filled > 0 && filled === table.rows.length && values.size === filled;
}

async function holdsOnly(tables: readonly (Keyed | null)[], key: GuessedKey, pause: Pause): Promise<boolean> {
  const [from, to] = [tables[key.table], tables[key.toTable]];
  if (from == null || to == null) return false;
  const typeOf = (keyed: Keyed, at: number) => readingOf(keyed.draft.columns[at]?.reading ?? 'text').type;
  if (typeOf(from, key.column) !== typeOf(to, key.toColumn)) return false;
  const { values: known } = await valuesOf(to, key.toColumn, pause);
  const { values } = await valuesOf(from, key.column, pause);
  return values.size > 0 && [...values].every((value) => known.has(value));
}
