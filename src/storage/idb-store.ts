import type { IDBPDatabase } from 'idb';
import type { Feedback, FeedbackKey, FeedbackStore } from '../grpo/feedback.ts';
import { KEPT_STEPS } from '../grpo/run-store.ts';
import type { HistoryPoint, Place, RunChange, RunRecord, RunStore } from '../grpo/run-store.ts';
import type { HintEvent, Step } from '../grpo/types.ts';
import { movedOn, replaced, StoreError } from './errors.ts';
import { IdbConnection, type Writing } from './idb-connection.ts';
import { allOf, openIdb } from './idb-open.ts';
import type { LabSchema, Meta } from './idb-schema.ts';

const NOTHING: Meta = { current: null, previous: null };

/** Opens the store of runs and feedback; rejects as `openIdb` does. */
export async function openIdbStore(name?: string, version?: number): Promise<IdbStore> {
  return openIdb((database) => new IdbStore(database), name, version);
}

/** Runs and feedback in IndexedDB. */
export class IdbStore implements RunStore, FeedbackStore {
  readonly #connection: IdbConnection;

  constructor(database: IDBPDatabase<LabSchema>) {
    this.#connection = new IdbConnection(database);
  }

  async current(): Promise<{ run: RunRecord; canUndo: boolean } | null> {
    return this.#connection.guard(async () => {
      const tx = this.#connection.database.transaction(['meta', 'runs']);
      const meta = (await tx.objectStore('meta').get('runs')) ?? NOTHING;
      const run = meta.current === null ? undefined : await tx.objectStore('runs').get(meta.current);
      return run === undefined ? null : { run, canUndo: meta.previous !== null };
    });
  }

  async begin(run: RunRecord, replaces: string | null): Promise<void> {
    return this.#connection.write(['meta', 'runs', 'history', 'steps', 'events'], async (tx) => {
      const meta = await readMeta(tx);
      if (meta.current !== replaces) throw replaced();
      if (meta.previous !== null) deleteRun(tx, meta.previous);
      send(tx.objectStore('runs').put(run));
      send(tx.objectStore('meta').put({ current: run.id, previous: meta.current }, 'runs'));
    });
  }

  async undo(runId: string): Promise<void> {
    return this.#connection.write(['meta', 'runs', 'history', 'steps', 'events'], async (tx) => {
      const meta = await readMeta(tx);
      if (meta.current !== runId) throw replaced();
      if (meta.previous === null) throw new StoreError('failed', 'There is no earlier run to bring back.');
      deleteRun(tx, runId);
      send(tx.objectStore('meta').put({ current: meta.previous, previous: null }, 'runs'));
    });
  }

  async commit(change: RunChange): Promise<void> {
    return this.#connection.write(['meta', 'runs', 'history', 'steps', 'events'], async (tx) => {
      const id = change.run.id;
      const stored = await readRun(tx, id);
      if (stored.revision !== change.run.revision - 1) throw movedOn(stored);
      send(tx.objectStore('runs').put(change.run));
      for (const point of change.points) send(tx.objectStore('history').put({ run: id, ...point }));
      for (const event of change.events) send(tx.objectStore('events').put({ run: id, ...event }));
      const oldest = change.run.state.step - KEPT_STEPS;
      for (const step of change.steps) {
        if (step.number > oldest) send(tx.objectStore('steps').put({ run: id, ...step }));
      }
      if (oldest > 0 && change.steps.length > 0)
        send(tx.objectStore('steps').delete(IDBKeyRange.bound([id], [id, oldest])));
    });
  }

  async setPlace(runId: string, place: Place): Promise<void> {
    return this.#connection.write(['meta', 'runs'], async (tx) => {
      const stored = await readRun(tx, runId);
      send(tx.objectStore('runs').put({ ...stored, place }));
    });
  }

  async history(runId: string): Promise<HistoryPoint[]> {
    return this.#connection.guard(async () =>
      (await this.#connection.database.getAll('history', allOf(runId))).map(withoutRun),
    );
  }

  async step(runId: string, number: number): Promise<Step | null> {
    return this.#connection.guard(async () => {
      const step = await this.#connection.database.get('steps', [runId, number]);
      return step === undefined ? null : withoutRun(step);
    });
  }

  async eventsOf(runId: string, key: string): Promise<HintEvent[]> {
    return this.#connection.guard(async () => {
      // Within one index key IndexedDB sorts by the primary key, which is the sequence.
      const events = await this.#connection.database.getAllFromIndex(
        'events',
        'byHint',
        IDBKeyRange.only([runId, key]),
      );
      return events.map(withoutRun);
    });
  }

  async feedback(dataset: string): Promise<Feedback[]> {
    return this.#connection.guard(() => this.#connection.database.getAll('feedback', allOf(dataset)));
  }

  async putFeedback(feedback: Feedback): Promise<void> {
    return this.#connection.write(['feedback'], async (tx) => send(tx.objectStore('feedback').put(feedback)));
  }

  async removeFeedback({ dataset, question, sql }: FeedbackKey): Promise<void> {
    return this.#connection.write(['feedback'], async (tx) =>
      send(tx.objectStore('feedback').delete([dataset, question, sql])),
    );
  }

  close(): void {
    this.cut('The store was closed.');
  }

  /** Closes the connection; every later call rejects with `why`. */
  cut(why: string): void {
    this.#connection.cut(why);
  }
}

/** Queues a request without waiting: should it fail, the transaction fails with it and `done` tells. */
function send(request: Promise<unknown>): void {
  request.catch(() => undefined);
}

async function readMeta(tx: Writing): Promise<Meta> {
  return (await tx.objectStore('meta').get('runs')) ?? NOTHING;
}

/** The stored record of a run that must be the current one. */
async function readRun(tx: Writing, runId: string): Promise<RunRecord> {
  const meta = await readMeta(tx);
  const stored = meta.current === runId ? await tx.objectStore('runs').get(runId) : undefined;
  if (stored === undefined) throw replaced();
  return stored;
}

function deleteRun(tx: Writing, runId: string): void {
  send(tx.objectStore('runs').delete(runId));
  for (const name of ['history', 'steps', 'events'] as const) send(tx.objectStore(name).delete(allOf(runId)));
}

function withoutRun<T extends { readonly run: string }>({ run: _run, ...rest }: T): Omit<T, 'run'> {
  return rest;
}
