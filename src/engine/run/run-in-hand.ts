/**
 * The run in hand: what is open, what is stored of it, and how the two are kept in step. The engine's verbs move it.
 */
import { ConfigError } from '../../grpo/config.ts';
import type { GRPOConfig } from '../../grpo/config.ts';
import type { FeedbackStore } from '../../grpo/feedback.ts';
import type { RunChange, RunRecord, RunStore, StartChoice } from '../../grpo/run-store.ts';
import { GRPOTrainer } from '../../grpo/trainer.ts';
import type { PolicyHint, Question, Step } from '../../grpo/types.ts';
import type { Teachable } from '../../lab/teachable.ts';
import { StoreError } from '../../storage/errors.ts';
import { MemoryStore } from '../../storage/memory-store.ts';
import { keptFile, partsOf, type DatasetParts } from './dataset-parts.ts';
import type { Dataset, EnginePorts } from '../engine-ports.ts';
import { RECORDING, SKETCH } from '../sources/group-source.ts';
import { playbackOf } from './playing.ts';
import type { DatasetView, LiveGroup, Place, Progress, RecordingView, RunView } from '../protocol.ts';
import { Recorder, type RecorderMark } from '../../recording/recorder.ts';
import type { Playback } from '../../recording/playback.ts';
import { notSavedBecause, readSettings } from '../../grpo/run-settings.ts';

const FROM_STARTER = 'From the starter policy.';
/** Where a reader begins. */
export const START: Place = { questionId: null, ownQuestion: null, speed: 'normal' };
/** The run in hand. `run` is what is stored; `trainer` stands exactly there between two calls. */
export interface Session {
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

export interface Opened extends DatasetParts {
  store: RunStore & FeedbackStore;
  notSaved: string | undefined;
}

/** What a run begins with. */
export interface Beginning {
  readonly config: GRPOConfig;
  readonly seed: number;
  readonly place: Place;
  /** The run in whose place it comes; null for none. */
  readonly replaces: string | null;
  readonly from: StartChoice;
  /** A recording to play back; absent for a run of its own. */
  readonly played?: { readonly playback: Playback; readonly id: string; readonly label: string };
}

/** Opened files of one kind that are kept. */
const KEPT_FILES = 5;

const PLAYED =
  'A recorded run is being played back: its settings, hints and questions are the recording’s. Reset to begin a run of your own.';

export class RunInHand {
  readonly #ports: EnginePorts;
  readonly #onLive: (group: LiveGroup | null) => void;
  #opened: Opened | null = null;
  #session: Session | null = null;
  /** What was recorded when the run was stored last. */
  #mark: RecorderMark | null = null;
  /** What is being recorded, or was: `runId` is null once the run was left. */
  #recording: { readonly recorder: Recorder; runId: string | null; steps: number } | null = null;

  constructor(ports: EnginePorts, onLive: (group: LiveGroup | null) => void) {
    this.#ports = ports;
    this.#onLive = onLive;
  }

