/** Downloads a model file into the part store, and goes on where an earlier try ended. */
import { messageOf } from '../../grpo/message-of.ts';
import { ModelError, type LoadProgress } from '../language/model.ts';
import { startsLikeGguf } from './gguf-header.ts';
import type { About, PartStore, Stored } from './part-store.ts';
import { ProgressMeter } from './progress.ts';

const PART_BYTES = 16 << 20;

export interface DownloadOptions {
  readonly url: string;
  /** Its name in the store. */
  readonly name: string;
  /** Bytes that are expected, for the check of free space. */
  readonly expectedBytes: number;
  readonly store: PartStore;
  readonly fetch: typeof globalThis.fetch;
  /** A clock in milliseconds. */
  readonly now: () => number;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal: AbortSignal;
  /**
   * Bytes that are stored at a time: what is lost at most when the page is closed in the middle. 16 MiB unless given.
   */
  readonly partBytes?: number;
}

/** The whole file. Rejects with ModelError, or AbortError; what arrived until then is kept. */
export async function download(options: DownloadOptions): Promise<Blob> {
  const { url, name, store, signal, expectedBytes } = options;
  signal.throwIfAborted();
  const stored = await ofThisUrl(options, await store.read(name));
  if (stored?.complete === true) return stored.blob;
  await checkSpace(store, expectedBytes - (stored?.bytes ?? 0));

  const response = await request(options, stored?.bytes ?? 0);
  const continued = response.status === 206;
  if (continued && !continues(response, stored)) {
    await response.body?.cancel();
    await store.remove(name);
    return download(options); // another version of the file: from the start
  }
  if (response.status === 416 && stored !== null) {
    await response.body?.cancel();
    await store.remove(name);
    return download(options);
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw refusal(response.status, url);
  }
  if (continued && stored !== null) {
    await receive(options, response.body, stored.about, stored.bytes);
  } else {
    const about = {
      url,
      totalBytes: countOf(response.headers.get('content-length')),
      etag: response.headers.get('etag'),
    };
    await writing(store.begin(name, about));
    await receive(options, response.body, about, 0);
  }
  const whole = await store.read(name);
  if (whole?.complete !== true)
    throw new ModelError(
      'failed',
      'The file was downloaded, but is not in the storage of this browser.',
      'Try again; if it happens again, delete the model and load it anew.',
    );
  return whole.blob;
}

/** What is stored, unless it came from elsewhere. */
async function ofThisUrl({ url, name, store }: DownloadOptions, stored: Stored | null): Promise<Stored | null> {
  if (stored === null || (stored.about.url === url && stored.bytes > 0)) return stored;
  await store.remove(name);
  return null;
}

async function checkSpace(store: PartStore, needed: number): Promise<void> {
  const free = await store.freeBytes();
  if (free !== null && needed > free)
    throw diskFull(
      `${megabytes(needed)} are still to be stored, and this browser has ${megabytes(free)} left for this page.`,
    );
}

async function request({ url, fetch, signal }: DownloadOptions, from: number): Promise<Response> {
  try {
    // A plain range needs no permission from another host; the file's version is compared with the answer instead of by
    // If-Range, which would.
    return await fetch(url, { signal, ...(from > 0 ? { headers: { Range: `bytes=${from}-` } } : {}) });
  } catch (error) {
    throw signal.aborted ? aborted() : unreachable(url, error);
  }
}

/**
 * Whether the rest that a server sends is the rest of what is stored. Headers that a host does not show are not held
 * against it.
 */
function continues(response: Response, stored: Stored | null): boolean {
  if (stored === null) return false;
  const etag = response.headers.get('etag');
  if (etag !== null && stored.about.etag !== null && etag !== stored.about.etag) return false;
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  if (range !== null && Number(range[1]) !== stored.bytes) return false;
  const rest = countOf(response.headers.get('content-length'));
  const total = countOf(range?.[2] ?? null) ?? (rest === null ? null : stored.bytes + rest);
  return total === null || stored.about.totalBytes === null || total === stored.about.totalBytes;
}

