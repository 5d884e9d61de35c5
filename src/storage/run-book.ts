/**
 * The run store over rows, whatever holds them: what a commit writes, what it drops, and how a policy is made again.
 */
import { messageOf } from '../grpo/message-of.ts';
import { PolicyLayer } from '../grpo/policy.ts';
import type {
  BroughtRun,
  CurrentRun,
  HintExample,
  HintLog,
  HistoryPoint,
  KeptWeights,
  NamedSnapshot,
  Place,
  PolicyAt,
  RunChange,
  RunRecord,
  RunStore,
  RunSummary,
} from '../grpo/run-store.ts';
import type { HintEvent, PolicyHint, Step } from '../grpo/types.ts';
import { decisiveCauses } from '../grpo/decisive.ts';
import {
  packEvents,
  packSnapshot,
  packSteps,
  readEvents,
  readQuestions,
  readSnapshot,
  readStep,
  readSteps,
} from './blocks.ts';
import { deflate } from './deflate.ts';
import { gone, movedOn, replaced, StoreError } from './errors.ts';
import { bytesOf, isSnapshotDue, nextWindowStart, thinned, WINDOW_BYTES, type SnapshotMark } from './retention.ts';
import { OWN_TABLES } from './run-rows.ts';
import type { BlockRow, BytesRow, Kept, Meta, Reading, RunRow, RunRows, SnapshotRow, Writing } from './run-rows.ts';

const NOTHING_KEPT: Kept = {
  first: 0,
  next: 0,
  step: 1,
  event: 0,
  windowBytes: 0,
  pointBytes: 0,
  snapshots: [],
};

export class RunBook implements Omit<RunStore, 'close'> {
  readonly #rows: RunRows;
  readonly #windowBytes: number;

  /** `windowBytes`: see retention.ts. */
  constructor(rows: RunRows, { windowBytes = WINDOW_BYTES }: { readonly windowBytes?: number } = {}) {
    this.#rows = rows;
    this.#windowBytes = windowBytes;
  }

