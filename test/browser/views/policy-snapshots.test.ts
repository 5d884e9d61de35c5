import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { expectNoSidewaysScroll, violations } from './page.ts';
import { button, expectFocus, focus, showPolicy } from './policy-page.ts';

afterEach(() => page.viewport(1280, 800));

const name = () => page.getByLabelText('Keep the policy as it is now, as');

/** The snapshots with one of them, kept by keyboard alone. */
async function kept(width = 1280) {
  const shown = await showPolicy('snapshots', { width });
  focus(name());
  await userEvent.keyboard('before my edits{Enter}');
  await expect.element(page.getByText('before my edits', { exact: true })).toBeVisible();
  return shown;
}

/** The run, with its strongest hint changed. */
async function changed(width = 1280) {
  const shown = await kept(width);
  const [hint] = shown.run.hints;
  if (hint === undefined) throw new Error('The step taught something.');
  await shown.run.editHint(hint.key, { weight: -1.5, enabled: false });
  return { ...shown, hint };
}

test('none yet is said; a name is needed to keep one', async () => {
  await showPolicy('snapshots', { steps: 0 });
  await expect.element(page.getByText('No snapshot of this run yet.')).toBeVisible();
  await expect.element(button('Keep')).toBeDisabled();
  await expect.element(button('Compare')).toBeDisabled();
  expect(await violations()).toEqual([]);
});

test('one is kept under a name, by Enter and by the button; the field is empty then and has the focus', async () => {
  const { engine } = await kept();
  await expect.element(name()).toHaveValue('');
  await expect.element(name()).toHaveFocus();
  await userEvent.keyboard('another{Tab}');
  await expectFocus('Keep');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByText('another', { exact: true })).toBeVisible();
  await expect.element(name()).toHaveFocus();
  expect(engine.shelf.asked).toEqual([
    ['keepSnapshot', 'before my edits'],
    ['keepSnapshot', 'another'],
  ]);
  expect(await violations()).toEqual([]);
});

test('a name that is refused stays, with the reason', async () => {
  const { engine } = await showPolicy('snapshots');
  engine.failure = new Error('A name has at most 80 characters.');
  await name().fill('too long');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('alert')).toHaveTextContent('A name has at most 80 characters.');
  await expect.element(name()).toHaveValue('too long');
});

test('is compared with the policy in hand, and brought back', async () => {
  const { run, engine, hint } = await changed();
  const compare = button('Compare “before my edits”');
  focus(compare);
  await userEvent.keyboard(' ');
  await expect.element(compare).toHaveAttribute('aria-pressed', 'true');
  await expect
    .element(page.getByRole('heading', { name: '1 hint differs from the policy “before my edits”' }))
    .toBeVisible();
  await expect.element(page.getByRole('cell', { name: '−1.50, off' })).toBeVisible();
  expect(await violations()).toEqual([]);
  focus(button('Bring all of it back'));
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('heading', { name: 'The policy is the one “before my edits”' })).toBeVisible();
  await expectFocus('Undo');
  expect(run.hints.find(({ key }) => key === hint.key)).toMatchObject({ weight: hint.weight, enabled: true });
  expect(engine.shelf.asked).toContainEqual(['byHand', { does: 'snapshot', sequence: 1 }]);
});

test('is forgotten, with its comparison; the focus stays in the place', async () => {
  const { engine } = await changed();
  await button('Compare “before my edits”').click();
  await expect.element(page.getByRole('table')).toBeVisible();
  focus(button('Forget “before my edits”'));
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByText('No snapshot of this run yet.')).toBeVisible();
  await expect.element(page.getByRole('table')).not.toBeInTheDocument();
  expect(engine.shelf.asked.at(-1)).toEqual(['forgetSnapshot', 1]);
  await expectFocus('Undo');
});

test('the policy after a step is compared, too; one that cannot be read says why', async () => {
  const { engine } = await showPolicy('snapshots');
  engine.policyAt = (step) => Promise.resolve({ step, hints: [] });
  const step = page.getByLabelText('Or compare with the policy after step');
  await step.fill('0');
  await userEvent.keyboard('{Enter}');
  await expect
    .element(page.getByRole('heading', { name: /^\d+ hints differ from the policy after step 0$/ }))
    .toBeVisible();
  expect(page.getByRole('cell', { name: 'not there' }).elements().length).toBeGreaterThan(0);
  await button('Bring all of it back').click();
  await vi.waitFor(() => expect(engine.shelf.asked).toEqual([['byHand', { does: 'step', step: 0 }]]));
  engine.policyAt = () => Promise.reject(new Error('That step is no longer kept.'));
  await step.fill('1');
  await userEvent.keyboard('{Enter}');
  await expect
    .element(page.getByRole('alert'))
    .toHaveTextContent('The policy could not be read: That step is no longer kept.');
});

test('fits 360 pixels, comparison and all', async () => {
  await changed(360);
  await button('Compare “before my edits”').click();
  await expect.element(page.getByRole('table')).toBeVisible();
  await expectNoSidewaysScroll();
  expect(await violations()).toEqual([]);
});
