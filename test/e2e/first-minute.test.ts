/** The first minute of somebody who has never been here: what is seen before anything is pressed, and what then. */
import { beforeEach, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { openSite } from './page.ts';

const site = openSite();
const { button, texts, findings } = site;
let page: Page;

beforeEach(() => {
  page = site.page;
});

const headline = () => page.locator('.top h2').textContent();
const steps = async (): Promise<number> => Number((await page.locator('.steps b').textContent())?.replace(/\D/g, ''));
const stamps = () => texts('.now .stamp');
const stage = () => page.locator('[aria-current=step]').textContent();

async function visit(hash = ''): Promise<void> {
  await page.goto(`${site.url}${hash}`);
  await page.getByText(/^Four tries at one question\. (?!$)/).waitFor();
}

test('nothing pressed: a question, four tries that were run, stamped, and nothing of what comes later', async () => {
  await visit();
  expect(await headline()).toBe('Four tries at one question. One is right.');
  expect(await stamps()).toEqual(['right', 'wrong', 'wrong', 'wrong']);
  expect(await page.locator('.now .result table').count()).toBe(4);
  expect(await page.locator('.line .figure').count()).toBe(0);
  expect(await page.getByText('Nothing yet. What a better try did').count()).toBe(1);
  // The curve begins before training, and the step that waits to be looked at is not in it.
  await page.getByText(/^3 of 20 right on questions it never saw$/).waitFor();
  expect(await findings()).toEqual([]);

  // To guess first, the stamps can be taken away, and the sentence that tells goes with them.
  await button('Hide right and wrong').click();
  expect(await stamps()).toEqual([]);
  expect(await headline()).toBe('Four tries at one question. Which are right?');
});

test('learn from this, stage by stage, and try again', async () => {
  await visit();
  const question = await page.locator('.question').textContent();
  // The second press of a double click is not meant for what then stands in its place.
  await button('Learn from this').dblclick();
  expect(await headline()).toBe('Try 1 beat its group, so what it did gains weight.');
  expect(await steps()).toBe(1);
  // The lesson speaks of what is seen, and waits until it was read.
  const strip = page.getByRole('region', { name: 'Lesson: Watch it learn' });
  await expect.poll(() => strip.textContent()).toContain('2 of 5');
  expect(await strip.locator('.move .solid').allTextContents()).toEqual(['Next']);
  const advantages = (await texts('.line .figure button')).map(Number);
  expect(advantages).toHaveLength(4);
  expect(Math.abs(advantages.reduce((sum, value) => sum + value, 0))).toBeLessThanOrEqual(0.021);
  expect(Math.max(...advantages)).toBe(advantages[0]);
  await page.getByText('if it says “revenue”').first().waitFor();

  // Back through the stops with the arrow keys: what comes later is gone again.
  await page.locator('[aria-current=step]').focus();
  await page.keyboard.press('ArrowLeft');
  expect(await stage()).toBe('Compare');
  await page.keyboard.press('ArrowLeft');
  expect(await stage()).toBe('Score');
  const rewards = (await texts('.line .figure button')).map(Number);
  const mean = rewards.reduce((sum, value) => sum + value, 0) / rewards.length;
  // The advantage is the distance to the mean, as far as two decimals tell.
  rewards.forEach((reward, i) => expect(Math.abs(reward - mean - (advantages[i] ?? NaN))).toBeLessThan(0.02));
  await page.keyboard.press('ArrowLeft');
  expect(await page.locator('.line .figure').count()).toBe(0);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  expect(await stage()).toBe('Update');

  // A number opens to its arithmetic.
  await page.locator('.line .figure button').first().click();
  await page.getByRole('dialog', { name: /^Advantage of completion 1/ }).waitFor();
  await page.keyboard.press('Escape');

  await button('Try again with what it learned').click();
  await expect.poll(steps).toBe(2);
  expect(await page.locator('.question').textContent()).toBe(question);
  expect(await page.getByRole('list', { name: 'The tries before' }).getByRole('listitem').count()).toBe(4);
  expect(await headline()).toMatch(/right now; one before\.$/);
  expect(await stage()).toBe('Execute');
});

test('played to the end of the lesson most of the unseen questions are right', { timeout: 300_000 }, async () => {
  await visit();
  await page.getByRole('radio', { name: 'As fast as it goes' }).check({ force: true });
  await button('Play').click();
  await expect.poll(steps, { timeout: 240_000, interval: 200 }).toBeGreaterThanOrEqual(200);
  await button('Play').waitFor();
  const points = page.locator('.curve h3');
  await expect
    .poll(async () => Number(/^(\d+) of 20 right/.exec((await points.textContent()) ?? '')?.[1]), { timeout: 60_000 })
    .toBeGreaterThanOrEqual(17);
  expect(await headline()).toMatch(/^\d\d of 20 right, on questions it was never trained on; 3 before training\./);
  expect(await page.locator('section li .weight').count()).toBe(6);
  expect(await findings()).toEqual([]);

  // The same run from nearby, and after a reload.
  const taken = await steps();
  await page.getByRole('link', { name: 'Look inside' }).click();
  await page.locator('.sheet li').first().waitFor();
  expect(await site.stepCount()).toBe(taken);
  await page.getByRole('link', { name: 'Watch' }).click();
  await page.reload();
  await expect.poll(steps).toBe(taken);
});

test('who brings a spreadsheet finds the way from the first look, and from the Playground', async () => {
  const toData = page.getByRole('link', { name: 'Use your own spreadsheet' });
  for (const width of [360, 1440]) {
    await page.setViewportSize({ width, height: 780 });
    for (const place of ['', '#playground']) {
      await page.goto('about:blank');
      await page.goto(`${site.url}${place}`);
      await toData.waitFor();
      const box = await toData.boundingBox();
      expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThan(780);
      await toData.click();
      await page.getByRole('heading', { name: 'Bring your own' }).waitFor();
    }
  }
});

test('a teacher gets from the first look to a link for the class, which opens the same for somebody else', async () => {
  await visit();
  await page.getByRole('link', { name: 'Class link' }).click();
  await page.getByLabel('It opens').selectOption({ label: 'the Playground' });
  await page.getByText('Money in the shop').waitFor();
  expect(await findings()).toEqual([]);
  await button('Copy the link').click();
  const link = await page.getByLabel('The link').inputValue();
  await page.goto('about:blank');
  await page.goto(link);
  await button('Step').waitFor();
  await page.getByText('Money in the shop, 9 tables').waitFor();
});

test('what nobody asked for is not shown after a reload either, and a reset can be taken back', async () => {
  await visit('#watch');
  await page.reload();
  await page.getByText(/^Four tries at one question\. (?!$)/).waitFor();
  expect(await stage()).toBe('Execute');
  expect(await page.locator('.line .figure').count()).toBe(0);
  expect(await button('Reset').isDisabled()).toBe(true);
  await button('Learn from this').click();
  await button('Try again with what it learned').click();
  await expect.poll(steps).toBe(2);

  // Pressed twice in a row it begins once: a second time would make the first one impossible to take back.
  await button('Reset').dblclick();
  await expect.poll(steps).toBe(1);
  await page.getByText('Four tries at one question. One is right.').waitFor();
  await button('Undo reset').click();
  await expect.poll(steps).toBe(2);
});

test('a reward that is none is said to be, and no figure is made of it', async () => {
  await page.goto(`${site.url}#lesson/what-is-an-advantage`);
  const first = page.getByLabel('Reward of try 1');
  await first.waitFor();
  expect(await texts('.advantages td')).toEqual(['+1.500', '-0.500', '-0.500', '-0.500', 'sum 0.000']);
  await first.fill('5');
  expect(await page.getByRole('alert').textContent()).toBe('The reward of try 1 must be a number from −1 to 1.');
  expect((await texts('.advantages td')).slice(0, 4)).toEqual(['–', '–', '–', '–']);
  await first.fill('0');
  expect(await page.getByRole('alert').count()).toBe(0);
  expect(await page.getByText(/^No signal: all rewards are the same/).count()).toBe(1);
  expect(await findings()).toEqual([]);
});

test('no lesson is wider than a small phone', async () => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const hash of ['', '#lesson/what-is-an-advantage', '#lesson/when-is-a-group-useless']) {
    await page.goto(`${site.url}${hash}`);
    await page.getByRole('list', { name: 'Lessons' }).waitFor();
    if (hash === '') await button('Learn from this').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth), hash).toBeLessThanOrEqual(320);
    expect(await findings()).toEqual([]);
  }
});

