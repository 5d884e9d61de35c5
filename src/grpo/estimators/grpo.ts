import { centred, EPSILON } from '../advantage.ts';
import { drGrpo } from './dr-grpo.ts';
import { MEAN_AND_SD_OF_THE_GROUP, meanAndSdPart, type Estimator } from './estimator.ts';

export const grpo: Estimator<'grpo'> = {
  name: 'grpo',
  label: 'GRPO',
  help: 'divides by the group’s sd',
  source: 'DeepSeekMath, arXiv 2402.03300, §4.1; TRL GRPOTrainer, scale_rewards="group"',
  formula: '(r − mean) / (sd + ε)',
  lead: 'How far the reward lies from the mean of its group, in standard deviations of the group.',
  unit: 'sd',
  divisor: 'sd',
  yardstick: MEAN_AND_SD_OF_THE_GROUP,
  unscaled: drGrpo,
  advantages: (batch, { ddof }) => batch.map((group) => centred(group, ddof, (sd) => sd + EPSILON)),
  values: ({ reward, mean, scale }) => ['(', reward, ' − ', mean, ') / (', scale - EPSILON, ` + ${EPSILON})`],
  parts: (siblings) => [meanAndSdPart(siblings)],
};
