import { afterEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../src/app.css';
import { NO_NOTES, type SchemaNotes } from '../../../src/grpo/schema-notes.ts';
import type { ColumnProfile, Schema } from '../../../src/grpo/types.ts';
import { RunState } from '../../../src/state/run.svelte.ts';
import { SchemaState } from '../../../src/state/schema.svelte.ts';
import SchemaPlace from '../../../src/views/data/SchemaPlace.svelte';
import { engineOf, SCHEMA, SPREAD, type FakeEngine } from '../../views/fixture.ts';
import { expectNoSidewaysScroll, violations } from './page.ts';

afterEach(() => page.viewport(1280, 800));

const GUESS = { table: 'order_items', column: 'product_id', toTable: 'products', toColumn: 'product_id' };

async function show(
  notes: SchemaNotes | null,
  { width = 1280, schema = SCHEMA }: { width?: number; schema?: Schema } = {},
): Promise<{ engine: FakeEngine; run: RunState }> {
  await page.viewport(width, 900);
  const engine = engineOf(SPREAD);
  engine.own = notes;
  engine.schema = schema;
  const run = new RunState({
    connect: () => engine,
    address: { read: () => ({ settings: {}, seed: null, start: null, problems: [] }), write: () => undefined },
    reducedMotion: () => true,
    wait: () => new Promise((resolve) => setTimeout(resolve, 1)),
  });
  await run.open();
  await render(SchemaPlace, { schema: new SchemaState(run) });
  return { engine, run };
}

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const diagram = page.getByRole('region', { name: 'Diagram of the schema' });

test.each([360, 1280])('a schema is drawn with its guesses, and said in words, at %i pixels', async (width) => {
  await show({ ...NO_NOTES, guessed: [GUESS] }, { width });
  await expect.element(diagram).toBeVisible();
  const drawing = page.getByRole('img', {
    name: '2 tables, 1 key, 1 of them guessed. Keys and tables are listed below.',
  });
  await expect.element(drawing).toBeVisible();
  expect(drawing.element().querySelector('.line.guessed')).not.toBeNull();
  expect(drawing.element().querySelector('.guess')?.textContent).toBe('guessed');
  await expect.element(page.getByText('guessed from names and values')).toBeVisible();
  await expect.element(page.getByText('integer, → products (guessed)')).toBeVisible();
  expect(await violations()).toEqual([]);
  await expectNoSidewaysScroll();
});

test('what scrolls of the drawing is reached and moved by keyboard', async () => {
  const [products, items] = SCHEMA.tables;
  if (products === undefined || items === undefined) throw new Error('no tables');
  const returns = {
    ...items,
    name: 'returned_order_items',
    foreignKeys: [{ columns: ['quantity'], toTable: 'order_items', toColumns: ['product_id'] }],
  };
  await show(null, { width: 360, schema: { tables: [products, items, returns], profiles: [] } });
  await expect.element(diagram).toBeVisible();
  const region = diagram.element();
  (region as HTMLElement).focus();
  await userEvent.keyboard('{ArrowRight}');
  await expect.poll(() => region.scrollLeft).toBeGreaterThan(0);
  await button('Show all of it at once').click();
  await expect.poll(() => region.scrollWidth).toBeLessThanOrEqual(region.clientWidth);
});

test('a guess is removed, a key added and taken back; each acts on the schema', async () => {
  const { engine, run } = await show({ ...NO_NOTES, guessed: [GUESS] });
  await button('Remove order_items.product_id → products.product_id').click();
  await expect
    .element(page.getByText('order_items.product_id → products.product_id is no key any more.'))
    .toBeVisible();
  expect(engine.own?.removed).toEqual([GUESS]);
  expect(run.dataset?.schema.tables[1]?.foreignKeys).toEqual([]);
  await expect.element(page.getByText('None: nothing says how')).toBeVisible();
  await button('Undo').click();
  await expect.element(button('Remove order_items.product_id → products.product_id')).toBeVisible();

  await page.getByText('Add a key').click();
  await page.getByRole('group', { name: 'This column' }).getByLabelText('Table').selectOptions('order_items');
  await page.getByRole('group', { name: 'This column' }).getByLabelText('Column').selectOptions('quantity');
  await page.getByRole('group', { name: 'names rows by' }).getByLabelText('Table').selectOptions('products');
  expect(await violations()).toEqual([]);
  await button('Add key').click();
  await expect.element(page.getByText('order_items.quantity → products.product_id is a key now.')).toBeVisible();
  expect(engine.own?.added).toEqual([{ ...GUESS, column: 'quantity' }]);
  await expect.element(page.getByText('added by you')).toBeVisible();
  await expect.poll(() => document.activeElement?.textContent).toBe('Keys');
});

test('a run that has taken steps goes on, and says so; what cannot be kept says why', async () => {
  const { engine, run } = await show({ ...NO_NOTES, guessed: [GUESS] });
  await run.stepOnce();
  await button('Remove order_items.product_id → products.product_id').click();
  await expect.element(page.getByText('The run goes on with the hints of its step')).toBeVisible();
  expect(run.stepCount).toBe(1);
  engine.failure = new Error('Another tab changed it.');
  await button('Undo').click();
  await expect.element(page.getByText('Another tab changed it.')).toBeVisible();
});

test('the keys of a database that comes with the page stand as they are', async () => {
  await show(null);
  await expect.element(page.getByText('products.product_id').first()).toBeVisible();
  expect(page.getByText('Add a key').elements()).toEqual([]);
  expect(button(/^Remove/).elements()).toEqual([]);
});

test('a column is described in words, and from files, which say what is wrong with them', async () => {
  const { engine } = await show(NO_NOTES);
  await button('Describe order_items.unit_price').click();
  expect(await violations()).toEqual([]);
  await page.getByLabelText('Name in words').fill('price charged');
  await page.getByLabelText('What its values stand for').fill('euros');
  await button('Keep').click();
  await expect.element(page.getByText('price charged euros')).toBeVisible();
  expect(engine.own?.descriptions).toEqual([
    { table: 'order_items', column: 'unit_price', called: 'price charged', description: '', values: 'euros' },
  ]);
  await button('Undo').click();
  await expect.element(button('Describe order_items.unit_price')).toBeVisible();

  const files = page.getByLabelText('Descriptions from files', { exact: true }).last();
  const header = 'original_column_name,column_name,column_description\n';
  await files.upload([new File([`${header}name,title,as printed`], 'Products.csv'), new File([header], 'gone.csv')]);
  await expect.element(page.getByText('gone.csv: there is no table “gone” here.')).toBeVisible();
  expect(engine.own?.descriptions).toEqual([]);
  await files.upload([new File([`${header}name,title,as printed\nx,y,z`], 'Products.csv')]);
  await expect.element(page.getByText('1 column of 1 table described.')).toBeVisible();
  await expect.element(page.getByText('title as printed')).toBeVisible();
  expect(await violations()).toEqual([]);
});

test('a hundred tables of a hundred columns are drawn when asked for, and opened one by one', async () => {
  const columns = Array.from({ length: 100 }, (_, c) => ({
    name: c === 0 ? 'id' : c === 1 ? 'parent' : `reading ${String.fromCharCode(97 + (c % 26))}${c}`,
    type: 'INTEGER',
    primaryKey: c === 0,
    notNull: false,
  }));
  const tables = Array.from({ length: 100 }, (_, t) => ({
    name: `table_${t}`,
    kind: 'table' as const,
    rowCount: 5,
    columns,
    foreignKeys: t === 0 ? [] : [{ columns: ['parent'], toTable: `table_${t >> 1}`, toColumns: ['id'] }],
  }));
  const profiles = tables.flatMap(({ name }) =>
    columns.map((column): ColumnProfile => ({
      ...{ table: name, column: column.name, holds: 'integer' },
      ...{ distinct: 5, distinctIsExact: true, hasNull: false, values: [] },
    })),
  );
  await show(null, { schema: { tables, profiles } });
  await expect.element(page.getByText('100 tables').first()).toBeVisible();
  expect(document.querySelectorAll('tbody tr')).toHaveLength(0);
  expect(document.querySelector('svg')).toBeNull();
  await page.getByText('Diagram', { exact: true }).click();
  await expect.element(page.getByRole('img', { name: /^100 tables, 99 keys\./ })).toBeVisible();
  await expect.element(page.getByText('and 98 more columns').first()).toBeVisible();
  await page.getByText('table_7', { exact: true }).last().click();
  await expect.poll(() => document.querySelectorAll('tbody tr').length).toBe(100);
  await button('Show all 99 keys').click();
  await expectNoSidewaysScroll();
});
