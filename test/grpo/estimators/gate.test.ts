/** What evades the question is never reinforced, and never more than what does not, under every estimator. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeConfig } from '../../../src/grpo/config.ts';
import { rewardWeights } from '../../../src/grpo/derived-settings.ts';
import { advantagesOf } from '../../../src/grpo/estimators/compare.ts';
import { ESTIMATORS } from '../../../src/grpo/estimators/index.ts';
import { REWARD_COMPONENTS, WORST_REWARD, type RewardComponent, type ScoredRewards } from '../../../src/grpo/types.ts';
import { weightedTotal } from '../../../src/rewards/total.ts';
import { BAKERY, openScorer } from '../../rewards/databases.ts';

/** Values as they come: often the same, at the ends, absent, or anything between. */
const value = fc.oneof(fc.constantFrom(-1, -0.5, 0, 1, null), fc.double({ min: -1, max: 1, noNaN: true }));
const components = fc.record(
  Object.fromEntries(REWARD_COMPONENTS.map((name) => [name, value])) as Record<RewardComponent, typeof value>,
);
const completion = fc.record({ components, evades: fc.boolean() });
const batches = fc.array(fc.array(completion, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 3 });
const weight = fc.constantFrom(0, 0.1, 0.35, 1);
const settings = fc.record({
  validity_weight: weight,
  execution_weight: weight,
  quality_weight: weight,
  format_weight: weight,
  gold_weight: weight,
  agreement_weight: weight,
  feedback_weight: fc.constant(0.2),
  scale_rewards: fc.boolean(),
  population_sd: fc.boolean(),
});

it.each(ESTIMATORS.map(({ name }) => name))('%s never reinforces what evades the question', (estimator) => {
  let compared = 0;
  fc.assert(
    fc.property(batches, settings, (batch, chosen) => {
      const config = makeConfig({ ...chosen, estimator });
      const scored = batch.map((group) =>
        group.map((one): { rewards: ScoredRewards } => {
          const parts = Object.fromEntries(
            Object.entries(one.components).map(([name, of]) => [name, { value: of, reasons: [] }]),
          );
          return {
            rewards: one.evades
              ? { components: parts, total: WORST_REWARD, cappedAt: WORST_REWARD }
              : { components: parts, total: weightedTotal(parts, rewardWeights(config)) },
          };
        }),
      );
      advantagesOf(scored, config).forEach(({ advantages }, g) => {
        const of = (evades: boolean): number[] => advantages.filter((_, i) => batch[g]?.[i]?.evades === evades);
        if (of(true).length === 0) return;
        compared++;
        const highest = Math.max(...of(true));
        expect(highest).toBeLessThanOrEqual(0);
        expect(highest).toBeLessThanOrEqual(Math.min(...of(false), Infinity));
      });
    }),
    { numRuns: 1000 },
  );
  expect(compared).toBeGreaterThan(500);
});

it.each(ESTIMATORS.map(({ name }) => name))('%s penalises a constant beside attempts', async (estimator) => {
  const { score, database } = await openScorer(BAKERY);
  // Mostly right, so that the mean is above 0: MaxRL is silent at others.
  const texts = [
    'SELECT 7',
    'SELECT COUNT(*) FROM customers',
    'SELECT COUNT(*) AS customers FROM customers',
    'SELECT COUNT(*) FROM customers AS c',
    'SELECT nme FROM customers',
  ];
  const scored = await score('How many customers are there?', ...texts);
  database.close();
  const [group] = advantagesOf([scored.map((rewards) => ({ rewards }))], makeConfig({ estimator }));
  const [constant = 0, ...attempts] = group?.advantages ?? [];
  expect(constant).toBeLessThan(0);
  expect(constant).toBeLessThanOrEqual(Math.min(...attempts));
});
