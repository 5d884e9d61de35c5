/**
 * Fetches the files of a model into the package's caches, before the package is asked to load them.
 *
 * The package can do this itself, but only says so once per finished part of some 30 MB, cannot tell a missing file
 * from a broken connection (`Cache.add` answers both with a TypeError), keeps a file that was cut short, and goes on
 * downloading when it is cancelled at the wrong moment: it passes no signal for the tokenizer, and none for the weights
 * after an abort during that. Here every byte counts, every failure has its cause, and an abort stops all of it. What
 * is complete is kept, so that the next try begins where this one ended. What a file should be is known from the list
 * of the weights and from its format, not from the length that a server announces: where something on the way packs
 * files, that counts other bytes.
 */
import type { ModelRecord } from '@mlc-ai/web-llm';
import { ModelError, type LoadProgress } from '../language/model.ts';
import { connect, isWebPage, notTheFile, TRY_AGAIN, type Connection, type Timer } from '../downloads/connection.ts';
import { abortError, answerError, fileName, FREE_SPACE, networkError } from './errors.ts';
import { isWhole } from './file-checks.ts';
import { makeMeter, progressOf } from '../language/load-progress.ts';
import {
  baseUrl,
  configUrl,
  keepsProgram,
  missingShards,
  readJson,
  readShards,
  SCOPES,
  shardListUrl,
  type Scope,
  type Shard,
  type Stores,
} from './stored.ts';

export interface DownloadParts {
  readonly stores: Stores;
  readonly fetch: typeof fetch;
  /** Milliseconds, of any beginning. */
  readonly now: () => number;
  /** Resolves after so many milliseconds; rejects when aborted. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Tells when a server has been silent for too long. */
  readonly timer: Timer;
  /** `navigator.storage.estimate`; undefined where the browser does not say. */
  readonly estimate: (() => Promise<StorageEstimate>) | undefined;
}

/** Parts fetched at the same time, as in the package. */
const PARALLEL = 4;
/** Pauses before a file is tried again after a connection failed or a server was busy. */
const RETRIES = [1000, 4000];
/** Milliseconds between two reports. */
const REPORT_EVERY = 100;
/** Room left over for what the browser stores beside the files. */
const MARGIN = 1.02;

interface File {
  readonly url: string;
  readonly scope: Scope;
  /** Exact length in bytes, where it is known. */
  readonly bytes?: number;
}

/**
 * Makes sure that all files of the model are stored; returns the bytes of its weights.
 * Rejects with AbortError when aborted, else with ModelError: not-found, network, timeout, disk-full, bad-file,
 * refused, server, rate-limit.
 */
export async function downloadModel(
  record: ModelRecord,
  parts: DownloadParts,
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal,
): Promise<number> {
  // One part that fails stops the others, as an abort does.
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(abortError());
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await fetchAll(record, parts, onProgress, stop);
  } catch (error) {
    if (signal.aborted) throw abortError();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    stop.abort(abortError());
  }
}

async function fetchAll(
  record: ModelRecord,
  parts: DownloadParts,
  onProgress: (progress: LoadProgress) => void,
  stop: AbortController,
): Promise<number> {
  const base = baseUrl(record);
  const progress = makeTally(parts.now, onProgress);
  const get = (file: File): Promise<void> => fetchFile(file, parts, stop.signal, progress);

  await get({ url: configUrl(record), scope: 'config' });
  await get({ url: shardListUrl(record), scope: 'model' });
  const shards = await readList(parts.stores, shardListUrl(record), base);
  const missing = await missingShards(parts.stores, shards);
  await checkRoom(missing, parts.estimate);
  progress.expect(shards, missing);

  if (keepsProgram(record)) await get({ url: record.model_lib, scope: 'wasm' });
  await get({ url: await tokenizerUrl(parts.stores, record), scope: 'model' });

  const queue = missing[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const shard of queue) {
      try {
        await get({ ...shard, scope: 'model' });
      } catch (error) {
        // The model may have changed since its list was stored: the next try goes by the one that holds now.
        if (error instanceof ModelError && error.fault === 'bad-file') await renewList(record, parts, stop.signal);
        throw error;
      }
    }
  };
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      try {
        await worker();
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    }),
  );
  progress.report(true);
  return shards.reduce((total, { bytes }) => total + bytes, 0);
}

