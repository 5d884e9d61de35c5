import { centred } from '../advantage.ts';
import { MEAN_OF_THE_GROUP, meanPart, type Estimator } from './estimator.ts';

export const drGrpo: Estimator<'dr_grpo'> = {
  name: 'dr_grpo',
  label: 'Dr. GRPO',
  help: 'does not divide',
  source: 'Dr. GRPO, arXiv 2503.20783; TRL GRPOTrainer, scale_rewards="none"',
  formula: 'r − mean',
  lead: 'How far the reward lies from the mean of its group, in points of reward.',
  unit: 'points',
  divisor: null,
  yardstick: MEAN_OF_THE_GROUP,
  advantages: (batch, { ddof }) => batch.map((group) => centred(group, ddof, () => 1)),
  values: ({ reward, mean }) => [reward, ' − ', mean],
  parts: (siblings) => [meanPart(siblings)],
};
