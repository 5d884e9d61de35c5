/** The engine's worker: puts the engine together and hands it to the page. */
import { expose, proxy } from 'comlink';
import { spawnWebDatabase } from '../database/web.ts';
import { WatchedDatabase } from '../database/watched-database.ts';
import { makeAnalyser } from '../linking/analyse.ts';
import { makeRewardModel } from '../rewards/total.ts';
import { makeSketchSampler } from '../samplers/sketch/sketch-sampler.ts';
import { openIdbStore } from '../storage/idb-store.ts';
import { Engine } from './engine.ts';
import { openDataset } from './open-dataset.ts';
import type { EngineApi } from './protocol.ts';
import { fetchStarter } from './starter.ts';

export interface StartOptions {
  /** URL of the page: its datasets are found relative to it. */
  readonly baseUrl: string;
  /** Name of the IndexedDB database; the page's own when left out. */
  readonly storeName?: string;
}

/** What the worker exposes. */
export interface EngineWorker {
  start(options: StartOptions): EngineApi;
}

/** Resolves after the messages that are waiting: a port's own message stands behind them, and no timer clamps it. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

const worker: EngineWorker = {
  start: ({ baseUrl, storeName }) => proxy(new Engine({
    openStore: () => openIdbStore(storeName),
    openDataset: () => openDataset({
      name: 'shop', title: 'Demo shop', baseUrl,
      openDatabase: (bytes) => WatchedDatabase.open(bytes, spawnWebDatabase),
      fetch: (...request) => fetch(...request),
    }),
    makeSampler: (schema) => makeSketchSampler({ schema }),
    makeRewards: ({ database }, feedback) => {
      const { schema } = database;
      const analyse = makeAnalyser(schema);
      return (weights) => makeRewardModel({ schema, database, weights, analyse, feedback });
    },
    loadStarter: () => fetchStarter(baseUrl, (...request) => fetch(...request)),
    now: () => performance.now(),
    today: () => Date.now(),
    newRunId: () => crypto.randomUUID(),
    breathe,
  })),
};

expose(worker);
