import type { IDBPDatabase } from 'idb';
import type { SchemaNotes } from '../grpo/schema-notes.ts';
import type { Question } from '../grpo/types.ts';
import { StoreError } from './errors.ts';
import { IdbConnection } from './idb-connection.ts';
import { openIdb } from './idb-open.ts';
import type { LabSchema } from './idb-schema.ts';
import type { OwnDataset, OwnDatasetStore } from './own-dataset.ts';

/** Opens the store of own datasets; rejects as `openIdb` does. */
export async function openIdbDatasets(name?: string): Promise<IdbDatasets> {
  return openIdb((database) => new IdbDatasets(database), name);
}

/** Own datasets in IndexedDB, in the same database as the runs; the bytes of a database apart from what is listed. */
export class IdbDatasets implements OwnDatasetStore {
  readonly #connection: IdbConnection;

  constructor(database: IDBPDatabase<LabSchema>) {
    this.#connection = new IdbConnection(database);
  }

  async list(): Promise<OwnDataset[]> {
    return this.#connection.guard(async () =>
      (await this.#connection.database.getAll('datasets'))
        .filter(({ removed }) => removed !== true)
        .sort((a, b) => b.created - a.created),
    );
  }

  async get(id: string): Promise<OwnDataset | null> {
    const found = await this.#connection.guard(() => this.#connection.database.get('datasets', id));
    return found === undefined || found.removed === true ? null : found;
  }

  async database(id: string): Promise<Uint8Array | null> {
    const found = await this.#connection.guard(() => this.#connection.database.get('databases', id));
    return found === undefined ? null : new Uint8Array(await found.file.arrayBuffer());
  }

  async add(dataset: OwnDataset, database: Uint8Array): Promise<void> {
    return this.#connection.write(['datasets', 'databases'], async (tx) => {
      await tx.objectStore('datasets').put(dataset);
      await tx.objectStore('databases').put({ id: dataset.id, file: new Blob([database as Uint8Array<ArrayBuffer>]) });
    });
  }

  async rename(id: string, title: string): Promise<void> {
    await this.#change(id, (dataset) => ({ ...dataset, title }));
  }

  async setQuestions(
    id: string,
    questions: readonly Question[],
    revision: number,
    trained: readonly string[],
  ): Promise<OwnDataset> {
    return this.#revise(
      id,
      ({ trained: _before, ...rest }) => ({ ...rest, questions, ...(trained.length === 0 ? {} : { trained }) }),
      revision,
    );
  }

  async setSchemaNotes(id: string, schemaNotes: SchemaNotes, revision: number): Promise<OwnDataset> {
    return this.#revise(id, (dataset) => ({ ...dataset, schemaNotes }), revision);
  }

  async remove(id: string): Promise<void> {
    await this.#change(id, (dataset) => ({ ...dataset, removed: true }));
  }

  async putBack(id: string): Promise<void> {
    await this.#change(id, ({ removed: _removed, ...dataset }) => dataset);
  }

  async discard(id: string): Promise<void> {
    return this.#connection.write(['datasets', 'databases'], async (tx) => {
      await tx.objectStore('datasets').delete(id);
      await tx.objectStore('databases').delete(id);
    });
  }

  async purge(): Promise<void> {
    return this.#connection.write(['datasets', 'databases'], async (tx) => {
      for (const { id, removed } of await tx.objectStore('datasets').getAll()) {
        if (removed !== true) continue;
        await tx.objectStore('datasets').delete(id);
        await tx.objectStore('databases').delete(id);
      }
    });
  }

  close(): void {
    this.cut('This page’s storage was closed.');
  }

  cut(why: string): void {
    this.#connection.cut(why);
  }

  #revise(id: string, change: (dataset: OwnDataset) => OwnDataset, revision: number): Promise<OwnDataset> {
    return this.#change(id, (dataset) => {
      if (dataset.revision !== revision)
        throw new StoreError(
          'conflict',
          'Another tab changed the questions of this database, or its keys and descriptions. Reload this page to continue with them.',
        );
      return { ...change(dataset), revision: revision + 1 };
    });
  }

  async #change(id: string, change: (dataset: OwnDataset) => OwnDataset): Promise<OwnDataset> {
    return this.#connection.write(['datasets'], async (tx) => {
      const found = await tx.objectStore('datasets').get(id);
      if (found === undefined)
        throw new StoreError(
          'conflict',
          'This database is not there any more: it was deleted, perhaps in another tab.',
        );
      const changed = change(found);
      await tx.objectStore('datasets').put(changed);
      return changed;
    });
  }
}
