import { deleteDB, openDB } from 'idb';
import { afterEach, describe, expect, it } from 'vitest';
import { NO_NOTES } from '../../src/grpo/schema-notes.ts';
import { STORE_VERSION } from '../../src/storage/idb-schema.ts';
import { openIdbDatasets, type IdbDatasets } from '../../src/storage/idb-datasets.ts';
import { openIdbFiles } from '../../src/storage/idb-files.ts';
import { openIdbStore } from '../../src/storage/idb-store.ts';
import type { OwnDataset } from '../../src/storage/own-dataset.ts';
import { record } from '../storage/contract.ts';

const opened: { name: string; store: IdbDatasets }[] = [];
let count = 0;

async function open(name = `test-datasets-${++count}`): Promise<IdbDatasets> {
  const store = await openIdbDatasets(name);
  opened.push({ name, store });
  return store;
}

afterEach(async () => {
  for (const { store } of opened) store.close();
  for (const name of new Set(opened.splice(0).map((each) => each.name))) await deleteDB(name);
});

const dataset = (id: string, over: Partial<OwnDataset> = {}): OwnDataset => ({
  id,
  title: `Data ${id}`,
  created: 1,
  bytes: 3,
  questions: [{ id: 'q1', question: 'How many?', split: 'train', sql: 'SELECT 1' }],
  definitions: [],
  notes: ['Made of a.csv.'],
  revision: 0,
  ...over,
});
const BYTES = new Uint8Array([1, 2, 3]);
const ids = async (store: IdbDatasets): Promise<string[]> => (await store.list()).map(({ id }) => id);

describe('IdbDatasets', () => {
  it('gives a dataset back after it was opened anew, the newest first, with every byte', async () => {
    const name = 'test-datasets-reload';
    const before = await open(name);
    const bytes = new Uint8Array(3_000_000).map((_, i) => (i * 31) % 251);
    await before.add(dataset('own-a'), bytes);
    await before.add(dataset('own-b', { created: 2 }), BYTES);
    before.close();
    const store = await open(name);
    expect(await store.list()).toEqual([dataset('own-b', { created: 2 }), dataset('own-a')]);
    expect((await store.database('own-a'))?.every((byte, i) => byte === bytes[i])).toBe(true);
    expect((await store.database('own-a'))?.length).toBe(bytes.length);
    expect([await store.get('own-c'), await store.database('own-c')]).toEqual([null, null]);
  });

  it('renames, and keeps other questions where nobody else did', async () => {
    const store = await open();
    await store.add(dataset('own-a'), BYTES);
    await store.rename('own-a', 'Shop');
    const questions = [{ id: 'q2', question: 'Which?', split: 'held-out' as const }];
    expect(await store.setQuestions('own-a', questions, 0, [])).toEqual(
      dataset('own-a', { title: 'Shop', questions, revision: 1 }),
    );
    await expect(store.setQuestions('own-a', [], 0, [])).rejects.toMatchObject({
      name: 'StoreError',
      reason: 'conflict',
    });
    expect((await store.get('own-a'))?.questions).toEqual(questions);
    const notes = { ...NO_NOTES, added: [{ table: 'a', column: 'b', toTable: 'c', toColumn: 'd' }] };
    expect(await store.setSchemaNotes('own-a', notes, 1)).toEqual(
      dataset('own-a', { title: 'Shop', questions, schemaNotes: notes, revision: 2 }),
    );
    await expect(store.setSchemaNotes('own-a', NO_NOTES, 1)).rejects.toMatchObject({ reason: 'conflict' });
    await expect(store.setQuestions('own-a', [], 1, [])).rejects.toMatchObject({ reason: 'conflict' });
    expect(await store.setQuestions('own-a', [], 2, ['SELECT 1'])).toMatchObject({ trained: ['SELECT 1'] });
    expect(await store.setQuestions('own-a', [], 3, [])).not.toHaveProperty('trained');
    await expect(store.rename('own-c', 'Shop')).rejects.toMatchObject({ reason: 'conflict' });
  });

  it('takes a dataset out and puts it back, until it is purged', async () => {
    const store = await open();
    await store.add(dataset('own-a'), BYTES);
    await store.add(dataset('own-b'), BYTES);
    await store.remove('own-a');
    expect([await ids(store), await store.get('own-a')]).toEqual([['own-b'], null]);
    await store.putBack('own-a');
    expect(await store.get('own-a')).toEqual(dataset('own-a'));
    await store.remove('own-a');
    await store.purge();
    await expect(store.putBack('own-a')).rejects.toMatchObject({ reason: 'conflict' });
    expect([await ids(store), await store.database('own-a'), await store.database('own-b')]).toEqual([
      ['own-b'],
      null,
      BYTES,
    ]);
  });

  it('discards one at once, and leaves the others that can be put back', async () => {
    const store = await open();
    await store.add(dataset('own-a'), BYTES);
    await store.add(dataset('own-b'), BYTES);
    await store.remove('own-b');
    expect(await store.database('own-b')).toEqual(BYTES);
    await store.discard('own-a');
    expect([await store.get('own-a'), await store.database('own-a')]).toEqual([null, null]);
    await store.putBack('own-b');
    expect(await ids(store)).toEqual(['own-b']);
  });

  it('brings a database of version 5 to this one with all that is in it', async () => {
    const name = 'test-datasets-upgrade';
    const fifth = await openDB(name, 5, {
      upgrade: (database) => {
        database.createObjectStore('meta');
        for (const table of ['runs', 'experiments', 'files']) database.createObjectStore(table, { keyPath: 'id' });
        database.createObjectStore('history', { keyPath: ['run', 'step'] });
        database.createObjectStore('feedback', { keyPath: ['dataset', 'question', 'sql'] });
        database.createObjectStore('units', { keyPath: ['experiment', 'variant', 'seed'] });
        for (const table of ['blocks', 'blockSteps', 'blockEvents'])
          database.createObjectStore(table, { keyPath: ['run', 'number'] });
        database.createObjectStore('snapshots', { keyPath: ['run', 'sequence'] });
      },
    });
    await fifth.put('files', { id: 'f', kind: 'recording', name: 'r.json', blob: new Blob(['{}']), added: 1 });
    fifth.close();
    const store = await open(name);
    expect(await store.list()).toEqual([]);
    await store.add(dataset('own-a'), BYTES);
    expect(await ids(store)).toEqual(['own-a']);
    const files = await openIdbFiles(name);
    expect((await files.get('f'))?.name).toBe('r.json');
    files.close();
    const runs = await openIdbStore(name);
    await runs.begin(record('r1'), null);
    expect((await runs.current())?.run.id).toBe('r1');
    runs.close();
  });

  it('lets go when a newer version of the page opens the database, and says so', async () => {
    const name = 'test-datasets-newer';
    const store = await open(name);
    const newer = await openDB(name, STORE_VERSION + 1);
    newer.close();
    await expect(store.list()).rejects.toMatchObject({
      reason: 'closed',
      message: expect.stringContaining('newer version') as string,
    });
  });
});