/** Counts what arrives. Files whose length nobody told before count when they come. */
interface Tally {
  expect(all: readonly Shard[], missing: readonly Shard[]): void;
  /** Bytes that arrived, or, negative, that arrived in vain; `listed` when they were counted on. */
  add(bytes: number, listed: boolean): void;
  report(atOnce?: boolean): void;
}

function makeTally(now: () => number, onProgress: (progress: LoadProgress) => void): Tally {
  const meter = makeMeter(now);
  let total: number | null = null;
  let unlisted = 0;
  let done = 0;
  /** Stored before, which says nothing about the rate. */
  let before = 0;
  let last = -Infinity;
  const report = (atOnce = false): void => {
    const at = now();
    if (!atOnce && at - last < REPORT_EVERY) return;
    last = at;
    const all = total === null ? null : total + unlisted;
    onProgress(
      progressOf(
        'download',
        before + done,
        all,
        all === null || all === 0 ? null : Math.min(1, (before + done) / all),
        meter.rate(done),
      ),
    );
  };
  report(true);
  return {
    expect(all, missing) {
      total = all.reduce((sum, { bytes }) => sum + bytes, 0);
      before = total - missing.reduce((sum, { bytes }) => sum + bytes, 0);
      report(true);
    },
    add(bytes, listed) {
      done += bytes;
      if (!listed) unlisted += bytes;
      report();
    },
    report,
  };
}

/** Stores one file, unless it is there. Tries again when the connection fails or the server is busy. */
async function fetchFile(file: File, parts: DownloadParts, signal: AbortSignal, tally: Tally): Promise<void> {
  const cache = await parts.stores.open(SCOPES[file.scope]);
  const stored = await cache.match(file.url);
  // Of weights only those that are missing are asked for here.
  if (stored !== undefined && file.bytes === undefined && (await isWhole(file.url, await stored.blob()))) return;
  if (stored !== undefined) await cache.delete(file.url);
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      await store(file, cache, parts, signal, tally);
      return;
    } catch (error) {
      signal.throwIfAborted();
      const pause = RETRIES[attempt];
      const passes = error instanceof ModelError && (error.fault === 'network' || error.fault === 'server');
      if (!passes || pause === undefined) throw error;
      await parts.wait(pause, signal);
    }
  }
}

async function store(
  file: File,
  cache: Cache,
  { fetch, timer }: DownloadParts,
  signal: AbortSignal,
  tally: Tally,
): Promise<void> {
  let connection: Connection;
  try {
    connection = await connect(file.url, {}, { fetch, timer, signal });
  } catch (error) {
    throw error instanceof ModelError ? error : networkError(file.url, error);
  }
  const { response } = connection;
  const listed = file.bytes !== undefined;
  let received = 0;
  const faults: ModelError[] = [];
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>): Promise<void> => {
    try {
      const bytes = await connection.next();
      received += bytes?.length ?? 0;
      tally.add(bytes?.length ?? 0, listed);
      if (listed && (bytes === null ? received !== file.bytes : received > (file.bytes ?? 0)))
        throw wrongSize(file, response, received);
      if (bytes === null) controller.close();
      else controller.enqueue(bytes);
    } catch (error) {
      // The cache tells of this only that it failed.
      if (error instanceof ModelError) faults.push(error);
      throw error;
    }
  };
  try {
    if (response.status !== 200) throw answerError(response.status, file.url);
    const headers: Record<string, string> = {
      'content-type': response.headers.get('content-type') ?? 'application/octet-stream',
    };
    const arriving = new ReadableStream<Uint8Array<ArrayBuffer>>({ pull }, { highWaterMark: 0 });
    let body: Blob | typeof arriving = arriving;
    if (!listed) {
      body = await new Response(arriving).blob();
      if (!(await isWhole(file.url, body))) throw notWhole(file.url, response, body.size);
    }
    headers['content-length'] = String(file.bytes ?? received);
    // Without the server's other headers: a Vary among them could hide the file from later look-ups.
    await cache.put(file.url, new Response(body, { headers }));
  } catch (error) {
    tally.add(-received, listed);
    signal.throwIfAborted();
    const fault = faults[0] ?? error;
    if (fault instanceof ModelError) throw fault;
    if (error instanceof DOMException && (error.name === 'QuotaExceededError' || error.name === 'UnknownError'))
      throw noRoom(null, null, error);
    throw networkError(file.url, error);
  } finally {
    connection.close();
  }
}

