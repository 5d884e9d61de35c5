/** A question in, the best SQL out: on the built site, with the built-in sampler and with a slow server. */
import { beforeEach, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { startServer } from '../support/openai-server.ts';
import { NO_BUILT_IN_MODEL, openSite } from './page.ts';

let serverOrigin = '';
const site = openSite({
  allowed: [
    NO_BUILT_IN_MODEL,
    // An answer that is stopped, and a server that is gone, are logged by the browser itself.
    /^request failed: http:\/\/127\.0\.0\.1:\d+\/v1\//,
    /^console: Failed to load resource: net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)/,
    // A server that refuses a parameter, too.
    /^400: http:\/\/127\.0\.0\.1:\d+\/v1\/chat\/completions$/,
    /^console: Failed to load resource: the server responded with a status of 400/,
  ],
  origins: () => [serverOrigin],
});
const { button, step, stepCount, texts } = site;
let page: Page;

beforeEach(() => {
  page = site.page;
});

const article = () => page.locator('article');
// By its role: the Playground has a part of that name, while Ask is still being fetched.
const box = () => page.getByRole('textbox', { name: 'Question', exact: true });

async function goTo(view: 'Ask' | 'Playground'): Promise<void> {
  await page.getByRole('link', { name: view, exact: true }).click();
}

test(
  'an unsure answer has two readings; the reader’s choice is the answer from then on, and the hints learn it',
  { timeout: 180_000 },
  async () => {
    const question = 'Which products are popular?';
    const answered = async (): Promise<void> => {
      await page.locator('article h2', { hasText: question }).waitFor({ timeout: 60_000 });
      await expect.poll(() => page.locator('.answer').getAttribute('aria-busy')).toBe('false');
    };
    await site.open();
    expect(await stepCount()).toBe(0);
    await goTo('Ask');
    await box().fill(question);
    await box().press('Enter');
    await answered();
    await article().getByText('Unsure.', { exact: true }).waitFor();
    expect(await texts('article .sure .says')).toEqual([
      expect.stringMatching(/^Unsure\. (About|Fewer than) \d in 10 answers like this are right\.$/),
    ]);
    expect(await article().locator('.because').textContent()).toContain('Nothing in the database goes with “popular”.');
    const readings = await texts('.reading h4');
    expect(new Set(readings).size).toBe(2);
    expect(await site.findings()).toEqual([]);

    const second = page.getByRole('group', { name: readings[1] ?? '', exact: true });
    await second.locator('summary').click();
    // SQL with the chosen result: the hints may word it otherwise.
    const chosen = await second.locator(':is(tbody, dd)').innerText();
    await second.getByRole('button', { name: 'This one' }).click();
    await article().getByText('It gives the result that you said is right.').waitFor({ timeout: 60_000 });
    expect((await article().locator('.table :is(tbody, dd)').first().innerText()).startsWith(chosen)).toBe(true);
    expect(await page.locator('.reading').count()).toBe(0);
    expect(await texts('article .notice')).toEqual([
      expect.stringMatching(
        /^Kept\. \d+ steps on this question moved \d+ hints: its tries are right now without help\.$/,
      ),
    ]);

    // The policy itself is better: its one greedy answer is the chosen one now.
    await page.getByLabel('Candidates').selectOption('1');
    await box().press('Enter');
    await article()
      .getByText(/^The only candidate/)
      .waitFor({ state: 'attached', timeout: 60_000 });
    expect((await article().locator('.table :is(tbody, dd)').first().innerText()).startsWith(chosen)).toBe(true);
    await goTo('Playground');
    await expect.poll(stepCount).toBeGreaterThanOrEqual(3);
  },
);

