import type { IDBPDatabase } from 'idb';
import { IdbConnection } from './idb-connection.ts';
import { openIdb } from './idb-open.ts';
import type { LabSchema } from './idb-schema.ts';
import type { FileKind, FileStore, StoredFile } from './stored-file.ts';

/** Opens the store of files; rejects as `openIdb` does. */
export async function openIdbFiles(name?: string): Promise<IdbFiles> {
  return openIdb((database) => new IdbFiles(database), name);
}

/** Files in IndexedDB, in the same database as the runs. A browser keeps large blobs on disk, not in memory. */
export class IdbFiles implements FileStore {
  readonly #connection: IdbConnection;

  constructor(database: IDBPDatabase<LabSchema>) {
    this.#connection = new IdbConnection(database);
  }

  async list(kind: FileKind): Promise<StoredFile[]> {
    return this.#connection.guard(async () =>
      (await this.#connection.database.getAll('files'))
        .filter((file) => file.kind === kind)
        .sort((a, b) => b.added - a.added),
    );
  }

  async get(id: string): Promise<StoredFile | null> {
    return this.#connection.guard(async () => (await this.#connection.database.get('files', id)) ?? null);
  }

  async put(file: StoredFile): Promise<void> {
    return this.#connection.write(['files'], async (tx) => void (await tx.objectStore('files').put(file)));
  }

  async remove(id: string): Promise<void> {
    return this.#connection.write(['files'], async (tx) => tx.objectStore('files').delete(id));
  }

  close(): void {
    this.cut('This page’s storage was closed.');
  }

  cut(why: string): void {
    this.#connection.cut(why);
  }
}
