/**
 * The engine: one trainer, one dataset, one stored run, moved by the calls of `EngineApi`.
 * Knows neither worker nor browser; everything it needs of them comes through its ports.
 */
import { ConfigError, DEFAULT_SEED, makeConfig } from '../grpo/config.ts';
import type { GRPOConfig } from '../grpo/config.ts';
import { GRPOTrainer } from '../grpo/trainer.ts';
import type { FeedbackProvider, FeedbackStore, Thumb } from '../grpo/feedback.ts';
import { KEPT_STEPS, START_CHOICES } from '../grpo/run-store.ts';
import type { HistoryPoint, RunChange, RunRecord, RunStore, StartChoice } from '../grpo/run-store.ts';
import type { Database, HintEvent, PolicyHint, Question, RewardModel, RewardWeights, Sampler, Schema, Step } from '../grpo/types.ts';
import { StoreError } from '../storage/errors.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import type { Teachable } from '../lab/teachable.ts';
import { askedQuestion, QuestionError } from './asking.ts';
import { trial } from './correction.ts';
import { FeedbackBook } from './feedback-book.ts';
import { pointOf } from './history.ts';
import type { Advance, AdvanceRequest, Configured, DatasetView, Definition, EngineApi, FeedbackView, HintEdit, Judged, Place, Progress, RunView, Trial } from './protocol.ts';
import { checkSeed, notSavedBecause, readSettings } from './run-settings.ts';
import { TrainingPool } from './training-pool.ts';

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
  readonly openStore: () => Promise<RunStore & FeedbackStore>;
  readonly openDataset: () => Promise<Dataset>;
  readonly makeSampler: (schema: Schema) => Sampler;
  readonly makeRewards: (dataset: Dataset, feedback: FeedbackProvider) => (weights: RewardWeights) => RewardModel;
  /** The starter policy; asked for only when a reader chooses it. Rejects with a message fit for a reader. */
  readonly loadStarter: () => Promise<PolicyHint[]>;
  /** Milliseconds that only rise; for budgets, never for results. */
  readonly now: () => number;
  /** Milliseconds since 1970: when something was said. */
  readonly today: () => number;
  /** Different at every call, on this machine and in every tab. */
  readonly newRunId: () => string;
  /** Resolves after messages that are waiting were handled. */
  readonly breathe: () => Promise<void>;
}

const FROM_STARTER = 'From the starter policy.';
const START: Place = { questionId: null, ownQuestion: null, speed: 'normal' };
/** Milliseconds between two breaths of a long `advance`. */
const BREATH_MS = 12;

/** The run in hand. `run` is what is stored; `trainer` stands exactly there between two calls. */
interface Session {
  run: RunRecord;
  config: GRPOConfig;
  trainer: GRPOTrainer;
  /** The training questions under `config`. */
  pool: Teachable;
  canUndo: boolean;
  /** Set once storage holds something else than this session does: nothing may be written any more. */
  lost: StoreError | null;
}

interface Opened {
  store: RunStore & FeedbackStore;
  notSaved: string | undefined;
  readonly dataset: Dataset;
  readonly sampler: Sampler;
  readonly rewards: (weights: RewardWeights) => RewardModel;
  readonly feedback: FeedbackBook;
  readonly pool: TrainingPool;
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
        await this.#begin(config, seed, START, null, 'none').catch((error: unknown) => {
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
      const { dataset } = this.#ready();
      const session = this.#writable();
      const { questions: pool, leftOut } = session.pool;
      const { steps, budgetMs } = request;
      if (!(Number.isInteger(steps) && steps >= 0) || !(budgetMs >= 0)) throw new RangeError('advance needs a whole number of steps and a budget in milliseconds.');
      const asked = askedQuestion(request, dataset.questions);
      if (asked === null && pool.length === 0 && leftOut.length > 0) throw new QuestionError('Gold rewards, but no training question has gold SQL that returns more than nothing, 0 or NULL. Choose another reward in the settings.');

