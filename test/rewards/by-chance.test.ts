import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { sameByChance } from '../../src/rewards/by-chance.ts';
import { onPart, samplesOf, tablesRead, withoutValues } from '../../src/sql/on-part.ts';
import type { Execution, Table } from '../../src/grpo/types.ts';
import { seededRandom } from '../../src/grpo/random.ts';

/** A hire shop in which the most frequent customer is also the one who pays most by the day. */
function script(seed: number): string {
  const { next } = seededRandom(seed);
  const among = (count: number): number => Math.floor(next() * count);
  const hires = Array.from({ length: 60 }, (_, i) => {
    const customer = i % 4 === 0 ? 1 : 1 + among(12);
    return `(${i + 1},${customer},'${['canoe', 'bike', 'raft'][among(3)] ?? ''}',${1 + among(6)},${10 + 5 * among(5)})`;
  });
  return `
CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, name TEXT NOT NULL, town TEXT);
CREATE TABLE hires (hire_id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers, item TEXT, days INTEGER, price INTEGER);
CREATE TABLE words (word TEXT PRIMARY KEY, length INTEGER) WITHOUT ROWID;
INSERT INTO words VALUES ('one',3),('three',5),('seven',5);
INSERT INTO customers VALUES ${Array.from({ length: 12 }, (_, i) => `(${i + 1},'Name ${i + 1}','${i % 3 === 0 ? 'Bern' : 'Thun'}')`).join(',')};
INSERT INTO hires VALUES ${hires.join(',')};`;
}

const TOP = (figure: string): string =>
  `SELECT name FROM customers JOIN hires USING (customer_id) GROUP BY name ORDER BY ${figure} DESC LIMIT 1`;

let database: SqliteDatabase;
beforeAll(async () => {
  database = await SqliteDatabase.open(script(3));
});
afterAll(() => database.close());

async function byChance(sql: string, other: string, on: SqliteDatabase = database): Promise<boolean> {
  const [result] = await on.execute([sql]);
  if (result === undefined) throw new Error('One SQL has one execution.');
  return sameByChance({ sql, result }, other, on);
}

