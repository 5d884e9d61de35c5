import { clippedWeight, type Objective } from './objective.ts';

export const grpo: Objective<'grpo'> = {
  name: 'grpo',
  label: 'GRPO (clipped)',
  help: 'clips on both sides alike',
  source: 'DeepSeekMath, arXiv 2402.03300, eq. 3; TRL GRPOTrainer, loss_type="grpo"',
  formula: 'min(ρ·A, clip(ρ, 1 − ε, 1 + ε)·A)',
  ratio: 'decision',
  bounds: ({ epsilon }) => ({ low: 1 - epsilon, high: 1 + epsilon }),
  weight: clippedWeight,
};
