import { expect, test } from 'vitest';
import { prebuiltAppConfig, type AppConfig, type MLCEngineConfig } from '@mlc-ai/web-llm';
import type { LoadProgress } from '../../../src/samplers/language/model.ts';
import { CATALOGUE, modelId } from '../../../src/samplers/webllm/models.ts';
import { makeWebllmProvider, type WebllmOptions } from '../../../src/samplers/webllm/webllm-provider.ts';
import { turns } from '../../support/turns.ts';
import { fakeGpu, type FakeAdapter } from './fake-gpu.ts';
import { memoryStores } from './memory-stores.ts';
import { ScriptedEngine, type Script } from './scripted-engine.ts';

const ID = 'Tiny-q4f32_1-MLC';
const BASE = 'https://models.example/tiny/resolve/main/';
const LIB = 'https://programs.example/tiny.wasm';
const APP: AppConfig = {
  model_list: [
    { model: 'https://models.example/tiny', model_id: ID, model_lib: LIB, overrides: { context_window_size: 2048 } },
  ],
};
const SHARDS = Array.from({ length: 6 }, (_, index) => ({
  dataPath: `params_shard_${index}.bin`,
  nbytes: 1000 + index,
}));

/** What the server has, by address; a function answers in its own way. */
function files(): Map<string, string | (() => Response | Promise<Response>)> {
  return new Map<string, string | (() => Response | Promise<Response>)>([
    [`${BASE}mlc-chat-config.json`, JSON.stringify({ tokenizer_files: ['tokenizer.json', 'vocab.json'] })],
    [`${BASE}tensor-cache.json`, JSON.stringify({ metadata: {}, records: SHARDS })],
    [`${BASE}tokenizer.json`, '{"model":{}}'],
    [LIB, '\0asm\x01\0\0\0'],
    ...SHARDS.map(({ dataPath, nbytes }): [string, string] => [BASE + dataPath, 'x'.repeat(nbytes)]),
  ]);
}

function setUp(
  script: Partial<Script> = {},
  adapter: FakeAdapter = { features: [] },
  options: Partial<WebllmOptions> = {},
) {
  const server = files();
  const asked: string[] = [];
  const waits: number[] = [];
  const engines: ScriptedEngine[] = [];
  const gpu = fakeGpu(adapter);
  const stores = memoryStores();
  let imports = 0;
  let clock = 0;
  const provider = makeWebllmProvider({
    appConfig: APP,
    gpu,
    secure: true,
    stores,
    now: () => (clock += 50),
    estimate: undefined,
    wait: async (milliseconds) => {
      waits.push(milliseconds);
    },
    fetch: async (input, init) => {
      init?.signal?.throwIfAborted();
      const url = input instanceof Request ? input.url : String(input);
      asked.push(url);
      const file = server.get(url);
      if (typeof file === 'function') return file();
      return file === undefined
        ? new Response('no', { status: 404 })
        : new Response(file, { headers: { 'content-length': String(file.length) } });
    },
    importWebllm: async () => {
      imports++;
      return {
        prebuiltAppConfig,
        MLCEngine: class extends ScriptedEngine {
          constructor(config: MLCEngineConfig) {
            super(
              { tokens: () => ['SELECT 1', ''], reload: async () => void (await gpu.openDevice()), ...script },
              config,
            );
            engines.push(this);
          }
        },
      };
    },
    ...options,
  });
  const progress: LoadProgress[] = [];
  const load = (signal = new AbortController().signal, id = ID) =>
    provider.load(id, { onProgress: (line) => progress.push(line), signal });
  return { provider, load, server, asked, waits, engines, gpu, stores, progress, imports: () => imports };
}

const ask = { messages: [{ role: 'user', content: 'one?' }] as const, seed: 1, temperature: 0.7, maxTokens: 64 };

