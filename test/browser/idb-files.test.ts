import { deleteDB, openDB } from 'idb';
import { afterEach, describe, expect, it } from 'vitest';
import { openIdbExperiments } from '../../src/storage/idb-experiments.ts';
import { openIdbFiles } from '../../src/storage/idb-files.ts';
import type { IdbFiles } from '../../src/storage/idb-files.ts';
import { STORE_VERSION } from '../../src/storage/idb-schema.ts';
import { openIdbStore } from '../../src/storage/idb-store.ts';
import type { FileKind, StoredFile } from '../../src/storage/stored-file.ts';
import { earlierRecord, record } from '../storage/contract.ts';
import { recordOf, unit } from '../storage/experiments-contract.ts';

const opened: { name: string; files: IdbFiles }[] = [];
let count = 0;

async function open(name = `test-files-${++count}`): Promise<IdbFiles> {
  const files = await openIdbFiles(name);
  opened.push({ name, files });
  return files;
}

afterEach(async () => {
  for (const { files } of opened) files.close();
  for (const name of new Set(opened.splice(0).map((each) => each.name))) await deleteDB(name);
});

const file = (id: string, kind: FileKind = 'gguf', added = 1, text = `the bytes of ${id}`): StoredFile => ({
  id,
  kind,
  name: `${id}.bin`,
  blob: new Blob([text]),
  added,
});
const ids = (files: readonly StoredFile[]): string[] => files.map(({ id }) => id);

describe('IdbFiles', () => {
  it('gives a file back after it was opened anew: its name, its kind and every byte', async () => {
    const name = 'test-files-reload';
    const before = await open(name);
    // Larger than what a browser keeps beside its index, and not text.
    const bytes = new Uint8Array(3_000_000).map((_, i) => (i * 31) % 251);
    await before.put({ ...file('model'), blob: new Blob([bytes]) });
    before.close();
    const files = await open(name);
    const found = await files.get('model');
    expect(found).toMatchObject({ id: 'model', kind: 'gguf', name: 'model.bin', added: 1 });
    expect(
      new Uint8Array((await found?.blob.arrayBuffer()) ?? new ArrayBuffer()).every((byte, i) => byte === bytes[i]),
    ).toBe(true);
    expect(found?.blob.size).toBe(bytes.length);
    expect(await files.get('other')).toBeNull();
  });

  it('keeps a File that was chosen as it is', async () => {
    const files = await open();
    await files.put({
      ...file('chosen', 'recording'),
      blob: new File(['{}'], 'run.json', { type: 'application/json' }),
    });
    expect(await (await files.get('chosen'))?.blob.text()).toBe('{}');
  });

  it('lists the files of one kind, the newest first', async () => {
    const files = await open();
    for (const one of [
      file('b', 'gguf', 2),
      file('a', 'gguf', 3),
      file('c', 'gguf', 1),
      file('d', 'completions', 9),
      file('e', 'recording', 8),
    ])
      await files.put(one);
    expect(ids(await files.list('gguf'))).toEqual(['a', 'b', 'c']);
    expect(ids(await files.list('completions'))).toEqual(['d']);
    expect(ids(await files.list('recording'))).toEqual(['e']);
  });

  it('removes one and leaves the others; putting one again replaces it', async () => {
    const files = await open();
    await files.put(file('a'));
    await files.put(file('b'));
    await files.remove('a');
    await files.remove('never there');
    expect(ids(await files.list('gguf'))).toEqual(['b']);
    await files.put(file('b', 'gguf', 5, 'other bytes'));
    expect(ids(await files.list('gguf'))).toEqual(['b']);
    expect(await (await files.get('b'))?.blob.text()).toBe('other bytes');
  });

  it('has room beside runs and experiments, in the same database', async () => {
    const name = 'test-files-beside';
    const files = await open(name);
    const runs = await openIdbStore(name);
    const experiments = await openIdbExperiments(name);
    await runs.begin(record('r1'), null);
    await experiments.put(recordOf('e'), [unit(0, 1)]);
    await files.put(file('a'));
    expect((await runs.current())?.run.id).toBe('r1');
    expect(await experiments.list()).toHaveLength(1);
    expect(ids(await files.list('gguf'))).toEqual(['a']);
    runs.close();
    experiments.close();
  });

  it('brings a database of version 3 to this one with all that is in it', async () => {
    const name = 'test-files-upgrade';
    const third = await openDB(name, 3, {
      upgrade: (database) => {
        database.createObjectStore('meta');
        database.createObjectStore('runs', { keyPath: 'id' });
        database.createObjectStore('history', { keyPath: ['run', 'step'] });
        database.createObjectStore('steps', { keyPath: ['run', 'number'] });
        database.createObjectStore('events', { keyPath: ['run', 'sequence'] }).createIndex('byHint', ['run', 'key']);
        database.createObjectStore('feedback', { keyPath: ['dataset', 'question', 'sql'] });
        database.createObjectStore('experiments', { keyPath: 'id' });
        database.createObjectStore('units', { keyPath: ['experiment', 'variant', 'seed'] });
      },
    });
    const judged = {
      dataset: 'shop',
      question: 'q',
      sql: 'select 1',
      text: 'SELECT 1',
      thumb: 'up',
      corrected: null,
      at: 1,
    } as const;
    const point = { run: 'r1', step: 1, questionId: 'q', rewardMean: 0.5 };
    await third.put('meta', { current: 'r1', previous: null }, 'runs');
    await third.put('runs', earlierRecord('r1', 3, 2));
    await third.put('history', point);
    await third.put('feedback', judged);
    await third.put('experiments', recordOf('e'));
    await third.put('units', { ...unit(0, 1), experiment: 'e' });
    third.close();

    const files = await open(name);
    expect(await files.list('gguf')).toEqual([]);
    await files.put(file('a'));
    expect(ids(await files.list('gguf'))).toEqual(['a']);
    const runs = await openIdbStore(name);
    expect((await runs.current())?.run).toEqual({ ...record('r1', 3, 2), name: '', begun: 0 });
    expect(await runs.history('r1')).toMatchObject([{ step: 1, questionId: 'q', rewardMean: 0.5 }]);
    expect(await runs.feedback('shop')).toEqual([judged]);
    runs.close();
    const experiments = await openIdbExperiments(name);
    expect(await experiments.list()).toEqual([{ record: recordOf('e'), runs: [unit(0, 1)] }]);
    experiments.close();
  });

  it('lets go when a newer version of the page opens the database, and says so', async () => {
    const name = 'test-files-newer';
    const files = await open(name);
    await files.put(file('a'));
    const newer = await openDB(name, STORE_VERSION + 1);
    newer.close();
    for (const call of [
      () => files.list('gguf'),
      () => files.get('a'),
      () => files.put(file('b')),
      () => files.remove('a'),
    ]) {
      await expect(call()).rejects.toMatchObject({
        name: 'StoreError',
        reason: 'closed',
        message: expect.stringContaining('newer version') as string,
      });
    }
  });

  it('says so when it was closed', async () => {
    const files = await open();
    files.close();
    await expect(files.list('gguf')).rejects.toMatchObject({ name: 'StoreError', reason: 'closed' });
  });
});
