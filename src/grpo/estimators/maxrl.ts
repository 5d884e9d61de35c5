import { centred, EQUAL } from '../advantage.ts';
import { MEAN_OF_THE_GROUP, meanPart, type Estimator } from './estimator.ts';

export const maxrl: Estimator<'maxrl'> = {
  name: 'maxrl',
  label: 'MaxRL',
  help: 'divides by the group’s mean, and teaches only where that is above 0',
  source: 'MaxRL, arXiv 2602.02710',
  formula: '(r − mean) / mean',
  lead: 'How far the reward lies from the mean of its group, in means of the group: the rarer what is right, the more it counts.',
  unit: 'means',
  divisor: 'mean',
  yardstick: MEAN_OF_THE_GROUP,
  // The paper's rewards are 0 and 1, so its mean is above 0 wherever rewards differ. These reach from −1 to 1.
  silent:
    'The mean of the group is not above 0, and it is what the difference is divided by: that would punish what did better.',
  advantages: (batch, { ddof }) =>
    batch.map((group) => {
      const compared = centred(group, ddof, () => 1);
      const scale = compared.mean ?? 0;
      const noSignal = compared.noSignal || scale <= EQUAL;
      return {
        ...compared,
        advantages: compared.advantages.map((difference) => (noSignal ? 0 : difference / scale)),
        scale,
        noSignal,
      };
    }),
  values: ({ reward, mean }) => ['(', reward, ' − ', mean, ') / ', mean],
  parts: (siblings) => [meanPart(siblings)],
};
