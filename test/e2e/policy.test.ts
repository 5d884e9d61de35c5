/** The policy's own place: a hint is edited, the next group is another; taken home, reset, brought back the same. */
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { NO_BUILT_IN_MODEL, openSite } from './page.ts';

const site = openSite({ allowed: [NO_BUILT_IN_MODEL] });

const go = async (hash: string): Promise<void> => {
  await site.page.evaluate((to) => {
    location.hash = to;
  }, hash);
};
/** Every hint with its weight, as the page lists them. */
async function hints(): Promise<string[]> {
  await go('#policy/hints');
  await site.page.getByRole('combobox', { name: 'Order' }).waitFor();
  for (let more = site.page.getByRole('button', { name: /^Show \d+ more$/ }); await more.isVisible();)
    await more.click();
  return site.page
    .locator('.list > li')
    .evaluateAll((rows) =>
      rows
        .map(
          (row) =>
            `${row.querySelector('.say')?.textContent ?? ''} ${row.querySelector<HTMLInputElement>('.weight')?.value ?? ''}`,
        )
        .sort(),
    );
}
const sql = (): Promise<string[]> => site.texts('.sheet pre');

it('goes from an edit to another group, and from a file back to the same policy', { timeout: 240_000 }, async () => {
  const { page } = site;
  await site.open('?seed=5');
  await site.step();
  await site.step();
  await go('#policy');
  // In an order that weights do not change.
  await page.getByRole('combobox', { name: 'Order' }).selectOption('support');
  for (let i = 0; i < 10; i++) {
    const weight = page.locator('.list > li').nth(i).getByRole('spinbutton');
    await weight.fill(i % 2 === 0 ? '-5' : '5');
    await weight.press('Enter');
  }
  await page.getByText(/^Last by hand: changed/).waitFor();
  await page
    .getByRole('button', { name: /^Details of/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Pin', exact: true }).click();
  await page.getByRole('button', { name: 'Take the pin out' }).waitFor();
  expect(await site.findings()).toEqual([]);

  // The same seed without the edit draws another group next.
  await go('#playground');
  await site.step();
  const edited = await sql();
  const policy = await hints();
  await go('#policy/files');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save: Hints', exact: true }).click(),
  ]);
  const text = await readFile(await download.path(), 'utf8');
  expect(JSON.parse(text)).toMatchObject({ format: 'grpo-sql-lab/hints', version: 3 });

  await go('#playground');
  await site.button('Reset').click();
  await expect.poll(site.stepCount).toBe(0);
  await site.step();
  await site.step();
  await site.step();
  expect(await sql()).not.toEqual(edited);
  await site.button('Reset').click();
  await expect.poll(site.stepCount).toBe(0);

  await go('#policy/files');
  await page
    .getByLabel('Open hints …')
    .setInputFiles({ name: 'hints.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await page.getByRole('button', { name: /^Put \d+ hints in$/ }).click();
  await page.getByText(/^Last by hand: put in/).waitFor();
  expect(await hints()).toEqual(policy);
  await page.reload();
  expect(await hints()).toEqual(policy);
  expect(await site.findings()).toEqual([]);

  // A broken file says what is wrong, and takes nothing away.
  await go('#policy/files');
  await page
    .getByLabel('Open hints …')
    .setInputFiles({ name: 'odd.json', mimeType: 'application/json', buffer: Buffer.from('{"hints":[]}') });
  await page.getByText('odd.json is no hints file').waitFor();
  expect(await hints()).toEqual(policy);
});
