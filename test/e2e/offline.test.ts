/** What a first visit leaves on the machine: the page without a network, and newer versions. What nothing may ask. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, afterEach, expect, test } from 'vitest';
import type { Browser, BrowserContext, Page } from 'playwright';
import { makeGguf } from '../support/gguf.ts';
import { collectProblems, launch } from './browser.ts';
import { DIST, serve, type StaticServer } from './serve.ts';

let browser: Browser;
let context: BrowserContext;
let server: StaticServer;
let page: Page;
/** A line more in the service worker: a newer version. */
let newer = false;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

beforeEach(async () => {
  newer = false;
  here = true;
  const script = readFileSync(join(DIST, 'service-worker.js'), 'utf8');
  server = await serve('/some/path/', DIST, undefined, (path) =>
    path === 'service-worker.js' && newer ? { body: `${script}\n// newer` } : {},
  );
  context = await browser.newContext({ viewport: { width: 1440, height: 1000 }, reducedMotion: 'reduce' });
  page = await context.newPage();
});
afterEach(async () => {
  await context.close();
  await gone();
});

let here = true;
async function gone(): Promise<void> {
  if (here) await server.close();
  here = false;
}

const stored = (): Promise<void> => page.getByText('Stored on this machine').waitFor();
const firstTries = (): Promise<void> => page.getByText(/^Four tries at one question\. (?!$)/).waitFor();

async function visit(): Promise<void> {
  await page.goto(server.url);
  await firstTries();
  await stored();
}

test('after the first visit everything but language models works with the server gone', async () => {
  await visit();
  await gone();
  const problems = collectProblems(page);
  await page.reload();
  await firstTries();
  await stored();
  await page.getByRole('button', { name: 'Learn from this' }).click();
  await page.getByRole('heading', { name: /gains weight/ }).waitFor();

  await page.getByRole('link', { name: 'Playground' }).click();
  await page.getByRole('button', { name: 'Step', exact: true }).first().click();
  await expect.poll(() => page.locator('.count strong').first().textContent()).toBe('2');

  await page.getByRole('link', { name: 'Ask', exact: true }).click();
  await page.getByRole('textbox').first().fill('How many customers are there?');
  await page.keyboard.press('Enter');
  await page.locator('article :is(table, dl)').first().waitFor();

  await page.getByRole('link', { name: 'Lab', exact: true }).click();
  await page.getByRole('heading', { level: 2 }).first().waitFor();
  await page.goto(`${server.url}?lr=0.2&seed=7#lesson/what-is-an-advantage/1`);
  await page
    .getByRole('heading', { name: /advantage/i })
    .first()
    .waitFor();
  expect(problems).toEqual([]);
});

test('a newer version waits until somebody asks for it, and no other tab is loaded again', async () => {
  await visit();
  const other = await context.newPage();
  await other.goto(server.url);
  await other.getByText('Stored on this machine').waitFor();
  await other.evaluate(() => Object.assign(window, { still: true }));

  newer = true;
  await page.reload();
  await page.getByText('A newer version of this page is there.').waitFor();
  expect(
    await page.evaluate(() => navigator.serviceWorker.getRegistration().then((one) => one?.waiting !== null)),
  ).toBe(true);
  await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Load it' }).click()]);
  await firstTries();
  await other.getByText('Another tab loaded a newer version').waitFor();
  expect(await other.evaluate(() => 'still' in window)).toBe(true);
});

test('no script but those of the page runs in it, and none is made of text', async () => {
  await page.goto(server.url);
  await firstTries();
  const refused = await page.evaluate(async () => {
    const blocked = new Promise<string>((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective));
    });
    const attempts: Record<string, unknown> = {};
    const attempt = (name: string, what: () => unknown): void => {
      try {
        what();
        attempts[name] = 'done';
      } catch (error) {
        attempts[name] = (error as Error).name;
      }
    };
    attempt('html', () => (document.createElement('p').innerHTML = '<img src=x onerror="window.hacked = 1">'));
    attempt('worker', () => new Worker('https://example.org/worker.js'));
    const script = document.createElement('script');
    attempt('text', () => (script.textContent = 'window.hacked = 1'));
    const elsewhere = await fetch('https://example.org/').then(
      () => 'done',
      (error: Error) => error.name,
    );
    return { ...attempts, elsewhere, first: await blocked, hacked: 'hacked' in window };
  });
  expect(refused).toMatchObject({
    html: 'TypeError',
    worker: 'TypeError',
    text: 'TypeError',
    elsewhere: 'TypeError',
    hacked: false,
  });
});

