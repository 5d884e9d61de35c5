/** An experiment on a database that somebody brought: kept, opened by its id, and trained on. */
import { expect, it } from 'vitest';
import { SqliteDatabase } from '../../../src/database/sqlite-database.ts';
import { OwnData } from '../../../src/engine/data/own-data.ts';
import { keepQuestions, openOwnDataset } from '../../../src/engine/data/own-datasets.ts';
import { Experiments } from '../../../src/engine/experiments/experiments.ts';
import { MemoryExperiments } from '../../../src/storage/memory-experiments.ts';
import type { OwnDatasetStore } from '../../../src/storage/own-dataset.ts';
import { makeSketchSampler } from '../../../src/samplers/sketch/sketch-sampler.ts';
import { DUMP, GOLD, QUESTIONS, variant } from '../../lab/library.ts';
import { memoryDatasets, type KeptDatasets } from '../memory-datasets.ts';
import { makeRewards } from '../scenario.ts';

it('runs on a database of one’s own, learns there, and says so when it is gone', { timeout: 60_000 }, async () => {
  const kept: KeptDatasets = new Map();
  const openStore = async (): Promise<OwnDatasetStore> => memoryDatasets(kept);
  const openDatabase = (source: Uint8Array | string): Promise<SqliteDatabase> => SqliteDatabase.open(source);
  let ids = 0;
  const ports = { newId: () => `n${++ids}`, now: () => performance.now(), breathe: () => Promise.resolve() };
  const data = new OwnData({ ...ports, openStore, openDatabase, today: () => 0 });
  await data.read([new File([DUMP], 'library.sql')], () => undefined);
  const { id } = await data.keep('My library', () => undefined);
  const open = () => openOwnDataset(id, { openStore, openDatabase });
  await keepQuestions(await open(), QUESTIONS, openStore);

  const lab = new Experiments({
    ...ports,
    openStore: () => Promise.resolve(new MemoryExperiments()),
    readDatasets: () => Promise.resolve([]),
    readOwn: async () =>
      (await memoryDatasets(kept).list()).map((own) => ({ ...own, name: own.id, about: 'Your own.', database: '' })),
    openDataset: (name) => openOwnDataset(name, { openStore, openDatabase }),
    makeSampler: (schema) => makeSketchSampler({ schema }),
    makeRewards: (dataset) => makeRewards(dataset, () => Promise.resolve(null)),
    loadStarter: () => Promise.reject(new Error('There is no starter policy.')),
    today: () => '2026-01-01T00:00:00.000Z',
  });
  const variants = [variant('off', { learning: 'off', settings: GOLD }), variant('on', { settings: GOLD })];
  const spec = { name: 'Mine', dataset: id, variants, seeds: [1], steps: 8, evaluateEvery: 8 };
  const made = await lab.create({ base: { group_size: 8 }, spec });
  const done = await lab.run(
    made.record.id,
    () => undefined,
    () => undefined,
  );
  expect(done?.record.spec.dataset).toBe(id);
  const [off, on] = done?.runs ?? [];
  expect([off?.variant, on?.variant]).toEqual([0, 1]);
  expect(on?.curve.map(({ step }) => step)).toEqual([0, 8]);
  expect(on?.answers).toHaveLength(QUESTIONS.filter(({ split }) => split === 'held-out').length);
  // Whoever does not learn has no hints.
  expect(off?.hints).toBe(0);
  expect(on?.hints).toBeGreaterThan(0);

  await data.remove(id);
  await expect(lab.create({ base: {}, spec })).rejects.toThrow(/deleted|not here|no dataset/i);
});
