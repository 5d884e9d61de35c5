/** Opens the page's IndexedDB, and says what it means when the browser refuses. */
import { openDB } from 'idb';
import type { IDBPDatabase } from 'idb';
import { messageOf } from '../grpo/message-of.ts';
import { StoreError } from './errors.ts';
import { STORES, STORE_VERSION, type LabSchema } from './idb-schema.ts';
import { upgrade } from './idb-upgrade.ts';

const DEFAULT_NAME = 'grpo-sql-lab';

/** A store over one connection. */
export interface Connected {
  /** Closes the connection; every later call rejects with `why`. */
  cut(why: string): void;
}

/**
 * Connects a store. Rejects with StoreError when the browser refuses IndexedDB (private mode, blocked site data),
 * when another tab with an older version of the page holds the database, or when it was written by a newer one.
 */
export async function openIdb<S extends Connected>(
  connect: (database: IDBPDatabase<LabSchema>) => S,
  name = DEFAULT_NAME,
  version = STORE_VERSION,
): Promise<S> {
  if (typeof indexedDB === 'undefined')
    throw new StoreError('failed', 'This browser offers no storage (IndexedDB) to this page.');
  let store: S | null = null;
  let abandoned = false;
  let failed: unknown = null;
  const database = await new Promise<IDBPDatabase<LabSchema>>((resolve, reject) => {
    const opening = (): Promise<IDBPDatabase<LabSchema>> =>
      openDB<LabSchema>(name, version, {
        upgrade: (opened, oldVersion, newVersion, tx) =>
          // A part that fails leaves the old version as it was: the transaction ends with it.
          void upgrade(opened, oldVersion, newVersion, tx).catch((error: unknown) => {
            failed = error;
            tx.abort();
          }),
        blocked: () => {
          abandoned = true;
          reject(
            new StoreError(
              'closed',
              'Another tab has an older version of this page open. Close it and reload this page.',
            ),
          );
        },
        blocking: (_, newVersion) =>
          store?.cut(
            newVersion === null
              ? 'The storage of this page was deleted, in the browser’s settings or by another tab, and all runs with it. Reload this page to begin anew.'
              : 'A newer version of this page was opened in another tab. Reload this page to continue.',
          ),
        terminated: () => store?.cut('The browser closed this page’s storage. Reload this page to continue.'),
      });
    // Where site data is blocked, indexedDB.open throws instead of failing later.
    Promise.resolve()
      .then(opening)
      .then(
        // Unblocked after all: nobody waits for it any more.
        (opened) => (abandoned ? opened.close() : resolve(opened)),
        (error: unknown) => reject(explain(failed ?? error)),
      );
  });
  const missing = STORES.some((one) => !database.objectStoreNames.contains(one));
  if (missing) {
    database.close();
    throw new StoreError(
      'failed',
      `What is stored here under the name “${name}” was made by another program, and is left as it is.`,
    );
  }
  store = connect(database);
  return store;
}

/** Every key that begins with `first` and none else: an array key sorts after every number and text. */
export const allOf = (first: string): IDBKeyRange => IDBKeyRange.bound([first], [first, []]);

export function explain(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const name = error instanceof DOMException || error instanceof Error ? error.name : '';
  const detail = messageOf(error);
  switch (name) {
    case 'QuotaExceededError':
      return new StoreError(
        'full',
        'The browser’s storage for this page is full, so the last change was not saved and not made. Delete runs you no longer need (“Runs”) or free disk space.',
        { cause: error },
      );
    case 'VersionError':
      return new StoreError(
        'closed',
        'The saved runs belong to a newer version of this page. Reload it to get that version.',
        { cause: error },
      );
    case 'InvalidStateError':
      return new StoreError('closed', 'The browser closed this page’s storage. Reload this page to continue.', {
        cause: error,
      });
    default:
      return new StoreError('failed', `The browser refused to store the run: ${detail}`, { cause: error });
  }
}
