/**
 * The engine: one trainer, one dataset, one stored run, moved by the calls of `EngineApi`.
 * Knows neither worker nor browser; everything it needs of them comes through its ports.
 */
import { checkField, ConfigError, DEFAULT_SEED, makeConfig } from '../grpo/config.ts';
import type { GRPOConfig } from '../grpo/config.ts';
import { GRPOTrainer } from '../grpo/trainer.ts';
import { KEPT_STEPS } from '../grpo/run-store.ts';
import type { HistoryPoint, RunChange, RunRecord, RunStore } from '../grpo/run-store.ts';
import type { Database, HintEvent, Question, RewardModel, RewardWeights, Sampler, Schema, Step } from '../grpo/types.ts';
import { StoreError } from '../storage/errors.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import { askedQuestion, trainingPool } from './asking.ts';
import { pointOf } from './history.ts';
import type { Advance, AdvanceRequest, DatasetView, Definition, EngineApi, HintEdit, Place, Progress, RunView } from './protocol.ts';

/** A dataset that is open. */
export interface Dataset {
  readonly name: string;
  readonly title: string;
  readonly database: Database;
  readonly questions: readonly Question[];
  readonly definitions: readonly Definition[];
}

export interface EnginePorts {
  /** Rejects where nothing can be stored; the run then lives in memory, and the reader is told why. */
  readonly openStore: () => Promise<RunStore>;
  readonly openDataset: () => Promise<Dataset>;
  readonly makeSampler: (schema: Schema) => Sampler;
  readonly makeRewards: (dataset: Dataset) => (weights: RewardWeights) => RewardModel;
  /** Milliseconds that only rise; for budgets, never for results. */
  readonly now: () => number;
  /** Different at every call, on this machine and in every tab. */
  readonly newRunId: () => string;
  /** Resolves after messages that are waiting were handled. */
  readonly breathe: () => Promise<void>;
}

const START: Place = { questionId: null, ownQuestion: null, speed: 'normal' };
/** Milliseconds between two breaths of a long `advance`. */
const BREATH_MS = 12;

/** The run in hand. `run` is what is stored; `trainer` stands exactly there between two calls. */
interface Session {
  run: RunRecord;
  config: GRPOConfig;
  trainer: GRPOTrainer;
  canUndo: boolean;
  /** Set once storage holds something else than this session does: nothing may be written any more. */
  lost: StoreError | null;
}

interface Opened {
  store: RunStore;
  notSaved: string | undefined;
  readonly dataset: Dataset;
  readonly sampler: Sampler;
  readonly rewards: (weights: RewardWeights) => RewardModel;
  readonly pool: readonly Question[];
}

