/** Rows about the browser's storage: a run at Max on the built site, in Chromium with a profile on disk. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Worker } from 'playwright';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/chromium.mjs';
import { serve } from '../e2e/serve.ts';
import { absentRow, type Row } from './rows.ts';

const STEPS = 4_000;
/** Milliseconds for all of them, before the bench gives up. */
const LONGEST = 30 * 60_000;

export interface StorageRun {
  readonly steps: number;
  /** What `navigator.storage.estimate()` says is used, less what it said before the first step. */
  readonly usedBytes: number;
  /** What was put into IndexedDB: bytes of buffers, of texts, 8 a number; names of fields count as texts. */
  readonly writtenBytes: number;
}

/** In the engine's worker: counts what is put into IndexedDB from here on, in `written`. */
const COUNT_WRITES = `(() => {
  globalThis.written = 0;
  const size = (value) => {
    if (value instanceof Uint8Array) return value.byteLength;
    if (Array.isArray(value)) return value.reduce((sum, each) => sum + size(each), 0);
    if (typeof value === 'object' && value !== null)
      return Object.entries(value).reduce((sum, [name, each]) => sum + name.length + size(each), 0);
    return typeof value === 'string' ? value.length : 8;
  };
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (...args) {
    globalThis.written += size(args[0]);
    return put.apply(this, args);
  };
})()`;

/** Takes at least `steps` steps on the site in `folder` with its default settings. */
export async function measureStorage(folder: string, steps = STEPS): Promise<StorageRun> {
  const server = await serve('/', folder);
  const profile = await mkdtemp(join(tmpdir(), 'bench-profile-'));
  const executablePath = findChromium();
  const context = await chromium.launchPersistentContext(profile, {
    args: CHROMIUM_ARGS,
    reducedMotion: 'reduce',
    // What is kept of the page itself is no run.
    serviceWorkers: 'block',
    ...(executablePath ? { executablePath } : {}),
  });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    const engines: Worker[] = [];
    page.on('worker', (worker) => {
      engines.push(worker);
      void worker.evaluate(COUNT_WRITES).catch(() => undefined);
    });
    await page.goto(`${server.url}#playground`);
    await page.getByText(/^Press Step\. Each row becomes/).waitFor({ timeout: 120_000 });
    const used = (): Promise<number> => page.evaluate(async () => (await navigator.storage.estimate()).usage ?? NaN);
    const taken = async (): Promise<number> =>
      Number((await page.locator('.count strong').textContent())?.replace(/\D/g, ''));
    const before = await used();
    await page.locator('input[name=speed][value=max]').check({ force: true });
    await page.getByRole('button', { name: 'Run', exact: true }).first().click();
    const began = performance.now();
    while ((await taken()) < steps) {
      if (performance.now() - began > LONGEST) throw new Error(`${steps} steps took too long.`);
      await page.waitForTimeout(500);
    }
    await page.getByRole('button', { name: 'Pause', exact: true }).first().click();
    // What was pressed is done when the next call is answered: the list of runs reads what is stored.
    await page.getByRole('button', { name: 'Run', exact: true }).first().waitFor();
    await page.waitForTimeout(2_000);
    const counts = await Promise.all(
      engines.map((engine) => engine.evaluate('globalThis.written ?? 0').catch(() => 0)),
    );
    return {
      steps: await taken(),
      usedBytes: (await used()) - before,
      writtenBytes: counts.reduce((sum: number, each) => sum + Number(each), 0),
    };
  } finally {
    await context.close();
    await server.close();
    await rm(profile, { recursive: true, force: true });
  }
}

export async function storageRows(roots: { readonly here: string; readonly beside: string | null }): Promise<Row[]> {
  const built = join(roots.here, 'dist');
  if (!existsSync(built)) return [absentRow('storage', 'there is no built site: npm run build')];
  const { steps, usedBytes, writtenBytes } = await measureStorage(built);
  return [
    {
      what: `storage after ${steps} steps at Max`,
      unit: 'MB',
      here: usedBytes / 1e6,
      beside: null,
      aim: { of: 'figure', most: 60 },
    },
    {
      what: 'written to storage a step',
      unit: 'kB',
      here: writtenBytes / 1e3 / steps,
      beside: null,
      aim: { of: 'figure', most: 25 },
    },
  ];
}
