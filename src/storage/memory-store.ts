import type { Feedback, FeedbackKey, FeedbackStore } from '../grpo/feedback.ts';
import type { RunStore } from '../grpo/run-store.ts';
import { MemoryRows } from './memory-rows.ts';
import { RunBook } from './run-book.ts';

/** Runs and feedback that live as long as the page: for Node, and for browsers that refuse IndexedDB. */
export class MemoryStore extends RunBook implements RunStore, FeedbackStore {
  readonly #feedback = new Map<string, Feedback>();

  constructor(options: { readonly windowBytes?: number } = {}) {
    super(new MemoryRows(), options);
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
}

const keyOf = ({ dataset, question, sql }: FeedbackKey): string => JSON.stringify([dataset, question, sql]);
