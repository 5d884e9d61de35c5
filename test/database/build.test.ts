import { expect, it } from 'vitest';
import { buildDatabase, type TableToBuild } from '../../src/database/build.ts';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import type { SqlValue } from '../../src/grpo/types.ts';

const table = (over: Partial<TableToBuild>, rows: readonly (readonly SqlValue[])[]): TableToBuild => ({
  name: 't',
  columns: [],
  primaryKey: null,
  foreignKeys: [],
  rowCount: rows.length,
  row: (index) => rows[index] ?? [],
  ...over,
});

it('builds a database that opens, with the values, types and keys it was given', async () => {
  const values: readonly (readonly SqlValue[])[] = [
    [1, 2.5, 'it’s "quoted", ünï\n日本', 9007199254740993n],
    [2, 3, '', null],
    [-5, null, 'x'.repeat(50_000), -1],
  ];
  const columns = (['INTEGER', 'REAL', 'TEXT', 'INTEGER'] as const).map((type, i) => ({ name: `a "b" ${i}`, type }));
  const image = await buildDatabase(
    [
      table({ name: 'order "x"', columns, primaryKey: 'a "b" 0' }, values),
      table(
        {
          name: 'child',
          columns: [{ name: 'parent', type: 'INTEGER' }],
          foreignKeys: [{ column: 'parent', toTable: 'order "x"', toColumn: 'a "b" 0' }],
        },
        [[1], [2]],
      ),
    ],
    () => Promise.resolve(),
  );
  const database = await SqliteDatabase.open(image);
  const [rows, types] = await database.execute([
    'SELECT * FROM "order ""x"""  ORDER BY rowid DESC',
    'SELECT typeof("a ""b"" 1") FROM "order ""x"""',
  ]);
  expect(rows?.rows).toEqual([values[1], values[0], values[2]]);
  expect(types?.rows).toEqual([['null'], ['real'], ['real']]);
  const [child, parent] = database.schema.tables.slice().sort((a, b) => (a.name < b.name ? -1 : 1));
  expect(parent?.columns.map(({ type, primaryKey }) => [type, primaryKey])).toEqual([
    ['INTEGER', true],
    ['REAL', false],
    ['TEXT', false],
    ['INTEGER', false],
  ]);
  expect(child?.foreignKeys).toEqual([{ columns: ['parent'], toTable: 'order "x"', toColumns: ['a "b" 0'] }]);
  database.close();
});

it('ends where it is told to, and says what does not fit', async () => {
  const rows = Array.from({ length: 5000 }, (_, i): SqlValue[] => [i]);
  const many = table({ columns: [{ name: 'n', type: 'INTEGER' }] }, rows);
  const seen: number[] = [];
  const stopped = buildDatabase([many], async (done) => {
    seen.push(done);
    if (done >= 2000) throw new DOMException('Stopped.', 'AbortError');
  });
  await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  expect(seen).toEqual([1000, 2000]);
  const twice = table({ columns: [{ name: 'n', type: 'INTEGER' }], primaryKey: 'n' }, [[1], [1]]);
  await expect(buildDatabase([twice], () => Promise.resolve())).rejects.toThrow(
    'The database could not be built; SQLite says: UNIQUE constraint failed: t.n. Bring fewer rows, or columns.',
  );
});
