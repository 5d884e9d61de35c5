import type { IDBPDatabase, IDBPTransaction } from 'idb';
import type { ExperimentRecord, ExperimentStore, StoredExperiment } from '../lab/experiment-store.ts';
import type { SeedRun } from '../lab/experiment-types.ts';
import { deleted, StoreError } from './errors.ts';
import { allOf, explain, openIdb } from './idb-open.ts';
import type { LabSchema } from './idb-schema.ts';

type Writing = IDBPTransaction<LabSchema, ('experiments' | 'units')[], 'readwrite'>;

/** Opens the store of experiments; rejects as `openIdb` does. */
export async function openIdbExperiments(name?: string): Promise<IdbExperiments> {
  return openIdb((database) => new IdbExperiments(database), name);
}

/** Experiments in IndexedDB, in the same database as the runs. */
export class IdbExperiments implements ExperimentStore {
  readonly #database: IDBPDatabase<LabSchema>;
  #cut: string | null = null;

  constructor(database: IDBPDatabase<LabSchema>) {
    this.#database = database;
  }

  async list(): Promise<StoredExperiment[]> {
    return this.#guard(async () => {
      const tx = this.#database.transaction(['experiments', 'units']);
      const [records, units] = await Promise.all([tx.objectStore('experiments').getAll(), tx.objectStore('units').getAll()]);
      return records.map((record) => ({ record, runs: units.filter(({ experiment }) => experiment === record.id).map(withoutExperiment) })).sort(newestFirst);
    });
  }

  async get(id: string): Promise<StoredExperiment | null> {
    return this.#guard(async () => {
      const tx = this.#database.transaction(['experiments', 'units']);
      const [record, units] = await Promise.all([tx.objectStore('experiments').get(id), tx.objectStore('units').getAll(allOf(id))]);
      return record === undefined ? null : { record, runs: units.map(withoutExperiment) };
    });
  }

  async put(record: ExperimentRecord, runs: readonly SeedRun[] = []): Promise<void> {
    return this.#write(async (tx) => {
      await tx.objectStore('experiments').put(record);
      for (const run of runs) await tx.objectStore('units').put({ experiment: record.id, ...run });
    });
  }

  async addRun(id: string, run: SeedRun): Promise<void> {
    return this.#write(async (tx) => {
      if ((await tx.objectStore('experiments').getKey(id)) === undefined) throw deleted();
      await tx.objectStore('units').put({ experiment: id, ...run });
    });
  }

  async remove(id: string): Promise<void> {
    return this.#write(async (tx) => {
      await tx.objectStore('experiments').delete(id);
      await tx.objectStore('units').delete(allOf(id));
    });
  }

  close(): void {
    this.cut('The store was closed.');
  }

  cut(why: string): void {
    this.#cut ??= why;
    this.#database.close();
  }

  /** One read-write transaction: when `work` fails, none of it happened. */
  async #write(work: (tx: Writing) => Promise<void>): Promise<void> {
    await this.#guard(async () => {
      const tx = this.#database.transaction(['experiments', 'units'], 'readwrite');
      // What only shows at the end, such as a full quota, comes out of `done`.
      const done = tx.done.then(() => null, (error: unknown) => explain(tx.error ?? error));
      try {
        await work(tx);
      } catch (error) {
        try {
          tx.abort();
        } catch {
          // It had already aborted by itself: `error` says why.
        }
        await done;
        throw explain(tx.error ?? error);
      }
      const error = await done;
      if (error !== null) throw error;
    });
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.#cut !== null) throw new StoreError('closed', this.#cut);
    try {
      return await work();
    } catch (error) {
      if (this.#cut !== null) throw new StoreError('closed', this.#cut, { cause: error });
      throw explain(error);
    }
  }
}

export function newestFirst(a: StoredExperiment, b: StoredExperiment): number {
  return a.record.created < b.record.created ? 1 : a.record.created > b.record.created ? -1 : 0;
}

function withoutExperiment<T extends { readonly experiment: string }>({ experiment: _experiment, ...run }: T): Omit<T, 'experiment'> {
  return run;
}
