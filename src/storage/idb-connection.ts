/**
 * One connection to IndexedDB: what is asked of it after it was cut says why, and a write happens whole or not at all.
 */
import type { IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import { StoreError } from './errors.ts';
import { explain } from './idb-open.ts';
import type { LabSchema } from './idb-schema.ts';

type StoreName = StoreNames<LabSchema>;
export type Writing = IDBPTransaction<LabSchema, StoreName[], 'readwrite'>;

export class IdbConnection {
  readonly database: IDBPDatabase<LabSchema>;
  #cut: string | null = null;

  constructor(database: IDBPDatabase<LabSchema>) {
    this.database = database;
  }

  /** Closes it; every later call rejects with `why`. */
  cut(why: string): void {
    this.#cut ??= why;
    this.database.close();
  }

  /** Rejects with StoreError only. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    if (this.#cut !== null) throw new StoreError('closed', this.#cut);
    try {
      return await work();
    } catch (error) {
      if (this.#cut !== null) throw new StoreError('closed', this.#cut, { cause: error });
      throw explain(error);
    }
  }

  /** One read-write transaction: when `work` or any of its requests fails, none of it happened. */
  async write<T>(stores: StoreName[], work: (tx: Writing) => Promise<T>): Promise<T> {
    return this.guard(async () => {
      const tx = this.database.transaction(stores, 'readwrite');
      // The error of a request that was not awaited, and a full quota, only show in `done`.
      const done = tx.done.then(
        () => null,
        (error: unknown) => explain(tx.error ?? error),
      );
      let result: T;
      try {
        result = await work(tx);
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
      return result;
    });
  }
}