describe('SQL with the same result', () => {
  it('is told to mean something else', async () => {
    const [most, dearest] = await database.execute([TOP('COUNT(*)'), TOP('SUM(price)')]);
    expect(dearest?.rows, 'they have the same result').toEqual(most?.rows);
    expect(await byChance(TOP('SUM(price)'), TOP('COUNT(*)'))).toBe(true);
    expect(await byChance('SELECT COUNT(*) FROM hires', 'SELECT 60')).toBe(true);
    expect(await byChance("SELECT 'Name 1'", TOP('COUNT(*)'))).toBe(true);
  });

  it.each([
    [TOP('COUNT(hire_id)'), TOP('COUNT(*)')],
    [
      'SELECT c.name FROM hires h JOIN customers c ON c.customer_id = h.customer_id GROUP BY c.customer_id ORDER BY COUNT(1) DESC LIMIT 1',
      TOP('COUNT(*)'),
    ],
    [
      'WITH n AS (SELECT customer_id, COUNT(*) AS k FROM hires GROUP BY 1) SELECT name FROM customers JOIN n USING (customer_id) ORDER BY k DESC LIMIT 1',
      TOP('COUNT(*)'),
    ],
    ['SELECT AVG(price) FROM hires', 'SELECT SUM(price) * 1.0 / COUNT(price) FROM hires'],
    ['SELECT SUM(price * days) AS total FROM hires', 'SELECT SUM(days * price) FROM "hires"'],
    ["SELECT COUNT(*) FROM customers WHERE town <> 'Bern'", "SELECT COUNT(*) FROM customers WHERE town = 'Thun'"],
    // A key refers to a row, so joining its table changes nothing: that holds for every part, too.
    ['SELECT COUNT(*) FROM hires JOIN customers USING (customer_id)', 'SELECT COUNT(*) FROM hires'],
    [
      'SELECT name, SUM(days) FROM hires JOIN customers USING (customer_id) GROUP BY customers.customer_id HAVING SUM(days) > 20',
      'SELECT (SELECT name FROM customers c WHERE c.customer_id = h.customer_id), SUM(days) FROM hires h GROUP BY customer_id HAVING SUM(days) > 20',
    ],
    ['SELECT MAX(length) FROM words', 'SELECT length FROM words ORDER BY length DESC LIMIT 1'],
  ])('or the same: %s', async (sql, other) => {
    expect(await byChance(sql, other)).toBe(false);
    expect(await byChance(other, sql)).toBe(false);
  });

  it('never means something else than itself, whatever the data are', async () => {
    const texts = [TOP('COUNT(*)'), TOP('SUM(days)'), 'SELECT item, SUM(price) FROM hires GROUP BY item ORDER BY 2'];
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), fc.constantFrom(...texts), async (seed, sql) => {
        const other = await SqliteDatabase.open(script(seed));
        const found = await byChance(`${sql} `, sql, other);
        other.close();
        expect(found).toBe(false);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a part of the rows', () => {
  const onSamples = async (sql: string): Promise<Execution[]> =>
    database.execute(samplesOf(tablesRead([sql], database.schema)).map((part) => onPart(sql, part)));

  it('is a half to an eighth of the largest table, others for each', async () => {
    const counted = await onSamples('SELECT COUNT(*), SUM(hire_id) FROM hires JOIN customers USING (customer_id)');
    expect(counted).toHaveLength(12);
    for (const { rows } of counted) expect(rows[0]?.[0]).toSatisfy((count: number) => count >= 2 && count <= 40);
    expect(new Set(counted.map(({ rows }) => rows[0]?.[1])).size).toBe(12);
  });

  it('is without the rows that hold a value, however it is written', async () => {
    const sql = 'SELECT COUNT(*) FROM customers';
    const tables = tablesRead([sql], database.schema);
    const [found, all] = await database.execute(
      [['Name 1', "it's", 2, null], [null]].map((values) => onPart(sql, withoutValues(tables, values))),
    );
    expect(found?.rows).toEqual([[10]]);
    expect(all?.rows).toEqual([[12]]);
  });

  it('is the same within a query of parts, and leaves what reads no table', async () => {
    const [plain] = await onSamples('SELECT COUNT(*), SUM(hire_id) FROM hires');
    const [inner] = await onSamples('/* all */ WITH h AS (SELECT * FROM hires) SELECT COUNT(*), SUM(hire_id) FROM h');
    expect(inner?.rows).toEqual(plain?.rows);
    const counting =
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) SELECT COUNT(*) FROM n, hires';
    const [counted] = await onSamples(counting);
    expect(counted?.rows[0]?.[0]).toBe(60 * Number(plain?.rows[0]?.[0]));
    expect(await onSamples('SELECT 1')).toEqual([]);
  });

  it('holds no key that leads nowhere, of several columns and through tables between, and ends where keys go round', async () => {
    const chain = await SqliteDatabase.open(`
CREATE TABLE a (x, y, name, PRIMARY KEY (x, y));
CREATE TABLE b (id INTEGER PRIMARY KEY, ax, ay, FOREIGN KEY (ax, ay) REFERENCES a (x, y));
CREATE TABLE c (id INTEGER PRIMARY KEY, b_id INTEGER REFERENCES b (id), boss INTEGER REFERENCES c (id));
CREATE TABLE d (id INTEGER PRIMARY KEY, e_id INTEGER REFERENCES e (id));
CREATE TABLE e (id INTEGER PRIMARY KEY, d_id INTEGER REFERENCES d (id));
INSERT INTO a VALUES (1, 1, 'one'), (1, 2, 'two');
INSERT INTO b VALUES (11, 1, 1), (12, 1, 2), (13, 1, 2), (14, NULL, 2);
INSERT INTO c VALUES (21, 11, NULL), (22, 12, 21), (23, NULL, 21);
INSERT INTO d VALUES (1, 1), (2, 2);
INSERT INTO e VALUES (1, 1), (2, 2);`);
    const counted = 'SELECT (SELECT COUNT(*) FROM a), (SELECT COUNT(*) FROM b), (SELECT COUNT(*) FROM c)';
    const round = 'SELECT COUNT(*) FROM d JOIN e ON e.d_id = d.id';
    const tables = (sql: string): Table[] => tablesRead([sql], chain.schema);
    const [left, cyclic] = await chain.execute([
      onPart(counted, withoutValues(tables(counted), ['one'])),
      onPart(round, withoutValues(tables(round), [7])),
    ]);
    chain.close();
    expect(left?.rows).toEqual([[1, 3, 2]]);
    expect(cyclic?.status).toBe('invalid');
  });

  it('takes any name of a table', async () => {
    const odd = await SqliteDatabase.open(
      'CREATE TABLE "a ""b"" c" ("x y"); INSERT INTO "a ""b"" c" VALUES (1),(2),(3),(4)',
    );
    const sql = 'SELECT COUNT(*) FROM "a ""b"" c"';
    const tables = tablesRead([sql], odd.schema);
    const found = await odd.execute(
      [withoutValues(tables, [2]), ...samplesOf(tables)].map((part) => onPart(sql, part)),
    );
    odd.close();
    expect(found.every(({ status }) => status === 'rows')).toBe(true);
    expect(found[0]?.rows).toEqual([[3]]);
  });
});
