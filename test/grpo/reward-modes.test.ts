import { expect, test } from 'vitest';
import { DEFAULT_CONFIG, makeConfig } from '../../src/grpo/config.ts';
import { REWARD_MODES, rewardModeOf, rewardModeWeights } from '../../src/grpo/reward-modes.ts';

test.each(REWARD_MODES)('choosing %s gives weights of that mode, whatever they were', (mode) => {
  for (const before of REWARD_MODES)
    expect(rewardModeOf(makeConfig({ ...rewardModeWeights(before), ...rewardModeWeights(mode) }))).toBe(mode);
});

test('reference-free is where every run begins, and choosing it brings its weights back', () => {
  expect(rewardModeOf(DEFAULT_CONFIG)).toBe('reference-free');
  expect(makeConfig({ ...rewardModeWeights('gold'), ...rewardModeWeights('reference-free') })).toEqual(DEFAULT_CONFIG);
});

test('any mix with gold or feedback is a mix; without them it is reference-free', () => {
  const modeOf = (values: Record<string, number>) => rewardModeOf(makeConfig(values));
  expect([
    modeOf({ gold_weight: 0.1 }),
    modeOf({ feedback_weight: 0.1 }),
    modeOf({ ...rewardModeWeights('gold'), feedback_weight: 1 }),
  ]).toEqual(['mix', 'mix', 'mix']);
  expect([
    modeOf({ agreement_weight: 2, quality_weight: 0 }),
    modeOf({ ...rewardModeWeights('gold'), gold_weight: 0.05 }),
  ]).toEqual(['reference-free', 'gold']);
});
