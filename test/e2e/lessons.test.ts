/** Each lesson on a run or an experiment, to its end, as its screens say. */
import { beforeEach, expect, test } from 'vitest';
import type { Page } from 'playwright';
import { openSite } from './page.ts';

const site = openSite();
const { button, texts, findings } = site;
let page: Page;

beforeEach(() => {
  page = site.page;
});

const number = (text: string): number => Number(text.replace('−', '-').replace(/[^\d.+-]/g, ''));
const steps = async (): Promise<number> => number((await page.locator('.steps b').textContent()) ?? '');
const screen = async (): Promise<string> =>
  ((await page.locator('section[aria-label^="Lesson: "] .where').textContent()) ?? '').replace(/\s+/g, ' ').trim();
const next = () => button('Next').click();

async function open(id: string): Promise<void> {
  await page.goto(`${site.url}#lesson/${id}`);
  await page.locator('section[aria-label^="Lesson: "]').waitFor();
}
async function group(): Promise<void> {
  await page.getByText(/^\w+ tries at one question\. (?!$)/).waitFor();
}
async function play(to: number): Promise<void> {
  await page.getByRole('radio', { name: 'As fast as it goes' }).check({ force: true });
  await button('Play').click();
  await expect.poll(steps, { timeout: 240_000, interval: 200 }).toBeGreaterThanOrEqual(to);
  await button('Play').waitFor();
}
/** Nothing is wider than the screen, and axe is content. */
async function sound(): Promise<void> {
  const { width } = page.viewportSize() ?? { width: 0 };
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  expect(await findings()).toEqual([]);
}
async function finish(title: string): Promise<void> {
  await button('Done').click();
  await expect.poll(() => page.locator('section[aria-label^="Lesson: "]').count()).toBe(0);
  // Kept, and said beside its link, after a reload too.
  await page.reload();
  const link = page.getByRole('list', { name: 'Lessons' }).getByRole('listitem').filter({ hasText: title });
  await expect.poll(() => link.textContent()).toContain('done');
}

test('why did this hint move: from a try to a weight, to the printed figure', { timeout: 300_000 }, async () => {
  await open('why-did-this-hint-move');
  await group();
  await page.getByText('Once the group is learned from').waitFor();
  await button('Learn from this').click();
  // What was learned is to be read: the lesson waits, and Next is what stands out.
  await expect.poll(() => page.locator('.move .solid').allTextContents()).toEqual(['Next']);
  expect(await screen()).toContain('1 of 5');
  await next();
  await expect.poll(screen).toContain('2 of 5');

  await page.getByLabel(/^Add up quantity × unit price/).check();
  const shares = (await texts('.side tbody tr td:last-child')).map(number);
  const [sum = NaN, delta = NaN, after = NaN] = shares.slice(4);
  expect(shares.slice(0, 4).reduce((all, share) => all + share, 0)).toBeCloseTo(sum, 9);
  expect(Number(((0.8 * sum) / 4).toFixed(2))).toBe(delta);
  expect(after).toBe(delta);
  // The number opens to the same sum.
  await page.locator('.side tbody button').first().click();
  await page.getByRole('dialog', { name: /^Change of “add up quantity/ }).waitFor();
  await page.keyboard.press('Escape');
  await sound();
  await next();
  await next();
  await page.getByLabel('if it says “make”').check();
  expect(number((await texts('.side tbody tr td:last-child')).at(-1) ?? '')).toBe(after);

  await next();
  await play(41);
  const became = page.getByRole('table', { name: 'What became of it' }).getByRole('row');
  const weights = async (cue: string): Promise<number[]> =>
    (await became.filter({ hasText: cue }).getByRole('cell').allTextContents()).map(number);
  const [, revenue = NaN] = await weights('revenue');
  const [, make = NaN] = await weights('make');
  expect(revenue).toBeGreaterThan(2 * after);
  expect(make).toBeLessThan(after);
  await finish('Why did this hint move?');
});

test('the reward is fooled, and then it is not', { timeout: 420_000 }, async () => {
  await open('the-reward-is-fooled');
  await group();
  expect(await page.locator('.now .stamp').count()).toBe(0);
  await play(100);
  await expect.poll(screen).toContain('2 of 5');
  const right = async (): Promise<number> =>
    Number(/^(\d+) of 20 right/.exec((await page.locator('.curve h3').first().textContent()) ?? '')?.[1]);
  // The point of the step it stands at.
  await expect.poll(() => page.getByText(/the reward rose by/i).count(), { timeout: 60_000 }).toBe(1);
  expect(await right()).toBeLessThanOrEqual(4);
  await sound();

  await next();
  await button('Let right answers count').click();
  await expect.poll(screen).toContain('4 of 5');
  expect(await page.getByText('the four rewards and the answer key').count()).toBe(1);
  await play(200);
  await expect.poll(right, { timeout: 60_000 }).toBeGreaterThanOrEqual(15);
  await expect.poll(screen).toContain('5 of 5');
  await finish('The reward is fooled');
});

