import { afterEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../src/app.css';
import type { ImportView, OwnView } from '../../../src/engine/data/data-protocol.ts';
import type { DataConnection } from '../../../src/engine/data/data-client.ts';
import { ConsoleState } from '../../../src/state/console.svelte.ts';
import { DataState } from '../../../src/state/data.svelte.ts';
import { QuestionsState } from '../../../src/state/questions.svelte.ts';
import { RunState } from '../../../src/state/run.svelte.ts';
import { SchemaState } from '../../../src/state/schema.svelte.ts';
import DataPage from '../../../src/views/data/DataPage.svelte';
import { engineOf, SPREAD, type FakeEngine } from '../../views/fixture.ts';
import { expectNoSidewaysScroll, violations } from './page.ts';

afterEach(() => page.viewport(1280, 800));

const OWN: OwnView = {
  id: 'own-a',
  title: 'Little shop',
  created: 1_700_000_000_000,
  bytes: 24_576,
  questions: 2,
  withSql: 1,
  notes: [],
};
const PREVIEW: ImportView = {
  title: 'orders',
  canChange: true,
  notes: [],
  questions: null,
  keys: [{ id: '0.0 1.0', from: 'orders.customer_id', to: 'customers.id', on: true }],
  tables: [
    {
      name: 'orders',
      taken: true,
      source: 'orders.csv',
      rowCount: 2,
      notes: ['Read as Windows-1252.'],
      hasHeader: true,
      canHaveHeader: true,
      columns: [
        {
          name: 'total',
          header: 'total',
          reading: 'real-comma',
          type: 'number, 1.234,5',
          note: '1.234,50 becomes 1234.5',
          missing: 1,
          samples: ['1.234,50', '2,00'],
          isKey: false,
          options: [
            { id: 'real-comma', label: 'number, 1.234,5', refused: '' },
            { id: 'integer', label: 'whole number', refused: '“1.234,50” in line 2 is none' },
            { id: 'text', label: 'text', refused: '' },
          ],
        },
      ],
    },
  ],
};

interface Shown {
  readonly calls: unknown[][];
  readonly engine: FakeEngine;
}

async function show(
  over: Partial<DataConnection> = {},
  width = 1280,
  engineOver: (engine: FakeEngine) => Partial<FakeEngine> = () => ({}),
): Promise<Shown> {
  await page.viewport(width, 900);
  const engine = engineOf(SPREAD);
  const run = new RunState({
    connect: () => ({ ...engine, ...engineOver(engine) }),
    address: { read: () => ({ settings: {}, seed: null, start: null, problems: [] }), write: () => undefined },
    reducedMotion: () => true,
    wait: () => new Promise((resolve) => setTimeout(resolve, 1)),
  });
  const calls: unknown[][] = [];
  let own: OwnView[] = [OWN];
  const note =
    <T>(name: string, answer: (...given: never[]) => T) =>
    async (...given: unknown[]): Promise<T> => {
      calls.push([name, ...given.filter((one) => typeof one !== 'function')]);
      return answer(...(given as never[]));
    };
  const client: DataConnection = {
    list: note('list', () => own),
    read: note('read', () => PREVIEW),
    change: note('change', () => PREVIEW),
    keep: note('keep', (title: string) => ({ ...OWN, title })),
    cancel: note('cancel', () => undefined),
    rename: note('rename', (_id: string, title: string) => (own = [{ ...OWN, title }])),
    remove: note('remove', () => (own = [])),
    putBack: note('putBack', () => (own = [OWN])),
    purge: note('purge', () => undefined),
    database: note('database', () => new Blob(['x'])),
    questions: note('questions', () => '[]'),
    close: () => undefined,
    ...over,
  };
  const data: DataState = new DataState({
    connect: () => client,
    run,
    save: (name, content) => void calls.push(['save', name, content.size]),
    takeQuestions: (file) => questions.take(file),
  });
  const questions = new QuestionsState(run, async () => undefined);
  await run.open();
  await render(DataPage, {
    ...{ run, data, questions },
    schema: new SchemaState(run),
    console: new ConsoleState(run),
  });
  return { calls, engine };
}

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });

async function paste(text: string): Promise<void> {
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', text);
  document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  await expect.element(page.getByRole('heading', { name: /tables? found/ })).toBeVisible();
}

