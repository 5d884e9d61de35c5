import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { makeConfig } from '../../../src/grpo/config.ts';
import { WATCH_IT_LEARN } from '../../../src/lessons/watch-it-learn.ts';
import { LONGEST_HINTS } from '../../../src/state/address.ts';
import { SPREAD } from '../../views/fixture.ts';
import { expectNoSidewaysScroll, showPage, violations, type Page } from './page.ts';
import { button, focus } from './policy-page.ts';

afterEach(() => page.viewport(1280, 800));

const field = () => page.getByLabelText('The link');
const link = (): URL => new URL((field().element() as HTMLTextAreaElement).value);
const opens = () => page.getByLabelText('It opens');

async function show(width = 1280): Promise<Page> {
  const shown = await showPage(SPREAD, { width });
  await shown.run.stepOnce();
  vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
  location.hash = '#class';
  await expect.element(page.getByRole('heading', { name: 'A link for your class' })).toBeVisible();
  return shown;
}

test.each([360, 1280])('a lesson alone, or a place with settings and hints, at %i pixels', async (width) => {
  const { engine } = await show(width);
  await opens().selectOptions('#lesson/watch-it-learn');
  focus(button('Copy the link'));
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByText('Copied.')).toBeVisible();
  expect([link().hash, link().search]).toEqual(['#lesson/watch-it-learn', '']);

  // What was made is old as soon as something else is chosen.
  await opens().selectOptions('#ask');
  await expect.element(page.getByText('has changed since: copy the link again.')).toBeVisible();
  await expect.element(field()).not.toBeInTheDocument();
  await button('Copy the link').click();
  await expect.element(field()).toBeVisible();
  expect([link().hash, [...link().searchParams.values()].includes('packed')]).toEqual(['#ask', false]);
  // All of it is to be seen: nothing is cut off at the right, or below.
  const { scrollWidth, clientWidth, scrollHeight, clientHeight } = field().element();
  expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
  expect(scrollHeight).toBeLessThanOrEqual(clientHeight);
  expect(await violations()).toEqual([]);
  await expectNoSidewaysScroll();
  await page.getByRole('checkbox', { name: /^with the .* hints/ }).click();
  await expect.element(field()).not.toBeInTheDocument();
  await button('Copy the link').click();
  await expect.element(field()).toBeVisible();
  expect([...link().searchParams.values()]).toContain('packed');
  expect(engine.shelf.asked).toEqual([['linkHints']]);
});

test('a setting that changes makes the link old, and what cannot be made says why', async () => {
  const { run, engine } = await show();
  await opens().selectOptions('#playground');
  await button('Copy the link').click();
  await expect.element(field()).toBeVisible();
  await run.configure({ ...run.config, learning_rate: 0.5 });
  await expect.element(field()).not.toBeInTheDocument();
  // One line first; the setting itself is folded.
  await expect.element(page.getByText(/: 0\.5/)).not.toBeVisible();
  await page.getByText(/^the usual ones, but for \d+ that (was|were) changed$/).click();
  await expect.element(page.getByText(/: 0\.5/)).toBeVisible();
  expect(await violations()).toEqual([]);
  await page.getByRole('checkbox', { name: /^with the .* hints/ }).click();
  engine.shelf.packed = 'x'.repeat(LONGEST_HINTS + 1);
  await button('Copy the link').click();
  await expect.element(page.getByText('more than an address holds', { exact: false })).toBeVisible();
  await expect.element(field()).not.toBeInTheDocument();
  engine.failure = new Error('The hints could not be packed.');
  await button('Copy the link').click();
  await expect.element(page.getByText('The hints could not be packed.')).toBeVisible();
});

test('a lesson’s own settings are said to be that, and only what was changed beyond them is counted', async () => {
  const { run } = await show();
  const view = await run.ask((engine) => engine.setQuestions([]));
  const lesson = { ...view, seed: WATCH_IT_LEARN.seed, config: makeConfig(WATCH_IT_LEARN.settings) };
  run.take({ ...lesson, dataset: { ...view.dataset, name: WATCH_IT_LEARN.dataset } });
  await opens().selectOptions('#lesson/watch-it-learn');
  await expect.element(page.getByText('those of the lesson')).toBeVisible();
  run.take({
    ...lesson,
    config: { ...lesson.config, learning_rate: 0.77 },
    dataset: { ...view.dataset, name: WATCH_IT_LEARN.dataset },
  });
  await page.getByText('those of the lesson, but for 1 that was changed').click();
  await expect.element(page.getByText(/: 0\.77/)).toBeVisible();
});

test('a link that was made is not asked for again where an own database fits into none', async () => {
  const { run } = await show();
  await opens().selectOptions('#playground');
  await button('Copy the link').click();
  await expect.element(field()).toBeVisible();
  const view = await run.ask((engine) => engine.setQuestions([]));
  run.take({ ...view, dataset: { ...view.dataset, name: 'own-a' } });
  await expect.element(page.getByText(/Your own database does not fit into a link/)).toBeVisible();
  await expect.element(button('Copy the link')).not.toBeInTheDocument();
  await expect.element(page.getByText('copy the link again', { exact: false })).not.toBeInTheDocument();
});
