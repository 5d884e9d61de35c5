/**
 * The engine: the run in hand, moved by the calls of `EngineApi`, one call after another. Knows neither worker nor
 * browser; everything it needs of them comes through its ports.
 */
import { parseQuestions, writeQuestions } from '../formats/dataset.ts';
import { DEFAULT_SEED, makeConfig } from '../grpo/config.ts';
import { LONGEST_COMMENT, type Thumb } from '../grpo/feedback.ts';
import type { SamplerSource } from '../grpo/group-source.ts';
import { QuestionError } from '../grpo/questions.ts';
import type { SchemaNotes } from '../grpo/schema-notes.ts';
import { checkSeed } from '../grpo/run-settings.ts';
import type { HintExample, HintLog, KeptWeights, PolicyAt } from '../grpo/run-store.ts';
import type { HintFeature, PolicyHint, Question, Step } from '../grpo/types.ts';
import type { EnginePorts } from './engine-ports.ts';
import { fetched } from './fetched.ts';
import { readable } from './models/readable.ts';
import type {
  CueChoice,
  DeskView,
  ExportKind,
  FittedWeights,
  HandAct,
  HintsImport,
  SavedFile,
} from './policy-protocol.ts';
import type {
  Advance,
  AdvanceRequest,
  AskAnswer,
  AskRequest,
  Configured,
  EngineApi,
  FeedbackView,
  GuidanceAct,
  HintEdit,
  Judged,
  LiveGroup,
  LiveOutcome,
  LiveProgress,
  LiveRequest,
  Measured,
  MeasureRequest,
  Place,
  Progress,
  PromptView,
  RecordingView,
  RunsChange,
  RunsView,
  RunView,
  StorageView,
  Trial,
  Distilled,
} from './protocol.ts';
import type { Asking } from './run/asking.ts';
import type { ComparingLive } from './run/comparing-live.ts';
import { goldTrial, plan, trial } from './run/correction.ts';
import { keepFile } from './run/kept-files.ts';
import type { PolicyDesk } from './run/policy-desk.ts';
import { RunInHand } from './run/run-in-hand.ts';
import { forQuestions } from './sources/completions.ts';

export class Engine implements EngineApi {
  readonly #ports: EnginePorts;
  readonly #run: RunInHand;
  #turn: Promise<unknown> = Promise.resolve();
  #halted = false;
  /** Ends what is being sampled now. */
  #sampling: AbortController | null = null;
  /** Ends the measuring that is under way, or waits. */
  #measuring: AbortController | null = null;
  /** Ends the comparison that is under way. */
  #comparing: AbortController | null = null;
  #compared: ComparingLive | null = null;
  #asked: Asking | null = null;
  #desk: PolicyDesk | null = null;

  constructor(ports: EnginePorts) {
    this.#ports = ports;
    this.#run = new RunInHand(ports);
  }

