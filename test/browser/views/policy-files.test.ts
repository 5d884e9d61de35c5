import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { STARTER } from '../../views/fixture.ts';
import { expectNoSidewaysScroll, violations, type Page } from './page.ts';
import { button, expectFocus, focus, handedOver, showPolicy } from './policy-page.ts';

afterEach(async () => {
  vi.restoreAllMocks();
  await page.viewport(1280, 800);
});

const [HINT] = STARTER;
if (HINT === undefined) throw new Error('The starter has a hint.');
const PLAN: Page['engine']['shelf']['plan'] = {
  file: 'theirs.json',
  form: 'own',
  hints: [
    { hint: { ...HINT, weight: 1.25 }, becomes: 'new', why: '' },
    { hint: { ...HINT, key: 'x' }, becomes: 'refused', why: 'There is no table “orders” here.' },
  ],
};

async function read(width = 1280): Promise<Page> {
  const shown = await showPolicy('files', { steps: 0, width });
  shown.engine.shelf.plan = PLAN;
  await userEvent.upload(page.getByLabelText('Open hints …'), new File(['{}'], 'theirs.json'));
  await expect.element(page.getByText(/1 is new, 0 change what is there/)).toBeVisible();
  return shown;
}

test('before the first step only what there is can be saved', async () => {
  await showPolicy('files', { steps: 0 });
  for (const [name, there] of [
    ['Hints', false],
    ['Rollouts', false],
    ['Prompts for training a model', true],
    ['The whole project', true],
  ] as const) {
    const save = expect.element(button(`Save: ${name}`));
    await (there ? save.toBeEnabled() : save.toBeDisabled());
  }
  expect(await violations()).toEqual([]);
});

test('a file is written by Enter, and the focus stays on its button', async () => {
  const { engine } = await showPolicy('files');
  const names = handedOver();
  focus(button('Save: Hints'));
  await userEvent.keyboard('{Enter}');
  await vi.waitFor(() => expect(names).toEqual(['hints.txt']));
  await expectFocus('Save: Hints');
  await button('Save: Report').click();
  await vi.waitFor(() => expect(names).toHaveLength(2));
  expect(engine.shelf.asked).toMatchObject([
    ['exportFile', { what: 'hints' }],
    ['exportFile', { what: 'report', asked: 0 }],
  ]);
  engine.failure = new Error('This run is too large for one file.');
  await button('Save: Rollouts').click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('This run is too large for one file.');
  expect(names).toHaveLength(2);
});

test('hints of a file are looked at, then put in by keyboard, and taken back', async () => {
  const { run, engine } = await read();
  await expect.element(page.getByText('There is no table “orders” here.')).toBeVisible();
  expect(await violations()).toEqual([]);
  focus(button('Put 1 hint in'));
  await userEvent.keyboard('{Enter}');
  await vi.waitFor(() => expect(run.hints).toMatchObject([{ key: HINT.key, weight: 1.25 }]));
  await expectFocus('Undo');
  await userEvent.keyboard('{Enter}');
  await vi.waitFor(() => expect(run.hints).toEqual([]));
  expect(engine.shelf.asked).toEqual([['readHints', 'theirs.json'], ['importHints'], ['undoByHand']]);
});

test('a file is left, and the focus stays in the place', async () => {
  const { engine } = await read();
  focus(button('Leave it'));
  await userEvent.keyboard('{Enter}');
  await expect.element(button('Leave it')).not.toBeInTheDocument();
  await expectFocus('Take home');
  expect(engine.shelf.asked).toEqual([['readHints', 'theirs.json']]);
});

test('a project is opened; a file that is none says why', async () => {
  const { engine } = await showPolicy('files');
  const file = page.getByLabelText('Open a project …');
  await userEvent.upload(file, new File(['{}'], 'project.json'));
  await vi.waitFor(() => expect(engine.shelf.asked).toEqual([['openProject', 'project.json']]));
  engine.failure = new Error('other.json is no project of this page.');
  await userEvent.upload(file, new File(['{}'], 'other.json'));
  await expect.element(page.getByRole('alert')).toHaveTextContent('other.json is no project of this page.');
});

test('fits 360 pixels, with a file that is looked at', async () => {
  await read(360);
  await expectNoSidewaysScroll();
  expect(await violations()).toEqual([]);
});
