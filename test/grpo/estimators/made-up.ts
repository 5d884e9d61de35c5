import { centred, present } from '../../../src/grpo/advantage.ts';
import { MEAN_OF_THE_GROUP, meanPart, type Estimator } from '../../../src/grpo/estimators/estimator.ts';

/** An estimator that no source has, with words of its own. Its divisor is below 0: it punishes what did better. */
export const madeUp: Estimator<'made_up'> = {
  name: 'made_up',
  label: 'Made up',
  help: 'divides by less than nothing',
  source: 'This test',
  formula: '(r − mean) / (lowest − highest)',
  lead: 'How far the reward lies below the mean of its group, in ranges of the group.',
  unit: 'ranges',
  divisor: 'range turned round',
  yardstick: { ...MEAN_OF_THE_GROUP, lead: 'The middle of a range.' },
  advantages: (batch, { ddof }) =>
    batch.map((group) => {
      const rewards = present(group.totals);
      return centred(group, ddof, () => Math.min(...rewards) - Math.max(...rewards));
    }),
  values: ({ reward, mean, group }) => [
    ...['(', reward, ' − ', mean, ') / ('],
    ...[Math.min(...group), ' − ', Math.max(...group), ')'],
  ],
  parts: (siblings) => [
    meanPart(siblings),
    {
      label: 'Lowest and highest',
      count: siblings.group.length,
      values: [Math.min(...siblings.group), Math.max(...siblings.group)],
    },
  ],
};
