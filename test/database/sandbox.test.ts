import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ALL_LAYERS, type SandboxLayers } from '../../src/database/sandbox.ts';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import type { Execution, ExecutionBudget } from '../../src/grpo/types.ts';
import { CASES_SQL, testSandbox } from './cases.ts';

let database: SqliteDatabase;
beforeAll(async () => {
  database = await SqliteDatabase.open(CASES_SQL);
});
afterAll(() => database.close());

describe('every guard in place', () => testSandbox(async () => database));

/** Runs one statement with some guards taken away. */
async function without(
  layers: Partial<SandboxLayers>,
  sql: string,
  budget: Partial<ExecutionBudget> = {},
): Promise<Execution | undefined> {
  const open = await SqliteDatabase.open(CASES_SQL, { ...ALL_LAYERS, ...layers });
  const [execution] = await open.execute([sql], { budget });
  open.close();
  return execution;
}

describe('what each guard is there for', () => {
  test('without the authorizer, PRAGMAs and SQLite’s insides can be read', async () => {
    for (const sql of [
      'PRAGMA table_info(orders)',
      "SELECT * FROM pragma_table_info('orders')",
      'SELECT pgno FROM sqlite_dbpage',
      'SELECT * FROM dbstat',
    ]) {
      expect(await without({ authorizer: false }, sql), sql).toMatchObject({ status: 'rows' });
    }
  });

  test('without the statement check, EXPLAIN, NUL, a second statement and VACUUM INTO pass the authorizer', async () => {
    for (const sql of ['EXPLAIN SELECT 1', 'SELECT 1\0 FROM nowhere', 'SELECT 1; SELECT 2']) {
      expect(await without({ statementCheck: false }, sql), sql).toMatchObject({ status: 'rows' });
    }
    // It compiles; only the ATTACH that SQLite does for it while it runs is seen by the authorizer.
    const vacuum = "VACUUM INTO 'copy.db'";
    expect(await without({ statementCheck: false, limits: false, queryOnly: false }, vacuum)).toMatchObject({
      status: 'refused',
      error: expect.stringContaining('ATTACH') as string,
    });
    expect(await without({ statementCheck: false, authorizer: false, limits: false }, vacuum)).toMatchObject({
      status: 'refused',
      error: expect.stringContaining('readonly') as string,
    });
    expect(
      await without({ statementCheck: false, authorizer: false, limits: false, queryOnly: false }, vacuum),
    ).toMatchObject({ status: 'empty' });
  });

  test('without both, query_only and the read-only image still stop writes', async () => {
    const both = { authorizer: false, statementCheck: false };
    expect(await without(both, 'DELETE FROM orders')).toMatchObject({
      status: 'refused',
      error: expect.stringContaining('readonly') as string,
    });
    expect(await without({ ...both, queryOnly: false }, 'DELETE FROM orders')).toMatchObject({
      status: 'refused',
      error: expect.stringContaining('readonly') as string,
    });
    expect(await without({ ...both, queryOnly: false }, 'CREATE TEMP TABLE x AS SELECT 1')).toMatchObject({
      status: 'empty',
    });
    expect(await without(both, 'CREATE TEMP TABLE x AS SELECT 1')).toMatchObject({ status: 'refused' });
  });

  test('without the ATTACHED limit, ATTACH is stopped by the authorizer and the statement check alone', async () => {
    const both = { authorizer: false, statementCheck: false };
    expect(await without({ ...both, limits: false }, "ATTACH ':memory:' AS y")).toMatchObject({ status: 'empty' });
    expect(await without(both, "ATTACH ':memory:' AS y")).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('too many attached') as string,
    });
    expect(await without({ statementCheck: false, limits: false }, "ATTACH ':memory:' AS y")).toMatchObject({
      status: 'refused',
    });
    expect(await without({ authorizer: false, limits: false }, "ATTACH ':memory:' AS y")).toMatchObject({
      status: 'refused',
    });
  });

  test('without the LENGTH limit, a string may grow until the memory ends, and the memory does end', async () => {
    expect(await without({ length: false }, 'SELECT length(zeroblob(20000000))')).toMatchObject({ status: 'rows' });
    expect(await without({ length: false }, "SELECT length(printf('%900000000d', 1))")).toMatchObject({
      status: 'too-large',
      error: expect.stringContaining('memory') as string,
    });
  });

  test('without the other limits, wide, deep and long statements compile', async () => {
    for (const sql of [
      Array.from({ length: 60 }, () => 'SELECT 1').join(' UNION ALL '),
      `SELECT ${Array.from({ length: 300 }, () => '1').join('+')}`,
      `SELECT 'x' LIKE '${'x'.repeat(300)}'`,
      `SELECT max(${Array.from({ length: 120 }, () => '1').join()})`,
    ]) {
      expect((await without({}, sql))?.status, sql.slice(0, 60)).not.toBe('rows');
      expect(await without({ limits: false }, sql), sql.slice(0, 60)).toMatchObject({ status: 'rows' });
    }
  });

  test('the step budget and the deadline each stop an endless query by themselves', async () => {
    const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
    const [byTime] = await database.execute([endless], { budget: { maxVmSteps: Infinity, deadlineMs: 200 } });
    expect(byTime).toMatchObject({ status: 'timeout', error: 'stopped after 200 ms' });
    const [bySteps] = await database.execute([endless], { budget: { maxVmSteps: 5000, deadlineMs: 60_000 } });
    expect(bySteps).toMatchObject({
      status: 'timeout',
      error: "stopped after 5,000 steps of SQLite's virtual machine",
    });
  });
});

test('what a view of the file calls is not trusted', async () => {
  const open = await SqliteDatabase.open(
    "CREATE TABLE t (a); INSERT INTO t VALUES (1); CREATE VIEW spy AS SELECT name FROM pragma_database_list; CREATE VIEW logs AS SELECT sqlite_log(1, 'x') FROM t",
  );
  const executions = await open.execute(['SELECT * FROM spy', 'SELECT * FROM logs', 'SELECT a FROM t']);
  expect(executions.map(({ status, error }) => error ?? status)).toEqual([
    'unsafe use of virtual table "pragma_database_list"',
    'unsafe use of sqlite_log()',
    'rows',
  ]);
  expect(open.schema.tables.map(({ name }) => name)).toEqual(['t']);
  open.close();
});

test('a table of the database may be called like one of SQLite’s insides', async () => {
  const open = await SqliteDatabase.open('CREATE TABLE dbstat (a); INSERT INTO dbstat VALUES (7)');
  expect((await open.execute(['SELECT a FROM dbstat']))[0]).toMatchObject({ status: 'rows', rows: [[7]] });
  open.close();
});
