/**
 * An objective: what an update climbs, as a function of the ratio ρ = π_new/π_old of a decision, and every word that is
 * said about it. One file of this folder is one objective, and `index.ts` lists them; settings, page, command line and
 * docs know no other place.
 *
 * π_old is the policy that drew the group. In the first update on it every ρ is 1, where all of them have the gradient
 * A · ∂ ln π; they differ from the second on (`num_iterations`).
 */

/** The settings of the clip. */
export interface ClipConfig {
  readonly epsilon: number;
  readonly epsilon_high: number;
}

/** Between these a ratio is left as it is; `low` is 0 where nothing is cut below. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

export interface Objective<Name extends string = string> {
  /** In settings, addresses, files and on the command line. */
  readonly name: Name;
  /** What readers know it by. */
  readonly label: string;
  /** What it does, to stand after its label: "clips on both sides alike". */
  readonly help: string;
  readonly source: string;
  /** What one decision (`ratio` 'completion': each decision alike) adds, in symbols; sg: taken as a constant. */
  readonly formula: string;
  /** Whether each decision has a ratio of its own, or the completion has one. */
  readonly ratio: 'decision' | 'completion';
  readonly bounds: (config: ClipConfig) => Bounds;
  /** c, where A · c · ∂ ln π(d) is the gradient of decision d. Other than `ratio` exactly where the clip cuts. */
  readonly weight: (ratio: number, advantage: number, bounds: Bounds) => number;
}

/**
 * Of min(ρA, clip(ρ)A): ρ where ρA is the smaller, else 0, since the clip is a constant. Only what has moved in the
 * direction of its advantage is cut.
 */
export function clippedWeight(ratio: number, advantage: number, { low, high }: Bounds): number {
  return (advantage > 0 && ratio > high) || (advantage < 0 && ratio < low) ? 0 : ratio;
}
