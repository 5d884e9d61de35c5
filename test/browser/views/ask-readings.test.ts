import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { answered, best, heading, lost, others, SURE, violationsHere } from './ask-page.ts';
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
  await expect.element(second.getByRole('definition')).toHaveTextContent('54');
  await expect.element(page.getByRole('group', { name: 'Name of products' })).toBeVisible();
  expect(await violationsHere()).toEqual([]);
  await page.getByRole('button', { name: 'Neither: write the SQL …' }).click();
  await expect.element(page.getByLabelText('The SQL that is right')).toHaveValue(best.sql);
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

test('neither: the SQL is written at once; what was rejected is not offered again, what else was found is folded', async () => {
  const [other] = others(1);
  if (other === undefined) throw new Error('There is another result.');
  const { run, asked } = await answered(QUESTION, { ...UNSURE, candidates: [best, lost, other] }, 1280);
  await page.viewport(1280, 800);
  await page.getByRole('button', { name: 'Neither: write the SQL …' }).click();
  const dialog = page.getByRole('dialog');
  const field = dialog.getByLabelText('The SQL that is right');
  await expect.element(field).toHaveFocus();
  await expect.element(field).toBeInViewport({ ratio: 0.98 });
  await expect.element(dialog.getByRole('button', { name: 'Run it' })).toBeInViewport({ ratio: 0.98 });
  const fold = dialog.getByText('Or look at 1 other result that was found');
  await fold.click();
  expect(await violationsHere()).toEqual([]);
  expect(dialog.getByRole('button', { name: /^This is right/ }).elements()).toHaveLength(1);
  expect(dialog.getByRole('cell', { name: '54' }).elements()).toEqual([]);
  await dialog.getByRole('button', { name: 'This is right: result 1' }).click();
  await expect.element(dialog.getByText(/^Kept\. /)).toBeVisible();
  expect(run.feedback.entries).toMatchObject([{ text: best.sql, corrected: other.sql }]);
  const onward = dialog.getByRole('button', { name: 'See the new answer' });
  await expect.element(onward).toHaveFocus();
  await expect.element(onward).toBeInViewport({ ratio: 0.98 });
  await userEvent.keyboard('{Enter}');
  await expect.element(dialog).not.toBeInTheDocument();
  await vi.waitFor(() => expect(asked).toHaveLength(2));
});

test('“Correct it” offers the other reading too, and its field is one key away', async () => {
  await answered(QUESTION, UNSURE);
  await page.getByRole('button', { name: 'Correct it of completion 1' }).click();
  const dialog = page.getByRole('dialog');
  await expect.element(dialog.getByRole('cell', { name: '54' })).toBeVisible();
  await userEvent.keyboard('{Tab}{Enter}');
  await expect.element(dialog.getByLabelText('The SQL that is right')).toHaveFocus();
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
