/** Geometry of the learning charts: one point per step, and the mean of the last steps as a line. */
import { line, scaleLinear, type ScaleLinear } from 'd3';

/** Steps in the moving mean. */
export const WINDOW = 20;

export interface SeriesPoint {
  readonly step: number;
  /** null where the value could not be computed. */
  readonly value: number | null;
}

/** Mean of the present values among the last `window` points, at every point; null where there are none. */
export function movingMean(points: readonly SeriesPoint[], window = WINDOW): SeriesPoint[] {
  let sum = 0;
  let present = 0;
  return points.map(({ step, value }, i) => {
    if (value !== null) {
      sum += value;
      present++;
    }
    const gone = points[i - window]?.value ?? null;
    if (gone !== null) {
      sum -= gone;
      present--;
    }
    return { step, value: present === 0 ? null : sum / present };
  });
}

/** The end of a step axis: it grows in jumps, so that the picture does not slide under the reader at every step. */
export function stepLimit(steps: number): number {
  const tens = 10 ** Math.floor(Math.log10(Math.max(steps, 40)));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((n) => n * tens).find((limit) => limit >= Math.max(steps, 40)) ?? steps;
}

/** The top of an axis of non-negative values: at least `least`, otherwise the next nice number above the data. */
export function valueLimit(values: readonly (number | null)[], least: number): number {
  const largest = values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
  return largest <= least ? least : (scaleLinear([0, largest], [0, 1]).nice(4).domain()[1] ?? largest);
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Axes {
  readonly x: ScaleLinear<number, number>;
  readonly y: ScaleLinear<number, number>;
}

export function axes(frame: Frame, lastStep: number, domain: readonly [number, number]): Axes {
  return {
    x: scaleLinear([0, lastStep], [frame.left, frame.width - frame.right]),
    y: scaleLinear(domain, [frame.height - frame.bottom, frame.top]).clamp(true),
  };
}

/** The line through the present points; breaks where a value is missing. */
export function seriesPath(points: readonly SeriesPoint[], { x, y }: Axes): string {
  return (
    line<SeriesPoint>(
      (point) => x(point.step),
      (point) => y(point.value ?? 0),
    )
      .defined((point) => point.value !== null)
      .digits(1)([...points]) ?? ''
  );
}

/** All dots as one path of zero-length strokes: one element however many there are. */
export function dotsPath(points: readonly SeriesPoint[], { x, y }: Axes): string {
  return points
    .map(({ step, value }) => (value === null ? '' : `M${x(step).toFixed(1)} ${y(value).toFixed(1)}h0`))
    .join('');
}

/** The step nearest to a pixel, of those from the first point to the last; null without points. */
export function nearestStep(
  { first, last }: { readonly first: SeriesPoint | null; readonly last: SeriesPoint | null },
  pixel: number,
  { x }: Axes,
): number | null {
  if (first === null || last === null) return null;
  return Math.round(Math.min(Math.max(x.invert(pixel), first.step), last.step));
}
