/** Steps taken one after another until a limit, stored batch by batch. */
import type { GRPOConfig } from '../../grpo/config.ts';
import { pointOf } from '../../grpo/history.ts';
import type { HistoryPoint } from '../../grpo/run-store.ts';
import type { HintEvent, Step } from '../../grpo/types.ts';
import type { EnginePorts } from '../engine-ports.ts';
import type { AdvanceRequest } from '../protocol.ts';

/** One step, or null where there is none left; `events` are also those of changes by hand before it. */
export interface TakenStep {
  readonly step: Step | null;
  readonly events: readonly HintEvent[];
}

/** What is to be stored of the steps since the last time. */
export interface UnstoredSteps {
  readonly points: HistoryPoint[];
  readonly events: HintEvent[];
  readonly steps: Step[];
}

/** What was taken and is stored. It holds when a later step fails or is given up. */
export interface StoredSteps {
  readonly points: HistoryPoint[];
  /** The last of them in full; null when none was taken. */
  step: Step | null;
  /** True when there is no step left to take. */
  atEnd: boolean;
}

export interface Taking {
  readonly take: () => Promise<TakenStep>;
  readonly store: (batch: UnstoredSteps) => Promise<void>;
  /** Asked after each step: playing a recording changes it. */
  readonly config: () => GRPOConfig;
  /** Whether each step is stored by itself: what took a language model a minute is not given up with the next group. */
  readonly storeEach: boolean;
  readonly halted: () => boolean;
}

/** Steps that wait to be stored at most. */
const BATCH_STEPS = 50;
/** Milliseconds between two breaths. */
const BREATH_MS = 12;

/** Throws RangeError. */
export function checkLimits({ steps, budgetMs }: AdvanceRequest): void {
  if (!(Number.isInteger(steps) && steps >= 0) || !(budgetMs >= 0))
    throw new RangeError('advance needs a whole number of steps and a budget in milliseconds.');
}

/** Fills `stored`, and rejects as `take` and `store` do. */
export async function takeSteps(
  { steps, budgetMs }: AdvanceRequest,
  { take, store, config, storeEach, halted }: Taking,
  { now, breathe }: Pick<EnginePorts, 'now' | 'breathe'>,
  stored: StoredSteps,
): Promise<void> {
  let unstored: UnstoredSteps = { points: [], events: [], steps: [] };
  const storeBatch = async (): Promise<void> => {
    if (unstored.points.length + unstored.events.length === 0) return;
    await store(unstored);
    stored.points.push(...unstored.points);
    stored.step = unstored.steps.at(-1) ?? stored.step;
    unstored = { points: [], events: [], steps: [] };
  };
  const start = now();
  let breath = start;
  const mayGoOn = (time: number): boolean =>
    stored.points.length + unstored.points.length < steps && time - start < budgetMs && !halted();
  for (let time = start; mayGoOn(time); time = now()) {
    const { step, events } = await take();
    unstored.events.push(...events);
    if (step === null) {
      stored.atEnd = true;
      break;
    }
    unstored.points.push(pointOf(step, config()));
    unstored.steps.push(step);
    if (storeEach || unstored.steps.length === BATCH_STEPS) await storeBatch();
    if (time - breath >= BREATH_MS) {
      breath = time;
      await breathe();
    }
  }
  await storeBatch();
}
