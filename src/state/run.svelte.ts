/**
 * The run as the page sees it, and the verbs that move it. Owns the engine's client and the loop that
 * drives it: running is calling `advance` again and again, pausing is not calling it.
 */
import { hintsBefore } from '../grpo/hints-before.ts';
import type {
  AdvanceRequest,
  DatasetView,
  EngineApi,
  GuidanceAct,
  HintEdit,
  HintExample,
  HintLog,
  LiveOutcome,
  LiveProgress,
  LiveRequest,
  Place,
  PolicyAt,
  Progress,
  RunView,
  StartChoice,
  Distilled,
} from '../engine/protocol.ts';
import { DEFAULT_CONFIG, DEFAULT_SEED, makeConfig, type GRPOConfig } from '../grpo/config.ts';
import { messageOf } from '../grpo/message-of.ts';
import { isHeldOut } from '../grpo/questions.ts';
import type { HistoryPoint } from '../grpo/run-store.ts';
import { rewardModeOf, type RewardMode } from '../grpo/reward-modes.ts';
import type { PolicyHint, Question, Step } from '../grpo/types.ts';
import { PUBLISHED, SKETCH } from '../grpo/group-source.ts';
import { isRunLesson, settingsOf, type Beginning, type Lesson, type RunMarks } from '../lessons/lesson.ts';
import { sameSettings, type AddressValues } from './address.ts';
import { FeedbackState, type Judged } from './feedback.svelte.ts';
import { isNearlyFull, RunsState } from './runs.svelte.ts';
import { SamplerState } from './sampler.svelte.ts';
import { DEFAULT_SPEED, isSpeed, PHASES, stepMs, type Phase, type PhaseId, type SpeedId } from './speeds.ts';
import { UnseenState } from './unseen.svelte.ts';
import { WeightHistory, type WeightPoint } from './weights.ts';

/** What the state needs of the outside, so that tests can stand in for it. */
export interface RunOptions {
  /** Starts the engine; called again by `open`, after what was there before has been closed. */
  readonly connect: () => EngineApi & { close(): void };
  readonly address: { read(): AddressValues; write(config: GRPOConfig, seed: number, start: StartChoice): void };
  readonly reducedMotion: () => boolean;
  /** Resolves after so many milliseconds, or at the next frame for 0. */
  readonly wait: (ms: number) => Promise<void>;
  /** What somebody begins with who has no run yet and followed no link. */
  readonly first?: () => Beginning | null;
  /** Whose runs need no settings in the address; none unless given. */
  readonly lessons?: () => readonly Lesson[];
}

export interface Notice {
  readonly text: string;
  readonly tone: 'info' | 'problem';
  /** True where going on with the built-in sampler is a way out. */
  readonly source?: true;
  /** True where deleting runs is a way out. */
  readonly storage?: true;
  /** True where taking up what is stored is a way out. */
  readonly lost?: true;
  /** True for why no step was taken: gone once one is. */
  readonly noStep?: true;
}

/** A reader's choice between two answers to a question. */
export interface Choice {
  readonly question: string;
  readonly right: string;
  readonly wrong: string;
}

/** What came of steps on a question whose right answer is known. */
export interface Practised {
  /** What went wrong; null for nothing. */
  readonly problem: string | null;
  /** Whether its last groups were right without being shown the answer. */
  readonly foundByItself: boolean;
  /** The question is held out: nothing was learned from it. */
  readonly heldOut?: boolean;
}

/** Steps at most on a question that is learned from, and the milliseconds after which no further one is begun. */
const CHOICE_STEPS = 60;
const CHOICE_MS = 4000;
/** At Max, the engine works this long between two pictures. */
const BATCH_MS = 200;
const MAX_BATCH = 10_000;
/** At Max the page shows the newest step this often: more than can be read, and the engine needs the time. */
const SHOW_EVERY_MS = 250;
/** Where a picture takes long, the next one waits this many times as long, so that the steps have the processor. */
const PICTURES_APART = 8;
/** Hints whose past is asked for when the page opens. */
const RECALLED = 12;
/** Steps between two looks at how full storage is. */
const LOOK_EVERY = 500;

