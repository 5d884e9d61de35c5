import { deleteDB, openDB } from 'idb';
import { afterEach, describe, expect, it } from 'vitest';
import { STORE_VERSION } from '../../src/storage/idb-schema.ts';
import { openIdbExperiments } from '../../src/storage/idb-experiments.ts';
import type { IdbExperiments } from '../../src/storage/idb-experiments.ts';
import { openIdbStore } from '../../src/storage/idb-store.ts';
import { earlierRecord, record } from '../storage/contract.ts';
import { describeExperimentStore, recordOf, unit } from '../storage/experiments-contract.ts';

const opened: { name: string; store: IdbExperiments }[] = [];
let count = 0;

async function open(name = `test-experiments-${++count}`): Promise<IdbExperiments> {
  const store = await openIdbExperiments(name);
  opened.push({ name, store });
  return store;
}

afterEach(async () => {
  for (const { store } of opened) store.close();
  for (const name of new Set(opened.splice(0).map((each) => each.name))) await deleteDB(name);
});

describeExperimentStore('IdbExperiments', () => open());

describe('IdbExperiments', () => {
  it('gives experiments back after a reload, beside the runs', async () => {
    const name = 'test-experiments-reload';
    const before = await open(name);
    const runs = await openIdbStore(name);
    await runs.begin(record('r1'), null);
    await before.put(recordOf('e'), [unit(0, 1)]);
    before.close();
    expect(await (await open(name)).list()).toEqual([{ record: recordOf('e'), runs: [unit(0, 1)] }]);
    expect((await runs.current())?.run.id).toBe('r1');
    runs.close();
  });

  it('brings a database of version 2 to this one with all that is in it', async () => {
    const name = 'test-experiments-upgrade';
    const second = await openDB(name, 2, {
      upgrade: (database) => {
        database.createObjectStore('meta');
        database.createObjectStore('runs', { keyPath: 'id' });
        database.createObjectStore('history', { keyPath: ['run', 'step'] });
        database.createObjectStore('steps', { keyPath: ['run', 'number'] });
        database.createObjectStore('events', { keyPath: ['run', 'sequence'] }).createIndex('byHint', ['run', 'key']);
        database.createObjectStore('feedback', { keyPath: ['dataset', 'question', 'sql'] });
      },
    });
    await second.put('meta', { current: 'r1', previous: null }, 'runs');
    await second.put('runs', earlierRecord('r1', 3, 2));
    second.close();
    const store = await open(name);
    expect(await store.list()).toEqual([]);
    await store.put(recordOf('e'));
    expect(await store.list()).toHaveLength(1);
    const runs = await openIdbStore(name);
    expect((await runs.current())?.run).toEqual({ ...record('r1', 3, 2), name: '', begun: 0 });
    runs.close();
  });

  it('lets go when a newer version of the page opens the database, and says so', async () => {
    const store = await open('test-experiments-newer');
    const newer = await openDB('test-experiments-newer', STORE_VERSION + 1);
    newer.close();
    await expect(store.list()).rejects.toMatchObject({
      reason: 'closed',
      message: expect.stringContaining('newer version') as string,
    });
    await deleteDB('test-experiments-newer');
  });

  it('puts a record and its units together or not at all', async () => {
    const store = await open();
    const broken = { ...unit(0, 1), keptStart: (() => false) as unknown as boolean };
    await expect(store.put(recordOf('e'), [unit(0, 2), broken])).rejects.toMatchObject({ name: 'StoreError' });
    expect(await store.list()).toEqual([]);
  });
});
