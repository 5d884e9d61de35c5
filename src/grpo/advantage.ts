/**
 * Group-relative advantages: five estimators over a batch of groups.
 *
 * Shapes: a batch is B groups; a group is G total rewards (and, for gdpo, G values per reward component).
 * A reward that could not be computed is `null`: it is left out of every mean and sd and its advantage is 0.
 * A group without spread gives zeros, never noise.
 */
import type { EstimatorName } from './config.ts';

/** Keeps the division finite; TRL's value (grpo_trainer.py, `+ 1e-4`). */
export const EPSILON = 1e-4;

/** Rewards closer together than this are equal: below what adding four weighted components can round to. */
const EQUAL = 1e-12;

export interface RewardGroup {
  /** Length G. */
  readonly totals: readonly (number | null)[];
  /** Component name → length G; only gdpo reads it. */
  readonly components?: Readonly<Record<string, readonly (number | null)[]>>;
}

export interface EstimatorOptions {
  /** 1: sample sd (TRL's default); 0: population sd. */
  readonly ddof: 0 | 1;
  /** Component weights for gdpo. */
  readonly weights?: Readonly<Record<string, number>>;
}

export interface GroupAdvantages {
  /** Length G. */
  readonly advantages: number[];
  readonly mean: number | null;
  readonly sd: number | null;
  /** What r − mean was divided by: the number the page shows under the fraction. */
  readonly scale: number;
  readonly noSignal: boolean;
}

export type Estimator = (batch: readonly RewardGroup[], options: EstimatorOptions) => GroupAdvantages[];

const present = (values: readonly (number | null)[]): number[] =>
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

function hasSpread(values: readonly number[]): boolean {
  return values.length > 1 && Math.max(...values) - Math.min(...values) > EQUAL;
}

/** (r − mean) · factor / scale for each present reward; zeros when the group has no spread. */
function centred(group: RewardGroup, ddof: 0 | 1, scaleOf: (sd: number, count: number) => number): GroupAdvantages {
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

/** A = (r − mean) / (sd + ε). DeepSeekMath, arXiv 2402.03300, §4.1; TRL GRPOTrainer scale_rewards="group". */
const grpo: Estimator = (batch, { ddof }) => batch.map((group) => centred(group, ddof, (sd) => sd + EPSILON));

/** A = r − mean. Dr. GRPO, arXiv 2503.20783; TRL scale_rewards="none". */
const drGrpo: Estimator = (batch, { ddof }) => batch.map((group) => centred(group, ddof, () => 1));

/** A = (r − mean of the group) / (sd of the whole batch + ε). TRL scale_rewards="batch". */
const batchScaled: Estimator = (batch, { ddof }) => {
  const sd = standardDeviation(
    batch.flatMap((group) => present(group.totals)),
    ddof,
  );
  return batch.map((group) => centred(group, ddof, () => sd + EPSILON));
};

/** A_i = r_i − mean of the others = G/(G−1) · (r_i − mean). RLOO, arXiv 2402.14740; TRL RLOOTrainer. */
const rloo: Estimator = (batch, { ddof }) =>
  batch.map((group) => centred(group, ddof, (_sd, count) => (count > 1 ? (count - 1) / count : 1)));

/**
 * Each component is z-scored in its group, weighted and summed; the sums are normalised over the batch.
 * TRL multi_objective_aggregation="normalize_then_sum".
 */
const gdpo: Estimator = (batch, { ddof, weights = {} }) => {
  const sums = batch.map((group) => {
    const total: (number | null)[] = group.totals.map((reward) => (reward === null ? null : 0));
    for (const [name, values] of Object.entries(group.components ?? {})) {
      const z = centred({ totals: values }, ddof, (sd) => sd + EPSILON).advantages;
      z.forEach((score, i) => {
        const sum = total[i];
        if (sum !== null && sum !== undefined) total[i] = sum + (weights[name] ?? 0) * score;
      });
    }
    return total;
  });
  const all = sums.flatMap(present);
  const centre = all.length === 0 ? 0 : mean(all);
  const scale = standardDeviation(all, ddof) + EPSILON;
  return batch.map((group, g) => {
    const rewards = present(group.totals);
    const own = sums[g] ?? [];
    // The spread that counts here is the components': two may cancel in the total and still teach.
    const noSignal = !hasSpread(present(own));
    return {
      advantages: own.map((sum) => (sum === null || noSignal ? 0 : (sum - centre) / scale)),
      mean: rewards.length === 0 ? null : mean(rewards),
      sd: rewards.length === 0 ? null : standardDeviation(rewards, ddof),
      scale,
      noSignal,
    };
  });
};

export const ESTIMATOR: Readonly<Record<EstimatorName, Estimator>> = {
  grpo,
  dr_grpo: drGrpo,
  batch: batchScaled,
  rloo,
  gdpo,
};

/** `scale_rewards: false` is Dr. GRPO's removal of the sd; the other estimators have no sd of the group to remove. */
export function effectiveEstimator(config: {
  readonly estimator: EstimatorName;
  readonly scale_rewards: boolean;
}): EstimatorName {
  return config.estimator === 'grpo' && !config.scale_rewards ? 'dr_grpo' : config.estimator;
}