      const points: HistoryPoint[] = [];
      const events: HintEvent[] = [];
      let kept: Step[] = [];
      this.#halted = false;
      await this.#orBack(async () => {
        const start = this.#ports.now();
        let breath = start;
        for (let now = start; points.length < steps && now - start < budgetMs && !this.#halted; now = this.#ports.now()) {
          const step = await session.trainer.runStep(asked === null ? session.trainer.nextQuestions(pool) : [asked]);
          points.push(pointOf(step, session.config));
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

  reset({ seed, start }: { seed: number; start?: StartChoice }): Promise<RunView> {
    return this.#inTurn(async () => {
      checkSeed(seed);
      const session = this.#writable();
      const { run } = session;
      const from = START_CHOICES.find((choice) => choice === start) ?? run.start ?? 'none';
      // Before the first step there is nothing to replace, and nothing that a reset before it left may be lost.
      if (run.state.step === 0 && seed === run.state.seed && from !== (run.start ?? 'none')) await this.#changeStart(from);
      else await this.#begin(session.config, seed, run.place, run.id, from);
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

  configure(settings: Record<string, unknown>): Promise<Configured> {
    return this.#inTurn(async () => {
      const session = this.#writable();
      const config = makeConfig({ ...session.config, ...settings });
      const pool = await this.#ready().pool.of(config);
      await this.#orBack(async () => {
        session.trainer.configure(config);
        await this.#commit({ settings: config });
        session.config = config;
        session.pool = pool;
      });
      return { config, leftOut: pool.leftOut };
    });
  }

  judge(completion: Judged, thumb: Thumb | null): Promise<FeedbackView> {
    return this.#inTurn(() => this.#say(completion, { thumb }));
  }

  tryCorrection(sql: string): Promise<Trial> {
    return this.#inTurn(() => trial(sql, this.#ready().dataset.database, this.#current().config));
  }

  correct(completion: Judged, sql: string | null): Promise<FeedbackView> {
    return this.#inTurn(async () => {
      const { refused } = sql === null ? { refused: null } : await trial(sql, this.#ready().dataset.database, this.#current().config);
      if (refused !== null) throw new QuestionError(refused);
      return this.#say(completion, { corrected: sql === null ? null : sql.trim() });
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
    const stored = await this.#ports.openStore().then(
      (store): Pick<Opened, 'store' | 'notSaved'> => ({ store, notSaved: undefined }),
      (error: unknown) => ({ store: new MemoryStore(), notSaved: notSavedBecause(error) }),
    );
    const dataset = before?.dataset ?? (await this.#ports.openDataset());
    const parts = before ?? this.#parts(dataset);
    await parts.feedback.load(stored.store);
    this.#opened = { ...parts, ...stored };
    return this.#opened;
  }

  #parts(dataset: Dataset): Omit<Opened, 'store' | 'notSaved'> {
    const feedback = new FeedbackBook(dataset.name);
    return {
      dataset, feedback, sampler: this.#ports.makeSampler(dataset.database.schema), rewards: this.#ports.makeRewards(dataset, feedback.provider),
      pool: new TrainingPool(dataset.database, dataset.questions, feedback.provider),
    };
  }

  async #say(completion: Judged, change: Parameters<FeedbackBook['say']>[2]): Promise<FeedbackView> {
    const { store, feedback, pool } = this.#ready();
    const session = this.#writable();
    await feedback.say(store, completion, change, this.#ports.today());
    session.pool = await pool.of(session.config);
    return { feedback: feedback.entries, leftOut: session.pool.leftOut };
  }

  /** Starts a run in place of `replaces`. Where storage is full even for that, the run goes on in memory. */
  async #begin(config: GRPOConfig, seed: number, place: Place, replaces: string | null, from: StartChoice): Promise<void> {
    const opened = this.#ready();
    const hints = await this.#startHints(from, config);
    const pool = await opened.pool.of(config);
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
      await opened.feedback.copyTo(opened.store);
    }
    this.#session = { run, config, trainer, pool, canUndo, lost: null };
    if (from !== 'none') await this.#orBack(() => this.#commit({ events: trainer.startFrom(hints, FROM_STARTER), start: from }));
  }

  /** Another start for a run that has not taken a step: the hints that are there go, and the new ones come. */
  async #changeStart(from: StartChoice): Promise<void> {
    const session = this.#current();
    const hints = await this.#startHints(from, session.config);
    await this.#orBack(async () => {
      const gone = session.trainer.reinstate([], 'Another start was chosen.');
      session.trainer = this.#trainer(session.config, session.run.state.seed, { ...session.trainer.state(), start: {} });
      await this.#commit({ events: [...gone, ...session.trainer.startFrom(hints, FROM_STARTER)], start: from });
    });
  }

  /** Rejects when they cannot be loaded, or weigh more than the settings allow. */
  async #startHints(from: StartChoice, { weight_limit }: GRPOConfig): Promise<readonly PolicyHint[]> {
    if (from === 'none') return [];
    const hints = await this.#ports.loadStarter();
    const heaviest = Math.max(0, ...hints.map(({ weight }) => Math.abs(weight)));
    if (heaviest > weight_limit) throw new ConfigError(`The starter policy has weights up to ${heaviest.toFixed(2)}, more than the weight limit of ${weight_limit}. Raise the limit in the settings to start from it.`);
    return hints;
  }

  /** Takes up a stored run. One that cannot be read is set aside as if it had been reset; resolves to what to tell the reader. */
  async #restore(run: RunRecord, canUndo: boolean, fallback: GRPOConfig, seed: number): Promise<string | undefined> {
    try {
      const { dataset, sampler } = this.#ready();
      if (run.dataset !== dataset.name || run.sampler !== sampler.id) throw new Error(`it belongs to ${run.dataset} and ${run.sampler}`);
      const { config, dropped } = readSettings(run.settings);
      const trainer = this.#trainer(config, run.state.seed, run.state);
      this.#session = { run, config, trainer, pool: await this.#ready().pool.of(config), canUndo, lost: null };
      return dropped.length === 0 ? undefined : `Settings of the saved run that this version does not know were put back to their defaults: ${dropped.join(', ')}.`;
    } catch (error) {
      await this.#begin(fallback, seed, START, run.id, 'none');
      return `The saved run could not be read (${error instanceof Error ? error.message : String(error)}), so a new one was started.`;
    }
  }

  #trainer(config: GRPOConfig, seed: number, state?: RunRecord['state']): GRPOTrainer {
    const { sampler, dataset, rewards } = this.#ready();
    return new GRPOTrainer({ config, sampler, database: dataset.database, rewards, seed, ...(state === undefined ? {} : { state }) });
  }

  /** Stores what `change` adds to the run; on success the session stands at the stored run. */
  async #commit(change: Partial<Omit<RunChange, 'run'>> & { readonly settings?: GRPOConfig; readonly start?: StartChoice }): Promise<void> {
    const { points = [], steps = [], events = [], settings, start } = change;
    const session = this.#current();
    const { start: before, ...kept } = session.run;
    const from = start ?? before ?? 'none';
    const run: RunRecord = {
      ...kept, revision: kept.revision + 1, state: session.trainer.state(), settings: settings ?? kept.settings, ...(from === 'none' ? {} : { start: from }),
    };
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
    const { run, config, canUndo, pool } = this.#current();
    const view: DatasetView = {
      name: dataset.name, title: dataset.title, schema: dataset.database.schema, questions: dataset.questions, definitions: dataset.definitions,
    };
    return {
      ...this.#progress(),
      runId: run.id, seed: run.state.seed, config, canUndo, place: run.place, dataset: view,
      sampler: { id: sampler.id, label: sampler.label, isLanguageModel: sampler.isLanguageModel },
      start: { from: run.start ?? 'none', weights: run.state.start ?? {} }, leftOut: pool.leftOut, feedback: this.#ready().feedback.entries,
      history: await store.history(run.id),
      lastStep: run.state.step === 0 ? null : await store.step(run.id, run.state.step),
      ...(notSaved === undefined ? {} : { notSaved }),
      ...(notice === undefined ? {} : { notice }),
    };
  }
}
