/** The page's end of the engine worker. */
import { proxy, wrap } from 'comlink';
import type { ModelsApi } from './models/models-protocol.ts';
import { receiving, type Sending } from './policy-wire.ts';
import type { EngineApi } from './protocol.ts';
import { linkWorker } from './worker-link.ts';
import type { EngineWorker, StartOptions } from './worker.ts';

export interface EngineConnection extends EngineApi {
  readonly models: ModelsApi;
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
  const sent: Sending<EngineApi> = {
    open: (request) => ask(({ engine }) => engine.open(request)),
    advance: (request) => ask(({ engine }) => engine.advance(request)),
    reset: (request) => ask(({ engine }) => engine.reset(request)),
    undoReset: () => ask(({ engine }) => engine.undoReset()),
    runs: () => ask(({ engine }) => engine.runs()),
    openRun: (id) => ask(({ engine }) => engine.openRun(id)),
    changeRuns: (change) => ask(({ engine }) => engine.changeRuns(change)),
    storage: () => ask(({ engine }) => engine.storage()),
    weightsOf: (keys) => ask(({ engine }) => engine.weightsOf(keys)),
    policyAt: (step) => ask(({ engine }) => engine.policyAt(step)),
    configure: (settings) => ask(({ engine }) => engine.configure(settings)),
    editHint: (key, edit) => ask(({ engine }) => engine.editHint(key, edit)),
    guide: (act) => ask(({ engine }) => engine.guide(act)),
    eventsOf: (key) => ask(({ engine }) => engine.eventsOf(key)),
    stepAt: (number) => ask(({ engine }) => engine.stepAt(number)),
    halt: () => ask(({ engine }) => engine.halt()),
    judge: (completion, thumb) => ask(({ engine }) => engine.judge(completion, thumb)),
    tryCorrection: (sql) => ask(({ engine }) => engine.tryCorrection(sql)),
    correct: (completion, sql) => ask(({ engine }) => engine.correct(completion, sql)),
    setPlace: (place) => ask(({ engine }) => engine.setPlace(place)),
    watchLive: (onlive) => ask(({ engine }) => engine.watchLive(proxy(onlive))),
    stopCompletion: (index) => ask(({ engine }) => engine.stopCompletion(index)),
    stopGroup: () => ask(({ engine }) => engine.stopGroup()),
    useSampler: (source, label) => ask(({ engine }) => engine.useSampler(source, label)),
    openCompletions: (file) => ask(({ engine }) => engine.openCompletions(file)),
    startRecording: () => ask(({ engine }) => engine.startRecording()),
    recordingText: () => ask(({ engine }) => engine.recordingText()),
    openRecording: (file) => ask(({ engine }) => engine.openRecording(file)),
    ask: (request) => ask(({ engine }) => engine.ask(request)),
    promptFor: (question) => ask(({ engine }) => engine.promptFor(question)),
  };
  const models: ModelsApi = {
    watch: (onchange) => ask(({ models }) => models.watch(proxy(onchange))),
    cards: () => ask(({ models }) => models.cards()),
    storage: () => ask(({ models }) => models.storage()),
    load: (id) => ask(({ models }) => models.load(id)),
    cancel: () => ask(({ models }) => models.cancel()),
    offer: (page, kind) => ask(({ models }) => models.offer(proxy(page), kind)),
    unload: () => ask(({ models }) => models.unload()),
    remove: (id) => ask(({ models }) => models.remove(id)),
    openFile: (file, keep) => ask(({ models }) => models.openFile(file, keep)),
    takeNotice: () => ask(({ models }) => models.takeNotice()),
    endpointModels: (settings) => ask(({ models }) => models.endpointModels(settings)),
    connectEndpoint: (settings, model) => ask(({ models }) => models.connectEndpoint(settings, model)),
  };
  return Object.assign(receiving<EngineApi>(sent), { models, close: () => end('The engine was closed.') });
}