test('a load fetches every file once, tells the bytes, and gives a model that writes', async () => {
  const { load, asked, progress, stores, provider } = setUp();
  const model = await load();
  expect([...asked].sort()).toEqual([...files().keys()].sort());
  expect(model).toMatchObject({
    id: `webllm/${ID}`,
    kind: 'webllm',
    parallel: 1,
    contextTokens: 2048,
    supports: { seed: true, grammar: true, logProbabilities: true },
  });
  expect((await model.generate(ask)).text).toBe('SELECT 1');
  const weights = SHARDS.reduce((sum, { nbytes }) => sum + nbytes, 0);
  const last = progress.findLast(({ phase }) => phase === 'download');
  expect(last).toMatchObject({ share: 1, bytes: last?.totalBytes, secondsLeft: 0 });
  expect(last?.totalBytes).toBeGreaterThanOrEqual(weights);
  expect(stores.urls('webllm/model')).toHaveLength(SHARDS.length + 2);
  expect(await provider.cards()).toMatchObject([
    {
      id: ID,
      stored: { bytes: weights },
      downloadBytes: weights,
      estimated: false,
      note: null,
      host: 'models.example',
    },
  ]);
});

test('a second load fetches nothing', async () => {
  const { load, asked } = setUp();
  await (await load()).close();
  asked.length = 0;
  await load();
  expect(asked).toEqual([]);
});

test('cards show without the package, and nothing is asked for', async () => {
  const { provider, asked, imports } = setUp({}, { features: ['shader-f16'] }, {});
  expect(await provider.cards()).toMatchObject([
    { id: ID, kind: 'webllm', blocked: null, stored: null, licence: 'not known' },
  ]);
  expect([imports(), asked.length]).toEqual([0, 0]);
});

/** The picker as visitors see it, on a GPU like this. */
const catalogue = (adapter: FakeAdapter) =>
  makeWebllmProvider({ gpu: fakeGpu(adapter), secure: true, stores: memoryStores() }).cards();

test('the variant is chosen for the GPU, and the one to suggest for its size', async () => {
  const large = await catalogue({});
  expect(large.map(({ id }) => id)).toEqual(CATALOGUE.map((model) => modelId(model, 'f16')));
  expect(large.filter(({ suggested }) => suggested).map(({ id }) => id)).toEqual([
    'Qwen2.5-Coder-1.5B-Instruct-q4f16_1-MLC',
  ]);
  expect(large.every(({ blocked, estimated }) => blocked === null && estimated)).toBe(true);
  const without = await catalogue({ features: [] });
  expect(without.map(({ id }) => id)).toEqual(CATALOGUE.map((model) => modelId(model, 'f32')));
  expect(without[0]?.note).toMatch(/32 bits/);
  const phone = await catalogue({ limits: { maxStorageBufferBindingSize: 128 << 20 } });
  expect(phone.filter(({ suggested }) => suggested).map(({ id }) => id)).toEqual([
    'Qwen2.5-Coder-0.5B-Instruct-q4f16_1-MLC',
  ]);
  expect(phone.find(({ id }) => id.startsWith('Qwen2.5-Coder-7B'))?.blocked).toMatch(/at most 128 MB fit/);
  expect(phone.find(({ id }) => id.startsWith('Qwen2.5-Coder-1.5B'))?.blocked).toBeNull();
});

test('a program that stands in for a GPU is called one', async () => {
  const [card] = await catalogue({ info: { architecture: 'swiftshader', vendor: 'google' }, features: [] });
  expect(card?.note).toMatch(/no GPU here.*google swiftshader.*seconds a token/);
});

test('without WebGPU every card says why, none is suggested, and a load fails before anything is fetched', async () => {
  const { provider, load, asked, imports } = setUp({}, {}, { gpu: undefined });
  expect(await provider.cards()).toMatchObject([{ blocked: 'This browser has no WebGPU.', suggested: false }]);
  await expect(load()).rejects.toMatchObject({ name: 'ModelError', fault: 'no-webgpu' });
  expect([asked.length, imports()]).toEqual([0, 0]);
});

