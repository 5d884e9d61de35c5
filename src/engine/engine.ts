/**
 * The engine: one trainer, one dataset, one stored run, moved by the calls of `EngineApi`.
 * Knows neither worker nor browser; everything it needs of them comes through its ports.
 */
import { ConfigError, DEFAULT_SEED, makeConfig } from '../grpo/config.ts';
import type { GRPOConfig } from '../grpo/config.ts';
import { GRPOTrainer } from '../grpo/trainer.ts';
import type { FeedbackStore, Thumb } from '../grpo/feedback.ts';
import { KEPT_STEPS, START_CHOICES } from '../grpo/run-store.ts';
import type { HistoryPoint, RunChange, RunRecord, RunStore, StartChoice } from '../grpo/run-store.ts';
import type { HintEvent, PolicyHint, Step } from '../grpo/types.ts';
import type { Teachable } from '../lab/teachable.ts';
import { ModelError } from '../samplers/language/model.ts';
import { StoreError } from '../storage/errors.ts';
import { MemoryStore } from '../storage/memory-store.ts';
import { ask } from './ask.ts';
import { askedQuestion, QuestionError } from './asking.ts';
import { parseCompletions } from './completions-file.ts';
import { trial } from './correction.ts';
import { keptFile, partsOf, type DatasetParts } from './dataset-parts.ts';
import type { Dataset, EnginePorts } from './engine-ports.ts';
import type { FeedbackBook } from './feedback-book.ts';
import { COMPLETIONS_FILE, forQuestions, RECORDING, SKETCH } from './group-source.ts';
import { pointOf } from './history.ts';
import { LiveRelay } from './live-relay.ts';
import { playbackOf } from './playing.ts';
import { promptFor } from './prompt-view.ts';
import type { Advance, AdvanceRequest, AskAnswer, AskRequest, Configured, DatasetView, EngineApi, FeedbackView, HintEdit, Judged, LiveGroup, Place, Progress, PromptView, RecordingView, RunView, Trial } from './protocol.ts';
import { Recorder, type RecorderMark } from './recorder.ts';
import { parseRecording } from './recording-file.ts';
import type { Playback } from './recording-playback.ts';
import { checkSeed, notSavedBecause, readSettings } from './run-settings.ts';

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
  /** Where a recorded run is being played back; its trainer is then the session's. */
  playback: Playback | null;
}

interface Opened extends DatasetParts {
  store: RunStore & FeedbackStore;
  notSaved: string | undefined;
}

/** What a run begins with. */
interface Beginning {
  readonly config: GRPOConfig;
  readonly seed: number;
  readonly place: Place;
  /** The run in whose place it comes; null for none. */
  readonly replaces: string | null;
  readonly from: StartChoice;
  /** A recording to play back; absent for a run of its own. */
  readonly played?: { readonly playback: Playback; readonly id: string; readonly label: string };
}

/** One step, or null where there is none left; `events` are also those of changes by hand before it. */
interface Taken {
  readonly step: Step | null;
  readonly events: readonly HintEvent[];
}

const PLAYED = 'A recorded run is being played back: its settings, hints and questions are the recording’s. Reset to begin a run of your own.';

export class Engine implements EngineApi {
  readonly #ports: EnginePorts;
  #opened: Opened | null = null;
  #session: Session | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #halted = false;
  /** Ends what is being sampled now. */
  #sampling: AbortController | null = null;
  readonly #live: LiveRelay;
  /** What was recorded when the run was stored last. */
  #mark: RecorderMark | null = null;
  #recording: { readonly recorder: Recorder; readonly runId: string; steps: number } | null = null;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    this.#live = new LiveRelay(ports.now);
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
        await this.#begin({ config, seed, place: START, replaces: null, from: 'none' }).catch((error: unknown) => {
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
      const { source } = this.#ready();
      const session = this.#writable();
      const { steps, budgetMs } = request;
      if (!(Number.isInteger(steps) && steps >= 0) || !(budgetMs >= 0)) throw new RangeError('advance needs a whole number of steps and a budget in milliseconds.');
      const take = session.playback === null ? this.#taking(request) : this.#playing(session.playback);

