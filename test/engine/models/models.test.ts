import { describe, expect, it, vi } from 'vitest';
import { Models, type ModelsPorts } from '../../../src/engine/models/models.ts';
import { keptModels, type KeptModelsPorts } from '../../../src/engine/models/kept-models.ts';
import { laterProvider } from '../../../src/engine/models/later-provider.ts';
import type { ModelState } from '../../../src/engine/models/models-protocol.ts';
import { pageProvider, servePageModels } from '../../../src/engine/models/page-models.ts';
import { DEFAULT_CONFIG } from '../../../src/grpo/config.ts';
import { PolicyLayer } from '../../../src/grpo/policy.ts';
import { seededRandom } from '../../../src/grpo/random.ts';
import type { Schema } from '../../../src/grpo/types.ts';
import { makeLanguageSampler } from '../../../src/samplers/language/language-sampler.ts';
import { ModelError } from '../../../src/samplers/language/model.ts';
import type { LanguageModel, LoadProgress, ModelCard, ModelProvider } from '../../../src/samplers/language/model.ts';
import type { FileStore, StoredFile } from '../../../src/storage/stored-file.ts';
import { groupsOf, insteadOf } from '../../../src/views/sampler/cards.ts';

const CARD: ModelCard = {
  id: 'webllm/one',
  kind: 'webllm',
  group: { title: 'On the GPU', instead: 'Try the CPU.' },
  label: 'One',
  downloadBytes: 100,
  estimated: true,
  memoryBytes: 200,
  licence: 'MIT',
  host: 'example.org',
  blocked: null,
  note: null,
  stored: null,
  suggested: true,
};

function model(over: Partial<LanguageModel> = {}): LanguageModel & { closed: number } {
  const made = {
    id: 'any',
    label: 'A model',
    kind: 'webllm' as const,
    supports: { seed: true, grammar: true, logProbabilities: false },
    parallel: 1,
    contextTokens: 4096,
    closed: 0,
    generate: () =>
      Promise.resolve({ text: 'SELECT 1', finish: 'stop' as const, promptTokens: 1, tokens: 2, logProbability: null }),
    close: () => {
      made.closed++;
      return Promise.resolve();
    },
    ...over,
  };
  return made;
}

/** A provider whose load ends when the test says so. */
function provider(cards: readonly ModelCard[] = [CARD]) {
  let settle: {
    resolve: (model: LanguageModel) => void;
    reject: (error: unknown) => void;
    progress: (progress: LoadProgress) => void;
    signal: AbortSignal;
  } | null = null;
  const made: ModelProvider & { now: () => NonNullable<typeof settle>; removed: string[] } = {
    kind: 'webllm',
    removed: [],
    cards: () => Promise.resolve([...cards]),
    load: (_id, { onProgress, signal }) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject, progress: onProgress, signal };
        signal.addEventListener('abort', () => reject(new DOMException('Aborted', 'AbortError')));
      }),
    remove: (id) => {
      made.removed.push(id);
      return Promise.resolve();
    },
    now: () => {
      if (settle === null) throw new Error('Nothing is being loaded.');
      return settle;
    },
  };
  return made;
}

const ABACI: Schema = {
  tables: [
    {
      name: 'abacus',
      kind: 'table',
      columns: [{ name: 'beads', type: 'INTEGER', primaryKey: false, notNull: true }],
      foreignKeys: [],
      rowCount: 7,
    },
  ],
  profiles: [],
};

function files(): FileStore & { kept: Map<string, StoredFile>; full: boolean } {
  const kept = new Map<string, StoredFile>();
  const store = {
    kept,
    full: false,
    list: () => Promise.resolve([...kept.values()]),
    get: (id: string) => Promise.resolve(kept.get(id) ?? null),
    put: (file: StoredFile) => {
      if (store.full) return Promise.reject(new Error('The browser’s storage for this page is full.'));
      kept.set(file.id, file);
      return Promise.resolve();
    },
    remove: (id: string) => {
      kept.delete(id);
      return Promise.resolve();
    },
    close: () => undefined,
  };
  return store;
}

const kept = (store: FileStore, over: Partial<KeptModelsPorts> = {}): ModelProvider =>
  keptModels({
    openFiles: () => Promise.resolve(store),
    loadGguf: () => Promise.resolve(model({ label: 'From disk', kind: 'wllama' })),
    today: () => 7,
    newId: () => 'f1',
    ...over,
  });

async function opened(over: Partial<ModelsPorts> = {}) {
  const one = provider();
  const store = files();
  let now = 0;
  const models = new Models({
    providers: [kept(store), one],
    endpointModels: () => Promise.resolve(['a']),
    connectEndpoint: () => Promise.resolve(model({ label: 'served', kind: 'endpoint' })),
    storage: () => Promise.resolve({ used: 1, quota: 2 }),
    now: () => (now += 40),
    ...over,
  });
  const states: ModelState[] = [];
  await models.watch((state) => states.push(state));
  return { models, one, store, states };
}

