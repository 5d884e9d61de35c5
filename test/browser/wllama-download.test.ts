/**
 * Downloading, resuming, finding again and deleting, in the browser's own file system, from a server that runs in
 * memory.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { ModelError, type LoadProgress } from '../../src/samplers/language/model.ts';
import { download } from '../../src/samplers/wllama/download.ts';
import type { WllamaModel } from '../../src/samplers/wllama/models.ts';
import { openPartStore, type PartStore } from '../../src/samplers/wllama/part-store.ts';
import { WLLAMA_WASM_URL } from '../../src/samplers/wllama/wasm-url.ts';
import {
  makeWllamaProvider,
  type WllamaOptions,
  type WllamaProvider,
} from '../../src/samplers/wllama/wllama-provider.ts';
import { serveFile, type FileServer, type FileServerOptions } from '../support/file-server.ts';
import { makeGguf } from '../support/gguf.ts';

const FILE = makeGguf();
const NAME = 'downloaded.gguf';
const URL_OF_FILE = `https://models.example/a/${NAME}`;
const MODEL: WllamaModel = {
  id: 'wllama/downloaded',
  label: 'Downloaded',
  url: URL_OF_FILE,
  bytes: FILE.length,
  estimated: false,
  cacheBytesPerToken: 1000,
  licence: 'MIT',
  note: null,
  suggested: true,
};
const store = openPartStore(navigator.storage);

beforeEach(() => store.remove(NAME));

interface Try {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
  readonly store?: PartStore;
  readonly partBytes?: number;
  readonly now?: () => number;
}

function get(
  server: FileServer,
  {
    signal = new AbortController().signal,
    onProgress = () => undefined,
    now = () => performance.now(),
    ...rest
  }: Try = {},
): Promise<Blob> {
  return download({
    url: URL_OF_FILE,
    name: NAME,
    expectedBytes: FILE.length,
    store,
    fetch: server.fetch,
    now,
    onProgress,
    signal,
    ...rest,
  });
}

/** Tells one content from another: comparing half a million numbers one by one takes seconds. */
async function digestOf(content: Blob | Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', content instanceof Blob ? await content.arrayBuffer() : content);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16)).join(' ');
}

async function expectFile(blob: Blob | undefined, file = FILE): Promise<void> {
  expect(blob?.size).toBe(file.length);
  expect(await digestOf(blob ?? new Blob())).toBe(await digestOf(file));
}

async function faultOf(promise: Promise<unknown>): Promise<ModelError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ModelError)) throw new Error(`No ModelError, but ${String(error)}`, { cause: error });
  return error;
}

async function storedBytes(): Promise<number> {
  return (await store.read(NAME))?.bytes ?? 0;
}

/** Downloads until about half is there, and gives up. */
async function half(options: FileServerOptions = {}): Promise<FileServer> {
  const server = serveFile(FILE, options);
  const given = new AbortController();
  const started = get(server, {
    signal: given.signal,
    now: counter(),
    onProgress: ({ share }) => ((share ?? 0) > 0.5 ? given.abort() : undefined),
  });
  await expect(started).rejects.toMatchObject({ name: 'AbortError' });
  return server;
}

/** A clock that goes on by 200 ms each time it is read, so that every report gets through. */
function counter(): () => number {
  let time = 0;
  return () => (time += 200);
}

test('arrives whole, with rate and time left', async () => {
  const reports: LoadProgress[] = [];
  await expectFile(await get(serveFile(FILE), { now: counter(), onProgress: (report) => reports.push(report) }));
  expect(reports[0]).toEqual({
    phase: 'download',
    share: 0,
    bytes: 0,
    totalBytes: FILE.length,
    bytesPerSecond: null,
    secondsLeft: null,
  });
  expect(reports.at(-1)).toMatchObject({ share: 1, bytes: FILE.length, secondsLeft: 0 });
  // 64 KiB in each 200 ms.
  expect(reports[4]).toMatchObject({
    bytes: 4 * 65_536,
    bytesPerSecond: 5 * 65_536,
    secondsLeft: (FILE.length - 4 * 65_536) / (5 * 65_536),
  });
});

test('is stored part by part', async () => {
  await expectFile(await get(serveFile(FILE), { partBytes: 100_000 }));
  await expectFile((await store.read(NAME))?.blob);
});

test('a second time nothing is sent', async () => {
  await get(serveFile(FILE));
  const server = serveFile(FILE);
  await expectFile(await get(server));
  expect(server.ranges).toEqual([]);
});

