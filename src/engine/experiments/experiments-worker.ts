/**
 * The worker of the experiments: the same parts as the engine's, in a thread of their own, so that the Playground stays
 * free.
 */
import { newId } from '../new-id.ts';
import { expose, proxy } from 'comlink';
import { spawnWebDatabase } from '../../database/web.ts';
import { WatchedDatabase } from '../../database/watched-database.ts';
import { isOwn } from '../../grpo/own-data.ts';
import { makeAnalyser } from '../../linking/analyse.ts';
import { makeRewardModel } from '../../rewards/total.ts';
import { makeSketchSampler } from '../../samplers/sketch/sketch-sampler.ts';
import { openIdbDatasets } from '../../storage/idb-datasets.ts';
import { openIdbExperiments } from '../../storage/idb-experiments.ts';
import { Experiments } from './experiments.ts';
import type { ExperimentsApi } from './experiments-protocol.ts';
import { fetchQuestions, openDataset } from '../data/open-dataset.ts';
import { openOwnDataset, withStore } from '../data/own-datasets.ts';
import { SHIPPED } from '../data/shipped.ts';
import { fetchStarter } from '../data/starter.ts';
import type { StartOptions } from '../worker.ts';
import { RequestGate } from '../../network/request-gate.ts';

new RequestGate(self);

/** What the worker exposes. */
export interface ExperimentsWorker {
  start(options: StartOptions): ExperimentsApi;
}

const worker: ExperimentsWorker = {
  start: ({ baseUrl, storeName }) =>
    proxy(
      new Experiments({
        openStore: () => openIdbExperiments(storeName),
        readDatasets: () =>
          Promise.all(
            SHIPPED.map(async (shipped) => ({
              ...shipped,
              questions: await fetchQuestions(shipped.name, { baseUrl, fetch: (...request) => fetch(...request) }),
            })),
          ),
        readOwn: () =>
          withStore(
            () => openIdbDatasets(storeName),
            async (store) =>
              (await store.list()).map(({ id, title, questions }) => ({
                name: id,
                title,
                about: 'Your own.',
                database: '',
                questions,
              })),
          ),
        openDataset: (name) => {
          const openDatabase = (bytes: Uint8Array) => WatchedDatabase.open(bytes, spawnWebDatabase);
          return isOwn(name)
            ? openOwnDataset(name, { openStore: () => openIdbDatasets(storeName), openDatabase })
            : openDataset({ name, baseUrl, openDatabase, fetch: (...request) => fetch(...request) });
        },
        makeSampler: (schema) => makeSketchSampler({ schema }),
        makeRewards: ({ database }) => {
          const { schema } = database;
          const analyse = makeAnalyser(schema);
          return (weights) => makeRewardModel({ schema, database, weights, analyse });
        },
        loadStarter: () => fetchStarter(baseUrl, (...request) => fetch(...request)),
        now: () => performance.now(),
        today: () => new Date().toISOString(),
        newId,
        // A timer: it lets messages in, and 4 ms in every 100 are not missed.
        breathe: () => new Promise((resolve) => setTimeout(resolve, 0)),
      }),
    ),
};

expose(worker);
