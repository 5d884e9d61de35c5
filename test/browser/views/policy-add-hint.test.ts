import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { CueChoice } from '../../../src/engine/policy-protocol.ts';
import type { HintFeature } from '../../../src/grpo/types.ts';
import { identity } from '../../grpo/identity.ts';
import { expectNoSidewaysScroll, violations, type Page } from './page.ts';
import { button, expectFocus, focus, showPolicy } from './policy-page.ts';

let width = 1280;
beforeEach(() => {
  width = 1280;
});
afterEach(() => page.viewport(1280, 800));

const feature = (pattern: string): HintFeature => ({
  ...identity('average', pattern),
  ...{ tables: [], template: 'pattern', general: true, words: 1 },
});
const GROUP = feature('GROUP BY products.name');
const ACTIONS = [GROUP, feature('ORDER BY … DESC')];
const CUES: CueChoice[] = [
  { key: '*', cue: null, questions: 2 },
  { key: 'average', cue: { kind: 'word', parts: ['average'] }, questions: 1 },
];

async function open(steps = 0, over: Partial<Page['engine']['shelf']> = {}): Promise<Page> {
  const shown = await showPolicy('hints', { steps, width });
  Object.assign(shown.engine.shelf, { cues: CUES, actions: ACTIONS }, over);
  const opener = button(steps === 0 ? 'Add one by hand' : 'Add a hint');
  focus(opener);
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('heading', { name: 'A hint of your own' })).toBeVisible();
  return shown;
}
const cue = () => page.getByLabelText('When the question …', { exact: true });
const action = () => page.getByLabelText('… do this', { exact: true });
const options = (list: { readonly element: () => Element }): string[] =>
  [...(list.element() as HTMLSelectElement).options].map(({ text }) => text);
const grouped = (): string => options(action()).find((text) => /products?/i.test(text)) ?? '';

test('is chosen from lists by keyboard alone, read as a sentence, and added', async () => {
  const { run, engine } = await open();
  await expect.element(cue()).toBeVisible();
  expect(options(cue())).toEqual(['is any question (2 questions)', 'says “average” (1 question)']);
  await expect.element(button('Add it')).toBeDisabled();
  focus(cue());
  await userEvent.keyboard('{ArrowDown}');
  await vi.waitFor(() => expect(engine.shelf.asked.at(-1)).toEqual(['actionsFor', 'average']));
  await expect.element(action()).toBeVisible();
  await action().selectOptions(grouped());
  await expect.element(page.getByRole('status').filter({ hasText: 'says “average”' })).toBeVisible();
  expect(await violations()).toEqual([]);
  await page.getByLabelText('Weight', { exact: true }).fill('0.5');
  await userEvent.keyboard('{Enter}');
  await vi.waitFor(() => expect(run.hints).toMatchObject([{ key: GROUP.key, weight: 0.5, pinned: true }]));
  expect(engine.shelf.asked).toContainEqual(['byHand', { does: 'add', key: GROUP.key, weight: 0.5, pinned: true }]);
  await expect.element(page.getByText(/^Last by hand: added “/)).toBeVisible();
  await expectFocus('Add a hint');
});

test('Cancel adds nothing and gives the focus back', async () => {
  const { engine } = await open(1);
  focus(button('Cancel'));
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('heading', { name: 'A hint of your own' })).not.toBeInTheDocument();
  await expectFocus('Add a hint');
  expect(engine.shelf.asked.map(([name]) => name)).not.toContain('byHand');
});

test('both lists are searched; what the policy has already is in neither', async () => {
  await open(1, { actions: [...ACTIONS, { ...GROUP, ...identity('revenue', 'GROUP BY products.name') }] });
  await expect.element(action()).toBeVisible();
  expect(options(action())).toHaveLength(ACTIONS.length);
  await page.getByLabelText('Find among what to do').fill('product');
  await vi.waitFor(() => expect(options(action())).toEqual([grouped()]));
  await page.getByLabelText('Find among the cues').fill('aver');
  // The one that is chosen stays.
  await vi.waitFor(() => expect(options(cue())).toHaveLength(2));
  await page.getByLabelText('Find among what to do').fill('zxcv');
  await vi.waitFor(() => expect(options(action())).toEqual([]));
});

test('what is refused is said, and what was chosen stays', async () => {
  const { run, engine } = await open();
  await expect.element(action()).toBeVisible();
  await action().selectOptions(grouped());
  engine.failure = new Error('The browser’s storage for this page is full.');
  await button('Add it').click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('The browser’s storage for this page is full.');
  expect(run.hints).toEqual([]);
  await button('Add it').click();
  await vi.waitFor(() => expect(run.hints).toHaveLength(1));
});

test('lists that cannot be read say why', async () => {
  const { engine } = await showPolicy('hints', { steps: 0 });
  engine.failure = new Error('The questions are gone.');
  await button('Add one by hand').click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('The questions are gone.');
});

test('fits 360 pixels', async () => {
  width = 360;
  await open();
  await expect.element(action()).toBeVisible();
  await expectNoSidewaysScroll();
  expect(await violations()).toEqual([]);
});
