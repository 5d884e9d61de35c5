/** Files that live as long as a test. */
import type { FileStore, StoredFile } from '../../src/storage/stored-file.ts';

export interface MemoryFiles extends FileStore {
  readonly kept: Map<string, StoredFile>;
}

export function memoryFiles(): MemoryFiles {
  const kept = new Map<string, StoredFile>();
  return {
    kept,
    list: (kind) => Promise.resolve([...kept.values()].filter((file) => file.kind === kind)),
    get: (id) => Promise.resolve(kept.get(id) ?? null),
    put: (file) => Promise.resolve(void kept.set(file.id, file)),
    remove: (id) => Promise.resolve(void kept.delete(id)),
    close: () => undefined,
  };
}
