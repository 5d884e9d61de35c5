/**
 * A language model on the page, from nothing loaded to groups it wrote: a GGUF file on llama.cpp for real, and a
 * server.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { makeGguf } from '../support/gguf.ts';
import { startServer } from '../support/openai-server.ts';
import { NO_BUILT_IN_MODEL, openSite } from './page.ts';
import { DIST } from './serve.ts';

/** Short prompts and answers that a grammar keeps to SQL: a model of random weights has learnt neither. */
const SHORT = '?cd=true&mt=96&pt=300';
/** Answers of noise that are long enough to be stopped. */
const LONG = '?mt=2048&pt=300';

let serverOrigin = '';
const site = openSite({
  allowed: [
    NO_BUILT_IN_MODEL,
    // A server that is gone, and an answer that is stopped, are logged by the browser itself.
    /^request failed: http:\/\/127\.0\.0\.1:\d+\/v1\//,
    /^console: Failed to load resource: net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)/,
  ],
  origins: () => [serverOrigin],
});
const { button, step, stepCount, texts } = site;
let page: Page;
let folder: string;
let gguf: string;
let talker: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grpo-sql-lab-gguf-'));
  gguf = join(folder, 'random.gguf');
  await writeFile(gguf, makeGguf({ name: 'Random llama', contextLength: 4096 }));
  // Where the token that ends an answer is one of many, answers are long.
  talker = join(folder, 'talker.gguf');
  await writeFile(talker, makeGguf({ name: 'Random talker', contextLength: 4096, extraTokens: 20_000 }));
});

afterAll(() => rm(folder, { recursive: true }));

beforeEach(() => {
  page = site.page;
});

/** Notes the texts that come by under a selector from now on; resolves to a reader of them. Each is noted once. */
async function watch(selector: string): Promise<() => Promise<string[]>> {
  await page.evaluate((watched) => {
    const seen = new Set<string>();
    (window as unknown as Record<string, unknown>)[`seen ${watched}`] = seen;
    const look = (): void => document.querySelectorAll(watched).forEach(({ textContent }) => seen.add(textContent));
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
    look();
  }, selector);
  return () =>
    page.evaluate(
      (watched) => [...((window as unknown as Record<string, Set<string>>)[`seen ${watched}`] ?? [])],
      selector,
    );
}

const chip = () => page.locator('header .chip');
const rows = () => page.locator('.sheet li');
const absent = () => page.locator('.absent');

async function openDialog(): Promise<void> {
  await chip().click();
  await page.getByRole('heading', { name: 'Where the group comes from' }).waitFor();
}

async function openGguf(path: string): Promise<void> {
  await openDialog();
  await page.locator('input[type=file][accept*=gguf]').setInputFiles(path);
  await page
    .locator('[data-model^="file/"]')
    .getByRole('button', { name: /^In use/ })
    .waitFor({ timeout: 60_000 });
  await page.keyboard.press('Escape');
  await expect.poll(() => chip().textContent()).toContain('on this machine');
}

async function useBuiltIn(): Promise<void> {
  await openDialog();
  await button(/^Use built-in sketch sampler/).click();
  await button(/^In use built-in sketch sampler/).waitFor();
  await page.keyboard.press('Escape');
}

/** What must hold of every group on the screen: of four, from this model, run, scored and compared. */
async function expectGroupOf(model: string): Promise<void> {
  expect(await rows().count()).toBe(4);
  for (const origin of await texts('.sheet .origin')) expect(origin.startsWith(`${model} · `)).toBe(true);
  expect(await texts('.sheet .origin')).toHaveLength(4);
  for (const result of await texts('.sheet .result')) expect(result).not.toBe('');
  expect((await texts('.sheet .total button')).every((total) => Number.isFinite(Number(total)))).toBe(true);
  const advantages = (await texts('.sheet .value button')).map(Number);
  expect(advantages).toHaveLength(4);
  expect(Math.abs(advantages.reduce((sum, value) => sum + value, 0))).toBeLessThanOrEqual(0.02);
}

/** The files of the build that hold a text: the library behind it, whatever it is called there. */
async function chunksWith(text: string): Promise<string[]> {
  const scripts = (await readdir(join(DIST, 'assets'))).filter((name) => name.endsWith('.js'));
  const found = await Promise.all(
    scripts.map(async (name) =>
      (await readFile(join(DIST, 'assets', name), 'utf8')).includes(text) ? [`assets/${name}`] : [],
    ),
  );
  return found.flat();
}

