import { beforeEach, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { openSite } from './page.ts';

const site = openSite();
const { button, stepCount, texts, picture, open: openPage, findings } = site;
let page: Page;

beforeEach(() => {
  page = site.page;
});

const rows = () => page.locator('.sheet li');

/** Steps until a group has signal: which one has, the seed decides. */
async function stepToSignal(): Promise<void> {
  for (let i = 0; i < 30; i++) {
    await site.step();
    if ((await page.locator('.changes li').count()) > 0 && (await page.locator('.sheet .reinforce').count()) > 0)
      return;
  }
  throw new Error('no group with signal in 30 steps');
}

test('the journey: step, read, run, pause, reload, reset, undo', { timeout: 180_000 }, async () => {
  await openPage();
  await stepToSignal();

  // Four cards with results that SQLite gave.
  expect(await rows().count()).toBe(4);
  for (const row of await rows().all()) {
    expect((await row.locator('pre').textContent())?.length).toBeGreaterThan(10);
    expect((await row.locator('.result').textContent())?.trim()).not.toBe('');
  }
  expect(await page.locator('.sheet .result table').count()).toBeGreaterThan(0);

  // Advantages that sum to zero, to the two decimals they are shown with.
  const advantages = (await texts('.sheet .value button')).map(Number);
  expect(advantages).toHaveLength(4);
  expect(Math.abs(advantages.reduce((sum, value) => sum + value, 0))).toBeLessThanOrEqual(0.02);

  // The arithmetic of the first, with its values, that agrees with what the card shows.
  await page.locator('.sheet .value button').first().click();
  const shown = (await page.locator('dialog[open] .result strong').textContent())?.replace('−', '-');
  expect(Number(shown)).toBe(advantages[0]);
  expect(await page.locator('dialog[open] .values').textContent()).toMatch(/\(.+ − .+\) \/ \(.+ \+ 0\.0001\)/);
  await page.keyboard.press('Escape');

  // A hint that was created, with its reason.
  await button(/^All [\d,]+ hints?$/).click();
  await page
    .getByRole('button', { name: /^Story of / })
    .first()
    .click();
  await page.locator('dialog[open] li', { hasText: 'Created' }).waitFor();
  expect(await page.locator('dialog[open] li', { hasText: 'Created' }).textContent()).toMatch(
    /New: .*teaching completion/,
  );
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');

  // Run 50 steps, pause, and nothing moves any more.
  const start = await stepCount();
  await page.getByRole('radio', { name: 'As fast as it goes' }).check({ force: true });
  await button('Run').click();
  await expect.poll(stepCount, { timeout: 120_000, interval: 50 }).toBeGreaterThanOrEqual(start + 50);
  await button('Pause').click();
  await button('Run').waitFor();
  // What was in hand when Pause was pressed still arrives, before the engine answers whatever is asked after it.
  await button('Runs').click();
  await page.getByRole('list', { name: 'Runs' }).getByRole('listitem').first().waitFor();
  await page.keyboard.press('Escape');
  const paused = await stepCount();

  // Reload: the same state. A run that had gone on in the meantime would be further.
  const before = await picture();
  await page.reload();
  await expect.poll(stepCount, { timeout: 30_000 }).toBe(paused);
  await rows().first().waitFor();
  expect(await picture()).toEqual(before);

  // Reset and undo.
  await button('Reset').click();
  await page.getByText(/^Press Step\. Each row becomes/).waitFor();
  expect(await stepCount()).toBe(0);
  await button('Undo reset').click();
  await expect.poll(stepCount).toBe(paused);
  expect(await picture()).toEqual(before);
});

test('the same seed gives the same steps', async () => {
  await openPage('?seed=7');
  const run = async (): Promise<unknown> => {
    for (let i = 1; i <= 3; i++) await site.step();
    return picture();
  };
  const first = await run();
  await button('Reset').click();
  await expect.poll(stepCount).toBe(0);
  expect(await run()).toEqual(first);
});

test('an address that is out of range is refused with its name and range, one in range is used', async () => {
  await openPage('?g=99&t=0.5');
  expect(await page.getByRole('alert').textContent()).toContain(
    'Group size G (group_size) must be a whole number from 2 to 32, not "99".',
  );
  await page.getByText('at temperature 0.5').waitFor();
  await button('Step').click();
  await expect.poll(() => rows().count()).toBe(4);
});

test('your own question is answered from its words', async () => {
  await openPage();
  await page.locator('.pick').click();
  await page.getByLabel('Ask your own').fill('How many customers are there in each country?');
  await button('Ask this').click();
  await button('Step').click();
  await rows().first().waitFor();
  expect((await texts('.pick .text'))[0]).toBe('How many customers are there in each country?');
  expect((await texts('.sheet pre')).join(' ')).toContain('customers');
});

test.each([
  ['light', 1440],
  ['dark', 1440],
  ['light', 360],
  ['dark', 768],
] as const)('axe finds nothing, %s at %i, and nothing scrolls sideways', async (colorScheme, width) => {
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  await page.setViewportSize({ width, height: 900 });
  await openPage();
  await page.keyboard.press('s');
  await rows().first().waitFor();
  expect(await findings()).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});
