/** What is read and printed: the glossary, About, and a lesson's sheet; and the large mode. */
import { beforeEach, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { openSite } from './page.ts';

const site = openSite();
const { button, findings } = site;
let page: Page;

beforeEach(() => {
  page = site.page;
});

const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

test('a word of the field opens its entry in the glossary, and Back leads to the tries again', async () => {
  await page.goto(site.url);
  await page.getByText(/^Four tries at one question\. (?!$)/).waitFor();
  await button('Learn from this').click();
  await page.getByRole('link', { name: 'Advantage', exact: true }).click();
  const entry = page.locator('[data-term=advantage]');
  await entry.waitFor();
  expect(await entry.textContent()).toContain('A = (r − mean) / sd');
  await expect.poll(() => entry.evaluate((element) => element === document.activeElement)).toBe(true);
  expect(await findings()).toEqual([]);
  await page.goBack();
  await page.locator('.now li').first().waitFor();

  await page.getByRole('link', { name: 'About', exact: true }).click();
  await page.getByRole('heading', { name: 'Source and licences' }).waitFor();
  expect(await page.getByRole('link', { name: 'arxiv.org/abs/2402.03300' }).count()).toBe(1);
  expect(await findings()).toEqual([]);
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await wide()).toBe(0);
});

test('a sheet has its answers from the run, on a page of their own when printed', async () => {
  await page.goto(`${site.url}#lesson/why-did-this-hint-move`);
  await page.getByText(/^Four tries at one question\. (?!$)/).waitFor();
  await button('Learn from this').click();
  await page.getByRole('link', { name: 'Sheet to print' }).click();
  const questions = page.locator('.page > ol li');
  await questions.first().waitFor();
  expect(await page.locator('.answers li').count()).toBe(await questions.count());
  expect(await page.locator('.answers li').first().textContent()).toBe('1');
  expect(await findings()).toEqual([]);
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('banner').isVisible()).toBe(false);
  expect(await button('Print').isVisible()).toBe(false);
  expect(await page.locator('.answers').evaluate((element) => getComputedStyle(element).breakBefore)).toBe('page');
});

test('large is larger, stays after a reload, and makes nothing wider than the screen', async () => {
  await page.goto(`${site.url}#about`);
  const heading = page.getByRole('heading', { name: 'About' });
  await heading.waitFor();
  const before = (await heading.boundingBox())?.height ?? NaN;
  const large = button('Large, for a projector');
  await large.click();
  expect(await large.getAttribute('aria-pressed')).toBe('true');
  expect((await heading.boundingBox())?.height ?? NaN).toBeGreaterThan(1.2 * before);
  await page.goto(site.url);
  await page.getByText(/^Four tries at one question\. (?!$)/).waitFor();
  expect(await large.getAttribute('aria-pressed')).toBe('true');
  expect(await wide()).toBe(0);
  expect(await findings()).toEqual([]);
});