export class Engine implements EngineApi {
  readonly #ports: EnginePorts;
  #opened: Opened | null = null;
  #session: Session | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #halted = false;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
  }

  open({ seed = DEFAULT_SEED, settings = {} }: Parameters<EngineApi['open']>[0]): Promise<RunView> {
    return this.#inTurn(async () => {
      const config = makeConfig(settings);
      checkSeed(seed);
      const opened = await this.#open();
      let notice: string | undefined;
      let found = await opened.store.current();
      if (found === null) {
        // Two tabs may open the page at once: one of them begins the run, the other one finds it.
        await this.#begin(config, seed, START, null).catch((error: unknown) => {
          if (!(error instanceof StoreError && error.reason === 'conflict')) throw error;
        });
        found = await opened.store.current();
      }
      if (found !== null && this.#session?.run.id !== found.run.id) notice = await this.#restore(found.run, found.canUndo, config, seed);
      return this.#view(notice);
    });
  }

  advance(request: AdvanceRequest): Promise<Advance> {
    return this.#inTurn(async () => {
      const { dataset, pool } = this.#ready();
      const session = this.#writable();
      const { steps, budgetMs } = request;
      if (!(Number.isInteger(steps) && steps >= 0) || !(budgetMs >= 0)) throw new RangeError('advance needs a whole number of steps and a budget in milliseconds.');
      const asked = askedQuestion(request, dataset.questions);

      const points: HistoryPoint[] = [];
      const events: HintEvent[] = [];
      let kept: Step[] = [];
      this.#halted = false;
      await this.#orBack(async () => {
        const start = this.#ports.now();
        let breath = start;
        for (let now = start; points.length < steps && now - start < budgetMs && !this.#halted; now = this.#ports.now()) {
          const step = await session.trainer.runStep(asked === null ? session.trainer.nextQuestions(pool) : [asked]);
          points.push(pointOf(step));
          events.push(...step.events);
          kept.push(step);
          if (kept.length >= 2 * KEPT_STEPS) kept = kept.slice(-KEPT_STEPS);
          if (now - breath >= BREATH_MS) {
            breath = now;
            await this.#ports.breathe();
          }
        }
        if (points.length > 0) await this.#commit({ points, events, steps: kept.slice(-KEPT_STEPS) });
      });
      return { ...this.#progress(), points, lastStep: kept.at(-1) ?? null };
    });
  }

  /** Not in turn: it is meant for the call whose turn it is. */
  halt(): Promise<void> {
    this.#halted = true;
    return Promise.resolve();
  }

  reset({ seed }: { seed: number }): Promise<RunView> {
    return this.#inTurn(async () => {
      checkSeed(seed);
      const session = this.#writable();
      await this.#begin(session.config, seed, session.run.place, session.run.id);
      return this.#view();
    });
  }

  undoReset(): Promise<RunView> {
    return this.#inTurn(async () => {
      const session = this.#writable();
      if (!session.canUndo) throw new Error('There is no reset to take back.');
      const { store } = this.#ready();
      await this.#writing(() => store.undo(session.run.id));
      const found = await store.current();
      const notice = found === null ? undefined : await this.#restore(found.run, found.canUndo, session.config, session.run.state.seed);
      return this.#view(notice);
    });
  }

  configure(settings: Record<string, unknown>): Promise<GRPOConfig> {
    return this.#inTurn(async () => {
      const session = this.#writable();
      const config = makeConfig({ ...session.config, ...settings });
      await this.#orBack(async () => {
        session.trainer.configure(config);
        await this.#commit({ settings: config });
        session.config = config;
      });
      return config;
    });
  }

  editHint(key: string, edit: HintEdit): Promise<Progress> {
    return this.#inTurn(async () => {
      const session = this.#writable();
      await this.#orBack(async () => {
        const events = session.trainer.editHint(key, edit);
        if (events.length > 0) await this.#commit({ events });
      });
      return this.#progress();
    });
  }

  eventsOf(key: string): Promise<HintEvent[]> {
    return this.#inTurn(() => this.#ready().store.eventsOf(this.#current().run.id, key));
  }

  stepAt(number: number): Promise<Step | null> {
    return this.#inTurn(() => this.#ready().store.step(this.#current().run.id, number));
  }

  setPlace(place: Place): Promise<void> {
    return this.#inTurn(async () => {
      const session = this.#writable();
      await this.#writing(() => this.#ready().store.setPlace(session.run.id, place));
      session.run = { ...session.run, place };
    });
  }

  /** Calls happen one after another, in the order they came: a reset never meets half a step. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Storage is opened anew at every `open`, unless it is memory: that is how a tab recovers from a lost run. */
  async #open(): Promise<Opened> {
    const before = this.#opened;
    if (before?.notSaved !== undefined) return before;
    before?.store.close();
    this.#session = null;
    const stored = this.#ports.openStore().then(
      (store): Pick<Opened, 'store' | 'notSaved'> => ({ store, notSaved: undefined }),
      (error: unknown) => ({ store: new MemoryStore(), notSaved: notSavedBecause(error) }),
    );
    const dataset = before?.dataset ?? (await this.#ports.openDataset());
    const parts = before ?? {
      dataset, sampler: this.#ports.makeSampler(dataset.database.schema), rewards: this.#ports.makeRewards(dataset), pool: trainingPool(dataset.questions),
    };
    this.#opened = { ...parts, ...(await stored) };
    return this.#opened;
  }

  /** Starts a run in place of `replaces`. Where storage is full even for that, the run goes on in memory. */
  async #begin(config: GRPOConfig, seed: number, place: Place, replaces: string | null): Promise<void> {
    const opened = this.#ready();
    const trainer = this.#trainer(config, seed);
    const run: RunRecord = {
      id: this.#ports.newRunId(), revision: 0, dataset: opened.dataset.name, sampler: opened.sampler.id,
      settings: config, state: trainer.state(), place,
    };
    let canUndo = replaces !== null;
    try {
      await this.#writing(() => opened.store.begin(run, replaces));
    } catch (error) {
      if (!(error instanceof StoreError && error.reason === 'full')) throw error;
      opened.store.close();
      opened.store = new MemoryStore();
      opened.notSaved = notSavedBecause(error);
      canUndo = false;
      await opened.store.begin(run, null);
    }
    this.#session = { run, config, trainer, canUndo, lost: null };
  }

  /** Takes up a stored run. One that cannot be read is set aside as if it had been reset; resolves to what to tell the reader. */
  async #restore(run: RunRecord, canUndo: boolean, fallback: GRPOConfig, seed: number): Promise<string | undefined> {
    try {
      const { dataset, sampler } = this.#ready();
      if (run.dataset !== dataset.name || run.sampler !== sampler.id) throw new Error(`it belongs to ${run.dataset} and ${run.sampler}`);
      const { config, dropped } = readSettings(run.settings);
      const trainer = this.#trainer(config, run.state.seed, run.state);
      this.#session = { run, config, trainer, canUndo, lost: null };
      return dropped.length === 0 ? undefined : `Settings of the saved run that this version does not know were put back to their defaults: ${dropped.join(', ')}.`;
    } catch (error) {
      await this.#begin(fallback, seed, START, run.id);
      return `The saved run could not be read (${error instanceof Error ? error.message : String(error)}), so a new one was started.`;
    }
  }

  #trainer(config: GRPOConfig, seed: number, state?: RunRecord['state']): GRPOTrainer {
    const { sampler, dataset, rewards } = this.#ready();
    return new GRPOTrainer({ config, sampler, database: dataset.database, rewards, seed, ...(state === undefined ? {} : { state }) });
  }

  /** Stores what `change` adds to the run; on success the session stands at the stored run. */
  async #commit(change: Partial<Omit<RunChange, 'run'>> & { readonly settings?: GRPOConfig }): Promise<void> {
    const { points = [], steps = [], events = [], settings } = change;
    const session = this.#current();
    const run: RunRecord = { ...session.run, revision: session.run.revision + 1, state: session.trainer.state(), settings: settings ?? session.run.settings };
    await this.#writing(() => this.#ready().store.commit({ run, points, steps, events }));
    session.run = run;
  }

  /** When `work` fails, the trainer goes back to where storage is: what the page shows is what is kept. */
  async #orBack(work: () => Promise<void>): Promise<void> {
    const session = this.#current();
    try {
      await work();
    } catch (error) {
      session.trainer = this.#trainer(session.config, session.run.state.seed, session.run.state);
      throw error;
    }
  }

  /** Remembers when storage was lost to another tab, so that every later call says so. */
  async #writing(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (this.#session && error instanceof StoreError && (error.reason === 'conflict' || error.reason === 'closed')) this.#session.lost = error;
      throw error;
    }
  }

  #ready(): Opened {
    if (this.#opened === null) throw new Error('The engine is not open yet.');
    return this.#opened;
  }

  #current(): Session {
    if (this.#session === null) throw new Error('The engine is not open yet.');
    return this.#session;
  }

  #writable(): Session {
    const session = this.#current();
    if (session.lost !== null) throw session.lost;
    return session;
  }

  #progress(): Progress {
    const { trainer, run } = this.#current();
    return { step: run.state.step, hints: trainer.policy.hints, summary: trainer.getTrainingSummary() };
  }

  async #view(notice?: string): Promise<RunView> {
    const { store, dataset, sampler, notSaved } = this.#ready();
    const { run, config, canUndo } = this.#current();
    const view: DatasetView = {
      name: dataset.name, title: dataset.title, schema: dataset.database.schema, questions: dataset.questions, definitions: dataset.definitions,
    };
    return {
      ...this.#progress(),
      runId: run.id, seed: run.state.seed, config, canUndo, place: run.place, dataset: view,
      sampler: { id: sampler.id, label: sampler.label, isLanguageModel: sampler.isLanguageModel },
      history: await store.history(run.id),
      lastStep: run.state.step === 0 ? null : await store.step(run.id, run.state.step),
      ...(notSaved === undefined ? {} : { notSaved }),
      ...(notice === undefined ? {} : { notice }),
    };
  }
}

function checkSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new ConfigError(`A seed is a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not ${seed}.`);
}

function notSavedBecause(error: unknown): string {
  return `This run is not saved: it will be gone when the page is closed. ${error instanceof Error ? error.message : String(error)}`;
}

/** Stored settings against today's table: what it refuses falls back to its default and is named. */
function readSettings(settings: Readonly<Record<string, unknown>>): { config: GRPOConfig; dropped: string[] } {
  const kept: Record<string, unknown> = {};
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(settings)) {
    try {
      kept[name] = checkField(name, value);
    } catch {
      dropped.push(name);
    }
  }
  return { config: makeConfig(kept), dropped };
}
