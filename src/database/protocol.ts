/** What a thread and its database worker say to each other. Plain data only: it crosses postMessage. */
import type { Execution, ExecutionBudget, Schema } from '../grpo/types.ts';
import type { DatabaseSource } from './import.ts';
import type { OpenedDatabase } from './sqlite-database.ts';

export type ToDatabaseWorker =
  /**
   * First message: a source to check and import, or a database that was opened before. Answered by `opened` or
   * `open-failed`.
   */
  | { readonly type: 'open'; readonly source: DatabaseSource }
  | { readonly type: 'reopen'; readonly opened: OpenedDatabase }
  /**
   * A batch, answered by `answers` until all have come, or until `cancelled`. One batch at a time. With `oneByOne`
   * each answer is sent before the next statement begins, which tells which statement the worker is stuck in;
   * without, quick answers travel together.
   */
  | {
      readonly type: 'execute';
      readonly batch: number;
      readonly sql: readonly string[];
      readonly budget: ExecutionBudget;
      readonly oneByOne: boolean;
    }
  /** Skips what is left of the batch. */
  | { readonly type: 'cancel'; readonly batch: number };

export type FromDatabaseWorker =
  /** `image` is null when it is the source's bytes unchanged. */
  | {
      readonly type: 'opened';
      readonly schema: Schema;
      readonly notes: readonly string[];
      readonly image: Uint8Array | null;
    }
  /** `refused`: the source is at fault (a DatabaseImportError), not the machine. */
  | { readonly type: 'open-failed'; readonly message: string; readonly refused: boolean }
  /** Executions of the batch's next statements, in order. */
  | { readonly type: 'answers'; readonly batch: number; readonly executions: readonly Execution[] }
  | { readonly type: 'cancelled'; readonly batch: number };

/** A worker of any kind: Web Worker, nested Web Worker, Node worker thread. */
export interface DatabaseWorkerLike {
  post(message: ToDatabaseWorker): void;
  /** Called once, before the first `post`. `onCrash` tells that the worker died or could not start. */
  listen(onMessage: (message: FromDatabaseWorker) => void, onCrash: (reason: string) => void): void;
  /** Ends the worker at once, whatever it is doing. */
  terminate(): void;
}

/** The same door seen from inside the worker. */
export interface DatabaseWorkerPort {
  post(message: FromDatabaseWorker): void;
  listen(onMessage: (message: ToDatabaseWorker) => void): void;
}
