import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { SPREAD } from '../../views/fixture.ts';
import { expectNoSidewaysScroll, violations } from './page.ts';
import { button, expectFocus, focus, handedOver, showPolicy } from './policy-page.ts';

afterEach(async () => {
  vi.restoreAllMocks();
  await page.viewport(1280, 800);
});

const QUESTION = 'Show total revenue by product';
const item = (sql: string) => page.getByRole('listitem').filter({ hasText: sql });
const FIRST = SPREAD[0]?.sql ?? '';
const THIRD = SPREAD[2]?.sql ?? '';

/** Two completions with a thumb each. */
async function judged(width = 1280) {
  const shown = await showPolicy('feedback', { width });
  await shown.run.feedback.judge({ question: QUESTION, sql: THIRD }, 'up');
  await shown.run.feedback.judge({ question: QUESTION, sql: FIRST }, 'down');
  await expect.element(page.getByText(/^2 completions judged, the newest first\./)).toBeVisible();
  return shown;
}

test('nothing said yet: where it can be said', async () => {
  await showPolicy('feedback');
  await expect.element(page.getByText(/^Nobody has judged an answer/)).toBeVisible();
  await expect.element(button('Save as JSON')).not.toBeInTheDocument();
  expect(await violations()).toEqual([]);
});

test('is listed, the newest first, searched, and saved', async () => {
  const { engine } = await judged();
  const names = handedOver();
  await page.getByLabelText('Search').fill('unit_price');
  await expect.element(page.getByText(/^1 completion of 2 judged/)).toBeVisible();
  await button('Save as JSON').click();
  await button('Save as CSV').click();
  await vi.waitFor(() => expect(names).toEqual(['feedback.txt', 'feedback-csv.txt']));
  expect(engine.shelf.asked).toEqual([
    ['exportFile', { what: 'feedback' }],
    ['exportFile', { what: 'feedback-csv' }],
  ]);
  expect(await violations()).toEqual([]);
});

test('is changed by keyboard, taken back, and undone in turn', async () => {
  const { run } = await judged();
  const up = item('total_sales').getByRole('button', { name: 'Thumb up' });
  focus(up);
  await userEvent.keyboard(' ');
  await expect.element(up).toHaveAttribute('aria-pressed', 'true');
  focus(item('total_sales').getByRole('button', { name: 'Take it back' }));
  await userEvent.keyboard('{Enter}');
  await vi.waitFor(() => expect(run.feedback.entries).toHaveLength(1));
  await expectFocus('Undo the last change');
  await userEvent.keyboard('{Enter}');
  await expect.element(up).toHaveAttribute('aria-pressed', 'true');
  await expectFocus('Undo the last change');
  await userEvent.keyboard('{Enter}');
  await expect.element(up).toHaveAttribute('aria-pressed', 'false');
  await expect.element(button('Undo the last change')).not.toBeInTheDocument();
  await expectFocus('Feedback');
});

test('takes a comment by keyboard, which is found by its words', async () => {
  const { run } = await judged();
  focus(item('total_sales').getByRole('button', { name: `Comment on “${QUESTION}”` }));
  await userEvent.keyboard('{Enter}');
  const field = page.getByRole('textbox', { name: `Comment on “${QUESTION}”` });
  await expect.element(field).toHaveFocus();
  await userEvent.keyboard('no such column{Control>}{Enter}{/Control}');
  await expect.element(page.getByText('no such column')).toBeVisible();
  expect(run.feedback.entries.find(({ text }) => text === FIRST)).toMatchObject({ comment: 'no such column' });
  await page.getByLabelText('Search').fill('such column');
  await expect.element(page.getByText(/^1 completion of 2 judged/)).toBeVisible();
});

test('its SQL is corrected in a dialog, which Escape closes; that is undone, too', async () => {
  const { run } = await judged();
  const open = item('total_sales').getByRole('button', { name: 'Correct the SQL' });
  focus(open);
  await userEvent.keyboard('{Enter}');
  await page.getByLabelText('The SQL that is right').fill('SELECT name FROM products');
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  await button('Only keep it').click();
  await vi.waitFor(() =>
    expect(run.feedback.entries).toContainEqual(expect.objectContaining({ corrected: 'SELECT name FROM products' })),
  );
  await userEvent.keyboard('{Escape}');
  await expectFocus('Correct the SQL');
  await button('Undo the last change').click();
  await vi.waitFor(() => expect(run.feedback.entries.map(({ corrected }) => corrected)).toEqual([null, null]));
});

test('what is refused is said, and nothing changes', async () => {
  const { run, engine } = await judged();
  engine.failure = new Error('The browser’s storage for this page is full.');
  await item('total_sales').getByRole('button', { name: 'Take it back' }).click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('The browser’s storage for this page is full.');
  expect(run.feedback.entries).toHaveLength(2);
  await expect.element(button('Undo the last change')).not.toBeInTheDocument();
});

test('fits 360 pixels', async () => {
  await judged(360);
  await expectNoSidewaysScroll();
  expect(await violations()).toEqual([]);
});
