import { expect, it } from 'vitest';
import { SqliteDatabase } from '../../../src/database/sqlite-database.ts';
import { plan } from '../../../src/engine/run/correction.ts';
import { makeConfig } from '../../../src/grpo/config.ts';

it('a plan has a row for each step, and an error stands where the SQL has it', async () => {
  const database = await SqliteDatabase.open('CREATE TABLE t (a INTEGER PRIMARY KEY, b); INSERT INTO t VALUES (1, 2);');
  const { execution } = await plan('SELECT b FROM t WHERE a = 1', database, makeConfig({}));
  expect(execution.rows.map((row) => row[3])).toEqual(['SEARCH t USING INTEGER PRIMARY KEY (rowid=?)']);
  const wrong = await plan('SELECT nope FROM t', database, makeConfig({}));
  expect([wrong.execution.status, wrong.execution.errorOffset]).toEqual(['invalid', 7]);
  expect((await plan('x'.repeat(100_000), database, makeConfig({}))).refused).toContain('SQL may have at most');
  database.close();
});