  async current(): Promise<CurrentRun | null> {
    const found = await this.#rows.read(async (tx) => {
      const meta = await tx.meta();
      const row = meta.current === null ? undefined : await tx.run(meta.current);
      return row === undefined ? null : { row, meta, parts: await latestParts(tx, row) };
    });
    if (found === null) return null;
    const { row, meta, parts } = found;
    const canUndo = before(meta) !== null;
    const { kept: _kept, ...record } = row;
    try {
      return { run: { ...record, state: { ...row.state, ...(await policyOf(parts, row.state.eventCount)) } }, canUndo };
    } catch (error) {
      return { run: { ...record, state: { ...row.state, hints: [] } }, canUndo, fault: messageOf(error) };
    }
  }

  async begin(run: RunRecord, replaces: string | null): Promise<void> {
    const snapshot = await packed(() => packSnapshot(run.state));
    await this.#rows.write(async (tx) => {
      const meta = await tx.meta();
      if (meta.current !== replaces) throw replaced();
      await dropIfEmpty(tx, meta.previous);
      const mark = { step: run.state.step, sequence: run.state.eventCount, bytes: snapshot.byteLength };
      tx.put('snapshots', { run: run.id, sequence: mark.sequence, bytes: snapshot });
      tx.putRun(rowOf(run, { ...NOTHING_KEPT, step: mark.step + 1, event: mark.sequence, snapshots: [mark] }));
      tx.putMeta({ ...meta, current: run.id, previous: meta.current });
    });
  }

  async adopt(runs: readonly BroughtRun[], replaces: string): Promise<void> {
    const all = await Promise.all(
      runs.map(async (brought) => ({
        ...brought.run,
        marks: await snapshotsOf(brought),
        points: brought.points.map((point) => ({ run: brought.run.id, ...point })),
      })),
    );
    const last = all.at(-1);
    if (last === undefined) throw new RangeError('There is no run to take up.');
    await this.#rows.write(async (tx) => {
      const meta = await tx.meta();
      if (meta.current !== replaces) throw replaced();
      await dropIfEmpty(tx, meta.previous);
      for (const { marks, points, ...run } of all) {
        for (const { bytes, mark } of marks) tx.put('snapshots', { run: run.id, sequence: mark.sequence, bytes });
        for (const point of points) tx.put('history', point);
        const { step, eventCount: event } = run.state;
        const snapshots = marks.map(({ mark }) => mark);
        tx.putRun(rowOf(run, { ...NOTHING_KEPT, step: step + 1, event, pointBytes: bytesOf(points), snapshots }));
      }
      tx.putMeta({ ...meta, current: last.id, previous: meta.current });
    });
  }

  async undo(runId: string): Promise<void> {
    await this.#rows.write(async (tx) => {
      const meta = await tx.meta();
      if (meta.current !== runId) throw replaced();
      const previous = before(meta);
      if (previous === null) throw new StoreError('failed', 'There is no earlier run to bring back.');
      deleteRun(tx, runId);
      tx.putMeta({ ...meta, current: previous, previous: null });
    });
  }

  async commit({ run, points, steps, events }: RunChange): Promise<void> {
    const [packedSteps, packedEvents, marks] = await Promise.all([
      packed(() => packSteps(steps)),
      packed(() => packEvents(events)),
      this.#rows.read(async (tx) => (await tx.run(run.id))?.kept.snapshots ?? []),
    ]);
    // Looked at ahead of the transaction, which cannot wait for a packed policy. Were it not the stored run any more,
    // the transaction would refuse.
    const snapshot = isSnapshotDue(marks, run.state.step) ? await packed(() => packSnapshot(run.state)) : null;
    await this.#rows.write(async (tx) => {
      const stored = await mine(tx, run.id);
      if (stored.revision !== run.revision - 1) throw movedOn(stored);
      const block: BlockRow = {
        run: run.id,
        number: stored.kept.next,
        step: steps[0]?.number ?? run.state.step + 1,
        steps: steps.length,
        event: run.state.eventCount - events.length,
        events: events.length,
        bytes: packedSteps.byteLength + packedEvents.byteLength,
      };
      if (block.event !== stored.state.eventCount)
        throw new StoreError('failed', 'The change does not hold every event since the last one.');
      const rows = points.map((point) => ({ run: run.id, ...point }));
      for (const row of rows) tx.put('history', row);
      let kept: Kept = { ...stored.kept, pointBytes: stored.kept.pointBytes + bytesOf(rows) };
      if (steps.length + events.length > 0) {
        tx.put('blocks', block);
        tx.put('blockSteps', { run: run.id, number: block.number, bytes: packedSteps });
        tx.put('blockEvents', { run: run.id, number: block.number, bytes: packedEvents });
        kept = { ...kept, next: kept.next + 1, windowBytes: kept.windowBytes + block.bytes };
      }
      if (snapshot !== null) {
        kept = keptWith(kept, tx, run, snapshot);
      }
      tx.putRun(rowOf(run, await this.#folded(tx, run, kept)));
    });
  }

  /** Drops the oldest blocks while the window is too large, and the snapshots that stand too close. */
  async #folded(tx: Writing, { id: run, state: { eventCount: end } }: RunRecord, kept: Kept): Promise<Kept> {
    let { first, event, step, windowBytes } = kept;
    while (windowBytes > this.#windowBytes) {
      const start = nextWindowStart(kept.snapshots, event, end);
      if (start === null) break;
      for (; first < kept.next; first++) {
        const block = await tx.get('blocks', run, first);
        if (block !== undefined && block.event + block.events > start) break;
        for (const table of ['blocks', 'blockSteps', 'blockEvents'] as const) tx.delete(table, run, first);
        windowBytes -= block?.bytes ?? 0;
        step = block === undefined ? step : block.step + block.steps;
      }
      event = start;
    }
    const out = thinned(kept.snapshots, event);
    for (const { sequence } of out) tx.delete('snapshots', run, sequence);
    const snapshots = kept.snapshots.filter((mark) => !out.includes(mark));
    return { ...kept, first, event, step, windowBytes, snapshots };
  }

  async setPlace(runId: string, place: Place): Promise<void> {
    await this.#rows.write(async (tx) => tx.putRun({ ...(await mine(tx, runId)), place }));
  }

  async runs(): Promise<RunSummary[]> {
    const { meta, rows } = await this.#rows.read(async (tx) => ({ meta: await tx.meta(), rows: await tx.runs() }));
    return rows
      .filter((row) => row.id !== meta.deleted && (row.id === meta.current || !isEmpty(row)))
      .sort((a, b) => b.begun - a.begun || (a.id < b.id ? -1 : 1))
      .map((row) => ({
        id: row.id,
        name: row.name,
        begun: row.begun,
        dataset: row.dataset,
        sampler: row.sampler,
        steps: row.state.step,
        bytes: sizeOf(row),
        current: row.id === meta.current,
        keptFrom: row.kept.step,
        snapshots: row.kept.snapshots.filter(({ step }) => step < row.kept.step - 1).map(({ step }) => step),
      }));
  }

  async recordOf(runId: string): Promise<RunRecord> {
    const { row, parts } = await this.#rows.read(async (tx) => {
      const found = await known(tx, runId);
      return { row: found, parts: await latestParts(tx, found) };
    });
    const { kept: _kept, ...record } = row;
    return { ...record, state: { ...row.state, ...(await policyOf(parts, row.state.eventCount)) } };
  }

  async open(runId: string, replaces: string): Promise<void> {
    await this.#rows.write(async (tx) => {
      const meta = await tx.meta();
      if (meta.current !== replaces) throw replaced();
      if (meta.deleted === runId || (await tx.run(runId)) === undefined) throw gone();
      for (const left of [meta.previous, meta.current]) if (left !== runId) await dropIfEmpty(tx, left);
      tx.putMeta({ ...meta, current: runId, previous: null });
    });
  }

  async rename(runId: string, name: string): Promise<void> {
    await this.#rows.write(async (tx) => tx.putRun({ ...(await known(tx, runId)), name }));
  }

  async remove(runId: string): Promise<void> {
    await this.#rows.write(async (tx) => {
      const meta = await tx.meta();
      if (meta.current === runId)
        throw new StoreError(
          'conflict',
          'This run is the one on the page, in this tab or another. Open another first.',
        );
      if (meta.deleted === runId) throw gone();
      await known(tx, runId);
      if (meta.deleted != null) deleteRun(tx, meta.deleted);
      tx.putMeta({ ...(meta.deleted === meta.previous ? { ...meta, previous: null } : meta), deleted: runId });
    });
  }

  async putBack(runId: string): Promise<void> {
    await this.#rows.write(async (tx) => {
      const meta = await tx.meta();
      if (meta.deleted !== runId) throw gone();
      tx.putMeta({ ...meta, deleted: null });
    });
  }

  async purge(): Promise<void> {
    await this.#rows.write(async (tx) => {
      const meta = await tx.meta();
      if (meta.deleted == null) return;
      deleteRun(tx, meta.deleted);
      tx.putMeta({ ...meta, previous: before(meta), deleted: null });
    });
  }

  async keepSnapshot(run: RunRecord, name: string, at: number): Promise<void> {
    const snapshot = await packed(() => packSnapshot(run.state));
    await this.#rows.write(async (tx) => {
      const stored = await mine(tx, run.id);
      if (stored.revision !== run.revision) throw movedOn(stored);
      tx.putRun({ ...stored, kept: keptWith(stored.kept, tx, run, snapshot, { name, at }) });
    });
  }

  async forgetSnapshot(runId: string, sequence: number): Promise<void> {
    await this.#rows.write(async (tx) => {
      const stored = await mine(tx, runId);
      const snapshots = stored.kept.snapshots.map(({ named, ...mark }) =>
        named === undefined || mark.sequence === sequence ? mark : { ...mark, named },
      );
      tx.putRun({ ...stored, kept: { ...stored.kept, snapshots } });
    });
  }

  async namedSnapshots(runId: string): Promise<NamedSnapshot[]> {
    const row = await this.#rows.read((tx) => known(tx, runId));
    return row.kept.snapshots.flatMap(({ step, sequence, named }) =>
      named === undefined ? [] : [{ step, sequence, ...named }],
    );
  }

  async hintsOfSnapshot(runId: string, sequence: number): Promise<readonly PolicyHint[]> {
    const snapshot = await this.#rows.read((tx) => tx.get('snapshots', runId, sequence));
    if (snapshot === undefined) throw new StoreError('failed', 'This snapshot is no longer kept.');
    return (await readSnapshot(snapshot)).hints;
  }

  history(runId: string): Promise<HistoryPoint[]> {
    return this.#rows.read(async (tx) => (await tx.all('history', runId)).map(({ run: _run, ...point }) => point));
  }

  async step(runId: string, number: number): Promise<Step | null> {
    const found = await this.#rows.read(async (tx) => {
      const blocks = await tx.all('blocks', runId);
      const block = blocks.find(({ step, steps }) => step <= number && number < step + steps);
      if (block === undefined) return null;
      const [steps, events] = [
        await tx.get('blockSteps', runId, block.number),
        await tx.get('blockEvents', runId, block.number),
      ];
      return steps === undefined || events === undefined ? null : { steps, events };
    });
    return found === null ? null : readStep(number, found.steps, found.events);
  }

  async stepsOf(runId: string, most: number): Promise<Step[]> {
    const blocks = await this.#rows.read((tx) => tx.all('blocks', runId));
    const found: Step[][] = [];
    let count = 0;
    for (const { number, steps: held } of blocks.reverse()) {
      if (count >= most) break;
      if (held === 0) continue;
      const [steps, events] = await this.#rows.read(async (tx) => [
        await tx.get('blockSteps', runId, number),
        await tx.get('blockEvents', runId, number),
      ]);
      if (steps === undefined || events === undefined) continue;
      const own = await readSteps(steps, events);
      found.push(own);
      count += own.length;
    }
    return found.reverse().flat().slice(-most);
  }

  async eventsOf(runId: string, key: string): Promise<HintLog> {
    const { row, blocks } = await this.#rows.read(async (tx) => ({
      row: await known(tx, runId),
      blocks: await tx.all('blockEvents', runId),
    }));
    const found = await Promise.all(blocks.map((block) => readEvents(block, 'key', (each) => each === key)));
    return { events: found.flat(), keptFrom: row.kept.step };
  }

  async examplesOf(runId: string, keys: readonly string[]): Promise<HintExample[]> {
    const { blocks, packed } = await this.#rows.read(async (tx) => {
      await known(tx, runId);
      return { blocks: await tx.all('blocks', runId), packed: await tx.all('blockEvents', runId) };
    });
    const wanted = new Set(keys);
    const events = await Promise.all(packed.map((block) => readEvents(block, 'key', (each) => wanted.has(each))));
    const decided = decisiveCauses(events.flat());
    const numbers = new Set([...decided.values()].map(({ step }) => step));
    const questions = new Map<number, readonly string[]>();
    for (const block of blocks) {
      if (![...numbers].some((number) => block.step <= number && number < block.step + block.steps)) continue;
      const steps = await this.#rows.read((tx) => tx.get('blockSteps', runId, block.number));
      if (steps === undefined) continue;
      for (const [number, asked] of await readQuestions(steps, numbers)) questions.set(number, asked);
    }
    return [...decided].flatMap(([key, { step, group }]) => {
      const question = questions.get(step)?.[group];
      return question === undefined ? [] : [{ key, step, question }];
    });
  }

  async weightsOf(runId: string, keys: readonly string[]): Promise<KeptWeights[]> {
    const { marks, snapshots, blocks } = await this.#rows.read(async (tx) => {
      const row = await known(tx, runId);
      return {
        marks: row.kept.snapshots,
        snapshots: await tx.all('snapshots', runId),
        blocks: (await latestParts(tx, row)).blocks,
      };
    });
    const steps = new Map(marks.map(({ sequence, step }) => [sequence, step]));
    const series = new Map(keys.map((key) => [key, [] as { step: number; weight: number | null }[]]));
    for (const snapshot of snapshots) {
      const step = steps.get(snapshot.sequence) ?? 0;
      const weights = new Map((await readSnapshot(snapshot)).hints.map(({ key, weight }) => [key, weight]));
      for (const [key, told] of series) told.push({ step, weight: weights.get(key) ?? null });
    }
    const since = marks.at(-1)?.sequence ?? 0;
    for (const block of blocks)
      for (const { key, step, sequence, after } of await readEvents(block, 'key', (each) => series.has(each)))
        if (sequence >= since) series.get(key)?.push({ step, weight: after });
    return [...series].map(([key, weights]) => ({ key, weights }));
  }

  async policyAt(runId: string, step: number): Promise<PolicyAt> {
    const { marks, parts, last } = await this.#rows.read(async (tx) => {
      const row = await known(tx, runId);
      const within = row.kept.snapshots.filter((mark) => mark.step <= step && mark.sequence >= row.kept.event);
      const base = within.at(-1) ?? nearest(row.kept.snapshots, step);
      // From a snapshot of the window every event after it is there; from an older one, none may be.
      const replays = within.length > 0;
      return { marks: { base, replays }, parts: await partsFrom(tx, row, base?.sequence ?? -1), last: row.state };
    });
    if (marks.base === undefined) throw new StoreError('failed', 'Nothing is kept of the policy of this run.');
    const { hints } = await policyOf(marks.replays ? parts : { ...parts, blocks: [] }, Infinity, step);
    return { step: marks.replays ? Math.min(step, last.step) : marks.base.step, hints };
  }
}