test('a page that is only opened fetches no library of a language model', async () => {
  const libraries = [...(await chunksWith('WebWorkerMLCEngine')), ...(await chunksWith('wllama_malloc'))];
  expect(libraries).toHaveLength(2);
  await site.open();
  await step();
  await page.waitForLoadState('networkidle');
  // What the workers fetch is in the log, too.
  expect(site.asked).toContain('datasets/shop/db.sqlite');
  expect(site.asked.filter((path) => libraries.includes(path))).toEqual([]);
  expect(site.asked.filter((path) => path.endsWith('.wasm'))).toEqual([expect.stringContaining('sqlite3')]);
  // Nor does the dialog, before something is chosen in it.
  await openDialog();
  await page.getByRole('group', { name: /^On the CPU/ }).waitFor();
  expect(site.asked.filter((path) => libraries.includes(path) || /wllama.*\.wasm$/.test(path))).toEqual([]);
});

test(
  'a GGUF file from disk: progress, groups it writes live, and the model again after a reload',
  { timeout: 300_000 },
  async () => {
    await site.open(SHORT);
    await openDialog();
    const progress = await watch('dialog .load .words');
    await page.locator('input[type=file][accept*=gguf]').setInputFiles(gguf);
    const line = page.locator('[data-model^="file/"]');
    await line.getByRole('button', { name: /^In use/ }).waitFor({ timeout: 60_000 });
    expect((await progress()).some((words) => words.includes('random.gguf'))).toBe(true);
    expect(await line.textContent()).toContain('stored');
    expect(site.asked.some((path) => /assets\/wllama.*\.wasm$/.test(path))).toBe(true);
    expect(await site.findings()).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await chip().textContent()).toContain('Random llama');

    const [heads, live] = [await watch('.sheet header p'), await watch('.sheet li.writing pre')];
    await step();
    expect((await heads()).some((head) => /^Random llama is writing: \d of 4 complete$/.test(head))).toBe(true);
    const growing = (await live()).filter((text) => text.startsWith('SELECT'));
    expect(growing.length).toBeGreaterThan(1);
    await expectGroupOf('Random llama');
    expect((await texts('.sheet .origin')).every((origin) => origin.endsWith('constrained decoding'))).toBe(true);
    for (let i = 0; i < 12 && (await page.locator('.policy li .pattern').count()) === 0; i++) await step();
    await expectGroupOf('Random llama');
    expect(await page.locator('.policy li .pattern').count()).toBeGreaterThan(0);

    const before = await site.picture();
    await page.reload();
    await expect.poll(stepCount, { timeout: 30_000 }).toBe(before['step']);
    await rows().first().waitFor();
    expect(await site.picture()).toEqual(before);
    expect(await chip().textContent()).toContain('not loaded');
    expect(await absent().textContent()).toContain('This run’s groups came from Random llama, which is not loaded.');
    expect(await site.findings()).toEqual([]);

    // A step says what is missing, and takes nothing away.
    await button('Step').click();
    await page
      .getByRole('alert')
      .filter({
        hasText: 'Random llama is not loaded, so it cannot write a group. Load it, or go on with the built-in sampler.',
      })
      .waitFor();
    expect(await stepCount()).toBe(before['step']);

    await button('Load it').click();
    await absent().waitFor({ state: 'detached', timeout: 60_000 });
    await expect.poll(() => chip().textContent()).toContain('on this machine');
    await step();
    await expectGroupOf('Random llama');
  },
);

test(
  'one completion is stopped and counts as it stands; a group is given up and leaves the page usable',
  { timeout: 300_000 },
  async () => {
    await site.open(LONG);
    await openGguf(talker);
    await button('Step').click();
    await button('Stop completion 1').click({ timeout: 60_000 });
    await button('Stop completion 2').click({ timeout: 60_000 });
    await button('Stop completion 3').click({ timeout: 60_000 });
    await button('Stop completion 4').click({ timeout: 60_000 });
    await expect.poll(stepCount, { timeout: 60_000 }).toBe(1);
    await expectGroupOf('Random talker');
    for (const origin of await texts('.sheet .origin')) expect(origin).toContain('stopped by hand');

    const before = await site.picture();
    await button('Step').click();
    await button('Stop completion 1').waitFor({ timeout: 60_000 });
    await button('Give up this group').click();
    await expect.poll(() => page.locator('.sheet header').count()).toBe(0);
    expect(await site.picture()).toEqual(before);
    expect(await page.locator('.notice').count()).toBe(0);

    // While it runs, too: the run ends with the group.
    await button('Run').click();
    await button('Stop completion 1').waitFor({ timeout: 60_000 });
    await button('Give up this group').click();
    await button('Run').waitFor();
    await expect.poll(() => page.locator('.sheet header').count()).toBe(0);
    expect(await stepCount()).toBe(1);

    await useBuiltIn();
    await step();
    expect(await rows().count()).toBe(4);
    expect(await page.locator('.sheet .origin').count()).toBe(0);
    expect(await chip().textContent()).toContain('no download');
  },
);

