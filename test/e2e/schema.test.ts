/** The schema of one's own database, played against the built site: drawn, corrected, described, and queried. */
import { beforeEach, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { openSite } from './page.ts';

const site = openSite();
const { button } = site;
let page: Page;

beforeEach(() => {
  page = site.page;
});

const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text, 'latin1') });
const TOWNS = 'id,title\n1,Kiel\n2,Bremen\n3,Emden\n';
const FERRIES = 'ferry_id,town_id,berth,A7\n10,1,2,31.5\n11,2,1,20\n12,1,3,12\n';
const DESCRIPTIONS = 'original_column_name,column_name,column_description\nA7,draught,in metres; Gr\xf6\xdfe\n';

test(
  'keys are corrected, columns described and SQL run, without a breach of the page’s policy, and are there after a reload',
  { timeout: 240_000 },
  async () => {
    const breaches: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy|TrustedScript|Trusted Type/i.test(message.text())) breaches.push(message.text());
    });
    page.on('pageerror', (error) => breaches.push(error.message));
    await page.goto(`${site.url}#data`);
    await page.getByText('None yet.').waitFor();
    await page
      .locator('input[type=file]')
      .first()
      .setInputFiles([file('towns.csv', TOWNS), file('ferries.csv', FERRIES)]);
    await page.getByRole('heading', { name: '2 tables found' }).waitFor();
    await button('Open it').click();
    await page.getByRole('img', { name: /^2 tables, 1 key, 1 of them guessed/ }).waitFor();
    expect(await site.findings()).toEqual([]);

    await button('Remove ferries.town_id → towns.id').click();
    await page.getByText('ferries.town_id → towns.id is no key any more.').waitFor();
    await page.getByRole('img', { name: /^2 tables, 0 keys\./ }).waitFor();
    await page.getByText('Add a key').click();
    const from = page.getByRole('group', { name: 'This column' });
    await from.getByLabel('Table').selectOption('ferries');
    await from.getByLabel('Column').selectOption('berth');
    await page.getByRole('group', { name: 'names rows by' }).getByLabel('Table').selectOption('towns');
    await button('Add key').click();
    await page.getByText('added by you').waitFor();

    await page
      .getByLabel('Descriptions from files')
      .last()
      .setInputFiles([file('Ferries.csv', DESCRIPTIONS)]);
    await page.getByText('1 column of 1 table described.').waitFor();
    await page.getByText('in metres; Größe').waitFor();
    expect(await site.findings()).toEqual([]);

    await page.getByText('Query this database').click();
    const editor = page.getByRole('textbox', { name: 'SQL', exact: true });
    await editor.click();
    await page.keyboard.type('SELECT title, COUNT(*) FROM towns JOIN ferr');
    await page.locator('.cm-tooltip').getByRole('option', { name: 'ferries' }).waitFor();
    // A list that has just come up takes no key yet.
    await page.waitForTimeout(200);
    await page.keyboard.press('Enter');
    await page.keyboard.type(' ON berth = towns.id GROUP BY titel');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Enter');
    await page.getByText('no such column: titel').first().waitFor();
    expect(await page.locator('.cm-lintRange-error').textContent()).toBe('titel');
    await editor.click();
    await page.keyboard.press('Control+End');
    for (let i = 0; i < 2; i++) await page.keyboard.press('Backspace');
    await page.keyboard.type('le');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Enter');
    await page.getByText('3 rows').last().waitFor();
    expect(await site.findings()).toEqual([]);
    await button('Explain').click();
    await page.getByText('Read all rows of ferries').waitFor();
    await button('Run').click();
    await button('Keep as a question’s answer').click();
    expect(await page.getByLabel('Its SQL').inputValue()).toContain('GROUP BY title');
    await page.getByLabel('Question', { exact: true }).fill('How many ferries are there in each town?');
    await button('Add question').click();
    await page.getByText('Added.').waitFor();

    await page.reload();
    await page.getByText('added by you').waitFor();
    await page.getByText('in metres; Größe').waitFor();
    // What was corrected is what a question is answered with.
    await page.getByRole('link', { name: 'Ask it' }).click();
    // What is typed at once is the question.
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('placeholder'))).toMatch(/know/);
    await page.getByRole('textbox', { name: 'Question' }).fill('How many ferries are there for each town title?');
    await page.keyboard.press('Enter');
    await page
      .getByText(/berth = \w+\.id/)
      .first()
      .waitFor({ timeout: 60_000 });
    expect(breaches).toEqual([]);
  },
);

test('the schema and the console scroll inside themselves on a phone of 320 pixels, in the dark too', async () => {
  await page.setViewportSize({ width: 320, height: 700 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto(`${site.url}#data`);
  await page.getByRole('img', { name: /^9 tables/ }).waitFor();
  await page.getByText('Query this database').click();
  await page.getByRole('textbox', { name: 'SQL', exact: true }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  expect(await site.findings()).toEqual([]);
});