test('a link to a lesson leaves the run that is there in the list', async () => {
  // Not the seed of a lesson, whose run of one step is one that was only looked at.
  await site.open('?seed=8');
  await site.step();
  await page.goto(`${site.url}#lesson/watch-it-learn/2`);
  await button('Begin the lesson').waitFor();
  await page.reload();
  await button('Begin the lesson').click();
  await page.getByText('Four tries at one question. One is right.').waitFor();
  expect(await page.getByRole('region', { name: 'Lesson: Watch it learn' }).textContent()).toContain('2 of 5');
  await page.goto(`${site.url}#playground`);
  await button('Runs').click();
  await expect.poll(() => page.getByRole('list', { name: 'Runs' }).getByRole('listitem').count()).toBe(2);
});

test.each([
  [1440, 900],
  [768, 1024],
])('by keyboard the tries stay in sight, at %d × %d pixels', async (width, height) => {
  await page.setViewportSize({ width, height });
  await visit();
  // As high as it is with the curve.
  await page.getByText('The 20 questions').waitFor();
  await button('Learn from this').focus();
  await page.keyboard.press('Enter');
  await page.getByText('beat its group').waitFor();
  expect(await page.evaluate(() => [scrollY, document.documentElement.scrollHeight > innerHeight])).toEqual([0, true]);
});

test('on a phone the group comes first, and what is pressed stays in reach', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await visit();
  expect(await findings()).toEqual([]);
  for (const what of [page.locator('.now li').first(), button('Learn from this'), button('Play')]) {
    const box = await what.boundingBox();
    expect(box?.y ?? NaN).toBeLessThan(740);
  }
  // Nothing makes the page wider than the screen.
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
});

test('on a low screen the line of the group is seen above what is pressed', async () => {
  await page.setViewportSize({ width: 1366, height: 768 });
  await visit();
  const [line, controls] = [await page.locator('.plot').boundingBox(), await page.locator('.controls').boundingBox()];
  expect((line?.y ?? NaN) + (line?.height ?? NaN)).toBeLessThanOrEqual(controls?.y ?? NaN);
});
