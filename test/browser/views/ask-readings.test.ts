import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { answered, best, heading, lost, SURE, violationsHere } from './ask-page.ts';
import { expectNoSidewaysScroll } from './page.ts';

afterEach(() => page.viewport(1280, 800));

const UNSURE = {
  sure: { ...SURE, probability: 0.31, unsure: true, says: 'About 3 in 10 answers like this are right.' },
  readings: { rival: 1, words: ['Name of products', 'Number of products'] },
} as const;
const QUESTION = 'List products from France';
const focus = (on: { readonly element: () => Element }): void => (on.element() as HTMLElement).focus();

test('unsure: two readings side by side; the choice is kept, taught, and asked again', async () => {
  const { run, asked, answer, engine } = await answered('List products from France', {
    sure: { ...SURE, probability: 0.31, unsure: true, says: 'About 3 in 10 answers like this are right.' },
    readings: { rival: 1, words: ['Name of products', 'Number of products'] },
  });
  await expect.element(page.getByText('Unsure.', { exact: true })).toBeVisible();
  await expect.element(heading('Which did you mean?')).toBeVisible();
  const second = page.getByRole('group', { name: 'Number of products' });
  await expect.element(second.getByRole('cell', { name: '54' })).toBeVisible();
  await expect.element(page.getByRole('group', { name: 'Name of products' })).toBeVisible();
  expect(await violationsHere()).toEqual([]);
  await page.getByRole('button', { name: 'Neither: write the SQL …' }).click();
  await expect.element(page.getByLabelText('What should it be?')).toHaveValue(best.sql);
  await userEvent.keyboard('{Escape}');
  const before = run.stepCount;
  await second.getByRole('button', { name: 'This one' }).click();
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  expect(asked[1]).toEqual(asked[0]);
  expect(
    run.feedback.entries.map(({ text, thumb }) => ({ text, thumb })).sort((a, b) => (a.text < b.text ? -1 : 1)),
  ).toEqual([
    { text: lost.sql, thumb: 'up' },
    { text: best.sql, thumb: 'down' },
  ]);
  expect(run.config.feedback_weight).toBe(1);
  expect(run.stepCount).toBeGreaterThan(before);
  expect(engine.calls).toContain('advance');
  answer({
    candidates: [{ ...lost, said: 1 }, best],
    sure: { ...SURE, confirmed: true, says: 'It gives the result that you said is right.' },
  });
  await expect.element(page.getByText('It gives the result that you said is right.').first()).toBeVisible();
  await expect.element(page.getByText(/^Kept\. \d+ steps on this question moved \d+ hints?[.:]/)).toBeVisible();
  await expect.element(heading('Which did you mean?')).not.toBeInTheDocument();
});

test('by keyboard: a reading is chosen with Enter, and the focus goes to the answer that comes of it', async () => {
  const { asked, answer } = await answered(QUESTION, UNSURE);
  focus(page.getByRole('group', { name: 'Name of products' }).getByRole('button', { name: 'This one' }));
  await userEvent.keyboard('{Enter}');
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  answer({ sure: { ...SURE, confirmed: true, says: 'It gives the result that you said is right.' } });
  await expect.element(page.getByText('It gives the result that you said is right.').first()).toBeVisible();
  await expect.element(heading(QUESTION)).toHaveFocus();
});

test('by keyboard: neither opens the dialog; Escape closes it, and gives the focus back', async () => {
  const { run } = await answered(QUESTION, UNSURE);
  const neither = page.getByRole('button', { name: 'Neither: write the SQL …' });
  focus(neither);
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('dialog')).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(neither).toHaveFocus();
  expect(run.feedback.entries).toEqual([]);
});

test('readings without words are the first and the second', async () => {
  await answered(QUESTION, { ...UNSURE, readings: { rival: 1, words: null } });
  await expect.element(page.getByRole('group', { name: 'The first reading' })).toBeVisible();
  await expect.element(page.getByRole('group', { name: 'The second reading' })).toBeVisible();
});

test('a choice that cannot be kept says why', async () => {
  const { run, asked, answer, engine } = await answered(QUESTION, UNSURE);
  engine.failure = new Error('The browser’s storage for this page is full.');
  await page.getByRole('button', { name: 'This one' }).first().click();
  await vi.waitFor(() => expect(asked).toHaveLength(2));
  answer(UNSURE);
  await expect.element(page.getByText('The browser’s storage for this page is full.')).toBeVisible();
  expect(run.feedback.entries).toEqual([]);
});

test('fits 360 pixels, one above the other', async () => {
  await answered(QUESTION, UNSURE, 360);
  await expectNoSidewaysScroll();
  expect(document.querySelector('.pair.beside')).toBeNull();
  expect(await violationsHere()).toEqual([]);
});
