/** What the engine shows of a run: the parts of the protocol that its other parts speak of. */
import type { GRPOConfig } from '../grpo/config.ts';
import type { Feedback } from '../grpo/feedback.ts';
import type { GroupSource } from '../grpo/group-source.ts';
import type { SchemaNotes } from '../grpo/schema-notes.ts';
import type { HistoryPoint, Place, StartChoice } from '../grpo/run-store.ts';
import type { Definition, HintEvent, PolicyHint, Question, Schema, Step, TrainingSummary } from '../grpo/types.ts';

export interface DatasetView {
  readonly name: string;
  readonly title: string;
  readonly schema: Schema;
  readonly questions: readonly Question[];
  readonly definitions: readonly Definition[];
  /** How a dataset of the reader's own came about; empty for one that ships. */
  readonly notes: readonly string[];
  /** What is said of its schema beyond what its file declares, which `schema` has; null for one that ships. */
  readonly schemaNotes: SchemaNotes | null;
  /** Traces (lab/facts.ts) of the reader's own questions that trained and are gone. */
  readonly trained: readonly string[];
  /** Whether completions of published models come with it. */
  readonly hasCompletions: boolean;
}

export interface SamplerView {
  readonly source: GroupSource;
  readonly label: string;
  readonly isLanguageModel: boolean;
  /** False for a language model that is not loaded. */
  readonly ready: boolean;
}

/** What moves with every step. */
export interface Progress {
  /** Steps taken. */
  readonly stepCount: number;
  readonly hints: readonly PolicyHint[];
  /**
   * The events since the last time, as few as give the same hints (`condensed`); none with a run that is shown whole.
   * They cross to the page in the place of the hints (policy-wire.ts).
   */
  readonly changes: readonly HintEvent[];
  readonly summary: TrainingSummary;
}

/** What the run started from. */
export interface StartView {
  readonly from: StartChoice;
  /** Weights at the start, by key of the hint; those that are not 0. */
  readonly weights: Readonly<Record<string, number>>;
}

/** What the settings, and what people said, make of the training questions. */
export interface PoolView {
  /** Ids of training questions that are not drawn, because gold rewards and theirs teaches nothing. */
  readonly leftOut: readonly string[];
}

export interface FeedbackView extends PoolView {
  /** Everything that was said about the dataset, the oldest first. */
  readonly feedback: readonly Feedback[];
}

export interface RunView extends Progress, FeedbackView {
  readonly start: StartView;
  readonly runId: string;
  readonly seed: number;
  readonly config: GRPOConfig;
  readonly sampler: SamplerView;
  readonly dataset: DatasetView;
  readonly history: readonly HistoryPoint[];
  /** The last step in full; null before the first. */
  readonly step: Step | null;
  /** True when a reset can be taken back. */
  readonly canUndo: boolean;
  /** What is being recorded, or was and can be saved; null for nothing. */
  readonly recording: RecordingView | null;
  /** What the page was looking at. */
  readonly place: Place;
  /** Why this run will be gone with the page (private mode, storage full, …); absent when it is saved. */
  readonly notSaved?: string;
  /** Something the reader should know once, e.g. that the saved run could not be read. */
  readonly notice?: string;
}

export interface RecordingView {
  readonly steps: number;
  /** Characters of the file. */
  readonly size: number;
  /** True while steps are added to it. */
  readonly on: boolean;
  /** Why it ended by itself; null when it did not. */
  readonly ended: string | null;
}
