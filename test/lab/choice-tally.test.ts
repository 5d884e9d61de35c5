import { expect, test } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import { rewardWeights } from '../../src/grpo/derived-settings.ts';
import type { Completion, PolicyView } from '../../src/grpo/types.ts';
import { counted, keylessTotal, NO_TALLY, taken } from '../../src/lab/choice-tally.ts';

const weights = rewardWeights(makeConfig({ gold_weight: 4 }));
const score = (value: number | null) => ({ value, reasons: [] });

/** A completion of which nothing matters but its rewards, and one feature. */
function completion(quality: number, gold: number, key: string): Completion {
  return {
    rewards: { components: { validity: score(1), quality: score(quality), gold: score(gold) }, total: null },
    features: [{ feature: { key, template: 'link' }, value: 1, expected: 0 }],
  } as unknown as Completion;
}
const policyOf = (weightsByKey: Readonly<Record<string, number>>): PolicyView => ({
  weightOf: (key) => weightsByKey[key] ?? 0,
  version: 0,
  hints: [],
});

test('the answer key has no part in the reward that chooses', () => {
  const { rewards } = completion(0.5, 1, 'a');
  // (.2 · 1 + .35 · .5) / (.2 + .35)
  expect(keylessTotal(rewards, weights)).toBeCloseTo(0.375 / 0.55, 12);
  expect(keylessTotal({ components: { gold: score(1) }, total: 1 }, weights)).toBeNull();
  expect(keylessTotal({ components: { validity: score(1) }, total: -1, cappedAt: -1 }, weights)).toBe(-1);
});

test('hints add to the reward, and only a difference between the two rules is a gain or a loss', () => {
  const group = [completion(0.5, -1, 'a'), completion(0.4, 1, 'b')];
  const without = taken(group, policyOf({}), weights);
  expect([without.byReward, without.byBoth]).toEqual([0, 0]);
  const helped = taken(group, policyOf({ b: 0.2 }), weights);
  expect([helped.byReward, helped.byBoth]).toEqual([0, 1]);
  const tally = counted(counted(NO_TALLY, group, without), group, helped);
  expect(tally).toEqual({ groups: 2, byReward: 0, byBoth: 1, byChance: 1, gained: 1, lost: 0 });
});
