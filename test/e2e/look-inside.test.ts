/** What the page shows of several updates on one group, of each component, and of a policy of few hints. */
import { expect, it } from 'vitest';
import { NO_BUILT_IN_MODEL, openSite } from './page.ts';

const site = openSite({ allowed: [NO_BUILT_IN_MODEL] });

it('opens the ratios of a completion, and a curve of each component', { timeout: 240_000 }, async () => {
  await site.open('?seed=3&mu=4&ob=dapo&lr=2&g=8');
  const { page } = site;
  const ratios = page.getByText(/^ρ \d\.\d\d/);
  for (let i = 0; i < 6 && (await ratios.count()) === 0; i++) await site.step();
  expect(await ratios.count()).toBeGreaterThan(0);

  await ratios.first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('In the first update every ρ is 1.').waitFor();
  expect(await dialog.textContent()).toMatch(/Σ over decisions of/);
  expect(await site.findings()).toEqual([]);
  await page.keyboard.press('Escape');

  await site.button('Each component').click();
  await dialog.getByRole('heading', { name: 'Validity, mean' }).waitFor();
  for (const name of ['Quality, sd', 'Decisions cut by the clip', 'KL from the start, estimate k3'])
    expect(await dialog.getByRole('heading', { name }).count()).toBe(1);
  expect(await site.findings()).toEqual([]);
});

it('keeps the few hints that decide, and brings the others back', { timeout: 240_000 }, async () => {
  await site.open('?seed=3');
  const { page } = site;
  for (let i = 0; i < 4; i++) await site.step();
  const all = page.getByRole('button', { name: /^All [\d,]+ hints$/ });
  const before = await all.textContent();
  await all.click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Keep the few that decide' }).click();
  const outcome = dialog.getByText(/^Of [\d,]+ learned hints [\d,]+ are kept/);
  await outcome.waitFor();
  const [, of, kept] = /^Of ([\d,]+) learned hints ([\d,]+) are kept/.exec((await outcome.textContent()) ?? '') ?? [];
  expect(before).toBe(`All ${of} hints`);
  expect(Number(kept)).toBeLessThan(Number(of));
  await dialog.getByText(new RegExp(`^${kept} hints?\\.`)).waitFor();
  expect(await site.findings()).toEqual([]);
  await page.reload();
  await expect.poll(() => all.textContent(), { timeout: 60_000 }).toBe(`All ${kept} hints`);

  await all.click();
  await dialog.getByRole('button', { name: 'Keep the few that decide' }).click();

  await dialog.getByRole('button', { name: 'Bring the others back' }).click();
  await dialog.getByText(new RegExp(`^${kept} hints?\\.`)).waitFor();
});
