/**
 * Descriptions of a table as BIRD's `database_description` has them: a CSV file for each table, named after it, a line
 * for each column (`original_column_name`, `column_name`, `column_description`, `data_format`, `value_description`).
 * Anybody's files: every fault ends in one DatasetError.
 */
import { NOTE_LIMITS, type Described } from '../grpo/schema-notes.ts';
import type { Schema } from '../grpo/types.ts';
import { DatasetError } from './entry.ts';
import { dialectOf, evenLines, isBlank, rowsOf } from './tables/delimited.ts';

export interface ReadDescriptions {
  readonly table: string;
  readonly described: readonly Described[];
  /** Columns that the file describes and the table does not have. */
  readonly unknown: readonly string[];
}

/** Characters of a file; a larger one describes no table. */
const MOST_CHARACTERS = 5e6;

/** Whether the names of its columns are those of such a file. */
export function holdsDescriptions(header: readonly string[]): boolean {
  const names = header.map(plain);
  return names.includes('original_column_name') && names.includes('column_description');
}

/**
 * `source` is the file's name, with or without folders, which says the table. Names are compared without case. Texts
 * that are too long are cut.
 *
 * @throws DatasetError for a file of no table here, without the columns, or with broken quotes
 */
export function readDescriptions(given: string, source: string, schema: Schema): ReadDescriptions {
  const name = (source.split(/[\\/]/).at(-1) ?? '').replace(/\.[^.]*$/, '');
  const table = findNamed(schema.tables, name);
  if (table === undefined)
    throw new DatasetError(
      `${source}: there is no table “${name}” here. A file of descriptions has the name of its table, e.g. ${schema.tables[0]?.name ?? 'table'}.csv.`,
    );
  if (given.length > MOST_CHARACTERS)
    throw new DatasetError(`${source} is too large: ${given.length} characters, at most ${MOST_CHARACTERS} are read.`);
  const text = evenLines(given.replace(/^\uFEFF/, ''));
  if (text.trim() === '') throw new DatasetError(`${source} is empty.`);
  const rows = [...rowsOf(text, dialectOf(text), source)].flatMap((read) => [...read.rows]);
  const [header = []] = rows;
  const at = (column: string): number => header.map(plain).indexOf(column);
  const [original, called, description, values] = [
    at('original_column_name'),
    at('column_name'),
    at('column_description'),
    at('value_description'),
  ];
  if (original < 0 || (called < 0 && description < 0))
    throw new DatasetError(
      `${source}, line 1: a column original_column_name is needed, and column_name or column_description beside it; this line has ${header
        .map((cell) => `“${cell.trim().slice(0, 40)}”`)
        .slice(0, 8)
        .join(', ')}.`,
    );
  const described = new Map<string, Described>();
  const unknown: string[] = [];
  for (const row of rows.slice(1)) {
    if (isBlank(row)) continue;
    const cell = (column: number): string => (column < 0 ? '' : (row[column] ?? '').replace(/\s+/g, ' ').trim());
    const column = findNamed(table.columns, cell(original));
    if (column === undefined) {
      if (cell(original) !== '') unknown.push(cell(original));
      continue;
    }
    const inWords = cell(called);
    const one = {
      table: table.name,
      column: column.name,
      // Many files repeat the name, or what the first text says.
      called: plain(inWords) === plain(column.name) ? '' : inWords.slice(0, NOTE_LIMITS.called),
      description:
        plain(cell(description)) === plain(inWords) ? '' : cell(description).slice(0, NOTE_LIMITS.description),
      values: cell(values).slice(0, NOTE_LIMITS.values),
    };
    if (one.called !== '' || one.description !== '' || one.values !== '') described.set(column.name, one);
  }
  if (described.size === 0 && unknown.length > 0)
    throw new DatasetError(
      `${source}: none of its columns is one of ${table.name}, e.g. “${unknown[0]?.slice(0, 60)}”.`,
    );
  return { table: table.name, described: [...described.values()], unknown };
}

const plain = (name: string): string =>
  name
    .replace(/^\uFEFF/, '')
    .trim()
    .toLowerCase();

/** As written, else without case. */
function findNamed<T extends { readonly name: string }>(all: readonly T[], name: string): T | undefined {
  return all.find((one) => one.name === name.trim()) ?? all.find((one) => plain(one.name) === plain(name));
}
