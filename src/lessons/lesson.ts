/** What a lesson is: data. The page that shows it knows none of them by name. */
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
  /** What of the page's own buttons does what is asked for, so that the lesson goes on by itself. */
  readonly done?: 'learn' | 'again' | 'play';
}

interface Told {
  /** In addresses: `#lesson/<id>/<screen>`. */
  readonly id: string;
  readonly title: string;
  readonly about: string;
  /** At most MOST_SCREENS. */
  readonly screens: readonly Screen[];
}

/** A lesson on a run of its own. */
export interface RunLesson extends Told {
  /** Of the datasets that ship with the page. */
  readonly dataset: string;
  readonly start: StartChoice;
  readonly seed: number;
  /** Those that are not the defaults. */
  readonly settings: Partial<GRPOConfig>;
  /** Steps after which it has been seen: playing pauses there. */
  readonly steps: number;
}

/** A lesson on one formula, with values to be changed; each screen may begin with some of its own. */
export interface FormulaLesson extends Told {
  readonly formula: 'advantage' | 'no-signal';
  readonly screens: readonly (Screen & Partial<FormulaValues>)[];
}

export interface FormulaValues {
  /** Rewards of a group, by their completions. */
  readonly rewards: readonly number[];
  /** Divide by G (0) or by G − 1 (1) under the root. */
  readonly ddof: 0 | 1;
  /** What somebody else printed for these rewards, and why it is not what comes out. */
  readonly published: { readonly sd: number; readonly advantages: readonly number[]; readonly why: string };
  /** Chance that one completion is right, and how many make a group. */
  readonly chance: number;
  readonly groupSize: number;
}

export type Lesson = RunLesson | FormulaLesson;

export const MOST_SCREENS = 5;