test('giving up ends the connection, and the next try goes on from there', async () => {
  const first = await half();
  const kept = await storedBytes();
  expect(kept).toBeGreaterThan(FILE.length / 2);
  expect(first.sent).toBeLessThan(FILE.length);
  const second = serveFile(FILE);
  await expectFile(await get(second));
  expect(second.ranges).toEqual([`bytes=${kept}-`]);
  expect(second.sent).toBe(FILE.length - kept);
});

test('a connection that breaks is told with how much arrived, and the next try goes on from there', async () => {
  const fault = await faultOf(get(serveFile(FILE, { breakAfter: 200_000 })));
  expect(fault).toMatchObject({ fault: 'network', message: 'The connection ended after 1 MB of 1 MB.' });
  const kept = await storedBytes();
  expect(kept).toBeGreaterThanOrEqual(200_000);
  const second = serveFile(FILE);
  await expectFile(await get(second));
  expect(second.ranges).toEqual([`bytes=${kept}-`]);
});

test('a server without ranges sends everything again', async () => {
  await half();
  const second = serveFile(FILE, { acceptsRanges: false });
  await expectFile(await get(second));
  expect(second.sent).toBe(FILE.length);
});

test('another version of the file begins anew', async () => {
  await half();
  const changed = makeGguf({ seed: 2 });
  const second = serveFile(changed, { etag: '"2"' });
  await expectFile(await get(second), changed);
  expect(second.ranges.at(-1)).toBeNull();
});

test('a file that has become shorter begins anew', async () => {
  await half();
  const shorter = makeGguf({ layers: 1 });
  await expectFile(await get(serveFile(shorter)), shorter);
});