/** Bytes to be stored. Rejects with StoreError for what cannot be packed. */
async function packed(pack: () => Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await deflate(pack());
  } catch (error) {
    throw new StoreError('failed', `The run could not be stored: ${messageOf(error)}`, { cause: error });
  }
}

/** What is kept once the policy is written whole, as it stands; a name given to one at the same event stays. */
function keptWith(
  kept: Kept,
  tx: Writing,
  { id: run, state: { step, eventCount: sequence } }: RunRecord,
  bytes: Uint8Array<ArrayBuffer>,
  named = kept.snapshots.find((mark) => mark.sequence === sequence)?.named,
): Kept {
  tx.put('snapshots', { run, sequence, bytes });
  const mark = { step, sequence, bytes: bytes.byteLength, ...(named === undefined ? {} : { named }) };
  return { ...kept, snapshots: [...kept.snapshots.filter((other) => other.sequence < sequence), mark] };
}

/** The policies under a name of a run that comes from a file, oldest first, and last the one as it stands. */
function snapshotsOf({ run: { state }, snapshots }: BroughtRun) {
  const nameOf = (sequence: number): Pick<SnapshotMark, 'named'> => {
    const found = snapshots.find((one) => one.sequence === sequence);
    return found === undefined ? {} : { named: { name: found.name, at: found.at } };
  };
  const before = snapshots.filter(({ sequence }) => sequence < state.eventCount);
  return Promise.all(
    [...before, { ...state, sequence: state.eventCount }].map(async ({ step, sequence, ...policy }) => {
      const bytes = await packed(() => packSnapshot(policy));
      return { bytes, mark: { step, sequence, bytes: bytes.byteLength, ...nameOf(sequence) } };
    }),
  );
}

