/** The page's end of the worker that runs experiments. */
import { proxy, wrap } from 'comlink';
import type { ExperimentsApi } from './experiments-protocol.ts';
import type { ExperimentsWorker } from './experiments-worker.ts';
import { linkWorker } from '../worker-link.ts';
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
  return {
    open: () => ask((api) => api.open()),
    create: (experiment) => ask((api) => api.create(experiment)),
    run: (id, onProgress, onUnit) => ask((api) => api.run(id, proxy(onProgress), proxy(onUnit))),
    pause: () => ask((api) => api.pause()),
    resume: () => ask((api) => api.resume()),
    stop: () => ask((api) => api.stop()),
    rename: (id, name) => ask((api) => api.rename(id, name)),
    remove: (id) => ask((api) => api.remove(id)),
    restore: (stored) => ask((api) => api.restore(stored)),
    credit: (id, variant, onQuestion) => ask((api) => api.credit(id, variant, proxy(onQuestion))),
    close: () => end('The experiments’ worker was closed.'),
  };
}