test('what was stored from another address does not count', async () => {
  await half();
  const server = serveFile(FILE);
  await download({
    url: 'https://elsewhere.example/downloaded.gguf',
    name: NAME,
    expectedBytes: FILE.length,
    store,
    fetch: server.fetch,
    now: () => 0,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
  expect(server.ranges).toEqual([null]);
});

describe('what a server may answer', () => {
  test.each([
    [404, 'not-found'],
    [403, 'refused'],
    [429, 'rate-limit'],
    [503, 'server'],
  ] as const)('%i is the fault %s', async (status, expected) => {
    const fault = await faultOf(get(serveFile(FILE, { status })));
    expect(fault.fault).toBe(expected);
    expect(fault.message).toContain('models.example');
    expect(fault.remedy).not.toBe('');
  });

  test('nothing', async () => {
    const fault = await faultOf(
      get({ fetch: () => Promise.reject(new TypeError('Failed to fetch')), ranges: [], sent: 0 }),
    );
    expect(fault).toMatchObject({ fault: 'network', message: 'models.example could not be reached.' });
  });

  test('a page instead of the file, which is not kept', async () => {
    const fault = await faultOf(get(serveFile(new TextEncoder().encode('<!doctype html><title>Log in</title>'))));
    expect(fault.fault).toBe('bad-file');
    expect(await store.read(NAME)).toBeNull();
  });
});

describe('a full disk', () => {
  test('is told before a byte is fetched, where the browser says how much is left', async () => {
    const server = serveFile(FILE);
    const fault = await faultOf(get(server, { store: { ...store, freeBytes: () => Promise.resolve(1000) } }));
    expect(fault).toMatchObject({
      fault: 'disk-full',
      message: '1 MB are still to be stored, and this browser has 1 MB left for this page.',
    });
    expect(server.ranges).toEqual([]);
  });

  test('in the middle ends the download and keeps what was stored', async () => {
    let parts = 0;
    const filling: PartStore = {
      ...store,
      freeBytes: () => Promise.resolve(null),
      append: (name, offset, bytes) =>
        ++parts > 2
          ? Promise.reject(new DOMException('full', 'QuotaExceededError'))
          : store.append(name, offset, bytes),
    };
    const fault = await faultOf(get(serveFile(FILE), { store: filling, partBytes: 65_536 }));
    expect(fault.fault).toBe('disk-full');
    expect(await storedBytes()).toBe(2 * 65_536);
  });
});

describe('the provider', () => {
  const provider = (server: FileServer, options: Partial<WllamaOptions> = {}): WllamaProvider =>
    makeWllamaProvider({
      wasmUrl: WLLAMA_WASM_URL,
      models: [MODEL],
      fetch: (input, init) =>
        typeof input === 'string' && input === URL_OF_FILE ? server.fetch(input, init) : fetch(input, init),
      ...options,
    });

  test('downloads, runs, lists, finds again and deletes', async () => {
    const server = serveFile(FILE);
    const phases: string[] = [];
    const first = provider(server);
    expect((await first.cards())[0]).toMatchObject({
      id: MODEL.id,
      kind: 'wllama',
      host: 'models.example',
      blocked: null,
      stored: null,
      downloadBytes: FILE.length,
    });
    const loading = {
      onProgress: ({ phase }: LoadProgress) => phases.push(phase),
      signal: new AbortController().signal,
    };
    const model = await first.load(MODEL.id, loading);
    expect([...new Set(phases)]).toEqual(['download', 'start', 'read']);
    const request = {
      messages: [{ role: 'user', content: 'How many?' }],
      seed: 1,
      temperature: 1,
      maxTokens: 8,
    } as const;
    const { text } = await model.generate(request);
    await model.close();

    const second = provider(server);
    expect((await second.cards())[0]?.stored).toEqual({ bytes: FILE.length });
    const again = await second.load(MODEL.id, loading);
    expect((await again.generate(request)).text).toBe(text);
    await again.close();
    expect(server.ranges).toEqual([null]);

    await second.remove(MODEL.id);
    expect((await second.cards())[0]?.stored).toBeNull();
  });

  test('says what is stored of a download that was given up, and does not delete under its feet', async () => {
    const given = new AbortController();
    let arrived: () => void = () => undefined;
    const halfway = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    let chunks = 0;
    const server = serveFile(FILE, {
      beforeChunk: () => {
        if (++chunks < 4) return Promise.resolve();
        arrived();
        return new Promise(() => undefined);
      },
    });
    const one = provider(server);
    const loading = one.load(MODEL.id, { onProgress: () => undefined, signal: given.signal });
    await halfway;
    expect((await faultOf(one.remove(MODEL.id))).message).toBe('The model is being loaded, perhaps in another tab.');
    given.abort();
    await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
    expect((await one.cards())[0]?.stored).toEqual({ bytes: 3 * 65_536 });
    await one.remove(MODEL.id);
    expect(await store.read(NAME)).toBeNull();
  });

  test('says why a model cannot run here, and does not load it', async () => {
    const cases: [Partial<WllamaOptions>, RegExp, string][] = [
      [{ machine: { missing: 'No SIMD.', memoryGiB: 8, threads: 1 } }, /No SIMD/, 'unsupported'],
      [
        { machine: { missing: null, memoryGiB: 0.125, threads: 1 } },
        /needs about 0\.2 GB of memory; this machine has 0\.125 GiB/,
        'out-of-memory',
      ],
      [{ store: null }, /no place to store files/, 'unsupported'],
    ];
    for (const [options, reason, fault] of cases) {
      const server = serveFile(FILE);
      const one = provider(server, options);
      expect((await one.cards())[0]?.blocked).toMatch(reason);
      expect(
        await faultOf(one.load(MODEL.id, { onProgress: () => undefined, signal: new AbortController().signal })),
      ).toMatchObject({ fault });
      expect(server.ranges).toEqual([]);
    }
    expect(
      (
        await faultOf(
          provider(serveFile(FILE)).load('wllama/none', {
            onProgress: () => undefined,
            signal: new AbortController().signal,
          }),
        )
      ).fault,
    ).toBe('not-found');
  });

  test('tells how fast to expect it', async () => {
    const note = async (threads: number) =>
      (await provider(serveFile(FILE), { machine: { missing: null, memoryGiB: null, threads } }).cards())[0]?.note;
    expect(await note(1)).toContain('one processor thread');
    expect(await note(4)).toContain('4 processor threads');
  });

  test('offers models by its own list: each of its own name, one of them suggested, all on Hugging Face', async () => {
    const cards = await makeWllamaProvider({ wasmUrl: WLLAMA_WASM_URL }).cards();
    expect(new Set(cards.map(({ id }) => id)).size).toBe(cards.length);
    expect(cards.filter(({ suggested }) => suggested)).toHaveLength(1);
    expect(new Set(cards.map(({ host }) => host))).toEqual(new Set(['huggingface.co']));
    expect(
      cards.every(
        ({ blocked, memoryBytes, downloadBytes }) => blocked === null && (memoryBytes ?? 0) > (downloadBytes ?? 0),
      ),
    ).toBe(true);
  });
});
