/**
 * Downloads a model file into the part store, and goes on where an earlier try ended.
 *
 * The measure of the file is its size in the list of models, in bytes as they arrive here: a server's Content-Length
 * counts other bytes where something on the way packs them, and does not say so to a page of another host. What is
 * stored is only ever given up for bytes of the same file that differ from it, never for an answer that is none.
 */
import { browserTimer, connect, isWebPage, notTheFile, type Connection, type Timer } from '../downloads/connection.ts';
import { ModelError, type LoadProgress } from '../language/model.ts';
import { ArrivingFile } from './arriving-file.ts';
import {
  aborted,
  diskFull,
  interrupted,
  megabytes,
  refusal,
  tooLong,
  tooShort,
  unreachable,
} from './download-faults.ts';
import { startsLikeGguf } from './gguf-header.ts';
import type { PartStore, Stored } from './part-store.ts';
import { ProgressMeter } from './progress.ts';

const PART_BYTES = 16 << 20;
/** Bytes by which a GGUF file is told. */
const MAGIC_BYTES = 4;

export interface DownloadOptions {
  readonly url: string;
  /** Its name in the store. */
  readonly name: string;
  /** Its size in bytes: nothing else is kept as whole. */
  readonly expectedBytes: number;
  /** True when that size is only good for the check of free space; then the server's word counts. */
  readonly estimated?: boolean;
  readonly store: PartStore;
  readonly fetch: typeof globalThis.fetch;
  /** A clock in milliseconds. */
  readonly now: () => number;
  /** Tells when a server has been silent for too long; the browser's own unless given. */
  readonly timer?: Timer;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal: AbortSignal;
  /**
   * Bytes that are stored at a time: what is lost at most when the page is closed in the middle. 16 MiB unless given.
   */
  readonly partBytes?: number;
}

/**
 * The whole file. Rejects with ModelError (network, timeout, server, not-found, refused, rate-limit, bad-file,
 * disk-full, failed), or AbortError; what arrived of the file until then is kept.
 */
export async function download(options: DownloadOptions): Promise<Blob> {
  const { name, store, signal, expectedBytes } = options;
  signal.throwIfAborted();
  const known = options.estimated === true ? null : expectedBytes;
  const stored = await usable(options, known, await store.read(name));
  const total = known ?? stored?.about.totalBytes ?? null;
  if (stored !== null && stored.bytes === total && (stored.about.totalBytes ?? total) === total) return stored.blob;
  await checkSpace(store, expectedBytes - (stored?.bytes ?? 0));
  const { connection, from } = await open(options, stored, known);
  let size: number;
  try {
    size = await receive(options, connection, stored, from, known);
  } finally {
    connection.close();
  }
  const whole = await store.read(name);
  if (whole?.bytes !== size)
    throw new ModelError(
      'failed',
      'The file was downloaded, but is not in the storage of this browser.',
      'Try again; if it happens again, delete the model and load it anew.',
    );
  return whole.blob;
}

