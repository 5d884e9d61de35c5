import { describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import type { Database, Execution } from '../../src/grpo/types.ts';
import { RememberingDatabase } from '../../src/lab/remembering-database.ts';

async function counted(
  over: (execution: Execution) => Execution = (execution) => execution,
): Promise<{ database: RememberingDatabase; within: SqliteDatabase; asked: string[] }> {
  const within = await SqliteDatabase.open('CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1),(2),(3);');
  const asked: string[] = [];
  const counting: Database = {
    schema: within.schema,
    close: () => undefined,
    execute: async (sql, options) => {
      asked.push(...sql);
      return (await within.execute(sql, options)).map(over);
    },
  };
  return { database: new RememberingDatabase(counting), within, asked };
}

const TEXTS = ['SELECT a FROM t', 'SELECT SUM(a) FROM t', 'SELECT b FROM t', 'SELECT a FROM t', 'DELETE FROM t', ''];

describe('RememberingDatabase', () => {
  it('answers as the database within, in order, and asks it once', async () => {
    const { database, within, asked } = await counted();
    const expected = await within.execute(TEXTS);
    expect(await database.execute(TEXTS)).toEqual(expected);
    expect(await database.execute([...TEXTS].reverse())).toEqual([...expected].reverse());
    expect(asked).toEqual([...new Set(TEXTS)]);
    expect(database.schema).toBe(within.schema);
    expect(await database.execute([])).toEqual([]);
  });

  it('keeps budgets apart', async () => {
    const { database, asked } = await counted();
    const rows = async (maxRows: number): Promise<number | undefined> =>
      (await database.execute(['SELECT a FROM t'], { budget: { maxRows } }))[0]?.rows.length;
    expect([await rows(1), await rows(2), await rows(1)]).toEqual([1, 2, 1]);
    expect(asked).toHaveLength(2);
  });

  it('asks again for what was killed, and for what is too large to keep', async () => {
    const killed = await counted((execution) => ({ ...execution, status: 'killed' }));
    for (let i = 0; i < 2; i++) await killed.database.execute(['SELECT 1']);
    expect(killed.asked).toHaveLength(2);
    const large = await counted();
    const many = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) SELECT i FROM n';
    for (let i = 0; i < 2; i++) expect((await large.database.execute([many]))[0]?.rows).toHaveLength(600);
    expect(large.asked).toHaveLength(2);
  });

  it('forgets the oldest beyond its bound, and passes an abort on', async () => {
    const { database, asked } = await counted();
    const texts = Array.from({ length: 5_001 }, (_, i) => `SELECT ${i}`);
    await database.execute(texts);
    await database.execute(['SELECT 5000', 'SELECT 1']);
    expect(asked).toHaveLength(5_001);
    await database.execute(['SELECT 0']);
    expect(asked).toHaveLength(5_002);
    await expect(database.execute(['SELECT 1'], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
