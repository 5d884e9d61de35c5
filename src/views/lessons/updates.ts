/**
 * A policy that can write the tries of one group and nothing else, so that its chances are known and an update can be
 * followed by hand: π(i) = exp(z_i) / Σ exp(z_j).
 */
import { decisionWeights } from '../../grpo/objectives/ratios.ts';
import type { ClipConfig, Objective } from '../../grpo/objectives/objective.ts';
import { exp, log } from '../../grpo/portable-math.ts';

/** The learning rate: so that a few updates come to the clip. */
const RATE = 0.2;

/** What each try weighs in an update: its ratio, or what the clip leaves of it. */
export function weightsOf(
  objective: Objective,
  before: readonly number[],
  now: readonly number[],
  advantages: readonly number[],
  clip: ClipConfig,
): { readonly ratios: readonly number[]; readonly weights: readonly number[] } {
  const ratios = now.map((chance, i) => chance / (before[i] ?? chance));
  const weights = ratios.map((ratio, i) => decisionWeights(objective, [ratio], advantages[i] ?? 0, clip)[0] ?? 0);
  return { ratios, weights };
}

/**
 * The chances after one update: z_j moves by RATE · 1/G (c_j A_j − π_j Σ c_i A_i), RATE times the
 * gradient of 1/G Σ c_i A_i ln π(i).
 */
export function updated(now: readonly number[], weights: readonly number[], advantages: readonly number[]): number[] {
  const pushes = weights.map((weight, i) => weight * (advantages[i] ?? 0));
  const all = pushes.reduce((sum, push) => sum + push, 0);
  const logits = now.map((chance, i) => log(chance) + (RATE / now.length) * ((pushes[i] ?? 0) - chance * all));
  const highest = Math.max(...logits);
  const masses = logits.map((logit) => exp(logit - highest));
  const sum = masses.reduce((total, mass) => total + mass, 0);
  return masses.map((mass) => mass / sum);
}