test(
  'a question is answered with a table, the SQL, and why the others lost; it can be changed, run again and judged',
  { timeout: 180_000 },
  async () => {
    await site.open();
    await step();
    const learned = await site.picture();
    await goTo('Ask');
    expect(page.url()).toMatch(/#ask$/);
    await page.getByRole('heading', { name: 'Ask Demo shop a question' }).waitFor();
    expect(await site.findings()).toEqual([]);

    await box().fill('How many customers are there in each country?');
    await box().press('Enter');
    await page
      .getByRole('heading', { name: 'How many customers are there in each country?' })
      .waitFor({ timeout: 60_000 });
    expect(await article().textContent()).toContain('Built-in sketch sampler');
    expect(await article().locator('table').first().locator('tr').count()).toBeGreaterThan(1);
    const sql = (await article().locator('.sql pre').first().textContent()) ?? '';
    expect(sql).toMatch(/^SELECT[^]*customers/);
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent))
      .toBe('How many customers are there in each country?');

    await article()
      .getByText(/^\d+ runners?-up, and why they lost$/)
      .click();
    const losers = await texts('article .others .why');
    expect(losers.length).toBeGreaterThan(0);
    for (const why of losers) expect(why).not.toBe('');
    const places = (await texts('article .others .place')).map(Number);
    expect(places).toEqual(places.map((_, i) => i + 2));
    expect(await site.findings()).toEqual([]);

    // Changed and run again, in the sandbox.
    await button('Edit and run again').click();
    const own = page.getByLabel('Your SQL');
    expect(await own.inputValue()).toMatch(/^SELECT/);
    await own.fill('SELECT COUNT(*) AS everybody FROM customers');
    await button('Run it').click();
    await page.locator('.edit .outcome th', { hasText: 'everybody' }).waitFor();
    expect(await page.locator('.edit .outcome td').first().textContent()).toBe('240');
    await own.fill('DELETE FROM customers');
    await page.getByText('Changed since it ran.').waitFor();
    await own.press('Control+Enter');
    await page.locator('.edit .outcome .problem').waitFor();
    await own.fill('SELECT COUNT(*) AS left_over FROM customers');
    await own.press('Control+Enter');
    await page.locator('.edit .outcome th', { hasText: 'left_over' }).waitFor();
    expect(await page.locator('.edit .outcome td').first().textContent()).toBe('240');

    const up = article().getByRole('button', { name: 'Right: thumb up for completion 1' });
    await up.click();
    await expect.poll(() => up.getAttribute('aria-pressed')).toBe('true');

    // Other draws, and without hints: each is kept to be looked at again.
    await button('Draw again').click();
    await expect.poll(() => page.locator('nav.history li').count(), { timeout: 60_000 }).toBe(2);
    await page.getByRole('checkbox', { name: /^Hints/ }).uncheck();
    await box().fill('How many orders were placed?');
    await button('Ask').click();
    await page.getByRole('heading', { name: 'How many orders were placed?' }).waitFor({ timeout: 60_000 });
    expect(await article().textContent()).toContain('The hints were off.');
    await page.locator('nav.history button').last().click();
    await page.getByRole('heading', { name: 'How many customers are there in each country?' }).waitFor();
    await expect.poll(() => up.getAttribute('aria-pressed')).toBe('true');

    // Asking teaches nothing.
    await goTo('Playground');
    expect(await site.picture()).toEqual(learned);

    // A question that is nothing is not asked, and the address leads here after a reload.
    await goTo('Ask');
    await box().fill('   ');
    expect(await button('Ask').isDisabled()).toBe(true);
    await page.reload();
    await page.getByRole('heading', { name: 'Ask Demo shop a question' }).waitFor();
  },
);

/** Takes the groups from that model of the server. */
async function connect(url: string, model: string): Promise<void> {
  await page.locator('header .chip').click();
  await page.getByLabel('Base URL').fill(url);
  await page.getByLabel('Model', { exact: true }).fill(model);
  await button('Connect').click();
  await page
    .locator('.connected')
    .getByRole('button', { name: /^In use/ })
    .waitFor();
  await page.keyboard.press('Escape');
}

test.each([
  ['light', 360],
  ['dark', 768],
] as const)('axe finds nothing in an answer, %s at %i, and nothing scrolls sideways', async (colorScheme, width) => {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.setViewportSize({ width, height: 900 });
  await page.goto(`${site.url}#ask`);
  await page.locator('button.example').first().click({ timeout: 30_000 });
  await article().locator('.table').first().waitFor({ timeout: 60_000 });
  expect(await site.findings()).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});

