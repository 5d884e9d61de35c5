import { describe, expect, test } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { spawnWebDatabase } from '../../src/database/web.ts';
import { CASES_SQL, testSandbox } from '../database/cases.ts';
import { testWatchedDatabase } from '../database/watchdog.ts';

describe('a Web Worker', () => testWatchedDatabase(spawnWebDatabase));

describe('this thread', () => {
  const database = SqliteDatabase.open(CASES_SQL);
  testSandbox(() => database);

  test('no storage of the browser is within reach', async () => {
    const before = Object.keys(localStorage);
    const [execution] = await (await database).execute(["ATTACH 'file:local?vfs=kvvfs' AS y"]);
    expect(execution?.status).toBe('refused');
    // Other tests of this origin may have left something of their own.
    expect(Object.keys(localStorage)).toEqual(before);
  });
});

/** What `database-nested.worker.ts` says. */
type Report = { readonly statuses: readonly string[]; readonly rows: unknown } | { readonly error: string };

test('the worker starts from inside another worker, and is replaced there after a kill', async () => {
  const outer = new Worker(new URL('./database-nested.worker.ts', import.meta.url), { type: 'module' });
  const report = await new Promise<Report>((resolve, reject) => {
    outer.onmessage = (event: MessageEvent<Report>) => resolve(event.data);
    outer.onerror = (event) => reject(new Error(event.message));
  });
  outer.terminate();
  expect(report).toEqual({ statuses: ['rows', 'killed', 'rows'], rows: [[3]] });
});
