import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { NO_NOTES } from '../../../src/grpo/schema-notes.ts';
import { QUESTIONS, SPREAD } from '../../views/fixture.ts';
import { expectNoSidewaysScroll, showPage, violations } from './page.ts';
import { button, expectFocus, focus } from './policy-page.ts';

afterEach(() => page.viewport(1280, 800));

const chooser = () => page.getByLabelText('Questions from a file', { exact: true });
const entry = (question: string, sql: string, db_id: string) => ({ question, query: sql, db_id });
const FILE = [
  entry('How many are there?', 'SELECT COUNT(*) FROM products', 'shop'),
  entry('What is nonsense?', 'SELECT nonsense FROM products', 'shop'),
  entry('Who flies?', 'SELECT name FROM planes', 'air'),
];

/** The Data place over a database of one's own. */
async function show(width = 1280) {
  const shown = await showPage(SPREAD, { width });
  const { engine, run } = shown;
  await run.changeRun(() => engine.setSchemaNotes(NO_NOTES));
  const set = vi.spyOn(engine, 'setQuestions');
  location.hash = '#data';
  await expect.element(page.getByRole('heading', { name: 'Questions', exact: true })).toBeVisible();
  return { ...shown, set };
}
const choose = (content: unknown, name = 'spider.json'): Promise<void> =>
  userEvent.upload(chooser(), new File([typeof content === 'string' ? content : JSON.stringify(content)], name));

test('the file is looked at: which database fits, what can be added, and what does not run', async () => {
  await show();
  await expect.element(button(/^Add \d/)).not.toBeInTheDocument();
  await choose(FILE);
  await expect
    .element(page.getByText('spider.json: 1 question can be added. 1 cannot: its SQL does not run here.'))
    .toBeVisible();
  await expect.element(page.getByLabelText('Database of the questions')).toHaveValue('shop');
  focus(page.getByText('Refused', { exact: true }));
  await userEvent.keyboard('{Enter}');
  await expect
    .element(page.getByText('What is nonsense?: SQLite cannot compile it: no such column: nonsense'))
    .toBeVisible();
  expect(await violations()).toEqual([]);
  await page.getByLabelText('Database of the questions').selectOptions('air');
  await expect.element(page.getByText('spider.json: 1 question can be added.')).toBeVisible();
});

test('what runs is added by keyboard; the focus goes back to the file', async () => {
  const { set } = await show();
  await choose(FILE);
  await expect.element(button('Add 1 question')).toBeVisible();
  focus(button('Add 1 question'));
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByText('1 question of spider.json was added.')).toBeVisible();
  expect(set.mock.lastCall?.[0].map(({ question }) => question)).toEqual([
    ...QUESTIONS.map(({ question }) => question),
    'How many are there?',
  ]);
  await expect.element(chooser()).toHaveFocus();
});

test('Cancel adds nothing, and gives the focus back', async () => {
  const { set } = await show();
  await choose(FILE);
  await expect.element(button('Add 1 question')).toBeVisible();
  focus(button('Cancel'));
  await userEvent.keyboard(' ');
  await expect.element(button('Add 1 question')).not.toBeInTheDocument();
  await expect.element(chooser()).toHaveFocus();
  expect(set).not.toHaveBeenCalled();
});

test('a file with nothing that runs cannot be added; one that is none, and a refusal, say why', async () => {
  const { engine } = await show();
  await choose([FILE[1]]);
  await expect.element(button('Add 0 questions')).toBeDisabled();
  await choose('no questions', 'broken.json');
  await expect.element(page.getByRole('alert').filter({ hasText: 'broken.json' })).toBeVisible();
  await expect.element(button(/^Add \d/)).not.toBeInTheDocument();
  await choose(FILE);
  await expect.element(button('Add 1 question')).toBeVisible();
  engine.failure = new Error('The browser’s storage for this page is full.');
  await button('Add 1 question').click();
  await expect.element(page.getByText('The browser’s storage for this page is full.')).toBeVisible();
  await expectFocus('Add 1 question');
});

test('fits 360 pixels', async () => {
  await show(360);
  await choose(FILE);
  await expect.element(button('Add 1 question')).toBeVisible();
  await page.getByText('Refused', { exact: true }).click();
  await expectNoSidewaysScroll();
  expect(await violations()).toEqual([]);
});
