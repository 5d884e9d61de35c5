/** With a database of one's own, all the way: brought, asked about, trained on, judged, taken home, lost, and back. */
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Browser, BrowserContext, Locator, Page } from 'playwright';
import { collectProblems, launch } from './browser.ts';
import { MUSIC_QUESTIONS, musicFile, TABLES, traderFile, type FileToBring } from './own-files.ts';
import { NO_BUILT_IN_MODEL } from './page.ts';
import { serve, type StaticServer } from './serve.ts';

let browser: Browser;
let context: BrowserContext;
let server: StaticServer;
let here = true;
let page: Page;
let problems: readonly string[];

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  server = await serve();
  here = true;
});

/** @param stored whether a first visit stores the page on the machine, as it does for people; most of its work */
async function visit({ stored, hash = '' }: { readonly stored: boolean; readonly hash?: string }): Promise<void> {
  context = await browser.newContext({
    viewport: { width: 1440, height: 1000 },
    reducedMotion: 'reduce',
    serviceWorkers: stored ? 'allow' : 'block',
  });
  page = await context.newPage();
  problems = collectProblems(page);
  await page.goto(`${server.url}${hash}`);
}

afterEach(async () => {
  await context.close();
  await gone();
  expect(problems.filter((problem) => !NO_BUILT_IN_MODEL.test(problem))).toEqual([]);
});

async function gone(): Promise<void> {
  if (here) await server.close();
  here = false;
}

const button = (name: string | RegExp): Locator =>
  page.getByRole('button', { name, exact: typeof name === 'string' }).first();
const stored = (): Promise<void> => page.getByText('Stored on this machine').waitFor();
const steps = async (): Promise<number> =>
  Number((await page.locator('.count strong').textContent())?.replace(/\D/g, ''));
const go = (hash: string): Promise<void> =>
  page.evaluate((to) => {
    location.hash = to;
  }, hash);

async function bring(files: readonly FileToBring[], found: string): Promise<void> {
  await go('#data');
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles([...files]);
  await page.getByRole('heading', { name: found }).waitFor();
  await button('Open it').click();
  await page.getByText('is kept in this browser and open now.').waitFor();
}

async function step(): Promise<void> {
  const before = await steps();
  await button('Step').click();
  await expect.poll(steps, { timeout: 60_000 }).toBe(before + 1);
}

/** A thumb up for the completion with the highest total, and one down for that with the lowest. */
async function judge(): Promise<void> {
  const totals = (await page.locator('.sheet .total button').allTextContents()).map((text) =>
    Number(text.replace('−', '-').replace(/[^\d.-]/g, '')),
  );
  const sql = await page.locator('.sheet pre').allTextContents();
  const best = totals.indexOf(Math.max(...totals));
  const worst = totals.lastIndexOf(Math.min(...totals));
  if (sql[best] === sql[worst]) return;
  await button(`Right: thumb up for completion ${best + 1}`).click();
  await button(`Wrong: thumb down for completion ${worst + 1}`).click();
  await page.getByRole('button', { name: `thumb down for completion ${worst + 1}`, pressed: true }).waitFor();
}

/** What there is of the open project, as a reader finds it on the pages. */
async function content(): Promise<Record<string, readonly string[]>> {
  const texts = async (selector: string): Promise<string[]> =>
    (await page.locator(selector).allTextContents()).map((text) => text.replace(/\s+/g, ' ').trim());
  const found: Record<string, readonly string[]> = {};
  await go('#data');
  await page.getByRole('list', { name: 'Questions' }).getByRole('listitem').first().waitFor();
  found['open'] = await texts('#data-open');
  found['questions'] = await texts('ul[aria-label=Questions] .text, ul[aria-label=Questions] pre');
  found['sides'] = await page
    .getByRole('list', { name: 'Questions' })
    .getByRole('combobox')
    .evaluateAll((all) => all.map((one) => (one as HTMLSelectElement).value));
  await go('#policy/hints');
  await page.getByRole('combobox', { name: 'Order' }).waitFor();
  for (let more = button(/^Show \d+ more$/); await more.isVisible();) await more.click();
  found['hints'] = await page
    .locator('.list > li')
    .evaluateAll((rows) =>
      rows
        .map(
          (row) =>
            `${row.querySelector('.say')?.textContent ?? ''} ${row.querySelector<HTMLInputElement>('.weight')?.value ?? ''}`,
        )
        .sort(),
    );
  await go('#policy/snapshots');
  await page.getByText('A snapshot keeps the hints').waitFor();
  found['snapshots'] = await texts('.kept li .name');
  await button('Compare “after eight steps”').click();
  await page.locator('section .head h3').waitFor();
  found['compared'] = [...(await texts('section .head h3')), ...(await texts('section tbody td'))];
  await go('#policy/feedback');
  await page.getByRole('searchbox').waitFor();
  found['feedback'] = (await texts('main li .question, main li pre, main li [aria-pressed=true]')).sort();
  await go('#playground');
  await page.locator('.count strong').waitFor();
  found['steps'] = [String(await steps())];
  await button('Runs').click();
  await page.locator('dialog li .name').first().waitFor();
  found['runs'] = (await texts('dialog li .name')).map((name) => name.replace('on the page', '').trim()).sort();
  await page.keyboard.press('Escape');
  return found;
}

