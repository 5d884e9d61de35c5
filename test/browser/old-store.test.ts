/**
 * A database as the page of version 0.3 left it (version 4 of the store), dumped as JSON: two runs, a thumb on a
 * completion and a finished experiment.
 */
import { deleteDB, openDB } from 'idb';
import { afterEach, beforeAll, expect, it } from 'vitest';
import type { EarlierRewards } from '../../src/grpo/earlier.ts';
import { PolicyLayer } from '../../src/grpo/policy.ts';
import { reasonWords } from '../../src/grpo/reason-words.ts';
import type { RunRecord } from '../../src/grpo/run-store.ts';
import type { Completion } from '../../src/grpo/types.ts';
import { openIdbExperiments } from '../../src/storage/idb-experiments.ts';
import { openIdbStore } from '../../src/storage/idb-store.ts';
import dumpUrl from '../fixtures/store-v4.gzip?url';

interface Dump {
  readonly version: number;
  readonly stores: Readonly<
    Record<
      string,
      {
        readonly keyPath: string | string[] | null;
        readonly indexes: readonly { readonly name: string; readonly keyPath: string | string[] }[];
        readonly rows: readonly { readonly key?: string; readonly value: Record<string, unknown> }[];
      }
    >
  >;
}

const NAME = 'test-old-store';
let dump: Dump;

beforeAll(async () => {
  const { body } = await fetch(dumpUrl);
  if (body === null) throw new Error('The dump did not arrive.');
  const text = await new Response(body.pipeThrough(new DecompressionStream('gzip'))).text();
  dump = JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if ('$bigint' in value) return BigInt(String(value.$bigint));
    if ('$bytes' in value) return new Uint8Array(value.$bytes as number[]);
    return '$number' in value ? Number(value.$number) : value;
  }) as Dump;
});

afterEach(() => deleteDB(NAME));

async function restoreDump(): Promise<void> {
  const database = await openDB(NAME, dump.version, {
    upgrade: (opened) => {
      for (const [name, { keyPath, indexes }] of Object.entries(dump.stores)) {
        const store = opened.createObjectStore(name, keyPath === null ? {} : { keyPath });
        for (const index of indexes) store.createIndex(index.name, index.keyPath);
      }
    },
  });
  for (const [name, { rows }] of Object.entries(dump.stores))
    for (const { key, value } of rows) await database.put(name, value, key);
  database.close();
}

type Rewarded = Pick<Completion, 'rewards'>;
type Sentences = [component: string, value: number | null, sentences: [string, number][]][];

/** What is said of each completion's rewards. */
function sentencesOf({ completions }: { readonly completions: readonly Rewarded[] }): Sentences[] {
  return completions.map(({ rewards }) =>
    Object.entries(rewards.components).map(([name, { value, reasons }]) => [
      name,
      value,
      reasons.map((reason) => [reasonWords(reason), reason.points]),
    ]),
  );
}

/** The same, as the dump holds it. */
function sentencesThen(run: string, step: number): Sentences[][] {
  const row = dump.stores.steps?.rows.find(({ value }) => value.run === run && value.number === step);
  const { groups } = row?.value as unknown as {
    readonly groups: readonly { readonly completions: readonly { readonly rewards: EarlierRewards }[] }[];
  };
  return groups.map(({ completions }) =>
    completions.map(({ rewards }) =>
      Object.entries(rewards.components).map(([name, { value, reasons }]) => [
        name,
        value,
        reasons.map(({ text, points }) => [text, points]),
      ]),
    ),
  );
}

it('opens the runs of a store of version 4, with their policy, steps, stories and undo', async () => {
  expect(dump.version).toBe(4);
  await restoreDump();
  const store = await openIdbStore(NAME);
  const old = (dump.stores.runs?.rows ?? []).map(({ value }) => value as unknown as RunRecord);
  const meta = dump.stores.meta?.rows[0]?.value;
  const found = await store.current();
  const before = old.find(({ id }) => id === meta?.current);
  if (found === null || before === undefined) throw new Error('There is no run.');
  const facts = ({ id, revision, dataset, sampler, settings, place }: RunRecord): unknown => ({
    id,
    revision,
    dataset,
    sampler,
    settings,
    place,
  });
  const weights = ({ state }: RunRecord): unknown => state.hints.map(({ weight, evidence }) => ({ weight, evidence }));
  expect(found.fault).toBeUndefined();
  expect([found.canUndo, facts(found.run)]).toEqual([true, facts(before)]);
  expect(found.run.state).toMatchObject({
    step: before.state.step,
    queue: before.state.queue,
    randomState: before.state.randomState,
    eventCount: before.state.eventCount,
    summary: before.state.summary,
  });
  expect(found.run.state.hints.length).toBeGreaterThan(50);
  expect(weights(found.run)).toEqual(weights(before));

  const { id, state } = found.run;
  expect(await store.history(id)).toHaveLength(state.step);
  for (let step = 1; step <= state.step; step++) {
    const full = await store.step(id, step);
    expect(full?.groups.flatMap(({ completions }) => completions).length).toBeGreaterThan(1);
    expect(full?.events.every((event) => event.step === step)).toBe(true);
    expect(full?.groups.map(sentencesOf)).toEqual(sentencesThen(id, step));
  }
  // The log from its beginning gives the policy that is stored.
  const last = await store.policyAt(id, state.step);
  expect(last.hints).toEqual(state.hints);
  expect((await store.policyAt(id, 1)).hints.length).toBeLessThan(state.hints.length);
  const key = state.hints[0]?.key ?? '';
  const story = await store.eventsOf(id, key);
  expect(story.events[0]).toMatchObject({ key, type: 'create', before: null });
  expect(story.events.at(-1)?.after).toBe(state.hints[0]?.weight);

  // And it goes on.
  const policy = new PolicyLayer(state.hints, state.eventCount, state.start);
  const events = policy.edit(key, { weight: 0.25 }, state.step, 5);
  await store.commit({
    run: {
      ...found.run,
      revision: found.run.revision + 1,
      state: { ...state, hints: policy.hints, eventCount: policy.eventCount },
    },
    points: [],
    steps: [],
    events,
  });
  expect((await store.current())?.run.state.hints).toEqual(policy.hints);
  await store.undo(id);
  expect((await store.current())?.run.id).toBe(meta?.previous);
  expect((await store.runs()).map(({ steps }) => steps)).toEqual([2]);
  store.close();
});

it('opens what was said, and experiments with what came out', async () => {
  await restoreDump();
  const store = await openIdbStore(NAME);
  const rows = (name: string): unknown[] => (dump.stores[name]?.rows ?? []).map(({ value }) => value);
  expect(rows('feedback')).toHaveLength(1);
  expect(await store.feedback('shop')).toEqual(rows('feedback'));
  store.close();

  const experiments = await openIdbExperiments(NAME);
  const [found, ...others] = await experiments.list();
  expect(others).toEqual([]);
  expect(found?.record).toEqual(rows('experiments')[0]);
  expect(found?.runs).toHaveLength(2);
  for (const { curve, answers } of found?.runs ?? []) {
    expect(curve.length).toBeGreaterThan(0);
    expect(answers.length).toBeGreaterThan(10);
  }
  experiments.close();
});
