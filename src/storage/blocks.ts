/** What one commit adds, packed, and back: steps refer to their events by number, which stand once. */
import { hintCounts } from '../grpo/metrics.ts';
import type { HintEvent, PolicyHint, Step, TrainerState } from '../grpo/types.ts';
import { pack, unpack, unpackAll } from './columns.ts';
import { inflate } from './deflate.ts';
import type { PackedBytes } from './run-rows.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** What is counted from a step's events, and counted again when it is read. */
type Counted = keyof ReturnType<typeof hintCounts>;

/** A step as it is kept: of its events, the numbers. */
interface KeptStep extends Omit<Step, 'events' | Counted> {
  readonly firstEvent: number;
  readonly eventCount: number;
}

export function packSteps(steps: readonly (Omit<Step, Counted> & Partial<Pick<Step, Counted>>)[]): Bytes {
  return pack(
    steps.map(({ events, hintsCreated: _created, hintsUpdated: _updated, ...step }): KeptStep => ({
      ...step,
      firstEvent: events[0]?.sequence ?? 0,
      eventCount: events.length,
    })),
  );
}

export function packEvents(events: readonly HintEvent[]): Bytes {
  return pack(events);
}

/** The step `number`, with its events out of those of its block; null when it is not among these. */
export async function readStep(number: number, steps: PackedBytes, events: PackedBytes): Promise<Step | null> {
  const packed = unpack(await contents(steps));
  const numbers = packed.field('number');
  for (let i = 0; i < packed.length; i++) {
    if (numbers(i) !== number) continue;
    const { firstEvent, eventCount, ...step } = packed.at(i) as KeptStep;
    const own = (sequence: number): boolean => sequence >= firstEvent && sequence < firstEvent + eventCount;
    const found = await readEvents(events, 'sequence', own);
    return { ...step, events: found, ...hintCounts(found) };
  }
  return null;
}

/** All steps of a block, with their events. */
export async function readSteps(steps: PackedBytes, events: PackedBytes): Promise<Step[]> {
  const own = await readEvents(events, 'sequence', () => true);
  return (unpackAll(await contents(steps)) as KeptStep[]).map(({ firstEvent, eventCount, ...step }) => {
    const found = own.filter(({ sequence }) => sequence >= firstEvent && sequence < firstEvent + eventCount);
    return { ...step, events: found, ...hintCounts(found) };
  });
}

/** The questions of these steps, in the order of their groups, by the number of the step. */
export async function readQuestions(
  steps: PackedBytes,
  wanted: ReadonlySet<number>,
): Promise<Map<number, readonly string[]>> {
  const packed = unpack(await contents(steps));
  const numbers = packed.field('number');
  const found = new Map<number, readonly string[]>();
  for (let i = 0; i < packed.length; i++) {
    const number = numbers(i) as number;
    if (wanted.has(number))
      found.set(
        number,
        (packed.at(i) as KeptStep).groups.map(({ question }) => question),
      );
  }
  return found;
}

/** The events whose `field` is as wanted; the others are not made. */
export async function readEvents<F extends 'sequence' | 'key'>(
  events: PackedBytes,
  field: F,
  wanted: (value: HintEvent[F]) => boolean,
): Promise<HintEvent[]> {
  const packed = unpack(await contents(events));
  const value = packed.field(field);
  const found: HintEvent[] = [];
  for (let i = 0; i < packed.length; i++) if (wanted(value(i) as HintEvent[F])) found.push(packed.at(i) as HintEvent);
  return found;
}

/** The policy, and what it started from. */
export type Snapshot = Pick<TrainerState, 'hints' | 'start'>;

export function packSnapshot({ hints, start }: Snapshot): Bytes {
  // The start is pairs, not an object: its keys are data.
  return pack([{ hints, ...(start === undefined ? {} : { start: Object.entries(start) }) }]);
}

export async function readSnapshot(snapshot: PackedBytes): Promise<Snapshot> {
  const [read] = unpackAll(await contents(snapshot)) as { hints: PolicyHint[]; start?: [string, number][] }[];
  if (read === undefined) throw new RangeError('These bytes hold no policy.');
  return { hints: read.hints, ...(read.start === undefined ? {} : { start: Object.fromEntries(read.start) }) };
}

async function contents({ bytes, plain }: PackedBytes): Promise<Bytes> {
  return plain === true ? bytes : inflate(bytes);
}
