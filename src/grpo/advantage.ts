/**
 * Group-relative advantages: what the estimators (`estimators/`) share.
 *
 * Shapes: a batch is B groups; a group is G total rewards (and, for gdpo, G values per reward component).
 * A reward that could not be computed is `null`: it is left out of every mean and sd and its advantage is 0.
 * A group without spread gives zeros, never noise.
 */
/** Keeps the division finite; TRL's value (grpo_trainer.py, `+ 1e-4`). */
export const EPSILON = 1e-4;

/** Rewards closer together than this are equal: below what adding four weighted components can round to. */
export const EQUAL = 1e-12;

export interface RewardGroup {
  /** Length G. */
  readonly totals: readonly (number | null)[];
  /** Component name → length G; for estimators that read more than the total. */
  readonly components?: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface EstimatorOptions {
  /** 1: sample sd (TRL's default); 0: population sd. */
  readonly ddof: 0 | 1;
  /** Component name → weight, for estimators that read components. */
  readonly weights?: Readonly<Record<string, number>>;
}

export interface GroupAdvantages {
  /** Length G. */
  readonly advantages: number[];
  readonly mean: number | null;
  readonly sd: number | null;
  /** What the estimator's formula divides its difference by, as the page shows it. May be negative. */
  readonly scale: number;
  readonly noSignal: boolean;
}

/** The rewards that could be computed. */
export const present = (values: readonly (number | null)[]): number[] =>
  values.filter((value): value is number => value !== null);

/** Mean of at least one number. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation; 0 when there are too few values for the ddof. */
export function standardDeviation(values: readonly number[], ddof: 0 | 1): number {
  if (values.length <= ddof) return 0;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) * (value - centre), 0);
  return Math.sqrt(squares / (values.length - ddof));
}

/** Whether there is anything to compare. */
export function hasSpread(values: readonly number[]): boolean {
  return values.length > 1 && Math.max(...values) - Math.min(...values) > EQUAL;
}

/** (r − mean) / scale for each present reward; zeros when the group has no spread. */
export function centred(
  group: RewardGroup,
  ddof: 0 | 1,
  scaleOf: (sd: number, count: number) => number,
): GroupAdvantages {
  const values = present(group.totals);
  if (values.length === 0)
    return { advantages: group.totals.map(() => 0), mean: null, sd: null, scale: 1, noSignal: true };
  const centre = mean(values);
  const sd = standardDeviation(values, ddof);
  const scale = scaleOf(sd, values.length);
  const noSignal = !hasSpread(values);
  return {
    advantages: group.totals.map((reward) => (reward === null || noSignal ? 0 : (reward - centre) / scale)),
    mean: centre,
    sd,
    scale,
    noSignal,
  };
}
