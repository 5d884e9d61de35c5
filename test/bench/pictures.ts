/**
 * Pictures of every view and every screen of a lesson, to be looked at one by one:
 *
 *   npm run pictures [-- --only watch,lesson/clip] [--width 360,768,1440] [--scheme light,dark] [--out pictures]
 *
 * `--only` takes beginnings of addresses. Needs a built site (npm run build). What is wider than the screen, and what
 * the browser complains of, is printed.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright';
import { LESSONS } from '../../src/lessons/index.ts';
import { collectProblems, launch } from '../e2e/browser.ts';
import { serve } from '../e2e/serve.ts';

const PLACES = ['watch', 'playground', 'policy', 'ask', 'data', 'lab', 'glossary', 'about'];
const SCREENS = LESSONS.flatMap(({ id, screens }) => screens.map((_, i) => `lesson/${id}/${i + 1}`));
const SHEETS = LESSONS.map(({ id }) => `sheet/${id}`);
const HEIGHTS: Readonly<Record<string, number>> = { 360: 760, 768: 1024 };

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    width: { type: 'string', default: '360,768,1440' },
    scheme: { type: 'string', default: 'light,dark' },
    out: { type: 'string', default: 'pictures' },
  },
});
const wanted = values.only.split(',');
const addresses = [...PLACES, ...SCREENS, ...SHEETS].filter((one) => wanted.some((begin) => one.startsWith(begin)));

/** What stands there only as long as the engine starts. */
const STARTING = /Starting …|being written …/;

/** The engine has started, and no text and no picture has moved for a while. */
async function settled(page: Page): Promise<void> {
  let before = '';
  for (let i = 0; i < 40; i++) {
    await page.waitForTimeout(500);
    const now = await page.evaluate(() => document.body.innerHTML);
    const isBusy = await page.evaluate(() => document.querySelector('[aria-busy="true"]') !== null);
    const isStarting = STARTING.test(await page.evaluate(() => document.body.innerText));
    if (now === before && !isBusy && !isStarting && i > 2) return;
    before = now;
  }
}

mkdirSync(values.out, { recursive: true });
const [browser, server] = await Promise.all([launch(), serve('/')]);
for (const width of values.width.split(',').map(Number))
  for (const scheme of values.scheme.split(',') as ('light' | 'dark')[]) {
    const viewport = { width, height: HEIGHTS[width] ?? 900 };
    for (const address of addresses) {
      const context = await browser.newContext({ viewport, colorScheme: scheme, serviceWorkers: 'block' });
      const page = await context.newPage();
      const problems = collectProblems(page);
      await page.goto(`${server.url}${address === 'watch' ? '' : `#${address}`}`);
      await settled(page);
      const path = join(values.out, `${address.replaceAll('/', '-')}-${width}-${scheme}.png`);
      await page.screenshot({ path, fullPage: true });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      const said = [...(wide > width ? [`${wide} px wide`] : []), ...problems];
      console.log(`${path}${said.length === 0 ? '' : `: ${said.join('; ')}`}`);
      await context.close();
    }
  }
await browser.close();
await server.close();