/** What is stored of the file; what cannot be of it is removed. */
async function usable(
  { url, name, store }: DownloadOptions,
  known: number | null,
  stored: Stored | null,
): Promise<Stored | null> {
  if (stored === null) return null;
  const head = new Uint8Array(await stored.blob.slice(0, MAGIC_BYTES).arrayBuffer());
  if (stored.about.url === url && startsLikeGguf(head) && (known === null || stored.bytes <= known)) return stored;
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

/** An answer with bytes of the file, and where they begin: behind what is stored if the server can do that, or at 0. */
async function open(
  options: DownloadOptions,
  stored: Stored | null,
  known: number | null,
): Promise<{ readonly connection: Connection; readonly from: number }> {
  if (stored !== null) {
    const connection = await request(options, stored.bytes).catch((error: unknown) => packed(options, known, error));
    const { status } = connection.response;
    if (status === 206 && continues(connection.response, stored, known))
      return { connection, from: checked(connection, options.url, stored.bytes) };
    if (status !== 206 && status !== 416) return { connection, from: checked(connection, options.url, 0) };
    connection.close(); // Another part than was asked for, of another version, or none: from the start.
  }
  const connection = await request(options, 0);
  return { connection, from: checked(connection, options.url, 0) };
}

/**
 * What comes instead of the rest from a proxy that packs all it passes on. A browser asks for a part unpacked and
 * refuses any other answer without a reason, so that no part can be had there; the whole can, and its length tells that
 * it is packed. Rejects with what went wrong before where it is not that.
 */
async function packed(options: DownloadOptions, known: number | null, before: unknown): Promise<Connection> {
  if (known === null || !(before instanceof ModelError && before.fault === 'network')) throw before;
  const connection = await request(options, 0);
  const { status, headers } = connection.response;
  if (status !== 200 || countOf(headers.get('content-length')) !== known) return connection;
  connection.close();
  throw before;
}

/** `from`, when the answer may be the file. */
function checked(connection: Connection, url: string, from: number): number {
  const { response } = connection;
  const fault =
    response.status !== (from > 0 ? 206 : 200)
      ? refusal(response.status, url)
      : isWebPage(response)
        ? notTheFile(url, 'a GGUF file')
        : null;
  if (fault === null) return from;
  connection.close();
  throw fault;
}

async function request(
  { url, fetch, signal, timer = browserTimer }: DownloadOptions,
  from: number,
): Promise<Connection> {
  try {
    // A plain range needs no permission from another host; the file's version is compared with the answer instead of by
    // If-Range, which would.
    return await connect(url, from > 0 ? { Range: `bytes=${from}-` } : {}, { fetch, signal, timer });
  } catch (error) {
    if (signal.aborted) throw aborted();
    throw error instanceof ModelError ? error : unreachable(url, error);
  }
}

/**
 * Whether the part that a server sends is the rest of what is stored. It has to say so; a version that it does not show
 * is not held against it.
 */
function continues({ headers }: Response, { about, bytes }: Stored, known: number | null): boolean {
  const range = rangeOf(headers);
  if (range === null || Number(range.first) !== bytes) return false;
  const total = known ?? about.totalBytes;
  // An earlier version of this took what it got for whole: then the size says nothing about the file.
  const before = about.totalBytes === bytes ? null : about.totalBytes;
  if (total !== null && before !== null && total !== before) return false;
  if (total !== null && ((countOf(range.total) ?? total) !== total || Number(range.last) >= total)) return false;
  const etag = headers.get('etag');
  if (etag !== null && about.etag !== null) return etag === about.etag;
  const modified = headers.get('last-modified');
  return modified === null || about.lastModified === null || modified === about.lastModified;
}

interface Range {
  readonly first: string;
  readonly last: string;
  /** `*` for not known. */
  readonly total: string;
}

function rangeOf(headers: Headers): Range | null {
  const [, first, last, total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
  return first === undefined || last === undefined || total === undefined ? null : { first, last, total };
}

function countOf(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null;
}

/**
 * Stores what comes, from byte `from` on; returns the size of the whole file in bytes. What arrived is stored also when
 * it ends badly.
 */
async function receive(
  { name, store, signal, onProgress, now, url, partBytes = PART_BYTES }: DownloadOptions,
  connection: Connection,
  stored: Stored | null,
  from: number,
  known: number | null,
): Promise<number> {
  const { headers } = connection.response;
  const total = known ?? (from > 0 ? countOf(rangeOf(headers)?.total ?? null) : null);
  // Only good for showing it.
  const shown = total ?? countOf(headers.get('content-length'));
  const about = { url, totalBytes: known, etag: headers.get('etag'), lastModified: headers.get('last-modified') };
  const file = new ArrivingFile({ store, name, about, stored, from, partBytes });
  const meter = new ProgressMeter('download', onProgress, now);
  meter.report(from, shown);
  try {
    let bytes = from > 0 ? await connection.next() : await firstBytes(connection, url);
    for (; bytes !== null && !signal.aborted; bytes = await connection.next()) {
      if (total !== null && file.received + bytes.length > total) {
        await file.discard();
        throw tooLong(url, total);
      }
      await file.take(bytes);
      meter.report(file.received, shown);
    }
  } catch (error) {
    if (error instanceof ModelError && error.fault !== 'timeout') throw error;
    await file.flush();
    if (signal.aborted) throw aborted();
    throw error instanceof ModelError ? error : interrupted(file.received, shown, error);
  }
  await file.flush();
  if (signal.aborted) throw aborted();
  if (total !== null && file.received < total) throw tooShort(url, file.received, total);
  await file.end();
  return file.received;
}

/** The first bytes of an answer, as many as it takes to tell a GGUF file. Throws ModelError when it is none. */
async function firstBytes(connection: Connection, url: string): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = new Uint8Array();
  while (bytes.length < MAGIC_BYTES) {
    const more = await connection.next();
    if (more === null) break;
    bytes = bytes.length === 0 ? more : new Uint8Array(await new Blob([bytes, more]).arrayBuffer());
  }
  if (!startsLikeGguf(bytes)) throw notTheFile(url, 'a GGUF file');
  return bytes;
}
