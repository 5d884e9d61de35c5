/** How experiments are kept: the record of one, and the port of the store. */
import type { FieldName } from '../grpo/config.ts';
import type { DatasetDigest } from '../grpo/types.ts';
import type { ExperimentSpec, SeedRun } from './experiment-types.ts';

/** Settings that differ from the defaults. */
export type Settings = Readonly<Partial<Record<FieldName, number | boolean | string>>>;

/** What was asked for; with its units it is all that is needed to go on. */
export interface ExperimentRecord {
  /** That of the specification. */
  readonly id: string;
  readonly spec: ExperimentSpec;
  /** Settings of all variants. */
  readonly base: Settings;
  /** Of the dataset it was set up on; absent in records of earlier versions. */
  readonly digest?: DatasetDigest;
  /** When it was set up, ISO 8601. */
  readonly created: string;
}

export interface StoredExperiment {
  readonly record: ExperimentRecord;
  /** Finished units, by variant and seed. */
  readonly runs: readonly SeedRun[];
}

/** Every method is one transaction. Rejects with `StoreError` (storage/errors.ts). */
export interface ExperimentStore {
  /** Newest first. */
  list(): Promise<StoredExperiment[]>;
  /** Null when there is none of this id. */
  get(id: string): Promise<StoredExperiment | null>;
  /** Adds an experiment, or puts another record (a new name) in the place of its own. Units given are added. */
  put(record: ExperimentRecord, runs?: readonly SeedRun[]): Promise<void>;
  /** Adds a finished unit. Rejects as a conflict when the experiment was deleted meanwhile. */
  addRun(id: string, run: SeedRun): Promise<void>;
  /** Deletes an experiment with its units; of no effect when it is gone. */
  remove(id: string): Promise<void>;
  close(): void;
}
