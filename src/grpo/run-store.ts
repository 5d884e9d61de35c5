/** How runs are kept: the record of a run, what one call adds to it, and the port of the store. */
import type { GroupSource } from './group-source.ts';
import type { RewardMode } from './reward-modes.ts';
import type { HintEvent, PolicyHint, Step, StepMetrics, TrainerState } from './types.ts';

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
  /** What a reader calls it; '' in runs of earlier versions. */
  readonly name: string;
  /** Milliseconds since 1970 when it was begun; 0 where nobody knows. */
  readonly begun: number;
  /** Rises by one with every commit: how a tab notices that another one moved the run on. */
  readonly revision: number;
  readonly dataset: string;
  /** Checked when read (`readGroupSource`): earlier versions kept a text. */
  readonly sampler: GroupSource;
  /** What the sampler is called, where it may be absent when the run is opened again. */
  readonly samplerLabel?: string;
  /** By name of the settings table; checked against it when read. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly state: TrainerState;
  readonly place: Place;
  /** Absent for none. */
  readonly start?: 'starter';
  /** Its hints were changed by hand: it is worth keeping without a step, too. Absent for a run that was only begun. */
  readonly edited?: true;
}

/** Everything one `advance` (or one edit) adds to a run. */
export interface RunChange {
  /** The record after the change; its revision is the stored one plus one. */
  readonly run: RunRecord;
  readonly points: readonly HistoryPoint[];
  readonly steps: readonly Step[];
  readonly events: readonly HintEvent[];
}

/** A run in the list of runs. */
export interface RunSummary extends Pick<RunRecord, 'id' | 'name' | 'begun' | 'dataset' | 'sampler'> {
  readonly steps: number;
  /** Bytes it takes in the store. */
  readonly bytes: number;
  /** True for the run on the page. */
  readonly current: boolean;
  /** The first step that is still there in full, with its events. */
  readonly keptFrom: number;
  /** Older steps at which the policy is still there, oldest first. */
  readonly snapshots: readonly number[];
}

/** What the log still has of one hint. */
export interface HintLog {
  /** Oldest first. */
  readonly events: readonly HintEvent[];
  /** The first step whose events are kept: 1 where none is gone. */
  readonly keptFrom: number;
}

/** A question on which a hint was learned: the one whose completion moved its weight most, the way it points. */
export interface HintExample {
  readonly key: string;
  readonly step: number;
  readonly question: string;
}

/**
 * Weights of one hint over the whole run: at the snapshots of the policy (null where it was not part of it), and at
 * each of its events since the last one.
 */
export interface KeptWeights {
  readonly key: string;
  readonly weights: readonly { readonly step: number; readonly weight: number | null }[];
}

/** A snapshot of the policy that a reader named. */
export interface NamedSnapshot {
  readonly name: string;
  /** Steps that had been taken, and events that had happened: by these it is known. */
  readonly step: number;
  readonly sequence: number;
  /** When it was named, in milliseconds since 1970. */
  readonly at: number;
}

/** A run that comes from a file, with what is kept of its past. */
export interface BroughtRun {
  readonly run: RunRecord;
  /** Oldest first. */
  readonly points: readonly HistoryPoint[];
  readonly snapshots: readonly (NamedSnapshot & { readonly hints: readonly PolicyHint[] })[];
}

/** The policy at a step. */
export interface PolicyAt {
  /** The step it is that of: the one that was asked for, or the nearest that is kept. */
  readonly step: number;
  readonly hints: readonly PolicyHint[];
}

/** The run on the page. */
export interface CurrentRun {
  readonly run: RunRecord;
  /** True when a reset can be taken back. */
  readonly canUndo: boolean;
  /** Why the policy of the run could not be read; absent when it was. */
  readonly fault?: string;
}

/**
 * Where runs are kept, until somebody deletes them. Every method is one transaction: it happens entirely or not at all.
 * Rejects with `StoreError` (storage/errors.ts): 'conflict' when another tab changed what this one holds,
 * 'full', 'closed', 'failed'.
 */
export interface RunStore {
  /** The run that was shown last; null when there is none. */
  current(): Promise<CurrentRun | null>;
  /**
   * Makes `run` the current one in place of `replaces`, which `undo` brings back. A run that was left without a step,
   * and without a change by hand, is kept for that alone.
   */
  begin(run: RunRecord, replaces: string | null): Promise<void>;
  /** Takes up runs of a file, the last of which becomes the current one in place of `replaces`. At least one. */
  adopt(runs: readonly BroughtRun[], replaces: string): Promise<void>;
  /** Deletes the current run `runId` and makes the one before the reset current again. */
  undo(runId: string): Promise<void>;
  /**
   * Keeps all points, and steps and events in full as far as the window of bytes goes; of what is older, the policy at
   * some steps.
   */
  commit(change: RunChange): Promise<void>;
  /** Where the reader is; changes no revision, so that two tabs may look at different questions. */
  setPlace(runId: string, place: Place): Promise<void>;
  /** Every run that can be opened, the newest begun first. */
  runs(): Promise<RunSummary[]>;
  /** A run as it is kept. */
  recordOf(runId: string): Promise<RunRecord>;
  /** Makes another run the current one, in place of `replaces`. */
  open(runId: string, replaces: string): Promise<void>;
  /** Changes no revision. */
  rename(runId: string, name: string): Promise<void>;
  /** Takes a run other than the current one out of the list. It can be put back until `purge` or the next `remove`. */
  remove(runId: string): Promise<void>;
  /** Puts the run that was removed last back. */
  putBack(runId: string): Promise<void>;
  /** Frees the room of the run that was removed last. */
  purge(): Promise<void>;
  /** All points, oldest first. */
  history(runId: string): Promise<HistoryPoint[]>;
  /** The newest steps that are kept in full, at most so many, oldest first. */
  stepsOf(runId: string, most: number): Promise<Step[]>;
  /** A step in full; null when it is not kept. */
  step(runId: string, number: number): Promise<Step | null>;
  /** What is kept of the events of one hint. */
  eventsOf(runId: string, key: string): Promise<HintLog>;
  /** A question for each of these hints that has one among the steps that are kept in full. */
  examplesOf(runId: string, keys: readonly string[]): Promise<HintExample[]>;
  /** The past of these hints in outline, oldest first. */
  weightsOf(runId: string, keys: readonly string[]): Promise<KeptWeights[]>;
  /**
   * Keeps the policy as it stands under a name, for as long as the run is kept; in the place of a name that was given
   * at the same event. Rejects as `commit` does when `run` is not what is stored.
   */
  keepSnapshot(run: RunRecord, name: string, at: number): Promise<void>;
  /** Takes the name away: what it stood for is kept no longer than any other policy of the run. */
  forgetSnapshot(runId: string, sequence: number): Promise<void>;
  /** Oldest first. */
  namedSnapshots(runId: string): Promise<NamedSnapshot[]>;
  hintsOfSnapshot(runId: string, sequence: number): Promise<readonly PolicyHint[]>;
  /** The policy after a step (and what was done by hand before the next one), or the nearest that is kept. */
  policyAt(runId: string, step: number): Promise<PolicyAt>;
  close(): void;
}
