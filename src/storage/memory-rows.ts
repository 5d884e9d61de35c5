/** Rows of runs in memory. */
import type { Meta, OwnTable, Reading, RunRow, RunRows, RunTables, Writing } from './run-rows.ts';
import { OWN_TABLES } from './run-rows.ts';

type Own = { readonly [T in OwnTable]: Map<string, Map<number, RunTables[T]>> };

/** The number in a row's key. */
const NUMBER: { readonly [T in OwnTable]: (row: RunTables[T]) => number } = {
  history: ({ step }) => step,
  blocks: ({ number }) => number,
  blockSteps: ({ number }) => number,
  blockEvents: ({ number }) => number,
  snapshots: ({ sequence }) => sequence,
};

export class MemoryRows implements RunRows {
  #meta: Meta = { current: null, previous: null };
  readonly #runs = new Map<string, RunRow>();
  readonly #own = Object.fromEntries(OWN_TABLES.map((table) => [table, new Map()])) as unknown as Own;
  /** One transaction after another, as in IndexedDB. */
  #turn: Promise<unknown> = Promise.resolve();

  read<T>(work: (tx: Reading) => Promise<T>): Promise<T> {
    return this.#inTurn(() => work(this.#reading()));
  }

  write<T>(work: (tx: Writing) => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      const undo: (() => void)[] = [];
      const set = <K, V>(map: Map<K, V>, key: K, value: V | undefined): void => {
        const before = map.get(key);
        undo.push(() => (before === undefined ? map.delete(key) : map.set(key, before)));
        if (value === undefined) map.delete(key);
        else map.set(key, value);
      };
      try {
        return await work({
          ...this.#reading(),
          putMeta: (meta) => {
            const before = this.#meta;
            undo.push(() => (this.#meta = before));
            this.#meta = meta;
          },
          putRun: (row) => set(this.#runs, row.id, row),
          deleteRun: (id) => set(this.#runs, id, undefined),
          put: (table, row) => set(this.#rowsOf(table, row.run), NUMBER[table](row), row),
          delete: (table, run, number) => set(this.#rowsOf(table, run), number, undefined),
          deleteAll: (table, run) => set(this.#own[table] as Map<string, unknown>, run, undefined),
        });
      } catch (error) {
        for (const back of undo.reverse()) back();
        throw error;
      }
    });
  }

  #reading(): Reading {
    return {
      meta: () => Promise.resolve(this.#meta),
      run: (id) => Promise.resolve(this.#runs.get(id)),
      runs: () => Promise.resolve([...this.#runs.values()]),
      get: (table, run, number) => Promise.resolve(this.#rowsOf(table, run).get(number)),
      all: (table, run, from = 0) =>
        Promise.resolve(
          [...this.#rowsOf(table, run)]
            .filter(([number]) => number >= from)
            .sort(([a], [b]) => a - b)
            .map(([, row]) => row),
        ),
    };
  }

  #rowsOf<T extends OwnTable>(table: T, run: string): Map<number, RunTables[T]> {
    const runs = this.#own[table] as Map<string, Map<number, RunTables[T]>>;
    const rows = runs.get(run) ?? new Map<number, RunTables[T]>();
    runs.set(run, rows);
    return rows;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}
