import { beforeEach, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { MUSIC_QUESTIONS, musicFile } from './own-files.ts';
import { openSite } from './page.ts';

const site = openSite();
const { button, stepCount } = site;
let page: Page;

beforeEach(() => {
  page = site.page;
});

const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) });

const CUSTOMERS = `id;name;country;signed up
1;Ann Smith;Italy;31.12.2023
2;Bob Jones;France;01.02.2024
3;Cléo Kern;Italy;15.03.2024
`;
const ORDERS = `order_id;customer_id;total
7;1;1.234,50
8;2;99,00
9;1;5,25
10;3;12,00
`;
const QUESTION = 'How many customers are there in each country?';

async function openData(): Promise<void> {
  await page.goto(`${site.url}#data`);
  await page.getByText('None yet.').waitFor();
}

async function bring(...files: ReturnType<typeof file>[]): Promise<void> {
  await page.locator('input[type=file]').first().setInputFiles(files);
}

test(
  'two CSV files become a database with a guessed key, a question, steps and an answer, and are there after a reload',
  { timeout: 240_000 },
  async () => {
    await openData();
    await bring(file('customers.csv', CUSTOMERS), file('orders.csv', ORDERS));
    await page.getByRole('heading', { name: '2 tables found' }).waitFor();
    expect(await page.getByLabel('orders.total is read as').inputValue()).toBe('real-comma');
    expect(await page.getByLabel('customers.signed_up is read as').inputValue()).toBe('date-day');
    await page.getByText('names a row by').waitFor();
    expect(await site.findings()).toEqual([]);
    await page.getByLabel('Name', { exact: true }).fill('Little shop');
    await button('Open it').click();
    await page.getByText('“Little shop” is kept in this browser and open now.').waitFor();
    await page.getByText('There are none yet.').waitFor();

    // Refused with SQLite's message, then kept.
    await page.getByLabel('Question', { exact: true }).fill(QUESTION);
    await page.getByLabel('Its SQL').fill('SELECT country, COUNT(*) FROM custmers GROUP BY country');
    await button('Add question').click();
    await page.getByText('no such table: custmers').waitFor();
    await page.getByLabel('Its SQL').fill('SELECT country, COUNT(*) FROM customers GROUP BY country');
    await button('Add question').click();
    await page.getByText('Added.').waitFor();
    expect(await page.getByRole('list', { name: 'Questions' }).getByRole('listitem').count()).toBe(1);
    expect(await site.findings()).toEqual([]);

    await page.getByRole('link', { name: 'Learn from these' }).click();
    await button('Step').waitFor();
    await page.getByText('Little shop, 2 tables').waitFor();
    expect(await stepCount()).toBe(0);
    await site.step();
    await site.step();
    expect(await site.texts('.pick .text')).toEqual([QUESTION]);
    expect(await page.locator('.sheet .result table').count()).toBeGreaterThan(0);
    const before = await site.picture();

    await page.reload();
    await expect.poll(stepCount, { timeout: 30_000 }).toBe(2);
    await page.locator('.sheet li').first().waitFor();
    expect(await site.picture()).toEqual(before);

    // Another database and back; then it is deleted, and its run says so and stays in the list.
    await page.getByRole('link', { name: 'Data', exact: true }).click();
    await page.getByText('Little shop', { exact: true }).first().waitFor();
    await button('Use this Demo shop').click();
    await expect.poll(stepCount).toBe(0);
    await page.getByRole('link', { name: 'Data', exact: true }).click();
    await button('Delete Little shop').click();
    await page.getByText('“Little shop” was deleted.').waitFor();
    await button('Undo').click();
    await button('Delete Little shop').click();
    await page.getByText('“Little shop” was deleted.').waitFor();
    await page.getByRole('link', { name: 'Playground', exact: true }).click();
    await button('Runs').click();
    await page
      .getByRole('button', { name: /^Open Little shop/ })
      .first()
      .click();
    await page.getByText('Its database was deleted from this browser.').waitFor();
    expect(await page.getByRole('button', { name: /^Open Little shop/ }).count()).toBe(1);
    await page.keyboard.press('Escape');
    expect(await stepCount()).toBe(0);
  },
);

