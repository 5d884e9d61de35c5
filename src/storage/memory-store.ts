import type { Feedback, FeedbackKey, FeedbackStore } from '../grpo/feedback.ts';
import { KEPT_STEPS } from '../grpo/run-store.ts';
import type { HistoryPoint, Place, RunChange, RunRecord, RunStore } from '../grpo/run-store.ts';
import type { HintEvent, Step } from '../grpo/types.ts';
import { movedOn, replaced, StoreError } from './errors.ts';

interface Kept {
  run: RunRecord;
  points: HistoryPoint[];
  steps: Map<number, Step>;
  events: HintEvent[];
}

/** Events kept in memory; of a longer log the oldest are dropped, so that an endless run does not fill the tab. */
const MAX_EVENTS = 100_000;

/** Runs and feedback that live as long as the page: for Node, and for browsers that refuse IndexedDB. */
export class MemoryStore implements RunStore, FeedbackStore {
  #current: Kept | null = null;
  #previous: Kept | null = null;
  readonly #feedback = new Map<string, Feedback>();
  readonly #maxEvents: number;

  constructor(options: { readonly maxEvents?: number } = {}) {
    this.#maxEvents = options.maxEvents ?? MAX_EVENTS;
  }

  current(): Promise<{ run: RunRecord; canUndo: boolean } | null> {
    return promise(() => this.#current && { run: this.#current.run, canUndo: this.#previous !== null });
  }

  begin(run: RunRecord, replaces: string | null): Promise<void> {
    return promise(() => {
      if ((this.#current?.run.id ?? null) !== replaces) throw replaced();
      this.#previous = this.#current;
      this.#current = { run, points: [], steps: new Map(), events: [] };
    });
  }

  undo(runId: string): Promise<void> {
    return promise(() => {
      if (this.#current?.run.id !== runId) throw replaced();
      if (this.#previous === null) throw new StoreError('failed', 'There is no earlier run to bring back.');
      this.#current = this.#previous;
      this.#previous = null;
    });
  }

  commit(change: RunChange): Promise<void> {
    return promise(() => {
      const kept = this.#holding(change.run.id);
      if (kept.run.revision !== change.run.revision - 1) throw movedOn(kept.run);
      kept.run = change.run;
      for (const point of change.points) kept.points.push(point);
      for (const event of change.events) kept.events.push(event);
      for (const step of change.steps) kept.steps.set(step.number, step);
      for (const number of kept.steps.keys()) {
        if (number <= change.run.state.step - KEPT_STEPS) kept.steps.delete(number);
      }
      // Dropped in large bites: shifting the array for every event would cost more than the events.
      if (kept.events.length > this.#maxEvents * 1.25) kept.events = kept.events.slice(-this.#maxEvents);
    });
  }

  setPlace(runId: string, place: Place): Promise<void> {
    return promise(() => {
      const kept = this.#holding(runId);
      kept.run = { ...kept.run, place };
    });
  }

  history(runId: string): Promise<HistoryPoint[]> {
    return promise(() => [...this.#holding(runId).points]);
  }

  step(runId: string, number: number): Promise<Step | null> {
    return promise(() => this.#holding(runId).steps.get(number) ?? null);
  }

  eventsOf(runId: string, key: string): Promise<HintEvent[]> {
    return promise(() => this.#holding(runId).events.filter((event) => event.key === key));
  }

  feedback(dataset: string): Promise<Feedback[]> {
    const own = [...this.#feedback.entries()].filter(([, one]) => one.dataset === dataset);
    return Promise.resolve(own.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one));
  }

  putFeedback(feedback: Feedback): Promise<void> {
    this.#feedback.set(keyOf(feedback), feedback);
    return Promise.resolve();
  }

  removeFeedback(key: FeedbackKey): Promise<void> {
    this.#feedback.delete(keyOf(key));
    return Promise.resolve();
  }

  /** Holds no connection: whoever still holds the store may open it again. */
  close(): void {}

  #holding(runId: string): Kept {
    if (this.#current?.run.id !== runId) throw replaced();
    return this.#current;
  }
}

const keyOf = ({ dataset, question, sql }: FeedbackKey): string => JSON.stringify([dataset, question, sql]);

/** Does the work at once; what it throws becomes a rejection. */
function promise<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()));
}