test('limits and features are checked before a byte is downloaded', async () => {
  const { load, asked } = setUp(
    {},
    { features: [] },
    {
      appConfig: {
        model_list: [
          { ...APP.model_list[0], model: 'https://models.example/tiny', model_lib: LIB, model_id: 'Tiny-q4f16_1-MLC' },
        ],
      },
    },
  );
  await expect(load(undefined, 'Tiny-q4f16_1-MLC')).rejects.toMatchObject({ fault: 'no-f16' });
  const large = setUp(
    {},
    { limits: { maxStorageBufferBindingSize: 200 << 20 } },
    {
      appConfig: { model_list: APP.model_list.map((record) => ({ ...record, buffer_size_required_bytes: 200 << 20 })) },
    },
  );
  await expect(large.load()).rejects.toMatchObject({ fault: 'gpu-limits' });
  await expect(setUp().load(undefined, 'Nothing')).rejects.toMatchObject({ fault: 'not-found' });
  expect([...asked, ...large.asked]).toEqual([]);
});

test('no room is found out before the weights are fetched, and when the browser finds out later', async () => {
  const early = setUp({}, { features: [] }, { estimate: async () => ({ quota: 10_000, usage: 8000 }) });
  await expect(early.load()).rejects.toMatchObject({
    fault: 'disk-full',
    message: /1 MB are needed and 1 MB are free/,
  });
  expect(early.asked.filter((url) => url.endsWith('.bin'))).toEqual([]);
  const late = setUp(
    {},
    { features: [] },
    {
      stores: memoryStores((url) => {
        if (url.endsWith('shard_2.bin')) throw new DOMException('full', 'QuotaExceededError');
      }),
    },
  );
  await expect(late.load()).rejects.toMatchObject({ fault: 'disk-full' });
});

test('a connection that fails is tried again twice; what was complete is not fetched again', async () => {
  const { load, server, asked, waits } = setUp();
  let failures = 0;
  server.set(`${BASE}params_shard_1.bin`, () => {
    if (failures++ < 2) throw new TypeError('Failed to fetch');
    return new Response('x'.repeat(1001));
  });
  await load();
  expect(waits).toEqual([1000, 4000]);
  expect(asked.filter((url) => url.endsWith('shard_1.bin'))).toHaveLength(3);

  const down = setUp();
  const broken = (): Response => {
    throw new TypeError('Failed to fetch');
  };
  down.server.set(`${BASE}params_shard_5.bin`, broken);
  await expect(down.load()).rejects.toMatchObject({
    fault: 'network',
    message: /^params_shard_5\.bin could not be downloaded from models\.example/,
  });
  const kept = down.stores.urls('webllm/model');
  expect(kept.length).toBeGreaterThanOrEqual(3);
  expect(await down.provider.cards()).toMatchObject([{ note: 'A part of it is stored; loading goes on from there.' }]);
  down.server.set(`${BASE}params_shard_5.bin`, 'x'.repeat(1005));
  down.asked.length = 0;
  await down.load();
  expect(down.asked.filter((url) => kept.includes(url))).toEqual([]);
});

test('a file that is not there, one that is cut short, and lists that are none', async () => {
  const missing = setUp();
  missing.server.delete(`${BASE}params_shard_3.bin`);
  await expect(missing.load()).rejects.toMatchObject({ fault: 'not-found', message: /no params_shard_3\.bin \(404\)/ });
  expect(missing.waits).toEqual([]);

  const short = setUp();
  short.server.set(`${BASE}params_shard_4.bin`, 'x'.repeat(500));
  await expect(short.load()).rejects.toMatchObject({
    fault: 'bad-file',
    message: 'params_shard_4.bin has 500 bytes and should have 1004: it was cut short or replaced on the server.',
  });
  expect(short.stores.urls('webllm/model')).not.toContain(`${BASE}params_shard_4.bin`);

  for (const [name, body] of [
    ['tensor-cache.json', '{"records":'],
    ['tensor-cache.json', '{"records":[{"dataPath":"https://elsewhere.example/a","nbytes":1}]}'],
    ['mlc-chat-config.json', '{"tokenizer_files":[]}'],
  ] as const) {
    const bad = setUp();
    bad.server.set(BASE + name, body);
    await expect(bad.load()).rejects.toMatchObject({ fault: 'bad-file' });
    // It is not kept: the next try asks again.
    expect([...bad.stores.urls('webllm/model'), ...bad.stores.urls('webllm/config')]).not.toContain(BASE + name);
  }
});