test(
  'files of three kinds, questions, steps, thumbs and a project, which comes back into a cleared browser and stays',
  { timeout: 480_000 },
  async () => {
    await visit({ stored: true, hash: '#data' });
    await page.getByText('None yet.').waitFor();
    await bring([await traderFile()], '5 tables found');
    await bring(TABLES, '2 tables found');
    await bring([await musicFile()], '6 tables found');
    const own = page.getByRole('list', { name: 'Your own databases' }).getByRole('listitem');
    await expect.poll(() => own.count()).toBe(3);
    for (const [question, sql] of MUSIC_QUESTIONS) {
      await page.getByLabel('Question', { exact: true }).fill(question);
      await page.getByLabel('Its SQL').fill(sql);
      await button('Add question').click();
      await page.locator('ul[aria-label=Questions] .text').getByText(question, { exact: true }).waitFor();
    }

    await go('#playground');
    await button('Step').waitFor();
    for (let i = 0; i < 8; i++) {
      await step();
      await judge();
    }
    await go('#policy/snapshots');
    await page.getByLabel('Keep the policy as it is now').fill('after eight steps');
    await button('Keep').click();
    await page.getByText('after eight steps', { exact: true }).waitFor();

    // The weights of the rewards as the thumbs have them, taken and taken back.
    await go('#policy/feedback');
    await button('Fit the weights').click();
    await button('Take the fitted weights').click();
    await button('Back to the weights before').click();
    await button('Back to the weights before').waitFor({ state: 'detached' });
    await button('Take the fitted weights').click();
    await button('Back to the weights before').waitFor();

    await go('#ask');
    await page.getByRole('textbox').first().fill('How many albums are there?');
    await page.keyboard.press('Enter');
    await page.locator('article :is(table, dl)').first().waitFor();
    await button(/^(?:Right: thumb up for completion 1|This one)$/).click();

    await go('#playground');
    await step();
    await step();
    await go('#policy/hints');
    const weight = page.locator('.list > li').first().getByRole('spinbutton');
    await weight.fill('2.5');
    await weight.press('Enter');
    await page.getByText(/^Last by hand: changed/).waitFor();
    const before = await content();
    expect(before['open']).toEqual(['music']);
    expect(before['questions']).toHaveLength(2 * MUSIC_QUESTIONS.length);
    expect(before['compared']?.length).toBeGreaterThan(3);
    expect(before['feedback']?.length).toBeGreaterThan(6);

    await go('#policy/files');
    const [download] = await Promise.all([page.waitForEvent('download'), button('Save: The whole project').click()]);
    const project = await readFile(await download.path());

    // All that the browser has of the site goes.
    await page.goto('about:blank');
    const session = await context.newCDPSession(page);
    await session.send('Storage.clearDataForOrigin', { origin: new URL(server.url).origin, storageTypes: 'all' });
    await page.goto(`${server.url}#data`);
    await page.getByText('None yet.').waitFor();
    await stored();
    await go('#policy/files');
    await page
      .getByLabel('Open a project …')
      .setInputFiles({ name: 'project.json', mimeType: 'application/json', buffer: project });
    await expect.poll(() => page.locator('.title p').textContent()).toMatch(/after \d\d steps/);
    expect(await content()).toEqual(before);

    // And with the server gone.
    await page.goto(`${server.url}#playground`);
    await stored();
    await gone();
    await page.reload();
    await page.locator('.count strong').waitFor();
    await expect.poll(steps).toBe(Number(before['steps']?.[0]));
    expect(await content()).toEqual(before);
    await step();
  },
);

