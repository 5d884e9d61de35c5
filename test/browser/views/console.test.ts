import { afterEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../src/app.css';
import { ConsoleState } from '../../../src/state/console.svelte.ts';
import { RunState } from '../../../src/state/run.svelte.ts';
import { SchemaState } from '../../../src/state/schema.svelte.ts';
import SqlConsole from '../../../src/views/data/SqlConsole.svelte';
import { engineOf, SPREAD, type FakeEngine } from '../../views/fixture.ts';
import { expectNoSidewaysScroll, violations } from './page.ts';

afterEach(() => page.viewport(1280, 800));

async function show(over: Partial<FakeEngine> = {}, width = 1280): Promise<{ taken: string[]; ran: string[] }> {
  await page.viewport(width, 900);
  const engine = engineOf(SPREAD);
  const given = { ...engine };
  const ran: string[] = [];
  const allRows: FakeEngine['allRows'] = (sql) => given.allRows(sql);
  Object.assign(engine, {
    allRows: (sql: string) => {
      ran.push(sql);
      return allRows(sql);
    },
    ...over,
  });
  const run = new RunState({
    connect: () => engine,
    address: { read: () => ({ settings: {}, seed: null, start: null, problems: [] }), write: () => undefined },
    reducedMotion: () => true,
    wait: () => new Promise((resolve) => setTimeout(resolve, 1)),
  });
  await run.open();
  const taken: string[] = [];
  await render(SqlConsole, {
    console: new ConsoleState(run),
    schema: new SchemaState(run),
    onanswer: (sql: string) => void taken.push(sql),
  });
  await page.getByText('Query this database').click();
  await expect.element(editor).toBeVisible();
  return { taken, ran };
}

const editor = page.getByRole('textbox', { name: 'SQL' });
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });

async function type(sql: string): Promise<void> {
  await editor.click();
  await userEvent.keyboard('{Control>}a{/Control}{Delete}');
  await userEvent.keyboard(sql.replace(/[{[]/g, '$&$&'));
}

test.each([360, 1280])('SQL is typed, run by keyboard, and its rows counted, at %i pixels', async (width) => {
  const { ran, taken } = await show({}, width);
  await type('SELECT 1');
  await userEvent.keyboard('{Control>}{Enter}{/Control}');
  await expect.element(page.getByText('first 20 of 34 rows')).toBeVisible();
  expect(ran).toEqual(['SELECT 1']);
  expect(await violations()).toEqual([]);
  await expectNoSidewaysScroll();
  await button('Show all').click();
  await expect.poll(() => document.querySelectorAll('tbody tr').length).toBe(34);
  await button('Keep as a question’s answer').click();
  expect(taken).toEqual(['SELECT 1']);
});

/** Of the editor's completion, as the library has it. */
const INTERACTION_DELAY_MS = 75;

test('names of the schema are offered', async () => {
  await show();
  await type('SELECT quantity FROM order_it');
  await expect.element(page.getByRole('option', { name: 'order_items' })).toBeVisible();
  // What has only just come up is not taken by a key that was meant for the text.
  await new Promise((resolve) => setTimeout(resolve, 2 * INTERACTION_DELAY_MS));
  await userEvent.keyboard('{Enter}');
  await expect.element(editor).toHaveTextContent('SELECT quantity FROM order_items');
});

test('Tab leaves the editor, after Escape where names are offered', async () => {
  await show();
  await type('SELECT pro');
  await userEvent.keyboard('{Escape}{Tab}');
  await expect.poll(() => document.activeElement?.textContent).toBe('Run');
  await userEvent.keyboard('{Shift>}{Tab}{/Shift}');
  await expect.element(editor).toHaveFocus();
});

test('an error is underlined where SQLite says it is, until something is typed', async () => {
  await show({
    allRows: async () => ({
      execution: {
        ...{ status: 'invalid', columns: [], rows: [], truncated: false },
        ...{ error: 'no such column: nam', errorOffset: 7 },
      },
      rowCount: 0,
      refused: null,
      saysNothing: true,
    }),
  });
  await type('SELECT nam FROM products');
  await userEvent.keyboard('{Escape}');
  await button('Run').click();
  await expect.element(page.getByText('no such column: nam').first()).toBeVisible();
  await expect.poll(() => document.querySelector('.cm-lintRange-error')?.textContent).toBe('nam');
  expect(button(/^Keep as/).elements()).toEqual([]);
  await editor.click();
  await userEvent.keyboard(' ');
  await expect.poll(() => document.querySelector('.cm-lintRange-error')).toBeNull();
});

test('how SQLite goes about it is said in plain words, each step within the one it serves', async () => {
  await show();
  await type('SELECT 1');
  await button('Explain').click();
  await expect.element(page.getByText('top, row by row as it is asked for:')).toBeVisible();
  const steps = [...document.querySelectorAll<HTMLElement>('.plan li')];
  expect(steps.map((step) => step.style.paddingLeft)).toEqual(['0px', '20px']);
  expect(steps[1]?.textContent).toBe('Read all rows of products SCAN products');
});

test('what was run before is brought back by the arrow keys, and from a list', async () => {
  const { ran } = await show();
  for (const sql of ['SELECT 1', 'SELECT 2', 'SELECT 3']) {
    await type(sql);
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await expect.poll(() => ran.at(-1)).toBe(sql);
  }
  await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
  await expect.element(editor).toHaveTextContent('SELECT 2');
  await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
  await expect.element(editor).toHaveTextContent('SELECT 1');
  await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}');
  await expect.element(editor).toHaveTextContent('SELECT 2');
  await page.getByText('Run before, 3').click();
  await button('SELECT 3').click();
  await expect.element(editor).toHaveTextContent('SELECT 3');
});
