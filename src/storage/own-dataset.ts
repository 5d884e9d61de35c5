/** A dataset that a reader brought, as it is kept. */
import type { SchemaNotes } from '../grpo/schema-notes.ts';
import type { Definition, Question } from '../grpo/types.ts';

/** All of it but its database. */
export interface OwnDataset {
  /** What runs, feedback and experiments name it by: different from any that ships (grpo/own-data.ts). */
  readonly id: string;
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Size of the database, in bytes. */
  readonly bytes: number;
  readonly questions: readonly Question[];
  readonly definitions: readonly Definition[];
  /** What a reader should know of how it came about, e.g. keys that were guessed. */
  readonly notes: readonly string[];
  /** What is said of its schema beyond what it declares; absent for nothing. */
  readonly schemaNotes?: SchemaNotes;
  /** Traces (lab/facts.ts) of questions that trained and were deleted or changed since; absent for none. */
  readonly trained?: readonly string[];
  /** Counts the changes of its questions and of what is said of its schema: who writes says which ones were seen. */
  readonly revision: number;
  /** Present while its deletion can be taken back. */
  readonly removed?: true;
}

/** Where they are kept. Rejects with StoreError. */
export interface OwnDatasetStore {
  /** The newest first, without those that were removed. */
  list(): Promise<OwnDataset[]>;
  /** Null for none, and for one that was removed. */
  get(id: string): Promise<OwnDataset | null>;
  /** The bytes of its SQLite file, of one that was removed too until `purge`; null for none. */
  database(id: string): Promise<Uint8Array | null>;
  add(dataset: OwnDataset, database: Uint8Array): Promise<void>;
  rename(id: string, title: string): Promise<void>;
  /** Rejects where the dataset has changed since `revision`, or is gone. */
  setQuestions(
    id: string,
    questions: readonly Question[],
    revision: number,
    trained: readonly string[],
  ): Promise<OwnDataset>;
  /** Rejects as `setQuestions` does. */
  setSchemaNotes(id: string, notes: SchemaNotes, revision: number): Promise<OwnDataset>;
  /** Takes it out of the list; `putBack` undoes that until `purge`. */
  remove(id: string): Promise<void>;
  putBack(id: string): Promise<void>;
  /** Deletes one at once, beyond undo. */
  discard(id: string): Promise<void>;
  /** Deletes what was removed for good. */
  purge(): Promise<void>;
  close(): void;
}
