/** Geometry of curves with bands: the same marks for each variant wherever it appears. */
import { area, line } from 'd3';
import type { Axes } from './series.ts';

export interface BandValue {
  readonly step: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export function bandPath(points: readonly BandValue[], { x, y }: Axes): string {
  return (
    area<BandValue>(
      (point) => x(point.step),
      (point) => y(point.low),
      (point) => y(point.high),
    ).digits(1)([...points]) ?? ''
  );
}

export function meanPath(points: readonly BandValue[], { x, y }: Axes): string {
  return (
    line<BandValue>(
      (point) => x(point.step),
      (point) => y(point.mean),
    ).digits(1)([...points]) ?? ''
  );
}

/**
 * Heights for labels that want to stand at `wanted` and need `gap` between them, within [top, bottom]; in the order
 * given.
 */
export function spreadLabels(wanted: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = wanted.map((at, i) => ({ at, i })).sort((a, b) => a.at - b.at);
  const placed: { at: number; i: number }[] = [];
  for (const { at, i } of order) placed.push({ i, at: Math.max(at, top, (placed.at(-1)?.at ?? -Infinity) + gap) });
  for (let k = placed.length - 1; k >= 0; k--) {
    const label = placed[k];
    if (label !== undefined) label.at = Math.min(label.at, (placed[k + 1]?.at ?? bottom + gap) - gap);
  }
  const heights = new Array<number>(wanted.length).fill(0);
  for (const { at, i } of placed) heights[i] = at;
  return heights;
}

/** How a variant's line is dashed: with its shade and its direct label, hue never carries the meaning alone. */
const DASHES = ['', '6 3', '2 3', '9 3 2 3', '12 4'];
/** Of the palette `--series-1` … `--series-6`. */
const SERIES_COLOURS = 6;

export function dashOf(variant: number): string {
  return DASHES[variant % DASHES.length] ?? '';
}

export function colourOf(variant: number): string {
  return `var(--series-${(variant % SERIES_COLOURS) + 1})`;
}