const PROGRESS: LoadProgress = {
  phase: 'download',
  share: 0.5,
  bytes: 50,
  totalBytes: 100,
  bytesPerSecond: null,
  secondsLeft: null,
};
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('the one language model of the page', () => {
  it('is loaded with progress, and can then write', async () => {
    const { models, one, states } = await opened();
    const loading = models.load('webllm/one');
    await settled();
    one.now().progress(PROGRESS);
    one.now().resolve(model());
    await loading;
    expect(states.map(({ status }) => status)).toEqual(['none', 'loading', 'loading', 'ready']);
    expect(states[2]).toMatchObject({ progress: PROGRESS });
    expect(models.current?.id).toBe('webllm/one');
    expect((await models.current?.generate({ messages: [], seed: 1, temperature: 0, maxTokens: 5 }))?.text).toBe(
      'SELECT 1',
    );
  });

  it('reports progress at most ten times a second, and every new phase', async () => {
    const { models, one, states } = await opened();
    const loading = models.load('webllm/one');
    await settled();
    for (let i = 0; i < 20; i++) one.now().progress({ ...PROGRESS, share: i / 40 });
    one.now().progress({ ...PROGRESS, phase: 'compile', share: 0 });
    const told = states.filter((state) => state.status === 'loading' && state.progress !== null);
    // The clock passes 40 ms a look.
    expect(told.length).toBeLessThanOrEqual(9);
    expect(told.at(-1)).toMatchObject({ progress: { phase: 'compile' } });
    one.now().resolve(model());
    await loading;
  });

  it('a cancelled load ends, leaves no model, and a late one is closed', async () => {
    const { models, one, states } = await opened({});
    const loading = models.load('webllm/one');
    await settled();
    await models.cancel();
    await loading;
    expect(one.now().signal.aborted).toBe(true);
    expect(states.at(-1)).toEqual({ status: 'none' });
    expect(models.current).toBeNull();

    // One that resolves although it was aborted.
    const late = model();
    const stubborn: ModelProvider = {
      kind: 'webllm',
      cards: () => Promise.resolve([CARD]),
      load: async (_id, { signal }) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return late;
      },
    };
    const other = await opened({ providers: [stubborn] });
    const second = other.models.load('webllm/one');
    await settled();
    await other.models.cancel();
    await second;
    expect(late.closed).toBe(1);
    expect(other.models.current).toBeNull();
  });

  it('tells cause and way out of a failed load', async () => {
    const { models, one, states } = await opened();
    const loading = models.load('webllm/one');
    await settled();
    one.now().reject(new ModelError('disk-full', 'The disk is full.', 'Free some space.'));
    await loading;
    expect(states.at(-1)).toMatchObject({
      status: 'failed',
      id: 'webllm/one',
      fault: 'disk-full',
      message: 'The disk is full.',
      remedy: 'Free some space.',
    });
  });

  it('takes the place of the model before it, which is closed', async () => {
    const { models, one } = await opened();
    const first = model();
    const loading = models.load('webllm/one');
    await settled();
    one.now().resolve(first);
    await loading;
    await models.connectEndpoint({ baseUrl: 'http://localhost:1' }, 'm');
    expect(first.closed).toBe(1);
    expect(models.current).toMatchObject({ id: 'endpoint/m', label: 'served' });
  });

  it('says so when the device is lost while it writes, and lets go of it', async () => {
    const broken = model({
      generate: () => Promise.reject(new ModelError('device-lost', 'The GPU was lost.', 'Load it again.')),
    });
    const { models, states } = await opened({ connectEndpoint: () => Promise.resolve(broken) });
    await models.connectEndpoint({ baseUrl: 'http://localhost:1' }, 'm');
    await expect(
      models.current?.generate({ messages: [], seed: 1, temperature: 0, maxTokens: 5 }),
    ).rejects.toMatchObject({ fault: 'device-lost' });
    expect(states.at(-1)).toMatchObject({ status: 'failed', fault: 'device-lost' });
    expect(models.current).toBeNull();
  });

  it('refuses what is blocked or unknown with a reason', async () => {
    const { models } = await opened({ providers: [provider([{ ...CARD, blocked: 'This browser has no WebGPU.' }])] });
    await expect(models.load('webllm/one')).rejects.toThrow('no WebGPU');
    await expect(models.load('webllm/other')).rejects.toThrow('no model');
  });

  it('a kept file is found again and can be deleted; one that cannot be kept runs all the same', async () => {
    const { models, store } = await opened();
    const file = new File(['GGUF'], 'tiny.gguf');
    await models.openFile(file, true);
    expect(models.current).toMatchObject({ id: 'file/f1' });
    expect(await models.takeNotice()).toBeNull();
    const [card] = await models.cards();
    expect(card).toMatchObject({ id: 'file/f1', label: 'tiny.gguf', downloadBytes: 0, stored: { bytes: 4 } });
    await models.load('file/f1');
    expect(models.current).toMatchObject({ id: 'file/f1', label: 'From disk' });
    await models.remove('file/f1');
    expect(models.current).toBeNull();
    expect(store.kept.size).toBe(0);
    await expect(models.load('file/f1')).rejects.toThrow('not stored in this browser any more');

    store.full = true;
    await models.openFile(file, true);
    expect(models.current).not.toBeNull();
    expect(await models.takeNotice()).toMatch(/no copy could be kept.*full/);
    expect(await models.takeNotice()).toBeNull();
  });

  it('keeps no file that does not load', async () => {
    const store = files();
    const loadGguf = () => Promise.reject(new ModelError('bad-file', 'This is no GGUF file.', 'Choose another.'));
    const { models, states } = await opened({ providers: [kept(store, { loadGguf })] });
    await models.openFile(new File(['x'], 'x.txt'), true);
    expect(store.kept.size).toBe(0);
    expect(states.at(-1)).toMatchObject({ status: 'failed', fault: 'bad-file' });
  });
});

