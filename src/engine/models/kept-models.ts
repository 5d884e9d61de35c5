/** Models that were opened from disk: GGUF files, of which the browser keeps a copy where the reader wants one. */
import { messageOf } from '../../grpo/message-of.ts';
import type { LanguageModel, LoadOptions, ModelCard, ModelProvider } from '../../samplers/language/model.ts';
import type { FileStore, StoredFile } from '../../storage/stored-file.ts';

export interface KeptModelsPorts {
  /** Rejects where nothing can be stored; files are then opened all the same, and gone with the page. */
  readonly openFiles: () => Promise<FileStore>;
  /** Rejects with ModelError, or AbortError. */
  readonly loadGguf: (file: Blob, name: string, options: LoadOptions) => Promise<LanguageModel>;
  /** Milliseconds since 1970. */
  readonly today: () => number;
  /** Different at every call. */
  readonly newId: () => string;
}

/** Ids of such models begin with it; runs keep them. */
const PREFIX = 'file/';

export function keptModels({ openFiles, loadGguf, today, newId }: KeptModelsPorts): ModelProvider {
  let opened: Promise<FileStore> | null = null;
  const files = (): Promise<FileStore> => {
    opened ??= openFiles().catch((error: unknown): never => {
      opened = null;
      throw error;
    });
    return opened;
  };
  const missing = (id: string): string | null =>
    id.startsWith(PREFIX) ? 'This file is not stored in this browser any more. Open it again.' : null;

  return {
    kind: 'file',
    missing,

    async cards() {
      try {
        // The database belongs to the origin: another project of the same host may have written into it.
        const found = (await (await files()).list('gguf')).filter(
          ({ id, name, blob }) => typeof id === 'string' && typeof name === 'string' && blob instanceof Blob,
        );
        return found.map(cardOf);
      } catch {
        // Where nothing can be stored, nothing is.
        return [];
      }
    },

    async load(id, options) {
      const file = await (await files()).get(id.slice(PREFIX.length));
      if (file === null) throw new Error(missing(id) ?? id);
      return loadGguf(file.blob, file.name, options);
    },

    async remove(id) {
      await (await files()).remove(id.slice(PREFIX.length));
    },

    openFile(file, keep) {
      const id = newId();
      return {
        id: `${PREFIX}${id}`,
        label: file.name,
        async load({ tell, ...options }) {
          const model = await loadGguf(file, file.name, options);
          // Kept only once it is known to load.
          if (keep) {
            try {
              await (await files()).put({ id, kind: 'gguf', name: file.name, blob: file, added: today() });
            } catch (error) {
              tell(`The model runs, but no copy could be kept in this browser: ${messageOf(error)}`);
            }
          }
          return model;
        },
      };
    },
  };
}

function cardOf({ id, name, blob }: StoredFile): ModelCard {
  return {
    id: `${PREFIX}${id}`,
    kind: 'file',
    group: { title: 'Opened from disk', instead: null },
    label: name,
    downloadBytes: 0,
    estimated: false,
    memoryBytes: null,
    licence: '',
    host: null,
    blocked: null,
    note: 'Opened from disk, and kept in this browser.',
    stored: { bytes: blob.size },
    suggested: false,
  };
}
