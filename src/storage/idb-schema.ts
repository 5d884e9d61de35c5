import type { DBSchema, IDBPDatabase } from 'idb';
import type { Feedback } from '../grpo/feedback.ts';
import type { HistoryPoint, RunRecord } from '../grpo/run-store.ts';
import type { HintEvent, Step } from '../grpo/types.ts';
import type { ExperimentRecord } from '../lab/experiment-store.ts';
import type { SeedRun } from '../lab/experiment-types.ts';
import type { StoredFile } from './stored-file.ts';

/** Raise it together with a new part of `upgrade`; never change a part that was released. */
export const STORE_VERSION = 4;

/** The run on the page, and the one a reset left behind. */
export interface Meta {
  readonly current: string | null;
  readonly previous: string | null;
}

export interface LabSchema extends DBSchema {
  /** One record, under the key 'runs'. */
  meta: { key: 'runs'; value: Meta };
  runs: { key: string; value: RunRecord };
  history: { key: [run: string, step: number]; value: HistoryPoint & { readonly run: string } };
  /** The last KEPT_STEPS of each run. */
  steps: { key: [run: string, number: number]; value: Step & { readonly run: string } };
  events: {
    key: [run: string, sequence: number];
    value: HintEvent & { readonly run: string };
    indexes: { byHint: [run: string, key: string] };
  };
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
export function upgrade(database: IDBPDatabase<LabSchema>, oldVersion: number): void {
  if (oldVersion < 1) {
    database.createObjectStore('meta');
    database.createObjectStore('runs', { keyPath: 'id' });
    database.createObjectStore('history', { keyPath: ['run', 'step'] });
    database.createObjectStore('steps', { keyPath: ['run', 'number'] });
    database.createObjectStore('events', { keyPath: ['run', 'sequence'] }).createIndex('byHint', ['run', 'key']);
  }
  if (oldVersion < 2) database.createObjectStore('feedback', { keyPath: ['dataset', 'question', 'sql'] });
  if (oldVersion < 3) {
    database.createObjectStore('experiments', { keyPath: 'id' });
    database.createObjectStore('units', { keyPath: ['experiment', 'variant', 'seed'] });
  }
  if (oldVersion < 4) database.createObjectStore('files', { keyPath: 'id' });
}
