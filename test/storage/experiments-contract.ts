/** What every store of experiments has to do. */
import { describe, expect, it } from 'vitest';
import type { ExperimentRecord, ExperimentStore } from '../../src/lab/experiment-store.ts';
import type { SeedRun } from '../../src/lab/experiment-types.ts';

export const recordOf = (id: string, created = '2026-01-01T00:00:00.000Z', name = id): ExperimentRecord => ({
  id,
  created,
  base: { group_size: 8 },
  spec: {
    id,
    name,
    dataset: 'shop',
    variants: [
      { name: 'a', settings: {}, start: 'none', learning: 'on' },
      { name: 'b', settings: { learning_rate: 0.2 }, start: 'none', learning: 'off' },
    ],
    seeds: [1, 2],
    steps: 4,
    evaluateEvery: 2,
  },
});

export const unit = (variant: number, seed: number, greedy = true): SeedRun => ({
  variant,
  seed,
  hints: 3,
  keptStart: false,
  curve: [
    { step: 0, greedy: 0.5, reward: null },
    { step: 4, greedy: 1, reward: 0.25 },
  ],
  answers: [
    { questionId: 'q1', greedy, right: 2, drawn: 4 },
    { questionId: 'q2', greedy: false, right: 0, drawn: 4 },
  ],
});

export function describeExperimentStore(name: string, open: () => Promise<ExperimentStore>): void {
  describe(`${name} keeps experiments`, () => {
    it('gives back what was put, newest first, units by variant and seed', async () => {
      const store = await open();
      expect(await store.list()).toEqual([]);
      await store.put(recordOf('old'));
      await store.put(recordOf('new', '2026-02-01T00:00:00.000Z'));
      await store.addRun('old', unit(1, 1));
      await store.addRun('old', unit(0, 2));
      await store.addRun('old', unit(0, 1));
      expect(await store.list()).toEqual([
        { record: recordOf('new', '2026-02-01T00:00:00.000Z'), runs: [] },
        { record: recordOf('old'), runs: [unit(0, 1), unit(0, 2), unit(1, 1)] },
      ]);
      expect(await store.get('old')).toEqual({ record: recordOf('old'), runs: [unit(0, 1), unit(0, 2), unit(1, 1)] });
      expect(await store.get('none')).toBeNull();
    });

    it('renames without touching the units, and takes a unit again in its own place', async () => {
      const store = await open();
      await store.put(recordOf('e'));
      await store.addRun('e', unit(0, 1));
      await store.put(recordOf('e', undefined, 'another name'));
      await store.addRun('e', unit(0, 1, false));
      expect(await store.get('e')).toEqual({
        record: recordOf('e', undefined, 'another name'),
        runs: [unit(0, 1, false)],
      });
    });

    it('deletes one experiment with its units, and brings it back with them', async () => {
      const store = await open();
      await store.put(recordOf('e'), [unit(0, 1)]);
      await store.put(recordOf('e2'), [unit(0, 1)]);
      const [kept] = [await store.get('e')];
      await store.remove('e');
      await store.remove('e');
      expect(await store.get('e')).toBeNull();
      await expect(store.addRun('e', unit(0, 2))).rejects.toMatchObject({ name: 'StoreError', reason: 'conflict' });
      expect(await store.get('e2')).toMatchObject({ runs: [unit(0, 1)] });
      await store.put(kept?.record ?? recordOf('e'), kept?.runs);
      expect(await store.get('e')).toEqual(kept);
    });
  });
}
