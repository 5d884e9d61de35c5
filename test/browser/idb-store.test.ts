import { patternWords } from '../../src/grpo/wording.ts';
import { deleteDB, openDB } from 'idb';
import type { IDBPDatabase } from 'idb';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PolicyLayer } from '../../src/grpo/policy.ts';
import type { HintEvent, HintReason, PolicyHint, Step } from '../../src/grpo/types.ts';
import { STORE_VERSION, type LabSchema } from '../../src/storage/idb-schema.ts';
import { upgrade } from '../../src/storage/idb-upgrade.ts';
import { openIdb } from '../../src/storage/idb-open.ts';
import { IdbConnection } from '../../src/storage/idb-connection.ts';
import { IdbStore, openIdbStore } from '../../src/storage/idb-store.ts';
import { change, describeStore, feedback, record } from '../storage/contract.ts';

const opened: { name: string; store: IdbStore }[] = [];
let count = 0;

const freshName = (): string => `test-store-${++count}`;

async function open(name = freshName(), windowBytes?: number): Promise<IdbStore> {
  const store = await (windowBytes === undefined
    ? openIdbStore(name)
    : openIdb((database) => new IdbStore(new IdbConnection(database), { windowBytes }), name));
  opened.push({ name, store });
  return store;
}

afterEach(async () => {
  vi.restoreAllMocks();
  for (const { store } of opened) store.close();
  for (const name of new Set(opened.splice(0).map((each) => each.name))) await deleteDB(name);
});

describeStore('IdbStore', (windowBytes) => open(freshName(), windowBytes));

