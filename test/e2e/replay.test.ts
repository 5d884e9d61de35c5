/**
 * Groups that were written earlier: those of published models, and a whole run recorded on the page and played back on
 * it.
 */
import { readFile } from 'node:fs/promises';
import { beforeEach, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { NO_BUILT_IN_MODEL, openSite } from './page.ts';

const RECORDED_STEPS = 5;

const site = openSite({ allowed: [NO_BUILT_IN_MODEL] });
const { button, step, stepCount, texts } = site;
let page: Page;

beforeEach(() => {
  page = site.page;
});

const rows = () => page.locator('.sheet li');

async function openDialog(): Promise<void> {
  await page.locator('header .chip').click();
  await page.getByRole('heading', { name: 'Where the group comes from' }).waitFor();
}

async function usePublished(): Promise<void> {
  await openDialog();
  await button(/^Open and use published language models/).click();
  await page
    .getByText('That opens “Concerts and singers” in a new run at step 0. “Undo reset” brings this one back.')
    .waitFor();
  await button('Open it in a new run').click();
  await button(/^In use published language models/).waitFor();
  await page.keyboard.press('Escape');
}

/** Saves the recording from the open dialog; resolves to the file. */
async function save(name: string): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const [download] = await Promise.all([page.waitForEvent('download'), button('Save the recording').click()]);
  expect(download.suggestedFilename()).toBe(name);
  return { name, mimeType: 'application/json', buffer: await readFile(await download.path()) };
}

async function play(file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
  await page.getByLabel('Play a recording back').setInputFiles(file);
  await expect.poll(() => page.locator('dialog[open]').count(), { timeout: 30_000 }).toBe(0);
}

/** What a step is made of, as the page shows it: without where its texts say they come from. */
async function shown(): Promise<Record<string, unknown>> {
  const { step: number, sql, totals, advantages, hints, weights, changes } = await site.picture();
  return { number, sql, totals, advantages, hints, weights, changes };
}

test('a real language model’s group, before anything is downloaded', { timeout: 180_000 }, async () => {
  await site.open();
  await step();
  const shop = await site.picture();
  await usePublished();
  expect(await page.locator('header .chip').textContent()).toContain('recorded');
  expect(await stepCount()).toBe(0);

  const published = JSON.parse(
    await readFile(new URL('../../public/datasets/concert_singer/completions.json', import.meta.url), 'utf8'),
  ) as { readonly completions: readonly { readonly source: string; readonly text: string }[] }[];
  const sources = new Set(published.flatMap(({ completions }) => completions.map(({ source }) => source)));
  for (let i = 0; i < 3; i++) {
    await step();
    expect(await rows().count()).toBe(4);
    const origins = await texts('.sheet .origin');
    expect(origins).toHaveLength(4);
    for (const origin of origins) {
      expect(origin).toContain('· recorded, not live');
      expect(sources.has(origin.split(' · ')[0] ?? '')).toBe(true);
    }
    for (const result of await texts('.sheet .result')) expect(result).not.toBe('');
  }
  expect(await site.findings()).toEqual([]);

  // The dataset stays open after a reload, and the run before comes back whole.
  const concerts = await site.picture();
  await page.reload();
  await expect.poll(stepCount, { timeout: 30_000 }).toBe(3);
  await rows().first().waitFor();
  expect(await site.picture()).toEqual(concerts);
  expect(await page.locator('header .chip').textContent()).toContain('recorded');
  await button('Undo reset').click();
  await expect.poll(stepCount).toBe(1);
  expect(await site.picture()).toEqual(shop);
  expect(await page.locator('header .chip').textContent()).toContain('no download');
  // Nothing but the site's own files.
  expect(site.asked.filter((path) => path.startsWith('datasets/concert_singer/'))).toContain(
    'datasets/concert_singer/completions.json',
  );
});

