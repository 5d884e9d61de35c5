import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { spawnNodeDatabase } from '../../src/database/node.ts';
import type { DatabaseWorkerLike, FromDatabaseWorker, ToDatabaseWorker } from '../../src/database/protocol.ts';
import { serveDatabase } from '../../src/database/serve.ts';
import { WatchedDatabase } from '../../src/database/watched-database.ts';
import { SHOP_SQL } from './helpers.ts';
import { testWatchedDatabase } from './watchdog.ts';

describe('a Node worker thread', () => testWatchedDatabase(spawnNodeDatabase));

const root = fileURLToPath(new URL('../../', import.meta.url));

test('the worker starts from a bundled script, whatever the current folder', () => {
  const folder = mkdtempSync(join(tmpdir(), 'database-'));
  const script = join(folder, 'script.mts');
  const source = (file: string) => JSON.stringify(join(root, 'src/database', file));
  writeFileSync(
    script,
    `import { spawnNodeDatabase } from ${source('node.ts')};
     import { WatchedDatabase } from ${source('watched-database.ts')};
     const database = await WatchedDatabase.open('CREATE TABLE t (a); INSERT INTO t VALUES (42)', spawnNodeDatabase);
     console.log((await database.execute(['SELECT a FROM t']))[0]?.rows[0]?.[0]);
     database.close();`,
  );
  try {
    const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, 'scripts/run.mjs'), script], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 30_000,
    });
    expect({ stdout, stderr, status }).toEqual({ stdout: '42\n', stderr: '', status: 0 });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** A worker in this thread that dies where the test says. */
function fragile(state: { die: (message: ToDatabaseWorker) => string | null }): DatabaseWorkerLike {
  let toServer: (message: ToDatabaseWorker) => void = () => undefined;
  let toClient: (message: FromDatabaseWorker) => void = () => undefined;
  let crash: (reason: string) => void = () => undefined;
  let ended = false;
  serveDatabase({
    post: (message) => queueMicrotask(() => ended || toClient(message)),
    listen: (onMessage) => (toServer = onMessage),
  });
  return {
    post: (message) =>
      queueMicrotask(() => {
        const reason = state.die(message);
        if (reason === null) toServer(message);
        else crash(reason);
      }),
    listen: (onMessage, onCrash) => {
      toClient = onMessage;
      crash = onCrash;
    },
    terminate: () => (ended = true),
  };
}

test('a worker that breaks down by itself costs one statement', async () => {
  const state = {
    die: (message: ToDatabaseWorker): string | null =>
      message.type === 'execute' && message.sql[0] === 'SELECT 2' ? 'out of memory' : null,
  };
  const database = await WatchedDatabase.open(SHOP_SQL, () => fragile(state));
  const executions = await database.execute(['SELECT 2', 'SELECT 3']);
  expect(executions.map(({ status }) => status)).toEqual(['killed', 'rows']);
  expect(executions[0]?.error).toContain('out of memory');
  database.close();
});

test('a worker that cannot be started again is an error of the machine, and is tried again', async () => {
  const state = {
    die: (message: ToDatabaseWorker): string | null =>
      message.type === 'execute' ? 'gone' : message.type === 'reopen' ? 'no network' : null,
  };
  const database = await WatchedDatabase.open(SHOP_SQL, () => fragile(state));
  await expect(database.execute(['SELECT 1', 'SELECT 2'])).rejects.toThrow(/could not be started again.*no network/);
  state.die = () => null;
  expect((await database.execute(['SELECT 2']))[0]).toMatchObject({ rows: [[2]] });
  database.close();
});

test('the watchdog does not take its own busy thread for a stuck worker', async () => {
  const database = await WatchedDatabase.open(SHOP_SQL, spawnNodeDatabase);
  const work = database.execute(['SELECT count(*) FROM orders'], { budget: { deadlineMs: 100 } });
  const end = performance.now() + 1500;
  await Promise.resolve();
  while (performance.now() < end) Math.sqrt(end); // this thread is busy for longer than the watchdog's patience
  expect((await work)[0]).toMatchObject({ status: 'rows', rows: [[3]] });
  database.close();
});
