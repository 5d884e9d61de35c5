/** The page's end of the worker that runs experiments. */
import { wrap } from 'comlink';
import type { ExperimentsApi } from './experiments-protocol.ts';
import type { ExperimentsWorker } from './experiments-worker.ts';
import { clientOf, linkWorker } from '../worker-link.ts';
import type { StartOptions } from '../worker.ts';

export interface ExperimentsConnection extends ExperimentsApi {
  /** Ends the worker; calls that wait are rejected. */
  close(): void;
}

/** Spawns the worker. Its dataset is found relative to `baseUrl`, the page's own URL unless given. */
export function connectExperiments(options: Partial<StartOptions> = {}): ExperimentsConnection {
  const worker = new Worker(new URL('./experiments-worker.ts', import.meta.url), {
    type: 'module',
    name: 'experiments',
  });
  const { ask, end } = linkWorker(
    worker,
    () => wrap<ExperimentsWorker>(worker).start({ baseUrl: document.baseURI, ...options }),
    {
      stopped: 'The experiments stopped',
      remedy: 'Reload the page: finished units are kept.',
      notLoaded: 'The experiments’ worker could not be loaded. Check the connection and reload the page.',
      unreadable: 'The experiments’ worker sent something unreadable.',
    },
  );
  const client = clientOf<ExperimentsApi>((call) => ask((api) => call(api as never)));
  return Object.assign(client, { close: () => end('The experiments’ worker was closed.') });
}