test('cancelling stops the download, keeps what is complete, and the next load goes on', async () => {
  const { load, server, asked, stores, imports } = setUp();
  const cancel = new AbortController();
  server.set(`${BASE}params_shard_5.bin`, () => {
    cancel.abort();
    return new Response(new ReadableStream({ pull: () => new Promise<void>(() => undefined) }));
  });
  const first = load(cancel.signal);
  await expect(first).rejects.toMatchObject({ name: 'AbortError' });
  const kept = stores.urls('webllm/model');
  asked.length = 0;
  server.set(`${BASE}params_shard_5.bin`, 'x'.repeat(1005));
  await load();
  expect(asked).toContain(`${BASE}params_shard_5.bin`);
  expect(asked.filter((url) => kept.includes(url))).toEqual([]);
  expect(imports()).toBe(2);
});

test.each([
  ['in an answer that is worth another try', () => new Response('', { status: 503 })],
  ['in no answer', () => Promise.reject(new TypeError('Failed to fetch'))],
])('after a cancel nothing is tried again where a request ends %s', async (_how, answer) => {
  const { load, server, asked, waits } = setUp();
  const cancel = new AbortController();
  server.set(`${BASE}params_shard_2.bin`, () => {
    cancel.abort();
    return answer();
  });
  await expect(load(cancel.signal)).rejects.toMatchObject({ name: 'AbortError' });
  const until = [...asked];
  await turns(20);
  expect(until).toContain(`${BASE}params_shard_2.bin`);
  expect(asked).toEqual(until);
  expect(waits).toEqual([]);
});

test('cancelling while the package loads ends it in its next report, and frees the GPU', async () => {
  const cancel = new AbortController();
  let told: unknown = null;
  let finish: () => void = () => undefined;
  const { load, gpu, engines } = setUp({
    reload: async (_id, engine) => {
      await gpu.openDevice();
      cancel.abort();
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      try {
        engine.progress?.({
          progress: 0.5,
          timeElapsed: 1,
          text: 'Loading model from cache[1/2]: 1MB loaded. 50% completed, 1 secs elapsed.',
        });
      } catch (error) {
        told = error;
        throw error;
      }
    },
  });
  await expect(load(cancel.signal)).rejects.toMatchObject({ name: 'AbortError' });
  expect(gpu.devices.map(({ destroyed }) => destroyed)).toEqual([true]);
  expect(engines[0]?.unloads).toBe(1);
  finish();
  await expect.poll(() => told).toMatchObject({ name: 'AbortError' });
});

test('an abort that the package takes for success is none', async () => {
  const cancel = new AbortController();
  const { load } = setUp({ reload: async () => cancel.abort() });
  await expect(load(cancel.signal)).rejects.toMatchObject({ name: 'AbortError' });
});

test('the package’s phases follow the download, each from 0', async () => {
  const { load, progress } = setUp({
    reload: async (_id, engine) => {
      for (const [text, share] of [
        ['Start to fetch params', 0],
        ['Loading model from cache[1/1]: 1MB loaded.', 1],
        ['Loading GPU shader modules[1/2]: ', 0.5],
        ['Finish loading on WebGPU - acme', 1],
      ] as const) {
        engine.progress?.({ progress: share, timeElapsed: 1, text });
      }
    },
  });
  await load();
  expect(progress.map(({ phase }) => phase).filter((phase, index, all) => phase !== all[index - 1])).toEqual([
    'start',
    'download',
    'read',
    'compile',
    'start',
  ]);
});

test('memory that runs out while it loads is told as that, and the GPU is freed', async () => {
  const { load, gpu } = setUp({
    reload: async () => {
      await gpu.openDevice();
      // What the package does when a buffer cannot be allocated; then it waits for the device for ever.
      gpu.devices[0]?.lose('destroyed', 'Device was destroyed.');
      await new Promise<void>(() => undefined);
    },
  });
  await expect(load()).rejects.toMatchObject({ fault: 'out-of-memory', remedy: /smaller model/ });
  expect(gpu.devices[0]?.destroyed).toBe(true);
});

