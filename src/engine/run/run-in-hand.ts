/**
 * The run in hand, and what can be done with it. Keeps three things in step: the trainer, what is stored of it, and the
 * recording; when something fails, the trainer goes back to where storage is.
 */
import { makeConfig, type GRPOConfig } from '../../grpo/config.ts';
import type { Judged } from '../../grpo/feedback.ts';
import { actOnGuidance, type GuidanceAct } from '../../grpo/guidance.ts';
import { readGroupSource, SKETCH, type GroupSource, type SamplerSource } from '../../grpo/group-source.ts';
import { messageOf } from '../../grpo/message-of.ts';
import { askedQuestion } from '../../grpo/questions.ts';
import { condensed } from '../../grpo/condensed.ts';
import type { SchemaNotes } from '../../grpo/schema-notes.ts';
import { checkName, checkSeed, readSettings, runName } from '../../grpo/run-settings.ts';
import {
  START_CHOICES,
  type CurrentRun,
  type Place,
  type RunChange,
  type RunRecord,
  type StartChoice,
} from '../../grpo/run-store.ts';
import { GRPOTrainer } from '../../grpo/trainer.ts';
import type { Distillation } from '../../grpo/distillation.ts';
import type { HintEdit, HintEvent, PolicyHint, PolicyView, Question } from '../../grpo/types.ts';
import type { FeedbackBook } from '../../rewards/feedback-book.ts';
import type { Recorder } from '../../recording/recorder.ts';
import { StoreError } from '../../storage/errors.ts';
import type { Dataset, EnginePorts } from '../engine-ports.ts';
import { fetched } from '../fetched.ts';
import type { HandDone, Undoable } from '../policy-protocol.ts';
import type {
  Advance,
  AdvanceRequest,
  Configured,
  FeedbackView,
  Measured,
  MeasureRequest,
  Progress,
  RecordingView,
  RunsChange,
  RunView,
} from '../protocol.ts';
import { partsOf } from './dataset-parts.ts';
import { keepFile, keptFile } from './kept-files.ts';
import type { Measuring } from './measuring.ts';
import { DoneByHand } from './done-by-hand.ts';
import { OpenData, type Opened } from './open-data.ts';
import type { OpenedProject } from './opening-project.ts';
import { ownSteps } from './own-steps.ts';
import { RecordingInHand } from './recording-in-hand.ts';
import { progressOf, runView } from './run-view.ts';
import type { Beginning, Session } from './session.ts';
import { startHints } from './start-hints.ts';
import { checkLimits, takeSteps, type StoredSteps } from './taking-steps.ts';

const playing = () => fetched(import('./playing.ts'));
const recording = () => fetched(import('../../recording/recorder.ts'));
const distillation = () => fetched(import('../../grpo/distillation.ts'));

/** Where a reader begins. */
const START: Place = { questionId: null, ownQuestion: null, speed: 'normal' };

const PLAYED =
  'A recorded run is being played back: its settings, hints and questions are the recording’s. Reset to begin a run of your own.';

