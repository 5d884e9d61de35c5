import type { IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import type { LabSchema } from './idb-schema.ts';
import { convertRuns } from './old-runs.ts';

/**
 * Brings a database of any older version to STORE_VERSION, one version after the other. Runs inside the version-change
 * transaction, so a failure leaves the old version untouched.
 */
export async function upgrade(
  database: IDBPDatabase<LabSchema>,
  oldVersion: number,
  _newVersion: number | null,
  tx: IDBPTransaction<LabSchema, StoreNames<LabSchema>[], 'versionchange'>,
): Promise<void> {
  const old = database as unknown as IDBPDatabase;
  if (oldVersion < 1) {
    database.createObjectStore('meta');
    database.createObjectStore('runs', { keyPath: 'id' });
    database.createObjectStore('history', { keyPath: ['run', 'step'] });
    old.createObjectStore('steps', { keyPath: ['run', 'number'] });
    old.createObjectStore('events', { keyPath: ['run', 'sequence'] }).createIndex('byHint', ['run', 'key']);
  }
  if (oldVersion < 2) database.createObjectStore('feedback', { keyPath: ['dataset', 'question', 'sql'] });
  if (oldVersion < 3) {
    database.createObjectStore('experiments', { keyPath: 'id' });
    database.createObjectStore('units', { keyPath: ['experiment', 'variant', 'seed'] });
  }
  if (oldVersion < 4) database.createObjectStore('files', { keyPath: 'id' });
  if (oldVersion < 5) {
    for (const table of ['blocks', 'blockSteps', 'blockEvents'] as const)
      database.createObjectStore(table, { keyPath: ['run', 'number'] });
    database.createObjectStore('snapshots', { keyPath: ['run', 'sequence'] });
    await convertRuns(tx);
    for (const table of ['steps', 'events']) old.deleteObjectStore(table);
  }
  if (oldVersion < 6)
    for (const table of ['datasets', 'databases'] as const) database.createObjectStore(table, { keyPath: 'id' });
}
