/**
 * Runs of store versions 1 to 4: the policy whole in the run's record, one row an event, the last 200 steps in full
 * with their events once more. They become blocks and snapshots, while the database is upgraded.
 */
import type { IDBPTransaction, StoreNames } from 'idb';
import type { HistoryPoint, RunRecord } from '../grpo/run-store.ts';
import {
  eventOfEarlier,
  featureOfEarlier,
  hintOfEarlier,
  rewardsOfEarlier,
  weightsOfEarlier,
  type EarlierEvent,
  type EarlierFeature,
  type EarlierHint,
  type EarlierRewards,
} from '../grpo/earlier.ts';
import type { FeatureUse, Step, TrainerState } from '../grpo/types.ts';
import { packEvents, packSnapshot, packSteps } from './blocks.ts';
import type { LabSchema } from './idb-schema.ts';
import { bytesOf, type SnapshotMark } from './retention.ts';
import type { RunRow } from './run-rows.ts';

type Upgrading = IDBPTransaction<LabSchema, StoreNames<LabSchema>[], 'versionchange'>;
type OldUpgrading = IDBPTransaction<unknown, string[], 'versionchange'>;

/** A run as versions 1 to 4 stored it. */
type OldRun = Omit<RunRecord, 'name' | 'begun' | 'state'> & {
  readonly state: Omit<TrainerState, 'hints'> & { readonly hints: readonly EarlierHint[] };
};
type Group = Step['groups'][number];
type Completion = Group['completions'][number];
type OldCompletion = Omit<Completion, 'features' | 'rewards'> & {
  readonly rewards: EarlierRewards;
  readonly features: readonly (Omit<FeatureUse, 'feature'> & { readonly feature: EarlierFeature })[];
};
type OldGroup = Omit<Group, 'completions'> & { readonly completions: readonly OldCompletion[] };
type OldStep = Omit<Step, 'events' | 'groups' | 'hintsCreated' | 'hintsUpdated'> & {
  readonly groups: readonly OldGroup[];
  readonly events: readonly EarlierEvent[];
};

/** Waits for nothing but `tx`, which would end otherwise: what is written is packed, and not deflated. */
export async function convertRuns(tx: Upgrading): Promise<void> {
  const old = tx as unknown as OldUpgrading;
  const rowsOf = <T>(table: string, run: string, from = 0): Promise<T[]> =>
    old.objectStore(table).getAll(IDBKeyRange.bound([run, from], [run, []])) as Promise<T[]>;
  for (const run of (await old.objectStore('runs').getAll()) as OldRun[]) {
    const { start } = run.state;
    const state = {
      ...run.state,
      hints: run.state.hints.map(hintOfEarlier),
      ...(start === undefined ? {} : { start: weightsOfEarlier(start) }),
    };
    const steps = (await rowsOf<OldStep>('steps', run.id)).map((step) => ({
      ...withoutRun(step),
      groups: step.groups.map(groupOfEarlier),
      events: step.events.map(eventOfEarlier),
    }));
    const step = steps[0]?.number ?? state.step + 1;
    const first = step === 1 ? 0 : (steps.flatMap((each) => each.events)[0]?.sequence ?? state.eventCount);
    const events = (await rowsOf<EarlierEvent>('events', run.id, first)).map((event) =>
      eventOfEarlier(withoutRun(event)),
    );
    const points = await rowsOf<HistoryPoint>('history', run.id);

    const packed = [packSteps(steps), packEvents(events)] as const;
    const bytes = packed[0].byteLength + packed[1].byteLength;
    const marks: SnapshotMark[] = [];
    const putSnapshot = async (mark: Omit<SnapshotMark, 'bytes'>, snapshot: Uint8Array<ArrayBuffer>): Promise<void> => {
      marks.push({ ...mark, bytes: snapshot.byteLength });
      await tx.objectStore('snapshots').put({ run: run.id, sequence: mark.sequence, bytes: snapshot, plain: true });
    };
    // With every event there, the policy at every step can be made from none.
    if (first === 0 && state.eventCount > 0)
      await putSnapshot({ step: 0, sequence: 0 }, packSnapshot({ hints: [], start: {} }));
    await putSnapshot({ step: state.step, sequence: state.eventCount }, packSnapshot(state));

    const isEmpty = steps.length + events.length === 0;
    if (!isEmpty) {
      await tx.objectStore('blocks').put({
        run: run.id,
        number: 0,
        step,
        steps: steps.length,
        event: first,
        events: events.length,
        bytes,
      });
      await tx.objectStore('blockSteps').put({ run: run.id, number: 0, bytes: packed[0], plain: true });
      await tx.objectStore('blockEvents').put({ run: run.id, number: 0, bytes: packed[1], plain: true });
    }
    const { hints: _hints, start: _start, ...rest } = state;
    const row: RunRow = {
      ...run,
      name: '',
      begun: 0,
      state: rest,
      kept: {
        first: 0,
        next: isEmpty ? 0 : 1,
        step,
        event: first,
        windowBytes: isEmpty ? 0 : bytes,
        pointBytes: bytesOf(points),
        snapshots: marks,
      },
    };
    await tx.objectStore('runs').put(row);
  }
}

function groupOfEarlier(group: OldGroup): Group {
  return {
    ...group,
    completions: group.completions.map((completion) => ({
      ...completion,
      rewards: rewardsOfEarlier(completion.rewards),
      features: completion.features.map((use) => ({ ...use, feature: featureOfEarlier(use.feature) })),
    })),
  };
}

function withoutRun<T>(row: T): T {
  const { run: _run, ...rest } = row as T & { readonly run?: string };
  return rest as unknown as T;
}