function countOf(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

/** Stores the body behind the `offset` bytes that are there. What arrived is stored also when it ends badly. */
async function receive(
  { name, store, signal, onProgress, now, url, partBytes = PART_BYTES }: DownloadOptions,
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  about: About,
  offset: number,
): Promise<void> {
  const meter = new ProgressMeter('download', onProgress, now);
  const reader = body.getReader();
  const cancel = (): void => void reader.cancel(aborted()).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  let pending: Uint8Array<ArrayBuffer>[] = [];
  let written = offset;
  let received = offset;
  const flush = async (): Promise<void> => {
    if (received === written) return;
    const part = new Blob(pending);
    pending = [];
    await writing(store.append(name, written, part));
    written = received;
  };
  try {
    meter.report(received, about.totalBytes);
    for (;;) {
      const { done, value } = await reader.read();
      if (done || signal.aborted) break;
      if (received === 0 && value.length >= 4 && !startsLikeGguf(value)) throw notAModel(url);
      pending.push(value);
      received += value.length;
      meter.report(received, about.totalBytes);
      if (received - written >= partBytes) await flush();
    }
    await flush();
  } catch (error) {
    cancel();
    if (error instanceof ModelError) {
      if (error.fault === 'bad-file') await store.remove(name);
      throw error;
    }
    await flush();
    if (!signal.aborted) throw interrupted(received, about.totalBytes, error);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
  if (signal.aborted) throw aborted();
  if (about.totalBytes === null) await writing(store.describe(name, { ...about, totalBytes: received }));
  else if (received < about.totalBytes) throw interrupted(received, about.totalBytes);
  else if (received > about.totalBytes) {
    await store.remove(name);
    throw new ModelError(
      'bad-file',
      'The server sent more than it had announced.',
      'Try again, or choose another model.',
    );
  }
}

/** A step of storing; its errors become the reader's. */
async function writing(step: Promise<void>): Promise<void> {
  try {
    await step;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'QuotaExceededError')
      throw diskFull('The storage that this browser gives to this page is full.', error);
    throw new ModelError(
      'failed',
      `The file could not be stored in this browser (${messageOf(error)}).`,
      'Try again; a private window may not be allowed to store files of this size.',
      { cause: error },
    );
  }
}

function aborted(): DOMException {
  return new DOMException('The download was cancelled.', 'AbortError');
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

function diskFull(message: string, cause?: unknown): ModelError {
  return new ModelError(
    'disk-full',
    message,
    'Delete a stored model or free space on the disk, then load again: what was downloaded is kept.',
    { cause },
  );
}

function unreachable(url: string, cause: unknown): ModelError {
  return new ModelError(
    'network',
    `${new URL(url).host} could not be reached.`,
    'Check the connection and load again: what was downloaded is kept.',
    { cause },
  );
}

function interrupted(received: number, total: number | null, cause?: unknown): ModelError {
  const of = total === null ? '' : ` of ${megabytes(total)}`;
  return new ModelError(
    'network',
    `The connection ended after ${megabytes(received)}${of}.`,
    'Load again: it goes on from there.',
    { cause },
  );
}

function notAModel(url: string): ModelError {
  return new ModelError(
    'bad-file',
    `What ${new URL(url).host} sent is not a GGUF file.`,
    'A login page of the network may be in between; otherwise choose another model.',
  );
}

function refusal(status: number, url: string): ModelError {
  const { host } = new URL(url);
  if (status === 404 || status === 410)
    return new ModelError(
      'not-found',
      `${host} does not have this file any more.`,
      'Choose another model, or open a GGUF file from disk.',
    );
  if (status === 401 || status === 403)
    return new ModelError(
      'refused',
      `${host} does not give out this file (HTTP ${status}).`,
      'Choose another model, or download the file there yourself and open it from disk.',
    );
  if (status === 429)
    return new ModelError(
      'rate-limit',
      `${host} is asked too often (HTTP 429).`,
      'Wait a few minutes and load again: what was downloaded is kept.',
    );
  return new ModelError(
    'server',
    `${host} answered with an error (HTTP ${status}).`,
    'Load again in a while: what was downloaded is kept.',
  );
}
