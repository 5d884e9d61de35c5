/**
 * What an experiment is and what it returns: variants × seeds, each trained on the training questions and judged on the
 * held-out ones.
 */
import type { FieldName } from '../grpo/config.ts';

/** One way of training. */
export interface Variant {
  readonly name: string;
  /** Settings that differ from the experiment's base configuration. */
  readonly settings: Readonly<Partial<Record<FieldName, number | boolean | string>>>;
  /** The policy the run starts from: no hints, the starter policy, or hints from a file of the caller's. */
  readonly start: 'none' | 'starter' | 'file';
  /**
   * off: the loop runs and changes nothing. shuffled: each group's advantages are dealt out at random, a control that
   * must not improve.
   */
  readonly learning: 'on' | 'off' | 'shuffled';
}

/** What answers a question: the greedy SQL, or the best of a group as Ask chooses it (src/ask). */
export const ANSWER_RULES = ['greedy', 'best'] as const;
export type AnswerRule = (typeof ANSWER_RULES)[number];
/** Candidates of the built-in sampler that such an answer is the best of. */
export const BEST_OF = 32;

export interface ExperimentSpec {
  readonly id: string;
  readonly name: string;
  readonly dataset: string;
  readonly variants: readonly Variant[];
  readonly seeds: readonly number[];
  readonly steps: number;
  /** Steps between two points of the curve. */
  readonly evaluateEvery: number;
  /**
   * The curve is measured on so many held-out questions, spread evenly over the dataset; on all when absent. What is
   * compared is always measured on all.
   */
  readonly curveQuestions?: number;
  /** Of curve and comparison; greedy when absent. Validation, which chooses a policy, is greedy anyway. */
  readonly answer?: AnswerRule;
}

/** Held-out accuracy (0..1; `greedy` whatever rule answered) and the mean training reward since the point before. */
export interface CurvePoint {
  readonly step: number;
  readonly greedy: number;
  readonly reward: number | null;
}

/** Per held-out question, in the dataset's order. */
export interface HeldOutAnswer {
  readonly questionId: string;
  /** Whether the answer is right, by the experiment's rule. */
  readonly greedy: boolean;
  /** Right ones among the G drawn. */
  readonly right: number;
  readonly drawn: number;
}

/** One variant with one seed, from start to end: the unit that is stored, and where a stopped experiment goes on. */
export interface SeedRun {
  readonly variant: number;
  readonly seed: number;
  readonly curve: readonly CurvePoint[];
  readonly answers: readonly HeldOutAnswer[];
  /** Hints of the policy that was kept, and whether that is the one the run started from. */
  readonly hints: number;
  readonly keptStart: boolean;
}

export interface Experiment {
  readonly spec: ExperimentSpec;
  readonly runs: readonly SeedRun[];
}