test('a GPU that is lost later is told to whoever asks next; closing is no loss', async () => {
  const { load, gpu } = setUp();
  const model = await load();
  gpu.devices[0]?.lose('unknown', 'driver reset');
  await expect(model.generate(ask)).rejects.toMatchObject({ fault: 'device-lost', message: /driver reset/ });
  const other = await load();
  await other.close();
  await expect(other.generate(ask)).rejects.toMatchObject({ fault: 'failed', message: /was closed/ });
  expect(gpu.devices.at(-1)?.destroyed).toBe(true);
});

test('stored files that are cut short or something else are fetched anew, and only they', async () => {
  const { load, stores, server, asked } = setUp();
  for (const [url, body] of server)
    await stores.fill(
      url === LIB ? 'webllm/wasm' : url.endsWith('config.json') ? 'webllm/config' : 'webllm/model',
      url,
      String(body),
    );
  const broken: [string, string, string][] = [
    ['webllm/model', `${BASE}params_shard_1.bin`, 'cut short'],
    ['webllm/model', `${BASE}tokenizer.json`, '{"model":{'],
    ['webllm/config', `${BASE}mlc-chat-config.json`, '<!doctype html>'],
    ['webllm/wasm', LIB, '\0asm\x01\0\0\0\x0a\x05\0'],
  ];
  for (const [name, url, body] of broken) await stores.fill(name, url, body);
  await load();
  expect([...asked].sort()).toEqual(broken.map(([, url]) => url).sort());
  asked.length = 0;
  await load();
  expect(asked).toEqual([]);
});

test('a login page in the place of any file is told as one, and costs nothing of what is stored', async () => {
  for (const url of files().keys()) {
    const { load, server, stores } = setUp();
    const right = server.get(url) ?? '';
    server.set(
      url,
      () => new Response('<!doctype html><title>Log in</title>', { headers: { 'content-type': 'text/html' } }),
    );
    const before = (): string[] =>
      ['webllm/model', 'webllm/config', 'webllm/wasm'].flatMap((name) => stores.urls(name));
    await expect(load()).rejects.toMatchObject({
      fault: 'bad-file',
      message: /^What .* sent is not /,
      remedy: /log in/,
    });
    const kept = before();
    expect(kept).not.toContain(url);
    await expect(load()).rejects.toMatchObject({ fault: 'bad-file' });
    expect(before()).toEqual(expect.arrayContaining(kept));
    server.set(url, right);
    await load();
    expect(before().sort()).toEqual([...files().keys()].sort());
  }
});

test('a length that was announced for packed bytes is no measure; a part of a file and one too long are not kept', async () => {
  const packed = setUp();
  for (const [url, body] of files())
    packed.server.set(url, () => new Response(String(body), { headers: { 'content-length': '7' } }));
  await packed.load();

  const long = setUp();
  long.server.set(`${BASE}params_shard_0.bin`, 'x'.repeat(1001));
  await expect(long.load()).rejects.toMatchObject({ fault: 'bad-file', message: /more than the 1000 bytes/ });
  expect(long.stores.urls('webllm/model')).not.toContain(`${BASE}params_shard_0.bin`);

  const part = setUp();
  part.server.set(`${BASE}params_shard_0.bin`, () => new Response('x'.repeat(1000), { status: 206 }));
  await expect(part.load()).rejects.toMatchObject({ message: 'models.example answered 206 for params_shard_0.bin.' });
});

test('a model that was replaced on the server since its list was stored goes by the new list at the next try', async () => {
  const { load, server, asked } = setUp();
  server.set(`${BASE}params_shard_5.bin`, () => new Response('no', { status: 404 }));
  await expect(load()).rejects.toMatchObject({ fault: 'not-found' });
  const records = SHARDS.map((shard, index) => (index === 5 ? { ...shard, nbytes: 77 } : shard));
  server.set(`${BASE}tensor-cache.json`, JSON.stringify({ metadata: {}, records }));
  server.set(`${BASE}params_shard_5.bin`, 'y'.repeat(77));
  await expect(load()).rejects.toMatchObject({ fault: 'bad-file', message: /has 77 bytes and should have 1005/ });
  asked.length = 0;
  await load();
  expect(asked).toContain(`${BASE}params_shard_5.bin`);
});

