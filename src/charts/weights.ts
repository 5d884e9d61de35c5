/** Geometry of a hint's weight: a diverging bar with a tick where the weight was before, and a sparkline. */
import { curveStepAfter, line, scaleLinear } from 'd3';

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
  const scale = scaleLinear([-limit, limit], [0, 1]).clamp(true);
  const end = scale(weight);
  return { from: Math.min(0.5, end), to: Math.max(0.5, end), before: before === null ? null : scale(before) };
}

export interface WeightPoint {
  readonly step: number;
  readonly weight: number;
}

/** A step line over [0, width] × [0, height] on the axis −limit … +limit; '' with fewer than two points. */
export function sparkline(
  points: readonly WeightPoint[],
  limit: number,
  width: number,
  height: number,
): { path: string; endY: number } {
  const last = points.at(-1);
  const first = points[0];
  const y = scaleLinear([-limit, limit], [height - 2, 2]).clamp(true);
  if (first === undefined || last === undefined || first.step === last.step)
    return { path: '', endY: y(last?.weight ?? 0) };
  const x = scaleLinear([first.step, last.step], [1, width - 4]);
  const draw = line<WeightPoint>(
    (point) => x(point.step),
    (point) => y(point.weight),
  )
    .curve(curveStepAfter)
    .digits(1);
  return { path: draw([...points]) ?? '', endY: y(last.weight) };
}
