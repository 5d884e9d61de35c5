/**
 * What the page may ask of the engine worker, and what it gets back. Plain data only: it crosses postMessage.
 * The page drives the loop by calling `advance` again and again, so pausing is: not calling it.
 */
import type { GRPOConfig } from '../grpo/config.ts';
import type { Distillation } from '../grpo/distillation.ts';
import type { Feedback, Judged, Thumb } from '../grpo/feedback.ts';
import type { SchemaNotes } from '../grpo/schema-notes.ts';
import type { SamplerSource } from '../grpo/group-source.ts';
import type { GuidanceAct } from '../grpo/guidance.ts';
import type {
  HintExample,
  HintLog,
  HistoryPoint,
  KeptWeights,
  Place,
  PolicyAt,
  RunSummary,
  StartChoice,
} from '../grpo/run-store.ts';
import type { PromptMessage } from '../grpo/origin.ts';
import type { UnseenCounts, UnseenPoint } from '../lab/unseen.ts';
import type { LiveOutcome, LiveProgress, LiveRequest } from './live-protocol.ts';
import type { PolicyApi } from './policy-protocol.ts';
import type { Progress, PoolView, FeedbackView, RunView, RecordingView } from './views-protocol.ts';
import type { LiveGroup } from '../samplers/language/language-sampler.ts';
import type { AskAnswer, AskRequest } from '../ask/ask.ts';
import type { Definition, Execution, HintEdit, Question, Step } from '../grpo/types.ts';

export type {
  DatasetView,
  SamplerView,
  Progress,
  StartView,
  PoolView,
  FeedbackView,
  RunView,
  RecordingView,
} from './views-protocol.ts';

export type {
  AskAnswer,
  AskRequest,
  Definition,
  Feedback,
  GuidanceAct,
  HintEdit,
  HintExample,
  Judged,
  HintLog,
  HistoryPoint,
  KeptWeights,
  LiveGroup,
  LiveOutcome,
  LiveProgress,
  LiveRequest,
  Place,
  PolicyAt,
  PromptMessage,
  RunSummary,
  StartChoice,
  UnseenCounts,
  UnseenPoint,
};

/** The prompt a language model would get for a question, with the hints and without. */
export interface PromptView {
  readonly question: string;
  readonly withHints: readonly PromptMessage[];
  readonly withoutHints: readonly PromptMessage[];
  /** Keys of the hints that are in it, in order. */
  readonly hints: readonly string[];
  /** Relevant hints, tables, descriptions, and columns' sample values that did not fit. */
  readonly leftOut: {
    readonly hints: number;
    readonly tables: number;
    readonly descriptions: number;
    readonly samples: number;
  };
  /** Estimated, as the budget counts. */
  readonly tokens: number;
  /** False when even the least there must be is over the budget. */
  readonly fits: boolean;
}

export interface Distilled extends Progress {
  /** What distilling did; null where no answer hangs on what was learned, or the sampler takes no decisions. */
  readonly distilled: Omit<Distillation, 'events'> | null;
}

export interface Configured extends PoolView {
  readonly config: GRPOConfig;
}

/** What a corrected SQL does, before it is kept. */
export interface Trial {
  /** Its rows cut to those a completion's record keeps. */
  readonly execution: Execution;
  readonly rowCount: number;
  /** Why it cannot be kept; null when it can. */
  readonly refused: string | null;
  /** True when it returns no rows, or only 0 and NULL: other SQL is then not compared with it. */
  readonly saysNothing: boolean;
}

/** Bytes this site uses of the browser's storage, and may use. */
export interface StorageView {
  readonly used: number;
  readonly quota: number;
}

export interface RunsView {
  /** The newest begun first. */
  readonly runs: readonly RunSummary[];
  /** Null where the browser does not say. */
  readonly storage: StorageView | null;
  readonly canUndo: boolean;
}

/** What a reader does in the list of runs. A removed run can be put back until another is, or until `purge`. */
export type RunsChange =
  | { readonly does: 'rename'; readonly id: string; readonly name: string }
  | { readonly does: 'remove' | 'putBack'; readonly id: string }
  | { readonly does: 'purge' };

