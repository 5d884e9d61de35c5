/** Hints against none in the prompt of a language model: asked live, of a server, on the built site. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Locator, Page } from 'playwright';
import { parseQuestions } from '../../src/formats/dataset.ts';
import { startServer, type TestServer } from '../support/openai-server.ts';
import { NO_BUILT_IN_MODEL, openSite } from './page.ts';
import { DIST } from './serve.ts';

let server: TestServer | null = null;
const site = openSite({
  allowed: [
    NO_BUILT_IN_MODEL,
    // An answer that is given up, and a server that is gone, are logged by the browser itself.
    /^request failed: http:\/\/127\.0\.0\.1:\d+\/v1\//,
    /^console: Failed to load resource: net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)/,
  ],
  origins: () => (server === null ? [] : [server.url]),
});
let page: Page;
let part: Locator;

beforeEach(() => {
  page = site.page;
  part = page.getByRole('region', { name: /^Do hints in its prompt help/ });
});

afterEach(() => server?.close());

const hasHints = (messages: readonly { readonly content: string }[]): boolean =>
  messages[0]?.content.includes('\nHints:\n') === true;

/** Answers by the answer keys where hints stand in the prompt, and wrongly where none do. */
async function serveFollower(tokenMs: number): Promise<TestServer> {
  const file = await readFile(join(DIST, 'datasets/shop/questions.json'), 'utf8');
  const gold = new Map(parseQuestions(file, 'questions.json').map(({ question, sql }) => [question, sql]));
  server = await startServer({
    tokenMs,
    answer: ({ messages }) =>
      (hasHints(messages) ? gold.get(messages[1]?.content ?? '') : undefined) ?? 'SELECT 1 WHERE 0',
  });
  return server;
}

const toLab = () => page.getByRole('link', { name: 'Lab', exact: true }).click();

/** From the Lab, with hints of a few steps, to a model that can be asked. */
async function readied(tokenMs: number): Promise<TestServer> {
  await site.open();
  for (let i = 0; i < 3; i++) await site.step();
  await toLab();
  const { url } = await serveFollower(tokenMs);
  await part.getByRole('button', { name: 'Choose a language model' }).click();
  await page.getByLabel('Base URL').fill(url);
  await page.getByLabel('Model', { exact: true }).fill('good');
  await site.button('Connect').click();
  await page
    .locator('.connected')
    .getByRole('button', { name: /^In use/ })
    .waitFor();
  await page.keyboard.press('Escape');
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.textContent?.trim()))
    .toBe('Ask with and without hints');
  return server as TestServer;
}

test(
  'what is missing is said with the way to it; then the model is asked both ways and every answer can be read',
  { timeout: 240_000 },
  async () => {
    await page.goto(`${site.url}#lab`);
    const missing = part.getByRole('list', { name: 'What is missing' });
    await missing.getByText('No language model is loaded.').waitFor({ timeout: 60_000 });
    await missing.getByText(/^The policy has no hint yet/).waitFor();
    await missing.getByRole('link', { name: 'Train in the Playground' }).click();
    await page.getByText(/^Press Step\. Each row becomes/).waitFor();

    const { seen } = await readied(0);
    await part.getByRole('combobox', { name: 'Questions' }).selectOption('10');
    await part.getByText(/^Up to 20 answers\. How long that takes is not known before/).waitFor();
    expect(await site.findings()).toEqual([]);
    // From the keyboard; the focus stays on the button while it starts and ends.
    await part.getByRole('button', { name: 'Ask with and without hints' }).focus();
    await page.keyboard.press('Enter');
    await part.locator('.verdict').waitFor({ timeout: 120_000 });
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Ask with and without hints');

    const verdict = (await part.locator('.verdict').textContent()) ?? '';
    expect(verdict).toMatch(/10 questions, 10 facts/);
    const figures = await part.locator('tbody td:not(.bar)').allTextContents();
    expect(figures).toEqual([
      '0.0',
      expect.stringMatching(/^0\.0–\d+\.\d$/),
      expect.stringMatching(/^\d+\.\d$/),
      expect.stringMatching(/^\d+\.\d–\d+\.\d$/),
      expect.stringMatching(/^\+\d+\.\d$/),
      expect.stringMatching(/^[+−]\d+\.\d to \+\d+\.\d$/),
    ]);
    // The same questions with hints and without, greedy; those that no hint applies to once.
    const asked = seen.map(({ body }) => body);
    expect(asked.every(({ temperature }) => temperature === 0)).toBe(true);
    const [hinted, plain] = [true, false].map((wanted) => asked.filter((one) => hasHints(one.messages) === wanted));
    expect(plain).toHaveLength(10);
    expect(hinted?.length).toBeGreaterThan(0);

    const better = part.locator('.questions').first().locator('details');
    expect(await better.count()).toBe(hinted?.length);
    await better.first().locator('summary').click();
    expect(await better.first().locator('pre').allTextContents()).toEqual([
      expect.stringContaining('SELECT 1'),
      expect.stringContaining('SELECT'),
    ]);
    expect(await better.first().locator('.mark').allTextContents()).toEqual(['Wrong', 'Right']);
    await part.getByText(/^About \d+ s, going by the last time\.$/).waitFor();
    for (const [colorScheme, width] of [
      ['light', 1440],
      ['dark', 360],
    ] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 900 });
      expect(await site.findings(), `${colorScheme} ${width}`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    }

    await page.setViewportSize({ width: 1440, height: 900 });
    await page.getByRole('link', { name: 'Playground', exact: true }).click();
    expect(await site.stepCount()).toBe(3);
  },
);

test(
  'stopped, it shows what was measured and goes on from there; a server that is gone is told with a way out',
  { timeout: 240_000 },
  async () => {
    const slow = await readied(150);
    const status = part.getByRole('status');
    const numberIn = async (where: Locator): Promise<number> =>
      Number(/\d+/.exec((await where.textContent()) ?? '')?.[0]);
    await part.getByRole('button', { name: 'Ask with and without hints' }).click();
    const progress = part.locator('.progress');
    await progress.getByText(/^\d+ of 30 questions, about \d+ s left$/).waitFor({ timeout: 60_000 });
    // It goes on while another place is looked at.
    await page.getByRole('link', { name: 'Playground', exact: true }).click();
    await toLab();
    await part.getByRole('button', { name: 'Stop' }).click();
    await status.getByText(/^Stopped after \d+ of 30 questions\. This is what was measured until then/).waitFor();
    expect(await part.locator('.verdict').textContent()).toMatch(/points .*; \d+ questions?, \d+ facts?/);
    expect(await site.findings()).toEqual([]);

    const before = await numberIn(status);
    expect(before).toBeLessThan(30);
    await part.getByRole('button', { name: 'Go on where it ended' }).click();
    await expect.poll(() => numberIn(progress), { timeout: 60_000 }).toBeGreaterThan(before);
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe('Stop');
    await slow.close();
    await status.getByText(/^It ended after \d+ of 30 questions: .*127\.0\.0\.1/).waitFor({ timeout: 120_000 });
    expect(await numberIn(status)).toBeGreaterThan(before);
    expect(await part.getByRole('button', { name: 'Go on where it ended' }).count()).toBe(1);
  },
);