test.each([360, 1280])('what is pasted is looked at, changed and kept, at %i pixels', async (width) => {
  const { calls, engine } = await show({}, width);
  await paste('total\n1.234,50\n');
  expect((calls.find(([name]) => name === 'read')?.[1] as File[])[0]?.name).toBe('pasted');
  await expect.element(page.getByText('1.234,50 becomes 1234.5; 1 without a value')).toBeVisible();
  expect(await violations()).toEqual([]);
  await expectNoSidewaysScroll();
  await page.getByLabelText('orders.total is read as').selectOptions('text');
  await page.getByLabelText('The first row holds the names').click();
  await page.getByLabelText(/names a row by/).click();
  expect(calls.filter(([name]) => name === 'change').map(([, change]) => change)).toEqual([
    { of: 'reading', table: 0, column: 0, reading: 'text' },
    { of: 'header', table: 0, header: false },
    { of: 'key', key: '0.0 1.0', on: false },
  ]);
  await page.getByRole('textbox', { name: 'Name', exact: true }).fill('Sales');
  await button('Open it').click();
  await expect.element(page.getByText('“Sales” is kept in this browser and open now.')).toBeVisible();
  // What is next stands out; of a database that was open before, nothing does.
  await expect.element(page.getByRole('link', { name: 'Ask it' })).toHaveClass('solid');
  expect(calls).toContainEqual(['keep', 'Sales']);
  expect(engine.calls).toContain('reset');
});

/** Names as the worker would take them: in lower case, and none that is “taken”. */
const REFUSED = 'Another table is called taken. Choose another name.';
function renaming(): Partial<DataConnection> {
  const [orders] = PREVIEW.tables;
  if (orders === undefined) throw new Error('The preview has a table.');
  let view: ImportView = { ...PREVIEW, keys: [], tables: [orders, { ...orders, name: 'clients' }] };
  const refuse = (message: string): Error => Object.assign(new Error(message), { name: 'DatasetError' });
  return {
    read: async () => view,
    change: async (change) => {
      if (change.of === 'name' && change.name === 'taken') throw refuse(REFUSED);
      if (change.of === 'key') return view;
      if (change.of === 'taken' && !change.taken && view.tables.some(({ taken }) => !taken))
        throw refuse('One table has to stay.');
      const tables = view.tables.map((table, t) => {
        if (t !== change.table) return table;
        if (change.of === 'taken') return { ...table, taken: change.taken };
        if (change.of !== 'name') return table;
        const name = change.name.trim().toLowerCase();
        if (change.column === null) return { ...table, name };
        return { ...table, columns: table.columns.map((one, c) => (c === change.column ? { ...one, name } : one)) };
      });
      return (view = { ...view, tables });
    },
  };
}

test.each([360, 1280])('tables and columns are renamed by keyboard, at %i pixels', async (width) => {
  const { calls } = await show(renaming(), width);
  const tablesFound = page.getByRole('heading', { name: '2 tables found' });
  await paste('total\n1\n');
  const name = (of: string) => page.getByRole('textbox', { name: `Name of ${of}`, exact: true });
  await name('table orders').fill('Sales');
  await userEvent.keyboard('{Enter}');
  // The focus stays, and what was made of the name is said.
  await expect.element(page.getByText('Written sales, as SQL can have it.')).toBeVisible();
  await expect.element(name('table sales')).toHaveFocus();
  await expect.element(page.getByLabelText('sales.total is read as')).toBeVisible();
  await name('sales.total').fill('amount');
  await userEvent.tab();
  await expect.element(page.getByLabelText('sales.amount is read as')).toHaveFocus();

  // A refused name stays as it was typed, beside why, and nothing is built under the one before.
  await name('table clients').fill('taken');
  await button('Open it').click();
  await expect.element(page.getByText(REFUSED)).toBeVisible();
  await expect.element(name('table clients')).toHaveFocus();
  await expect.element(name('table clients')).toHaveValue('taken');
  await expect.element(name('table clients')).toBeInvalid();
  await expect.element(name('table clients')).toHaveAccessibleDescription(REFUSED);
  expect(calls.filter(([call]) => call === 'keep')).toEqual([]);
  await name('sales.amount').fill('sum');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByLabelText('sales.sum is read as')).toBeVisible();
  await expect.element(name('table clients')).toHaveValue('taken');
  await name('table clients').click();
  expect(await violations()).toEqual([]);
  await expectNoSidewaysScroll();
  await userEvent.keyboard('{Escape}');
  await expect.element(name('table clients')).toHaveValue('clients');
  await expect.element(page.getByText(REFUSED)).not.toBeInTheDocument();

  // Typed and opened at once, it is kept with the name.
  await name('table clients').fill('buyers');
  await button('Open it').click();
  await expect.element(tablesFound).not.toBeInTheDocument();
  expect(calls).toContainEqual(['keep', 'orders']);
});

