/** Tables in JSON: a list of objects, an object of columns, a list of lists with names first, or several by name. */
import { DatasetError, kindOf, parseJson } from '../entry.ts';
import type { Cell } from './columns.ts';
import { tableNameOf } from './names.ts';
import type { TextTable } from './table.ts';

type Row = Readonly<Record<string, unknown>>;

/**
 * Reads the tables of a JSON file, or of JSON lines. `source` is the file's name.
 *
 * @throws DatasetError with line and column, as far as the browser tells them, or with the entry that is no row
 */
export function readJsonTables(text: string, source: string): TextTable[] {
  const trimmed = text.replace(/^\uFEFF/, '');
  if (trimmed.trim() === '') throw new DatasetError(`${source} is empty.`);
  const value = /\.(?:jsonl|ndjson)$/i.test(source) ? linesOf(trimmed, source) : parseJson(trimmed, source, Infinity);
  const name = tableNameOf(source);
  if (Array.isArray(value)) return [tableOf(value, source, name)];
  if (typeof value !== 'object' || value === null)
    throw new DatasetError(`${source} must hold a list of rows ([{…}, …]), not ${kindOf(value)}.`);
  const parts = Object.entries(value as Row);
  if (parts.length > 0 && parts.every(([, part]) => Array.isArray(part) && part.every(isPlain)))
    return [ofColumns(value as Readonly<Record<string, readonly unknown[]>>, source, name)];
  const lists = parts.filter((part): part is [string, unknown[]] => Array.isArray(part[1]) && part[1].length > 0);
  if (lists.length === 0)
    throw new DatasetError(`${source} holds an object without a list of rows. A table is written [{"name": …}, …].`);
  return lists.map(([key, rows]) => tableOf(rows, `${source}, “${key}”`, lists.length === 1 ? name : key));
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null;

/** One value on each line. */
function linesOf(text: string, source: string): unknown[] {
  return text.split(/\r\n|\n|\r/).flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as unknown];
    } catch {
      throw new DatasetError(`${source}, line ${i + 1}: no JSON. Every line is to be an object of its own.`);
    }
  });
}

function tableOf(entries: readonly unknown[], source: string, name: string): TextTable {
  if (entries.length === 0) throw new DatasetError(`${source} is an empty list: a table needs a row.`);
  if (entries.every((entry) => Array.isArray(entry))) return ofLists(entries as readonly unknown[][], source, name);
  const places = new Map<string, number>();
  const rows = entries.map((entry, i) => {
    if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
      throw new DatasetError(`${source}: row ${i + 1} is ${kindOf(entry)}, not an object.`);
    for (const key of Object.keys(entry)) if (!places.has(key)) places.set(key, places.size);
    return entry as Row;
  });
  const header = [...places.keys()];
  if (header.length === 0) throw new DatasetError(`${source}: no row has a field.`);
  return made(
    header,
    rows.map((row) => header.map((key) => (Object.hasOwn(row, key) ? row[key] : null))),
    source,
    name,
  );
}

function ofColumns(columns: Readonly<Record<string, readonly unknown[]>>, source: string, name: string): TextTable {
  const header = Object.keys(columns);
  const [first = ''] = header;
  const length = columns[first]?.length ?? 0;
  const other = header.find((key) => columns[key]?.length !== length);
  if (other !== undefined)
    throw new DatasetError(
      `${source}: column “${other}” has ${columns[other]?.length ?? 0} values, “${first}” has ${length}. All need as many.`,
    );
  if (length === 0) throw new DatasetError(`${source}: its columns are empty.`);
  return made(
    header,
    Array.from({ length }, (_, i) => header.map((key) => columns[key]?.[i])),
    source,
    name,
  );
}

function ofLists([first = [], ...rows]: readonly unknown[][], source: string, name: string): TextTable {
  if (!first.every((cell) => typeof cell === 'string'))
    throw new DatasetError(`${source}: its rows are lists, so the first is to hold the names of the columns.`);
  const wide = rows.findIndex((row) => row.length > first.length);
  if (wide >= 0)
    throw new DatasetError(
      `${source}: row ${wide + 2} has ${rows[wide]?.length ?? 0} values for ${first.length} names.`,
    );
  return made(first, rows, source, name);
}

function made(
  header: readonly string[],
  values: readonly (readonly unknown[])[],
  source: string,
  name: string,
): TextTable {
  const onlyText = new Set<number>();
  const notes = new Set<string>();
  const rows = values.map((row) =>
    header.map((key, i): Cell => {
      const value = row[i];
      if (value === null || value === undefined) return null;
      if (typeof value === 'string') {
        onlyText.add(i);
        return value;
      }
      if (typeof value === 'boolean') {
        notes.add(`“${key}” holds true and false: 1 and 0.`);
        return value ? '1' : '0';
      }
      if (typeof value === 'number') {
        if (Number.isInteger(value) && !Number.isSafeInteger(value))
          notes.add(`“${key}” has whole numbers that JSON does not keep exactly: write them in quotes.`);
        return String(value);
      }
      notes.add(`“${key}” holds lists or objects: kept as JSON text.`);
      onlyText.add(i);
      return JSON.stringify(value);
    }),
  );
  return {
    source,
    name,
    header,
    rows,
    width: header.length,
    onlyText,
    notes: [...notes],
    placeOf: (row) => `row ${row + 1}`,
    commas: false,
    canHaveHeader: false,
  };
}