test('a real language model’s group: recorded, marked, chosen among, counted', { timeout: 300_000 }, async () => {
  await open('a-language-models-group');
  await page.getByText('Six tries at one question.').waitFor();
  expect(await page.locator('.now .from').first().textContent()).toMatch(/, recorded$/);
  expect(await page.locator('.now .stamp').count()).toBe(6);
  expect(await page.getByText(/^By the reward: try \d/).count()).toBe(1);
  await sound();
  await next();
  await next();
  await button('Learn from this').click();
  await page.locator('.move .solid').waitFor();
  await next();
  await expect.poll(screen).toContain('4 of 5');
  await play(42);
  await button('Count over the run').click();
  const said = page.getByText(/^Of \d+ questions, each when it was new/);
  await said.waitFor();
  const [questions = NaN, byReward = NaN, byBoth = NaN] =
    ((await said.textContent()) ?? '').match(/\d+/g)?.map(Number) ?? [];
  expect(questions).toBe(21);
  expect(Math.min(byReward, byBoth)).toBeGreaterThan(questions / 2);
  await finish('A real language model’s group');
});

test('from one database to another: counted twice, compared question by question', { timeout: 300_000 }, async () => {
  await open('from-one-database-to-another');
  const counts = page.locator('.bars strong');
  await expect.poll(() => counts.count(), { timeout: 90_000 }).toBe(1);
  await next();
  await button('Begin with the starter').click();
  await expect.poll(screen).toContain('3 of 4');
  await page.getByText(/^The difference is/).waitFor({ timeout: 90_000 });
  const [without = NaN, withIt = NaN] = (await counts.allTextContents()).map((text) => parseInt(text, 10));
  const cells = (await page.locator('.side tbody td').allTextContents()).map((text) => parseInt(text, 10));
  const [both = NaN, lost = NaN, gained = NaN, neither = NaN] = cells;
  expect([both + lost, both + gained, both + lost + gained + neither]).toEqual([without, withIt, 65]);
  await sound();
  await next();
  await finish('From one database to another');
});

test('several updates on one group, by keyboard alone', async () => {
  await open('several-updates-on-one-group/2');
  await button('One more update').focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('Enter');
  expect(await texts('.counts')).toEqual(['cut: nothing', '0.92 · A', '0.92 · A', '0.92 · A']);
  await button('Next').focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => texts('.counts')).toEqual(['1.00 · A', '1.00 · A', '1.00 · A', '1.00 · A']);
  await page.getByLabel('ε').fill('3');
  expect(await page.getByRole('alert').textContent()).toBe('ε must be from 0 to 1.');
  await page.getByLabel('ε').fill('1');
  await button('Ten more').click();
  expect(Number(await page.getByLabel('Chance of try 1 now').inputValue())).toBeGreaterThan(0.45);
  await next();
  await expect.poll(async () => (await texts('.counts'))[0]).toBe('0.40 · A');
  await sound();
  await next();
  await page.getByLabel('Objective').selectOption({ label: 'CISPO' });
  expect((await texts('.counts'))[0]).toBe('bounded: 1.28 · A');
  await finish('Several updates on one group');
});

test('does it help: the two experiments of the lesson, on the Lab as it is', async () => {
  await open('does-it-help');
  await button('Run: Does learning help?').waitFor();
  expect(await texts('.start h3')).toEqual(['Does learning help?', 'Does it help on questions that do not repeat?']);
  await sound();
  await button('Run: Does learning help?').click();
  await page
    .getByText(/of 4 runs/)
    .first()
    .waitFor();
  expect(await page.evaluate(() => location.hash)).toBe('#lesson/does-it-help');
  await next();
  expect(await screen()).toContain('2 of 4');
  await button('Stop').click();
});

test('an address that names no lesson, or no screen of it, says so', async () => {
  await page.goto(`${site.url}#lesson/xyz`);
  await page.getByText('There is no lesson “xyz”. These are the ones there are.').waitFor();
  await page.goto(`${site.url}#lesson/what-is-an-advantage/99`);
  await page.getByText('“What is an advantage?” has screens 1 to 5, and none “99”: this is screen 5.').waitFor();
  expect(await screen()).toContain('5 of 5');
});

test('no lesson is wider than a small phone', async () => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const id of [
    'why-did-this-hint-move',
    'a-language-models-group',
    'several-updates-on-one-group',
    'does-it-help',
  ]) {
    await open(id);
    await page.getByRole('list', { name: 'Lessons' }).waitFor();
    if (id.startsWith('why') || id.startsWith('a-')) await button('Learn from this').waitFor();
    await sound();
  }
});
