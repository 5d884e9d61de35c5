/** Composition root: puts the engine's worker, the address bar and the page together. */
import { mount } from 'svelte';
import App from './App.svelte';
import './app.css';
import { connectEngine } from './engine/client.ts';
import { messageOf } from './grpo/message-of.ts';
import { readAddress, writeAddress } from './state/address.ts';
import type { ModelsApi } from './engine/models/models-protocol.ts';
import { pageRuntimes } from './engine/models/runtimes.ts';
import { beginningOf } from './lessons/lesson.ts';
import { AskState } from './state/ask.svelte.ts';
import type { ExperimentsState } from './state/experiments.svelte.ts';
import type { LiveComparisonState } from './state/live-comparison.svelte.ts';
import { RunState } from './state/run.svelte.ts';
import { ModelsState } from './state/models.svelte.ts';
import { lessonMemory } from './state/lesson-memory.ts';
import { FIRST_LESSON, LessonsState } from './state/lessons.svelte.ts';
import { endpointMemory } from './state/endpoint-memory.ts';
import { OfflineState } from './state/offline.svelte.ts';
import { ThemeState } from './state/theme.svelte.ts';
import { missingHere, tellTooOld } from './oldest-browser.ts';
import { engineWorker } from './start-engine.ts';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element with the id "app"');

const motion = matchMedia('(prefers-reduced-motion: reduce)');

/** A frame for 0, so that Max shows every batch; the timer keeps a run going in a tab that is not on the screen. */
function wait(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (ms > 0) {
      setTimeout(resolve, ms);
      return;
    }
    const timer = setTimeout(resolve, 100);
    requestAnimationFrame(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const models = new ModelsState({
  onready: (source, label) =>
    void run.sampler.use(source, label).then((refused) => {
      if (refused !== null) run.tell(refused, 'problem');
    }),
  onnotice: (notice) => run.tell(notice),
  persist: async () => navigator.storage.persist(),
  prepare: offerPageModels,
  memory: endpointMemory(),
});

/** Models that only the page can reach, such as Chrome's own, are offered to the engine over a bridge. */
async function offerPageModels(api: ModelsApi): Promise<void> {
  for (const { here, load } of pageRuntimes()) {
    if (!here()) continue;
    const [provider, { servePageModels }] = await Promise.all([load(), import('./engine/models/page-models.ts')]);
    await api.offer(servePageModels(provider), provider.kind);
  }
}

const lessons: LessonsState = new LessonsState(lessonMemory(), () => run.writeAddress());

const run: RunState = new RunState({
  connect: () => {
    const engine = connectEngine(engineWorker());
    models.attach(engine.models);
    return engine;
  },
  address: {
    read: () => readAddress(location.search),
    write: (config, seed, start) =>
      history.replaceState(
        history.state,
        '',
        `${location.pathname}${writeAddress(location.search, config, seed, start)}${location.hash}`,
      ),
  },
  reducedMotion: () => motion.matches,
  wait,
  // Whoever comes for the first time, and to no other view, begins with the first lesson.
  first: () => (/^(#watch|#lesson\/.*)?$/.test(location.hash) ? beginningOf(FIRST_LESSON) : null),
  lessons: () => lessons.all,
});

const RUNNING = 'running-experiment';
/**
 * Of this tab alone: another tab must not take up what this one is running. A browser may forbid it; then a reload
 * waits for “Continue”.
 */
const running = {
  read: (): string | null => {
    try {
      return sessionStorage.getItem(RUNNING);
    } catch {
      return null;
    }
  },
  write: (id: string | null): void => {
    try {
      if (id === null) sessionStorage.removeItem(RUNNING);
      else sessionStorage.setItem(RUNNING, id);
    } catch {
      // see above
    }
  },
};
let lab: Promise<ExperimentsState> | null = null;
/** One for as long as the page is there, made when it is asked for; where that fails, the next asking tries again. */
function experiments(): Promise<ExperimentsState> {
  lab ??= Promise.all([
    import('./state/experiments.svelte.ts'),
    import('./engine/experiments/experiments-client.ts'),
  ]).then(([state, client]) => new state.ExperimentsState({ connect: () => client.connectExperiments(), running }));
  lab.catch(() => (lab = null));
  return lab;
}

let live: Promise<LiveComparisonState> | null = null;
/** The same: what is asked goes on while another place of the page is looked at. */
function liveComparison(): Promise<LiveComparisonState> {
  live ??= import('./state/live-comparison.svelte.ts').then((state) => new state.LiveComparisonState(run, models));
  live.catch(() => (live = null));
  return live;
}

const ask = new AskState({
  ask: (request) => run.sampler.askFor(request),
  stop: () => run.sampler.stopGroup(),
  isLanguageModel: () => run.sampler.view.isLanguageModel,
  calibrate: (budgetMs) => run.calibrate(budgetMs),
});

const offline = new OfflineState();
/** Long enough for a first look, during which the network is the page's. */
const BEFORE_STORING_MS = 4_000;

async function store(): Promise<void> {
  try {
    const { keepOffline } = await import('./network/registration.ts');
    await keepOffline('./service-worker.js', {
      onkept: () => (offline.kept = true),
      onwaiting: (takeOver) => offline.waits(takeOver),
      onreplaced: () => offline.wasReplaced(),
    });
  } catch (error) {
    offline.failure = `This page could not be stored on this machine (${messageOf(error)}): it needs the network the next time, too.`;
  }
}

const missing = missingHere();
if (missing.length > 0) tellTooOld(target, missing);
else {
  target.replaceChildren();
  // A translator puts texts of its own in the place of those that the page goes on changing.
  target.translate = false;
  target.classList.add('notranslate');
  mount(App, {
    target,
    props: { run, models, ask, experiments, liveComparison, lessons, theme: new ThemeState(), offline },
  });
  void run.open().then(async () => {
    await wait(BEFORE_STORING_MS);
    // The dev server's files are never twice the same.
    if (import.meta.env.PROD) await store();
  });
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) run.returned();
  });
}
