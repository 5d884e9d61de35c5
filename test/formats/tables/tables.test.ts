import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DatasetError } from '../../../src/formats/entry.ts';
import { valueOf } from '../../../src/formats/tables/columns.ts';
import { decodeText } from '../../../src/formats/tables/decode.ts';
import { dialectOf, DELIMITERS, type Delimiter } from '../../../src/formats/tables/delimited.ts';
import { readJsonTables } from '../../../src/formats/tables/json-tables.ts';
import { guessKeys, type Keyed } from '../../../src/formats/tables/keys.ts';
import { cleanName, uniqueNames } from '../../../src/formats/tables/names.ts';
import { draftOf, readDelimited, type TableDraft, type TextTable } from '../../../src/formats/tables/table.ts';

const pause = (): Promise<void> => Promise.resolve();

async function csv(text: string, name = 'file.csv', header: boolean | null = null): Promise<Read> {
  const table = await readDelimited(text, name, { delimiter: null, header, encoding: 'UTF-8' }, pause);
  return { table, draft: await draftOf(table, table.name, pause) };
}

async function json(value: unknown, name = 'file.json'): Promise<Read[]> {
  const tables = readJsonTables(typeof value === 'string' ? value : JSON.stringify(value), name);
  return Promise.all(tables.map(async (table) => ({ table, draft: await draftOf(table, table.name, pause) })));
}

interface Read {
  readonly table: TextTable;
  readonly draft: TableDraft;
}

const valuesOf = ({ table, draft }: Read): unknown[][] =>
  table.rows.map((row) => draft.columns.map(({ reading }, i) => valueOf(row[i] ?? null, reading)));
const readings = ({ draft }: Read): string[] => draft.columns.map(({ reading }) => reading);
const keyed = ({ table, draft }: Read): Keyed => ({ draft, rows: table.rows, name: table.name });

describe('a table written as CSV and read again', () => {
  const word = fc.string({ unit: 'binary', maxLength: 20 }).map((text) => `x${text.replace(/[\0\ud800-\udfff]/g, '')}`);
  const column = fc.oneof(
    fc.record({ type: fc.constant('integer' as const), of: fc.constant(fc.integer()) }),
    fc.record({
      type: fc.constant('real' as const),
      of: fc.constant(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0.5 : value))),
    }),
    fc.record({ type: fc.constant('text' as const), of: fc.constant(word) }),
    fc.record({
      type: fc.constant('date' as const),
      of: fc.constant(
        fc
          .date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
          .map((date) => date.toISOString().slice(0, 10)),
      ),
    }),
  );
  const table = fc.array(column, { minLength: 2, maxLength: 5 }).chain((columns) =>
    fc.record({
      types: fc.constant(columns.map(({ type }) => type)),
      rows: fc.array(fc.tuple(...columns.map(({ of }) => fc.option(of as fc.Arbitrary<string | number>))), {
        minLength: 1,
        maxLength: 30,
      }),
    }),
  );

  const written = (value: string | number | null, delimiter: string, commas: boolean): string => {
    if (value === null) return '';
    const text = typeof value === 'number' && commas ? String(value).replace('.', ',') : String(value);
    return /["\r\n]/.test(text) || text.includes(delimiter) || text.trim() !== text
      ? `"${text.replace(/"/g, '""')}"`
      : text;
  };

  it('gives the same values', async () => {
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom(...DELIMITERS),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async ({ types, rows }, delimiter, newline, endsWithNewline) => {
          const commas = delimiter === ';' && !rows.some((row) => row.some((value) => /e/.test(String(value))));
          const lines = [
            types.map((type, i) => `${type} ${i}`),
            ...rows.map((row) => row.map((value) => written(value, delimiter, commas))),
          ].map((cells) => cells.join(delimiter));
          const text = lines.join(newline) + (endsWithNewline ? newline : '');
          const read = await csv(text);
          const filled = rows.filter((row) => row.some((value) => value !== null));
          // A whole number that a double does not surely hold is read as one of 64 bits: the same number.
          const plain = valuesOf(read).map((row) => row.map((v) => (typeof v === 'bigint' ? Number(v) : v)));
          expect(plain).toEqual(filled);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives the same text in any encoding that editors write', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'é', 'ß', ',', '\n', '€', '9'), minLength: 4, maxLength: 60 }),
        (text) => {
          const bytes = new TextEncoder().encode(text);
          expect(decodeText(bytes, 'f').text).toBe(text);
          expect(decodeText(new Uint8Array([0xef, 0xbb, 0xbf, ...bytes]), 'f').text).toBe(text);
          const little = new Uint8Array(new Uint16Array([0xfeff, ...Array.from(text, (c) => c.charCodeAt(0))]).buffer);
          expect(decodeText(little, 'f')).toEqual({ text, encoding: 'UTF-16' });
          const big = little.slice().map((_, i) => little[i ^ 1] ?? 0);
          expect(decodeText(big, 'f')).toEqual({ text, encoding: 'UTF-16' });
        },
      ),
    );
    expect(decodeText(new Uint8Array([0x4d, 0xfc, 0x6c, 0x6c, 0x20, 0x80]), 'f')).toEqual({
      text: 'Müll €',
      encoding: 'Windows-1252',
    });
    // Without a mark, told by its zeros.
    expect(
      decodeText(new Uint8Array(new Uint16Array(Array.from('a,b\n1,2', (c) => c.charCodeAt(0))).buffer), 'f').text,
    ).toBe('a,b\n1,2');
  });
});