test(
  'a run is recorded, saved and played back: the same SQL, rewards, advantages and hints',
  { timeout: 300_000 },
  async () => {
    await site.open('?g=5&lr=0.3');
    await usePublished();
    await openDialog();
    await button('Record from here on').click();
    await button('Recording …').waitFor();
    await page.keyboard.press('Escape');

    const recorded: Record<string, unknown>[] = [];
    for (let i = 0; i < RECORDED_STEPS; i++) {
      await step();
      recorded.push(await shown());
    }
    expect(recorded.some(({ hints }) => (hints as string[]).length > 0)).toBe(true);
    await openDialog();
    await page.getByText(new RegExp(`^${RECORDED_STEPS} steps, \\d+ kB$`)).waitFor();
    const file = await save('grpo-run-concert_singer.json');
    await page.keyboard.press('Escape');

    // On a page that has never seen it, with another run, dataset and settings.
    await page.evaluate(
      () =>
        new Promise<void>((resolve, reject) => {
          const gone = indexedDB.deleteDatabase('grpo-sql-lab');
          gone.onsuccess = () => resolve();
          gone.onerror = () => reject(new Error('not deleted'));
        }),
    );
    await page.goto('about:blank');
    await site.open('');
    await step();
    await openDialog();
    await play(file);
    expect(await stepCount()).toBe(0);
    expect(await page.locator('header .chip').textContent()).toContain('Recorded: ');

    const played: Record<string, unknown>[] = [];
    for (let i = 0; i < RECORDED_STEPS; i++) {
      await step();
      played.push(await shown());
      for (const origin of await texts('.sheet .origin')) expect(origin).toContain('recorded, not live');
      if (i !== 2) continue;
      // In the middle of it the page is reloaded: the settings of the recording are in its address by now.
      const before = await site.picture();
      await page.reload();
      await expect.poll(stepCount, { timeout: 30_000 }).toBe(3);
      await rows().first().waitFor();
      expect(await site.picture()).toEqual(before);
      expect(await page.locator('.notice').count()).toBe(0);
    }
    expect(played).toEqual(recorded);

    // The end is told, and what can be done then.
    const end = page.locator('.notice', {
      hasText: `The recording ends here, after ${RECORDED_STEPS} steps. Reset to begin a run of your own.`,
    });
    await button('Step').click();
    await end.waitFor();
    expect(await stepCount()).toBe(RECORDED_STEPS);
    await button('Run').click();
    await button('Run').waitFor();
    expect(await shown()).toEqual(recorded.at(-1));

    await button('Reset').click();
    await expect.poll(stepCount).toBe(0);
    await step();
    expect(await page.locator('header .chip').textContent()).not.toContain('Recorded: ');
    await button('Undo reset').click();
    await expect.poll(stepCount).toBe(RECORDED_STEPS);
    expect(await shown()).toEqual(recorded.at(-1));
  },
);

test('at full speed the last step of a recording is on the screen', { timeout: 180_000 }, async () => {
  await site.open();
  await openDialog();
  await button('Record from here on').click();
  await button('Recording …').waitFor();
  await page.keyboard.press('Escape');
  for (let i = 0; i < RECORDED_STEPS; i++) await step();
  const last = await shown();
  await openDialog();
  await play(await save('grpo-run-shop.json'));
  await page.getByRole('radio', { name: 'As fast as it goes' }).check({ force: true });
  await button('Run').click();
  await page.locator('.notice', { hasText: 'The recording ends here' }).waitFor({ timeout: 60_000 });
  await button('Run').waitFor();
  expect(await shown()).toEqual(last);
});

test('a file that is no recording is refused in the dialog, and the run is as it was', async () => {
  await site.open();
  await step();
  const before = await site.picture();
  await openDialog();
  await page
    .getByLabel('Play a recording back')
    .setInputFiles({ name: 'notes.json', mimeType: 'application/json', buffer: Buffer.from('{"format":"notes"}') });
  await page.getByRole('alert').filter({ hasText: 'notes.json is no recording' }).waitFor();
  await page
    .locator('input[type=file][accept*=json]')
    .first()
    .setInputFiles({
      name: 'answers.json',
      mimeType: 'application/json',
      buffer: Buffer.from('[{"id":"elsewhere","completions":[{"text":"SELECT 1"}]}]'),
    });
  await page.getByRole('alert').filter({ hasText: 'question of this dataset' }).waitFor();
  await page.keyboard.press('Escape');
  expect(await site.picture()).toEqual(before);
  await step();
});