export interface AdvanceRequest {
  /** Steps to take at most. */
  readonly steps: number;
  /** Milliseconds after which no further step is begun. */
  readonly budgetMs: number;
  /** Train on this question instead of the next in order. */
  readonly questionId?: string | null;
  /** Train on this text (no gold SQL) instead. At most 2,000 characters. */
  readonly ownQuestion?: string | null;
  /**
   * SQL that is right for `ownQuestion`: shown where the sampler finds none, as far as it can write it, until a few
   * groups in a row are right by themselves.
   */
  readonly shown?: string;
}

export interface Advance extends Progress {
  /** The steps taken, as points. */
  readonly points: readonly HistoryPoint[];
  /** The last of them in full; null when none was taken. */
  readonly step: Step | null;
  /** Where an answer was shown: whether the last groups were right without it. */
  readonly foundByItself?: boolean;
  readonly recording: RecordingView | null;
  /** The settings that a recording has come to; absent for a run of one's own, where only `configure` changes them. */
  readonly config?: GRPOConfig;
  /** Why no further step can be taken, e.g. that a recording is at its end; absent when one can. */
  readonly ended?: string;
}

export interface MeasureRequest {
  /** Milliseconds after which no further question is asked. */
  readonly budgetMs: number;
  /** 'eager': every policy that stands still is measured; 'sparing': one every few steps, while steps need the time. */
  readonly pace: 'eager' | 'sparing';
  /** The step to measure with a language model, which measures nothing that was not asked for. */
  readonly at?: number;
  /** The curve that the page has points of, and how many. */
  readonly series: string;
  readonly known: number;
}

/** What is known of the run's answers to questions it never saw. */
export interface Measured {
  /** Names the curve: another run, or groups from elsewhere, have another. */
  readonly series: string;
  /** What a point asks; null until it is known. */
  readonly counts: UnseenCounts | null;
  /** Those that the page does not have, in the order they were measured: of two for a step the later one counts. */
  readonly points: readonly UnseenPoint[];
  /** The point in the making; null for none. */
  readonly inHand: { readonly step: number; readonly answered: number } | null;
  /** True when nothing is left to measure until the run moves. */
  readonly done: boolean;
}

