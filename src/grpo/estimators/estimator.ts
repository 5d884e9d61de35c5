/**
 * An advantage estimator: its arithmetic, and every word that is said about it. One file of this folder is one
 * estimator, and `index.ts` lists them; the settings, the page, the command line and the docs know no other place.
 */
import type { EstimatorOptions, GroupAdvantages, RewardGroup } from '../advantage.ts';

/**
 * A formula with its values: text, and numbers in their places. Whoever shows it writes the numbers, and puts brackets
 * round a negative one that follows an operator.
 */
export type Written = readonly (string | number)[];

/** What one completion is compared with: total rewards, those that could be computed. */
export interface Siblings {
  /** Of its group, its own among them. */
  readonly group: readonly number[];
  /** Of its group without its own. */
  readonly others: readonly number[];
  /** Of every group of the step. */
  readonly step: readonly (readonly number[])[];
  /** Mean and sd of the group; null where no reward could be computed. */
  readonly mean: number | null;
  readonly sd: number | null;
  readonly ddof: 0 | 1;
}

/** One advantage of a group with a signal, and all it came from. */
export interface Compared extends Siblings {
  readonly reward: number;
  readonly mean: number;
  /** `GroupAdvantages.scale`. */
  readonly scale: number;
  readonly advantage: number;
}

/** A number that a formula is made of, as the page lists it under the formula. */
export interface AdvantagePart {
  readonly label: string;
  /** How many rewards it was made from. */
  readonly count: number;
  /** None when it could not be computed. */
  readonly values: readonly number[];
  /** What it opens to: the mean and sd of the group, or the rewards of the others, which are listed after it. */
  readonly from?: 'group' | 'others';
}

export interface Estimator<Name extends string = string> {
  /** In settings, addresses, files and on the command line. */
  readonly name: Name;
  /** What readers know it by. */
  readonly label: string;
  /** What it does, to stand after its label: "divides by the group’s sd". */
  readonly help: string;
  readonly source: string;
  /** In symbols. */
  readonly formula: string;
  /** The formula in a sentence. */
  readonly lead: string;
  /** What an advantage counts in, as it stands after a number: "sd", "points". */
  readonly unit: string;
  /** What the difference is divided by, as it stands after ÷; null where it is not divided. */
  readonly divisor: string | null;
  /** The difference that is divided, where it is not r − mean of the group. */
  readonly divided?: string;
  /** What is said of the group as the yardstick: what of it is shown, and a sentence. */
  readonly yardstick: { readonly shows: 'mean' | 'mean and sd'; readonly lead: string };
  /** Why a group whose rewards differ may teach nothing all the same; absent where every spread teaches. */
  readonly silent?: string;
  /** What takes its place when `scale_rewards` is off; absent where that changes nothing. */
  readonly unscaled?: Estimator;
  /** One result for each group, in order. A group without a signal gets zeros. */
  readonly advantages: (batch: readonly RewardGroup[], options: EstimatorOptions) => GroupAdvantages[];
  /** The formula with the values of one advantage. */
  readonly values: (compared: Compared) => Written;
  /** What stands in the formula beside the reward itself. */
  readonly parts: (siblings: Siblings) => readonly AdvantagePart[];
}

/** The group as its own yardstick, as most estimators have it. */
export const MEAN_OF_THE_GROUP: Estimator['yardstick'] = {
  shows: 'mean',
  lead: 'The group is its own yardstick: a completion is judged against the mean of its siblings.',
};
export const MEAN_AND_SD_OF_THE_GROUP: Estimator['yardstick'] = { ...MEAN_OF_THE_GROUP, shows: 'mean and sd' };

export function meanPart({ group, mean }: Siblings): AdvantagePart {
  return { label: 'Mean', count: group.length, values: mean === null ? [] : [mean], from: 'group' };
}

export function meanAndSdPart({ group, mean, sd }: Siblings): AdvantagePart {
  return { label: 'Mean and sd', count: group.length, values: mean === null ? [] : [mean, sd ?? 0], from: 'group' };
}
