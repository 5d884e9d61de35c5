import type { DBSchema, StoreNames } from 'idb';
import type { Feedback } from '../grpo/feedback.ts';
import type { ExperimentRecord } from '../lab/experiment-store.ts';
import type { SeedRun } from '../lab/experiment-types.ts';
import type { OwnDataset } from './own-dataset.ts';
import type { Meta, RunRow, RunTables } from './run-rows.ts';
import type { StoredFile } from './stored-file.ts';

/** Raise it together with a new part of `upgrade` (idb-upgrade.ts); never change a part that was released. */
export const STORE_VERSION = 6;

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
  /** Datasets that a reader brought, and the SQLite files of them. */
  datasets: { key: string; value: OwnDataset };
  databases: { key: string; value: { readonly id: string; readonly file: Blob } };
}

/** All of them, by the names of the schema. */
export const STORES = Object.keys({
  meta: 0,
  runs: 0,
  history: 0,
  blocks: 0,
  blockSteps: 0,
  blockEvents: 0,
  snapshots: 0,
  feedback: 0,
  experiments: 0,
  units: 0,
  files: 0,
  datasets: 0,
  databases: 0,
} satisfies Record<StoreNames<LabSchema>, 0>) as StoreNames<LabSchema>[];