function wrongSize({ url, bytes = 0 }: File, response: Response, received: number): ModelError {
  if (isWebPage(response)) return notTheFile(url, fileName(url));
  return new ModelError(
    'bad-file',
    received > bytes
      ? `${fileName(url)} has more than the ${bytes} bytes it should have: it was replaced on the server.`
      : `${fileName(url)} has ${received} bytes and should have ${bytes}: it was cut short or replaced on the server.`,
    TRY_AGAIN,
  );
}

function notWhole(url: string, response: Response, received: number): ModelError {
  if (isWebPage(response)) return notTheFile(url, fileName(url));
  return new ModelError(
    'bad-file',
    `What ${new URL(url).host} sent for ${fileName(url)} (${received} bytes) is cut short, or something else.`,
    TRY_AGAIN,
  );
}

/** Stores the list of the weights anew, if there is one to be had. */
async function renewList(record: ModelRecord, parts: DownloadParts, signal: AbortSignal): Promise<void> {
  const url = shardListUrl(record);
  try {
    const cache = await parts.stores.open(SCOPES.model);
    const connection = await connect(url, {}, { ...parts, signal });
    const pieces: Uint8Array<ArrayBuffer>[] = [];
    for (let bytes = await connection.next(); bytes !== null; bytes = await connection.next()) pieces.push(bytes);
    connection.close();
    const body = new Blob(pieces, { type: 'application/json' });
    if (connection.response.status !== 200 || readShards(await readJson(new Response(body)), baseUrl(record)) === null)
      return;
    await cache.put(url, new Response(body));
  } catch {
    // What went wrong with the part is told; the list that is stored stays.
  }
}

async function readList(stores: Stores, url: string, base: string): Promise<Shard[]> {
  const cache = await stores.open(SCOPES.model);
  const list = await cache.match(url);
  const shards = list === undefined ? null : readShards(await readJson(list), base);
  if (shards !== null) return shards;
  await cache.delete(url);
  throw new ModelError(
    'bad-file',
    `${fileName(url)} does not list the parts of a model.`,
    'Choose another model, or load it again.',
  );
}

async function tokenizerUrl(stores: Stores, record: ModelRecord): Promise<string> {
  const cache = await stores.open(SCOPES.config);
  const stored = await cache.match(configUrl(record));
  const config = stored === undefined ? undefined : await readJson(stored);
  const files =
    typeof config === 'object' && config !== null && 'tokenizer_files' in config ? config.tokenizer_files : undefined;
  const name = Array.isArray(files)
    ? ['tokenizer.json', 'tokenizer.model'].find((file) => files.includes(file))
    : undefined;
  if (name !== undefined) return new URL(name, baseUrl(record)).href;
  await cache.delete(configUrl(record));
  throw new ModelError(
    'bad-file',
    `${fileName(configUrl(record))} of ${record.model_id} names no tokenizer.`,
    'Choose another model, or load it again.',
  );
}

async function checkRoom(missing: readonly Shard[], estimate: DownloadParts['estimate']): Promise<void> {
  if (estimate === undefined || missing.length === 0) return;
  const needed = missing.reduce((sum, { bytes }) => sum + bytes, 0) * MARGIN;
  const { quota, usage } = await estimate();
  if (quota === undefined || usage === undefined || quota - usage >= needed) return;
  throw noRoom(needed, quota - usage);
}

function noRoom(needed: number | null, free: number | null, cause?: unknown): ModelError {
  const figures =
    needed === null || free === null
      ? ''
      : `: ${megabytes(needed)} are needed and ${megabytes(Math.max(0, free))} are free`;
  return new ModelError('disk-full', `This browser has no room left to store the model${figures}.`, FREE_SPACE, {
    cause,
  });
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
