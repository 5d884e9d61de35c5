/** Tables of texts from the text of one file, and what is proposed to make of them. */
import { DatasetError } from '../entry.ts';
import { ColumnScan, type Cell, type ColumnDraft } from './columns.ts';
import { dialectOf, evenLines, isBlank, lineOf, rowsOf, type Delimiter } from './delimited.ts';
import { tableNameOf, uniqueNames } from './names.ts';
import { readingOf } from './readings.ts';

/** A table as it stands in a file. */
export interface TextTable {
  /** The file, and what of it. */
  readonly source: string;
  readonly name: string;
  /** Null for a file that has no names. */
  readonly header: readonly string[] | null;
  readonly rows: readonly (readonly Cell[])[];
  /** How many columns. */
  readonly width: number;
  /** Columns whose cells are known to be texts. */
  readonly onlyText: ReadonlySet<number>;
  /** What a reader should know of how it was read. */
  readonly notes: readonly string[];
  /** Where a row stands in the file, as a message says it. */
  readonly placeOf: (row: number) => string;
  /** Whether the file uses commas for what others use points for, where its numbers do not say; of its delimiter. */
  readonly commas: boolean;
  /** The other way to read its first row; null where there is none. */
  readonly canHaveHeader: boolean;
}

export interface TableDraft {
  readonly name: string;
  readonly source: string;
  readonly rowCount: number;
  readonly columns: readonly ColumnDraft[];
  readonly notes: readonly string[];
  readonly hasHeader: boolean;
  readonly canHaveHeader: boolean;
}

/** Asked often, with the share of the work that is done: lets others have their turn, or ends it by rejecting. */
export type Pause = (share: number) => Promise<void>;

/** More columns make no table that anybody asks questions about, and SQLite takes 2,000. */
const MOST_COLUMNS = 500;
/** Rows between two pauses. */
const BATCH = 2000;

export interface DelimitedOptions {
  /** What separates cells, where the name of the file says it. */
  readonly delimiter: Delimiter | null;
  /** Whether the first row holds names; null to tell by its cells. */
  readonly header: boolean | null;
  readonly encoding: string;
}

/**
 * Reads CSV and its relatives. `source` is the file's name.
 *
 * @throws DatasetError with line and column of what cannot be read
 */
export async function readDelimited(
  given: string,
  source: string,
  { delimiter, header, encoding }: DelimitedOptions,
  pause: Pause,
): Promise<TextTable> {
  const text = evenLines(given.replace(/^\uFEFF/, ''));
  const dialect = dialectOf(text, delimiter);
  const all: string[][] = [];
  const kept: number[] = [];
  for (const { rows: some, at } of rowsOf(text, dialect, source)) {
    for (const row of some) if (all.push(row) > 0 && !isBlank(row)) kept.push(all.length - 1);
    await pause(at / text.length);
  }
  const first = dialect.from > 0 ? 2 : 1;
  if (kept.length === 0) throw new DatasetError(`${source} is empty: it has no row with a value.`);
  const rows = kept.map((i) => all[i] ?? []);
  const lineAt = (row: number): number => lineOf(all, kept[row] ?? 0, first);

  const hasHeader = header ?? looksLikeHeader(rows);
  const width = lastFilled(rows[0] ?? []) + 1;
  const wide = hasHeader ? width : Math.max(...rows.slice(0, BATCH).map((row) => lastFilled(row) + 1));
  if (wide > MOST_COLUMNS)
    throw new DatasetError(`${source} has ${wide} columns, at most ${MOST_COLUMNS} are read. Leave some out.`);
  const notes: string[] = [];
  if (encoding !== 'UTF-8') notes.push(`Read as ${encoding}.`);
  let short = 0;
  let firstShort = 0;
  const body = hasHeader ? rows.slice(1) : rows;
  const offset = hasHeader ? 1 : 0;
  for (const [i, row] of body.entries()) {
    if (row.length > wide && lastFilled(row) >= wide)
      throw new DatasetError(
        `${source}, line ${lineAt(i + offset)}: ${lastFilled(row) + 1} cells, where ${hasHeader ? 'the header has' : 'the first rows have'} ${wide}. Put a cell that contains ${nameOf(dialect.delimiter)} in quotes.`,
      );
    if (row.length < wide) {
      if (short === 0) firstShort = i + offset;
      short++;
    }
    if (i % BATCH === 0) await pause(1);
  }
  if (short > 0)
    notes.push(
      `${short === 1 ? 'One row has' : `${short.toLocaleString('en')} rows have`} fewer cells than ${wide}, ${short === 1 ? '' : 'the first '}in line ${lineAt(firstShort)}: what is missing is NULL.`,
    );
  const names = hasHeader ? Array.from({ length: wide }, (_, i) => (rows[0]?.[i] ?? '').trim()) : null;
  if (names?.some((name) => name === '') === true)
    notes.push(
      `${names.filter((name) => name === '').length === 1 ? 'A column has' : 'Columns have'} no name in the header.`,
    );
  return {
    source,
    name: tableNameOf(source),
    header: names,
    rows: body,
    width: wide,
    onlyText: new Set(),
    notes,
    placeOf: (row) => `line ${lineAt(row + offset)}`,
    commas: dialect.delimiter === ';',
    canHaveHeader: rows.length > 1,
  };
}

