/** Own datasets from their import to a run on them, over a store in memory. */
import { beforeEach, describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../../src/database/sqlite-database.ts';
import { withBrought } from '../../../src/engine/data/brought-questions.ts';
import { OwnData } from '../../../src/engine/data/own-data.ts';
import { keepQuestions, keepSchemaNotes, openOwnDataset } from '../../../src/engine/data/own-datasets.ts';
import { parseQuestions } from '../../../src/formats/dataset.ts';
import { isOwn } from '../../../src/grpo/own-data.ts';
import { NO_NOTES, withKey, withoutKey } from '../../../src/grpo/schema-notes.ts';
import type { Question } from '../../../src/grpo/types.ts';
import { makeSchemaIndex } from '../../../src/linking/schema-index.ts';
import type { Dataset } from '../../../src/engine/engine-ports.ts';
import type { OwnDatasetStore } from '../../../src/storage/own-dataset.ts';
import { memoryDatasets, type KeptDatasets } from '../memory-datasets.ts';

let kept: KeptDatasets;
const openStore = async (): Promise<OwnDatasetStore> => memoryDatasets(kept);
const openDatabase = (bytes: Uint8Array | string): Promise<SqliteDatabase> => SqliteDatabase.open(bytes);
const data = (): OwnData => {
  let ids = 0;
  return new OwnData({
    openStore,
    openDatabase,
    now: () => performance.now(),
    breathe: () => Promise.resolve(),
    today: () => 1_700_000_000_000,
    newId: () => `id${++ids}`,
  });
};
const tell = (): void => undefined;

beforeEach(() => {
  kept = new Map();
});

describe('OwnData', () => {
  it('keeps what was read under an id of its own, and hands it out again', async () => {
    const own = data();
    await own.read([new File(['id,name\n1,Ann\n'], 'people.csv')], tell);
    const view = await own.keep('  My   people ', tell);
    expect(view).toEqual({
      id: 'own-id1',
      title: 'My people',
      created: 1_700_000_000_000,
      bytes: kept.get('own-id1')?.database.byteLength,
      questions: 0,
      withSql: 0,
      notes: ['Made of people.csv.'],
    });
    expect(isOwn(view.id)).toBe(true);
    const bytes = new Uint8Array(await (await own.database(view.id)).arrayBuffer());
    const database = await SqliteDatabase.open(bytes);
    expect((await database.execute(['SELECT * FROM people']))[0]?.rows).toEqual([[1, 'Ann']]);
    database.close();
    await expect(own.keep('again', tell)).rejects.toThrow('No file is open');
  });

  it('renames, deletes and puts back; only the last that was deleted', async () => {
    const own = data();
    for (const name of ['a', 'b']) {
      await own.read([new File(['id\n1\n'], `${name}.csv`)], tell);
      await own.keep(name, tell);
    }
    expect((await own.rename('own-id1', 'c')).map(({ title }) => title)).toEqual(['c', 'b']);
    await expect(own.rename('own-id1', ' ')).rejects.toThrow('A name has 1 to 80 characters.');
    expect((await own.remove('own-id1')).map(({ id }) => id)).toEqual(['own-id2']);
    expect((await own.putBack('own-id1')).map(({ id }) => id)).toEqual(['own-id1', 'own-id2']);
    await own.remove('own-id1');
    await own.remove('own-id2');
    expect([...kept.keys()]).toEqual(['own-id2']);
    await expect(own.database('own-id1')).rejects.toThrow('was deleted in another tab');
  });

  it('ends an import that another one follows', async () => {
    const own = data();
    const first = own.read([new File(['id\n1\n'], 'a.csv')], tell);
    await own.cancel();
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('an own dataset', () => {
  const source = { openStore, openDatabase };

  it('opens by its id, takes other questions, and says when it was deleted', async () => {
    const own = data();
    await own.read([new File(['id,name\n1,Ann\n'], 'people.csv')], tell);
    const { id } = await own.keep('People', tell);
    const dataset = await openOwnDataset(id, source);
    expect(dataset).toMatchObject({ name: id, title: 'People', questions: [], own: { revision: 0 } });
    const before = await dataset.digest?.();
    const questions = withBrought([], [{ question: 'How many?', sql: 'SELECT COUNT(*) FROM people', split: null }]);
    const changed = await keepQuestions(dataset, questions, openStore);
    expect(changed.database).toBe(dataset.database);
    expect(changed).toMatchObject({ questions, own: { revision: 1 } });
    expect((await changed.digest?.())?.databaseSha256).toBe(before?.databaseSha256);
    expect((await changed.digest?.())?.questionsSha256).not.toBe(before?.questionsSha256);
    expect(parseQuestions(await own.questions(id), 'f')).toEqual(questions);
    dataset.database.close();
    await own.remove(id);
    await expect(openOwnDataset(id, source)).rejects.toThrow('Its database was deleted from this browser.');
  });

  it('is opened with the keys that a reader corrected, under another digest; what is no key is refused', async () => {
    const own = data();
    const files = [
      new File(['id,name\n1,Ann\n2,Bob\n'], 'customers.csv'),
      new File(['order_id,customer_id,payer\n7,1,2\n8,2,2\n9,1,1\n'], 'orders.csv'),
    ];
    await own.read(files, tell);
    const { id, notes } = await own.keep('Shop', tell);
    expect(notes).toEqual(['Made of customers.csv, orders.csv.']);
    const dataset = await openOwnDataset(id, source);
    const guess = { table: 'orders', column: 'customer_id', toTable: 'customers', toColumn: 'id' };
    const keys = ({ database }: Dataset) => database.schema.tables.find(({ name }) => name === 'orders')?.foreignKeys;
    expect(dataset.own?.schemaNotes.guessed).toEqual([guess]);
    expect(keys(dataset)).toEqual([{ columns: ['customer_id'], toTable: 'customers', toColumns: ['id'], by: 'guess' }]);
    const changed = withKey(dataset.database.schema, withoutKey(dataset.own?.schemaNotes ?? NO_NOTES, guess), {
      ...guess,
      column: 'payer',
    });
    const corrected = await keepSchemaNotes(dataset, changed, openStore);
    const payer = { columns: ['payer'], toTable: 'customers', toColumns: ['id'], by: 'reader' };
    expect(keys(corrected)).toEqual([payer]);
    expect((await corrected.database.execute(['SELECT count(*) FROM orders']))[0]?.rows).toEqual([[3]]);
    expect((await corrected.digest?.())?.databaseSha256).not.toBe((await dataset.digest?.())?.databaseSha256);
    const again = await openOwnDataset(id, source);
    expect([keys(again), again.own?.revision]).toEqual([[payer], 1]);
    expect(await again.digest?.()).toEqual(await corrected.digest?.());
    await expect(
      keepSchemaNotes(again, { ...NO_NOTES, added: [{ ...guess, column: 'nope' }] }, openStore),
    ).rejects.toThrow('There is no column orders.nope here.');
    again.database.close();
    dataset.database.close();
  });

  it('takes what the reader said at the import to be no key for none afterwards', async () => {
    const own = data();
    const files = [new File(['id\n1\n2\n'], 'customers.csv'), new File(['customer_id\n1\n2\n'], 'orders.csv')];
    const { keys } = await own.read(files, tell);
    await own.change({ of: 'key', key: keys[0]?.id ?? '', on: false }, tell);
    const dataset = await openOwnDataset((await own.keep('Shop', tell)).id, source);
    expect(makeSchemaIndex(dataset.database.schema).joins).toEqual([]);
    expect(makeSchemaIndex(dataset.own?.file.schema ?? dataset.database.schema).joins).toHaveLength(1);
    dataset.database.close();
  });
});

it('a question that trained and was deleted trains again when it comes back, however it is worded', async () => {
  const own = data();
  await own.read([new File(['id,name\n1,Ann\n'], 'people.csv')], tell);
  const { id } = await own.keep('People', tell);
  const source = { openStore, openDatabase };
  let dataset = await openOwnDataset(id, source);
  const typed = (question: string, sql: string | null) => ({ question, sql, split: null });
  const six = [1, 2, 3, 4, 5, 6].map((n) => typed(`How many of ${n}?`, `SELECT COUNT(*) FROM people WHERE id = ${n}`));
  const all = withBrought([], six);
  dataset = await keepQuestions(dataset, all, openStore);
  const trained = all.filter(({ split }) => split === 'train');
  expect(trained).toHaveLength(4);
  dataset = await keepQuestions(
    dataset,
    all.filter(({ split }) => split === 'held-out'),
    openStore,
  );
  // In a new page: it is kept with the dataset.
  dataset.database.close();
  dataset = await openOwnDataset(id, source);
  const again = trained.map(({ sql = null }, i) => typed(`Other words ${i}?`, sql));
  const same = trained.map(({ question }) => typed(question.toUpperCase(), null));
  for (const back of [again, same])
    for (const one of withBrought(dataset.questions, back, dataset.own?.trained))
      expect([one.question, one.split]).toEqual([
        one.question,
        dataset.questions.some((held) => held.question === one.question) ? 'held-out' : 'train',
      ]);
  // Without that memory some of them would be held out.
  expect(withBrought([], again).some(({ split }) => split === 'held-out')).toBe(true);
  dataset = await keepQuestions(dataset, withBrought(dataset.questions, again, dataset.own?.trained), openStore);
  expect(dataset.own?.trained.every((trace) => trace.startsWith('“'))).toBe(true);
  dataset.database.close();
});

it('questions that are brought get ids and sides, and none comes twice', () => {
  const there: Question[] = [
    { id: 'q1', question: 'How many?', split: 'held-out', sql: 'SELECT 1' },
    { id: 'q3', question: 'Which?', split: 'train' },
  ];
  const all = withBrought(there, [
    { question: 'how  many?', sql: 'SELECT 2', split: null },
    { question: 'Which?', sql: 'SELECT 3', split: null },
    { question: 'What number?', sql: 'select 1', split: 'train' },
    { question: 'Why?', sql: null, split: 'train' },
  ]);
  expect(all).toEqual([
    { id: 'q1', question: 'How many?', split: 'held-out', sql: 'SELECT 1' },
    { id: 'q3', question: 'Which?', split: 'train', sql: 'SELECT 3' },
    // The same fact as the first one, so on its side.
    expect.objectContaining({ question: 'What number?', split: 'held-out' }),
    expect.objectContaining({ question: 'Why?', split: 'train' }),
  ]);
  expect(new Set(all.map(({ id }) => id)).size).toBe(4);
});
