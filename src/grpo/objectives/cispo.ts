import type { Objective } from './objective.ts';

export const cispo: Objective<'cispo'> = {
  name: 'cispo',
  label: 'CISPO',
  help: 'bounds the ratio as a weight, so that every decision goes on teaching',
  source: 'MiniMax-M1, arXiv 2506.13585, §3.1; TRL GRPOTrainer, loss_type="cispo"',
  formula: 'sg(min(ρ, 1 + ε_high))·A·ln π',
  ratio: 'decision',
  // As its authors ran it: without a bound below.
  bounds: ({ epsilon_high }) => ({ low: 0, high: 1 + epsilon_high }),
  weight: (ratio, _advantage, { high }) => Math.min(ratio, high),
};