function nameOf(delimiter: Delimiter): string {
  return delimiter === ',' ? 'a comma' : delimiter === ';' ? 'a semicolon' : delimiter === '\t' ? 'a tab' : 'a bar (|)';
}

/** Index of the last cell with a value. */
function lastFilled(row: readonly string[]): number {
  let last = row.length - 1;
  while (last > 0 && row[last]?.trim() === '') last--;
  return last;
}

/** Rows below the first that its cells are compared with. */
const COMPARED = 50;

/**
 * Whether the first row holds names: its cells are different texts, none of them a number or a date. A single column of
 * nothing but text has names only where none of the others repeats the first one.
 */
function looksLikeHeader(rows: readonly (readonly string[])[]): boolean {
  const [first = [], ...rest] = rows.slice(0, COMPARED + 1);
  const cells = first.slice(0, lastFilled(first) + 1).map((cell) => cell.trim());
  if (rest.length === 0) return true;
  const named = cells.filter((cell) => cell !== '');
  if (named.length === 0 || new Set(named).size < named.length) return false;
  if (named.some((cell) => isValue(cell))) return false;
  return !rest.some((row) => row.length >= cells.length && cells.every((cell, i) => row[i]?.trim() === cell));
}

function isValue(cell: string): boolean {
  return (['real', 'real-comma', 'date', 'date-day'] as const).some((id) => readingOf(id).read(cell) !== undefined);
}

/** What is proposed to make of a table. `name`: another than its own, where that is taken. */
export async function draftOf(table: TextTable, name: string, pause: Pause): Promise<TableDraft> {
  const scans = Array.from({ length: table.width }, (_, i) => new ColumnScan(table.onlyText.has(i)));
  for (const [i, row] of table.rows.entries()) {
    for (const [column, scan] of scans.entries()) scan.see(row[column] ?? null, i);
    if (i % BATCH === 0) await pause(i / table.rows.length);
  }
  const signs = scans.reduce((sum, { signs }) => sum + Math.sign(signs.comma - signs.point), 0);
  const commas = signs === 0 ? table.commas : signs > 0;
  const headers = Array.from({ length: table.width }, (_, i) => table.header?.[i] ?? '');
  const names = uniqueNames(headers, 'column');
  return {
    name,
    source: table.source,
    rowCount: table.rows.length,
    columns: scans.map((scan, i) => scan.draft(names[i] ?? '', headers[i] ?? '', commas)),
    notes: table.notes,
    hasHeader: table.header !== null,
    canHaveHeader: table.canHaveHeader,
  };
}