describe('the type of a column', () => {
  it.each<[string, readonly string[], string, readonly unknown[]]>([
    ['whole numbers', ['1', '-20', '0'], 'integer', [1, -20, 0]],
    ['grouped by commas', ['1,234', '12', '1,000,000'], 'integer', [1234, 12, 1000000]],
    ['points', ['1.5', '.25', '3'], 'real', [1.5, 0.25, 3]],
    ['decimal commas', ['1,5', '3', '12,25'], 'real-comma', [1.5, 3, 12.25]],
    ['grouped by points', ['1.234,50', '99,00'], 'real-comma', [1234.5, 99]],
    ['grouped by points, several times', ['1.234.567', '1.234'], 'integer-comma', [1234567, 1234]],
    ['Swiss groups', ['1’234.50', '7.5'], 'real', [1234.5, 7.5]],
    ['as programs write', ['1e-7', '2.5E+10'], 'real', [1e-7, 2.5e10]],
    ['zeros in front', ['007', '042'], 'text', ['007', '042']],
    ['a plus in front, as telephones have', ['+4912', '+4913'], 'text', ['+4912', '+4913']],
    ['numbers of parts', ['1e5', '2e5'], 'text', ['1e5', '2e5']],
    ['beyond a double', ['9007199254740993', '1'], 'integer', [9007199254740993n, 1]],
    ['beyond 64 bits', ['99999999999999999999'], 'text', ['99999999999999999999']],
    ['ISO dates', ['2024-02-29', '1999-12-31 23:59'], 'date', ['2024-02-29', '1999-12-31 23:59']],
    ['days that are none', ['2023-02-29'], 'text', ['2023-02-29']],
    ['dates with points', ['31.12.2024', '1.2.2024'], 'date-day', ['2024-12-31', '2024-02-01']],
    ['dates that say the day is first', ['31/12/2024', '01/02/2024'], 'date-day', ['2024-12-31', '2024-02-01']],
    ['dates that say the month is first', ['12/31/2024', '01/02/2024'], 'date-month', ['2024-12-31', '2024-01-02']],
    ['dates that do not say', ['01/02/2024', '03/04/2024'], 'text', ['01/02/2024', '03/04/2024']],
    ['numbers with marks of nothing', ['1', 'N/A', '-'], 'integer', [1, null, null]],
    ['texts with the same marks', ['yes', 'N/A'], 'text', ['yes', 'N/A']],
    ['numbers and words', ['1', 'two'], 'text', ['1', 'two']],
    ['space around numbers', [' 1', '2 '], 'integer', [1, 2]],
  ])('%s', async (_, cells, reading, values) => {
    const read = await csv(`a|b\n${cells.map((cell) => `${cell}|x`).join('\n')}`);
    expect(readings(read)).toEqual([reading, 'text']);
    expect(valuesOf(read).map(([value]) => value)).toEqual(values);
  });

  it('takes the decimal sign from other columns, and from the delimiter, where the cells do not say it', async () => {
    expect(readings(await csv('a;b\n1.234;2,5\n2.345;7,25\n'))).toEqual(['integer-comma', 'real-comma']);
    expect(readings(await csv('a,b\n1.234,2.5\n2.345,7.25\n'))).toEqual(['real', 'real']);
    expect(readings(await csv('a;b\n1,234;x\n2,345;y\n'))).toEqual(['real-comma', 'text']);
    expect(readings(await csv('a\tb\n1,234\tx\n2,345\ty\n'))).toEqual(['integer', 'text']);
  });

  it('says what becomes of the cells, and which cell a reading does not fit', async () => {
    const { draft } = await csv('price;day;code\n1.234,50;31.12.2024;007\n2,00;n/a;x\n');
    expect(draft.columns.map(({ note }) => note)).toEqual([
      '1.234,50 becomes 1234.5',
      '“n/a” becomes NULL; 31.12.2024 becomes 2024-12-31',
      '',
    ]);
    expect(draft.columns[2]?.misfits.integer).toEqual({ row: 0, text: '007' });
    const { columns } = (await csv('code,x\n007,1\n008,1\n')).draft;
    expect(columns[0]?.note).toBe('kept as text for the zeros in front');
    const [town, day] = (await csv('town,day\nLuzern,1\nluzern,2\nBern,1\n"Bern  ",2\nThun,3\n')).draft.columns;
    expect(town?.note).toBe('“Luzern” and “luzern”, “Bern” and “Bern··” are different values to SQL');
    expect(day?.note).toBe('');
    const many = Array.from({ length: 300 }, (_, i) => `n${i}\nN${i}`).join('\n');
    expect((await csv(`name\n${many}\n`)).draft.columns[0]?.note).toBe('');
  });
});