/** A snapshot and the blocks with what came after it. */
interface PolicyParts {
  readonly snapshot: SnapshotRow | undefined;
  readonly blocks: readonly BytesRow[];
}

/** What the policy of a run is made of as it stands. */
function latestParts(tx: Reading, row: RunRow): Promise<PolicyParts> {
  return partsFrom(tx, row, row.kept.snapshots.at(-1)?.sequence ?? -1);
}

async function partsFrom(tx: Reading, row: RunRow, sequence: number): Promise<PolicyParts> {
  const blocks = (await tx.all('blocks', row.id)).filter(({ event, events }) => event + events > sequence);
  const first = blocks[0];
  return {
    snapshot: await tx.get('snapshots', row.id, sequence),
    blocks: first === undefined ? [] : await tx.all('blockEvents', row.id, first.number),
  };
}

/** Puts the events after the snapshot into effect, up to `eventCount` and no further than the step `last`. */
async function policyOf(
  { snapshot, blocks }: PolicyParts,
  eventCount: number,
  last = Infinity,
): Promise<{ hints: readonly PolicyHint[]; start?: Readonly<Record<string, number>> }> {
  if (snapshot === undefined) throw new Error('its policy is gone');
  const { hints, start } = await readSnapshot(snapshot);
  const policy = new PolicyLayer(hints, snapshot.sequence, start);
  for (const block of blocks) {
    const events: HintEvent[] = await readEvents(block, 'sequence', (at) => at >= policy.eventCount);
    for (const event of events) if (event.step <= last) policy.apply(event);
  }
  if (eventCount !== Infinity && policy.eventCount !== eventCount) throw new Error('part of its log is gone');
  return { hints: policy.hints, ...(start === undefined ? {} : { start }) };
}

