/** Geometry of a hint's weight over time. */
import { curveStepAfter, line, scaleLinear } from 'd3';

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
