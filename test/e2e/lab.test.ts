import { beforeEach, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { openSite } from './page.ts';

const site = openSite();
const { findings } = site;
let page: Page;

beforeEach(() => {
  page = site.page;
});

const runsDone = async (): Promise<number> =>
  Number(/(\d+) of \d+ runs/.exec((await page.locator('.list li small').first().textContent()) ?? '')?.[1] ?? 0);

test(
  'an experiment is set up, interrupted by a reload, goes on, and says in words what came out',
  { timeout: 300_000 },
  async () => {
    await page.goto(site.url);
    await page.getByRole('link', { name: 'Lab' }).click();
    await page.getByRole('heading', { name: /^Does it learn/ }).waitFor();
    expect(await findings()).toEqual([]);

    // From the keyboard, beginning with a ready-made one.
    await page.getByRole('button', { name: 'Change first: Does it help on questions that do not repeat?' }).focus();
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.evaluate(() => (document.activeElement as HTMLInputElement | null)?.value))
      .toBe('Does it help on questions that do not repeat?');
    await page.keyboard.type('Small one');
    await page.getByRole('button', { name: 'Remove variant 3' }).click();
    await page.getByLabel('Seeds', { exact: true }).fill('2');
    await page.getByLabel('Steps', { exact: true }).fill('3');
    await page.getByLabel('Questions for the curve').fill('10');
    await page.getByLabel('Group size G of all variants', { exact: true }).fill('1');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('alert').textContent()).toMatch(/Group size G \(group_size\) must be/);
    await page.getByLabel('Group size G of all variants', { exact: true }).fill('2');
    await page.keyboard.press('Enter');

    await expect.poll(runsDone, { timeout: 120_000, interval: 30 }).toBeGreaterThan(0);
    const address = page.url();
    expect(address).toMatch(/#lab\/.+/);
    const before = await runsDone();
    expect(before).toBeLessThan(4);
    await page.reload();

    // What was done is there at once, and the rest goes on by itself.
    await page.getByRole('status').filter({ hasText: 'goes on after the reload' }).waitFor({ timeout: 60_000 });
    expect(await runsDone()).toBeGreaterThanOrEqual(before);
    await page.getByText('All 4 runs done.').waitFor({ timeout: 240_000 });
    expect(page.url()).toBe(address);

    expect(await page.locator('.verdict').first().textContent()).toMatch(
      /^gold against no learning: (No evidence of a gain|Too few questions to tell|Evidence of a (gain|loss))/,
    );
    expect(await page.locator('.verdicts li').first().textContent()).toMatch(
      /^Control holds no learning: Without learning nothing changed/,
    );
    expect(await page.locator('.command code').textContent()).toContain(
      'npm run lab -- compare --database public/datasets/shop/db.sqlite',
    );
    expect(await page.getByRole('rowheader', { name: /^no learning/ }).textContent()).toMatch(/2 of 2 runs/);
    await page.getByRole('slider', { name: /Held-out accuracy/ }).focus();
    await page.keyboard.press('Home');
    expect(await page.getByRole('slider').getAttribute('aria-valuetext')).toMatch(
      /^step 0: no learning [\d.]+ %, .*gold/,
    );

    for (const [colorScheme, width] of [
      ['light', 1440],
      ['dark', 768],
      ['light', 360],
    ] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 900 });
      expect(await findings(), `${colorScheme} ${width}`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    }

    // Kept, named, deleted, brought back.
    const name = page.getByLabel('Name of the experiment');
    await name.fill('Renamed');
    await name.press('Tab');
    await page.getByRole('link', { name: /^Renamed/ }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: /^Renamed/ }).click();
    await page.getByText('All 4 runs done.').waitFor();
  },
);

test('the first ready-made experiment says how long it takes and finds evidence', { timeout: 300_000 }, async () => {
  await page.goto(`${site.url}#lab`);
  const first = page.locator('.start li').first();
  await first.getByText(/^Money in the shop: .*; about \d+ (s|min)$/).waitFor({ timeout: 60_000 });
  await first.getByRole('button', { name: 'Run: Does learning help?' }).click();
  await page.getByText(/^All \d+ runs done\.$/).waitFor({ timeout: 280_000 });
  expect(await page.locator('.verdict').textContent()).toMatch(/^learning against no learning: Evidence of a gain of/);
  expect(await page.locator('.advice').count()).toBe(0);
  expect(await page.locator('.command code').textContent()).toContain(
    '--database public/datasets/shop/db.sqlite --questions public/datasets/shop_money/questions.json',
  );
});

test('hints against none among recorded completions, and what a file lacks is said', { timeout: 240_000 }, async () => {
  await page.goto(`${site.url}#lab`);
  const part = page.getByRole('region', { name: 'Do hints help a language model?' });
  await part.getByRole('button', { name: 'Run' }).click();
  await part.getByText(/^Teaching hints: step \d+ of 300$/).waitFor({ timeout: 60_000 });
  const rows = part.locator('tbody tr');
  await rows.first().waitFor({ timeout: 180_000 });
  expect(await part.locator('.verdict').textContent()).toMatch(/points \([+−]/);
  expect(await rows.locator('th').allTextContents()).toEqual([
    'any of them',
    'what most of them give',
    'the highest reward (hints off)',
    'reward and hints (hints on)',
    'the best possible',
  ]);
  // Nothing that is chosen is better than the best there is, nor is the mean.
  const shares = (await rows.locator('td:nth-of-type(1)').allTextContents()).map(Number);
  expect(shares.every((share) => share >= 0 && share <= (shares.at(-1) ?? 0))).toBe(true);

  expect(await findings()).toEqual([]);

  await part
    .getByLabel('Completions from a file')
    .setInputFiles({ name: 'mine.json', mimeType: 'application/json', buffer: Buffer.from('[') });
  await part.getByRole('button', { name: 'Run' }).click();
  await page.getByRole('alert').filter({ hasText: 'mine.json' }).waitFor();
});
