/** Keys that the names of columns say and all of their values bear out. */
import { valueOf, type Cell } from './columns.ts';
import { readingOf } from './readings.ts';
import type { TableDraft } from './table.ts';

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

/**
 * A primary key is the column `id`, `<table>_id` or, in the first place, `<table>` itself (in the singular, too), whose
 * values are all there and all different. A foreign key has the name of a primary key that says its table, or
 * `<table>_id`, and nothing but values of it, more than one of them.
 */
export function guessKeys(tables: readonly Keyed[]): GuessedKeys {
  const primary = tables.map((table) => {
    const own = formsOf(table.draft.name);
    const at = table.draft.columns.findIndex(({ name }, i) => {
      const plain = flat(name);
      const says = plain === 'id' || own.some((form) => plain === `${form}id` || plain === `${form}key`);
      return says && isUnique(table, i);
    });
    return at < 0 ? null : at;
  });
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
      if (target !== undefined && others.length === 0 && holdsOnly(tables, target)) foreign.push(target);
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

function valuesOf({ draft, rows }: Keyed, column: number): (string | null)[] {
  const reading = draft.columns[column]?.reading ?? 'text';
  return rows.map((row) => {
    const value = valueOf(row[column] ?? null, reading);
    return value === null ? null : String(value);
  });
}

function isUnique(table: Keyed, column: number): boolean {
  const values = valuesOf(table, column);
  return values.length > 0 && !values.includes(null) && new Set(values).size === values.length;
}

function holdsOnly(tables: readonly Keyed[], { table, column, toTable, toColumn }: GuessedKey): boolean {
  const [from, to] = [tables[table], tables[toTable]];
  if (from === undefined || to === undefined) return false;
  const typeOf = (keyed: Keyed, at: number) => readingOf(keyed.draft.columns[at]?.reading ?? 'text').type;
  if (typeOf(from, column) !== typeOf(to, toColumn)) return false;
  const known = new Set(valuesOf(to, toColumn));
  const values = valuesOf(from, column).filter((value) => value !== null);
  return values.length > 0 && values.every((value) => known.has(value));
}
