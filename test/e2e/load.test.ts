import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Browser } from 'playwright';
import { loadFigures, type LoadFigures } from '../bench/page.ts';
import { launch } from './browser.ts';
import { DIST } from './serve.ts';

let browser: Browser;
let figures: LoadFigures;

beforeAll(async () => {
  if (!existsSync(join(DIST, 'index.html'))) throw new Error('there is no build to test: run `npm run build` first');
  browser = await launch();
  figures = await loadFigures(browser, DIST);
});

afterAll(() => browser.close());

test('until Play can be pressed at most 270 kB of script are loaded, before the first paint at most 85', () => {
  expect(figures.initialScript).toBeGreaterThan(40_000);
  expect(figures.initialScript).toBeLessThanOrEqual(85_000);
  expect(figures.script).toBeGreaterThan(figures.initialScript);
  expect(figures.script).toBeLessThanOrEqual(270_000);
});

test('at most 60 kB of fonts are fetched', () => {
  expect(figures.fonts).toBeGreaterThan(20_000);
  expect(figures.fonts).toBeLessThanOrEqual(60_000);
});

test('nothing is fetched twice, and the browser has no complaint', () => {
  expect(figures.asked.filter((path, i) => figures.asked.indexOf(path) !== i)).toEqual([]);
  expect(figures.complaints).toEqual([]);
});

test('what a language model, a file or a dialog needs is not fetched', () => {
  expect(
    figures.asked.filter((path) => /webllm|wllama|endpoint|sqlite-[^.]*\.js|Dialog|Lab-|AskPage|sampler/i.test(path)),
  ).toEqual([]);
});