describe('IdbStore across connections', () => {
  it('gives a run back after a reload', async () => {
    const name = freshName();
    const before = await open(name);
    await before.begin(record('r1'), null);
    await before.commit(change('r1', 1, 4, 1));
    before.close();
    const after = await open(name);
    expect(await after.current()).toEqual({ run: record('r1', 4, 1), canUndo: false });
    expect(await after.history('r1')).toHaveLength(4);
  });

  it('lets only one of two tabs move a run on', async () => {
    const name = freshName();
    const [one, two] = [await open(name), await open(name)];
    await one.begin(record('r1'), null);
    const both = await Promise.allSettled([one.commit(change('r1', 1, 3, 1)), two.commit(change('r1', 1, 2, 1))]);
    expect(both.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
    const winner = both[0].status === 'fulfilled' ? 3 : 2;
    expect((await two.current())?.run.state.step).toBe(winner);
    expect(await two.history('r1')).toHaveLength(winner);
  });

  it('tells the other tab about a reset', async () => {
    const name = freshName();
    const [one, two] = [await open(name), await open(name)];
    await one.begin(record('r1'), null);
    await two.begin(record('r2'), 'r1');
    await expect(one.commit(change('r1', 1, 1, 1))).rejects.toMatchObject({
      reason: 'conflict',
      message: expect.stringContaining('Reload') as string,
    });
    await expect(one.setPlace('r1', { questionId: 'x', ownQuestion: null, speed: 'normal' })).rejects.toMatchObject({
      reason: 'conflict',
    });
  });

  it('lets go when a newer version of the page opens the database', async () => {
    const name = freshName();
    const store = await open(name);
    await store.begin(record('r1'), null);
    const newer = await openDB(name, STORE_VERSION + 1);
    newer.close();
    await expect(store.commit(change('r1', 1, 1, 1))).rejects.toMatchObject({
      reason: 'closed',
      message: expect.stringContaining('newer version') as string,
    });
    await expect(openIdbStore(name)).rejects.toMatchObject({
      reason: 'closed',
      message: expect.stringContaining('newer version') as string,
    });
  });

  it('does not wait for a tab that blocks the upgrade', async () => {
    const name = freshName();
    const deaf = await openDB<LabSchema>(name, STORE_VERSION, {
      upgrade: (db, from, to, tx) => void upgrade(db, from, to, tx),
    });
    await expect(openIdbStore(name, STORE_VERSION + 1)).rejects.toMatchObject({
      reason: 'closed',
      message: expect.stringContaining('older version') as string,
    });
    deaf.close();
    const store = await openIdbStore(name, STORE_VERSION + 1);
    opened.push({ name, store });
    expect(await store.current()).toBeNull();
  });
});

describe('IdbStore upgrades', () => {
  it('makes every object store of the current version from nothing', async () => {
    const name = freshName();
    const store = await open(name);
    store.close();
    const database = await openDB<LabSchema>(name);
    expect(database.version).toBe(STORE_VERSION);
    expect([...database.objectStoreNames]).toEqual([
      'blockEvents',
      'blockSteps',
      'blocks',
      'databases',
      'datasets',
      'experiments',
      'feedback',
      'files',
      'history',
      'meta',
      'runs',
      'snapshots',
      'units',
    ]);
    database.close();
  });

  it('brings a database of version 1 to this one with all that is in it', async () => {
    const name = freshName();
    const first = await openDB(name, 1, { upgrade: version1 });
    const { points, steps, events } = change('r1', 1, 3, 2);
    const { name: _name, begun: _begun, ...old } = record('r1', 3, 2);
    await first.put('meta', { current: 'r1', previous: null }, 'runs');
    const { hints } = old.state;
    const wordy = (hint: PolicyHint): object => ({
      ...hint,
      cue: 'x',
      pattern: patternWords(hint.pattern),
      hintType: 'prefer',
      description: 'Prefer it.',
    });
    await first.put('runs', { ...old, state: { ...old.state, hints: hints.map(wordy) } });
    // Every event held the whole hint, and a sentence.
    const policy = new PolicyLayer();
    const told = events.map((event): HintEvent => {
      policy.apply(event);
      const hint = policy.hints.find(({ key }) => key === event.key) as PolicyHint;
      return { ...event, reason: { id: 'told', text: `Because of ${event.key}.` }, hint };
    });
    const earlier = told.map(({ hint, key, ...event }) => ({
      ...event,
      key,
      reason: `Because of ${key}.`,
      hint: wordy(hint as PolicyHint),
    }));
    const after = (step: Step, all: readonly object[]): object => ({
      ...step,
      events: step.events.map(({ sequence }) => all[sequence]),
    });
    for (const point of points) await first.put('history', { run: 'r1', ...point });
    for (const step of steps) await first.put('steps', { run: 'r1', ...after(step, earlier) });
    for (const event of earlier) await first.put('events', { run: 'r1', ...event });
    first.close();
    const store = await open(name);
    expect(await store.current()).toEqual({ run: { ...record('r1', 3, 2), name: '', begun: 0 }, canUndo: false });
    expect(await store.history('r1')).toEqual(points);
    expect(await store.step('r1', 2)).toEqual(after(steps[1] as Step, told));
    expect((await store.eventsOf('r1', 'only 3')).events).toEqual(told.slice(-1));
    for (const step of [1, 2, 3])
      expect(await store.policyAt('r1', step)).toEqual({ step, hints: record('r1', step).state.hints });
    await store.commit(change('r1', 4, 5, 3));
    expect((await store.current())?.run.state).toEqual(record('r1', 5).state);
    expect(await store.feedback('demo')).toEqual([]);
    await store.putFeedback(feedback('SELECT 1'));
    expect(await store.feedback('demo')).toEqual([feedback('SELECT 1')]);
  });

  it('leaves a database of the current version as it is', async () => {
    const name = freshName();
    const before = await open(name);
    await before.begin(record('r1'), null);
    await before.commit(change('r1', 1, 3, 1));
    before.close();
    const database = await openDB<LabSchema>(name, STORE_VERSION, {
      upgrade: (db, from, to, tx) => void upgrade(db, from, to, tx),
    });
    database.close();
    expect((await (await open(name)).current())?.run).toEqual(record('r1', 3, 1));
  });
});

/** The object stores as version 1 made them. */
function version1(database: IDBPDatabase): void {
  database.createObjectStore('meta');
  database.createObjectStore('runs', { keyPath: 'id' });
  database.createObjectStore('history', { keyPath: ['run', 'step'] });
  database.createObjectStore('steps', { keyPath: ['run', 'number'] });
  database.createObjectStore('events', { keyPath: ['run', 'sequence'] }).createIndex('byHint', ['run', 'key']);
}

describe('IdbStore when the browser refuses', () => {
  const full = () => new DOMException('The quota has been exceeded.', 'QuotaExceededError');

  /**
   * Chromium throws from put when one value is too large, and aborts the transaction when the quota shows at commit.
   */
  const ways: Record<string, (store: IDBObjectStore) => void> = {
    'at once': () => {
      throw full();
    },
    'at commit': (store) => {
      // Once per transaction: a second abort would throw, as the browser's would.
      if (store.transaction.error !== null) return;
      Object.defineProperty(store.transaction, 'error', { value: full() });
      queueMicrotask(() => store.transaction.abort());
    },
  };

  it.each(Object.keys(ways))('undoes the whole change when storage is full (%s)', async (way) => {
    const store = await open();
    await store.begin(record('r1'), null);
    await store.commit(change('r1', 1, 2, 1));
    const put = Reflect.get(IDBObjectStore.prototype, 'put');
    vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
      this: IDBObjectStore,
      ...args: Parameters<IDBObjectStore['put']>
    ) {
      const request = put.apply(this, args);
      if (this.name === 'blockSteps') ways[way]?.(this);
      return request;
    });
    await expect(store.commit(change('r1', 3, 4, 2))).rejects.toMatchObject({
      reason: 'full',
      message: expect.stringContaining('full') as string,
    });
    vi.restoreAllMocks();
    expect((await store.current())?.run.state.step).toBe(2);
    expect(await store.history('r1')).toHaveLength(2);
    await store.commit(change('r1', 3, 4, 2));
    expect(await store.history('r1')).toHaveLength(4);
  });

  it('undoes the whole change when one record cannot be stored', async () => {
    const store = await open();
    await store.begin(record('r1'), null);
    const bad = change('r1', 1, 2, 1);
    const unclonable = { ...bad.events[3], reason: (() => '') as unknown as HintReason } as (typeof bad.events)[number];
    await expect(store.commit({ ...bad, events: [...bad.events.slice(0, 3), unclonable] })).rejects.toMatchObject({
      reason: 'failed',
    });
    expect((await store.current())?.run.state.step).toBe(0);
    expect(await store.history('r1')).toEqual([]);
  });

  it('says so when IndexedDB cannot be opened', async () => {
    vi.spyOn(IDBFactory.prototype, 'open').mockImplementation(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    });
    await expect(openIdbStore(freshName())).rejects.toMatchObject({
      name: 'StoreError',
      reason: 'failed',
      message: expect.stringContaining('insecure') as string,
    });
  });

  it('rejects after it was closed', async () => {
    const store = await open();
    store.close();
    await expect(store.current()).rejects.toMatchObject({ reason: 'closed' });
  });
});