/** The methods the worker exposes through comlink. Every rejection carries a message fit for a reader. */
export interface EngineApi extends PolicyApi {
  /**
   * Opens storage and the last run; a new one with these settings, on that dataset or the page's own, when there is
   * none.
   */
  open(options: { seed?: number; settings?: Record<string, unknown>; dataset?: string }): Promise<RunView>;
  advance(request: AdvanceRequest): Promise<Advance>;
  /**
   * Goes on measuring right answers on held-out questions. Changes nothing of the run, and gives way to every other
   * call. Rejects while a recorded run is played back, and as the sampler does.
   */
  measure(request: MeasureRequest): Promise<Measured>;
  /** Tells what a language model is writing, some times a second; null when the group is complete or given up. */
  watchLive(onlive: (group: LiveGroup | null) => void): Promise<void>;
  /** Ends one completion that is being written; its text so far is the answer. */
  stopCompletion(index: number): Promise<void>;
  /** Gives up the group, or the question asked, that is under way: no step is taken of it. */
  stopGroup(): Promise<void>;
  /** Takes the groups from there from the next step on. `label`: what a language model is called while it is absent. */
  useSampler(source: SamplerSource, label?: string): Promise<RunView>;
  /**
   * Keeps a file of completions for this dataset, and takes the groups from it. Rejects when it is broken or fits no
   * question.
   */
  openCompletions(file: File): Promise<RunView>;
  /**
   * Records the run from here on, in the place of what was recorded before. It ends with the run, and with the page.
   */
  startRecording(): Promise<RecordingView>;
  /** The recording as a file's text; it goes on. Rejects when there is none. */
  recordingText(): Promise<string>;
  /**
   * Plays a recorded run back, as a new run: `advance` takes its steps. Rejects when the file is broken or for another
   * dataset.
   */
  openRecording(file: File): Promise<RunView>;
  /** The best SQL for a question, from a group of its own. Teaches nothing. */
  ask(request: AskRequest): Promise<AskAnswer>;
  /**
   * Goes on learning how sure answers to `ask` may be, from held-out questions with gold, for so many milliseconds.
   * Resolves to whether nothing is left to do. Changes nothing of the run, and gives way to every other call.
   */
  calibrate(budgetMs: number): Promise<boolean>;
  promptFor(question: string): Promise<PromptView>;
  /**
   * Asks the loaded language model held-out questions with the hints of the run in its prompt and without, and judges
   * both. Waits for its turn only to see where the run stands: nothing waits for the answers, and the run is the same
   * with it and without. Resolves with what was measured also where it was ended or something went wrong; rejects where
   * it could not begin. Ends the one before.
   */
  compareLive(request: LiveRequest, onprogress: (progress: LiveProgress) => void): Promise<LiveOutcome>;
  /** Ends `compareLive`; the questions in hand are lost, finished ones stay. */
  stopComparing(): Promise<void>;
  /** Lets an `advance` under way begin no further step: it ends, with what it took, as if its budget were used up. */
  halt(): Promise<void>;
  /**
   * Starts a new run; the old one stays in the list of runs, and the reset can be taken back until the next. `start` is
   * as before when left out, and so is the dataset. A run without a step that keeps its seed is not replaced: only its
   * start changes. Rejects when the starter policy cannot be loaded; nothing has changed then.
   */
  reset(options: { seed: number; start?: StartChoice; dataset?: string }): Promise<RunView>;
  undoReset(): Promise<RunView>;
  runs(): Promise<RunsView>;
  /** Goes on with another run, on its dataset. */
  openRun(id: string): Promise<RunView>;
  changeRuns(change: RunsChange): Promise<RunsView>;
  storage(): Promise<StorageView | null>;
  /** Checked against the settings table; applies from the next step. Rejects with ConfigError's message. */
  configure(settings: Record<string, unknown>): Promise<Configured>;
  editHint(key: string, edit: HintEdit): Promise<Progress>;
  /** Leaves the few learned hints that decide the same on the training questions. */
  distil(): Promise<Distilled>;
  /** Brings back what `distil` left out; rejects once anything else has changed the policy. */
  undoDistil(): Promise<Progress>;
  /** Rejects with GuidanceError's message. */
  guide(act: GuidanceAct): Promise<Progress>;
  /** What is kept of the story of one hint. */
  eventsOf(key: string): Promise<HintLog>;
  /** A question for each of these hints that has one: where it was learned. */
  examplesOf(keys: readonly string[]): Promise<HintExample[]>;
  /** Weights of hints over the whole run, at some of its steps. */
  weightsOf(keys: readonly string[]): Promise<KeptWeights[]>;
  /** The hints after an earlier step, or at the nearest step whose hints are kept. */
  policyAt(step: number): Promise<PolicyAt>;
  /** An earlier step in full, or null when only its point was kept. */
  stepAt(number: number): Promise<Step | null>;
  /**
   * A thumb on a completion; null takes it back. Counts from the next step, where feedback has a weight. `over`: the
   * SQL of the other reading, where the thumb chose one of two.
   */
  judge(completion: Judged, thumb: Thumb | null, over?: string): Promise<FeedbackView>;
  /** A comment on what was said of a completion; null takes it back. Rejects for one that is too long. */
  remark(completion: Judged, comment: string | null): Promise<FeedbackView>;
  /** Runs SQL that somebody wants to put in the place of a completion, as a completion would be run. */
  tryCorrection(sql: string): Promise<Trial>;
  /** All rows of SQL that an answer showed the first of, as far as the settings keep them. */
  allRows(sql: string): Promise<Trial>;
  /** How SQLite would go about SQL: the rows of EXPLAIN QUERY PLAN (src/sql/query-plan.ts reads them). */
  explain(sql: string): Promise<Trial>;
  /**
   * Keeps a corrected SQL for a completion; null takes it back. Rejects with the reason when it does not run to its
   * end.
   */
  correct(completion: Judged, sql: string | null): Promise<FeedbackView>;
  /** Runs SQL as an answer key would be, before it is kept. One trial for each. */
  tryGold(sql: readonly string[]): Promise<Trial[]>;
  /**
   * Keeps other questions for the open dataset, in the place of all that it has; the run goes on. Rejects for a dataset
   * that ships, and for questions that are none.
   */
  setQuestions(questions: readonly Question[]): Promise<RunView>;
  /**
   * Keeps other keys and descriptions for the open dataset, in the place of all that is said of its schema. The run
   * goes on with its hints; sampler and rewards read the schema as it is now. Rejects for a dataset that ships, and for
   * notes that cannot be kept.
   */
  setSchemaNotes(notes: SchemaNotes): Promise<RunView>;
  setPlace(place: Place): Promise<void>;
}