test.each([360, 1280])('a table is left out and taken back, and one stays, at %i pixels', async (width) => {
  await show(renaming(), width);
  await paste('total\n1\n');
  const take = (table: string) => page.getByRole('checkbox', { name: `Take this table ${table}` });
  await take('orders').click();
  await expect.element(page.getByRole('heading', { name: '2 tables found, 1 left out' })).toBeVisible();
  await expect.element(page.getByText('Left out: 2 rows')).toBeVisible();
  await expect.element(page.getByLabelText('orders.total is read as')).not.toBeInTheDocument();
  await expect.element(take('orders')).toHaveFocus();
  await take('clients').click();
  await expect.element(page.getByText('One table has to stay.')).toBeVisible();
  await expect.element(take('clients')).toBeChecked();
  await expect.element(take('clients')).toHaveFocus();
  expect(await violations()).toEqual([]);
  await expectNoSidewaysScroll();
  await take('orders').click();
  await expect.element(page.getByLabelText('orders.total is read as')).toBeVisible();
});

test('own databases are renamed, saved, deleted and put back', async () => {
  const { calls } = await show();
  await expect.element(page.getByText('2 questions, 1 with SQL')).toBeVisible();
  await button('Save Little shop as a SQLite file').click();
  await button('Save questions of Little shop').click();
  await expect
    .poll(() => calls.filter(([name]) => name === 'save'))
    .toEqual([
      ['save', 'Little-shop.sqlite', 1],
      ['save', 'Little-shop-questions.json', 2],
    ]);
  await button('Rename Little shop').click();
  await page.getByLabelText('New name of Little shop').fill('Shop');
  await userEvent.keyboard('{Enter}');
  await expect.element(button('Delete Shop')).toBeVisible();
  await button('Delete Shop').click();
  await expect.element(page.getByText('“Shop” was deleted.')).toBeVisible();
  await expect.poll(() => document.activeElement?.textContent).toBe('Undo');
  expect(await violations()).toEqual([]);
  await userEvent.keyboard('{Enter}');
  await expect.element(button('Delete Little shop')).toBeVisible();
});

test('the one that is open is deleted too: the page’s own opens, and Undo brings back both', async () => {
  const named = async (view: ReturnType<FakeEngine['open']>, name = OWN.id): ReturnType<FakeEngine['open']> => {
    const shown = await view;
    return { ...shown, dataset: { ...shown.dataset, name, title: name === OWN.id ? OWN.title : 'Demo shop' } };
  };
  const { calls } = await show({}, 1280, (engine) => ({
    open: (options) => named(engine.open(options)),
    reset: (options) => named(engine.reset(options), options.dataset),
    undoReset: () => named(engine.undoReset()),
  }));
  const heading = page.getByRole('heading', { level: 2, name: 'Little shop' });
  await expect.element(heading).toBeVisible();
  await button('Delete Little shop').click();
  await expect.element(page.getByText('“Little shop” was deleted. Demo shop is open in its place;')).toBeVisible();
  await expect.element(page.getByRole('heading', { level: 2, name: 'Demo shop' })).toBeVisible();
  await expect.poll(() => document.activeElement?.textContent).toBe('Undo');
  await userEvent.keyboard('{Enter}');
  await expect.element(heading).toBeVisible();
  expect(calls.map(([name]) => name)).toEqual(['list', 'remove', 'putBack']);
});

test('what goes wrong with a question stands once, beside what it is about', async () => {
  const FULL = 'The browser keeps no more.';
  await show({}, 1280, (engine) => ({
    open: async (options) => {
      const shown = await engine.open(options);
      return { ...shown, dataset: { ...shown.dataset, name: OWN.id } };
    },
    setQuestions: () => Promise.reject(new Error(FULL)),
  }));
  const form = page.getByRole('form', { name: 'Add a question' });
  const message = page.getByText(FULL);
  await page.getByLabelText('Question', { exact: true }).fill('How many?');
  await button('Add question').click();
  await expect.element(form.getByText(FULL)).toBeVisible();
  expect(message.elements()).toHaveLength(1);

  await page.getByLabelText('Question', { exact: true }).clear();
  const used = page.getByLabelText(/^Used for: /).first();
  await used.selectOptions('held out');
  await expect.poll(() => message.elements().length).toBe(2);
  await expect.element(used).toHaveValue('train');
  await expect.element(page.getByText('no question for training has its SQL, the answer key.')).toBeVisible();
  expect(await violations()).toEqual([]);
});

test('what cannot be read, and a list that cannot, say why', async () => {
  await show({
    read: () => Promise.reject(new Error('a.csv is empty (0 bytes).')),
    list: () => Promise.reject(new Error('The browser keeps nothing.')),
  });
  await expect.element(page.getByText('The browser keeps nothing.')).toBeVisible();
  const clipboardData = new DataTransfer();
  clipboardData.setData('text/plain', 'x');
  document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  await expect.element(page.getByText('a.csv is empty (0 bytes).')).toBeVisible();
  await expect.element(page.getByRole('heading', { name: 'Questions' })).toBeVisible();
});
