/** Keys that the names of columns say and all of their values bear out. */
import { valueOf, type Cell } from './columns.ts';
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
}

/** Rows between two pauses. */
const BATCH = 2000;

/**
 * A primary key is the column `id`, `<table>_id` or, in the first place, `<table>` itself (in the singular, too), whose
 * values are all there and all different. A foreign key has the name of a primary key that says its table, or
 * `<table>_id`, and nothing but values of it, more than one of them.
 */
export async function guessKeys(tables: readonly Keyed[], pause: Pause): Promise<GuessedKeys> {
  const primary: (number | null)[] = [];
  for (const table of tables) {
    const own = formsOf(table.draft.name);
    let found: number | null = null;
    for (const [i, { name }] of table.draft.columns.entries()) {
      const plain = flat(name);
      const says = plain === 'id' || own.some((form) => plain === `${form}id` || plain === `${form}key`);
      if (found === null && says && (await isUnique(table, i, pause))) found = i;
    }
    primary.push(found);
  }
  const foreign: GuessedKey[] = [];
  for (const [t, table] of tables.entries())
    for (const [c, column] of table.draft.columns.entries()) {
      const plain = flat(column.name);
      const targets = tables.flatMap(({ draft }, toTable) => {
        const toColumn = primary[toTable] ?? null;
        if (toColumn === null || toTable === t) return [];
        const says = formsOf(draft.name).some((form) => plain === `${form}id` || plain === `${form}key`);
        return says ? [{ table: t, column: c, toTable, toColumn }] : [];
      });
      const [target, ...others] = targets;
      if (target !== undefined && others.length === 0 && (await holdsOnly(tables, target, pause))) foreign.push(target);
    }
  return { primary, foreign };
}

const flat = (name: string): string => name.toLowerCase().replace(/_/g, '');

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

async function holdsOnly(tables: readonly Keyed[], key: GuessedKey, pause: Pause): Promise<boolean> {
  const [from, to] = [tables[key.table], tables[key.toTable]];
  if (from === undefined || to === undefined) return false;
  const typeOf = (keyed: Keyed, at: number) => readingOf(keyed.draft.columns[at]?.reading ?? 'text').type;
  if (typeOf(from, key.column) !== typeOf(to, key.toColumn)) return false;
  const { values: known } = await valuesOf(to, key.toColumn, pause);
  const { values } = await valuesOf(from, key.column, pause);
  return values.size > 0 && [...values].every((value) => known.has(value));
}