describe('the shape of a file', () => {
  it('tells a header from a first row', async () => {
    expect((await csv('name,age\nAnn,3\n')).draft.hasHeader).toBe(true);
    expect((await csv('Ann,3\nBob,4\n')).draft.hasHeader).toBe(false);
    expect((await csv('city,land\nRome,Italy\n')).draft.hasHeader).toBe(true);
    expect((await csv('Rome,Rome\nParis,Paris\n')).draft.hasHeader).toBe(false);
    const without = await csv('name,age\nAnn,3\n', 'f.csv', false);
    expect([without.draft.columns.map(({ name }) => name), without.draft.rowCount]).toEqual([
      ['column_1', 'column_2'],
      2,
    ]);
  });

  it.each<[string, string, Delimiter]>([
    ['commas', 'a,b,c\n1,2,3\n', ','],
    ['semicolons before decimal commas', 'a;b\n1,5;2\n', ';'],
    ['tabs before commas in texts', 'a\tb\nx, y\tz\nv, w\tu\n', '\t'],
    ['bars', 'a|b\n1|2\n', '|'],
    ['what Excel declares', 'sep=;\na,b;c\n', ';'],
    ['one column', 'name\nAnn\nBob\n', ','],
    ['delimiters in quotes', 'a;b\n"x,y,z";1\n"p,q,r";2\n', ';'],
  ])('%s', (_, text, delimiter) => {
    expect(dialectOf(text).delimiter).toBe(delimiter);
  });

  it('reads lines that end in different ways, cells of several lines, and rows that are short or blank', async () => {
    expect(valuesOf(await csv('a,b\r\n1,x\n2,y\r\n'))).toEqual([
      [1, 'x'],
      [2, 'y'],
    ]);
    expect(valuesOf(await csv('a,b\r\n1,"x\ny"\r\n\r\n2\r\n'))).toEqual([
      [1, 'x\ny'],
      [2, null],
    ]);
    const { draft } = await csv('a,b\r\n1,"x\ny"\r\n\r\n2\r\n');
    expect(draft.notes).toEqual(['One row has fewer cells than 2, in line 5: what is missing is NULL.']);
    expect(valuesOf(await csv('a,b,,\n1,2,,\n'))).toEqual([[1, 2]]);
  });

  it('reads a row that is longer than what is read at a time', async () => {
    const long = 'y'.repeat(2_500_000);
    const read = await csv(`a,b\n1,"${long}\n${long}"\n2,z\n`);
    expect(valuesOf(read).map(([id, text]) => [id, String(text).length])).toEqual([
      [1, 5_000_001],
      [2, 1],
    ]);
  });

  it('names columns and tables as SQL can write them, each once', () => {
    expect(uniqueNames(['Customer Name', 'customer name', '', 'Umsatz (€)', '2024', '名前', 'a.b'], 'column')).toEqual([
      ...['Customer_Name', 'customer_name_2', 'column_3', 'Umsatz', '_2024', '名前', 'a_b'],
    ]);
    expect(cleanName('sqlite_master')).toBe('_sqlite_master');
  });
});

