/** What test/e2e/downloads.test.ts calls in a page: a download into the browser's own file system. */
import { browserTimer } from '../../../src/samplers/downloads/connection.ts';
import { ModelError } from '../../../src/samplers/language/model.ts';
import { download } from '../../../src/samplers/wllama/download.ts';
import { openPartStore } from '../../../src/samplers/wllama/part-store.ts';

/** What came of a download: the file, or why there is none. */
export interface Got {
  readonly bytes?: number;
  /** SHA-256, in hexadecimal. */
  readonly digest?: string;
  readonly fault?: string;
  readonly message?: string;
  readonly remedy?: string;
}

export interface Wish {
  /** Share of the file after which it is given up. */
  readonly giveUpAt?: number;
  /** How many times as fast the clock goes that tells of a silent server. */
  readonly hurry?: number;
}

const NAME = 'downloaded.gguf';
const store = openPartStore(navigator.storage);

export async function get(url: string, expectedBytes: number, { giveUpAt = 2, hurry = 1 }: Wish = {}): Promise<Got> {
  const given = new AbortController();
  let time = 0;
  try {
    const file = await download({
      url,
      name: NAME,
      expectedBytes,
      store,
      fetch: (input, init) => fetch(input, init),
      // Every report gets through.
      now: () => (time += 200),
      timer: (milliseconds, then) => browserTimer(milliseconds / hurry, then),
      onProgress: ({ share }) => ((share ?? 0) > giveUpAt ? given.abort() : undefined),
      signal: given.signal,
      partBytes: 64 * 1024,
    });
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
    return {
      bytes: file.size,
      digest: Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(''),
    };
  } catch (error) {
    if (error instanceof ModelError) return { fault: error.fault, message: error.message, remedy: error.remedy };
    return { fault: (error as Error).name };
  }
}

/** Bytes that are stored. */
export const stored = async (): Promise<number> => (await store.read(NAME))?.bytes ?? 0;

export const forget = (): Promise<void> => store.remove(NAME);
