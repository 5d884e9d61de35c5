/** The worker that imports databases and keeps them, so that neither page nor run waits for a large file. */
import { expose, proxy } from 'comlink';
import { WatchedDatabase } from '../../database/watched-database.ts';
import { spawnWebDatabase } from '../../database/web.ts';
import { openIdbDatasets } from '../../storage/idb-datasets.ts';
import { RequestGate } from '../../network/request-gate.ts';
import { newId } from '../new-id.ts';
import type { DataApi } from './data-protocol.ts';
import { OwnData } from './own-data.ts';

new RequestGate(self);

/** What the worker exposes. */
export interface DataWorker {
  /** `storeName`: of the IndexedDB database; the page's own when left out. */
  start(storeName?: string): DataApi;
}

const worker: DataWorker = {
  start: (storeName) => {
    const data = new OwnData({
      openStore: () => openIdbDatasets(storeName),
      openDatabase: (source) => WatchedDatabase.open(source, spawnWebDatabase),
      now: () => performance.now(),
      today: () => Date.now(),
      newId,
      breathe: () => new Promise((resolve) => setTimeout(resolve, 0)),
    });
    return proxy(data);
  },
};

expose(worker);
