import type { IDBPDatabase } from 'idb';
import type { ExperimentRecord, ExperimentStore, StoredExperiment } from '../lab/experiment-store.ts';
import type { SeedRun } from '../lab/experiment-types.ts';
import { deleted } from './errors.ts';
import { IdbConnection } from './idb-connection.ts';
import { allOf, openIdb } from './idb-open.ts';
import type { LabSchema } from './idb-schema.ts';

/** Opens the store of experiments; rejects as `openIdb` does. */
export async function openIdbExperiments(name?: string): Promise<IdbExperiments> {
  return openIdb((database) => new IdbExperiments(database), name);
}

/** Experiments in IndexedDB, in the same database as the runs. */
export class IdbExperiments implements ExperimentStore {
  readonly #connection: IdbConnection;

  constructor(database: IDBPDatabase<LabSchema>) {
    this.#connection = new IdbConnection(database);
  }

  async list(): Promise<StoredExperiment[]> {
    return this.#connection.guard(async () => {
      const tx = this.#connection.database.transaction(['experiments', 'units']);
      const [records, units] = await Promise.all([
        tx.objectStore('experiments').getAll(),
        tx.objectStore('units').getAll(),
      ]);
      return records
        .map((record) => ({
          record,
          runs: units.filter(({ experiment }) => experiment === record.id).map(withoutExperiment),
        }))
        .sort(newestFirst);
    });
  }

  async get(id: string): Promise<StoredExperiment | null> {
    return this.#connection.guard(async () => {
      const tx = this.#connection.database.transaction(['experiments', 'units']);
      const [record, units] = await Promise.all([
        tx.objectStore('experiments').get(id),
        tx.objectStore('units').getAll(allOf(id)),
      ]);
      return record === undefined ? null : { record, runs: units.map(withoutExperiment) };
    });
  }

  async put(record: ExperimentRecord, runs: readonly SeedRun[] = []): Promise<void> {
    return this.#connection.write(['experiments', 'units'], async (tx) => {
      await tx.objectStore('experiments').put(record);
      for (const run of runs) await tx.objectStore('units').put({ experiment: record.id, ...run });
    });
  }

  async addRun(id: string, run: SeedRun): Promise<void> {
    return this.#connection.write(['experiments', 'units'], async (tx) => {
      if ((await tx.objectStore('experiments').getKey(id)) === undefined) throw deleted();
      await tx.objectStore('units').put({ experiment: id, ...run });
    });
  }

  async remove(id: string): Promise<void> {
    return this.#connection.write(['experiments', 'units'], async (tx) => {
      await tx.objectStore('experiments').delete(id);
      await tx.objectStore('units').delete(allOf(id));
    });
  }

  close(): void {
    this.cut('The store was closed.');
  }

  cut(why: string): void {
    this.#connection.cut(why);
  }
}

export function newestFirst(a: StoredExperiment, b: StoredExperiment): number {
  return a.record.created < b.record.created ? 1 : a.record.created > b.record.created ? -1 : 0;
}

function withoutExperiment<T extends { readonly experiment: string }>({
  experiment: _experiment,
  ...run
}: T): Omit<T, 'experiment'> {
  return run;
}
