/**
 * Downloading, resuming, finding again and deleting, in the browser's own file system, from a server that runs in
 * memory.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { ModelError, type LoadProgress } from '../../src/samplers/language/model.ts';
import { SILENCE_MS, type Timer } from '../../src/samplers/downloads/connection.ts';
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
  readonly timer?: Timer;
  readonly expectedBytes?: number;
  readonly estimated?: boolean;
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
  await expectFile(await get(serveFile(shorter), { expectedBytes: shorter.length }), shorter);
});

describe('a file that is not as long as it should be', () => {
  test.each([
    ['and nothing announced', null],
    ['as announced', '300000'],
    ['though more was announced', String(FILE.length)],
  ])('ends early, %s: it is told, what came is kept, and the next try goes on', async (_, announced) => {
    const first = serveFile(FILE, { endAfter: 300_000, headers: { 'content-length': announced } });
    const fault = await faultOf(get(first));
    expect(fault.fault).toBe('network');
    expect(fault.message).toContain(`300,000 of ${FILE.length.toLocaleString('en')} bytes`);
    expect(fault.remedy).toContain('goes on from there');
    expect(await storedBytes()).toBe(300_000);
    const second = serveFile(FILE);
    await expectFile(await get(second));
    expect(second.ranges).toEqual(['bytes=300000-']);
  });

  test('was kept as whole by an earlier version: it is completed', async () => {
    await faultOf(get(serveFile(FILE, { endAfter: 300_000 })));
    const about = { url: URL_OF_FILE, totalBytes: 300_000, etag: '"1"', lastModified: null };
    await store.describe(NAME, about);
    const server = serveFile(FILE);
    await expectFile(await get(server));
    expect(server.ranges).toEqual(['bytes=300000-']);
  });

  test('goes on too long: nothing of it is kept, and the connection is closed', async () => {
    const server = serveFile(FILE);
    const fault = await faultOf(get(server, { expectedBytes: 200_000 }));
    expect(fault).toMatchObject({ fault: 'bad-file', message: /more than the 200,000 bytes/ });
    expect(await store.read(NAME)).toBeNull();
    expect(server.sent).toBeLessThan(FILE.length);
  });

  test('goes on too long when it is resumed: what was there before stays', async () => {
    await half();
    const kept = await storedBytes();
    const long = new Uint8Array(FILE.length + 1000);
    long.set(FILE);
    const range = `bytes ${kept}-${FILE.length - 1}/${FILE.length}`;
    const fault = await faultOf(get(serveFile(long, { headers: { 'content-range': range } }), { partBytes: 1000 }));
    expect(fault.fault).toBe('bad-file');
    expect(await storedBytes()).toBe(kept);
    await expectFile(await get(serveFile(FILE)));
  });

  test('is packed on the way: the length announced is that of other bytes', async () => {
    const server = serveFile(FILE, { headers: { 'content-length': '1234', 'content-encoding': 'gzip' } });
    await expectFile(await get(server));
  });

  test('of which nobody knows the length is as long as what came, and deleted when it is no whole model', async () => {
    const estimated = { estimated: true, expectedBytes: 400_000 };
    await expectFile(await get(serveFile(FILE, { headers: { 'content-length': null } }), estimated));
    await store.remove(NAME);
    const provider = makeWllamaProvider({
      wasmUrl: WLLAMA_WASM_URL,
      models: [{ ...MODEL, estimated: true }],
      fetch: serveFile(FILE, { endAfter: 300_000, headers: { 'content-length': null } }).fetch,
    });
    const fault = await faultOf(
      provider.load(MODEL.id, { onProgress: () => undefined, signal: new AbortController().signal }),
    );
    expect(fault).toMatchObject({ fault: 'bad-file', message: /cut off/, remedy: /deleted/ });
    expect(await store.read(NAME)).toBeNull();
  });
});

describe('an answer to the question for the rest', () => {
  test.each([
    ['does not say which part it is', { 'content-range': null }],
    ['is another part', { 'content-range': `bytes 0-${FILE.length - 1}/${FILE.length}` }],
    ['is of a file of another size', { 'content-range': `bytes 327680-${FILE.length}/${FILE.length + 1}` }],
    ['is of another version by its tag', { etag: '"2"' }],
    ['is of another version by its date', { etag: null, 'last-modified': 'Tue, 02 Jan 2024 00:00:00 GMT' }],
  ])('%s: it is not joined, the file is sent anew and nothing is lost', async (_, headers) => {
    await half({ headers: { 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' } });
    const kept = await storedBytes();
    const cut = serveFile(FILE, { headers, breakAfter: 100_000 });
    await faultOf(get(cut));
    expect(cut.ranges).toEqual([`bytes=${kept}-`, null]);
    expect(await storedBytes()).toBe(kept);
    await expectFile(await get(serveFile(FILE, { headers })));
  });

  test('is the whole file, cut short: nothing is lost; of another file, only what differs', async () => {
    await half();
    const kept = await storedBytes();
    await faultOf(get(serveFile(FILE, { acceptsRanges: false, endAfter: 100_000 })));
    expect(await storedBytes()).toBe(kept);
    const other = FILE.slice();
    other[250_000] = 255 - (other[250_000] ?? 0);
    await expectFile(await get(serveFile(other, { acceptsRanges: false })), other);
    await expectFile((await store.read(NAME))?.blob, other);
  });

  test('is that there is no more: what is stored is compared with the file', async () => {
    await half();
    const kept = await storedBytes();
    const server = serveFile(FILE.slice(0, kept));
    expect((await faultOf(get(server))).fault).toBe('network');
    expect(server.ranges).toEqual([`bytes=${kept}-`, null]);
    expect(await storedBytes()).toBe(kept);
  });

  const PAGE = new TextEncoder().encode('<!doctype html><title>Log in</title>');
  test.each([
    ['as such', {}, false],
    ['that calls itself a page', { 'content-type': 'text/html' }, false],
    ['as a part', { 'content-range': null }, true],
    ['in small pieces', {}, false],
  ])('is a login page, %s: it is told and costs nothing', async (form, headers, acceptsRanges) => {
    await half();
    const kept = await storedBytes();
    const page = new Uint8Array(acceptsRanges ? FILE.length : PAGE.length);
    page.set(PAGE);
    const fault = await faultOf(
      get(serveFile(page, { acceptsRanges, headers, chunkBytes: form === 'in small pieces' ? 1 : 65_536 })),
    );
    expect(fault).toMatchObject({ fault: 'bad-file', remedy: /log in/ });
    expect(await storedBytes()).toBe(kept);
    const second = serveFile(FILE);
    await expectFile(await get(second));
    expect(second.ranges).toEqual([`bytes=${kept}-`]);
  });

  test.each([403, 429, 503, 511])('is %i: it costs nothing', async (status) => {
    await half();
    const kept = await storedBytes();
    await faultOf(get(serveFile(FILE, { status })));
    expect(await storedBytes()).toBe(kept);
  });
});

test('a stored file that is none is removed', async () => {
  await store.describe(NAME, { url: URL_OF_FILE, totalBytes: FILE.length, etag: null, lastModified: null });
  await store.append(NAME, 0, new Blob(['<html>'.padEnd(FILE.length)]));
  const server = serveFile(FILE);
  await expectFile(await get(server));
  expect(server.ranges).toEqual([null]);
});

test.each([0, 131_072])('a server that falls silent after %i bytes is told, and what came is kept', async (after) => {
  // Time passes when the server has nothing to say.
  const waits: number[] = [];
  const timer: Timer = (milliseconds, then) => {
    waits.push(milliseconds);
    const handle = setTimeout(then, 300);
    return () => clearTimeout(handle);
  };
  const fault = await faultOf(get(serveFile(FILE, { stallAfter: after }), { timer }));
  expect(new Set(waits)).toEqual(new Set([SILENCE_MS]));
  expect(fault).toMatchObject({ fault: 'timeout', message: 'models.example has sent nothing for 20 seconds.' });
  expect(fault.remedy).toContain('kept');
  expect(await storedBytes()).toBe(after);
  await expectFile(await get(serveFile(FILE)));
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

  test('a second tab says that it waits for the first, can be cancelled, and then has the file', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const server = serveFile(FILE, { beforeChunk: () => gate });
    const load = (signal: AbortSignal, phases: string[]) =>
      provider(server).load(MODEL.id, { onProgress: ({ phase }) => phases.push(phase), signal });
    const never = new AbortController().signal;
    const first = load(never, []);
    await expect.poll(() => server.ranges).toHaveLength(1);
    const given = new AbortController();
    const [seen, others]: [string[], string[]] = [[], []];
    const cancelled = load(given.signal, seen);
    const second = load(never, others);
    await expect.poll(() => [seen, others]).toEqual([['wait'], ['wait']]);
    given.abort();
    await expect(cancelled).rejects.toMatchObject({ name: 'AbortError' });
    open();
    for (const loaded of [first, second]) await (await loaded).close();
    expect(server.ranges).toEqual([null]);
    expect(others).toContain('start');
  });

  test('downloads and deletes where the page has no locks', async () => {
    const one = provider(serveFile(FILE), { locks: undefined });
    await (await one.load(MODEL.id, { onProgress: () => undefined, signal: new AbortController().signal })).close();
    expect(await storedBytes()).toBe(FILE.length);
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
