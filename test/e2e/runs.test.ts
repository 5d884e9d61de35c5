/** The list of runs on the built site: each is kept, opened, renamed, deleted and put back. */
import { expect, it } from 'vitest';
import { NO_BUILT_IN_MODEL, openSite } from './page.ts';

const site = openSite({ allowed: [NO_BUILT_IN_MODEL] });

it('keeps runs until they are deleted, and opens them where they stood', { timeout: 240_000 }, async () => {
  await site.open('?seed=7');
  await site.step();
  await site.step();
  const before = await site.picture();
  await site.button('Reset').click();
  await expect.poll(site.stepCount).toBe(0);
  await site.step();

  const { page } = site;
  const dialog = page.getByRole('dialog', { name: 'Runs' });
  const rows = dialog.getByRole('list', { name: 'Runs' }).getByRole('listitem');
  await page.keyboard.press('Escape');
  await site.button('Runs').focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => rows.count()).toBe(2);
  expect(await rows.first().getAttribute('aria-current')).toBe('true');
  expect(await rows.allTextContents()).toEqual([
    expect.stringMatching(/on the page.*1 step · /s),
    expect.stringMatching(/2 steps · \d+ kB · begun /),
  ]);
  expect(await dialog.textContent()).toMatch(/This site uses .* of the .* the browser allows it/);
  expect(await site.findings()).toEqual([]);

  await rows
    .nth(1)
    .getByRole('button', { name: /^Rename/ })
    .click();
  await page.keyboard.type('Two steps');
  await page.keyboard.press('Enter');
  await expect.poll(() => rows.nth(1).textContent()).toContain('Two steps');

  await rows.nth(1).getByRole('button', { name: 'Delete Two steps' }).click();
  await expect.poll(() => rows.count()).toBe(1);
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Undo');
  await page.keyboard.press('Enter');
  await expect.poll(() => rows.count()).toBe(2);

  await rows.nth(1).getByRole('button', { name: 'Open Two steps' }).click();
  await expect.poll(site.stepCount).toBe(2);
  await dialog.waitFor({ state: 'hidden' });
  expect(await site.picture()).toEqual(before);
  await site.step();
  await page.reload();
  await expect.poll(site.stepCount, { timeout: 60_000 }).toBe(3);

  await site.button('Runs').click();
  await rows
    .nth(0)
    .getByRole('button', { name: /^Delete/ })
    .click();
  await expect.poll(() => rows.count()).toBe(1);
  await page.keyboard.press('Escape');
  await site.button('Runs').click();
  await expect.poll(() => rows.count()).toBe(1);
  expect(await dialog.textContent()).toContain('There is no other run yet.');
});

it('tells a tab whose run was left in another', { timeout: 240_000 }, async () => {
  await site.open('?seed=7');
  await site.step();
  await site.button('Reset').click();
  await expect.poll(site.stepCount).toBe(0);
  await site.step();
  const other = await site.page.context().newPage();
  await other.goto(`${site.url}#playground`);
  await other
    .getByText(/^Press Step\. Each row becomes|^Step 1/)
    .first()
    .waitFor();
  await other.getByRole('button', { name: 'Runs' }).click();
  await other.getByRole('button', { name: /^Open / }).click();
  await other.getByRole('dialog', { name: 'Runs' }).waitFor({ state: 'hidden' });
  await site.button('Step').click();
  await site.page.getByText(/Another tab started or brought back a different run/).waitFor();
  expect(await site.stepCount()).toBe(1);
  await other.close();
});
