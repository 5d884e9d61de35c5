/**
 * The objectives as their papers write them, with sums over decisions for means over tokens: what the gradients are
 * held against. Nothing here is taken from the code under test.
 */
import type { ObjectiveName } from '../../../src/grpo/objectives/index.ts';

export interface Clip {
  readonly epsilon: number;
  readonly epsilon_high: number;
}

const clip = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));
const clipped = (ratio: number, advantage: number, low: number, high: number): number =>
  Math.min(ratio * advantage, clip(ratio, low, high) * advantage);

/** exp(1/|y| Σ ln ρ). */
export const sequence = (ratios: readonly number[]): number =>
  Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);

/**
 * What one completion adds. `now`: π_new of its decisions where the objective is evaluated; `held`: where a
 * stop-gradient has its value.
 */
export const WRITTEN: Readonly<
  Record<
    ObjectiveName,
    (now: readonly number[], held: readonly number[], old: readonly number[], advantage: number, clip: Clip) => number
  >
> = {
  grpo: (now, _held, old, advantage, { epsilon }) =>
    now.reduce((sum, p, d) => sum + clipped(p / (old[d] ?? NaN), advantage, 1 - epsilon, 1 + epsilon), 0),
  dapo: (now, _held, old, advantage, { epsilon, epsilon_high }) =>
    now.reduce((sum, p, d) => sum + clipped(p / (old[d] ?? NaN), advantage, 1 - epsilon, 1 + epsilon_high), 0),
  cispo: (now, held, old, advantage, { epsilon_high }) =>
    now.reduce(
      (sum, p, d) => sum + Math.min((held[d] ?? NaN) / (old[d] ?? NaN), 1 + epsilon_high) * advantage * Math.log(p),
      0,
    ),
  gspo: (now, _held, old, advantage, { epsilon }) =>
    now.length * clipped(sequence(now.map((p, d) => p / (old[d] ?? NaN))), advantage, 1 - epsilon, 1 + epsilon),
};
