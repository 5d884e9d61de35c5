import { clippedWeight, type Objective } from './objective.ts';

export const gspo: Objective<'gspo'> = {
  name: 'gspo',
  label: 'GSPO',
  help: 'has one ratio for the whole completion',
  source: 'GSPO, arXiv 2507.18071, eq. 5 and 7; TRL GRPOTrainer, importance_sampling_level="sequence"',
  formula: 'min(s·A, clip(s, 1 − ε, 1 + ε)·A), s = exp(mean of ln ρ)',
  ratio: 'completion',
  bounds: ({ epsilon }) => ({ low: 1 - epsilon, high: 1 + epsilon }),
  weight: clippedWeight,
};
