/**
 * The built site in other engines than Chromium: it opens, takes steps, and is the same after a reload; and the same
 * seed gives the same run in them. Which engines are left out here, and why, `npm test` says (scripts/engines.mjs).
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findEngines } from '../../scripts/engines.mjs';
import { DIST, serve, type StaticServer } from '../e2e/serve.ts';
import { GOLDEN_STEPS, shopDataset, shopRun } from '../engine/scenario.ts';
import { shopFiles } from '../engine/shop-files.ts';
import { openFirefox } from './firefox.ts';
import { tabOf, type Tab } from './tab.ts';
import { openWebKit } from './webkit.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const golden = readFileSync(new URL('../golden/shop-30-steps.sha256', import.meta.url), 'utf8').trim();
/** On the built page, before its own scripts: what must not happen on it. */
const WATCH = `<head><script>
  window.problems = [];
  addEventListener('error', (event) => problems.push('error: ' + (event.message ?? event.target.outerHTML ?? event.target)), true);
  addEventListener('unhandledrejection', (event) => problems.push('unhandled: ' + event.reason));
  const said = console.error;
  console.error = (...all) => { problems.push('console: ' + all.join(' ')); said(...all); };
</script>`;
const STEPS = 3;
/** Engines that start cold on a busy machine: a page has this long to get somewhere. */
const PATIENCE = { timeout: 60_000 };

interface Run {
  readonly steps: readonly { readonly groups: readonly { readonly completions: readonly { sql: string }[] }[] }[];
}

let folder: string;
let site: StaticServer;
let module: StaticServer;
let run: Run;

beforeAll(async () => {
  if (!existsSync(join(DIST, 'index.html'))) throw new Error('there is no build to test: run `npm run build` first');
  folder = mkdtempSync(join(tmpdir(), 'grpo-sql-lab-fingerprint-'));
  await build({
    root: ROOT,
    base: './',
    configFile: false,
    logLevel: 'error',
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'es2022',
      rolldownOptions: { input: join(ROOT, 'test/engines/fingerprint.html') },
    },
  });
  const index = readFileSync(join(DIST, 'index.html'), 'utf8').replace('<head>', WATCH);
  const watched = (path: string) => (/^(\?|$)/.test(path) ? { body: index } : {});
  site = await serve('/some/path/', DIST, undefined, watched);
  module = await serve('/', folder);
  run = JSON.parse(await shopRun(await shopDataset(shopFiles()))) as Run;
});

afterAll(async () => {
  await site.close();
  await module.close();
  rmSync(folder, { recursive: true });
});

describe.each(findEngines().map((engine) => [engine.name, engine] as const))('%s', (_, engine) => {
  const { missing } = engine;
  const skips = missing !== undefined;
  let tab: Tab;

  beforeAll(async () => {
    if (missing !== undefined) return;
    const session = engine.name === 'Firefox' ? openFirefox(engine.file) : openWebKit(engine.file, engine.display);
    tab = tabOf(await session);
  }, 120_000);

  afterAll(() => (skips ? undefined : tab.close()));

  const stepCount = () => tab.run(() => Number(document.querySelector('.count strong')?.textContent));
  const picture = () =>
    tab.run(() => {
      const texts = (selector: string) => [...document.querySelectorAll(selector)].map((one) => one.textContent.trim());
      return {
        sql: texts('.sheet pre'),
        totals: texts('.sheet .total button'),
        advantages: texts('.sheet .value button'),
        hints: texts('.policy li .pattern'),
        weights: texts('.policy li .weight'),
      };
    });

  test.skipIf(skips)('opens, takes the steps that Node takes, and is the same after a reload', async () => {
    await tab.open(`${site.url}?seed=7#playground`);
    await expect
      .poll(() => tab.run(() => document.querySelector('.blank[aria-busy=false]') !== null), PATIENCE)
      .toBe(true);
    // Otherwise what a step changes appears bit by bit.
    await tab.press('//label[normalize-space()="Max"]');
    for (let step = 1; step <= STEPS; step++) {
      await tab.press('//main//button[normalize-space()="Step"]');
      await expect.poll(stepCount, PATIENCE).toBe(step);
    }
    const before = await picture();
    const sql = run.steps[STEPS - 1]?.groups[0]?.completions.map((completion) => completion.sql) ?? [];
    expect(sql.length).toBeGreaterThan(1);
    // The page breaks SQL into lines.
    const solid = (texts: readonly string[]) => texts.map((text) => text.replace(/\s+/g, ''));
    expect(solid(before.sql)).toEqual(solid(sql));
    expect(before.advantages).toHaveLength(sql.length);

    await tab.reload();
    await expect.poll(stepCount, PATIENCE).toBe(STEPS);
    await expect.poll(picture, PATIENCE).toEqual(before);
    expect(await tab.run(() => (window as unknown as { problems: string[] }).problems)).toEqual([]);
  });

  test.skipIf(skips)(`takes the same ${GOLDEN_STEPS} steps as Node, to the byte`, async () => {
    await tab.open(`${module.url}test/engines/fingerprint.html`);
    await expect.poll(() => tab.run(() => document.querySelector('output')?.textContent), PATIENCE).not.toBe('');
    expect(await tab.run(() => document.querySelector('output')?.textContent)).toBe(golden);
  });
});
