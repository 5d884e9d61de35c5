/** Geometry of the advantages: a diverging scale around zero, shared by all completions of a group. */
import { scaleLinear } from 'd3';

/** Half-width of the axis in whole units: at least 2, wide enough for every advantage of the group. */
export function advantageLimit(advantages: readonly number[]): number {
  const largest = advantages.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return Math.max(2, Math.ceil(largest - 1e-9));
}

/** Pixels of the −limit … +limit scale in a cell `width` wide. */
export function advantageScale(limit: number, width: number, padding = 16): (value: number) => number {
  return scaleLinear([-limit, limit], [padding, width - padding]).clamp(true);
}

/**
 * The line of the mean, from the rewards through the foot of the sheet to the zero axis of the advantages:
 * down at `meanX`, across `foot` pixels lower, and up again to `top` at `zeroX`. An SVG path.
 */
export function bridgePath(meanX: number, zeroX: number, bottom: number, foot: number): string {
  const radius = 6;
  const turn = zeroX > meanX ? 1 : -1;
  const low = bottom + foot;
  return `M${meanX} ${bottom}V${low - radius}Q${meanX} ${low} ${meanX + turn * radius} ${low}H${zeroX - turn * radius}Q${zeroX} ${low} ${zeroX} ${low - radius}V${bottom}`;
}
