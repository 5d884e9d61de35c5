/**
 * One request for a file of a model, read piece by piece. What may go wrong on the way looks the same for every file: a
 * server that falls silent, a login page in the place of the file, a cancelled download.
 */
import { anySignal } from '../any-signal.ts';
import { ModelError } from '../language/model.ts';

/** Calls `then` after so many milliseconds, unless the function it returns was called before. */
export type Timer = (milliseconds: number, then: () => void) => () => void;

export const browserTimer: Timer = (milliseconds, then) => {
  const timer = setTimeout(then, milliseconds);
  return () => clearTimeout(timer);
};

/** Milliseconds without a byte after which a server is given up. */
export const SILENCE_MS = 20_000;

export const TRY_AGAIN = 'Check the connection and load it again: what is already here is kept.';

export interface ConnectionParts {
  readonly fetch: typeof globalThis.fetch;
  readonly timer: Timer;
  readonly signal: AbortSignal;
}

/** An answer whose body is still on its way. */
export interface Connection {
  readonly response: Response;
  /** The next bytes; null at the end. Rejects as `connect` does. */
  next(): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Ends it, whether the body was read to its end or not. */
  close(): void;
}

/**
 * Asks for a file. Rejects with ModelError 'timeout' when nothing comes for SILENCE_MS, else with what fetch throws;
 * after an abort with anything, at once. Time that nobody waits for bytes (while a disk is busy) is not counted.
 */
export async function connect(
  url: string,
  headers: Readonly<Record<string, string>>,
  { fetch, timer, signal }: ConnectionParts,
): Promise<Connection> {
  const ended = new AbortController();
  const close = (): void => ended.abort(new DOMException('The connection was closed.', 'AbortError'));
  const either = anySignal([signal, ended.signal]);
  const inTime = <T>(coming: Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const stop = (): void => reject(new DOMException('The download was stopped.', 'AbortError'));
      const cancel = timer(SILENCE_MS, () => {
        reject(silent(url));
        close();
      });
      if (either.aborted) stop();
      else either.addEventListener('abort', stop, { once: true });
      coming.then(resolve, reject).finally(() => {
        cancel();
        either.removeEventListener('abort', stop);
      });
    });
  try {
    // The browser's own cache could keep a file that was cut short and answer with it again; and keep it twice.
    const response = await inTime(fetch(url, { headers, signal: either, cache: 'no-store' }));
    const reader = (response.body ?? new Blob([]).stream()).getReader();
    return {
      response,
      next: async () => (await inTime(reader.read())).value ?? null,
      close: () => {
        close();
        // For a body that does not hear of the signal.
        reader.cancel().catch(() => undefined);
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** True when an answer calls itself a page: what networks that want a login send in the place of any file. */
export function isWebPage(response: Response): boolean {
  return /^\s*(?:text\/html|application\/xhtml)/i.test(response.headers.get('content-type') ?? '');
}

/** Something else came than the file that was asked for. */
export function notTheFile(url: string, what: string): ModelError {
  return new ModelError(
    'bad-file',
    `What ${new URL(url).host} sent is not ${what}.`,
    'A login page of the network may be in between: open any page in a new tab, log in there, and load it again (what is already here is kept). Otherwise choose another model.',
  );
}

function silent(url: string): ModelError {
  return new ModelError(
    'timeout',
    `${new URL(url).host} has sent nothing for ${SILENCE_MS / 1000} seconds.`,
    TRY_AGAIN,
  );
}
