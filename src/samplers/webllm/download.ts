/**
 * Fetches the files of a model into the package's caches, before the package is asked to load them.
 *
 * The package can do this itself, but only says so once per finished part of some 30 MB, cannot tell a missing file
 * from a broken connection (`Cache.add` answers both with a TypeError), keeps a file that was cut short, and goes on
 * downloading when it is cancelled at the wrong moment: it passes no signal for the tokenizer, and none for the weights
 * after an abort during that. Here every byte counts, every failure has its cause, and an abort stops all of it. What
 * is complete is kept, so that the next try begins where this one ended.
 */
import type { ModelRecord } from '@mlc-ai/web-llm';
import { ModelError, type LoadProgress } from '../language/model.ts';
import { abortError, answerError, fileName, FREE_SPACE, networkError, TRY_AGAIN } from './errors.ts';
import { makeMeter, progressOf } from '../language/load-progress.ts';
import {
  baseUrl,
  configUrl,
  keepsProgram,
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
 * Rejects with AbortError when aborted, else with ModelError: not-found, network, disk-full, bad-file, refused, server,
 * rate-limit.
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
  const missing = await notStored(parts.stores, shards);
  await checkRoom(missing, parts.estimate);
  progress.expect(shards, missing);

  if (keepsProgram(record)) await get({ url: record.model_lib, scope: 'wasm' });
  await get({ url: await tokenizerUrl(parts.stores, record), scope: 'model' });

  const queue = missing[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (const shard of queue) await get({ ...shard, scope: 'model' });
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
  /** A response begins that is this long and was not counted on. */
  begin(bytes: number): void;
  /** Bytes that arrived, or, negative, that arrived in vain. */
  add(bytes: number): void;
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
    begin(bytes) {
      unlisted += bytes;
    },
    add(bytes) {
      done += bytes;
      report();
    },
    report,
  };
}

/** Stores one file, unless it is there. Tries again when the connection fails or the server is busy. */
async function fetchFile(file: File, parts: DownloadParts, signal: AbortSignal, tally: Tally): Promise<void> {
  const cache = await parts.stores.open(SCOPES[file.scope]);
  if ((await cache.match(file.url)) !== undefined) return;
  for (let attempt = 0; ; attempt++) {
    signal.throwIfAborted();
    try {
      await store(file, cache, parts.fetch, signal, tally);
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
  request: typeof fetch,
  signal: AbortSignal,
  tally: Tally,
): Promise<void> {
  let response: Response;
  try {
    response = await request(file.url, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw networkError(file.url, error);
  }
  if (!response.ok) throw answerError(response.status, file.url);
  // With an encoding (gzip) the header counts other bytes than those that arrive.
  const declared = response.headers.has('content-encoding')
    ? null
    : Number(response.headers.get('content-length') ?? Number.NaN);
  const expected = file.bytes ?? (declared !== null && Number.isSafeInteger(declared) ? declared : null);
  if (file.bytes === undefined && expected !== null) tally.begin(expected);
  let received = 0;
  const broken: ModelError[] = [];
  const counted = (response.body ?? new Blob([]).stream()).pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        received += chunk.byteLength;
        tally.add(chunk.byteLength);
        controller.enqueue(chunk);
      },
      flush() {
        if (expected === null || received === expected) return;
        const error = new ModelError(
          'bad-file',
          `${fileName(file.url)} has ${received} bytes and should have ${expected}: it was cut short or replaced on the server.`,
          TRY_AGAIN,
        );
        broken.push(error);
        throw error;
      },
    }),
    { signal },
  );
  const headers: Record<string, string> = {
    'content-type': response.headers.get('content-type') ?? 'application/octet-stream',
  };
  if (expected !== null) headers['content-length'] = String(expected);
  try {
    // Without the server's other headers: a Vary among them could hide the file from later look-ups.
    await cache.put(file.url, new Response(counted as ReadableStream<Uint8Array<ArrayBuffer>>, { headers }));
  } catch (error) {
    tally.add(-received);
    if (file.bytes === undefined && expected !== null) tally.begin(-expected);
    signal.throwIfAborted();
    if (broken[0] !== undefined) throw broken[0];
    if (error instanceof DOMException && (error.name === 'QuotaExceededError' || error.name === 'UnknownError'))
      throw noRoom(null, null, error);
    throw networkError(file.url, error);
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

async function notStored(stores: Stores, shards: readonly Shard[]): Promise<Shard[]> {
  const cache = await stores.open(SCOPES.model);
  const here = new Set((await cache.keys()).map(({ url }) => url));
  return shards.filter(({ url }) => !here.has(url));
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
