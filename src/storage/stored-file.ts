/** A file that a reader opened and the browser keeps, so that it is there again after a reload. */
export const FILE_KINDS = ['gguf', 'completions', 'recording'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

export interface StoredFile {
  readonly id: string;
  readonly kind: FileKind;
  /** As it was called on disk. */
  readonly name: string;
  readonly blob: Blob;
  /** Milliseconds since 1970. */
  readonly added: number;
}

/** Where such files are kept. Rejects with StoreError. */
export interface FileStore {
  /** The files of one kind, the newest first. */
  list(kind: FileKind): Promise<StoredFile[]>;
  get(id: string): Promise<StoredFile | null>;
  put(file: StoredFile): Promise<void>;
  remove(id: string): Promise<void>;
  close(): void;
}
