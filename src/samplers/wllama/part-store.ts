/**
 * Keeps what was downloaded of each model file, as files of this site's own file system (OPFS), part by part:
 * a part is there whole or not at all, whatever happens to the page while it is written.
 */

/** What is known of the file that is being downloaded. Plain data. */
export interface About {
  readonly url: string;
  /** null while the server has not said. */
  readonly totalBytes: number | null;
  /** Tells one version of the file from another; null when the server does not say. */
  readonly etag: string | null;
  /** The same, for hosts that do not show the one above. */
  readonly lastModified: string | null;
}

export interface Stored {
  readonly about: About;
  /** Bytes that are there, from the first on. */
  readonly bytes: number;
  /** Those bytes. They stay on disk until they are read. */
  readonly blob: Blob;
}

export interface PartStore {
  /** null when nothing is stored under the name. */
  read(name: string): Promise<Stored | null>;
  /** Begins a file, or says of one that has begun what is known now. */
  describe(name: string, about: About): Promise<void>;
  /** Keeps the first `bytes` bytes only. */
  truncate(name: string, bytes: number): Promise<void>;
  /** Adds the bytes that follow the `offset` bytes stored. Rejects with QuotaExceededError when the disk is full. */
  append(name: string, offset: number, bytes: Blob): Promise<void>;
  remove(name: string): Promise<void>;
  /** What can still be stored, in bytes; null when the browser does not say. */
  freeBytes(): Promise<number | null>;
}

const FOLDER = 'language-models';
const ABOUT = 'about.json';
const PART = /^\d{16}$/;

/** Ignores that something is not there. */
async function orNull<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return null;
    throw error;
  }
}

async function write(folder: FileSystemDirectoryHandle, name: string, content: Blob | string): Promise<void> {
  const file = await folder.getFileHandle(name, { create: true });
  const writable = await file.createWritable();
  try {
    await writable.write(content);
    await writable.close();
  } catch (error) {
    // Nothing half-written stays behind. What fails here has failed already.
    await writable.abort().catch(() => undefined);
    await folder.removeEntry(name).catch(() => undefined);
    throw error;
  }
}

function isAbout(value: unknown): value is Omit<About, 'lastModified'> & Partial<About> {
  if (
    typeof value !== 'object' ||
    value === null ||
    !('url' in value) ||
    !('totalBytes' in value) ||
    !('etag' in value)
  )
    return false;
  return (
    typeof value.url === 'string' &&
    (value.totalBytes === null || typeof value.totalBytes === 'number') &&
    (value.etag === null || typeof value.etag === 'string') &&
    // Earlier versions did not keep it.
    (!('lastModified' in value) || value.lastModified === null || typeof value.lastModified === 'string')
  );
}

async function readAbout(folder: FileSystemDirectoryHandle): Promise<About | null> {
  const handle = await orNull(folder.getFileHandle(ABOUT));
  if (handle === null) return null;
  try {
    const value: unknown = JSON.parse(await (await handle.getFile()).text());
    return isAbout(value) ? { ...value, lastModified: value.lastModified ?? null } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** All parts, by where they begin. */
async function listParts(folder: FileSystemDirectoryHandle): Promise<{ offset: number; file: File }[]> {
  const parts: { offset: number; file: File }[] = [];
  for await (const handle of folder.values()) {
    if (PART.test(handle.name) && handle.kind === 'file')
      parts.push({ offset: Number(handle.name), file: await handle.getFile() });
  }
  return parts.sort((a, b) => a.offset - b.offset);
}

/** The parts that follow each other from byte 0 on; a part after a gap is of no use. */
async function readParts(folder: FileSystemDirectoryHandle): Promise<File[]> {
  const parts = await listParts(folder);
  const files: File[] = [];
  let end = 0;
  for (const { offset, file } of parts) {
    if (offset !== end) break;
    files.push(file);
    end += file.size;
  }
  return files;
}

/** In the file system that `storage` gives access to. */
export function openPartStore(storage: StorageManager): PartStore {
  const root = async (): Promise<FileSystemDirectoryHandle> =>
    (await storage.getDirectory()).getDirectoryHandle(FOLDER, { create: true });
  const store: PartStore = {
    async read(name) {
      const folder = await orNull((await root()).getDirectoryHandle(name));
      const about = folder === null ? null : await readAbout(folder);
      if (folder === null || about === null) return null;
      const blob = new Blob(await readParts(folder));
      return { about, bytes: blob.size, blob };
    },
    async truncate(name, bytes) {
      const folder = await orNull((await root()).getDirectoryHandle(name));
      if (folder === null) return;
      // From the end on, so that there is no gap at any time.
      for (const { offset, file } of (await listParts(folder)).reverse()) {
        if (offset >= bytes) await folder.removeEntry(file.name);
        else if (offset + file.size > bytes)
          await write(folder, file.name, new Blob([await file.slice(0, bytes - offset).arrayBuffer()]));
      }
    },
    async describe(name, about) {
      await write(await (await root()).getDirectoryHandle(name, { create: true }), ABOUT, JSON.stringify(about));
    },
    async append(name, offset, bytes) {
      await write(
        await (await root()).getDirectoryHandle(name, { create: true }),
        String(offset).padStart(16, '0'),
        bytes,
      );
    },
    async remove(name) {
      await orNull((await root()).removeEntry(name, { recursive: true }));
    },
    async freeBytes() {
      const { quota, usage } = await storage.estimate();
      return quota === undefined || usage === undefined ? null : Math.max(0, quota - usage);
    },
  };
  return store;
}
