import { centred, mean } from '../advantage.ts';
import type { Estimator } from './estimator.ts';

export const rloo: Estimator<'rloo'> = {
  name: 'rloo',
  label: 'RLOO',
  help: 'leaves one out',
  source: 'RLOO, arXiv 2402.14740; TRL RLOOTrainer',
  formula: 'r − mean of the others',
  lead: 'How far the reward lies from the mean of the others in its group, in points of reward.',
  unit: 'points',
  divisor: null,
  yardstick: {
    shows: 'mean',
    lead: 'The mean of all rewards of the group. An advantage compares each completion with the mean of the others.',
  },
  // r_i − mean of the others = G/(G−1) · (r_i − mean).
  advantages: (batch, { ddof }) =>
    batch.map((group) => centred(group, ddof, (_sd, count) => (count > 1 ? (count - 1) / count : 1))),
  values: ({ reward, others }) => [reward, ' − ', mean(others)],
  parts: ({ others }) => [
    {
      label: 'Mean of the others',
      count: others.length,
      values: others.length === 0 ? [] : [mean(others)],
      from: 'others',
    },
  ],
};
