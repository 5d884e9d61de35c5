import { afterEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { nameOf } from '../../../src/views/words/hint-groups.ts';
import { identity } from '../../grpo/identity.ts';
import { expectNoSidewaysScroll, violations } from './page.ts';
import { button, expectFocus, focus, showPolicy } from './policy-page.ts';

afterEach(() => page.viewport(1280, 800));

const rows = () => [...document.querySelectorAll<HTMLElement>('.list > li')];
const search = () => page.getByLabelText('Search');
/** Hints strongest first, as the list has them at first. */
const strongest = async ({ run }: Awaited<ReturnType<typeof showPolicy>>) => {
  await vi.waitFor(() => expect(rows()).toHaveLength(run.hints.length));
  const [hint] = [...run.hints].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  if (hint === undefined) throw new Error('The step taught something.');
  return hint;
};

test('before the first step it says where hints come from, and nothing else', async () => {
  await showPolicy('hints', { steps: 0 });
  await expect.element(page.getByRole('heading', { name: 'No hints yet' })).toBeVisible();
  await expect
    .element(page.getByRole('link', { name: 'Bring in a file of hints' }))
    .toHaveAttribute('href', '#policy/files');
  await expect.element(search()).not.toBeInTheDocument();
  expect(await violations()).toEqual([]);
});

describe('the list', () => {
  test('has a row for each hint, is searched, and shows one kind', async () => {
    const shown = await showPolicy('hints');
    const hint = await strongest(shown);
    expect(rows()[0]?.textContent).toContain('mean advantage');
    await search().fill('zxcv');
    await expect.element(page.getByText('No hint matches “zxcv”.')).toBeVisible();
    await search().fill('');
    await page.getByRole('combobox', { name: /^Show/ }).selectOptions('Pinned');
    await expect.element(page.getByText('There is no hint of this kind.')).toBeVisible();
    await shown.run.editHint(hint.key, { pinned: true });
    await vi.waitFor(() => expect(rows()[0]?.textContent).toContain('· pinned'));
    await expect.element(page.getByText(`1 hint of ${shown.run.hints.length}.`, { exact: false })).toBeVisible();
  });

  test('a hint is switched off by Space; the change is named and undone by keyboard', async () => {
    const shown = await showPolicy('hints');
    const hint = await strongest(shown);
    const box = page.getByRole('checkbox', { name: `Use ${nameOf(hint)}`, exact: true });
    focus(box);
    await userEvent.keyboard(' ');
    await vi.waitFor(() => expect(shown.run.hints.find(({ key }) => key === hint.key)?.enabled).toBe(false));
    await expect.element(page.getByText(`Last by hand: changed ${nameOf(hint)}.`)).toBeVisible();
    focus(button('Undo'));
    await userEvent.keyboard('{Enter}');
    await expect.element(box).toBeChecked();
    expect(shown.engine.shelf.asked).toEqual([['undoByHand']]);
    await expect.element(button('Undo')).not.toBeInTheDocument();
    await expectFocus('Hints');
  });

  test('a weight that is typed moves its row, and the focus with it', async () => {
    const shown = await showPolicy('hints');
    await strongest(shown);
    const last = rows().at(-1);
    const weight = last?.querySelector<HTMLInputElement>('.weight');
    if (last === undefined || weight == null) throw new Error('The step taught several hints.');
    expect(rows().length).toBeGreaterThan(2);
    const limit = shown.run.config.weight_limit;
    const first = (): boolean => rows()[0] === last;
    weight.focus();
    weight.select();
    await userEvent.keyboard(`${limit}{Enter}`);
    await vi.waitFor(() => expect(first()).toBe(true));
    await vi.waitFor(() => expect(document.activeElement === weight).toBe(true));
    // With Tab it is on the way to the next button when the row moves back: it stays in the row all the same.
    weight.select();
    await userEvent.keyboard('0.01{Tab}');
    await vi.waitFor(() => expect(first()).toBe(false));
    await vi.waitFor(() => expect(last.contains(document.activeElement)).toBe(true));
  });

  test('what is refused is said, and the row stays as it is', async () => {
    const shown = await showPolicy('hints');
    const hint = await strongest(shown);
    const box = page.getByRole('checkbox', { name: `Use ${nameOf(hint)}`, exact: true });
    shown.engine.failure = new Error('The browser’s storage for this page is full.');
    await box.click();
    await expect.element(page.getByRole('alert')).toHaveTextContent('The browser’s storage for this page is full.');
    await expect.element(box).toBeChecked();
    const weight = page.getByLabelText(`Weight of ${nameOf(hint)}`, { exact: true });
    await weight.fill('999');
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('alert')).toHaveTextContent(/A weight is a number from/);
    await expect.element(weight).toHaveValue(Number(hint.weight.toFixed(2)));
    expect(await violations()).toEqual([]);
  });
});

