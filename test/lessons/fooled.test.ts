import { expect, test } from 'vitest';
import { THE_REWARD_IS_FOOLED } from '../../src/lessons/fooled.ts';
import { partWays } from '../../src/lab/part-ways.ts';
import { curvesOf } from './train.ts';

const mean = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? NaN), 0) / values.length;

test(
  'without the answer key the reward rises and right answers do not; with it they do',
  { timeout: 300_000 },
  async () => {
    // The page's own seed and two others; more in test/bench/fooled.ts.
    const seeds = [THE_REWARD_IS_FOOLED.seed, 1, 2];
    const curves = await curvesOf(THE_REWARD_IS_FOOLED, seeds, 100);
    for (const [i, { right, answers, of, rewards }] of curves.entries()) {
      const [before = NaN, fooled = NaN, after = NaN] = right;
      expect(mean(rewards.slice(75, 100)) - mean(rewards.slice(0, 25))).toBeGreaterThan(0.05);
      expect(fooled).toBeLessThanOrEqual(before + 1);
      // Some seeds take longer to unlearn; the page's own does not.
      expect((after - fooled) / of).toBeGreaterThanOrEqual(0.4);
      if (i > 0) continue;
      expect(after / of).toBeGreaterThanOrEqual(0.75);
      // The page says it, where the lesson stops to look.
      const points = [answers[0] ?? [], answers[1] ?? []] as const;
      expect(partWays({ answers: points[0] }, { answers: points[1] }, rewards.slice(0, 100))).not.toBeNull();
    }
  },
);
