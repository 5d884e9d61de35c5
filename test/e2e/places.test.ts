/** Where the page may find itself: a classroom's plain http, a file, a frame, a filtered network, a translator. */
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright';
import { chromium } from 'playwright';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { CHROMIUM_ARGS_OF_TESTS, findChromium } from '../../scripts/chromium.mjs';
import { collectProblems } from './browser.ts';
import { DIST, serve, type StaticServer } from './serve.ts';

/** A name that is not localhost, so that plain http under it is no secure context. */
const CLASSROOM = 'classroom.test';

let browser: Browser;
const servers: StaticServer[] = [];

beforeAll(async () => {
  const executablePath = findChromium();
  browser = await chromium.launch({
    args: [...CHROMIUM_ARGS_OF_TESTS, `--host-resolver-rules=MAP ${CLASSROOM} 127.0.0.1`],
    ...(executablePath ? { executablePath } : {}),
  });
});

afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
});

afterAll(async () => {
  await browser.close();
  await Promise.all(servers.map((server) => server.close()));
});

async function served(alter?: Parameters<typeof serve>[3]): Promise<string> {
  const server = await serve('/', DIST, undefined, alter);
  servers.push(server);
  return server.url;
}

/** Nothing here is about what a first visit stores on the machine, which is two thirds of its work. */
const fresh = (): Promise<BrowserContext> => browser.newContext({ serviceWorkers: 'block' });

async function opened(url: string): Promise<Page> {
  const page = await (await fresh()).newPage();
  await page.goto(`${url}#playground`);
  return page;
}

const stepped = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Step', exact: true }).first().click();
  await page.locator('.sheet li .result').first().waitFor();
};
const stepCount = (page: Page): Promise<string | null> => page.locator('.count strong').first().textContent();

test('plain http in a local network: steps, storage and copying work', async () => {
  const url = (await served()).replace('127.0.0.1', CLASSROOM);
  const page = await (await fresh()).newPage();
  const problems = collectProblems(page);
  await page.goto(`${url}#playground`);
  expect(await page.evaluate(() => [isSecureContext, 'randomUUID' in crypto, 'clipboard' in navigator])).toEqual([
    false,
    false,
    false,
  ]);
  await stepped(page);
  await page.reload();
  await expect.poll(() => stepCount(page)).toBe('1');

  // What is copied arrives in a field.
  await page.getByRole('button', { name: 'As a prompt' }).click();
  const dialog = page.locator('dialog[open]');
  await dialog.getByRole('button', { name: /^Copy/ }).first().click();
  await dialog.getByText('Copied.').waitFor();
  await page.keyboard.press('Escape');
  await page.evaluate(() => {
    const field = document.body.appendChild(document.createElement('textarea'));
    field.id = 'pasted';
    field.focus();
  });
  await page.keyboard.press('Control+V');
  expect(await page.locator('#pasted').inputValue()).toContain('SELECT');

  // Of what does need a secure context the page says so.
  await page
    .getByRole('button', { name: /sampler/i })
    .first()
    .click();
  await dialog.getByText(/https/).first().waitFor();
  expect(problems).toEqual([]);
});

test.each([
  ['a file', async () => pathToFileURL(join(DIST, 'index.html')).href, /opened as a file/],
  [
    'scripts sent as text',
    async () => served((path) => (path.endsWith('.js') ? { headers: { 'content-type': 'text/plain' } } : {})),
    /sends the scripts as something else/,
  ],
  [
    'a policy that refuses scripts',
    async () => served(() => ({ headers: { 'content-security-policy': "script-src 'none'" } })),
    /Scripts are blocked/,
  ],
])('%s: the page says what to do', async (_, address, reason) => {
  const page = await opened(await address());
  const words = page.getByText(reason);
  await expect.poll(() => words.isVisible(), { timeout: 20_000 }).toBe(true);
});

test('a browser without what the page needs is told so, in words and with the versions', async () => {
  const page = await (await fresh()).newPage();
  const problems = collectProblems(page);
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, 'CompressionStream');
    Reflect.deleteProperty(HTMLDialogElement.prototype, 'showModal');
  });
  await page.goto(await served());
  const alert = page.getByRole('alert');
  await alert.waitFor();
  expect(await alert.textContent()).toMatch(/too old.*compressed storage, dialogs.*Chrome or Edge \d+/);
  expect(problems).toEqual([]);
});

test('a sandboxed frame: the page says what to do', async () => {
  const url = await served();
  const page = await opened(`${url}datasets/shop/questions.json`);
  await page.setContent(`<iframe sandbox="allow-scripts" src="${url}" width="800" height="600"></iframe>`);
  const words = page.frameLocator('iframe').getByText(/open the page in a tab of its own/);
  await expect.poll(() => words.isVisible(), { timeout: 20_000 }).toBe(true);
});