test('what is no table says what it is, where, and the way out; the page goes on', async () => {
  await openData();
  await bring(file('open.csv', 'a,b\n1,"x\n'));
  await page.getByText('open.csv, line 2, column 3: a quoted cell begins here').waitFor();
  await bring(file('book.xlsx', 'PK\u0003\u0004'));
  await page.getByText('is an Excel workbook. Save each sheet as CSV').waitFor();
  await bring(file('notes.sql', 'CREATE TABLE t(a); INSERT INTO t VALUES (1, 2);'));
  await page.getByText('table t has 1 columns but 2 values were supplied').waitFor();
  await bring(file('questions.json', '[{"id":"q","question":"x?","split":"train"}]'));
  await page.getByText('holds questions, not data').waitFor();
  await bring(file('good.sql', "CREATE TABLE t(a TEXT); INSERT INTO t VALUES ('x');"));
  await page.getByRole('heading', { name: '1 table found' }).waitFor();
  await button('Cancel').click();
  await page.getByRole('heading', { name: 'Questions' }).waitFor();
});

test('a database and its questions, brought together: first the one, then the others', async () => {
  await openData();
  const spider = [...MUSIC_QUESTIONS, ['How many bands are there?', 'SELECT COUNT(*) FROM bands'] as const].map(
    ([question, query]) => ({ db_id: 'music', question, query }),
  );
  const questions = (count: number) => file('dev.json', JSON.stringify(spider.slice(0, count)));
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles([questions(MUSIC_QUESTIONS.length), await musicFile()]);
  await page.getByText(`Then ${MUSIC_QUESTIONS.length} questions of dev.json.`).waitFor();
  expect(await site.findings()).toEqual([]);
  await button('Open it').click();
  await page.getByText('“music” is kept in this browser and open now.').waitFor();
  await page.getByText(`${MUSIC_QUESTIONS.length} questions of dev.json were added.`).waitFor();
  expect(await page.getByRole('list', { name: 'Questions' }).getByRole('listitem').count()).toBe(
    MUSIC_QUESTIONS.length,
  );

  // Where some SQL does not run, the reader looks at it first.
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles([await musicFile(), questions(spider.length)]);
  await button('Open it').click();
  await page.getByText('1 cannot: its SQL does not run here.').waitFor();
  await page.getByText('There are none yet.').waitFor();
  await button(`Add ${MUSIC_QUESTIONS.length} questions`).click();
  await page.getByText(`${MUSIC_QUESTIONS.length} questions of dev.json were added.`).waitFor();
});

test('tables are renamed and left out before the database is built, and questions are asked in the new names', async () => {
  await openData();
  await bring(
    file('export (1).csv', CUSTOMERS),
    file('orders.csv', ORDERS),
    file('notes.csv', 'note;day\nx;2024-01-02\n'),
  );
  await page.getByRole('heading', { name: '3 tables found' }).waitFor();
  expect(await page.getByText('names a row by').count()).toBe(0);
  const name = (of: string) => page.getByLabel(`Name of ${of}`, { exact: true });
  await name('table export_1').fill('orders');
  await page.keyboard.press('Enter');
  await page.getByText('Another table is called orders. Choose another name.').waitFor();
  await name('table export_1').fill('Customers');
  await page.keyboard.press('Enter');
  // The name says a key that the file's did not.
  await page.getByText('orders.customer_id').waitFor();
  await name('Customers.signed_up').fill('member since');
  await page.keyboard.press('Enter');
  await page.getByText('Written member_since, as SQL can have it.').waitFor();
  await page.getByLabel('Take this table notes').uncheck();
  await page.getByRole('heading', { name: '3 tables found, 1 left out' }).waitFor();
  expect(await site.findings()).toEqual([]);
  await page.getByLabel('Name', { exact: true }).fill('Chosen');
  await button('Open it').click();
  await page.getByText('“Chosen” is kept in this browser and open now.').waitFor();
  await page.getByText('2 tables. Made of export (1).csv, orders.csv.').waitFor();
  await page.getByLabel('Its SQL').fill('SELECT member_since, total FROM Customers JOIN orders ON customer_id = id');
  await button('Run SQL').click();
  await page.getByRole('columnheader', { name: 'member_since' }).waitFor();
});

test('nothing is wider than a phone of 320 pixels', async () => {
  await page.setViewportSize({ width: 320, height: 700 });
  await openData();
  await bring(file('customers.csv', CUSTOMERS), file('orders.csv', ORDERS));
  await page.getByRole('heading', { name: '2 tables found' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  expect(await site.findings()).toEqual([]);
});
