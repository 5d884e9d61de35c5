/** As little of a store of own datasets as tests need; what a store has to do is tested over IndexedDB. */
import type { OwnDataset, OwnDatasetStore } from '../../src/storage/own-dataset.ts';

export type KeptDatasets = Map<string, { readonly dataset: OwnDataset; readonly database: Uint8Array }>;

export function memoryDatasets(kept: KeptDatasets): OwnDatasetStore {
  const change = (id: string, over: Partial<OwnDataset>): OwnDataset => {
    const found = kept.get(id);
    if (found === undefined) throw new Error('gone');
    const dataset = { ...found.dataset, ...over };
    kept.set(id, { ...found, dataset });
    return dataset;
  };
  const list = async (): Promise<OwnDataset[]> =>
    [...kept.values()].map(({ dataset }) => dataset).filter(({ removed }) => removed !== true);
  return {
    list,
    get: async (id) => (await list()).find((one) => one.id === id) ?? null,
    database: async (id) => kept.get(id)?.database.slice() ?? null,
    add: async (dataset, database) => void kept.set(dataset.id, { dataset, database }),
    rename: async (id, title) => void change(id, { title }),
    setQuestions: async (id, questions, revision, trained) =>
      change(id, { questions, revision: revision + 1, ...(trained.length === 0 ? {} : { trained }) }),
    setSchemaNotes: async (id, schemaNotes, revision) => change(id, { schemaNotes, revision: revision + 1 }),
    remove: async (id) => void change(id, { removed: true }),
    putBack: async (id) => {
      const { removed: _removed, ...dataset } = change(id, {});
      kept.set(id, { dataset, database: kept.get(id)?.database ?? new Uint8Array() });
    },
    discard: async (id) => void kept.delete(id),
    purge: async () => {
      for (const [id, { dataset }] of kept) if (dataset.removed === true) kept.delete(id);
    },
    close: () => undefined,
  };
}
