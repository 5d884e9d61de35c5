import { expect, test } from 'vitest';
import type { Database, ExecutionStatus } from '../../src/grpo/types.ts';

/** Tables for the cases: ordinary ones, a full-text index and an R-tree, whose code SQL reaches through tables. */
export const CASES_SQL = `
CREATE TABLE orders (id INTEGER PRIMARY KEY, city TEXT, amount REAL);
INSERT INTO orders WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) SELECT i, 'Zürich', i * 1.5 FROM n;
CREATE VIRTUAL TABLE docs USING fts5(body);
INSERT INTO docs VALUES ('red apple'), ('green pear');
CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1);
INSERT INTO boxes VALUES (1, 0, 10), (2, 5, 20);
`;

export interface Case {
  readonly name: string;
  readonly sql: string;
  readonly status: ExecutionStatus;
  /** What the message must say. */
  readonly error?: RegExp;
}

/** Numbers from 1 to `count`, as a common table expression. */
const numbers = (count: number) => `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;

export const CASES: readonly Case[] = [
  { name: 'rows', sql: 'SELECT id FROM orders WHERE id < 3', status: 'rows' },
  { name: 'no rows', sql: 'SELECT id FROM orders WHERE id < 0', status: 'empty' },
  { name: 'VALUES', sql: 'VALUES (1), (2)', status: 'rows' },
  {
    name: 'a common table expression without columns read',
    sql: 'WITH c(x) AS (SELECT 1) SELECT count(*) FROM c',
    status: 'rows',
  },
  { name: 'a semicolon and a comment at the end', sql: 'SELECT 1; -- the end\n/* really */ ;', status: 'rows' },
  { name: 'full-text search', sql: "SELECT body FROM docs WHERE docs MATCH 'apple'", status: 'rows' },
  { name: 'R-tree search', sql: 'SELECT id FROM boxes WHERE x1 > 15', status: 'rows' },
  { name: 'JSON table function', sql: "SELECT value FROM json_each('[1,2]')", status: 'rows' },
  { name: 'the schema table', sql: 'SELECT name FROM sqlite_schema', status: 'rows' },

  { name: 'nothing', sql: '', status: 'invalid', error: /no SQL statement/ },
  { name: 'only a comment', sql: '-- SELECT 1', status: 'invalid', error: /no SQL statement/ },
  { name: 'a syntax error', sql: 'SELECT FROM', status: 'invalid', error: /syntax error/ },
  { name: 'an unknown column', sql: 'SELECT price FROM orders', status: 'invalid', error: /no such column: price/ },
  {
    name: 'an unknown function, which EXPLAIN lets pass',
    sql: 'SELECT nofunc(1)',
    status: 'invalid',
    error: /no such function/,
  },
  {
    name: 'a text in double quotes, with SQLite’s hint',
    sql: 'SELECT id FROM orders WHERE city = "Zürich"',
    status: 'invalid',
    error: /string literal in single-quotes/,
  },
  {
    name: 'more columns than allowed',
    sql: `SELECT ${Array.from({ length: 2001 }, (_, i) => `${i}`).join()}`,
    status: 'invalid',
    error: /too many columns/,
  },
  {
    name: 'a deep expression',
    sql: `SELECT ${'('.repeat(90)}${Array.from({ length: 300 }, () => '1').join('+')}${')'.repeat(90)}`,
    status: 'over-limit',
    error: /nested deeper/,
  },
  {
    name: 'many SELECTs in a row',
    sql: Array.from({ length: 60 }, () => 'SELECT 1').join(' UNION ALL '),
    status: 'over-limit',
    error: /more SELECTs/,
  },

  {
    name: 'INSERT',
    sql: "INSERT INTO orders VALUES (0, 'a', 1)",
    status: 'refused',
    error: /would change the table orders/,
  },
  {
    name: 'INSERT behind WITH',
    sql: 'WITH c AS (SELECT 1) INSERT INTO orders(id) SELECT * FROM c',
    status: 'refused',
    error: /would change/,
  },
  { name: 'UPDATE', sql: 'UPDATE orders SET amount = 0', status: 'refused', error: /would change/ },
  { name: 'DELETE', sql: 'DELETE FROM orders', status: 'refused', error: /would change/ },
  { name: 'DELETE … RETURNING', sql: 'DELETE FROM orders RETURNING id', status: 'refused', error: /would change/ },
  { name: 'CREATE TABLE', sql: 'CREATE TABLE x (a)', status: 'refused', error: /schema/ },
  { name: 'CREATE TEMP TABLE', sql: 'CREATE TEMP TABLE x AS SELECT 1', status: 'refused', error: /would change/ },
  {
    name: 'CREATE VIRTUAL TABLE',
    sql: 'CREATE VIRTUAL TABLE x USING fts5(a)',
    status: 'refused',
    error: /would change/,
  },
  { name: 'DROP TABLE', sql: 'DROP TABLE orders', status: 'refused', error: /schema/ },
  {
    name: 'a full-text command',
    sql: "INSERT INTO docs(docs) VALUES ('rebuild')",
    status: 'refused',
    error: /would change the table docs/,
  },
  {
    name: 'a write to a shadow table of the full-text index',
    sql: 'DELETE FROM docs_data',
    status: 'invalid',
    error: /may not be modified/,
  },
  {
    name: 'a write to an R-tree',
    sql: 'INSERT INTO boxes VALUES (3, 0, 1)',
    status: 'refused',
    error: /would change the table boxes/,
  },
  { name: 'ANALYZE', sql: 'ANALYZE', status: 'refused' },
  { name: 'REINDEX', sql: 'REINDEX', status: 'refused' },
  { name: 'VACUUM', sql: 'VACUUM', status: 'refused' },
  { name: 'VACUUM INTO', sql: "VACUUM INTO 'copy.db'", status: 'refused', error: /would write/ },
  { name: 'BEGIN', sql: 'BEGIN', status: 'refused', error: /transactions/ },
  { name: 'ATTACH', sql: "ATTACH 'file:x?vfs=kvvfs' AS y", status: 'refused', error: /ATTACH/ },
  { name: 'PRAGMA', sql: 'PRAGMA query_only = 0', status: 'refused', error: /PRAGMA query_only/ },
  {
    name: 'PRAGMA data_version, which full-text tables use',
    sql: 'PRAGMA data_version',
    status: 'refused',
    error: /PRAGMA data_version/,
  },
  {
    name: 'a PRAGMA as a table',
    sql: "SELECT * FROM pragma_table_info('orders')",
    status: 'refused',
    error: /pragma_table_info/,
  },
  {
    name: 'a PRAGMA as a table, no column read',
    sql: 'SELECT count(*) FROM pragma_database_list',
    status: 'refused',
    error: /pragma_database_list/,
  },
  { name: 'sqlite_dbpage', sql: 'SELECT pgno FROM sqlite_dbpage', status: 'refused', error: /internals/ },
  { name: 'dbstat', sql: 'SELECT * FROM DbStat', status: 'refused', error: /internals/ },
  { name: 'sqlite_stmt', sql: 'SELECT sql FROM sqlite_stmt', status: 'refused', error: /internals/ },
  { name: 'bytecode', sql: "SELECT * FROM bytecode('SELECT 1')", status: 'refused', error: /internals/ },
  { name: 'tables_used', sql: "SELECT * FROM tables_used('SELECT 1')", status: 'refused', error: /internals/ },
  { name: 'sqlite_log', sql: "SELECT sqlite_log(1, 'x')", status: 'refused', error: /sqlite_log/ },
  {
    name: 'load_extension, which this SQLite does not even have',
    sql: "SELECT load_extension('x')",
    status: 'invalid',
    error: /load_extension/,
  },
  {
    name: 'two statements',
    sql: 'SELECT 1; DROP TABLE orders',
    status: 'refused',
    error: /after the end of the first statement/,
  },
  {
    name: 'a statement and prose',
    sql: 'SELECT 1; This query returns one.',
    status: 'refused',
    error: /after the end of the first statement/,
  },
  { name: 'NUL', sql: 'SELECT 1\0; DROP TABLE orders', status: 'refused', error: /NUL/ },
  { name: 'EXPLAIN', sql: 'EXPLAIN SELECT 1', status: 'refused', error: /EXPLAIN/ },
  { name: 'EXPLAIN QUERY PLAN', sql: 'EXPLAIN QUERY PLAN SELECT 1', status: 'refused', error: /EXPLAIN/ },
  {
    name: 'a very long text',
    sql: `SELECT '${'x'.repeat(100_000)}'`,
    status: 'over-limit',
    error: /longer than 100,000/,
  },

  { name: 'a failure at run time', sql: "SELECT json_extract('{', '$.a')", status: 'failed', error: /malformed JSON/ },
  {
    name: 'endless recursion',
    sql: 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n',
    status: 'timeout',
    error: /20,000,000 steps/,
  },
  {
    name: 'a cross join',
    sql: 'SELECT count(*) FROM orders a, orders b, orders c WHERE a.amount + b.amount + c.amount < 0',
    status: 'timeout',
    error: /steps/,
  },
  {
    name: 'a cross join that sorts',
    sql: 'SELECT a.id FROM orders a, orders b, orders c ORDER BY a.amount * b.amount LIMIT 1',
    status: 'timeout',
    error: /steps/,
  },
  {
    name: 'too many rows',
    sql: `${numbers(6000)} SELECT i FROM n`,
    status: 'too-large',
    error: /more than 5,000 rows/,
  },
  {
    name: 'too many bytes',
    sql: `${numbers(200)} SELECT hex(zeroblob(30000)) FROM n`,
    status: 'too-large',
    error: /more than 4,000,000 bytes/,
  },
  {
    name: 'a huge zeroblob',
    sql: 'SELECT zeroblob(1000000000)',
    status: 'too-large',
    error: /longer than the sandbox allows/,
  },
  { name: 'a huge randomblob', sql: 'SELECT randomblob(1000000000)', status: 'too-large', error: /longer/ },
  { name: 'a huge printf', sql: "SELECT printf('%100000000d', 1)", status: 'too-large', error: /longer/ },
  {
    name: 'a growing replace',
    sql: "SELECT replace(replace(replace(hex(zeroblob(500)), '0', hex(zeroblob(500))), '0', hex(zeroblob(500))), '0', 'x')",
    status: 'too-large',
    error: /longer/,
  },
  {
    name: 'a growing group_concat',
    sql: 'SELECT group_concat(hex(zeroblob(5000))) FROM orders',
    status: 'too-large',
    error: /longer/,
  },
  {
    name: 'a sort of more than the memory',
    sql: `${numbers(20_000)} SELECT i FROM n ORDER BY zeroblob(60000) || i`,
    status: 'too-large',
    error: /memory/,
  },
];

const PROBE = { status: 'rows', columns: ['count(*)', 'min(city)'], rows: [[3000, 'Zürich']], truncated: false };

/** Every case ends as it should, and the database is whole afterwards. */
export function testSandbox(open: () => Promise<Database>): void {
  test.each(CASES)('$status: $name', async ({ sql, status, error }) => {
    const database = await open();
    // The step budget is to decide, not how busy the machine is.
    const [execution, probe] = await database.execute([sql, 'SELECT count(*), min(city) FROM orders'], {
      budget: { deadlineMs: 60_000 },
    });
    expect(execution).toMatchObject({ status });
    if (error !== undefined) expect(execution?.error).toMatch(error);
    expect(probe).toEqual(PROBE);
  });
}