describe('tables in JSON', () => {
  it('reads objects, columns, lists, several tables, and lines', async () => {
    const rows = [
      [1, 'x'],
      [2, null],
    ];
    const objects = [{ a: 1, b: 'x' }, { a: 2 }];
    for (const value of [objects, { a: [1, 2], b: ['x', null] }, [['a', 'b'], ...rows]]) {
      const [read] = await json(value);
      expect(read && valuesOf(read)).toEqual(rows);
    }
    const several = await json({ first: objects, second: [{ c: 1.5 }], version: 2 });
    expect(several.map(({ draft }) => draft.name)).toEqual(['first', 'second']);
    const [lines] = await json('{"a":1}\n\n{"a":2}\n', 'f.jsonl');
    expect(lines && valuesOf(lines)).toEqual([[1], [2]]);
  });

  it('leaves texts of digits texts, reads dates, and says what becomes of the rest', async () => {
    const [read] = await json([{ zip: '12345', day: '2024-01-02', on: true, tags: ['a'] }]);
    expect(read && readings(read)).toEqual(['text', 'date', 'integer', 'text']);
    expect(read && valuesOf(read)).toEqual([['12345', '2024-01-02', 1, '["a"]']]);
    expect(read?.draft.notes).toEqual([
      '“on” holds true and false: 1 and 0.',
      '“tags” holds lists or objects: kept as JSON text.',
    ]);
  });
});

describe('keys', () => {
  it('are guessed only where names say them and every value bears them out', async () => {
    const customers = keyed(await csv('id,name\n1,Ann\n2,Bob\n', 'customers.csv'));
    const orders = keyed(await csv('order_id,customer_id,total\n7,1,2.5\n8,2,3.5\n9,,1\n', 'orders.csv'));
    expect(await guessKeys([customers, orders], pause)).toEqual({
      primary: [0, 0],
      foreign: [{ table: 1, column: 1, toTable: 0, toColumn: 0 }],
    });
    const dangling = keyed(await csv('order_id,customer_id\n7,1\n8,3\n', 'orders.csv'));
    expect((await guessKeys([customers, dangling], pause)).foreign).toEqual([]);
    const twice = keyed(await csv('id,name\n1,Ann\n1,Bob\n', 'customers.csv'));
    expect(await guessKeys([twice, orders], pause)).toEqual({ primary: [null, 0], foreign: [] });
    const codes = keyed(await csv('order_id,customer_id\n7,x1\n', 'orders.csv'));
    expect((await guessKeys([customers, codes], pause)).foreign).toEqual([]);
  });
});

it('an error of a file is a DatasetError', async () => {
  await expect(csv('')).rejects.toThrow(DatasetError);
});
