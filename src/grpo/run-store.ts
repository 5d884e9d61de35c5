/** How runs are kept: the record of a run, what one call adds to it, and the port of the store. */
import type { RewardMode } from './reward-modes.ts';
import type { HintEvent, Step, StepMetrics, TrainerState } from './types.ts';

/** One point of the learning charts; kept for every step of a run. */
export interface HistoryPoint extends StepMetrics {
  readonly step: number;
  /** Of the step's first group. */
  readonly questionId: string;
  /** What rewarded it; absent in runs of earlier versions. */
  readonly reward?: RewardMode;
  /** Calls and tokens that reflection took beyond the group; absent for none. */
  readonly reflection?: { readonly calls: number; readonly tokens: number };
}

/** Where the reader was: restored after a reload. */
export interface Place {
  /** The picked question, or null for "next in the shuffled order". */
  readonly questionId: string | null;
  /** The text of the reader's own question, if that is what is being asked. */
  readonly ownQuestion: string | null;
  /** Speed of the transport, see `SPEEDS` in state. */
  readonly speed: string;
}

export const START_CHOICES = ['none', 'starter'] as const;
/** The policy a run starts from: no hints, or the starter policy. */
export type StartChoice = (typeof START_CHOICES)[number];

/** A run as it is kept: with its history it continues to the bit. */
export interface RunRecord {
  readonly id: string;
  /** Rises by one with every commit: how a tab notices that another one moved the run on. */
  readonly revision: number;
  readonly dataset: string;
  readonly sampler: string;
  /** What the sampler is called, where it may be absent when the run is opened again. */
  readonly samplerLabel?: string;
  /** By name of the settings table; checked against it when read. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly state: TrainerState;
  readonly place: Place;
  /** Absent for none. */
  readonly start?: 'starter';
}

/** Everything one `advance` (or one edit) adds to a run. */
export interface RunChange {
  /** The record after the change; its revision is the stored one plus one. */
  readonly run: RunRecord;
  readonly points: readonly HistoryPoint[];
  readonly steps: readonly Step[];
  readonly events: readonly HintEvent[];
}

/**
 * Where runs are kept. Every method is one transaction: it happens entirely or not at all.
 * Rejects with `StoreError` (storage/errors.ts): 'conflict' when another tab changed what this one holds,
 * 'full', 'closed', 'failed'.
 */
export interface RunStore {
  /** The run that was shown last; null when there is none. */
  current(): Promise<{ readonly run: RunRecord; readonly canUndo: boolean } | null>;
  /** Makes `run` the current one in place of `replaces`, which is kept for `undo`; what was kept before is deleted. */
  begin(run: RunRecord, replaces: string | null): Promise<void>;
  /** Deletes the current run `runId` and makes the kept one current again. */
  undo(runId: string): Promise<void>;
  /** Keeps the last KEPT_STEPS steps of the run in full, and all points and events. */
  commit(change: RunChange): Promise<void>;
  /** Where the reader is; changes no revision, so that two tabs may look at different questions. */
  setPlace(runId: string, place: Place): Promise<void>;
  /** All points, oldest first. */
  history(runId: string): Promise<HistoryPoint[]>;
  /** A step in full; null when it was not kept. */
  step(runId: string, number: number): Promise<Step | null>;
  /** Every event of one hint, oldest first. */
  eventsOf(runId: string, key: string): Promise<HintEvent[]>;
  close(): void;
}

/** Steps of a run that stay in full; of older ones the points and the events remain. */
export const KEPT_STEPS = 200;
