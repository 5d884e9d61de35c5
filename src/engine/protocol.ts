/**
 * What the page may ask of the engine worker, and what it gets back. Plain data only: it crosses postMessage.
 * The page drives the loop by calling `advance` again and again, so pausing is: not calling it.
 */
import type { GRPOConfig } from '../grpo/config.ts';
import type { HistoryPoint, Place } from '../grpo/run-store.ts';
import type { HintEvent, PolicyHint, Question, Schema, Step, TrainingSummary } from '../grpo/types.ts';

export type { HistoryPoint, Place };

/** A business definition that comes with a dataset: what a term of its questions means. */
export interface Definition {
  readonly term: string;
  readonly means: string;
  readonly sql: string;
}

export interface DatasetView {
  readonly name: string;
  readonly title: string;
  readonly schema: Schema;
  readonly questions: readonly Question[];
  readonly definitions: readonly Definition[];
}

export interface SamplerView {
  readonly id: string;
  readonly label: string;
  readonly isLanguageModel: boolean;
}

/** What moves with every step. */
export interface Progress {
  readonly step: number;
  readonly hints: readonly PolicyHint[];
  readonly summary: TrainingSummary;
}

export interface RunView extends Progress {
  readonly runId: string;
  readonly seed: number;
  readonly config: GRPOConfig;
  readonly sampler: SamplerView;
  readonly dataset: DatasetView;
  readonly history: readonly HistoryPoint[];
  /** The last step in full; null before the first. */
  readonly lastStep: Step | null;
  /** True when a reset can be taken back. */
  readonly canUndo: boolean;
  /** What the page was looking at. */
  readonly place: Place;
  /** Why this run will be gone with the page (private mode, storage full, …); absent when it is saved. */
  readonly notSaved?: string;
  /** Something the reader should know once, e.g. that the saved run could not be read. */
  readonly notice?: string;
}

export interface AdvanceRequest {
  /** Steps to take at most. */
  readonly steps: number;
  /** Milliseconds after which no further step is begun. */
  readonly budgetMs: number;
  /** Train on this question instead of the next in order. */
  readonly questionId?: string | null;
  /** Train on this text (no gold SQL) instead. At most 2,000 characters. */
  readonly ownQuestion?: string | null;
}

export interface Advance extends Progress {
  /** The steps taken, as points. */
  readonly points: readonly HistoryPoint[];
  /** The last of them in full; null when none was taken. */
  readonly lastStep: Step | null;
}

export interface HintEdit {
  readonly weight?: number;
  readonly enabled?: boolean;
}

/** The methods the worker exposes through comlink. Every rejection carries a message fit for a reader. */
export interface EngineApi {
  /** Opens storage, the demo dataset and the last run (a new one with `seed` and the given settings when there is none). */
  open(options: { seed?: number; settings?: Record<string, unknown> }): Promise<RunView>;
  advance(request: AdvanceRequest): Promise<Advance>;
  /** Lets an `advance` under way begin no further step: it ends, with what it took, as if its budget were used up. */
  halt(): Promise<void>;
  /** Starts a new run; the old one is kept until the next reset so that it can be taken back. */
  reset(options: { seed: number }): Promise<RunView>;
  undoReset(): Promise<RunView>;
  /** Checked against the settings table; applies from the next step. Rejects with ConfigError's message. */
  configure(settings: Record<string, unknown>): Promise<GRPOConfig>;
  editHint(key: string, edit: HintEdit): Promise<Progress>;
  /** The whole story of one hint, oldest first. */
  eventsOf(key: string): Promise<HintEvent[]>;
  /** An earlier step in full, or null when only its point was kept. */
  stepAt(number: number): Promise<Step | null>;
  setPlace(place: Place): Promise<void>;
}
