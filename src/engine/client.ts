/** The page's end of the engine worker. */
import { wrap } from 'comlink';
import type { EngineApi } from './protocol.ts';
import type { EngineWorker, StartOptions } from './worker.ts';

/** The worker is gone; whatever was asked of it will not be answered. What was saved is safe. */
export class EngineCrash extends Error {
  override readonly name = 'EngineCrash';
}

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
    end(event.message ? `The engine stopped: ${event.message}. Reload the page to continue from the last saved step.` : 'The engine could not be loaded. Check the connection and reload the page.');
  });
  worker.addEventListener('messageerror', () => end('The engine sent something unreadable. Reload the page to continue from the last saved step.'));

  const engine = wrap<EngineWorker>(worker).start(options);
  engine.catch(() => undefined);
  /** Whatever comes first: the answer or the crash, after which comlink would wait for ever. */
  const ask = <T>(call: (api: Awaited<typeof engine>) => Promise<T>): Promise<T> => Promise.race([engine.then(call), crashed]);
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
