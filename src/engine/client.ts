/** The page's end of the engine worker. */
import { wrap } from 'comlink';
import type { EngineApi } from './protocol.ts';
import { linkWorker } from './worker-link.ts';
import type { EngineWorker, StartOptions } from './worker.ts';

export interface EngineConnection extends EngineApi {
  /** Ends the worker; calls that wait are rejected. */
  close(): void;
}

let ofThePage: EngineConnection | null = null;

/** Starts the page's engine. There is one at a time: connecting again ends the one before. */
export function connectEngine(): EngineConnection {
  ofThePage?.close();
  ofThePage = spawnEngine();
  return ofThePage;
}

/** Spawns the engine's worker. Its dataset is found relative to `baseUrl`, the page's own URL unless given. */
export function spawnEngine(options: Partial<StartOptions> = {}): EngineConnection {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'engine' });
  return connectTo(worker, { baseUrl: document.baseURI, ...options });
}

/** The engine behind a worker that runs `worker.ts`. */
export function connectTo(worker: Worker, options: StartOptions): EngineConnection {
  const { ask, end } = linkWorker(worker, () => wrap<EngineWorker>(worker).start(options), {
    stopped: 'The engine stopped', remedy: 'Reload the page to continue from the last saved step.',
    notLoaded: 'The engine could not be loaded. Check the connection and reload the page.', unreadable: 'The engine sent something unreadable.',
  });
  return {
    open: (request) => ask((api) => api.open(request)),
    advance: (request) => ask((api) => api.advance(request)),
    reset: (request) => ask((api) => api.reset(request)),
    undoReset: () => ask((api) => api.undoReset()),
    configure: (settings) => ask((api) => api.configure(settings)),
    editHint: (key, edit) => ask((api) => api.editHint(key, edit)),
    eventsOf: (key) => ask((api) => api.eventsOf(key)),
    stepAt: (number) => ask((api) => api.stepAt(number)),
    halt: () => ask((api) => api.halt()),
    judge: (completion, thumb) => ask((api) => api.judge(completion, thumb)),
    tryCorrection: (sql) => ask((api) => api.tryCorrection(sql)),
    correct: (completion, sql) => ask((api) => api.correct(completion, sql)),
    setPlace: (place) => ask((api) => api.setPlace(place)),
    close: () => end('The engine was closed.'),
  };
}
