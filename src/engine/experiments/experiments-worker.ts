/**
 * The worker of the experiments: the same parts as the engine's, in a thread of their own, so that the Playground stays
 * free.
 */
import { newId } from '../new-id.ts';
import { expose, proxy } from 'comlink';
import { spawnWebDatabase } from '../../database/web.ts';
import { WatchedDatabase } from '../../database/watched-database.ts';
import { makeAnalyser } from '../../linking/analyse.ts';
import { makeRewardModel } from '../../rewards/total.ts';
import { makeSketchSampler } from '../../samplers/sketch/sketch-sampler.ts';
import { openIdbExperiments } from '../../storage/idb-experiments.ts';
import { Experiments } from './experiments.ts';
import type { ExperimentsApi } from './experiments-protocol.ts';
import { fetchQuestions, openDataset } from '../data/open-dataset.ts';
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
        openDataset: (name) =>
          openDataset({
            name,
            baseUrl,
            openDatabase: (bytes) => WatchedDatabase.open(bytes, spawnWebDatabase),
            fetch: (...request) => fetch(...request),
          }),
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