export class RunInHand {
  readonly #ports: EnginePorts;
  readonly #data: OpenData;
  readonly #recording = new RecordingInHand();
  readonly #hands = new DoneByHand();
  #session: Session | null = null;
  /** What `undoDistil` goes back to. */
  #beforeDistilling: {
    readonly run: string;
    readonly eventCount: number;
    readonly hints: readonly PolicyHint[];
  } | null = null;
  #measuring: { readonly dataset: Dataset; readonly of: Measuring } | null = null;
  /** Events that were stored, and not yet told. */
  readonly #untold: HintEvent[] = [];

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    this.#data = new OpenData(ports, (dataset) => partsOf(dataset, ports, () => this.config));
  }

  get config(): GRPOConfig {
    return this.#current().config;
  }
  get policy(): PolicyView {
    return this.#current().trainer.policy;
  }
  get id(): string {
    return this.#current().run.id;
  }
  /** Whether a reset can be taken back. */
  get canUndo(): boolean {
    return this.#current().canUndo;
  }

  /** What is open beside the run. Throws Error before `open`. */
  get data(): Opened {
    return this.#data.ready();
  }

  /**
   * Takes up the run that was shown last, or begins one. Storage is opened anew each time, unless it is memory: that is
   * how a tab recovers from a lost run. Resolves to what to tell the reader, if anything. `dataset`: of a run that is
   * begun.
   */
  async open(config: GRPOConfig, seed: number, dataset?: string): Promise<string | undefined> {
    if (this.#data.opened?.notSaved === undefined) {
      this.#session = null;
      await this.#data.open(dataset);
    }
    const { store } = this.data;
    let found = await store.current();
    if (found === null) {
      // Two tabs may open the page at once: one of them begins the run, the other one finds it.
      await this.#begin({ config, seed, place: START, replaces: null, from: 'none' }).catch((error: unknown) => {
        if (!(error instanceof StoreError && error.reason === 'conflict')) throw error;
      });
      found = await store.current();
    }
    if (found === null || this.#session?.run.id === found.run.id) return undefined;
    return this.#restore(found, config, seed);
  }

  /**
   * Takes steps until one of the limits, the end of a recording, or `halted`. Aborting gives up the group under way;
   * the steps before it hold. Rejects with QuestionError when there is no question to take one on.
   */
  async advance(
    request: AdvanceRequest,
    { signal, halted }: { readonly signal: AbortSignal; readonly halted: () => boolean },
  ): Promise<Advance> {
    const session = this.#writable();
    checkLimits(request);
    const { playback } = session;
    const { dataset, sampler } = this.data;
    const recording = this.#recording;
    const asked = playback === null ? askedQuestion(request, dataset.questions) : null;
    const take =
      playback === null
        ? ownSteps(asked, { session, recording, sampler, ...this.#ports }, signal)
        : async () => (await playing()).playStep(playback, signal, (config) => void (session.config = config));
    const stored: StoredSteps = { points: [], step: null, atEnd: false };
    const { shown } = request;
    const showing = shown === undefined || asked === null ? null : await fetched(import('./showing.ts'));
    const found = showing === null ? null : new showing.FoundByItself();
    await this.#orBack(async () => {
      const worth =
        showing === null || shown === undefined || asked === null
          ? request.steps
          : // Nothing but steps is in a recording.
            recording.of(session.run.id) !== null
            ? showing.UNSHOWN_STEPS
            : await showing.showWritten(session.trainer, asked, shown, signal);
      const taking = {
        take: async () => {
          const taken = await take();
          found?.take(taken.step);
          return taken;
        },
        store: (batch: Partial<RunChange>) => this.#commit({ ...batch, settings: session.config }),
        config: () => session.config,
        storeEach: sampler.isLanguageModel,
        halted: () => halted() || found?.isEnough === true,
      };
      await takeSteps({ ...request, steps: Math.min(request.steps, worth) }, taking, this.#ports, stored);
    }, signal);
    return {
      ...this.progress(),
      points: stored.points,
      step: stored.step,
      ...(found === null ? {} : { foundByItself: found.isEnough }),
      recording: recording.view(session.run.id),
      ...(playback === null ? {} : { config: session.config }),
      ...(stored.atEnd
        ? { ended: `The recording ends here, after ${session.trainer.step} steps. Reset to begin a run of your own.` }
        : {}),
    };
  }

  /** See `EngineApi.measure`. */
  async measure(request: MeasureRequest, signal: AbortSignal): Promise<Measured> {
    const { dataset, sampler, store } = this.data;
    const { run, trainer, config } = this.#own();
    if (this.#measuring?.dataset !== dataset) {
      const { Measuring } = await fetched(import('./measuring.ts'));
      this.#measuring = { dataset, of: new Measuring(dataset, this.#ports) };
    }
    const { policy } = trainer;
    const policyAt = (step: number) => store.policyAt(run.id, step);
    const standing = { runId: run.id, step: run.state.step, policy, config, sampler, policyAt };
    return this.#measuring.of.measure(request, standing, signal);
  }

  /** Takes the groups from there, and remembers it with the run. */
  async use(source: SamplerSource, label?: string): Promise<void> {
    this.#own();
    const { sampler } = this.data;
    const before = { source: sampler.source, label: sampler.label };
    await sampler.use(source, label);
    try {
      await this.#orBack(() => this.#commit({ sampler: source, samplerLabel: sampler.label }));
    } catch (error) {
      await sampler.use(before.source, before.label);
      throw error;
    }
  }

  /** Settings that hold from the next step on. Throws ConfigError. */
  async configure(settings: Record<string, unknown>): Promise<Configured> {
    const session = this.#own();
    const config = makeConfig({ ...session.config, ...settings });
    const pool = await this.data.pool.of(config);
    await this.#orBack(async () => {
      session.trainer.configure(config);
      this.#recording.of(session.run.id)?.configure(config);
      await this.#commit({ settings: config });
      session.config = config;
      session.pool = pool;
    });
    return { config, leftOut: pool.leftOut };
  }

  async editHint(key: string, edit: HintEdit): Promise<void> {
    await this.byHand(
      'edit',
      (trainer) => trainer.editHint(key, edit),
      (recorder) => recorder.edit(key, edit),
    );
  }

  /**
   * Changes the hints by hand: `make` returns the events it made. What they were is put back by `undoByHand`. `note`:
   * how a recording tells it.
   */
  async byHand(
    does: HandDone,
    make: (trainer: GRPOTrainer) => readonly HintEvent[],
    note: (recorder: Recorder, events: readonly HintEvent[]) => void = (recorder, events) => recorder.changed(events),
  ): Promise<void> {
    const { trainer, run } = this.#own();
    const { hints } = trainer.policy;
    await this.#orBack(async () => {
      const events = make(trainer);
      const recorder = this.#recording.of(run.id);
      if (recorder !== null) note(recorder, events);
      if (events.length === 0) return;
      await this.#commit({ events, edited: true });
      this.#hands.done(run.id, does, hints, events);
    });
  }

  /** See `EngineApi.undoByHand`. */
  async undoByHand(): Promise<void> {
    const { trainer, run } = this.#own();
    const last = this.#hands.last(run.id);
    if (last === null) throw new Error('There is no change by hand to take back.');
    const { putHints } = await fetched(import('../../grpo/policy-edits.ts'));
    await this.#orBack(async () => {
      const events = putHints(trainer.policy, last.before, run.state.step, { id: 'undone' });
      this.#recording.of(run.id)?.changed(events);
      if (events.length > 0) await this.#commit({ events });
      this.#hands.forget();
    });
  }

  /** What `undoByHand` would take back; null for nothing. */
  get undoable(): Undoable | null {
    return this.#hands.last(this.id);
  }

  /** The run as it is stored. */
  get stored(): RunRecord {
    return this.#current().run;
  }

  /**
   * Leaves the few learned hints that decide the same on the training questions. Resolves to null where there is
   * nothing to distil; what was before is brought back by `undoDistil` until anything else changes the policy.
   */
  async distil(): Promise<Omit<Distillation, 'events'> | null> {
    const { trainer, pool, run } = this.#own();
    const { distilPolicy, MOST_DISTILLED } = await distillation();
    const before = trainer.policy.hints;
    let outcome: Omit<Distillation, 'events'> | null = null;
    await this.#orBack(async () => {
      const distilled = distilPolicy(trainer, pool.questions, MOST_DISTILLED);
      if (distilled === null) return;
      const { events, ...rest } = distilled;
      this.#recording.of(run.id)?.changed(events);
      await this.#commit({ events });
      outcome = rest;
      this.#beforeDistilling = { run: run.id, eventCount: trainer.policy.eventCount, hints: before };
    });
    return outcome;
  }

  /** Rejects with Error once anything else has changed the policy. */
  async undoDistil(): Promise<void> {
    const { trainer, run } = this.#own();
    const before = this.#beforeDistilling;
    this.#beforeDistilling = null;
    if (before?.run !== run.id || before.eventCount !== trainer.policy.eventCount)
      throw new Error('The policy has changed since: the hints that were left out cannot be brought back.');
    await this.#orBack(async () => {
      const events = trainer.reinstate(before.hints, { id: 'undistilled' });
      this.#recording.of(run.id)?.changed(events);
      await this.#commit({ events });
    });
  }

  /** Rejects with GuidanceError. */
  async guide(act: GuidanceAct): Promise<void> {
    await this.byHand('guidance', ({ policy, step, config: { weight_limit: weightLimit } }) =>
      actOnGuidance(policy, act, { step, weightLimit }),
    );
  }

  /** Keeps what was said of a completion, which may change the questions that are drawn. */
  async say(completion: Judged, change: Parameters<FeedbackBook['say']>[2]): Promise<FeedbackView> {
    const { store, feedback, pool } = this.data;
    const session = this.#writable();
    await feedback.say(store, completion, change, this.#ports.today());
    this.#recording.of(session.run.id)?.said(feedback.entries);
    session.pool = await pool.of(session.config);
    return { feedback: feedback.entries, leftOut: session.pool.leftOut };
  }

  /** Where the reader is. */
  async moveTo(place: Place): Promise<void> {
    const session = this.#writable();
    await this.#writing(() => this.data.store.setPlace(session.run.id, place));
    session.run = { ...session.run, place };
  }

  /** Begins anew; see `EngineApi.reset`. */
  async reset({ seed, start, dataset }: { seed: number; start?: StartChoice; dataset?: string }): Promise<void> {
    checkSeed(seed);
    const { run, config, playback } = this.#writable();
    const before = run.start ?? 'none';
    const from = START_CHOICES.find((choice) => choice === start) ?? before;
    const beginning = { config, seed, replaces: run.id, from };
    if (dataset !== undefined && dataset !== run.dataset)
      return this.#data.changeTo(dataset, () => this.#begin({ ...beginning, place: elsewhere(run.place) }));
    // Before the first step there is nothing to replace, and nothing that a reset before it left may be lost; but what
    // was done by hand is something.
    if (playback === null && run.state.step === 0 && run.edited !== true && seed === run.state.seed && from !== before)
      return this.#changeStart(from);
    return this.#begin({ ...beginning, place: run.place });
  }

  /** Brings back the run before the reset; resolves to what to tell the reader, if anything. */
  async undoReset(): Promise<string | undefined> {
    const { run, config, canUndo } = this.#writable();
    if (!canUndo) throw new Error('There is no reset to take back.');
    const { store } = this.data;
    await this.#writing(() => store.undo(run.id));
    const found = await store.current();
    return found === null ? undefined : this.#restore(found, config, run.state.seed);
  }

  /** Goes on with another run of the list; resolves to what to tell the reader, if anything. */
  async changeTo(id: string): Promise<string | undefined> {
    const { run, config } = this.#writable();
    if (id === run.id) return undefined;
    const { store } = this.data;
    let said: string | undefined;
    const open = async (): Promise<void> => {
      await this.#writing(() => store.open(id, run.id));
      const found = await store.current();
      if (found !== null) said = await this.#restore(found, config, run.state.seed);
    };
    // Opened first: where its data is not to be had any more, nothing has changed.
    const other = (await store.runs()).find((one) => one.id === id);
    await (other === undefined ? open() : this.#data.changeTo(other.dataset, open));
    return said;
  }

  /** Other questions for the dataset that is open, which has to be the reader's own. The run goes on with them. */
  async setQuestions(questions: readonly Question[]): Promise<void> {
    const session = this.#own();
    const { dataset } = this.data;
    if (this.#ports.keepQuestions === undefined) throw new Error('No questions can be kept here.');
    const kept = await this.#ports.keepQuestions(dataset, questions);
    // What is recorded names the questions it was made on.
    this.#recording.leave();
    const { pool } = this.#data.exchange(kept);
    session.pool = await pool.of(session.config);
  }

  /**
   * Other keys and descriptions for the dataset that is open, which has to be the reader's own. The run goes on, where
   * it is, under the schema as it is then. Resolves to what to tell the reader, if anything.
   */
  async setSchemaNotes(notes: SchemaNotes): Promise<string | undefined> {
    const session = this.#own();
    const { dataset, sampler: before } = this.data;
    if (this.#ports.keepSchemaNotes === undefined)
      throw new Error('Nothing that is said of a schema can be kept here.');
    const kept = await this.#ports.keepSchemaNotes(dataset, notes);
    this.#recording.leave();
    const { sampler, pool } = await this.#data.rebuild(kept);
    session.pool = await pool.of(session.config);
    session.trainer = this.#trainer(session.config, session.run.state.seed, session.run.state);
    try {
      await sampler.use(before.source, before.label);
      return undefined;
    } catch (error) {
      await this.use(SKETCH);
      return `${messageOf(error)} The run goes on with the built-in sampler.`;
    }
  }

  /** Takes up a project; resolves to what to tell the reader, if anything. */
  async adopt(opened: OpenedProject, file: string): Promise<string | undefined> {
    const { run, config } = this.#writable();
    const { adoptProject } = await fetched(import('./adopting-project.ts'));
    const here = { file, replaces: run.id, place: START, data: this.#data, ports: this.#ports };
    await this.#writing(() => adoptProject(opened, here));
    const found = await this.data.store.current();
    return found === null ? undefined : this.#restore(found, config, found.run.state.seed);
  }

  /** Changes the list of runs. Throws ConfigError for a name that is none. */
  async changeRuns(change: RunsChange): Promise<void> {
    const { store } = this.data;
    const session = this.#current();
    if (change.does === 'rename') {
      const name = checkName(change.name);
      await store.rename(change.id, name);
      if (change.id === session.run.id) session.run = { ...session.run, name };
    } else if (change.does === 'purge') await store.purge();
    else await store[change.does](change.id);
    const found = await store.current();
    if (found?.run.id === session.run.id) session.canUndo = found.canUndo;
  }

  /** Plays a recorded run back, as a new run. Rejects when the file is broken, or was made on something else. */
  async play(file: File): Promise<void> {
    const { run } = this.#writable();
    const text = await file.text();
    const { parseRecording, playbackOf } = await playing();
    const recording = parseRecording(text, file.name);
    await this.#data.changeTo(recording.dataset, async (dataset) => {
      const playback = await playbackOf({ name: file.name, text }, dataset, this.#ports);
      const id = await keepFile('recording', file, this.data.store, this.#ports);
      await this.#begin({
        config: recording.config,
        seed: recording.state.seed,
        place: elsewhere(run.place),
        replaces: run.id,
        from: 'none',
        played: { playback, source: { kind: 'recording', file: id } },
      });
    });
  }

  /** Records the run from here on. */
  async record(): Promise<RecordingView> {
    const session = this.#own();
    const { Recorder } = await recording();
    const { sampler, dataset, feedback } = this.data;
    const digest = await dataset.digest?.();
    const recorder = new Recorder({ sampler, dataset: dataset.name, ...digest });
    this.#recording.start(recorder, session.run.id);
    session.trainer = this.#trainer(session.config, session.run.state.seed, session.run.state);
    recorder.begin(session.config, session.trainer.state(), feedback.entries);
    return { steps: 0, size: recorder.size, on: true, ended: recorder.ended };
  }

  /** The file of what was recorded last; null when nothing was. */
  recordingText(): string | null {
    return this.#recording.text();
  }

  /** Ends one completion that is being written, wherever the call that writes it stands. */
  stopCompletion(index: number): void {
    this.#data.opened?.sampler.stop(index);
  }

  /** What moved since this, or `view`, was asked for the last time. */
  progress(): Progress {
    return progressOf(this.#current(), condensed(this.#untold.splice(0)));
  }

  view(notice?: string): Promise<RunView> {
    this.#untold.length = 0;
    const session = this.#current();
    return runView(session, this.data, this.#recording.view(session.run.id), notice);
  }

  /** Starts a run in place of `replaces`. Where storage is full even for that, the run goes on in memory. */
  async #begin({ config, seed, place, replaces, from, played }: Beginning): Promise<void> {
    const { sampler, pool, dataset, store } = this.data;
    this.#recording.leave();
    const hints = await startHints(from, config, this.#ports);
    const teachable = await pool.of(config);
    const trainer = played?.playback.trainer ?? this.#trainer(config, seed);
    const begun = this.#ports.today();
    const run: RunRecord = {
      id: this.#ports.newRunId(),
      name: runName(dataset.title, new Date(begun)),
      begun,
      revision: 0,
      dataset: dataset.name,
      sampler: played?.source ?? sampler.source,
      samplerLabel: (played?.playback.sampler ?? sampler).label,
      settings: config,
      state: trainer.state(),
      place,
    };
    let canUndo = replaces !== null;
    try {
      await this.#writing(() => store.begin(run, replaces));
    } catch (error) {
      if (!(error instanceof StoreError && error.reason === 'full')) throw error;
      canUndo = false;
      await (await this.#data.goOnInMemory(error)).store.begin(run, null);
    }
    const playback = played?.playback ?? null;
    this.#session = { run, config, trainer, pool: teachable, canUndo, lost: null, playback };
    if (from !== 'none')
      await this.#orBack(() => this.#commit({ events: trainer.startFrom(hints, 'starter'), start: from }));
  }

  /** Another start for a run that has not taken a step: the hints that are there go, and the new ones come. */
  async #changeStart(from: StartChoice): Promise<void> {
    const session = this.#current();
    const { config, run } = session;
    const hints = await startHints(from, config, this.#ports);
    await this.#orBack(async () => {
      const gone = session.trainer.reinstate([], { id: 'other-start' });
      session.trainer = this.#trainer(config, run.state.seed, { ...session.trainer.state(), start: {} });
      await this.#commit({ events: [...gone, ...session.trainer.startFrom(hints, 'starter')], start: from });
      this.#recording.of(run.id)?.begin(config, session.trainer.state(), this.data.feedback.entries);
    });
  }

  /**
   * Takes up a stored run. One that cannot be read is set aside as if it had been reset; resolves to what to tell the
   * reader.
   */
  async #restore(
    { run: stored, canUndo, fault }: CurrentRun,
    fallback: GRPOConfig,
    seed: number,
  ): Promise<string | undefined> {
    this.#recording.leave();
    try {
      if (fault !== undefined) throw new Error(fault);
      const run = { ...stored, sampler: readGroupSource(stored.sampler) };
      await this.#data.changeTo(run.dataset, () => Promise.resolve());
      const { config, dropped } = readSettings(run.settings);
      const pool = await this.data.pool.of(config);
      const trainer = this.#trainer(config, run.state.seed, run.state);
      this.#session = { run, config, trainer, pool, canUndo, lost: null, playback: null };
      const { sampler, samplerLabel } = run;
      const taken = sampler.kind === 'recording' ? this.#resume(run) : this.data.sampler.use(sampler, samplerLabel);
      const absent = await taken.then(() => null, messageOf);
      if (absent !== null) {
        await this.use(SKETCH);
        return `${absent} The run goes on with the built-in sampler.`;
      }
      return dropped.length === 0
        ? undefined
        : `Settings of the saved run that this version does not know were put back to their defaults: ${dropped.join(', ')}.`;
    } catch (error) {
      await this.#begin({ config: fallback, seed, place: START, replaces: stored.id, from: 'none' });
      return `The saved run could not be read (${messageOf(error)}), so a new one was started.`;
    }
  }

  /** Takes up a recording where the run stands. */
  async #resume({ sampler, state }: RunRecord): Promise<void> {
    if (sampler.kind !== 'recording') return;
    const session = this.#current();
    const file = await keptFile(sampler.file, this.#ports, 'The recording');
    const { playbackOf } = await playing();
    session.playback = await playbackOf(file, this.data.dataset, this.#ports, state);
    session.trainer = session.playback.trainer;
    session.config = session.trainer.config;
  }

  #trainer(config: GRPOConfig, seed: number, state?: RunRecord['state']): GRPOTrainer {
    const { sampler, dataset, rewards } = this.data;
    const recorder = state === undefined || this.#session === null ? null : this.#recording.of(this.#session.run.id);
    return new GRPOTrainer({
      config,
      sampler: recorder?.sampler ?? sampler,
      database: dataset.database,
      rewards,
      seed,
      ...(state === undefined ? {} : { state }),
    });
  }

  /** Stores what `change` adds to the run; on success the session stands at the stored run. */
  async #commit(
    change: Partial<Omit<RunChange, 'run'>> & {
      readonly settings?: GRPOConfig;
      readonly start?: StartChoice;
      readonly edited?: true;
      readonly sampler?: GroupSource;
      readonly samplerLabel?: string;
    },
  ): Promise<void> {
    const { points = [], steps = [], events = [], start, ...named } = change;
    const session = this.#current();
    const { start: before, ...kept } = session.run;
    const from = start ?? before ?? 'none';
    const run: RunRecord = {
      ...kept,
      ...named,
      revision: kept.revision + 1,
      state: session.trainer.state(),
      ...(from === 'none' ? {} : { start: from }),
    };
    await this.#writing(() => this.data.store.commit({ run, points, steps, events }));
    session.run = run;
    this.#untold.push(...events);
    this.#recording.mark(run.id);
  }

  /**
   * When `work` fails, the trainer goes back to where storage is: what the page shows is what is kept. Rejects then,
   * unless `signal` had asked for it.
   */
  async #orBack(work: () => Promise<void>, signal?: AbortSignal): Promise<void> {
    const session = this.#current();
    this.#recording.mark(session.run.id);
    try {
      await work();
    } catch (error) {
      this.#recording.rollback(session.run.id);
      if (session.playback !== null) await this.#resume(session.run);
      else session.trainer = this.#trainer(session.config, session.run.state.seed, session.run.state);
      if (signal?.aborted !== true) throw error;
    }
  }

  /** Remembers when storage was lost to another tab, so that every later call says so. */
  async #writing(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (this.#session && error instanceof StoreError && (error.reason === 'conflict' || error.reason === 'closed'))
        this.#session.lost = error;
      throw error;
    }
  }

  #current(): Session {
    if (this.#session === null) throw new Error('The engine is not open yet.');
    return this.#session;
  }

  /** A run that may still be stored. */
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
}

/** The same place, but for its question, in a run on other questions. */
const elsewhere = (place: Place): Place => ({ ...place, questionId: null, ownQuestion: null });
