import { expect, test } from 'vitest';
import { DISTINCT_LIMIT, VALUES_LIMIT } from '../../src/database/profile.ts';
import type { ColumnProfile, Schema } from '../../src/grpo/types.ts';
import { openTestDatabase } from './helpers.ts';

async function schemaOf(sql: string): Promise<Schema> {
  const database = await openTestDatabase(sql);
  database.close();
  return database.schema;
}

function profile({ profiles }: Schema, column: string): ColumnProfile | undefined {
  return profiles.find((candidate) => candidate.column === column);
}

/** Numbers from 1 to `count` as rows of n(i). */
const numbers = (count: number) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;

test('tables, columns and keys are read as declared', async () => {
  const { tables } = await schemaOf(`
    CREATE TABLE "odd ""name""" ("a b" VARCHAR(10) NOT NULL, c, PRIMARY KEY ("a b", c)) WITHOUT ROWID;
    CREATE TABLE child (id INTEGER PRIMARY KEY, x TEXT, y INT, twice INT AS (y * 2), FOREIGN KEY (X, y) REFERENCES "Odd ""Name""" DEFERRABLE, FOREIGN KEY (y) REFERENCES parent (KEY));
    CREATE TABLE parent (key INT UNIQUE, gone INT REFERENCES missing (id));
    CREATE VIEW good AS SELECT y FROM child;
    CREATE VIEW broken AS SELECT 1 FROM missing;
    CREATE VIRTUAL TABLE docs USING fts5(body);
  `);
  expect(tables.map(({ name, kind }) => [name, kind])).toEqual([
    ['odd "name"', 'table'],
    ['child', 'table'],
    ['parent', 'table'],
    ['docs', 'table'],
    ['good', 'view'],
  ]);
  expect(tables[0]?.columns).toEqual([
    { name: 'a b', type: 'VARCHAR(10)', primaryKey: true, notNull: true },
    { name: 'c', type: '', primaryKey: true, notNull: true },
  ]);
  expect(tables[1]?.columns.map(({ name }) => name)).toEqual(['id', 'x', 'y', 'twice']);
  expect(tables[1]?.foreignKeys).toEqual([
    { columns: ['x', 'y'], toTable: 'odd "name"', toColumns: ['a b', 'c'] },
    { columns: ['y'], toTable: 'parent', toColumns: ['key'] },
  ]);
  expect(tables[2]?.foreignKeys).toEqual([]);
  expect(tables[3]?.columns.map(({ name }) => name)).toEqual(['body']);
});

test('what a column holds is judged from its data, not from its type', async () => {
  const schema = await schemaOf(`
    CREATE TABLE t (day TEXT, moment DATE, price TEXT, count REAL, ratio, name INT, code TEXT, picture, never TEXT, blank TEXT, month TEXT);
    INSERT INTO t VALUES ('2024-02-29', '2024-01-01 10:30:00', 5, 3, 1, 'Ada', '007', x'00', NULL, '', '2024-13-01');
    INSERT INTO t VALUES ('', '2024-01-01T10:30:00.5Z', 5.5, 4, 2.5, 'Ben', '008', x'01', NULL, '', '2024-12-01');
    INSERT INTO t VALUES (NULL, '2024-01-02', 6, 5, 3, 7, 'x', x'02', NULL, '', 'soon');
  `);
  expect(schema.profiles.map(({ column, holds }) => [column, holds])).toEqual([
    ['day', 'date'],
    ['moment', 'date'],
    ['price', 'text'],
    ['count', 'real'],
    ['ratio', 'real'],
    ['name', 'text'],
    ['code', 'text'],
    ['picture', 'blob'],
    ['never', 'empty'],
    ['blank', 'text'],
    ['month', 'text'],
  ]);
  expect(profile(schema, 'day')).toEqual({
    table: 't',
    column: 'day',
    holds: 'date',
    distinct: 2,
    distinctIsExact: true,
    hasNull: true,
    values: ['2024-02-29'],
  });
  expect(profile(schema, 'name')).toMatchObject({ values: ['Ada', 'Ben'], distinct: 3, hasNull: false });
});

test('distinct values are counted and kept up to a limit; long ones are left out', async () => {
  const schema = await schemaOf(`
    CREATE TABLE t (many TEXT, few TEXT, long TEXT);
    INSERT INTO t ${numbers(5000)} SELECT 'v' || i, 'f' || (i % 3), 'x' || i || hex(zeroblob(100)) FROM n;
    INSERT INTO t VALUES ('short', NULL, 'short');
  `);
  expect(profile(schema, 'many')).toMatchObject({ distinct: DISTINCT_LIMIT, distinctIsExact: false, hasNull: false });
  expect(profile(schema, 'many')?.values).toHaveLength(DISTINCT_LIMIT);
  expect(profile(schema, 'few')).toMatchObject({
    distinct: 3,
    distinctIsExact: true,
    hasNull: true,
    values: ['f0', 'f1', 'f2'],
  });
  expect(profile(schema, 'long')?.values.every((value) => value.length <= 120)).toBe(true);
});

test('values over all columns are capped, the longest lists first', async () => {
  const columns = Array.from({ length: 40 }, (_, i) => `c${i}`);
  const schema = await schemaOf(
    `CREATE TABLE t (${columns.join(' TEXT, ')} TEXT, few TEXT); INSERT INTO t ${numbers(2500)} SELECT ${columns.map((name) => `'${name}-' || i`).join()}, 'f' || (i % 3) FROM n`,
  );
  const kept = schema.profiles.map(({ values }) => values.length);
  expect(kept.reduce((a, b) => a + b)).toBeLessThanOrEqual(VALUES_LIMIT);
  expect(new Set(kept.slice(0, 40))).toEqual(new Set([Math.floor((VALUES_LIMIT - 3) / 40)]));
  expect(kept[40]).toBe(3);
});

test('the same database gives the same schema', async () => {
  const sql = `CREATE TABLE t (a TEXT, b REAL); INSERT INTO t ${numbers(3000)} SELECT 'v' || (i * 7919 % 2500), i FROM n`;
  expect(await schemaOf(sql)).toEqual(await schemaOf(sql));
});

test('a million rows and a view of a trillion are looked at within bounds', async () => {
  const database = await openTestDatabase(`
    CREATE TABLE big (id INTEGER PRIMARY KEY, state TEXT, note TEXT);
    INSERT INTO big ${numbers(1_000_000)} SELECT i, 's' || (i % 4), NULL FROM n;
    CREATE VIEW pairs AS SELECT a.id, b.state FROM big a, big b WHERE a.state > b.state || 'z';
  `);
  database.close();
  const { schema } = database;
  expect(schema.tables.map(({ name, rowCount }) => [name, rowCount])).toEqual([
    ['big', 1_000_000],
    ['pairs', null],
  ]);
  expect(profile(schema, 'note')).toMatchObject({ holds: 'empty', distinct: 0, distinctIsExact: false, hasNull: true });
  expect(schema.profiles.find(({ table, column }) => table === 'big' && column === 'state')).toMatchObject({
    distinct: 4,
    distinctIsExact: false,
    values: ['s0', 's1', 's2', 's3'],
  });
  expect(schema.profiles.filter(({ table }) => table === 'pairs').map(({ column, holds }) => [column, holds])).toEqual([
    ['id', 'integer'],
    ['state', 'text'],
  ]);
}, 60_000);
