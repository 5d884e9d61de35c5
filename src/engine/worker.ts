/** The engine's worker: puts the engine together and hands it to the page. */
import { expose, proxy } from 'comlink';
import { spawnAhead } from '../database/web.ts';
import { WatchedDatabase } from '../database/watched-database.ts';
import { RequestGate } from '../network/request-gate.ts';
import { isOwn } from '../grpo/own-data.ts';
import type { Database } from '../grpo/types.ts';
import { makeAnalyser } from '../linking/analyse.ts';
import { makeSketchSampler } from '../samplers/sketch/sketch-sampler.ts';
import { openIdbFiles, type IdbFiles } from '../storage/idb-files.ts';
import { openIdbStore } from '../storage/idb-store.ts';
import type { OwnDatasetStore } from '../storage/own-dataset.ts';
import { Engine } from './engine.ts';
import { openDataset } from './data/open-dataset.ts';
import { fetched } from './fetched.ts';
import { lateRewards } from './late-rewards.ts';
import { LiveRelay } from './models/live-relay.ts';
import { Models } from './models/models.ts';
import type { ModelsApi } from './models/models-protocol.ts';
import { serverRuntime, workerRuntimes } from './models/runtimes.ts';
import { newId } from './new-id.ts';
import { sending, type Sending } from './policy-wire.ts';
import type { EngineApi } from './protocol.ts';
import { fetchStarter } from './data/starter.ts';
import { languageSamplers } from './sources/language-samplers.ts';

export interface StartOptions {
  /** URL of the page: its datasets are found relative to it. */
  readonly baseUrl: string;
  /** Name of the IndexedDB database; the page's own when left out. */
  readonly storeName?: string;
}

const spawnDatabase = spawnAhead();

/** What the worker exposes. */
export interface EngineWorker {
  start(options: StartOptions): Sending<EngineApi>;
  /** The page's language model; after `start`. */
  models(): ModelsApi;
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

const gate = new RequestGate(self);

let models: Models | null = null;

const worker: EngineWorker = {
  start: ({ baseUrl, storeName }) => {
    const fetchHere: typeof fetch = (...request) => fetch(...request);
    const openDatabase = (bytes: Uint8Array): Promise<Database> => WatchedDatabase.open(bytes, spawnDatabase);
    const ownDatasets = () => fetched(import('./data/own-datasets.ts'));
    const openOwn = async (): Promise<OwnDatasetStore> =>
      (await fetched(import('../storage/idb-datasets.ts'))).openIdbDatasets(storeName);
    const openFiles = (): Promise<IdbFiles> => openIdbFiles(storeName);
    const permit = (hosts: readonly string[]): void => gate.permit(hosts);
    const now = (): number => performance.now();
    const today = (): number => Date.now();
    const live = new LiveRelay(now);
    const server = serverRuntime(fetchHere, self.location.origin, permit);
    const made = new Models({
      providers: workerRuntimes({ openFiles, today, newId, permit }),
      endpointModels: (settings) => server.models(settings),
      connectEndpoint: (settings, model, tell) => server.connect(settings, model, tell),
      storage: storageView,
      now,
    });
    models = made;
    return proxy(
      sending<EngineApi>(
        new Engine({
          openStore: () => openIdbStore(storeName),
          openDataset: async (name) => {
            if (name !== undefined && isOwn(name))
              return (await ownDatasets()).openOwnDataset(name, { openStore: openOwn, openDatabase });
            return openDataset({
              name,
              baseUrl,
              openDatabase,
              fetch: fetchHere,
            });
          },
          keepQuestions: async (dataset, questions) => (await ownDatasets()).keepQuestions(dataset, questions, openOwn),
          keepSchemaNotes: async (dataset, notes) => (await ownDatasets()).keepSchemaNotes(dataset, notes, openOwn),
          keepDataset: async (brought) => (await ownDatasets()).keepDataset(brought, openOwn, newId),
          makeSampler: (schema) => makeSketchSampler({ schema }),
          makeRewards: ({ database }, feedback) => {
            const { schema } = database;
            const analyse = makeAnalyser(schema);
            return lateRewards(async () => {
              const { makeRewardModel } = await import('../rewards/total.ts');
              return (weights) => makeRewardModel({ schema, database, weights, analyse, feedback });
            });
          },
          loadStarter: () => fetchStarter(baseUrl, fetchHere),
          model: () => made.current,
          live,
          languageSampler: languageSamplers(live),
          openFiles,
          storage: storageView,
          now,
          today,
          newRunId: newId,
          breathe,
        }),
      ),
    );
  },
  models: () => {
    if (models === null) throw new Error('The engine has not started.');
    return proxy(models);
  },
};

/** What the browser says that this site uses and may use. */
async function storageView(): Promise<{ used: number; quota: number } | null> {
  try {
    const { usage, quota } = await navigator.storage.estimate();
    return usage === undefined || quota === undefined ? null : { used: usage, quota };
  } catch {
    return null;
  }
}

expose(worker);