test('the page of a filter in the place of SQLite is called so, and “Try again” tries again', async () => {
  let filtered = true;
  const url = await served((path) =>
    filtered && path.endsWith('.wasm')
      ? { headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Blocked</title>' }
      : {},
  );
  const page = await opened(url);
  await page.getByText(/most likely the page of a filter or of a login/).waitFor();
  filtered = false;
  await page.getByRole('button', { name: 'Try again' }).click();
  await stepped(page);
});

test('a translator replaces texts, and the page lives on', async () => {
  const page = await opened(await served());
  const problems = collectProblems(page);
  await stepped(page);
  // As translators do: every text that may be translated becomes an element of theirs.
  const translate = (): Promise<number> =>
    page.evaluate(() => {
      const kept = (node: Node): boolean => node.parentElement?.closest('[translate="no"], script, style') !== null;
      const walker = document.createTreeWalker(document, NodeFilter.SHOW_TEXT);
      const found: Node[] = [];
      while (walker.nextNode()) if (!kept(walker.currentNode)) found.push(walker.currentNode);
      for (const text of found) {
        const font = document.createElement('font');
        font.textContent = (text.textContent ?? '').toUpperCase();
        text.parentNode?.replaceChild(font, text);
      }
      return found.length;
    });
  expect(await translate()).toBeGreaterThan(0);
  for (let i = 2; i <= 4; i++) {
    await stepped(page);
    await expect.poll(() => stepCount(page)).toBe(String(i));
    await translate();
  }
  await page.getByRole('button', { name: 'Shortcuts' }).click();
  await page.locator('dialog[open]').waitFor();
  await translate();
  await page.keyboard.press('Escape');
  await stepped(page);
  await expect.poll(() => stepCount(page)).toBe('5');
  expect(problems).toEqual([]);
});

test('two tabs: the second takes up what the first stored, at the press of a button', async () => {
  const url = await served();
  const context = await fresh();
  const [first, second] = [await context.newPage(), await context.newPage()];
  await first.goto(`${url}#playground`);
  await stepped(first);
  await second.goto(`${url}#playground`);
  await expect.poll(() => stepCount(second)).toBe('1');
  await stepped(first);
  await expect.poll(() => stepCount(first)).toBe('2');
  await second.getByRole('button', { name: 'Step', exact: true }).first().click();
  await second.getByRole('button', { name: 'Load again' }).click();
  await expect.poll(() => stepCount(second)).toBe('2');
  await stepped(second);
  await expect.poll(() => stepCount(second)).toBe('3');

  // Back from the browser's memory of pages, the first tab shows what is stored by then.
  await first.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
  await expect.poll(() => stepCount(first)).toBe('3');
});

test('what the address says wrong twice is told once, and the page works', async () => {
  const page = await opened(`${await served()}?g=abc&g=abc&seed=x&seed=x`);
  const problems = collectProblems(page);
  await stepped(page);
  expect(await page.getByText(/In the address: Group size G \(group_size\)/).count()).toBe(1);
  expect(problems).toEqual([]);
});

test('storage that was deleted, or that another program made, is called so', async () => {
  const url = await served();
  const page = await opened(url);
  await stepped(page);
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        indexedDB.deleteDatabase('grpo-sql-lab').onsuccess = resolve;
      }),
  );
  await page.getByRole('button', { name: 'Step', exact: true }).first().click();
  await page.getByText(/storage of this page was deleted/).waitFor();
  await page.getByRole('button', { name: 'Load again' }).click();
  await stepped(page);
  await expect.poll(() => stepCount(page)).toBe('1');

  const other = await (await fresh()).newPage();
  await other.goto(`${url}icon.svg`);
  await other.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open('grpo-sql-lab', 5);
        opening.onupgradeneeded = () => void opening.result.createObjectStore('notes');
        opening.onsuccess = () => {
          opening.result.close();
          resolve();
        };
      }),
  );
  await other.goto(`${url}#playground`);
  await other.getByText(/was made by another program/).waitFor();
  await stepped(other);
});

test('a part of the page that could not be fetched can be tried again without a reload', async () => {
  const page = await opened(await served());
  await stepped(page);
  let cut = true;
  const parts = /(SettingsDialog|SamplerDialog|Lab)-[^/]*\.js$/;
  await page.route(parts, (route) => (cut ? route.abort() : route.continue()));
  const again = page.getByRole('button', { name: 'Try again' });

  await page.getByRole('button', { name: 'Settings' }).first().click();
  await again.waitFor();
  cut = false;
  await again.click();
  await page.getByRole('dialog', { name: 'Settings' }).waitFor();
  await page.keyboard.press('Escape');

  cut = true;
  await page.getByRole('link', { name: 'Lab' }).click();
  await again.waitFor();
  cut = false;
  await again.click();
  await page.getByRole('heading', { name: /^Does it learn/ }).waitFor();
});
