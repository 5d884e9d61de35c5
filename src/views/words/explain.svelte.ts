/** Which number the reader has opened: one dialog shows them all, and keeps the way back. */
import { createContext } from 'svelte';
import type { GRPOConfig } from '../../grpo/config.ts';
import type { Step } from '../../grpo/types.ts';
import type { Topic } from './explanation.ts';

export type MetricId = 'reward' | 'no-signal' | 'entropy' | 'kl';

/** A number of the step, the story of a hint, or what a learning chart draws. */
export type Subject =
  Topic | { readonly kind: 'hint'; readonly key: string } | { readonly kind: 'metric'; readonly metric: MetricId };

/** The step a number was read from, and the settings it was taken with. */
export interface Held {
  readonly step: Step | null;
  readonly config: GRPOConfig;
}

export class ExplainState {
  readonly #hold: () => Held;
  #path = $state.raw<readonly Subject[]>([]);
  #held = $state.raw<Held | null>(null);

  /** `hold` makes the page stand still and returns what is on it: a number must not change while it is being read. */
  constructor(hold: () => Held) {
    this.#hold = hold;
  }

  /** What was on the page when the number was opened; null while nothing is open. */
  get held(): Held | null {
    return this.#held;
  }
  get subject(): Subject | null {
    return this.#path.at(-1) ?? null;
  }
  get canGoBack(): boolean {
    return this.#path.length > 1;
  }

  /** From the page: a fresh path. */
  open(subject: Subject): void {
    this.#held = this.#hold();
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
    this.#held = null;
  }
}

const [read, write] = createContext<ExplainState>();
export const useExplain = read;
export const provideExplain = write;