test('a server that falls silent is told once, without trying again', async () => {
  const silences: number[] = [];
  for (const begins of [false, true]) {
    const { load, server, waits } = setUp(
      {},
      { features: [] },
      {
        timer: (milliseconds, then) => {
          silences.push(milliseconds);
          const handle = setTimeout(then, 200);
          return () => clearTimeout(handle);
        },
      },
    );
    const never = new Promise<Response>(() => undefined);
    server.set(`${BASE}params_shard_3.bin`, () =>
      begins
        ? new Response(
            new ReadableStream({
              start: (controller) => controller.enqueue(new Uint8Array(100)),
              pull: () => new Promise<void>(() => undefined),
            }),
          )
        : never,
    );
    await expect(load()).rejects.toMatchObject({
      fault: 'timeout',
      message: 'models.example has sent nothing for 20 seconds.',
      remedy: /already here is kept/,
    });
    expect(waits).toEqual([]);
  }
  expect(new Set(silences)).toEqual(new Set([20_000]));
});

test('a second tab says that it waits for the first, and then fetches nothing', async () => {
  const stores = memoryStores();
  let queue: Promise<unknown> = Promise.resolve();
  let held = false;
  // The locks of one browser, as far as they are used.
  const request = async (_name: string, how: LockOptions, work: (lock: Lock | null) => Promise<unknown>) => {
    if (how.ifAvailable === true && held) return work(null);
    held = true;
    const mine = queue.then(() => work({ name: _name, mode: 'exclusive' }));
    queue = mine.catch(() => undefined).then(() => (held = false));
    return mine;
  };
  const locks = { request } as unknown as LockManager;
  const first = setUp({}, { features: [] }, { stores, locks });
  const second = setUp({}, { features: [] }, { stores, locks });
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  first.server.set(`${BASE}params_shard_2.bin`, () => gate.then(() => new Response('x'.repeat(1002))));
  const loads = [first.load()];
  await expect.poll(() => first.asked).toContain(`${BASE}params_shard_2.bin`);
  loads.push(second.load());
  await expect.poll(() => second.progress.at(-1)?.phase).toBe('wait');
  await expect(second.provider.remove?.(ID)).rejects.toMatchObject({ fault: 'failed', remedy: 'Cancel that first.' });
  open();
  await Promise.all(loads);
  expect(second.asked).toEqual([]);
});

test('removing deletes every file of the model, and leaves what others need', async () => {
  const { load, provider, stores } = setUp(
    {},
    { features: [] },
    {
      appConfig: {
        model_list: [...APP.model_list, { model: 'https://models.example/other', model_id: 'Other', model_lib: LIB }],
      },
    },
  );
  await load();
  await stores.fill('webllm/config', 'https://models.example/other/resolve/main/mlc-chat-config.json', '{}');
  await provider.remove?.(ID);
  expect([stores.urls('webllm/model'), stores.urls('webllm/config'), stores.urls('webllm/wasm')]).toEqual([
    [],
    ['https://models.example/other/resolve/main/mlc-chat-config.json'],
    [LIB],
  ]);
  expect((await provider.cards())[0]).toMatchObject({ id: ID, stored: null });
  await provider.remove?.('Other');
  expect(stores.urls('webllm/wasm')).toEqual([]);
  await expect(provider.remove?.('Nothing')).rejects.toMatchObject({ fault: 'not-found' });
});

test('a package that cannot be loaded, and a browser that stores nothing, are told', async () => {
  await expect(
    setUp(
      {},
      { features: [] },
      { importWebllm: () => Promise.reject(new TypeError('Failed to fetch dynamically imported module')) },
    ).load(),
  ).rejects.toMatchObject({ fault: 'network' });
  const blind = setUp({}, { features: [] }, { stores: undefined });
  await expect(blind.load()).rejects.toMatchObject({ fault: 'unsupported' });
  expect(await blind.provider.cards()).toMatchObject([{ stored: null }]);
});
