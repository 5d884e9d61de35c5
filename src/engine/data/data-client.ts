/** The page's end of the worker that imports and keeps databases. */
import { wrap } from 'comlink';
import { clientOf, linkWorker } from '../worker-link.ts';
import type { DataApi } from './data-protocol.ts';
import type { DataWorker } from './data-worker.ts';

export interface DataConnection extends DataApi {
  /** Ends the worker; calls that wait are rejected. */
  close(): void;
}

/** Spawns the worker. */
export function connectData(storeName?: string): DataConnection {
  const worker = new Worker(new URL('./data-worker.ts', import.meta.url), { type: 'module', name: 'data' });
  const { ask, end } = linkWorker(worker, () => wrap<DataWorker>(worker).start(storeName), {
    stopped: 'Reading the files stopped',
    remedy: 'They may need more memory than there is: open fewer rows, or reload the page and try again.',
    notLoaded: 'The part that reads files could not be loaded. Check the connection and reload the page.',
    unreadable: 'The part that reads files sent something unreadable.',
  });
  const client = clientOf<DataApi>((call) => ask((api) => call(api as never)));
  return Object.assign(client, { close: () => end('It was closed.') });
}
