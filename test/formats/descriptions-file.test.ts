import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdsDescriptions, readDescriptions } from '../../src/formats/descriptions-file.ts';
import { DatasetError } from '../../src/formats/entry.ts';
import { decodeText } from '../../src/formats/tables/decode.ts';
import { checkNotes, NO_NOTES, withDescriptions } from '../../src/grpo/schema-notes.ts';
import type { Schema } from '../../src/grpo/types.ts';

const SCHEMA: Schema = {
  tables: [
    {
      name: 'District',
      kind: 'table',
      rowCount: 1,
      foreignKeys: [],
      columns: ['district_id', 'A2', 'A11'].map((name) => ({ name, type: '', primaryKey: false, notNull: false })),
    },
  ],
  profiles: [],
};
const HEADER = 'original_column_name,column_name,column_description,data_format,value_description';
const read = (text: string, source = 'district.csv') => readDescriptions(text, source, SCHEMA);

describe('a file of descriptions', () => {
  it('describes the columns of the table that its name says, in any case, with breaks in quotes', () => {
    const text = `${HEADER}\r\nA2,district_name,district_name,text,\r\n a11 ,average salary,"in crowns,\r\nbefore tax",integer,"0: ""unknown"""\r\nA99,gone,gone,,\r\n,,,,\r\n`;
    expect(read(text, 'database_description/district.csv')).toEqual({
      table: 'District',
      described: [
        { table: 'District', column: 'A2', called: 'district_name', description: '', values: '' },
        {
          ...{ table: 'District', column: 'A11', called: 'average salary' },
          ...{ description: 'in crowns, before tax', values: '0: "unknown"' },
        },
      ],
      unknown: ['A99'],
    });
  });

  it.each([
    ['UTF-8 with a mark', new TextEncoder().encode(`\uFEFF${HEADER}\nA2,Größe,,,`)],
    ['Windows-1252', Uint8Array.from([...`${HEADER}\nA2,Größe,,,`].map((c) => c.charCodeAt(0)))],
    [
      'UTF-16',
      new Uint8Array(Uint16Array.from([...`\uFEFF${HEADER}\nA2,Größe,,,`].map((c) => c.charCodeAt(0))).buffer),
    ],
  ])('is read in %s', (_, bytes) => {
    expect(read(decodeText(bytes, 'f').text).described[0]?.called).toBe('Größe');
  });

  it.each([
    [
      'of no table here',
      `${HEADER}\nA2,x,,,`,
      'client.csv',
      'client.csv: there is no table “client” here. A file of descriptions has the name of its table, e.g. District.csv.',
    ],
    ['that is empty', ' \n', 'district.csv', 'district.csv is empty.'],
    [
      'without the columns',
      'name,sense\nA2,x',
      'district.csv',
      'district.csv, line 1: a column original_column_name is needed, and column_name or column_description beside it; this line has “name”, “sense”.',
    ],
    [
      'with an open quote',
      `${HEADER}\nA2,"x,,,`,
      'district.csv',
      'district.csv, line 2, column 4: a quoted cell begins here and its closing quote is missing.',
    ],
    [
      'about another table',
      `${HEADER}\nB1,x,,,`,
      'district.csv',
      'district.csv: none of its columns is one of District, e.g. “B1”.',
    ],
    ['that is too large', `${HEADER}\n${'x'.repeat(5e6)}`, 'district.csv', 'district.csv is too large'],
  ])('%s says what is wrong', (_, text, source, message) => {
    expect(() => read(text, source)).toThrow(DatasetError);
    expect(() => read(text, source)).toThrow(message);
  });

  it('whatever it holds ends in descriptions that can be kept, or in one message', () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('A2', 'a11', '"', '""', '\n', ',', 'x'.repeat(5000)));
    const written = fc
      .array(fc.array(cell, { maxLength: 6 }), { maxLength: 6 })
      .map((rows) => rows.map((row) => row.join(',')).join('\n'));
    fc.assert(
      fc.property(written, fc.boolean(), (body, isHeaded) => {
        try {
          const { described } = read(isHeaded ? `${HEADER}\n${body}` : body);
          checkNotes(SCHEMA, withDescriptions(NO_NOTES, described));
        } catch (error) {
          expect(error).toBeInstanceOf(DatasetError);
          expect((error as DatasetError).message).toMatch(/^district\.csv\b/);
        }
      }),
    );
  });
});

it('is told from a table by the names of its columns', () => {
  expect(holdsDescriptions(['\uFEFFOriginal_Column_Name ', 'x', 'column_description'])).toBe(true);
  expect(holdsDescriptions(['column_name', 'column_description'])).toBe(false);
});
