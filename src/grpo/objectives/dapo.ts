import { clippedWeight, type Objective } from './objective.ts';

export const dapo: Objective<'dapo'> = {
  name: 'dapo',
  label: 'DAPO (clip-higher)',
  help: 'lets what is rare rise further',
  source: 'DAPO, arXiv 2503.14476, §3.1; TRL GRPOTrainer, loss_type="dapo", epsilon_high',
  formula: 'min(ρ·A, clip(ρ, 1 − ε, 1 + ε_high)·A)',
  ratio: 'decision',
  bounds: ({ epsilon, epsilon_high }) => ({ low: 1 - epsilon, high: 1 + epsilon_high }),
  weight: clippedWeight,
};
