/**
 * What of a run is kept. Full steps and events stand in blocks, one a commit; the newest of them are the window, which
 * is bounded in bytes. Of what is older than the window the points stay, and some snapshots of the policy.
 */

/** Bytes of the window of one run. */
export const WINDOW_BYTES = 24_000_000;
/** Steps from one snapshot to the next: what is replayed at most when a run is opened. */
export const SNAPSHOT_STEPS = 50;
/** Snapshots older than the window; of more, those that stand closest together go. */
export const OLDER_SNAPSHOTS = 32;

/** Where a snapshot of the policy stands, and what it takes. */
export interface SnapshotMark {
  /** Steps that had been taken. */
  readonly step: number;
  /** Events that had happened: the first event that is not in it. */
  readonly sequence: number;
  readonly bytes: number;
  /** What a reader calls it, and when it was named (milliseconds since 1970); absent for one that nobody named. */
  readonly named?: { readonly name: string; readonly at: number };
}

/** Whether the policy is to be written whole with a change that ends at `step`. `marks`: the snapshots there are. */
export function isSnapshotDue(marks: readonly SnapshotMark[], step: number): boolean {
  const last = marks.at(-1);
  // Before the first step another start may be chosen, which no event tells.
  return last === undefined || step === 0 || step - last.step >= SNAPSHOT_STEPS;
}

/**
 * Where the window begins, as a sequence number, when it takes too many bytes: at the next snapshot, so that the policy
 * at every step of the window can be made again. Null when there is none between `from`, where it begins, and `end`:
 * then it has to stay.
 */
export function nextWindowStart(marks: readonly SnapshotMark[], from: number, end: number): number | null {
  return marks.find(({ sequence }) => sequence > from && sequence < end)?.sequence ?? null;
}

/**
 * The snapshots that go, for a window that begins at the event `from`: the first, the window's own and those that a
 * reader named never do.
 */
export function thinned(marks: readonly SnapshotMark[], from: number, most = OLDER_SNAPSHOTS): SnapshotMark[] {
  const gone: SnapshotMark[] = [];
  const older = marks.filter(({ sequence, named }) => sequence < from && named === undefined);
  while (older.length > most && older.length > 2) {
    const gap = (i: number): number => (older[i + 1] as SnapshotMark).step - (older[i - 1] as SnapshotMark).step;
    let closest = 1;
    for (let i = 2; i < older.length - 1; i++) if (gap(i) < gap(closest)) closest = i;
    gone.push(...older.splice(closest, 1));
  }
  return gone;
}

/** Bytes a value takes in the store: what it is made of, without what the browser adds. */
export function bytesOf(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return value.length + 2;
    case 'number':
      return 9;
    case 'object':
      if (value === null) return 1;
      if (value instanceof Uint8Array) return value.byteLength;
      if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + bytesOf(each), 4);
      return Object.entries(value).reduce((sum, [name, field]) => sum + name.length + 2 + bytesOf(field), 4);
    default:
      return 1;
  }
}
