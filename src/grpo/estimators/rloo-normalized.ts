import { EPSILON, mean, present, standardDeviation } from '../advantage.ts';
import { MEAN_OF_THE_GROUP, type Estimator } from './estimator.ts';
import { rloo } from './rloo.ts';

/** What RLOO gives to those of a group: G/(G−1) · (r − mean). */
const differences = (rewards: readonly number[]): number[] => {
  const centre = mean(rewards);
  return rewards.length > 1
    ? rewards.map((reward) => ((reward - centre) * rewards.length) / (rewards.length - 1))
    : rewards.map(() => 0);
};

const sdOfStep = (groups: readonly (readonly number[])[], ddof: 0 | 1): number =>
  standardDeviation(groups.flatMap(differences), ddof);

export const rlooNormalized: Estimator<'rloo_normalized'> = {
  name: 'rloo_normalized',
  label: 'RLOO, normalised',
  help: 'leaves one out and divides by the sd of what that gives in the step',
  source: 'RLOO, arXiv 2402.14740; TRL RLOOTrainer, normalize_advantages=True',
  formula: '(r − mean of the others) / (sd of these in the step + ε)',
  lead: 'How far the reward lies from the mean of the others in its group, in standard deviations of these differences over the step.',
  unit: 'sd',
  divisor: 'sd',
  divided: 'r − mean of the others',
  yardstick: { ...MEAN_OF_THE_GROUP, lead: rloo.yardstick.lead },
  // TRL takes off the mean of the differences first, which is 0: those of each group sum to 0.
  advantages: (batch, options) => {
    const divisor =
      sdOfStep(
        batch.map(({ totals }) => present(totals)),
        options.ddof,
      ) + EPSILON;
    return rloo.advantages(batch, options).map((group) => ({
      ...group,
      advantages: group.advantages.map((difference) => difference / divisor),
      scale: divisor,
    }));
  },
  values: ({ reward, others, step, ddof }) => [
    ...['(', reward, ' − ', mean(others), ') / ('],
    ...[sdOfStep(step, ddof), ` + ${EPSILON})`],
  ],
  parts: (siblings) => [
    ...rloo.parts(siblings),
    {
      label: 'Sd of the differences of the step',
      count: siblings.step.flat().length,
      values: [sdOfStep(siblings.step, siblings.ddof)],
    },
  ],
};