test('a worker asks nobody that nobody named, and has a policy of its own', async () => {
  await visit();
  await page.reload();
  await firstTries();
  const engine = page.workers().find((worker) => /\/worker-[^/]*\.js$/.test(worker.url()));
  if (engine === undefined) throw new Error('no engine');
  const asked = await engine.evaluate(async () => {
    const outcome = (what: () => Promise<unknown>): Promise<string> =>
      what().then(
        () => 'done',
        (error: Error) => error.message,
      );
    return {
      other: await outcome(() => fetch('https://example.org/secrets')),
      request: await outcome(() => fetch(new Request('https://example.org/'))),
      cache: await outcome(async () => (await caches.open('x')).add('https://example.org/')),
      own: await outcome(() => fetch(location.href)),
      ways: ['XMLHttpRequest', 'WebSocket', 'EventSource', 'WebTransport'].filter(
        (way) => (globalThis as Record<string, unknown>)[way] !== undefined,
      ),
    };
  });
  expect(asked).toEqual({
    other: 'Nobody asked this page to talk to example.org.',
    request: 'Nobody asked this page to talk to example.org.',
    cache: 'Nobody asked this page to talk to example.org.',
    own: 'done',
    ways: [],
  });
  const policies = await page.evaluate(async (own) => {
    const { url } = (await caches.keys().then(async (names) => {
      for (const name of names)
        for (const request of await (await caches.open(name)).keys())
          if (/\/database-worker-[^/]*\.js/.test(request.url)) return request;
      return undefined;
    })) ?? { url: '' };
    const policyOf = async (script: string): Promise<string | null> =>
      (await fetch(script)).headers.get('content-security-policy');
    return [await policyOf(own), await policyOf(url)];
  }, engine.url());
  expect(policies[0]).toMatch(/default-src 'none'.*connect-src \*/);
  expect(policies[1]).toMatch(/default-src 'none'.*connect-src 'self'/);
});

test('a language model that was used is there without a network, within the policy of the engine', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'grpo-sql-lab-gguf-'));
  try {
    const gguf = join(folder, 'random.gguf');
    await writeFile(gguf, makeGguf({ name: 'Random llama', contextLength: 4096 }));
    const steps = () => page.locator('.count strong').first().textContent();
    const step = () => page.getByRole('button', { name: 'Step', exact: true }).first().click();
    await page.goto(`${server.url}?cd=true&mt=32&pt=300#playground`);
    await stored();
    // From now on its workers come with their policy.
    await page.reload();
    await page.getByText(/^Press Step\. Each row becomes/).waitFor();
    await page.locator('header .chip').click();
    await page.locator('input[type=file][accept*=gguf]').setInputFiles(gguf);
    await page
      .locator('[data-model^="file/"]')
      .getByRole('button', { name: /^In use/ })
      .waitFor();
    await page.keyboard.press('Escape');
    await step();
    await expect.poll(steps, { timeout: 60_000 }).toBe('1');

    await gone();
    await page.reload();
    await page.locator('.absent').getByRole('button', { name: /^Load/ }).click();
    await expect
      .poll(() => page.locator('header .chip').textContent(), { timeout: 60_000 })
      .toContain('on this machine');
    await step();
    await expect.poll(steps, { timeout: 60_000 }).toBe('2');
    expect(await page.locator('.sheet .origin').first().textContent()).toContain('Random llama');
  } finally {
    await rm(folder, { recursive: true });
  }
});
