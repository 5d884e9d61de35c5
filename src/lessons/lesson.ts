/** What a lesson is: data. The page that plays it knows none of them by name. */
import type { GRPOConfig } from '../grpo/config.ts';
import type { StartChoice } from '../grpo/run-store.ts';

/** One short screen: one thing to do on the real page. */
export interface Screen {
  readonly title: string;
  /** What to look at, or to guess first. */
  readonly say: string;
  /** What to press. */
  readonly act: string;
  /** What should be seen then. */
  readonly see: string;
}

export interface Lesson {
  /** In addresses: `#lesson/<id>/<screen>`. */
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** Of the datasets that ship with the page. */
  readonly dataset: string;
  readonly start: StartChoice;
  readonly seed: number;
  /** Those that are not the defaults. */
  readonly settings: Partial<GRPOConfig>;
  /** Steps after which it has been seen: playing pauses there. */
  readonly steps: number;
  /** At most five. */
  readonly screens: readonly Screen[];
}

export const MOST_SCREENS = 5;
