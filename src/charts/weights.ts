/**
 * Geometry of a hint's weight: a diverging bar with a tick where the weight was before. By hand, so that the first
 * look at the page waits for no library.
 */

export interface WeightBar {
  /** All in [0, 1] of the bar's width; 0.5 is weight 0. */
  readonly from: number;
  readonly to: number;
  readonly before: number | null;
}

/** Half-width of the weight axis: nice and at least 0.5, so that small weights look small. */
export function weightLimit(weights: readonly number[]): number {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  return [0.5, 0.75, 1, 1.5, 2, 3, 4, 5, 7.5, 10, 15].find((limit) => limit >= largest) ?? 20;
}

export function weightBar(weight: number, before: number | null, limit: number): WeightBar {
  const at = (value: number): number => Math.min(1, Math.max(0, (value / limit + 1) / 2));
  const end = at(weight);
  return { from: Math.min(0.5, end), to: Math.max(0.5, end), before: before === null ? null : at(before) };
}
