import { afterAll, beforeAll, expect, test } from 'vitest';
import { DatabaseImportError } from '../../src/database/errors.ts';
import type { DatabaseWorkerLike } from '../../src/database/protocol.ts';
import { WatchedDatabase } from '../../src/database/watched-database.ts';
import { CASES_SQL, testSandbox } from './cases.ts';
import { SHOP_SQL } from './shop.ts';
import { UNINTERRUPTIBLE } from './uninterruptible.ts';

const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';

/** What holds for a database behind a worker, wherever the worker runs. */
export function testWatchedDatabase(spawn: () => DatabaseWorkerLike): void {
  let database: WatchedDatabase;
  let workers = 0;
  const counted = () => {
    workers++;
    return spawn();
  };
  beforeAll(async () => {
    database = await WatchedDatabase.open(CASES_SQL, counted);
  }, 60_000);
  afterAll(() => database.close());

  testSandbox(async () => database);

  test('the schema arrives whole', () => {
    expect(database.schema.tables.map(({ name, rowCount }) => [name, rowCount])).toEqual([
      ['orders', 3000],
      ['docs', 2],
      ['boxes', 2],
    ]);
    expect(database.schema.profiles.find(({ column }) => column === 'city')?.values).toEqual(['Zürich']);
  });

  test('a batch comes back in order, equal texts once', async () => {
    const sql = Array.from({ length: 50 }, (_, i) => `SELECT ${i % 7} AS n, x'0102', 9007199254740993`);
    const executions = await database.execute(sql);
    expect(executions.map(({ rows }) => rows[0])).toEqual(
      sql.map((_, i) => [i % 7, new Uint8Array([1, 2]), 9007199254740993n]),
    );
    expect(await database.execute([])).toEqual([]);
  });

  test('calls made at the same time wait for each other', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => database.execute([`SELECT ${i}`])));
    expect(results.map(([execution]) => execution?.rows)).toEqual(results.map((_, i) => [[i]]));
  });

  test('a statement that SQLite cannot interrupt is killed, the ones around it are not', async () => {
    const before = workers;
    const executions = await database.execute(
      ['SELECT 1', UNINTERRUPTIBLE, 'SELECT count(*) FROM orders', 'SELECT 1'],
      { budget: { deadlineMs: 300 } },
    );
    expect(executions.map(({ status }) => status)).toEqual(['rows', 'killed', 'rows', 'rows']);
    expect(executions[1]?.error).toMatch(/no answer within 1\.3 s/);
    expect(executions[2]?.rows).toEqual([[3000]]);
    expect(workers).toBeGreaterThan(before);
    expect((await database.execute(['SELECT 2']))[0]).toMatchObject({ rows: [[2]] });
  }, 60_000);

  test('an abort is answered at once, and the database comes back', async () => {
    await expect(database.execute(['SELECT 1'], { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    for (const sql of [ENDLESS, UNINTERRUPTIBLE]) {
      const control = new AbortController();
      const work = database.execute([sql, 'SELECT 3'], {
        signal: control.signal,
        budget: { maxVmSteps: Infinity, deadlineMs: 20_000 },
      });
      const waiting = database.execute(['SELECT 4']);
      setTimeout(() => control.abort(), 50);
      await expect(work).rejects.toMatchObject({ name: 'AbortError' });
      expect((await waiting)[0]).toMatchObject({ rows: [[4]] });
    }
  }, 60_000);

  test('an abort while waiting in line takes the call out of it', async () => {
    const control = new AbortController();
    const first = database.execute([ENDLESS], { budget: { maxVmSteps: Infinity, deadlineMs: 300 } });
    const second = database.execute(['SELECT 1'], { signal: control.signal });
    control.abort();
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    expect((await first)[0]).toMatchObject({ status: 'timeout' });
  });

  test('a source that is no database is refused with the reason', async () => {
    const opening = WatchedDatabase.open(new Uint8Array(0), spawn);
    await expect(opening).rejects.toBeInstanceOf(DatabaseImportError);
    await expect(opening).rejects.toThrow('0 bytes');
  });

  test('a dump opens as bytes', async () => {
    const shop = await WatchedDatabase.open(new TextEncoder().encode(SHOP_SQL), spawn);
    const [count] = await shop.execute(['SELECT count(*) FROM customers']);
    expect(count?.rows).toEqual([[3]]);
    shop.close();
  });

  test('a closed database refuses, and the call that was running ends', async () => {
    const shop = await WatchedDatabase.open(SHOP_SQL, spawn);
    const running = shop.execute([ENDLESS], { budget: { maxVmSteps: Infinity, deadlineMs: 20_000 } });
    setTimeout(() => shop.close(), 50);
    await expect(running).rejects.toThrow('closed');
    await expect(shop.execute(['SELECT 1'])).rejects.toThrow('closed');
  });
}
