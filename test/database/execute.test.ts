import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toUtf16 } from '../../src/database/execute.ts';
import { sharedSqlite } from '../../src/database/sqlite.ts';
import type { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { openTestDatabase } from './helpers.ts';

let database: SqliteDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

async function run(sql: string, budget = {}) {
  const [execution] = await database.execute([sql], { budget });
  if (execution === undefined) throw new Error('no execution');
  return execution;
}

test('cells arrive as the types that SQLite has', async () => {
  const { columns, rows } = await run(
    "SELECT 1 AS a, -9007199254740991 AS b, 9007199254740993 AS c, 1.5 AS d, 'naïve 🦆' AS e, x'00ff' AS f, NULL AS g, '' AS h, -9223372036854775808 AS i, 9e999 AS j, '\ufeffx' AS k",
  );
  expect(columns).toEqual([...'abcdefghijk']);
  expect(rows).toEqual([
    [
      1,
      -9007199254740991,
      9007199254740993n,
      1.5,
      'naïve 🦆',
      new Uint8Array([0, 255]),
      null,
      '',
      -9223372036854775808n,
      Infinity,
      '\ufeffx',
    ],
  ]);
});

test('a long text with characters beyond ASCII comes back whole', async () => {
  const text = 'Zürich 🦆 '.repeat(50);
  expect((await run(`SELECT '${text}'`)).rows).toEqual([[text]]);
});

test('an empty result still has its columns', async () => {
  expect(await run('SELECT name, city AS town FROM customers WHERE 0')).toEqual({
    status: 'empty',
    columns: ['name', 'town'],
    rows: [],
    truncated: false,
  });
});

test('the place of an error is an index into the JavaScript string', async () => {
  const sql = "SELECT 'Zürich 🦆', nope FROM customers";
  const execution = await run(sql);
  expect(execution).toMatchObject({ status: 'invalid', error: 'no such column: nope' });
  expect(sql.slice(execution.errorOffset)).toBe('nope FROM customers');
  expect([0, 1, 3, 7, 8].map((offset) => toUtf16('aé🦆b', offset))).toEqual([0, 1, 2, 4, 5]);
});

test('rows and bytes over the budget are cut, and it is said', async () => {
  const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT i FROM n';
  expect(await run(numbers, { maxRows: 10 })).toMatchObject({ status: 'rows', truncated: false });
  expect(await run(numbers, { maxRows: 9 })).toMatchObject({
    status: 'too-large',
    truncated: true,
    rows: Array.from({ length: 9 }, (_, i) => [i + 1]),
  });
  expect(await run(numbers, { maxBytes: 24 })).toMatchObject({
    status: 'too-large',
    truncated: true,
    rows: [[1], [2], [3]],
  });
});

test('random() gives the same numbers for the same SQL, whatever ran before', async () => {
  const sql = 'SELECT random(), random(), hex(randomblob(4)) FROM customers ORDER BY random()';
  const first = await run(sql);
  await run('SELECT random()');
  const again = await run(sql);
  expect(again).toEqual(first);
  expect(new Set(first.rows.flat()).size).toBe(9);
});

test('a budget stop is the same record every time', async () => {
  const sql = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n WHERE i % 2 = 3';
  expect(await run(sql, { maxVmSteps: 50_000 })).toEqual(await run(sql, { maxVmSteps: 50_000 }));
});

test('equal statements of one call share an execution', async () => {
  const [a, b, c] = await database.execute(['SELECT 1', 'SELECT 2', 'SELECT 1']);
  expect(a).toBe(c);
  expect(b).toMatchObject({ rows: [[2]] });
});

test('an abort rejects with AbortError, before and between statements', async () => {
  const endless = (i: number) =>
    `WITH RECURSIVE n(i) AS (SELECT ${i} UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n`;
  await expect(database.execute(['SELECT 1'], { signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: 'AbortError',
  });
  const control = new AbortController();
  setTimeout(() => control.abort(), 20);
  const work = database.execute(
    Array.from({ length: 100 }, (_, i) => endless(i)),
    { signal: control.signal, budget: { maxVmSteps: 1e6 } },
  );
  await expect(work).rejects.toMatchObject({ name: 'AbortError' });
  expect(await run('SELECT 5')).toMatchObject({ rows: [[5]] });
});

test('ten thousand statements leave no memory behind', async () => {
  const batch = (i: number) =>
    Array.from({ length: 100 }, (_, j) =>
      j % 10 === 0 ? `SELECT broken ${j}` : `SELECT name, hex(zeroblob(10000)), ${i * 100 + j} FROM customers`,
    );
  await database.execute(batch(0));
  const size = (await sharedSqlite()).bytes.byteLength;
  for (let i = 0; i < 100; i++) await database.execute(batch(i));
  expect((await sharedSqlite()).bytes.byteLength).toBe(size);
});

test('after SQLite itself broke, the next statement gets a fresh one', async () => {
  const other = await openTestDatabase();
  const broken = await sharedSqlite();
  broken.broken = true;
  expect((await other.execute(['SELECT count(*) FROM customers']))[0]).toMatchObject({ rows: [[3]] });
  expect(await sharedSqlite()).not.toBe(broken);
  expect(await run('SELECT count(*) FROM orders')).toMatchObject({ rows: [[3]] });
  other.close();
});

test('whatever the text, there is a record and the next statement works', async () => {
  const word = fc.constantFrom(
    'SELECT',
    'FROM',
    'customers',
    'orders',
    '*',
    '(',
    ')',
    ',',
    'WITH',
    'AS',
    'name',
    "'ü'",
    '"',
    ';',
    '--',
    '/*',
    'JOIN',
    'ON',
    '=',
    '1',
    'UNION',
    'x',
    'PRAGMA',
    'DELETE',
    'EXPLAIN',
    '\0',
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
  );
  await fc.assert(
    fc.asyncProperty(text, async (sql) => {
      const [execution, probe] = await database.execute([sql, 'SELECT count(*) FROM customers'], {
        budget: { maxVmSteps: 100_000 },
      });
      expect(['rows', 'empty', 'invalid', 'refused', 'failed', 'timeout', 'too-large']).toContain(execution?.status);
      expect(execution?.errorOffset ?? 0).toBeLessThanOrEqual(sql.length);
      expect(probe?.rows).toEqual([[3]]);
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('a closed database says so', async () => {
  const other = await openTestDatabase();
  other.close();
  other.close();
  await expect(other.execute(['SELECT 1'])).rejects.toThrow('closed');
});
