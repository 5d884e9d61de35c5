import type { Unlinked } from '../../src/linking/unlinked.ts';

/** What scripts/answers/draw.ts writes, and the scripts beside it read. */

export interface Draw {
  readonly sql: string;
  /** ln π_h at the temperature. */
  readonly logProbability: number | null;
  /** How many decisions made it. */
  readonly decisions: number;
  /** Its result is gold's. */
  readonly right: boolean;
  /** Reference-free total. */
  readonly total: number | null;
  /** Equal for equal results; null without a result. */
  readonly result: number | null;
  /** Rows of the result. */
  readonly rows: number;
}

/** The group of one question: the greedy answer, then draws. */
export interface DrawnGroup {
  readonly database: string;
  /** The gold fact, named by its first question (src/lab/facts.ts). */
  readonly fact: string;
  readonly question: string;
  /** Which hints drew: those learned on databases of other parts, or none. */
  readonly policy: 'starter' | 'none';
  readonly unlinked: Unlinked;
  /** Gold returns nothing, 0 or NULL. */
  readonly weak: boolean;
  readonly draws: readonly Draw[];
}

export interface DrawnGroups {
  readonly samples: number;
  readonly parts: number;
  readonly seed: number;
  readonly passes: number;
  readonly temperature: number;
  readonly learnedAt: number;
  readonly groups: readonly DrawnGroup[];
}
