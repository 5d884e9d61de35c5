/** The page's end of the engine worker. */
import { wrap } from 'comlink';
import type { ModelsApi } from './models/models-protocol.ts';
import { receiving, type Sending } from './policy-wire.ts';
import type { EngineApi } from './protocol.ts';
import { clientOf, linkWorker } from './worker-link.ts';
import type { EngineWorker, StartOptions } from './worker.ts';

export interface EngineConnection extends EngineApi {
  readonly models: ModelsApi;
  /** Ends the worker; calls that wait are rejected. */
  close(): void;
}

let ofThePage: EngineConnection | null = null;

/** Makes the engine behind that worker the page's. There is one at a time: connecting again ends the one before. */
export function connectEngine(worker: Worker): EngineConnection {
  ofThePage?.close();
  ofThePage = connectTo(worker, { baseUrl: document.baseURI });
  return ofThePage;
}

/** The engine behind a worker that runs `worker.ts`. */
export function connectTo(worker: Worker, options: StartOptions): EngineConnection {
  const remote = wrap<EngineWorker>(worker);
  const { ask, end } = linkWorker(
    worker,
    async () => {
      const engine = await remote.start(options);
      return { engine, models: await remote.models() };
    },
    {
      stopped: 'The engine stopped',
      remedy: 'Reload the page to continue from the last saved step.',
      notLoaded: 'The engine could not be loaded. Check the connection and reload the page.',
      unreadable: 'The engine sent something unreadable.',
    },
  );
  const sent = clientOf<Sending<EngineApi>>((call) => ask(({ engine }) => call(engine as never)));
  const models = clientOf<ModelsApi>((call) => ask((api) => call(api.models as never)));
  return Object.assign(receiving<EngineApi>(sent), { models, close: () => end('The engine was closed.') });
}
