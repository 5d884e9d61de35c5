/** Broken files: each is told apart from the others, with the place and a way out. */
import { expect, it } from 'vitest';
import { DatasetError } from '../../../src/formats/entry.ts';
import { decodeText } from '../../../src/formats/tables/decode.ts';
import { kindOfFile } from '../../../src/formats/tables/file-kind.ts';
import { readJsonTables } from '../../../src/formats/tables/json-tables.ts';
import { readDelimited } from '../../../src/formats/tables/table.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** Reads a file of that name as the page does. */
async function read(name: string, content: Uint8Array): Promise<void> {
  const kind = kindOfFile(name, content);
  const { text, encoding } = decodeText(content, name);
  if (kind === 'json') readJsonTables(text, name);
  else await readDelimited(text, name, { delimiter: null, header: null, encoding }, () => Promise.resolve());
}

const BROKEN: readonly (readonly [name: string, content: string, message: RegExp])[] = [
  ['empty.csv', '', /^empty\.csv is empty \(0 bytes\)/],
  ['blank.csv', '\n\n , \n', /^blank\.csv is empty: it has no row with a value/],
  [
    'open.csv',
    'a,b\n1,"x\n2,y\n',
    /^open\.csv, line 2, column 3: a quoted cell begins here and its closing quote is missing/,
  ],
  [
    'after.csv',
    'a,b\n1,x\n"y" z,2\n',
    /^after\.csv, line 3, column 1: in the quoted cell .* text follows a closing quote/,
  ],
  [
    'wide.csv',
    'a,b\n1,2\n3,4,5\n',
    /^wide\.csv, line 3: 3 cells, where the header has 2\. Put a cell that contains a comma in quotes/,
  ],
  ['wide.tsv', 'a\tb\n1\t2\n3\t4\t5\n', /contains a tab in quotes/],
  ['wide2.csv', 'a,b\n1,"x\n\ny"\n3,4,5\n', /^wide2\.csv, line 5: 3 cells/],
  ['columns.csv', `${Array.from({ length: 501 }, (_, i) => `c${i}`).join(',')}\n1\n`, /has 501 columns, at most 500/],
  ['zero.csv', 'a,b\n1,\0\n', /^zero\.csv is no text: byte 7 is a zero/],
  ['book.xlsx', 'PK\x03\x04 rest', /is an Excel workbook\. Save each sheet as CSV/],
  ['book.ods', 'PK\x03\x04 rest', /is a spreadsheet\. Save each sheet as CSV/],
  ['data.zip', 'PK\x03\x04 rest', /is a ZIP archive\. Unpack it/],
  ['old.xls', '\xd0\xcf\x11\xe0 rest', /is an old Excel or Access file/],
  ['data.csv.gz', '\x1f\x8b rest', /is compressed with gzip/],
  ['data.bz2', 'BZh9', /is compressed with bzip2/],
  ['data.7z', '7z\xbc\xaf', /is a 7-Zip archive/],
  ['data.zst', '(\xb5/\xfd', /is compressed with Zstandard/],
  ['data.parquet', 'PAR1....', /is a Parquet file\. Save its table as CSV/],
  ['report.pdf', '%PDF-1.7', /is a PDF, which holds no tables/],
  ['chart.png', '\x89PNG\r\n', /is a picture/],
  ['photo.jpg', '\xff\xd8\xff\xe0', /is a picture/],
  ['old.mdb', '\0\x01\0\0Standard Jet DB', /is an Access database/],
  ['data.duckdb', '01234567DUCK\0\0\0', /is a DuckDB database/],
  ['noise.bin', 'ab\0\x05\x99', /is neither a SQLite database nor text, or it is encrypted/],
  ['cut.json', '[{"a": 1},\n {"a": ', /^cut\.json, line 2, column \d+: no JSON from here on/],
  ['comma.json', '[{"a": 1,}]', /^comma\.json, line 1, column \d+: no JSON from here on/],
  ['void.json', '  ', /^void\.json is empty\./],
  ['number.json', '12', /must hold a list of rows \(\[\{…\}, …\]\), not a number/],
  ['object.json', '{"a": {"b": 1}}', /holds an object without a list of rows/],
  ['none.json', '[]', /is an empty list: a table needs a row/],
  ['mixed.json', '[{"a": 1}, 2]', /row 2 is a number, not an object/],
  ['fields.json', '[{}, {}]', /no row has a field/],
  ['uneven.json', '{"a": [1, 2], "b": [1]}', /column “b” has 1 values, “a” has 2/],
  ['hollow.json', '{"a": [], "b": []}', /its columns are empty/],
  ['nameless.json', '[[1, 2], [3, 4]]', /the first is to hold the names of the columns/],
  ['over.json', '[["a"], [1], [1, 2]]', /row 3 has 2 values for 1 names/],
  ['lines.jsonl', '{"a": 1}\n{"a": \n', /^lines\.jsonl, line 2: no JSON\. Every line is to be an object/],
];

it.each(BROKEN)('%s', async (name, content, message) => {
  const refused: unknown = await read(name, bytes(content)).then(
    () => null,
    (error: unknown) => error,
  );
  expect(refused).toBeInstanceOf(DatasetError);
  expect((refused as Error).message).toMatch(message);
  expect((refused as Error).message).toContain(name);
});

it('each of them has a message of its own', async () => {
  const said = await Promise.all(
    BROKEN.map(([name, content]) =>
      read(name, bytes(content)).catch((error: unknown) => (error as Error).message.replace(name, 'FILE')),
    ),
  );
  // Both pictures are pictures, and both CSV files of 0 and of blank rows are told apart.
  expect(new Set(said).size).toBe(BROKEN.length - 1);
});
