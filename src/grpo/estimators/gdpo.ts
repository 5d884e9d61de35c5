import { centred, EPSILON, hasSpread, mean, present, standardDeviation } from '../advantage.ts';
import { MEAN_OF_THE_GROUP, type Estimator } from './estimator.ts';

export const gdpo: Estimator<'gdpo'> = {
  name: 'gdpo',
  label: 'GDPO',
  help: 'normalises each reward component first',
  source: 'GDPO, arXiv 2601.05242; TRL GRPOTrainer, multi_objective_aggregation="normalize_then_sum"',
  formula: '(s − mean of s) / (sd of s + ε)',
  lead: 'Each component is normalised in its group, weighted and added to s; s is normalised over the step.',
  unit: 'sd',
  divisor: 'sd',
  divided: 's − mean of s',
  yardstick: MEAN_OF_THE_GROUP,
  advantages: (batch, { ddof, weights = {} }) => {
    const sums = batch.map((group) => {
      const total: (number | null)[] = group.totals.map((reward) => (reward === null ? null : 0));
      for (const [name, values] of Object.entries(group.components ?? {})) {
        const z = centred({ totals: values }, ddof, (sd) => sd + EPSILON).advantages;
        z.forEach((score, i) => {
          const sum = total[i];
          if (sum !== null && sum !== undefined) total[i] = sum + (weights[name] ?? 0) * score;
        });
      }
      return total;
    });
    const all = sums.flatMap(present);
    const centre = all.length === 0 ? 0 : mean(all);
    const scale = standardDeviation(all, ddof) + EPSILON;
    return batch.map((group, g) => {
      const rewards = present(group.totals);
      const own = sums[g] ?? [];
      // The spread that counts here is the components': two may cancel in the total and still teach.
      const noSignal = !hasSpread(present(own));
      return {
        advantages: own.map((sum) => (sum === null || noSignal ? 0 : (sum - centre) / scale)),
        mean: rewards.length === 0 ? null : mean(rewards),
        sd: rewards.length === 0 ? null : standardDeviation(rewards, ddof),
        scale,
        noSignal,
      };
    });
  },
  values: ({ advantage, scale }) => ['(', advantage * scale, ' from the mean) / (', scale - EPSILON, ` + ${EPSILON})`],
  // s is made of components: neither the mean nor the sd of the totals is in it.
  parts: () => [],
};