describe('a runtime that nobody has heard of', () => {
  it('is one file and one line: it is listed under its own heading, loaded, and writes a group', async () => {
    let fetched = 0;
    const madeUp = async () => {
      fetched++;
      return (await import('./made-up-runtime.ts')).makeAbacusProvider();
    };
    const { models } = await opened({ providers: [provider(), laterProvider('abacus', madeUp)] });
    expect(fetched).toBe(0);
    const cards = await models.cards();
    expect(groupsOf(cards).map(({ title, cards: own }) => [title, own.map(({ label }) => label)])).toEqual([
      ['On the GPU', ['One']],
      ['On an abacus', ['Seven beads']],
      ['In the sand', []],
    ]);
    expect(insteadOf(cards)).toEqual(['Without sand, take beads.']);
    await models.load('abacus/seven');
    const loaded = models.current;
    if (loaded === null) throw new Error('It was not loaded.');
    expect([loaded.kind, fetched]).toEqual(['abacus', 1]);
    const sampler = makeLanguageSampler({ model: loaded, schema: ABACI, settings: () => DEFAULT_CONFIG });
    const ask = { question: 'how many', policy: new PolicyLayer(), temperature: 1, random: seededRandom(1).next };
    expect((await sampler.generateGroup(ask, 2)).map(({ sql }) => sql)).toEqual(['SELECT 7', 'SELECT 7']);
  });
});

describe('a model that only the page can reach', () => {
  it('is loaded and writes over the bridge; stop keeps the text, abort gives up, a fault keeps its way out', async () => {
    const onText = vi.fn();
    const inPage: ModelProvider = {
      kind: 'built-in-ai',
      cards: () => Promise.resolve([{ ...CARD, id: 'built-in-ai', kind: 'built-in-ai' as const }]),
      load: (_id, { onProgress }) => {
        onProgress(PROGRESS);
        return Promise.resolve(
          model({
            kind: 'built-in-ai',
            generate: (request) =>
              new Promise((resolve, reject) => {
                request.onText?.('SEL', 1);
                request.stop?.addEventListener('abort', () =>
                  resolve({ text: 'SEL', finish: 'stopped', promptTokens: null, tokens: 1, logProbability: null }),
                );
                request.signal?.addEventListener('abort', () => reject(new DOMException('x', 'AbortError')));
                if (request.seed === 13) reject(new ModelError('context-overflow', 'Too long.', 'Shorten it.'));
              }),
          }),
        );
      },
    };
    const worker = pageProvider(servePageModels(inPage), 'built-in-ai');
    const progress: LoadProgress[] = [];
    const loaded = await worker.load('built-in-ai', {
      onProgress: (one) => progress.push(one),
      signal: new AbortController().signal,
    });
    expect(progress).toEqual([PROGRESS]);
    const ask = { messages: [], seed: 1, temperature: 1, maxTokens: 9 };
    const stop = new AbortController();
    const stopped = loaded.generate({ ...ask, onText, stop: stop.signal });
    await settled();
    stop.abort();
    expect(await stopped).toMatchObject({ text: 'SEL', finish: 'stopped' });
    expect(onText).toHaveBeenCalledWith('SEL', 1);
    const abort = new AbortController();
    const aborted = loaded.generate({ ...ask, signal: abort.signal });
    await settled();
    abort.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    await expect(loaded.generate({ ...ask, seed: 13 })).rejects.toMatchObject({
      name: 'ModelError',
      fault: 'context-overflow',
      remedy: 'Shorten it.',
    });
  });
});