describe('a hint whole', () => {
  test('opens and closes by Enter, is pinned, and names the groups that taught it', async () => {
    const shown = await showPolicy('hints');
    const hint = await strongest(shown);
    shown.engine.stepAt = () => Promise.resolve(shown.run.step);
    focus(button(`Details of ${nameOf(hint)}`));
    await userEvent.keyboard('{Enter}');
    await expectFocus(`Close ${nameOf(hint)}`);
    await button('Pin').click();
    await expect.element(button('Take the pin out')).toHaveAttribute('aria-pressed', 'true');
    expect(shown.run.hints.find(({ key }) => key === hint.key)?.pinned).toBe(true);
    const group = button(/^Step 1 /);
    focus(group);
    await userEvent.keyboard('{Enter}');
    await expect.element(group).toHaveAttribute('aria-expanded', 'true');
    await expect.element(page.getByText('did this', { exact: true }).first()).toBeVisible();
    await expect.element(page.getByText('did not do this').first()).toBeVisible();
    await expect.element(page.getByText(shown.run.step?.groups[0]?.question ?? 'no step').first()).toBeVisible();
    expect(await violations()).toEqual([]);
    focus(button(`Close ${nameOf(hint)}`));
    await userEvent.keyboard('{Enter}');
    await expect.element(button('Take the pin out')).not.toBeInTheDocument();
  });

  test('a log that cannot be read, and a step that is gone, are said', async () => {
    const shown = await showPolicy('hints');
    const hint = await strongest(shown);
    shown.engine.failure = new Error('The store is closed.');
    await button(`Details of ${nameOf(hint)}`).click();
    await expect.element(page.getByRole('alert')).toHaveTextContent('The log could not be read: The store is closed.');
    await button(`Close ${nameOf(hint)}`).click();
    await button(`Details of ${nameOf(hint)}`).click();
    await button(/^Step 1 /).click();
    await expect.element(page.getByText('This step is no longer kept in full.')).toBeVisible();
  });

  test('is deleted; the focus goes to the way back, which brings it back', async () => {
    const shown = await showPolicy('hints');
    const hint = await strongest(shown);
    const before = shown.run.hints.length;
    await button(`Details of ${nameOf(hint)}`).click();
    focus(button('Delete'));
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(rows()).toHaveLength(before - 1));
    await expectFocus('Undo');
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(rows()).toHaveLength(before));
    expect(shown.engine.shelf.asked).toEqual([['byHand', { does: 'delete', keys: [hint.key] }], ['undoByHand']]);
  });

  test('is merged into another that does the same; one by hand has no group behind it', async () => {
    const shown = await showPolicy('hints');
    const hint = await strongest(shown);
    const twin = {
      ...hint,
      ...identity('total', 'GROUP BY products.name'),
      pattern: hint.pattern,
      weight: 0.5,
      evidence: { support: 0, positive: 0, advantage: 0, steps: 0 },
    };
    shown.engine.shelf.plan = { file: 'twin.json', form: 'own', hints: [{ hint: twin, becomes: 'new', why: '' }] };
    await shown.run.move((engine) => engine.importHints());
    await button(`Details of ${nameOf(twin)}`).click();
    await expect.element(page.getByText('No group has taught it: it came by hand, or from elsewhere.')).toBeVisible();
    const merge = button('Merge');
    await expect.element(merge).toBeDisabled();
    await page.getByLabelText('Merge into the one that acts when the question').selectOptions(hint.key);
    focus(merge);
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByText('Last by hand: merged two hints.')).toBeVisible();
    await expectFocus('Undo');
    expect(shown.engine.shelf.asked).toContainEqual(['byHand', { does: 'merge', from: twin.key, into: hint.key }]);
  });

  test.each([1280, 360])('all of it open fits %i pixels', async (width) => {
    const shown = await showPolicy('hints', { width });
    const hint = await strongest(shown);
    shown.engine.stepAt = () => Promise.resolve(shown.run.step);
    await button(`Details of ${nameOf(hint)}`).click();
    await button(/^Step 1 /).click();
    await expect.element(page.getByText('did this', { exact: true }).first()).toBeVisible();
    await expectNoSidewaysScroll();
    expect(await violations()).toEqual([]);
  });
});
