/** Means over a handful of seeds: Student's interval, and bands of curves. Pure. */
import { sum, Z95 } from './statistics.ts';
import type { Range } from './statistics.ts';

/** t quantiles of a two-sided 95 % interval for 1 … 10 degrees of freedom. */
const T95 = [
  12.706204736, 4.30265273, 3.182446305, 2.776445105, 2.570581836, 2.446911851, 2.364624252, 2.306004135, 2.262157163,
  2.228138852,
] as const;

/**
 * The 97.5 % quantile of Student's t. Beyond 10 degrees of freedom by the expansion of Abramowitz & Stegun 26.7.5,
 * right to five digits there. Throws RangeError unless `degrees` is a whole number from 1.
 */
export function t95(degrees: number): number {
  if (!Number.isSafeInteger(degrees) || degrees < 1)
    throw new RangeError(`No t distribution with ${degrees} degrees of freedom.`);
  const known = T95[degrees - 1];
  if (known !== undefined) return known;
  const z = Z95;
  const z2 = z * z;
  return (
    z +
    (z * (z2 + 1)) / (4 * degrees) +
    (z * ((5 * z2 + 16) * z2 + 3)) / (96 * degrees ** 2) +
    (z * (((3 * z2 + 19) * z2 + 17) * z2 - 15)) / (384 * degrees ** 3) +
    (z * ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945)) / (92160 * degrees ** 4)
  );
}

export interface Mean extends Range {
  readonly mean: number;
}

/** Mean ± t·s/√n over independent repetitions (seeds). Null for fewer than two: one run says nothing of its spread. */
export function meanOverSeeds(values: readonly number[]): Mean | null {
  const n = values.length;
  if (n < 2) return null;
  const mean = sum(values) / n;
  const variance = sum(values.map((value) => (value - mean) * (value - mean))) / (n - 1);
  const half = t95(n - 1) * Math.sqrt(variance / n);
  return { mean, low: mean - half, high: mean + half };
}

export interface BandPoint extends Mean {
  readonly step: number;
  /** Curves that have a point at this step. */
  readonly seeds: number;
}

/**
 * Mean of several curves in [0, 1] with a 95 % band: over seeds where a step has two points or more, else `alone` of
 * the one value. Steps ascending; a curve that ended early is missing from the steps after its end.
 */
export function curveBand(
  curves: readonly (readonly { readonly step: number; readonly value: number }[])[],
  alone: (value: number) => Range,
): BandPoint[] {
  const byStep = new Map<number, number[]>();
  for (const { step, value } of curves.flat()) byStep.set(step, [...(byStep.get(step) ?? []), value]);
  return [...byStep.entries()]
    .sort(([a], [b]) => a - b)
    .map(([step, values]) => {
      const { mean, low, high } = meanOverSeeds(values) ?? { mean: values[0] ?? 0, ...alone(values[0] ?? 0) };
      return { step, seeds: values.length, mean, low: Math.max(0, low), high: Math.min(1, high) };
    });
}