  /** Storage is opened anew at every `open`, unless it is memory: that is how a tab recovers from a lost run. */
  async open(): Promise<Opened> {
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
    const parts =
      before !== null && (name === undefined || before.dataset.name === name)
        ? before
        : this.#parts(await this.#datasetOf(name));
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
  async partsFor(name: string): Promise<DatasetParts> {
    const parts = this.#parts(await this.#ports.openDataset(name));
    await parts.feedback.load(this.ready().store);
    return parts;
  }

  /** Puts another dataset in the place of this one, if `begin` can begin a run on it. */
  async replaceBy(parts: DatasetParts, begin: () => Promise<void>): Promise<void> {
    const before = this.ready();
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
  async keep(kind: 'completions' | 'recording', file: File): Promise<string> {
    const id = this.#ports.newRunId();
    const files = await this.#ports.openFiles();
    try {
      await files.put({ id, kind, name: file.name, blob: file, added: this.#ports.today() });
      // The runs that can still be opened, this one and the one before it, use the newest; the others are nobody's.
      for (const old of (await files.list(kind)).slice(KEPT_FILES)) await files.remove(old.id);
    } finally {
      files.close();
    }
    return id;
  }

  /** Takes the groups from there, and remembers it with the run. */
  async use(id: string, label?: string): Promise<void> {
    this.own();
    const { source } = this.ready();
    const before = { id: source.id, label: source.label };
    await source.use(id, label);
    try {
      await this.orBack(() => this.commit({ sampler: { id: source.id, label: source.label } }));
    } catch (error) {
      await source.use(before.id, before.label);
      throw error;
    }
  }

  #parts(dataset: Dataset): DatasetParts {
    return partsOf(dataset, this.#ports, { settings: () => this.current().config, onLive: this.#onLive });
  }

  /** Starts a run in place of `replaces`. Where storage is full even for that, the run goes on in memory. */
  async begin({ config, seed, place, replaces, from, played }: Beginning): Promise<void> {
    const opened = this.ready();
    this.#endRecording();
    if (played === undefined && opened.source.id.startsWith(RECORDING)) await opened.source.use(SKETCH);
    const hints = await this.#startHints(from, config);
    const pool = await opened.pool.of(config);
    const trainer = played?.playback.trainer ?? this.trainer(config, seed);
    const run: RunRecord = {
      id: this.#ports.newRunId(),
      revision: 0,
      dataset: opened.dataset.name,
      sampler: played?.id ?? opened.source.id,
      samplerLabel: played?.label ?? opened.source.label,
      settings: config,
      state: trainer.state(),
      place,
    };
    let canUndo = replaces !== null;
    try {
      await this.writing(() => opened.store.begin(run, replaces));
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
    if (from !== 'none')
      await this.orBack(() => this.commit({ events: trainer.startFrom(hints, FROM_STARTER), start: from }));
  }

  /** Another start for a run that has not taken a step: the hints that are there go, and the new ones come. */
  async changeStart(from: StartChoice): Promise<void> {
    const session = this.current();
    const hints = await this.#startHints(from, session.config);
    await this.orBack(async () => {
      const gone = session.trainer.reinstate([], 'Another start was chosen.');
      session.trainer = this.trainer(session.config, session.run.state.seed, { ...session.trainer.state(), start: {} });
      await this.commit({ events: [...gone, ...session.trainer.startFrom(hints, FROM_STARTER)], start: from });
      this.recorder()?.begin(session.config, session.trainer.state(), this.ready().feedback.entries);
    });
  }

  /** Rejects when they cannot be loaded, or weigh more than the settings allow. */
  async #startHints(from: StartChoice, { weight_limit }: GRPOConfig): Promise<readonly PolicyHint[]> {
    if (from === 'none') return [];
    const hints = await this.#ports.loadStarter();
    const heaviest = Math.max(0, ...hints.map(({ weight }) => Math.abs(weight)));
    if (heaviest > weight_limit)
      throw new ConfigError(
        `The starter policy has weights up to ${heaviest.toFixed(2)}, more than the weight limit of ${weight_limit}. Raise the limit in the settings to start from it.`,
      );
    return hints;
  }

  /**
   * Takes up a stored run. One that cannot be read is set aside as if it had been reset; resolves to what to tell the
   * reader.
   */
  async restore(run: RunRecord, canUndo: boolean, fallback: GRPOConfig, seed: number): Promise<string | undefined> {
    this.#endRecording();
    try {
      if (run.dataset !== this.ready().dataset.name) {
        const before = this.ready();
        this.#opened = { ...before, ...(await this.partsFor(run.dataset)) };
        before.dataset.database.close();
      }
      const { config, dropped } = readSettings(run.settings);
      const pool = await this.ready().pool.of(config);
      this.#session = {
        run,
        config,
        trainer: this.trainer(config, run.state.seed, run.state),
        pool,
        canUndo,
        lost: null,
        playback: null,
      };
      if (typeof run.sampler !== 'string') throw new Error('it does not say what wrote it');
      const absent = run.sampler.startsWith(RECORDING)
        ? await this.#resume(run).then(
            () => null,
            (error: unknown) => (error instanceof Error ? error.message : String(error)),
          )
        : await this.ready()
            .source.use(run.sampler, run.samplerLabel)
            .then(
              () => null,
              (error: unknown) => (error instanceof Error ? error.message : String(error)),
            );
      if (absent !== null) {
        await this.use(SKETCH);
        return `${absent} The run goes on with the built-in sampler.`;
      }
      return dropped.length === 0
        ? undefined
        : `Settings of the saved run that this version does not know were put back to their defaults: ${dropped.join(', ')}.`;
    } catch (error) {
      await this.begin({ config: fallback, seed, place: START, replaces: run.id, from: 'none' });
      return `The saved run could not be read (${error instanceof Error ? error.message : String(error)}), so a new one was started.`;
    }
  }

  /** Takes up a recording where the run stands. */
  async #resume(run: RunRecord): Promise<void> {
    const session = this.current();
    session.playback = await playbackOf(
      await keptFile(run.sampler.slice(RECORDING.length), this.#ports, 'The recording'),
      this.ready().dataset,
      this.#ports,
      run.state,
    );
    session.trainer = session.playback.trainer;
    session.config = session.trainer.config;
  }

  /**
   * A run that was left and is taken up again may have moved on elsewhere, and its trainer is another: the file ends
   * where it was left.
   */
  #endRecording(): void {
    if (this.#recording !== null) this.#recording.runId = null;
  }

  /** The recorder of the run in hand; null when it is not being recorded. */
  recorder(): Recorder | null {
    return this.#recording !== null &&
      this.#recording.runId === this.#session?.run.id &&
      this.#recording.recorder.ended === null
      ? this.#recording.recorder
      : null;
  }

  recordingView(): RecordingView | null {
    if (this.#recording === null) return null;
    const { recorder, steps } = this.#recording;
    return { steps, size: recorder.size, on: this.recorder() !== null, ended: recorder.ended };
  }

  trainer(config: GRPOConfig, seed: number, state?: RunRecord['state']): GRPOTrainer {
    const { source, dataset, rewards } = this.ready();
    return new GRPOTrainer({
      config,
      sampler: state === undefined ? source : (this.recorder()?.sampler ?? source),
      database: dataset.database,
      rewards,
      seed,
      ...(state === undefined ? {} : { state }),
    });
  }

  /** Stores what `change` adds to the run; on success the session stands at the stored run. */
  async commit(
    change: Partial<Omit<RunChange, 'run'>> & {
      readonly settings?: GRPOConfig;
      readonly start?: StartChoice;
      readonly sampler?: { readonly id: string; readonly label: string };
    },
  ): Promise<void> {
    const { points = [], steps = [], events = [], settings, start, sampler } = change;
    const session = this.current();
    const { start: before, ...rest } = session.run;
    const kept = sampler === undefined ? rest : { ...rest, sampler: sampler.id, samplerLabel: sampler.label };
    const from = start ?? before ?? 'none';
    const run: RunRecord = {
      ...kept,
      revision: kept.revision + 1,
      state: session.trainer.state(),
      settings: settings ?? kept.settings,
      ...(from === 'none' ? {} : { start: from }),
    };
    await this.writing(() => this.ready().store.commit({ run, points, steps, events }));
    session.run = run;
    this.#mark = this.recorder()?.mark() ?? null;
  }

  /** When `work` fails, the trainer goes back to where storage is: what the page shows is what is kept. */
  async orBack(work: () => Promise<void>): Promise<void> {
    this.#mark = this.recorder()?.mark() ?? null;
    try {
      await work();
    } catch (error) {
      await this.goBack();
      throw error;
    }
  }

  async goBack(): Promise<void> {
    const session = this.current();
    if (this.#mark !== null) this.recorder()?.rollback(this.#mark);
    if (session.playback !== null) await this.#resume(session.run);
    else session.trainer = this.trainer(session.config, session.run.state.seed, session.run.state);
  }

  /** Remembers when storage was lost to another tab, so that every later call says so. */
  async writing(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (this.#session && error instanceof StoreError && (error.reason === 'conflict' || error.reason === 'closed'))
        this.#session.lost = error;
      throw error;
    }
  }

  ready(): Opened {
    if (this.#opened === null) throw new Error('The engine is not open yet.');
    return this.#opened;
  }

  current(): Session {
    if (this.#session === null) throw new Error('The engine is not open yet.');
    return this.#session;
  }

  writable(): Session {
    const session = this.current();
    if (session.lost !== null) throw session.lost;
    return session;
  }

  /** A run that may be changed by hand. */
  own(): Session {
    const session = this.writable();
    if (session.playback !== null) throw new Error(PLAYED);
    return session;
  }

  progress(): Progress {
    const { trainer, run } = this.current();
    return { step: run.state.step, hints: trainer.policy.hints, summary: trainer.getTrainingSummary() };
  }

  async view(notice?: string): Promise<RunView> {
    const { store, dataset, source, notSaved } = this.ready();
    const { run, config, canUndo, pool, playback } = this.current();
    const view: DatasetView = {
      name: dataset.name,
      title: dataset.title,
      schema: dataset.database.schema,
      questions: dataset.questions,
      definitions: dataset.definitions,
      hasCompletions: dataset.loadCompletions !== undefined,
    };
    return {
      ...this.progress(),
      runId: run.id,
      seed: run.state.seed,
      config,
      canUndo,
      place: run.place,
      dataset: view,
      sampler:
        playback === null
          ? { id: source.id, label: source.label, isLanguageModel: source.isLanguageModel, ready: source.ready }
          : {
              id: run.sampler,
              label: playback.sampler.label,
              isLanguageModel: playback.sampler.isLanguageModel,
              ready: true,
            },
      recording: this.recordingView(),
      start: { from: run.start ?? 'none', weights: run.state.start ?? {} },
      leftOut: pool.leftOut,
      feedback: this.ready().feedback.entries,
      history: await store.history(run.id),
      lastStep: run.state.step === 0 ? null : await store.step(run.id, run.state.step),
      ...(notSaved === undefined ? {} : { notSaved }),
      ...(notice === undefined ? {} : { notice }),
    };
  }

  /** Id of the run that is open; null for none. */
  get runId(): string | null {
    return this.#session?.run.id ?? null;
  }

  /** Ends one completion that is being written, wherever the call that writes it stands. */
  stopCompletion(index: number): void {
    this.#opened?.source.stop(index);
  }

  /** Records the run from here on. */
  record(): RecordingView {
    const session = this.own();
    const { source, dataset, feedback } = this.ready();
    const recorder = new Recorder({ sampler: source, dataset: dataset.name });
    this.#recording = { recorder, runId: session.run.id, steps: 0 };
    session.trainer = this.trainer(session.config, session.run.state.seed, session.run.state);
    recorder.begin(session.config, session.trainer.state(), feedback.entries);
    return { steps: 0, size: recorder.size, on: true, ended: recorder.ended };
  }

  /** Adds a step to the recording, if there is one; see Recorder.step. */
  recorded(step: Step, pool: readonly Question[] | null): void {
    const recorder = this.recorder();
    if (recorder === null || this.#recording === null) return;
    recorder.step(step, pool);
    this.#recording.steps++;
  }

  /** The file of what was recorded last; null when nothing was. */
  recordingText(): string | null {
    return this.#recording?.recorder.text() ?? null;
  }
}
