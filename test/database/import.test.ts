import { expect, test } from 'vitest';
import { DatabaseImportError } from '../../src/database/errors.ts';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { databaseFile as file } from './damaged.ts';
import { openTestDatabase, SHOP_SQL } from './helpers.ts';

async function refusal(source: Uint8Array | string): Promise<string> {
  try {
    (await SqliteDatabase.open(source)).close();
  } catch (error) {
    expect(error).toBeInstanceOf(DatabaseImportError);
    return (error as Error).message;
  }
  return 'opened';
}

test('a database file opens, and its bytes are neither copied nor changed', async () => {
  const bytes = await file();
  const before = bytes.slice();
  const database = await SqliteDatabase.open(bytes);
  expect(database.image).toBe(bytes);
  expect(database.notes).toEqual([]);
  expect(database.schema.tables.map(({ name, rowCount }) => [name, rowCount])).toEqual([
    ['customers', 3],
    ['orders', 3],
    ['lines', 3000],
    ['big_orders', 1],
  ]);
  database.close();
  expect(bytes).toEqual(before);
});

test.each<[string, () => Uint8Array | Promise<Uint8Array>, RegExp]>([
  ['zero bytes', () => new Uint8Array(0), /empty \(0 bytes\)/],
  [
    'random bytes',
    () => Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) & 255),
    /not a SQLite database, or it is encrypted/,
  ],
  ['a ZIP archive', () => new TextEncoder().encode('PK\x03\x04xxxxxxxx'), /ZIP archive/],
  ['a gzip file', () => new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0]), /gzip/],
  ['a CSV file', () => new TextEncoder().encode('id,name\n1,Zoë\n'), /text, but neither/],
  ['UTF-16 text', () => new Uint8Array([0xff, 0xfe, 0x43, 0, 0x52, 0]), /UTF-16 text/],
  ['a file cut off', async () => (await file()).subarray(0, 20_000), /cut off: it has 20,000 bytes/],
  ['a file cut off in its header', async () => (await file()).subarray(0, 60), /cut off/],
  ['UTF-16 text in the database', () => file((bytes) => (bytes[59] = 2)), /UTF-16/],
  ['UTF-16, big-endian', () => file((bytes) => (bytes[59] = 3)), /UTF-16/],
  ['a header that makes no sense', () => file((bytes) => bytes.fill(0xee, 16, 24)), /header makes no sense|cut off/],
  ['a broken schema page', () => file((bytes) => bytes.fill(0x55, 100, 108)), /damaged/],
  [
    'a broken page in the middle',
    () => file((bytes) => bytes.fill(0x55, bytes.length >> 1, (bytes.length >> 1) + 8192)),
    /damaged; SQLite says/,
  ],
])('%s: refused with what to do', async (_, make, message) => {
  const text = await refusal(await make());
  expect(text).toMatch(message);
  expect(text.split(/[.:;] /).length).toBeGreaterThan(1); // what happened, and a way out
});

test('a database without tables is refused', async () => {
  expect(await refusal('CREATE TABLE a (b); DROP TABLE a')).toMatch(/holds no tables/);
});

test('a write-ahead-logging file opens, and it is said what may be missing', async () => {
  const bytes = Buffer.from(await file((copy) => copy.fill(2, 18, 20)));
  const database = await SqliteDatabase.open(bytes);
  expect(database.notes.join()).toMatch(/-wal.*wal_checkpoint/);
  expect([...bytes.subarray(18, 20)]).toEqual([2, 2]);
  expect((await database.execute(['SELECT count(*) FROM lines']))[0]).toMatchObject({ rows: [[3000]] });
  database.close();
});

test('rows that break a constraint do not make a file damaged', async () => {
  const database = await openTestDatabase(
    'CREATE TABLE t (a, CHECK (a > 0)); PRAGMA ignore_check_constraints = 1; INSERT INTO t VALUES (-1)',
  );
  expect((await database.execute(['SELECT a FROM t']))[0]).toMatchObject({ rows: [[-1]] });
  database.close();
});

test('a dump opens as text and as bytes, with a byte-order mark too', async () => {
  for (const source of [
    SHOP_SQL,
    new TextEncoder().encode(SHOP_SQL),
    new TextEncoder().encode(`\ufeff${SHOP_SQL}`),
    `PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n${SHOP_SQL}\nCOMMIT;\n-- end`,
  ]) {
    const database = await SqliteDatabase.open(source);
    expect((await database.execute(["SELECT name FROM customers WHERE city = 'Zürich'"]))[0]).toMatchObject({
      rows: [['Ada']],
    });
    database.close();
  }
});

test.each([
  [
    'a syntax error',
    'CREATE TABLE a (b);\n\n-- fill it\nINSERT INTO a\n  VALUS (1);\nSELECT 1;',
    /line 5: near "VALUS": syntax error\. The statement: INSERT INTO a VALUS \(1\)/,
  ],
  [
    'a failing statement',
    'CREATE TABLE a (b UNIQUE);\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (1);\nINSERT INTO a VALUES (2);',
    /line 3: UNIQUE constraint failed: a\.b\. The statement: INSERT INTO a VALUES \(1\);/,
  ],
  ['a text that ends nowhere', "CREATE TABLE a (b);\nINSERT INTO a VALUES ('x);\n", /line 2: unrecognized token/],
  ['a transaction without end', 'BEGIN;\nCREATE TABLE a (b);', /never commits/],
  ['ATTACH', "CREATE TABLE a (b);\nATTACH 'x' AS y;", /line 2: ATTACH and DETACH are not allowed/],
  [
    'a PRAGMA that dumps do not need',
    "CREATE TABLE a (b); PRAGMA temp_store_directory = 'x';",
    /PRAGMA temp_store_directory is not allowed/,
  ],
  [
    'a MySQL dump',
    'CREATE TABLE `a` (\n  `b` int(11) NOT NULL AUTO_INCREMENT\n) ENGINE=InnoDB;',
    /another database system/,
  ],
  ['a blank text', ' \n ', /dump is empty/],
])('a dump with %s: refused with its line', async (_, sql, message) => {
  expect(await refusal(sql)).toMatch(message);
});

test('a dump of endless work is stopped by memory, and the next one opens', async () => {
  const bomb =
    'CREATE TABLE a (b); INSERT INTO a WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT zeroblob(1000000) FROM n';
  expect(await refusal(bomb)).toMatch(/more memory than the sandbox has/);
  (await openTestDatabase()).close();
});

test('50,000 INSERT statements import', async () => {
  const sql = `CREATE TABLE a (b, c);\n${Array.from({ length: 50_000 }, (_, i) => `INSERT INTO a VALUES (${i}, 'row ${i}');`).join('\n')}`;
  const database = await openTestDatabase(sql);
  expect(database.schema.tables[0]?.rowCount).toBe(50_000);
  database.close();
});