export class RunState {
  /** Thumbs and corrected SQL. */
  readonly feedback = new FeedbackState({
    ask: (call) => this.#inTurn(call),
    onchange: ({ leftOut }) => {
      if (this.#run) this.#run = { ...this.#run, leftOut };
    },
  });
  /** Where the groups come from. */
  readonly sampler = new SamplerState({
    ask: (call) => this.#inTurn(call),
    now: (call) => {
      if (this.#engine !== null) void call(this.#engine).catch(() => undefined);
    },
    pause: () => this.pause(),
    show: (run) => this.#show(run),
    seed: () => this.seed,
  });
  /** All runs that are kept. */
  readonly runs = new RunsState({
    ask: (call) => this.#inTurn(call),
    pause: () => this.pause(),
    show: (run) => {
      this.#show(run);
      if (run.notice !== undefined) this.tell(run.notice);
      void this.#recall();
    },
    onchange: ({ canUndo, storage }) => {
      if (this.#run) this.#run = { ...this.#run, canUndo };
      if (!isNearlyFull(storage)) this.#withoutStorageNotices();
    },
  });
  /** Right answers on questions it never saw. */
  readonly unseen = new UnseenState({
    ask: (call) =>
      this.#engine === null ? Promise.reject(new Error('The engine has not started.')) : call(this.#engine),
    atMax: () => this.#running && this.#speed === 'max',
    canAsk: () => this.#status === 'ready' && this.sampler.view.source.kind !== 'recording',
  });
  readonly #options: RunOptions;
  readonly #weights = new WeightHistory();
  #engine: (EngineApi & { close(): void }) | null = null;
  /** Calls to the engine, one after another: a reset must not overtake a step. */
  #calls: Promise<unknown> = Promise.resolve();
  /** Changes whenever the current showing of a step is to end. */
  #showing = 0;
  #endShowing: () => void = () => undefined;
  /** Pressed while the page was loading. */
  #wanted: 'step' | 'run' | null = null;
  #wantedSpeed: SpeedId | null = null;
  /** Picked or typed before the run was there; wins over where the reader was the last time. */
  #wantedQuestion: Pick<Place, 'questionId' | 'ownQuestion'> | null = null;
  /** Taken at Max and not yet shown. */
  #unshownStep: { readonly step: Step; readonly progress: Progress; readonly points: readonly HistoryPoint[] } | null =
    null;
  #shownAt = 0;
  /** Seed of the reset that is under way. */
  #resettingTo: number | null = null;
  /** Step at which it was last looked how full storage is. */
  #lookedAt = 0;
  #showEveryMs = SHOW_EVERY_MS;

  #status = $state<'loading' | 'ready' | 'failed'>('loading');
  #failure = $state('');
  #notices = $state.raw<readonly Notice[]>([]);
  #run = $state.raw<RunView | null>(null);
  #progress = $state.raw<Omit<Progress, 'changes'> | null>(null);
  #history = $state.raw<readonly HistoryPoint[]>([]);
  #step = $state.raw<Step | null>(null);
  #stepConfig = $state.raw<GRPOConfig | null>(null);
  #hintsBefore = $state.raw<readonly PolicyHint[]>([]);
  #phase = $state<Phase>('rest');
  #running = $state(false);
  #stepping = $state(false);
  #speed = $state<SpeedId>(DEFAULT_SPEED);
  #questionId = $state<string | null>(null);
  #ownQuestion = $state<string | null>(null);
  #weightsVersion = $state(0);

  constructor(options: RunOptions) {
    this.#options = options;
  }

  get status(): 'loading' | 'ready' | 'failed' {
    return this.#status;
  }
  /** Why the engine could not start; '' unless `status` is 'failed'. */
  get failure(): string {
    return this.#failure;
  }
  get notices(): readonly Notice[] {
    return this.#notices;
  }
  get config(): GRPOConfig {
    return this.#run?.config ?? DEFAULT_CONFIG;
  }
  /** The settings the last step was taken with, as far as the page knows. */
  get stepConfig(): GRPOConfig {
    return this.#stepConfig ?? this.config;
  }
  /** What rewards the next step, and what rewarded the last one. */
  get rewardMode(): RewardMode {
    return rewardModeOf(this.config);
  }
  get stepRewardMode(): RewardMode {
    return rewardModeOf(this.stepConfig);
  }
  /** How many training questions are not drawn because gold rewards and theirs teaches nothing. */
  get leftOut(): number {
    return this.#run?.leftOut.length ?? 0;
  }
  /** What the run started from. */
  get startedFrom(): StartChoice {
    return this.#run?.start.from ?? 'none';
  }
  /** Why nothing is kept when the page is closed; null when it is. */
  get notSaved(): string | null {
    return this.#run?.notSaved ?? null;
  }
  get dataset(): DatasetView | null {
    return this.#run?.dataset ?? null;
  }
  get seed(): number {
    return this.#run?.seed ?? DEFAULT_SEED;
  }
  /** What a lesson knows its run by. */
  get marks(): RunMarks {
    return { dataset: this.dataset?.name ?? null, seed: this.seed, source: this.sampler.view.source.kind };
  }
  get canUndo(): boolean {
    return this.#run?.canUndo ?? false;
  }
  get runId(): string {
    return this.#run?.runId ?? '';
  }
  get stepCount(): number {
    return this.#progress?.stepCount ?? 0;
  }
  get hints(): readonly PolicyHint[] {
    return this.#progress?.hints ?? [];
  }
  get history(): readonly HistoryPoint[] {
    return this.#history;
  }
  /** The hints as they were before the last step. */
  get hintsBefore(): readonly PolicyHint[] {
    return this.#hintsBefore;
  }
  /** The last step in full; null before the first. */
  get step(): Step | null {
    return this.#step;
  }
  /** How much of the step is on the screen. */
  get phase(): Phase {
    return this.#phase;
  }
  get running(): boolean {
    return this.#running;
  }
  /** True from the press of Step until its step is there. */
  get stepping(): boolean {
    return this.#stepping;
  }
  get speed(): SpeedId {
    return this.#speed;
  }
  get questionId(): string | null {
    return this.#questionId;
  }
  get ownQuestion(): string | null {
    return this.#ownQuestion;
  }

  /** The weights of a hint over time, as far as the page knows them. */
  weightsOf(key: string): readonly WeightPoint[] {
    return this.#weightsVersion >= 0 ? this.#weights.of(key) : [];
  }

  /** The weight a hint had at the start of the run; null when it was learned since. */
  startWeightOf(key: string): number | null {
    const weights = this.#run?.start.weights;
    return weights !== undefined && Object.hasOwn(weights, key) ? (weights[key] ?? null) : null;
  }

  question(id: string): Question | null {
    return this.#run?.dataset.questions.find((question) => question.id === id) ?? null;
  }

  /** Starts the engine and restores the last run. Settings and seed of the address win over what was stored. */
  async open(): Promise<void> {
    this.#status = 'loading';
    this.#failure = '';
    const { settings, seed, start, dataset, hints, problems } = this.#options.address.read();
    this.#notices = problems.map((problem) => ({
      text: `In the address: ${problem} The default is used.`,
      tone: 'problem',
    }));
    this.#engine?.close();
    this.#calls = Promise.resolve();
    try {
      const engine = this.#options.connect();
      this.#engine = engine;
      void engine
        .watchLive((live) => {
          if (this.#engine === engine) this.sampler.tell(live);
        })
        .catch(() => undefined);
      const first =
        seed === null && start === null && `${dataset ?? ''}${hints ?? ''}` === '' && Object.keys(settings).length === 0
          ? this.#options.first?.()
          : null;
      let run = await engine.open(
        first
          ? { seed: first.seed, settings: { ...first.settings }, dataset: first.dataset }
          : { seed: seed ?? DEFAULT_SEED, settings: { ...settings }, ...(dataset === undefined ? {} : { dataset }) },
      );
      run = await this.#datasetAsAddressed(engine, run, { dataset, bare: hints !== undefined });
      if (seed !== null && seed !== run.seed) {
        run = await engine.reset({ seed });
        this.tell(
          `The address asks for seed ${seed}, so a new run was started. “Undo reset” brings the other one back.`,
        );
      }
      if (Object.keys(settings).length > 0) run = await this.#configureAsAddressed(engine, run, makeConfig(settings));
      if (start !== null && start !== run.start.from) run = await this.#startAsAddressed(engine, run, start);
      if (hints !== undefined) run = await this.#hintsAsAddressed(engine, run, hints);
      const asked = this.#wantedQuestion !== null || this.#wantedSpeed !== null;
      this.#show(run);
      if (run.notice !== undefined) this.tell(run.notice);
      if (run.notSaved !== undefined) this.tell(run.notSaved, 'problem');
      this.#status = 'ready';
      this.unseen.moved();
      if (asked) this.#savePlace();
      void this.#recall();
      void this.#lookAtStorage();
    } catch (error) {
      this.#status = 'failed';
      this.#failure = messageOf(error);
      return;
    }
    if (this.#wanted === 'step') void this.stepOnce();
    if (this.#wanted === 'run') this.start();
    this.#wanted = null;
  }

  /**
   * Asks the language model with hints and without, past the queue of calls: nothing waits for it. Training is paused,
   * since both would take turns with the model.
   */
  compareLive(request: LiveRequest, onprogress: (progress: LiveProgress) => void): Promise<LiveOutcome> {
    this.pause();
    return this.#engine?.compareLive(request, onprogress) ?? Promise.reject(new Error('The engine has not started.'));
  }

  stopComparing(): void {
    void this.#engine?.stopComparing().catch(() => undefined);
  }

  /** Learns how sure answers may be; past the queue of calls, since it gives way to them. */
  calibrate(budgetMs: number): Promise<boolean> {
    return this.#engine?.calibrate(budgetMs) ?? Promise.resolve(true);
  }

  /**
   * Learns from the reader's choice between two answers: keeps it as thumbs, lets feedback count, and takes steps on
   * the question.
   */
  async learnFrom({ question, right, wrong }: Choice): Promise<Practised> {
    this.pause();
    const problem =
      (await this.feedback.judge({ question, sql: right }, 'up', wrong)) ??
      (await this.feedback.judge({ question, sql: wrong }, 'down'));
    return problem === null ? this.#practise(question, right) : { problem, foundByItself: false };
  }

  /** The same from SQL that the reader gave as the right answer. */
  async learnCorrection(completion: Judged, sql: string): Promise<Practised> {
    this.pause();
    const problem = await this.feedback.correct(completion, sql);
    return problem === null ? this.#practise(completion.question, sql) : { problem, foundByItself: false };
  }

  /** Lets feedback count, and takes steps on that question until its right answer is found without help. */
  async #practise(question: string, right: string): Promise<Practised> {
    if (isHeldOut(question, this.dataset?.questions ?? []))
      return { problem: null, foundByItself: false, heldOut: true };
    const problem =
      this.config.feedback_weight > 0 ? null : await this.configure({ ...this.config, feedback_weight: 1 });
    if (problem !== null) return { problem, foundByItself: false };
    try {
      const steps = { steps: CHOICE_STEPS, budgetMs: CHOICE_MS, questionId: null, ownQuestion: question, shown: right };
      const {
        step,
        points,
        foundByItself = false,
        ...progress
      } = await this.#inTurn((engine) => engine.advance(steps));
      if (step !== null) {
        this.#unshownStep = { step, points, progress };
        this.#stepConfig = this.config;
        this.#showNewest();
      }
      return { problem: null, foundByItself };
    } catch (error) {
      return { problem: messageOf(error), foundByItself: false };
    }
  }

  /** Takes up what is stored now: another tab went on with it, or the browser closed the storage. */
  async takeUp(): Promise<void> {
    this.pause();
    const run = await this.#call((engine) => engine.open({ seed: this.seed, settings: {} }));
    if (run === null) return;
    this.#notices = this.#notices.filter(({ lost }) => lost !== true);
    this.#show(run);
    if (run.notSaved !== undefined) this.tell(run.notSaved, 'problem');
    void this.#recall();
  }

  /**
   * The page is back from the browser's memory of pages: what it shows may be older than what is stored by now.
   */
  returned(): void {
    if (this.#status === 'ready') void this.takeUp();
  }

  dismiss(notice: Notice): void {
    this.#notices = this.#notices.filter((other) => other !== notice);
  }

  /** One step; ends a run first. Pressed while the page still loads, it happens as soon as it can. */
  async stepOnce(): Promise<void> {
    if (this.#status === 'loading') this.#wanted = 'step';
    if (this.#status !== 'ready' || this.#stepping) return;
    this.pause();
    this.#stepping = true;
    const taken = await this.#advance({ steps: 1, budgetMs: BATCH_MS });
    this.#stepping = false;
    if (taken) await this.#play(this.#speed === 'max' ? 0 : stepMs(this.#speed));
  }

  /**
   * Takes one step and shows its completions with their results; what is made of them waits for `learn`. On a question
   * that is given for this once, else on the one that is practised or the next.
   */
  async draw(once: Partial<Pick<Place, 'questionId' | 'ownQuestion'>> = {}): Promise<void> {
    if (this.#status !== 'ready' || this.#stepping) return;
    this.pause();
    this.#stepping = true;
    const taken = await this.#advance({ ...once, steps: 1, budgetMs: BATCH_MS });
    this.#stepping = false;
    if (taken) this.stopAt('execute');
  }

  /** Shows the step up to that stage, and stays there. */
  stopAt(stage: PhaseId): void {
    if (this.#step === null) return;
    this.pause();
    this.#phase = stage;
  }

  /** Shows what is made of the group: the stages after the one that is shown, and stays at the last. */
  async learn(): Promise<void> {
    if (this.#step === null) return;
    this.#finishShowing();
    await this.#play(stepMs(this.#speed === 'max' ? DEFAULT_SPEED : this.#speed), 'score');
  }

  /** Begins a run with other questions and settings; the one there is stays in the list of runs. */
  async begin({ dataset, source, question, start, seed, settings }: Beginning): Promise<void> {
    this.pause();
    const config = makeConfig(settings);
    const wanted = source === 'completions' ? PUBLISHED : SKETCH;
    const run = await this.#call(async (engine) => {
      let begun = await engine.reset({ seed, start, dataset });
      if (begun.sampler.source.kind !== wanted.kind) begun = await engine.useSampler(wanted);
      return { ...begun, ...(await engine.configure({ ...config })) };
    });
    if (run === null) return;
    this.#show(run);
    this.practise(question ?? null);
  }

  start(): void {
    if (this.#status === 'loading') this.#wanted = 'run';
    if (this.#status !== 'ready' || this.#running) return;
    this.#finishShowing();
    this.#running = true;
    void this.#loop();
  }

  /** Takes effect at once: no further step is begun, and the last one is shown complete. */
  pause(): void {
    this.#wanted = null;
    if (this.#running) void this.#engine?.halt().catch(() => undefined);
    this.#running = false;
    this.#finishShowing();
    this.unseen.moved();
  }

  toggle(): void {
    if (this.#running) this.pause();
    else this.start();
  }

  setSpeed(speed: SpeedId): void {
    if (this.#status === 'loading') this.#wantedSpeed = speed;
    this.#speed = speed;
    this.#finishShowing();
    this.#savePlace();
  }

  /** Trains on this question from the next step on; null: on all training questions, in shuffled order. */
  practise(questionId: string | null): void {
    this.#setQuestion({ questionId, ownQuestion: null });
  }

  /** Trains on the reader's own words. */
  askOwn(question: string): void {
    this.#setQuestion({ questionId: null, ownQuestion: question.trim() });
  }

  #setQuestion(asked: Pick<Place, 'questionId' | 'ownQuestion'>): void {
    if (this.#status !== 'ready') this.#wantedQuestion = asked;
    this.#questionId = asked.questionId;
    this.#ownQuestion = asked.ownQuestion;
    this.#savePlace();
  }

  /** Pressed again while it is under way, it is not done twice: the run it takes back would be an empty one. */
  async reset(seed = this.seed): Promise<void> {
    if (this.#resettingTo === seed) return;
    this.#resettingTo = seed;
    this.pause();
    const left = seed === this.seed ? 0 : this.stepCount;
    const run = await this.#call((engine) => engine.reset({ seed }));
    this.#resettingTo = null;
    if (run) this.#show(run);
    // Who changed a figure may not have meant to begin anew.
    if (run && left > 1)
      this.tell(`A new run begins with seed ${seed}. The one of ${left} steps stays in the list of runs.`);
  }

  /** Begins again from there, with the same seed. Resolves to what went wrong, or null. */
  async startFrom(start: StartChoice): Promise<string | null> {
    this.pause();
    try {
      this.#show(await this.#inTurn((engine) => engine.reset({ seed: this.seed, start })));
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** A link's settings. A recorded run keeps its own; the page opens all the same. */
  async #configureAsAddressed(engine: EngineApi, run: RunView, config: GRPOConfig): Promise<RunView> {
    if (sameSettings(config, run.config)) return run;
    try {
      return { ...run, ...(await engine.configure({ ...config })) };
    } catch (error) {
      this.tell(messageOf(error), 'problem');
      return run;
    }
  }

  /**
   * A link that names a start which is not that of the stored run. Where it cannot be loaded, the page opens all the
   * same.
   */
  async #startAsAddressed(engine: EngineApi, run: RunView, start: StartChoice): Promise<RunView> {
    try {
      const begun = await engine.reset({ seed: run.seed, start });
      if (run.stepCount > 0)
        this.tell(
          `The address asks for ${start === 'starter' ? 'the starter policy' : 'no hints'} to start from, so a new run was started. “Undo reset” brings the other one back.`,
        );
      return begun;
    } catch (error) {
      this.tell(messageOf(error), 'problem');
      return run;
    }
  }

  /** A link's dataset, in a run of its own; `bare`: so that there is nothing yet in the way of its hints. */
  async #datasetAsAddressed(
    engine: EngineApi,
    run: RunView,
    { dataset = run.dataset.name, bare }: { readonly dataset?: string | undefined; readonly bare: boolean },
  ): Promise<RunView> {
    if (dataset === run.dataset.name && (!bare || (run.stepCount === 0 && run.hints.length === 0))) return run;
    try {
      const begun = await engine.reset({ seed: run.seed, dataset, start: 'none' });
      if (run.stepCount > 0)
        this.tell('The link begins a run of its own. The one that was here is in the list of runs.');
      return begun;
    } catch (error) {
      this.tell(messageOf(error), 'problem');
      return run;
    }
  }

  /** The hints of a link. Where they cannot be read, the page opens all the same. */
  async #hintsAsAddressed(engine: EngineApi, run: RunView, packed: string): Promise<RunView> {
    try {
      const { hints } = await engine.readLinkHints(packed);
      const refused = hints.filter(({ becomes }) => becomes === 'refused').length;
      const progress = await engine.importHints();
      this.tell(
        `The link brought ${hints.length - refused} hints${refused === 0 ? '' : `; ${refused} more cannot act on this database`}.`,
      );
      return { ...run, ...progress };
    } catch (error) {
      this.tell(messageOf(error), 'problem');
      return run;
    }
  }

  async undoReset(): Promise<void> {
    this.pause();
    const run = await this.#call((engine) => engine.undoReset());
    if (run) this.#show(run);
    if (run) void this.#recall();
  }

  /** Resolves to what was refused and why, or null when the settings apply from the next step. */
  async configure(config: GRPOConfig): Promise<string | null> {
    try {
      const applied = await this.#inTurn((engine) => engine.configure({ ...config }));
      if (this.#run) this.#run = { ...this.#run, ...applied };
      this.writeAddress();
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  async editHint(key: string, edit: HintEdit): Promise<void> {
    const progress = await this.#call((engine) => engine.editHint(key, edit));
    if (progress) this.#accept(progress);
  }

  /** Asks the engine, after what was asked before: for what is fetched later. Rejects as it does. */
  ask<T>(call: (engine: EngineApi) => Promise<T>): Promise<T> {
    return this.#inTurn(call);
  }

  /** The same of a call that moves the hints, which are shown then. */
  async move(call: (engine: EngineApi) => Promise<Progress>): Promise<void> {
    this.#accept(await this.#inTurn(call));
  }

  /** The same of a call that ends with another run, which is shown then. */
  async changeRun(call: (engine: EngineApi) => Promise<RunView>): Promise<void> {
    this.pause();
    const run = await this.#inTurn(call);
    this.#show(run);
    if (run.notice !== undefined) this.tell(run.notice);
    void this.#recall();
  }

  /** Leaves the few hints that decide the same; resolves to what that did, null where nothing could be left out. */
  async distil(): Promise<Distilled['distilled']> {
    const { distilled, ...progress } = await this.#inTurn((engine) => engine.distil());
    this.#accept(progress);
    return distilled;
  }

  /** Brings the others back. Rejects once anything else has changed the policy. */
  async undoDistil(): Promise<void> {
    this.#accept(await this.#inTurn((engine) => engine.undoDistil()));
  }

  /** A hint in words: added, accepted, reworded or vetoed. Resolves to what was refused and why, or null. */
  async guide(act: GuidanceAct): Promise<string | null> {
    try {
      this.#accept(await this.#inTurn((engine) => engine.guide(act)));
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Shows the run as the engine says it is now. */
  take(run: RunView): void {
    this.#show(run);
  }

  /** What is kept of the story of one hint. */
  eventsOf(key: string): Promise<HintLog> {
    return this.#inTurn((engine) => engine.eventsOf(key));
  }

  /** A question for each of these hints that has one: where it was learned. */
  examplesOf(keys: readonly string[]): Promise<HintExample[]> {
    return this.#inTurn((engine) => engine.examplesOf(keys));
  }

  /** An earlier step in full, or null when only its point was kept. */
  stepAt(number: number): Promise<Step | null> {
    return this.#inTurn((engine) => engine.stepAt(number));
  }

  /** The hints after an earlier step, or at the nearest step whose hints are kept. */
  policyAt(step: number): Promise<PolicyAt> {
    return this.#inTurn((engine) => engine.policyAt(step));
  }

  async #loop(): Promise<void> {
    while (this.#running) {
      const max = this.#speed === 'max';
      const begun = performance.now();
      const first = max && this.unseen.isFirst(this.stepCount);
      const taken = await this.#advance({ steps: max && !first ? MAX_BATCH : 1, budgetMs: BATCH_MS });
      // What was taken and not yet shown is: a recording may end in the middle of a batch.
      if (!taken && this.#running) this.pause();
      if (first) await this.unseen.whole();
      else if (max) await this.unseen.between(performance.now() - begun);
      if (!this.#running) return;
      await this.#play(stepMs(this.#speed));
    }
  }

  async #advance(request: AdvanceRequest): Promise<boolean> {
    const runId = this.#run?.runId;
    const config = this.config;
    const advance = await this.#call((engine) =>
      engine.advance({ questionId: this.#questionId, ownQuestion: this.#ownQuestion, ...request }),
    );
    if (advance === null || runId !== this.#run?.runId) return false;
    if (advance.config !== undefined) this.#takeConfig(advance.config);
    if (advance.step !== null) {
      this.#stepConfig = advance.config ?? config;
      this.#unshownStep = {
        step: advance.step,
        progress: advance,
        points: [...(this.#unshownStep?.points ?? []), ...advance.points],
      };
      const now = performance.now();
      if (!this.#running || this.#speed !== 'max' || now - this.#shownAt >= this.#showEveryMs) {
        this.#shownAt = now;
        // At Max in two pictures: the group, then the hints and charts, so that neither keeps the page busy for long.
        if (this.#running && this.#speed === 'max') {
          this.#step = advance.step;
          await this.#options.wait(0);
          this.#showEveryMs = Math.max(SHOW_EVERY_MS, PICTURES_APART * (performance.now() - now));
        }
        this.#showNewest();
      }
    }
    this.sampler.record(advance.recording);
    if (advance.points.length > 0 && this.#notices.some(({ noStep }) => noStep))
      this.#notices = this.#notices.filter(({ noStep }) => noStep !== true);
    if (advance.ended !== undefined) this.tell(advance.ended);
    // A language model that was told to give the group up took no step either.
    else if (advance.points.length === 0 && !this.sampler.view.isLanguageModel)
      this.#tellOfNoStep('No step was taken: there is no training question to draw.');
    return advance.points.length > 0 && advance.ended === undefined;
  }

  /** Settings that came with a recording. */
  #takeConfig(config: GRPOConfig): void {
    if (this.#run === null || sameSettings(config, this.config)) return;
    this.#run = { ...this.#run, config };
    this.writeAddress();
  }

  /** Shows the step stage by stage for `ms`; at once for 0 and for readers who want no motion. */
  async #play(ms: number, from: PhaseId = 'sample'): Promise<void> {
    const showing = ++this.#showing;
    const ended = new Promise<void>((resolve) => (this.#endShowing = resolve));
    const still = ms === 0 || this.#options.reducedMotion();
    if (still) {
      this.#phase = 'rest';
      await Promise.race([this.#options.wait(ms), ended]);
      return;
    }
    for (const { id, share } of PHASES.slice(PHASES.findIndex(({ id }) => id === from))) {
      this.#phase = id;
      await Promise.race([this.#options.wait(ms * share), ended]);
      if (showing !== this.#showing) return;
    }
    this.#phase = 'rest';
  }

  #showNewest(): void {
    if (this.#unshownStep === null) return;
    const { step, progress, points } = this.#unshownStep;
    this.#unshownStep = null;
    this.#history = [...this.#history, ...points];
    this.#step = step;
    this.#hintsBefore = this.hints;
    this.#accept(progress);
  }

  #finishShowing(): void {
    this.#showNewest();
    this.#showing++;
    this.#phase = 'rest';
    this.#endShowing();
  }

  #show(run: RunView): void {
    this.#finishShowing();
    this.#run = run;
    this.#unshownStep = null;
    this.#history = run.history;
    this.#step = run.step;
    this.#stepConfig = null;
    this.#hintsBefore = run.step === null ? run.hints : hintsBefore(run.hints, run.step.events);
    this.unseen.forget();
    const asked = this.#wantedQuestion ?? run.place;
    this.#wantedQuestion = null;
    this.#questionId = asked.questionId;
    this.#ownQuestion = asked.ownQuestion;
    this.#speed = this.#wantedSpeed ?? (isSpeed(run.place.speed) ? run.place.speed : DEFAULT_SPEED);
    this.#wantedSpeed = null;
    this.#weights.clear();
    this.sampler.take(run.sampler);
    this.#accept(run);
    this.feedback.show(run.feedback);
    // What a source could not do is of no concern once groups come from another one.
    this.#notices = this.#notices.filter(({ source }) => source !== true);
    this.sampler.record(run.recording);
    this.writeAddress();
  }

  #accept(progress: Progress): void {
    // What the engine tells was written: storage that was full is so no more.
    this.#notices = this.#notices.filter(({ storage, tone }) => storage !== true || tone !== 'problem');
    if (Math.abs(progress.stepCount - this.#lookedAt) >= LOOK_EVERY) void this.#lookAtStorage();
    this.#progress = { stepCount: progress.stepCount, hints: progress.hints, summary: progress.summary };
    this.#weights.record(progress.stepCount, progress.hints);
    this.#weightsVersion++;
    this.unseen.moved();
  }

  /** Asks the log for the past of the strongest hints, for their sparklines. */
  async #recall(): Promise<void> {
    const strongest = [...this.hints].sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight)).slice(0, RECALLED);
    if (strongest.length === 0) return;
    const runId = this.runId;
    const kept = await this.#call((engine) => engine.weightsOf(strongest.map(({ key }) => key)));
    if (kept === null || runId !== this.runId) return;
    for (const { key, weights } of kept) this.#weights.recall(key, weights);
    this.#weightsVersion++;
  }

  /** Warns once the browser's storage is nearly used up. */
  async #lookAtStorage(): Promise<void> {
    this.#lookedAt = this.stepCount;
    const storage = await this.#inTurn((engine) => engine.storage()).catch(() => null);
    if (!isNearlyFull(storage)) return;
    const [used, quota] = [storage.used, storage.quota].map((bytes) => Math.round(bytes / 1e6));
    this.#tellOfStorage(
      `The browser’s storage for this page is nearly full: ${used} MB of ${quota} MB are used. Delete runs you no longer need.`,
      'info',
    );
  }

  #tellOfStorage(text: string, tone: Notice['tone']): void {
    this.#withoutStorageNotices();
    this.#notices = [...this.#notices, { text, tone, storage: true }];
  }

  #withoutStorageNotices(): void {
    if (this.#notices.some(({ storage }) => storage === true))
      this.#notices = this.#notices.filter(({ storage }) => storage !== true);
  }

  /** Whether a lesson began this run, and its settings are still the lesson's. */
  get isLesson(): boolean {
    const lessons = this.#options.lessons?.() ?? [];
    return lessons
      .filter(isRunLesson)
      .some(
        (lesson) =>
          lesson.dataset === this.dataset?.name &&
          lesson.seed === this.seed &&
          settingsOf(lesson).some((settings) => sameSettings(settings, this.config)),
      );
  }

  /** What a link has to carry: nothing for a lesson's run, which the lesson's own address begins. */
  writeAddress(): void {
    if (this.#run === null) return;
    const { config, seed, startedFrom } = this;
    if (this.isLesson) this.#options.address.write(DEFAULT_CONFIG, DEFAULT_SEED, 'none');
    else this.#options.address.write(config, seed, startedFrom);
  }

  #savePlace(): void {
    const place = { questionId: this.#questionId, ownQuestion: this.#ownQuestion, speed: this.#speed };
    if (this.#status === 'ready') void this.#call((engine) => engine.setPlace(place));
  }

  /** Shows a notice. */
  tell(text: string, tone: Notice['tone'] = 'info'): void {
    this.#notices = [...this.#notices.filter((notice) => notice.text !== text), { text, tone }];
  }

  #tellOfNoStep(text: string): void {
    this.#notices = [...this.#notices.filter(({ noStep }) => noStep !== true), { text, tone: 'problem', noStep: true }];
  }

  /** Queues a call; a failure ends the run and is told. Resolves to null then. */
  async #call<T>(call: (engine: EngineApi) => Promise<T>): Promise<T | null> {
    try {
      return await this.#inTurn(call);
    } catch (error) {
      this.pause();
      if (error instanceof Error && error.name === 'EngineCrash') {
        this.#status = 'failed';
        this.#failure = messageOf(error);
      } else if (error instanceof Error && error.name === 'ModelError')
        this.#notices = [
          ...this.#notices.filter(({ source }) => source !== true),
          { text: messageOf(error), tone: 'problem', source: true },
        ];
      else if (error instanceof Error && error.name === 'StorageFull') this.#tellOfStorage(messageOf(error), 'problem');
      else if (error instanceof Error && error.name === 'StoreLost')
        this.#notices = [
          ...this.#notices.filter(({ lost }) => lost !== true),
          { text: messageOf(error), tone: 'problem', lost: true },
        ];
      else if (error instanceof Error && error.name === 'QuestionError') this.#tellOfNoStep(messageOf(error));
      else this.tell(messageOf(error), 'problem');
      return null;
    }
  }

  #inTurn<T>(call: (engine: EngineApi) => Promise<T>): Promise<T> {
    const engine = this.#engine;
    if (engine === null) return Promise.reject(new Error('The engine has not started.'));
    const result = this.#calls.then(() => call(engine));
    this.#calls = result.catch(() => undefined);
    return result;
  }
}
