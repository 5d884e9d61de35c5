/** Databases that another application made, with parts that only it has; and dumps of whatever made them. */
import { describe, expect, test } from 'vitest';
import { DatabaseImportError } from '../../src/database/errors.ts';
import { importDatabase } from '../../src/database/import.ts';
import { spawnNodeDatabase } from '../../src/database/node.ts';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { WatchedDatabase } from '../../src/database/watched-database.ts';

/** Declares a table otherwise than SQLite would let it be made here, as its own application did. */
const redeclared = (sql: string, table: string, declaration: string): string =>
  `${sql}; PRAGMA writable_schema=ON; UPDATE sqlite_schema SET sql = '${declaration.replaceAll("'", "''")}' WHERE name = '${table}'; PRAGMA writable_schema=OFF;`;

const DECK = redeclared(
  "CREATE TABLE deck (id INTEGER PRIMARY KEY, name TEXT NOT NULL, cards INTEGER); CREATE TABLE plain (a); INSERT INTO plain VALUES (1); INSERT INTO deck VALUES (1, 'Verbs', 20), (2, 'Nouns', 35)",
  'deck',
  'CREATE TABLE deck (id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE unicase, cards INTEGER)',
);

async function file(sql: string): Promise<Uint8Array> {
  // A file of its own: the check of a file that is opened is what is tried.
  const { connection, image } = await importDatabase(sql);
  connection.close();
  return image;
}

describe('what only another application has', () => {
  test.each([
    ['a dump', async () => DECK],
    ['a file', () => file(DECK)],
  ])('a collation: %s opens with a note, and values are known', async (_, source) => {
    const database = await SqliteDatabase.open(await source());
    expect(database.schema.tables.map(({ name }) => name)).toEqual(['deck', 'plain']);
    expect(database.notes.join()).toContain('unicase');
    expect(database.schema.profiles.find(({ column }) => column === 'name')?.values).toEqual(['Nouns', 'Verbs']);
    const [byKey, sorted, own] = await database.execute([
      'SELECT name, cards FROM deck WHERE id = 2',
      'SELECT cards FROM deck ORDER BY name',
      'SELECT cards FROM deck ORDER BY cards COLLATE french',
    ]);
    expect(byKey?.rows).toEqual([['Nouns', 35]]);
    expect(sorted).toMatchObject({ status: 'failed', error: expect.stringContaining('“unicase”') as string });
    expect(own?.status).toBe('invalid');
    database.close();
  });

  test('a function in a CHECK, an index, a generated column, a view', async () => {
    const database = await SqliteDatabase.open(
      await file(
        redeclared(
          "CREATE TABLE bad (a TEXT, b TEXT); CREATE TABLE good (a); INSERT INTO good VALUES (1), (2); INSERT INTO bad VALUES ('x', 'y'); CREATE VIEW v AS SELECT my_hash(a) AS h FROM good",
          'bad',
          'CREATE TABLE bad (a TEXT CHECK (my_hash(a) > 0), b TEXT)',
        ),
      ),
    );
    expect(database.schema.tables.map(({ name }) => name)).toEqual(['bad', 'good']);
    expect(database.notes.join()).toContain('v');
    const [good, bad, view] = await database.execute([
      'SELECT COUNT(*) FROM good',
      'SELECT a FROM bad',
      'SELECT h FROM v',
    ]);
    expect(good?.rows).toEqual([[2]]);
    expect(bad?.rows).toEqual([['x']]);
    expect(view).toMatchObject({ status: 'failed', error: expect.stringContaining('my_hash') as string });
    database.close();
  });

  test('damage of pages is still called damage beside a missing collation', async () => {
    const bytes = (
      await file(
        `${DECK} INSERT INTO plain WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000) SELECT hex(zeroblob(20)) FROM n`,
      )
    ).slice();
    bytes.fill(0xff, bytes.length - 3 * 4096);
    await expect(SqliteDatabase.open(bytes)).rejects.toThrow(/is damaged/);
  });
});

describe('full-text tables in dumps', () => {
  const DECLARE = `PRAGMA foreign_keys=OFF; BEGIN TRANSACTION; PRAGMA writable_schema=ON;
    INSERT INTO sqlite_schema(type,name,tbl_name,rootpage,sql)VALUES('table','own','own',0,'CREATE VIRTUAL TABLE own USING fts5(title)');`;
  const SHADOWS = `CREATE TABLE IF NOT EXISTS 'own_data'(id INTEGER PRIMARY KEY, block BLOB);
    INSERT INTO own_data VALUES(1,X'0102'),(10,X'000000000101010001010101'),(137438953473,X'000000170630616C706861010202010462657461010203040A');
    CREATE TABLE IF NOT EXISTS 'own_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID; INSERT INTO own_idx VALUES(1,X'',2);
    CREATE TABLE IF NOT EXISTS 'own_content'(id INTEGER PRIMARY KEY, c0); INSERT INTO own_content VALUES(1,'alpha beta');
    CREATE TABLE IF NOT EXISTS 'own_docsize'(id INTEGER PRIMARY KEY, sz BLOB); INSERT INTO own_docsize VALUES(1,X'02');
    CREATE TABLE IF NOT EXISTS 'own_config'(k PRIMARY KEY, v) WITHOUT ROWID; INSERT INTO own_config VALUES('version',4);
    PRAGMA writable_schema=OFF; COMMIT;`;

  test.each([
    ['as the sqlite3 command line writes them', `${DECLARE}${SHADOWS}`],
    ['as Python writes them, with the rows twice', `${DECLARE} INSERT INTO "own" VALUES('alpha; beta');${SHADOWS}`],
  ])('%s', async (_, dump) => {
    const database = await SqliteDatabase.open(dump);
    expect(database.schema.tables.map(({ name }) => name)).toEqual(['own']);
    const [found] = await database.execute(["SELECT title FROM own WHERE own MATCH 'beta'"]);
    expect(found?.rows).toEqual([['alpha beta']]);
    database.close();
  });
});

