import { deleteDB } from 'idb';
import { afterEach, describe, expect, it } from 'vitest';
import { connectTo } from '../../src/engine/client.ts';
import type { EngineConnection } from '../../src/engine/client.ts';
import { fetchedShopFiles } from '../engine/fetched-shop-files.ts';
import { shopDataset, shopFingerprint } from '../engine/scenario.ts';
import golden from '../golden/shop-30-steps.sha256?raw';

const STORE = 'test-engine';
const connections: EngineConnection[] = [];
const baseUrl = new URL('/', location.href).href;

function spawn(over: { baseUrl?: string; storeName?: string } = {}): EngineConnection {
  const worker = new Worker(new URL('../../src/engine/worker.ts', import.meta.url), { type: 'module' });
  const connection = connectTo(worker, { baseUrl, storeName: STORE, ...over });
  connections.push(connection);
  return connection;
}

afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  await deleteDB(STORE);
});

describe('the engine in its worker', () => {
  it('runs, survives a reload, resets and takes the reset back', async () => {
    const first = spawn();
    const fresh = await first.open({ seed: 7 });
    expect(fresh).toMatchObject({ stepCount: 0, seed: 7, dataset: { name: 'shop' } });
    expect(fresh.notSaved).toBeUndefined();
    const advance = await first.advance({ steps: 3, budgetMs: 60_000 });
    expect(advance.stepCount).toBe(3);
    const group = advance.step?.groups[0];
    expect(group?.completions).toHaveLength(4);
    expect(group?.completions.reduce((sum, { advantage }) => sum + advantage, 0)).toBeCloseTo(0, 9);
    first.close();

    const second = spawn();
    const reloaded = await second.open({ seed: 99 });
    expect(reloaded).toMatchObject({ seed: 7, stepCount: 3 });
    expect(reloaded.step).toEqual(advance.step);
    expect(reloaded.hints).toEqual(advance.hints);
    expect(reloaded.history).toEqual(advance.points);
    const key = advance.hints[0]?.key ?? '';
    expect((await second.eventsOf(key)).events[0]?.type).toBe('create');

    expect(await second.reset({ seed: 8 })).toMatchObject({ stepCount: 0, hints: [], canUndo: true });
    expect(await second.undoReset()).toEqual(reloaded);
  });

  it('takes the same steps to the bit while right answers are measured between them', async () => {
    const OTHER = `${STORE}-measured`;
    const [plain, measured] = [spawn(), spawn({ storeName: OTHER })];
    await Promise.all([plain.open({ seed: 7 }), measured.open({ seed: 7 })]);
    const slice = { budgetMs: 150, pace: 'eager', series: '', known: 0 } as const;
    let points = 0;
    for (let i = 0; i < 12; i++) {
      // Not awaited before the steps are asked for: it gives way to them.
      const measuring = measured.measure(slice);
      const step = { steps: 2, budgetMs: 60_000 };
      const [there, here] = await Promise.all([plain.advance(step), measured.advance(step)]);
      expect(here).toEqual(there);
      await measuring;
      points = (await measured.measure({ ...slice, budgetMs: 2000 })).points.length;
    }
    expect(points).toBeGreaterThan(0);
    expect((await measured.open({})).hints).toEqual((await plain.open({})).hints);
    measured.close();
    await deleteDB(OTHER);
  }, 120_000);

  it('answers while it runs and keeps to its budget', async () => {
    const engine = spawn();
    await engine.open({});
    const running = engine.advance({ steps: 1_000_000, budgetMs: 300 });
    await engine.stepAt(1);
    const { points } = await running;
    expect(points.length).toBeGreaterThan(0);
    // So many steps would take hours.
    expect(points.length).toBeLessThan(1_000_000);
  });

  it('tells a tab that another one moved the run on', async () => {
    const [one, two] = [spawn(), spawn()];
    await one.open({});
    await two.open({});
    await one.advance({ steps: 2, budgetMs: 60_000 });
    await expect(two.advance({ steps: 1, budgetMs: 60_000 })).rejects.toMatchObject({
      name: 'StoreLost',
      message: expect.stringContaining('step 2') as string,
    });
    expect((await two.open({})).stepCount).toBe(2);
  });

  it('passes messages on to the reader', async () => {
    const engine = spawn();
    await expect(engine.advance({ steps: 1, budgetMs: 1 })).rejects.toThrow('not open yet');
    await expect(engine.open({ settings: { group_size: 1 } })).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('Group size G (group_size) must be') as string,
    });
    await expect(spawn({ baseUrl: new URL('/nowhere/', location.href).href }).open({})).rejects.toMatchObject({
      name: 'DatasetError',
      message: expect.stringContaining('datasets/shop/') as string,
    });
  });

  it('says so when the worker cannot be loaded or is closed, instead of waiting for ever', async () => {
    const broken = connectTo(
      new Worker(URL.createObjectURL(new Blob(['throw new Error("no such luck")'])), { type: 'module' }),
      { baseUrl },
    );
    await expect(broken.open({})).rejects.toMatchObject({ name: 'EngineCrash' });
    await expect(broken.open({})).rejects.toMatchObject({ name: 'EngineCrash' });
    const engine = spawn();
    const waiting = engine.open({});
    engine.close();
    await expect(waiting).rejects.toMatchObject({ name: 'EngineCrash' });
  });
});

describe('determinism', () => {
  it('Chromium takes the same 30 steps as Node, to the byte', async () => {
    expect(await shopFingerprint(await shopDataset(await fetchedShopFiles(new URL(baseUrl))))).toBe(golden.trim());
  });
});
