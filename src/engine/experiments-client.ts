/** The page's end of the worker that runs experiments. */
import { proxy, wrap } from 'comlink';
import { EngineCrash } from './client.ts';
import type { ExperimentsApi } from './experiments-protocol.ts';
import type { ExperimentsWorker } from './experiments-worker.ts';
import type { StartOptions } from './worker.ts';

export interface ExperimentsConnection extends ExperimentsApi {
  /** Ends the worker; calls that wait are rejected. */
  close(): void;
}

/** Spawns the worker. Its dataset is found relative to `baseUrl`, the page's own URL unless given. */
export function connectExperiments(options: Partial<StartOptions> = {}): ExperimentsConnection {
  const worker = new Worker(new URL('./experiments-worker.ts', import.meta.url), { type: 'module', name: 'experiments' });
  let fail: (crash: EngineCrash) => void = () => undefined;
  const crashed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // A crash while nobody waits is told to whoever calls next.
  crashed.catch(() => undefined);
  const end = (message: string): void => {
    worker.terminate();
    fail(new EngineCrash(message));
  };
  worker.addEventListener('error', (event) => {
    event.preventDefault();
    end(event.message ? `The experiments stopped: ${event.message}. Reload the page: finished units are kept.` : 'The experiments’ worker could not be loaded. Check the connection and reload the page.');
  });
  worker.addEventListener('messageerror', () => end('The experiments’ worker sent something unreadable. Reload the page: finished units are kept.'));
  const remote = wrap<ExperimentsWorker>(worker).start({ baseUrl: document.baseURI, ...options });
  remote.catch(() => undefined);
  /** Whatever comes first: the answer or the crash, after which comlink would wait for ever. */
  const ask = <T>(call: (api: Awaited<typeof remote>) => Promise<T>): Promise<T> => Promise.race([remote.then(call), crashed]);
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
