import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright';
import { collectProblems, launch } from './browser.ts';
import { DIST, serve, type StaticServer } from './serve.ts';

let server: StaticServer;
let browser: Browser;

beforeAll(async () => {
  if (!existsSync(join(DIST, 'index.html'))) throw new Error('there is no build to test: run `npm run build` first');
  [server, browser] = await Promise.all([serve('/some/path/'), launch()]);
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

test('the build works from a sub-path of a plain static host', async () => {
  const page = await browser.newPage();
  const problems = collectProblems(page);
  await page.goto(server.url, { waitUntil: 'networkidle' });
  await page.getByRole('heading', { level: 1 }).waitFor({ state: 'visible' });
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
  expect(problems).toEqual([]);
});

test('the server answers 404 outside the sub-path and never leaves the build', async () => {
  const { origin } = new URL(server.url);
  const statusOf = async (path: string) => (await fetch(origin + path)).status;
  expect(await statusOf('/')).toBe(404);
  expect(await statusOf('/some/path/missing.js')).toBe(404);
  expect(await statusOf('/some/path/..%2f..%2fpackage.json')).toBe(404);
  expect(await statusOf('/some/path/')).toBe(200);
});
