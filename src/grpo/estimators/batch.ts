import { centred, EPSILON, present, standardDeviation } from '../advantage.ts';
import { MEAN_AND_SD_OF_THE_GROUP, meanPart, type Estimator } from './estimator.ts';

export const batch: Estimator<'batch'> = {
  name: 'batch',
  label: 'Batch-scaled',
  help: 'divides by the sd of the whole step',
  source: 'Batch scaling, arXiv 2508.08221; TRL GRPOTrainer, scale_rewards="batch"',
  formula: '(r − mean) / (sd of the batch + ε)',
  lead: 'How far the reward lies from the mean of its group, in standard deviations of the whole step.',
  unit: 'sd',
  divisor: 'sd',
  yardstick: MEAN_AND_SD_OF_THE_GROUP,
  advantages: (groups, { ddof }) => {
    const sd = standardDeviation(
      groups.flatMap((group) => present(group.totals)),
      ddof,
    );
    return groups.map((group) => centred(group, ddof, () => sd + EPSILON));
  },
  values: ({ reward, mean, scale }) => ['(', reward, ' − ', mean, ') / (', scale - EPSILON, ` + ${EPSILON})`],
  parts: (siblings) => [
    meanPart(siblings),
    {
      label: 'Sd of the step',
      count: siblings.step.flat().length,
      values: [standardDeviation(siblings.step.flat(), siblings.ddof)],
    },
  ],
};