      const points: HistoryPoint[] = [];
      let pending: { points: HistoryPoint[]; events: HintEvent[]; steps: Step[] } = { points: [], events: [], steps: [] };
      let lastStep: Step | null = null;
      let ended: string | undefined;
      const commit = async (): Promise<void> => {
        if (pending.points.length + pending.events.length === 0) return;
        await this.#commit({ ...pending, settings: session.config, steps: pending.steps.slice(-KEPT_STEPS) });
        points.push(...pending.points);
        lastStep = pending.steps.at(-1) ?? lastStep;
        pending = { points: [], events: [], steps: [] };
      };
      this.#halted = false;
      await this.#orBack(async () => void (await this.#stoppable(async (signal) => {
        const start = this.#ports.now();
        let breath = start;
        for (let now = start; points.length + pending.points.length < steps && now - start < budgetMs && !this.#halted; now = this.#ports.now()) {
          const { step, events } = await take(signal);
          pending.events.push(...events);
          if (step === null) {
            ended = `The recording ends here, after ${session.trainer.step} steps. Reset to begin a run of your own.`;
            break;
          }
          pending.points.push(pointOf(step, session.config));
          pending.steps.push(step);
          if (pending.steps.length >= 2 * KEPT_STEPS) pending.steps = pending.steps.slice(-KEPT_STEPS);
          // What took a language model a minute is not given up with the next group.
          if (source.isLanguageModel) await commit();
          if (now - breath >= BREATH_MS) {
            breath = now;
            await this.#ports.breathe();
          }
        }
        await commit();
      })));
      return { ...this.#progress(), points, lastStep, recording: this.#recordingView(), ...(ended === undefined ? {} : { ended }) };
    });
  }

  /** Takes the next step of the run. Throws QuestionError when there is no question to take it on. */
  #taking(request: AdvanceRequest): (signal: AbortSignal) => Promise<Taken> {
    const { dataset } = this.#ready();
    const session = this.#writable();
    const { questions: pool, leftOut } = session.pool;
    const asked = askedQuestion(request, dataset.questions);
    if (asked === null && pool.length === 0 && leftOut.length > 0) throw new QuestionError('Gold rewards, but no training question has gold SQL that returns more than nothing, 0 or NULL. Choose another reward in the settings.');
    return async (signal) => {
      const step = await session.trainer.runStep(asked === null ? session.trainer.nextQuestions(pool) : [asked], signal);
      if (this.#recording !== null && this.#recorder() !== null) {
        this.#recording.recorder.step(step, asked === null ? pool : null);
        this.#recording.steps++;
      }
      return { step, events: step.events };
    };
  }

  /** Takes the next step of a recording, with what was done to settings and hints before it. */
  #playing(playback: Playback): (signal: AbortSignal) => Promise<Taken> {
    const session = this.#current();
    return async (signal) => {
      const events: HintEvent[] = [];
      for (;;) {
        const played = await playback.next(signal);
        if (played === null) return { step: null, events };
        if (played.kind === 'configure') session.config = played.config;
        if (played.kind === 'hints') events.push(...played.events);
        if (played.kind === 'step') return { step: played.step, events: [...events, ...played.step.events] };
      }
    };
  }

  watchLive(onlive: (group: LiveGroup | null) => void): Promise<void> {
    this.#live.watch(onlive);
    return Promise.resolve();
  }

  stopCompletion(index: number): Promise<void> {
    this.#opened?.source.stop(index);
    return Promise.resolve();
  }

  stopGroup(): Promise<void> {
    this.#halted = true;
    this.#sampling?.abort();
    return Promise.resolve();
  }

  useSampler(id: string, label?: string): Promise<RunView> {
    return this.#inTurn(async () => {
      await this.#use(id, label);
      return this.#view();
    });
  }

  openCompletions(file: File): Promise<RunView> {
    return this.#inTurn(async () => {
      const { dataset } = this.#ready();
      // Checked before it is kept.
      forQuestions(parseCompletions(await file.text(), file.name), dataset.questions);
      const id = await this.#keep('completions', file);
      await this.#use(`${COMPLETIONS_FILE}${id}`, `Recorded completions of ${file.name}`);
      return this.#view();
    });
  }

  startRecording(): Promise<RecordingView> {
    return this.#inTurn(async () => {
      const session = this.#own();
      const { source, dataset, feedback } = this.#ready();
      const recorder = new Recorder({ sampler: source, dataset: dataset.name });
      this.#recording = { recorder, runId: session.run.id, steps: 0 };
      session.trainer = this.#trainer(session.config, session.run.state.seed, session.run.state);
      recorder.begin(session.config, session.trainer.state(), feedback.entries);
      return this.#recordingView() as RecordingView;
    });
  }

  recordingText(): Promise<string> {
    return this.#inTurn(async () => {
      if (this.#recording === null) throw new Error('Nothing was recorded yet.');
      return this.#recording.recorder.text();
    });
  }

  openRecording(file: File): Promise<RunView> {
    return this.#inTurn(async () => {
      this.#writable();
      const text = await file.text();
      const recording = parseRecording(text, file.name);
      const before = this.#ready();
      const parts = recording.dataset === before.dataset.name ? before : await this.#partsFor(recording.dataset);
      const playback = await playbackOf({ name: file.name, text }, parts.dataset, this.#ports);
      const id = await this.#keep('recording', file);
      await this.#replaceBy(parts, () => this.#begin({
        config: recording.config, seed: recording.state.seed, place: { ...this.#current().run.place, questionId: null, ownQuestion: null }, replaces: this.#current().run.id, from: 'none',
        played: { playback, id: `${RECORDING}${id}`, label: playback.sampler.label },
      }));
      return this.#view();
    });
  }

  ask(request: AskRequest): Promise<AskAnswer> {
    return this.#inTurn(async () => {
      const { dataset: { database }, source, rewards } = this.#ready();
      const { trainer, config } = this.#current();
      let answer: AskAnswer | null = null;
      const finished = await this.#stoppable(async (signal) => {
        answer = await ask(request, { sampler: source, policy: trainer.policy, database, rewards, config, signal });
      });
      if (!finished || answer === null) throw new DOMException('Stopped.', 'AbortError');
      return answer;
    });
  }

  promptFor(question: string): Promise<PromptView> {
    return this.#inTurn(async () => {
      const { trainer, config } = this.#current();
      return promptFor(question, { schema: this.#ready().dataset.database.schema, policy: trainer.policy, config });
    });
  }

  /** Not in turn: it is meant for the call whose turn it is. */
  halt(): Promise<void> {
    this.#halted = true;
    return Promise.resolve();
  }

  reset({ seed, start, dataset }: Parameters<EngineApi['reset']>[0]): Promise<RunView> {
    return this.#inTurn(async () => {
      checkSeed(seed);
      const session = this.#writable();
      const { run } = session;
      const from = START_CHOICES.find((choice) => choice === start) ?? run.start ?? 'none';
      if (dataset !== undefined && dataset !== run.dataset) {
        await this.#replaceBy(await this.#partsFor(dataset), () => this.#begin({ config: session.config, seed, place: { ...run.place, questionId: null, ownQuestion: null }, replaces: run.id, from }));
        return this.#view();
      }
      // Before the first step there is nothing to replace, and nothing that a reset before it left may be lost.
      if (session.playback === null && run.state.step === 0 && seed === run.state.seed && from !== (run.start ?? 'none')) await this.#changeStart(from);
      else await this.#begin({ config: session.config, seed, place: run.place, replaces: run.id, from });
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
      const session = this.#own();
      const config = makeConfig({ ...session.config, ...settings });
      const pool = await this.#ready().pool.of(config);
      await this.#orBack(async () => {
        session.trainer.configure(config);
        this.#recorder()?.configure(config);
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
      const session = this.#own();
      await this.#orBack(async () => {
        const events = session.trainer.editHint(key, edit);
        this.#recorder()?.edit(key, edit);
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
    const result = this.#turn.then(work).catch((error: unknown): never => { throw readable(error); });
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
    const current = await stored.store.current().catch(() => null);
    const name = current?.run.dataset;
    const parts = before !== null && (name === undefined || before.dataset.name === name) ? before : this.#parts(await this.#datasetOf(name));
    await parts.feedback.load(stored.store);
    this.#opened = { ...parts, ...stored };
    return this.#opened;
  }

  /** The dataset of a stored run; the page's own where that one is not to be had any more. */
  async #datasetOf(name: string | undefined): Promise<Dataset> {
    if (name === undefined) return this.#ports.openDataset();
    return this.#ports.openDataset(name).catch(() => this.#ports.openDataset());
  }

  /** Another dataset, opened, with what was said about it. */
  async #partsFor(name: string): Promise<DatasetParts> {
    const parts = this.#parts(await this.#ports.openDataset(name));
    await parts.feedback.load(this.#ready().store);
    return parts;
  }

  /** Puts another dataset in the place of this one, if `begin` can begin a run on it. */
  async #replaceBy(parts: DatasetParts, begin: () => Promise<void>): Promise<void> {
    const before = this.#ready();
    this.#opened = { ...before, ...parts };
    try {
      await begin();
    } catch (error) {
      this.#opened = before;
      throw error;
    }
    if (parts.dataset !== before.dataset) before.dataset.database.close();
  }

  /** Keeps a file in the browser; resolves to its id. */
  async #keep(kind: 'completions' | 'recording', file: File): Promise<string> {
    const id = this.#ports.newRunId();
    const files = await this.#ports.openFiles();
    try {
      await files.put({ id, kind, name: file.name, blob: file, added: this.#ports.today() });
    } finally {
      files.close();
    }
    return id;
  }

  /** Takes the groups from there, and remembers it with the run. */
  async #use(id: string, label?: string): Promise<void> {
    this.#own();
    const { source } = this.#ready();
    const before = { id: source.id, label: source.label };
    await source.use(id, label);
    try {
      await this.#orBack(() => this.#commit({ sampler: { id: source.id, label: source.label } }));
    } catch (error) {
      await source.use(before.id, before.label);
      throw error;
    }
  }

  /** Runs `work` so that `stopGroup` can end it; false when it did. */
  async #stoppable(work: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const sampling = new AbortController();
    this.#sampling = sampling;
    try {
      await work(sampling.signal);
      return true;
    } catch (error) {
      if (!sampling.signal.aborted) throw error;
      await this.#goBack();
      return false;
    } finally {
      this.#sampling = null;
      this.#live.tell(null);
    }
  }

  #parts(dataset: Dataset): DatasetParts {
    return partsOf(dataset, this.#ports, { settings: () => this.#current().config, onLive: (group) => this.#live.tell(group) });
  }

  async #say(completion: Judged, change: Parameters<FeedbackBook['say']>[2]): Promise<FeedbackView> {
    const { store, feedback, pool } = this.#ready();
    const session = this.#writable();
    await feedback.say(store, completion, change, this.#ports.today());
    this.#recorder()?.said(feedback.entries);
    session.pool = await pool.of(session.config);
    return { feedback: feedback.entries, leftOut: session.pool.leftOut };
  }

  /** Starts a run in place of `replaces`. Where storage is full even for that, the run goes on in memory. */
  async #begin({ config, seed, place, replaces, from, played }: Beginning): Promise<void> {
    const opened = this.#ready();
    if (played === undefined && opened.source.id.startsWith(RECORDING)) await opened.source.use(SKETCH);
    const hints = await this.#startHints(from, config);
    const pool = await opened.pool.of(config);
    const trainer = played?.playback.trainer ?? this.#trainer(config, seed);
    const run: RunRecord = {
      id: this.#ports.newRunId(), revision: 0, dataset: opened.dataset.name, sampler: played?.id ?? opened.source.id, samplerLabel: played?.label ?? opened.source.label,
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
    this.#session = { run, config, trainer, pool, canUndo, lost: null, playback: played?.playback ?? null };
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
      this.#recorder()?.begin(session.config, session.trainer.state(), this.#ready().feedback.entries);
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
      if (run.dataset !== this.#ready().dataset.name) {
        const before = this.#ready();
        this.#opened = { ...before, ...(await this.#partsFor(run.dataset)) };
        before.dataset.database.close();
      }
      const { config, dropped } = readSettings(run.settings);
      const pool = await this.#ready().pool.of(config);
      this.#session = { run, config, trainer: this.#trainer(config, run.state.seed, run.state), pool, canUndo, lost: null, playback: null };
      const absent = run.sampler.startsWith(RECORDING) ? await this.#resume(run).then(() => null, (error: unknown) => (error instanceof Error ? error.message : String(error))) : await this.#ready().source.use(run.sampler, run.samplerLabel).then(() => null, (error: unknown) => (error instanceof Error ? error.message : String(error)));
      if (absent !== null) {
        await this.#use(SKETCH);
        return `${absent} The run goes on with the built-in sampler.`;
      }
      return dropped.length === 0 ? undefined : `Settings of the saved run that this version does not know were put back to their defaults: ${dropped.join(', ')}.`;
    } catch (error) {
      await this.#begin({ config: fallback, seed, place: START, replaces: run.id, from: 'none' });
      return `The saved run could not be read (${error instanceof Error ? error.message : String(error)}), so a new one was started.`;
    }
  }

  /** Takes up a recording where the run stands. */
  async #resume(run: RunRecord): Promise<void> {
    const session = this.#current();
    session.playback = await playbackOf(await keptFile(run.sampler.slice(RECORDING.length), this.#ports, 'The recording'), this.#ready().dataset, this.#ports, run.state.step);
    session.trainer = session.playback.trainer;
    session.config = session.trainer.config;
  }

  /** The recorder of the run in hand; null when it is not being recorded. */
  #recorder(): Recorder | null {
    return this.#recording !== null && this.#recording.runId === this.#session?.run.id && this.#recording.recorder.ended === null ? this.#recording.recorder : null;
  }

  #recordingView(): RecordingView | null {
    if (this.#recording === null) return null;
    const { recorder, steps } = this.#recording;
    return { steps, size: recorder.size, on: this.#recorder() !== null, ended: recorder.ended };
  }

  #trainer(config: GRPOConfig, seed: number, state?: RunRecord['state']): GRPOTrainer {
    const { source, dataset, rewards } = this.#ready();
    return new GRPOTrainer({ config, sampler: state === undefined ? source : (this.#recorder()?.sampler ?? source), database: dataset.database, rewards, seed, ...(state === undefined ? {} : { state }) });
  }

  /** Stores what `change` adds to the run; on success the session stands at the stored run. */
  async #commit(change: Partial<Omit<RunChange, 'run'>> & { readonly settings?: GRPOConfig; readonly start?: StartChoice; readonly sampler?: { readonly id: string; readonly label: string } }): Promise<void> {
    const { points = [], steps = [], events = [], settings, start, sampler } = change;
    const session = this.#current();
    const { start: before, ...rest } = session.run;
    const kept = sampler === undefined ? rest : { ...rest, sampler: sampler.id, samplerLabel: sampler.label };
    const from = start ?? before ?? 'none';
    const run: RunRecord = {
      ...kept, revision: kept.revision + 1, state: session.trainer.state(), settings: settings ?? kept.settings, ...(from === 'none' ? {} : { start: from }),
    };
    await this.#writing(() => this.#ready().store.commit({ run, points, steps, events }));
    session.run = run;
    this.#mark = this.#recorder()?.mark() ?? null;
  }

  /** When `work` fails, the trainer goes back to where storage is: what the page shows is what is kept. */
  async #orBack(work: () => Promise<void>): Promise<void> {
    this.#mark = this.#recorder()?.mark() ?? null;
    try {
      await work();
    } catch (error) {
      await this.#goBack();
      throw error;
    }
  }

  async #goBack(): Promise<void> {
    const session = this.#current();
    if (this.#mark !== null) this.#recorder()?.rollback(this.#mark);
    if (session.playback !== null) await this.#resume(session.run);
    else session.trainer = this.#trainer(session.config, session.run.state.seed, session.run.state);
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

  /** A run that may be changed by hand. */
  #own(): Session {
    const session = this.#writable();
    if (session.playback !== null) throw new Error(PLAYED);
    return session;
  }

  #progress(): Progress {
    const { trainer, run } = this.#current();
    return { step: run.state.step, hints: trainer.policy.hints, summary: trainer.getTrainingSummary() };
  }

  async #view(notice?: string): Promise<RunView> {
    const { store, dataset, source, notSaved } = this.#ready();
    const { run, config, canUndo, pool, playback } = this.#current();
    const view: DatasetView = {
      name: dataset.name, title: dataset.title, schema: dataset.database.schema, questions: dataset.questions, definitions: dataset.definitions,
      hasCompletions: dataset.loadCompletions !== undefined,
    };
    return {
      ...this.#progress(),
      runId: run.id, seed: run.state.seed, config, canUndo, place: run.place, dataset: view,
      sampler: playback === null ? { id: source.id, label: source.label, isLanguageModel: source.isLanguageModel, ready: source.ready } : { id: run.sampler, label: playback.sampler.label, isLanguageModel: playback.sampler.isLanguageModel, ready: true },
      recording: this.#recordingView(),
      start: { from: run.start ?? 'none', weights: run.state.start ?? {} }, leftOut: pool.leftOut, feedback: this.#ready().feedback.entries,
      history: await store.history(run.id),
      lastStep: run.state.step === 0 ? null : await store.step(run.id, run.state.step),
      ...(notSaved === undefined ? {} : { notSaved }),
      ...(notice === undefined ? {} : { notice }),
    };
  }
}

/** Only name and message reach the page: the way out of a model's fault goes with its message. */
function readable(error: unknown): unknown {
  return error instanceof ModelError ? Object.assign(new Error(`${error.message} ${error.remedy}`), { name: error.name }) : error;
}