test('a copy that is deleted is gone, and the run can go on without', { timeout: 180_000 }, async () => {
  await site.open(SHORT);
  await openGguf(gguf);
  await openDialog();
  const line = page.locator('[data-model^="file/"]');
  await line.getByRole('button', { name: /^Delete/ }).click();
  await button('Yes, delete it').click();
  await line.waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  expect(await chip().textContent()).toContain('not loaded');
  expect(
    await absent()
      .getByRole('button', { name: /^Load it/ })
      .count(),
  ).toBe(0);
  await absent().getByRole('button', { name: 'Go on with the built-in sampler' }).click();
  await absent().waitFor({ state: 'detached' });
  await step();
  await page.reload();
  await expect.poll(stepCount, { timeout: 30_000 }).toBe(1);
  expect(await chip().textContent()).toContain('no download');
});

test('a file that is no model is refused with cause and way out, and nothing is kept of it', async () => {
  const broken = join(folder, 'broken.gguf');
  await writeFile(broken, makeGguf().subarray(0, 20_000));
  await site.open();
  await openDialog();
  await page.locator('input[type=file][accept*=gguf]').setInputFiles(broken);
  const alert = page.locator('.failure [role=alert]');
  await alert.waitFor({ timeout: 60_000 });
  expect((await alert.textContent())?.length).toBeGreaterThan(40);
  expect(await page.locator('[data-model^="file/"]').count()).toBe(0);
  await page.locator('.failure').getByRole('button', { name: 'Go on with the built-in sampler' }).click();
  await alert.waitFor({ state: 'detached' });
  await page.keyboard.press('Escape');
  await step();
});

test(
  'a server: connected from the dialog, a group in one request, and a message with the way out when it is gone',
  { timeout: 180_000 },
  async () => {
    const server = await startServer({ tokenMs: 30 });
    try {
      serverOrigin = server.url;
      await site.open();
      await openDialog();
      await page.getByLabel('Base URL').fill(server.url);
      await page.getByLabel('Key, if it wants one').fill('sk-secret');
      await button('List models').click();
      await page.getByText(/^The server lists \d+ models\.$/).waitFor();
      await page.getByLabel('Model', { exact: true }).selectOption('good');
      await button('Connect').click();
      const name = `good at ${new URL(server.url).host}`;
      await page.getByText(`${name} is connected.`).waitFor();
      await page
        .locator('.connected')
        .getByRole('button', { name: /^In use/ })
        .waitFor();
      await page.keyboard.press('Escape');
      expect(await chip().textContent()).toContain('on a server');

      const live = await watch('.sheet li.writing pre');
      await step();
      await expectGroupOf(name);
      expect((await live()).filter((text) => text.startsWith('Here')).length).toBeGreaterThan(1);
      expect(server.seen.map(({ body }) => body.n)).toEqual([4]);
      expect(server.seen.every(({ authorization }) => authorization === 'Bearer sk-secret')).toBe(true);
      expect(
        server.seen.every(({ body }) => body.messages.some(({ content }) => content.includes('CREATE TABLE'))),
      ).toBe(true);

      // The key was not to be remembered.
      const stored = await page.evaluate(() => JSON.stringify({ ...localStorage }));
      expect(stored).toContain(server.url);
      expect(stored).not.toContain('sk-secret');

      const before = await site.picture();
      await server.close();
      await button('Step').click();
      const notice = page.locator('.notice.problem');
      await notice.waitFor({ timeout: 120_000 });
      expect(await notice.textContent()).toMatch(
        /did not get an answer from 127\.0\.0\.1:\d+\..*See that the server runs\./,
      );
      expect(await stepCount()).toBe(before['step']);
      expect(await texts('.sheet pre')).toEqual(before['sql']);

      await page.reload();
      await absent()
        .getByRole('button', { name: `Connect again to ${server.url}` })
        .waitFor();
      await absent().getByRole('button', { name: 'Go on with the built-in sampler' }).click();
      await absent().waitFor({ state: 'detached' });
      await step();
    } finally {
      await server.close();
    }
  },
);