function nearest<T extends { readonly step: number }>(marks: readonly T[], step: number): T | undefined {
  return marks.reduce<T | undefined>(
    (best, mark) => (best === undefined || Math.abs(mark.step - step) < Math.abs(best.step - step) ? mark : best),
    undefined,
  );
}

/** The run that a reset left and that `undo` brings back; null for none. */
function before(meta: Meta): string | null {
  return meta.previous !== null && meta.previous === meta.deleted ? null : meta.previous;
}

function rowOf({ state, ...run }: RunRecord, kept: Kept): RunRow {
  const { hints: _hints, start: _start, ...rest } = state;
  return { ...run, state: rest, kept };
}

/** Bytes of everything that is kept of a run. */
function sizeOf(row: RunRow): number {
  const { windowBytes, pointBytes, snapshots } = row.kept;
  return bytesOf(row) + windowBytes + pointBytes + snapshots.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The stored row of a run that must be the current one. */
async function mine(tx: Reading, runId: string): Promise<RunRow> {
  const row = (await tx.meta()).current === runId ? await tx.run(runId) : undefined;
  if (row === undefined) throw replaced();
  return row;
}

async function known(tx: Reading, runId: string): Promise<RunRow> {
  const row = await tx.run(runId);
  if (row === undefined) throw gone();
  return row;
}

async function dropIfEmpty(tx: Writing, runId: string | null): Promise<void> {
  const row = runId === null ? undefined : await tx.run(runId);
  if (row !== undefined && isEmpty(row)) deleteRun(tx, row.id);
}

/** Whether nothing was made of it: no step, no hint by hand, no policy under a name. */
function isEmpty({ state, edited, kept }: RunRow): boolean {
  return state.step === 0 && edited !== true && kept.snapshots.every(({ named }) => named === undefined);
}

function deleteRun(tx: Writing, runId: string): void {
  tx.deleteRun(runId);
  for (const table of OWN_TABLES) tx.deleteAll(table, runId);
}