test(
  'a slow server is stopped in the middle of an answer, answers when asked again, and is told of when it is gone',
  { timeout: 180_000 },
  async () => {
    let slow: 'all' | 'drawn' | 'none' = 'all';
    const server = await startServer({
      tokenMs: 15,
      answer: ({ temperature }) =>
        slow === 'all' || (slow === 'drawn' && temperature > 0)
          ? Array.from({ length: 4000 }, (_, i) => `word${i}`).join(' ')
          : 'SELECT COUNT(*) AS number FROM orders',
    });
    serverOrigin = server.url;
    try {
      await site.open('?mt=4096');
      await connect(server.url, 'good');
      await goTo('Ask');
      await box().fill('How many orders were placed?');
      await button('Ask').click();
      // The likeliest answer comes first, by itself.
      await expect.poll(() => server.seen.length, { timeout: 30_000 }).toBe(1);
      await button('Stop').click();
      await page.getByText('Stopped before there was an answer.').waitFor();
      await expect.poll(server.abandoned, { timeout: 30_000 }).toBe(1);

      // Then those that are drawn: they are seen while they grow.
      slow = 'drawn';
      await button('Ask again').click();
      await page.locator('.answer .sheet pre', { hasText: 'word3' }).first().waitFor({ timeout: 60_000 });
      await button('Stop').click();
      await page.getByText('Stopped before there was an answer.').waitFor();
      await expect.poll(server.abandoned, { timeout: 30_000 }).toBe(2);
      expect(await page.locator('.answer .sheet').count()).toBe(0);

      slow = 'none';
      await button('Ask again').click();
      await page.getByRole('heading', { name: 'How many orders were placed?' }).waitFor({ timeout: 60_000 });
      expect(await article().locator('.table dd').first().textContent()).toBe('2400');
      expect(await article().textContent()).toContain(`good at ${new URL(server.url).host}`);

      await server.close();
      await button('Draw again').click();
      const alert = page.locator('.answer [role=alert]');
      await alert.waitFor({ timeout: 120_000 });
      expect(await alert.textContent()).toMatch(
        /did not get an answer from 127\.0\.0\.1:\d+\..*See that the server runs\./,
      );
      await goTo('Playground');
      expect(await stepCount()).toBe(0);
    } finally {
      await server.close();
    }
  },
);

test('what a server refuses is said once, where the reader is', { timeout: 180_000 }, async () => {
  const server = await startServer();
  serverOrigin = server.url;
  const notices = (): Promise<string[]> => texts('main .notice[role=status] p');
  const who = `other-names at ${new URL(server.url).host}`;
  const renamed = `${who} refuses max_tokens, so it is called max_completion_tokens.`;
  const oneByOne = `${who} refuses n, so each answer is asked for by itself.`;
  const dismiss = page.getByRole('button', { name: 'Dismiss' });
  try {
    await site.open();
    await connect(server.url, 'other-names');
    await goTo('Ask');
    await box().fill('How many orders were placed?');
    await button('Ask').click();
    await page.getByRole('heading', { name: 'How many orders were placed?' }).waitFor({ timeout: 60_000 });
    await expect.poll(notices).toEqual([renamed, oneByOne]);
    expect(await site.findings()).toEqual([]);

    // One notice, whichever view it is read in.
    await dismiss.first().click();
    await expect.poll(notices).toEqual([oneByOne]);
    await goTo('Playground');
    await expect.poll(notices).toEqual([oneByOne]);
    await dismiss.click();
    await expect.poll(notices).toEqual([]);
    const asked = server.seen.length;
    await step();
    expect(server.seen.slice(asked).every(({ body }) => !('max_tokens' in body || 'n' in body))).toBe(true);
    expect(await notices()).toEqual([]);

    // A new connection knows nothing yet, and its first step is where that comes up. Until it is there, another sampler
    // is in use: not the old connection, which would look like it.
    await page.locator('header .chip').click();
    await page.getByRole('button', { name: 'Use Built-in sketch sampler' }).click();
    await page.getByRole('button', { name: 'In use Built-in sketch sampler' }).waitFor();
    await page.keyboard.press('Escape');
    await connect(server.url, 'other-names');
    await step();
    await expect.poll(notices).toEqual([renamed, oneByOne]);
  } finally {
    await server.close();
  }
});
