import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import type { Feedback } from '../grpo/feedback.ts';
import type { ExperimentRecord } from '../lab/experiment-store.ts';
import type { SeedRun } from '../lab/experiment-types.ts';
import { convertRuns } from './old-runs.ts';
import type { Meta, RunRow, RunTables } from './run-rows.ts';
import type { StoredFile } from './stored-file.ts';

/** Raise it together with a new part of `upgrade`; never change a part that was released. */
export const STORE_VERSION = 5;

type OfRun = [run: string, number: number];

export interface LabSchema extends DBSchema {
  /** One record, under the key 'runs'. */
  meta: { key: 'runs'; value: Meta };
  runs: { key: string; value: RunRow };
  history: { key: OfRun; value: RunTables['history'] };
  blocks: { key: OfRun; value: RunTables['blocks'] };
  blockSteps: { key: OfRun; value: RunTables['blockSteps'] };
  blockEvents: { key: OfRun; value: RunTables['blockEvents'] };
  snapshots: { key: OfRun; value: RunTables['snapshots'] };
  feedback: { key: [dataset: string, question: string, sql: string]; value: Feedback };
  experiments: { key: string; value: ExperimentRecord };
  /** The finished units of the experiments. */
  units: { key: [experiment: string, variant: number, seed: number]; value: SeedRun & { readonly experiment: string } };
  /** Files that a reader opened: models, completions, recordings. */
  files: { key: string; value: StoredFile };
}

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
}