test('an answer of Ask that is corrected becomes a question to learn from', async () => {
  await visit({ stored: false });
  await page.getByRole('link', { name: 'Use your own spreadsheet' }).click();
  await bring(TABLES, '2 tables found');
  // The usual settings, and not those of the first lesson, which would stand in the address.
  expect(new URL(page.url()).searchParams.get('t')).toBeNull();
  await go('#ask');
  const asked = 'How much did the Italians order?';
  await page.getByRole('textbox', { name: /question/i }).fill(asked);
  await page.keyboard.press('Enter');
  await button('Correct it of completion 1').click();
  const dialog = page.getByRole('dialog');
  const right = "SELECT SUM(o.total) FROM orders o JOIN customers c ON o.customer_id = c.id WHERE c.country = 'Italy'";
  await dialog.getByRole('textbox').fill(right);
  await dialog.getByRole('button', { name: 'Run it' }).click();
  const learn = dialog.getByRole('button', { name: 'Keep it and learn from it' });
  const learned = dialog.getByText(/^Kept\. [1-9]\d* steps? on this question moved [1-9]\d* hints?[.:]/);
  await learn.click();
  await learned.waitFor();
  // Undone, nothing of it is left among the questions; learned again, it is there.
  await dialog.getByRole('button', { name: 'Take it back' }).click();
  await dialog.getByText(/^Taken back: .* The hints are as they were before\.$/).waitFor();
  await dialog.getByRole('button', { name: 'Run it' }).click();
  await learn.click();
  await learned.waitFor();
  await dialog.getByRole('link', { name: 'Learn from all my questions' }).click();
  await dialog.waitFor({ state: 'hidden' });
  const press = page.getByText(/^Press Run to learn from your questions\. It is enough when/);
  await press.waitFor();
  await step();
  const taken = await steps();
  await page.getByText(asked).first().waitFor();
  await go('#data');
  await press.waitFor({ state: 'detached' });
  const question = page.getByRole('list', { name: 'Questions' }).getByRole('listitem');
  await expect.poll(() => question.count()).toBe(1);
  expect(await question.getByRole('combobox').inputValue()).toBe('train');
  // Left and opened again, it goes on where it was.
  await button('Use this Demo shop').click();
  await expect.poll(steps).toBe(0);
  await go('#data');
  await button(/^Use this customers/).click();
  await expect.poll(steps).toBe(taken);
  // What was written is the answer from now on, whether the sampler finds it or not.
  await go('#ask');
  await page.getByRole('textbox', { name: /question/i }).fill(asked);
  await page.keyboard.press('Enter');
  await page.getByText('It gives the result that you said is right.').first().waitFor();

  // In other words it asks for the same: once that is held out, it is answered, and never practised.
  await go('#data');
  await question.getByRole('combobox').selectOption('held-out');
  await page.getByText('It is held out now. A new run begins').waitFor();
  await go('#ask');
  await page.getByRole('textbox', { name: /question/i }).fill('What is the total of all orders from Italy?');
  await page.keyboard.press('Enter');
  await button(/^(Correct it|Your correction) of completion 1$/).click();
  await dialog.getByRole('textbox').fill(right);
  await dialog.getByRole('button', { name: 'Run it' }).click();
  await learn.click();
  const heldOut = dialog.getByText(/^Kept\. What it asks for is held out/);
  await heldOut.waitFor();
  await page.keyboard.press('Escape');
  // It is asked again, to show what was learned.
  await button('Ask').waitFor();
  // Nor is the question itself, which stays on its side.
  await page.getByRole('textbox', { name: /question/i }).fill(asked);
  await page.keyboard.press('Enter');
  await page.getByText('It gives the result that you said is right.').first().waitFor();
  await button(/^(Correct it|Your correction) of completion 1$/).click();
  await dialog.getByRole('textbox').fill(right);
  await dialog.getByRole('button', { name: 'Run it' }).click();
  await learn.click();
  await heldOut.waitFor();
  await page.keyboard.press('Escape');
  // It is asked again, to show what was learned.
  await button('Ask').waitFor();
  await go('#playground');
  expect(await steps()).toBe(0);
  // An answer key that was given elsewhere is not written over by a correction.
  await go('#data');
  await question.filter({ hasText: asked }).getByRole('button', { name: /^Edit/ }).click();
  const key = `${right} AND o.total > 0`;
  await page.getByRole('form', { name: 'Change the question' }).getByRole('textbox', { name: /SQL/ }).fill(key);
  await button('Save question').click();
  await page.getByText('Changed.').waitFor();
  await go('#ask');
  await page.getByRole('textbox', { name: /question/i }).fill(asked);
  await page.keyboard.press('Enter');
  await button(/^(Correct it|Your correction) of completion 1$/).click();
  await dialog.getByRole('textbox').fill('SELECT COUNT(*) FROM orders');
  await dialog.getByRole('button', { name: 'Run it' }).click();
  await learn.click();
  await dialog.getByText(/The answer key that the question has under Data stays as it is\.$/).waitFor();
  await dialog.getByRole('button', { name: 'Take it back' }).click();
  // What was given before holds again, and stands there to be seen.
  await dialog
    .getByText(/^Taken back: the SQL that you gave before, which stands in the field, is the right answer again/)
    .waitFor();
  expect(await dialog.getByRole('textbox').inputValue()).toBe(right);
  await page.keyboard.press('Escape');
  // It is asked again, to show what was learned.
  await button('Ask').waitFor();
  await go('#data');
  await page.getByText(key, { exact: true }).first().waitFor();
  await expect.poll(() => question.count()).toBe(2);
  for (const side of await question.getByRole('combobox').all()) expect(await side.inputValue()).toBe('held-out');
});