describe('views', () => {
  const chain = (links: number): string =>
    `CREATE TABLE t (id, v); INSERT INTO t VALUES (1, 2); CREATE VIEW w1 AS SELECT a.id, b.v FROM t a, t b; ${Array.from(
      { length: links - 1 },
      (_, i) => `CREATE VIEW w${i + 2} AS SELECT a.id, b.v FROM w${i + 1} a JOIN "W${i + 1}" b`,
    ).join(';')}`;

  test('of a chain that doubles, the far links are left out with a note', async () => {
    const database = await SqliteDatabase.open(chain(60));
    const names = database.schema.tables.map(({ name }) => name);
    expect(names).toContain('t');
    expect(names).toContain('w3');
    expect(names).not.toContain('w60');
    expect(database.notes.join()).toMatch(/Left out.*w30/);
    database.close();
  });

  test('that read one table many times by name, or name its columns, are kept', async () => {
    const database = await SqliteDatabase.open(
      `CREATE TABLE t (id, v); CREATE VIEW wide AS SELECT ${Array.from({ length: 300 }, (_, i) => `t.v AS v${i}`).join(', ')} FROM t`,
    );
    expect(database.schema.tables.map(({ name }) => name)).toEqual(['t', 'wide']);
    database.close();
  });
});

describe('numbers that SQLite’s defaults allow', () => {
  test.each([
    ['nesting', `SELECT ${'('.repeat(300)}1${'+1)'.repeat(300)}`],
    ['terms of a compound', Array.from({ length: 80 }, () => 'SELECT 1').join(' UNION ALL ')],
    ['arguments', `SELECT coalesce(${Array.from({ length: 120 }, () => 'NULL').join(', ')})`],
    ['length', `SELECT '${'x'.repeat(60_000)}', '${'y'.repeat(60_000)}'`],
    ['a long pattern', `SELECT 'a' LIKE '${'%a'.repeat(200)}'`],
  ])('%s: not called invalid', async (_, sql) => {
    const database = await SqliteDatabase.open('CREATE TABLE t (id); INSERT INTO t VALUES (1)');
    const [execution] = await database.execute([sql]);
    expect(execution?.status).toBe('over-limit');
    database.close();
  });

  test.each([
    ['a write', `DELETE FROM t WHERE id = '${'x'.repeat(120_000)}'`],
    ['a nested write', `UPDATE t SET id = ${'('.repeat(300)}1${'+1)'.repeat(300)}`],
    ['a write behind WITH', `WITH a AS (SELECT '${'x'.repeat(120_000)}') DELETE FROM t`],
    ['two statements', `SELECT '${'x'.repeat(120_000)}'; DROP TABLE t`],
    ['a second one behind a comment', `SELECT ${'('.repeat(300)}1${'+1)'.repeat(300)}; -- so\n 'x'`],
    ['PRAGMA', `PRAGMA table_info('${'x'.repeat(120_000)}')`],
    ['ATTACH', `ATTACH '${'x'.repeat(120_000)}' AS a`],
    ['EXPLAIN', `EXPLAIN ${Array.from({ length: 80 }, () => 'SELECT 1').join(' UNION ALL ')}`],
    ['no SQL', `${'word '.repeat(30_000)}`],
  ])('%s stays refused at any size', async (_, sql) => {
    const database = await SqliteDatabase.open('CREATE TABLE t (id); INSERT INTO t VALUES (1)');
    expect((await database.execute([sql]))[0]?.status).toBe('refused');
    database.close();
  });

  test.each([
    ['words that write, in texts and names', `SELECT '${'x'.repeat(120_000)}; DELETE' AS "DROP; it" -- ; DELETE`],
    [
      'the function replace() behind WITH',
      `WITH a AS (SELECT '${'x'.repeat(120_000)}' AS b) SELECT replace (b, 'x', '') FROM a; ;`,
    ],
  ])('%s are read', async (_, sql) => {
    const database = await SqliteDatabase.open('CREATE TABLE t (id); INSERT INTO t VALUES (1)');
    expect((await database.execute([sql]))[0]?.status).toBe('over-limit');
    database.close();
  });

  test('2,000 columns are read, 2,001 are invalid for everybody', async () => {
    const database = await SqliteDatabase.open(
      `CREATE TABLE t (${Array.from({ length: 2000 }, (_, i) => `c${i}`).join(', ')}); INSERT INTO t (c0) VALUES (1)`,
    );
    const [all, more, write] = await database.execute(['SELECT * FROM t', 'SELECT *, 1 FROM t', 'DELETE FROM t']);
    expect(all?.columns).toHaveLength(2000);
    expect(more?.status).toBe('invalid');
    expect(write?.status).toBe('refused');
    database.close();
  });
});

test('a dump that SQLite cannot interrupt ends as a file that cannot be opened', async () => {
  const stuck = `CREATE TABLE a (b); INSERT INTO a SELECT instr(printf('%.40000000c', 'a'), printf('%.20000000c', 'a') || 'b');`;
  await expect(WatchedDatabase.open(stuck, spawnNodeDatabase, 2000)).rejects.toThrow(DatabaseImportError);
});