  open({ seed = DEFAULT_SEED, settings = {}, dataset }: Parameters<EngineApi['open']>[0]): Promise<RunView> {
    return this.#inTurn(async () => {
      const config = makeConfig(settings);
      checkSeed(seed);
      return this.#run.view(await this.#run.open(config, seed, dataset));
    });
  }

  advance(request: AdvanceRequest): Promise<Advance> {
    return this.#inTurn(async () => {
      this.#halted = false;
      return this.#sampled((signal) => this.#run.advance(request, { signal, halted: () => this.#halted }));
    });
  }

  measure(request: MeasureRequest): Promise<Measured> {
    const measuring = new AbortController();
    const result = this.#inTurn(async () => {
      try {
        return await this.#run.measure(request, measuring.signal);
      } finally {
        if (this.#run.data.sampler.isLanguageModel) this.#ports.live.tell(null);
      }
    });
    this.#measuring = measuring;
    return result;
  }

  ask(request: AskRequest): Promise<AskAnswer> {
    return this.#inTurn(async () => {
      const asking = await this.#asking();
      return this.#sampled(async (signal) => {
        try {
          return await asking.ask(request, this.#standing(), signal);
        } catch (error) {
          throw signal.aborted ? new DOMException('Stopped.', 'AbortError') : error;
        }
      });
    });
  }

  calibrate(budgetMs: number): Promise<boolean> {
    const measuring = new AbortController();
    const result = this.#inTurn(async () =>
      (await this.#asking()).calibrate(budgetMs, this.#standing(), measuring.signal),
    );
    this.#measuring = measuring;
    return result;
  }

  async #asking(): Promise<Asking> {
    const { dataset } = this.#run.data;
    if (this.#asked?.isAbout(dataset) !== true) {
      const { Asking } = await fetched(import('./run/asking.ts'));
      this.#asked = new Asking(dataset, this.#ports);
    }
    return this.#asked;
  }

  #standing(): Parameters<Asking['ask']>[1] {
    const { sampler, rewards, feedback } = this.#run.data;
    const { policy, config } = this.#run;
    const written = (question: string): readonly string[] => feedback.correctionsOf(question);
    return { sampler, policy, rewards, config, written };
  }

  /** Not in turn, and so are the next three: they are meant for the call whose turn it is. */
  halt(): Promise<void> {
    this.#halted = true;
    return Promise.resolve();
  }

  stopGroup(): Promise<void> {
    this.#halted = true;
    this.#sampling?.abort();
    this.#measuring?.abort();
    return Promise.resolve();
  }

  stopCompletion(index: number): Promise<void> {
    this.#run.stopCompletion(index);
    return Promise.resolve();
  }

  watchLive(onlive: (group: LiveGroup | null) => void): Promise<void> {
    this.#ports.live.watch(onlive);
    return Promise.resolve();
  }

  useSampler(source: SamplerSource, label?: string): Promise<RunView> {
    return this.#inTurn(async () => {
      await this.#run.use(source, label);
      return this.#run.view();
    });
  }

  openCompletions(file: File): Promise<RunView> {
    return this.#inTurn(async () => {
      const { parseCompletions } = await fetched(import('../formats/completions-file.ts'));
      // Checked before it is kept.
      forQuestions(parseCompletions(await file.text(), file.name), this.#run.data.dataset.questions, file.name);
      const id = await keepFile('completions', file, this.#run.data.store, this.#ports);
      await this.#run.use({ kind: 'completions', file: id }, `Recorded completions of ${file.name}`);
      return this.#run.view();
    });
  }

  startRecording(): Promise<RecordingView> {
    return this.#inTurn(() => this.#run.record());
  }

  recordingText(): Promise<string> {
    return this.#inTurn(async () => {
      const text = this.#run.recordingText();
      if (text === null) throw new Error('Nothing was recorded yet.');
      return text;
    });
  }

  openRecording(file: File): Promise<RunView> {
    return this.#inTurn(async () => {
      await this.#run.play(file);
      return this.#run.view();
    });
  }

  promptFor(question: string): Promise<PromptView> {
    return this.#inTurn(async () => {
      const { policy, config } = this.#run;
      const { schema } = this.#run.data.dataset.database;
      const { promptFor } = await fetched(import('./run/prompt-view.ts'));
      return promptFor(question, { schema, policy, config, contextTokens: this.#ports.model()?.contextTokens ?? null });
    });
  }

  async compareLive(request: LiveRequest, onprogress: (progress: LiveProgress) => void): Promise<LiveOutcome> {
    this.#comparing?.abort();
    const { signal } = (this.#comparing = new AbortController());
    const begun = await this.#inTurn(async () => {
      const { ComparingLive } = await fetched(import('./run/comparing-live.ts'));
      const comparing = (this.#compared ??= new ComparingLive(this.#ports));
      const { dataset } = this.#run.data;
      const isOpen = (): boolean => this.#run.data.dataset.database === dataset.database;
      const { policy, config } = this.#run;
      const { step } = this.#run.stored.state;
      return comparing.begin(request, { dataset, isOpen, hints: policy.hints, step, config });
    });
    return begun.goOn({ signal, onprogress });
  }

  stopComparing(): Promise<void> {
    this.#comparing?.abort();
    return Promise.resolve();
  }

  reset(options: Parameters<EngineApi['reset']>[0]): Promise<RunView> {
    return this.#inTurn(async () => {
      await this.#run.reset(options);
      return this.#run.view();
    });
  }

  undoReset(): Promise<RunView> {
    return this.#inTurn(async () => this.#run.view(await this.#run.undoReset()));
  }

  runs(): Promise<RunsView> {
    return this.#inTurn(() => this.#runs());
  }

  openRun(id: string): Promise<RunView> {
    return this.#inTurn(async () => this.#run.view(await this.#run.changeTo(id)));
  }

  changeRuns(change: RunsChange): Promise<RunsView> {
    return this.#inTurn(async () => {
      await this.#run.changeRuns(change);
      return this.#runs();
    });
  }

  async #runs(): Promise<RunsView> {
    return {
      runs: await this.#run.data.store.runs(),
      storage: await this.#ports.storage(),
      canUndo: this.#run.canUndo,
    };
  }

  /** Not in turn: it concerns no run. */
  storage(): Promise<StorageView | null> {
    return this.#ports.storage();
  }

  configure(settings: Record<string, unknown>): Promise<Configured> {
    return this.#inTurn(() => this.#run.configure(settings));
  }

  judge(completion: Judged, thumb: Thumb | null, over?: string): Promise<FeedbackView> {
    return this.#inTurn(() => this.#run.say(completion, { thumb, chosenOver: over ?? null }));
  }

  remark(completion: Judged, comment: string | null): Promise<FeedbackView> {
    return this.#inTurn(() => {
      if (comment !== null && comment.length > LONGEST_COMMENT)
        throw new QuestionError(`A comment has at most ${LONGEST_COMMENT} characters.`);
      return this.#run.say(completion, { comment: comment?.trim() === '' ? null : comment });
    });
  }

  tryCorrection(sql: string): Promise<Trial> {
    return this.#inTurn(() => this.#tried(sql));
  }

  allRows(sql: string): Promise<Trial> {
    return this.#inTurn(() => this.#tried(sql, true));
  }

  explain(sql: string): Promise<Trial> {
    return this.#inTurn(() => plan(sql, this.#run.data.dataset.database, this.#run.config));
  }

  correct(completion: Judged, sql: string | null): Promise<FeedbackView> {
    return this.#inTurn(async () => {
      const refused = sql === null ? null : (await this.#tried(sql)).refused;
      if (refused !== null) throw new QuestionError(refused);
      return this.#run.say(completion, { corrected: sql === null ? null : sql.trim() });
    });
  }

  editHint(key: string, edit: HintEdit): Promise<Progress> {
    return this.#inTurn(async () => {
      await this.#run.editHint(key, edit);
      return this.#run.progress();
    });
  }

  distil(): Promise<Distilled> {
    return this.#inTurn(async () => {
      const distilled = await this.#run.distil();
      return { ...this.#run.progress(), distilled };
    });
  }

  undoDistil(): Promise<Progress> {
    return this.#inTurn(async () => {
      await this.#run.undoDistil();
      return this.#run.progress();
    });
  }

  guide(act: GuidanceAct): Promise<Progress> {
    return this.#inTurn(async () => {
      await this.#run.guide(act);
      return this.#run.progress();
    });
  }

  desk(): Promise<DeskView> {
    return this.#atDesk((desk) => desk.view());
  }

  byHand(act: HandAct): Promise<Progress> {
    return this.#moving((desk) => desk.act(act));
  }

  undoByHand(): Promise<Progress> {
    return this.#moving(() => this.#run.undoByHand());
  }

  keepSnapshot(name: string): Promise<DeskView> {
    return this.#atDesk((desk) => desk.keepSnapshot(name));
  }

  forgetSnapshot(sequence: number): Promise<DeskView> {
    return this.#atDesk((desk) => desk.forgetSnapshot(sequence));
  }

  hintsOfSnapshot(sequence: number): Promise<readonly PolicyHint[]> {
    return this.#inTurn(() => this.#run.data.store.hintsOfSnapshot(this.#run.id, sequence));
  }

  cues(): Promise<readonly CueChoice[]> {
    return this.#atDesk((desk) => desk.cues());
  }

  actionsFor(cue: string): Promise<readonly HintFeature[]> {
    return this.#atDesk((desk) => desk.actionsFor(cue));
  }

  fitWeights(): Promise<FittedWeights> {
    return this.#atDesk((desk) => desk.fitWeights());
  }

  exportFile(kind: ExportKind): Promise<SavedFile> {
    return this.#atDesk((desk) => desk.exportFile(kind));
  }

  openProject(file: File): Promise<RunView> {
    return this.#inTurn(async () => {
      const { openedProject } = await fetched(import('./run/opening-project.ts'));
      return this.#run.view(await this.#run.adopt(await openedProject(file), file.name));
    });
  }

  linkHints(): Promise<string> {
    return this.#atDesk((desk) => desk.linkHints());
  }

  readLinkHints(packed: string): Promise<HintsImport> {
    return this.#atDesk((desk) => desk.readLinkHints(packed));
  }

  readHints(file: File): Promise<HintsImport> {
    return this.#atDesk((desk) => desk.readHints(file));
  }

  importHints(): Promise<Progress> {
    return this.#moving((desk) => desk.importHints());
  }

  /** The policy's place, fetched with the first call that needs it. */
  #atDesk<T>(work: (desk: PolicyDesk) => T | Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      if (this.#desk === null) {
        const { PolicyDesk } = await fetched(import('./run/policy-desk.ts'));
        this.#desk = new PolicyDesk(this.#run, this.#ports);
      }
      return work(this.#desk);
    });
  }

  #moving(work: (desk: PolicyDesk) => Promise<void>): Promise<Progress> {
    return this.#atDesk(async (desk) => {
      await work(desk);
      return this.#run.progress();
    });
  }

  eventsOf(key: string): Promise<HintLog> {
    return this.#inTurn(() => this.#run.data.store.eventsOf(this.#run.id, key));
  }

  examplesOf(keys: readonly string[]): Promise<HintExample[]> {
    return this.#inTurn(() => this.#run.data.store.examplesOf(this.#run.id, keys));
  }

  weightsOf(keys: readonly string[]): Promise<KeptWeights[]> {
    return this.#inTurn(() => this.#run.data.store.weightsOf(this.#run.id, keys));
  }

  policyAt(step: number): Promise<PolicyAt> {
    return this.#inTurn(() => this.#run.data.store.policyAt(this.#run.id, step));
  }

  stepAt(number: number): Promise<Step | null> {
    return this.#inTurn(() => this.#run.data.store.step(this.#run.id, number));
  }

  setPlace(place: Place): Promise<void> {
    return this.#inTurn(() => this.#run.moveTo(place));
  }

  tryGold(sql: readonly string[]): Promise<Trial[]> {
    return this.#inTurn(async () => {
      const trials: Trial[] = [];
      for (const one of sql) trials.push(await goldTrial(one, this.#run.data.dataset.database));
      return trials;
    });
  }

  setQuestions(questions: readonly Question[]): Promise<RunView> {
    return this.#inTurn(async () => {
      await this.#run.setQuestions(parseQuestions(writeQuestions(questions), 'The questions'));
      return this.#run.view();
    });
  }

  setSchemaNotes(notes: SchemaNotes): Promise<RunView> {
    return this.#inTurn(async () => this.#run.view(await this.#run.setSchemaNotes(notes)));
  }

  async #tried(sql: string, all = false): Promise<Trial> {
    return trial(sql, this.#run.data.dataset.database, this.#run.config, all);
  }

  /** Calls happen one after another, in the order they came: a reset never meets half a step. Measuring gives way. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#measuring?.abort();
    const result = this.#turn.then(work).catch((error: unknown): never => {
      throw readable(error);
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Does `work` so that `stopGroup` can end it. */
  async #sampled<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const sampling = new AbortController();
    this.#sampling = sampling;
    try {
      return await work(sampling.signal);
    } finally {
      this.#sampling = null;
      this.#ports.live.tell(null);
    }
  }
}
