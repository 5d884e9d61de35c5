/** Which number the reader has opened: one dialog shows them all, and keeps the way back. */
import { createContext } from 'svelte';
import type { Topic } from './arithmetic.ts';

export type MetricId = 'reward' | 'no-signal' | 'entropy' | 'kl';

/** A number of the step, the story of a hint, or what a learning chart draws. */
export type Subject = Topic | { readonly kind: 'hint'; readonly key: string } | { readonly kind: 'metric'; readonly metric: MetricId };

export class ExplainState {
  #path = $state.raw<readonly Subject[]>([]);

  get subject(): Subject | null { return this.#path.at(-1) ?? null; }
  get canGoBack(): boolean { return this.#path.length > 1; }

  /** From the page: a fresh path. */
  open(subject: Subject): void {
    this.#path = [subject];
  }

  /** From within the dialog: one level deeper. */
  follow(subject: Subject): void {
    this.#path = [...this.#path, subject];
  }

  back(): void {
    this.#path = this.#path.slice(0, -1);
  }

  close(): void {
    this.#path = [];
  }
}

const [read, write] = createContext<ExplainState>();
export const useExplain = read;
export const provideExplain = write;
