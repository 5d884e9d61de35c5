/** Rows of runs in IndexedDB. */
import type { IDBPTransaction, StoreNames } from 'idb';
import type { IdbConnection } from './idb-connection.ts';
import type { LabSchema } from './idb-schema.ts';
import { RUN_TABLES } from './run-rows.ts';
import type { Meta, OwnTable, Reading, RunRows, RunTables, Writing } from './run-rows.ts';

type Transaction<M extends IDBTransactionMode> = IDBPTransaction<LabSchema, StoreNames<LabSchema>[], M>;

const NOTHING: Meta = { current: null, previous: null };

export class IdbRows implements RunRows {
  readonly #connection: IdbConnection;

  constructor(connection: IdbConnection) {
    this.#connection = connection;
  }

  read<T>(work: (tx: Reading) => Promise<T>): Promise<T> {
    return this.#connection.guard(() => work(reading(this.#connection.database.transaction([...RUN_TABLES]))));
  }

  write<T>(work: (tx: Writing) => Promise<T>): Promise<T> {
    return this.#connection.write([...RUN_TABLES], (tx) =>
      work({
        ...reading(tx),
        putMeta: (meta) => send(tx.objectStore('meta').put(meta, 'runs')),
        putRun: (row) => send(tx.objectStore('runs').put(row)),
        deleteRun: (id) => send(tx.objectStore('runs').delete(id)),
        put: (table, row) => send(tx.objectStore(table).put(row)),
        delete: (table, run, number) => send(tx.objectStore(table).delete([run, number])),
        deleteAll: (table, run) => send(tx.objectStore(table).delete(IDBKeyRange.bound([run], [run, []]))),
      }),
    );
  }
}

function reading(tx: Transaction<'readonly' | 'readwrite'>): Reading {
  return {
    meta: async () => (await tx.objectStore('meta').get('runs')) ?? NOTHING,
    run: (id) => tx.objectStore('runs').get(id),
    runs: () => tx.objectStore('runs').getAll(),
    get: <T extends OwnTable>(table: T, run: string, number: number) =>
      tx.objectStore(table).get([run, number]) as Promise<RunTables[T] | undefined>,
    all: <T extends OwnTable>(table: T, run: string, from = 0) =>
      tx.objectStore(table).getAll(IDBKeyRange.bound([run, from], [run, []])) as unknown as Promise<RunTables[T][]>,
  };
}

/** Queues a request without waiting: should it fail, the transaction fails with it. */
function send(request: Promise<unknown>): void {
  request.catch(() => undefined);
}
