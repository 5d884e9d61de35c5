/** The rows that runs are kept as, and the port to where they stand: IndexedDB, or memory. */
import type { HistoryPoint, RunRecord } from '../grpo/run-store.ts';
import type { TrainerState } from '../grpo/types.ts';
import type { SnapshotMark } from './retention.ts';

/** The run on the page, the one a reset left behind, and the one that was deleted last and can still be put back. */
export interface Meta {
  readonly current: string | null;
  readonly previous: string | null;
  readonly deleted?: string | null;
}

/** A run without its policy, which stands in snapshots and events, and what of it is kept. */
export interface RunRow extends Omit<RunRecord, 'state'> {
  readonly state: Omit<TrainerState, 'hints' | 'start'>;
  readonly kept: Kept;
}

export interface Kept {
  /** The window: its blocks are numbered from `first` up to `next`. */
  readonly first: number;
  readonly next: number;
  /** The window's first step and first event. */
  readonly step: number;
  readonly event: number;
  /** Bytes of the window, and of all points. */
  readonly windowBytes: number;
  readonly pointBytes: number;
  /** Oldest first. */
  readonly snapshots: readonly SnapshotMark[];
}

/** What stands in a block. */
export interface BlockRow {
  readonly run: string;
  readonly number: number;
  /** Its steps are `step` … `step + steps − 1`, its events `event` … `event + events − 1`. */
  readonly step: number;
  readonly steps: number;
  readonly event: number;
  readonly events: number;
  readonly bytes: number;
}

/** Packed (columns.ts) and deflated. */
export interface PackedBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** True where they are not deflated: what an upgrade wrote, which cannot wait for that. */
  readonly plain?: boolean;
}

export interface BytesRow extends PackedBytes {
  readonly run: string;
  readonly number: number;
}

export interface SnapshotRow extends PackedBytes {
  readonly run: string;
  readonly sequence: number;
}

/** The tables of runs; all but the first two have keys [run, number]. */
export interface RunTables {
  meta: Meta;
  runs: RunRow;
  history: HistoryPoint & { readonly run: string };
  blocks: BlockRow;
  blockSteps: BytesRow;
  blockEvents: BytesRow;
  snapshots: SnapshotRow;
}
export type RunTable = keyof RunTables;
/** Tables whose rows belong to one run each. */
export type OwnTable = Exclude<RunTable, 'meta' | 'runs'>;
export const OWN_TABLES = ['history', 'blocks', 'blockSteps', 'blockEvents', 'snapshots'] as const;
export const RUN_TABLES = ['meta', 'runs', ...OWN_TABLES] as const;

export interface Reading {
  meta(): Promise<Meta>;
  run(id: string): Promise<RunRow | undefined>;
  runs(): Promise<RunRow[]>;
  /** A row of a run by its number. */
  get<T extends OwnTable>(table: T, run: string, number: number): Promise<RunTables[T] | undefined>;
  /** All rows of a run in the order of their numbers, from the number `from` on. */
  all<T extends OwnTable>(table: T, run: string, from?: number): Promise<RunTables[T][]>;
}

export interface Writing extends Reading {
  putMeta(meta: Meta): void;
  putRun(row: RunRow): void;
  deleteRun(id: string): void;
  put<T extends OwnTable>(table: T, row: RunTables[T]): void;
  delete(table: OwnTable, run: string, number: number): void;
  deleteAll(table: OwnTable, run: string): void;
}

/**
 * Where rows stand. Each call is one transaction; `work` may wait for nothing but what it is given. What it throws, or
 * a row that cannot be written, leaves everything as it was.
 */
export interface RunRows {
  read<T>(work: (tx: Reading) => Promise<T>): Promise<T>;
  write<T>(work: (tx: Writing) => Promise<T>): Promise<T>;
}
