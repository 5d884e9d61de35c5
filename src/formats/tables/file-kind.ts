/** What a file that somebody brings is, by its first bytes and its name. */
import { DatasetError } from '../entry.ts';

export type FileKind = 'database' | 'dump' | 'json' | 'delimited';

/** Bytes that have to be looked at. */
export const LOOKED_AT = 65_536;

/** Beginnings of files that hold tables, which are read nowhere here, and the way out. */
const OTHERS: readonly { readonly bytes: string; readonly name?: RegExp; readonly say: string }[] = [
  {
    bytes: 'PK\x03\x04',
    name: /\.(?:xlsx|xlsm|xlsb)$/i,
    say: 'is an Excel workbook. Save each sheet as CSV (File, Save as) and open the CSV files together.',
  },
  {
    bytes: 'PK\x03\x04',
    name: /\.(?:ods|numbers)$/i,
    say: 'is a spreadsheet. Save each sheet as CSV and open the CSV files together.',
  },
  { bytes: 'PK\x03\x04', say: 'is a ZIP archive. Unpack it and open the files inside.' },
  {
    bytes: '\xd0\xcf\x11\xe0',
    say: 'is an old Excel or Access file. Save its tables as CSV and open the CSV files together.',
  },
  { bytes: '\x1f\x8b', say: 'is compressed with gzip. Unpack it and open the file inside.' },
  { bytes: 'BZh', say: 'is compressed with bzip2. Unpack it and open the file inside.' },
  { bytes: '7z\xbc\xaf', say: 'is a 7-Zip archive. Unpack it and open the files inside.' },
  { bytes: '(\xb5/\xfd', say: 'is compressed with Zstandard. Unpack it and open the file inside.' },
  { bytes: 'PAR1', say: 'is a Parquet file. Save its table as CSV, with DuckDB or pandas, and open that.' },
  { bytes: '%PDF', say: 'is a PDF, which holds no tables that can be read. Open the data it was made from, as CSV.' },
  { bytes: '\x89PNG', say: 'is a picture. Open a database or a table.' },
  { bytes: '\xff\xd8\xff', say: 'is a picture. Open a database or a table.' },
  {
    bytes: '\0\x01\0\0Standard',
    say: 'is an Access database. Save its tables as CSV and open the CSV files together.',
  },
  {
    bytes: 'DUCK',
    say: 'is a DuckDB database. Write its tables as CSV (EXPORT DATABASE) and open the CSV files together.',
  },
];

/**
 * `beginning`: its first bytes, at most LOOKED_AT.
 *
 * @throws DatasetError, with the way out, for what is none of these
 */
export function kindOfFile(name: string, beginning: Uint8Array): FileKind {
  if (beginning.length === 0)
    throw new DatasetError(`${name} is empty (0 bytes). The download or copy may have failed: get the file again.`);
  const start = String.fromCharCode(...beginning.subarray(0, 24));
  if (start.startsWith('SQLite format 3\0')) return 'database';
  const at8 = start.slice(8);
  const other = OTHERS.find(
    ({ bytes, name: named }) =>
      (start.startsWith(bytes) || (bytes === 'DUCK' && at8.startsWith(bytes))) && named?.test(name) !== false,
  );
  if (other !== undefined) throw new DatasetError(`${name} ${other.say}`);
  if (/\.sql$/i.test(name)) return 'dump';
  if (/\.(?:json|jsonl|ndjson)$/i.test(name)) return 'json';
  if (/\.(?:csv|tsv|tab|txt|psv)$/i.test(name)) return 'delimited';
  // Zeros belong to UTF-16 in the files above; anywhere else they are no text.
  if (beginning.includes(0))
    throw new DatasetError(
      `${name} is neither a SQLite database nor text, or it is encrypted. Open a SQLite file, a .sql dump, CSV, TSV or JSON.`,
    );
  const text = new TextDecoder().decode(beginning);
  if (/\bcreate\s+(?:temp\w*\s+|virtual\s+)?(?:table|view)\b/i.test(text)) return 'dump';
  return /^\s*[[{]/.test(text) ? 'json' : 'delimited';
}
