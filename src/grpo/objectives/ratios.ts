/** From the ratios of a completion to what its decisions weigh in an update. */
import type { GRPOConfig } from '../config.ts';
import { exp, log } from '../portable-math.ts';
import { OBJECTIVES } from './index.ts';
import type { ClipConfig, Objective } from './objective.ts';

/** The objective in use. Throws Error for a name that none has. */
export function objectiveOf({ objective: name }: Pick<GRPOConfig, 'objective'>): Objective {
  const found: Objective | undefined = OBJECTIVES.find((each) => each.name === name);
  if (found === undefined) throw new Error(`There is no objective "${name}".`);
  return found;
}

/** ρ_d = π_new(d)/π_old(d) of each decision. A decision that can no longer be made has ρ = 0. */
export function ratiosOf(before: readonly number[], now: readonly number[]): number[] {
  return before.map((probability, d) => (now[d] ?? 0) / probability);
}

/** exp(mean of ln ρ_d): the geometric mean, 1 of a completion without decisions. */
export function sequenceRatio(ratios: readonly number[]): number {
  return ratios.length === 0 ? 1 : exp(ratios.reduce((sum, ratio) => sum + log(ratio), 0) / ratios.length);
}

/** The ratio that the clip looks at, for each decision: its own, or that of the completion. */
export function clippedRatios({ ratio }: Objective, ratios: readonly number[]): readonly number[] {
  if (ratio === 'decision') return ratios;
  const whole = sequenceRatio(ratios);
  return ratios.map(() => whole);
}

/** c_d of each decision: A · Σ_d c_d ∂ ln π(d) is the gradient of the completion. */
export function decisionWeights(
  objective: Objective,
  ratios: readonly number[],
  advantage: number,
  config: ClipConfig,
): number[] {
  const bounds = objective.bounds(config);
  return clippedRatios(objective, ratios).map((ratio) => objective.weight(ratio, advantage, bounds));
}

/** Indices of the decisions that the clip cuts. */
export function cutDecisions(
  objective: Objective,
  ratios: readonly number[],
  advantage: number,
  config: ClipConfig,
): number[] {
  const weights = decisionWeights(objective, ratios, advantage, config);
  return clippedRatios(objective, ratios).flatMap((ratio, d) => (weights[d] === ratio ? [] : [d]));
}
