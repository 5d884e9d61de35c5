import type { Feedback, FeedbackKey, FeedbackStore } from '../grpo/feedback.ts';
import type { RunStore } from '../grpo/run-store.ts';
import { IdbConnection } from './idb-connection.ts';
import { allOf, openIdb } from './idb-open.ts';
import { IdbRows } from './idb-rows.ts';
import { RunBook } from './run-book.ts';

/** Opens the store of runs and feedback; rejects as `openIdb` does. */
export async function openIdbStore(name?: string, version?: number): Promise<IdbStore> {
  return openIdb((database) => new IdbStore(new IdbConnection(database)), name, version);
}

/** Runs and feedback in IndexedDB. */
export class IdbStore extends RunBook implements RunStore, FeedbackStore {
  readonly #connection: IdbConnection;

  constructor(connection: IdbConnection, options: { readonly windowBytes?: number } = {}) {
    super(new IdbRows(connection), options);
    this.#connection = connection;
  }

  async feedback(dataset: string): Promise<Feedback[]> {
    return this.#connection.guard(() => this.#connection.database.getAll('feedback', allOf(dataset)));
  }

  async putFeedback(feedback: Feedback): Promise<void> {
    return this.#connection.write(['feedback'], async (tx) => {
      await tx.objectStore('feedback').put(feedback);
    });
  }

  async removeFeedback({ dataset, question, sql }: FeedbackKey): Promise<void> {
    return this.#connection.write(['feedback'], (tx) => tx.objectStore('feedback').delete([dataset, question, sql]));
  }

  close(): void {
    this.cut('The store was closed.');
  }

  /** Closes the connection; every later call rejects with `why`. */
  cut(why: string): void {
    this.#connection.cut(why);
  }
}
