import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/grpo/random.ts';
import { fitWeights, FITTED, LEAST_THUMBS, type ThumbCase } from '../../src/lab/weight-fit.ts';

const WEIGHTS = { validity: 0.2, execution: 0.3, quality: 0.35, format: 0.15 };

/** Thumbs of somebody who looks at one reward alone, and is wrong now and then. */
function thumbs(looksAt: (typeof FITTED)[number], count: number, sign = 1): ThumbCase[] {
  const random = seededRandom(5).next;
  return Array.from({ length: count }, () => {
    const draw = (): number => 2 * random() - 1;
    const rewards = { validity: draw(), execution: draw(), quality: draw(), format: draw() };
    return { rewards, up: random() < 1 / (1 + Math.exp(-8 * sign * rewards[looksAt])) };
  });
}

describe('reward weights by thumbs', () => {
  it.each(FITTED)('lean to %s where that is what people look at, and predict thumbs better', (name) => {
    const fit = fitWeights(thumbs(name, 120), WEIGHTS);
    expect(fit?.weights[name]).toBeGreaterThan(0.6);
    expect(FITTED.reduce((sum, each) => sum + (fit?.weights[each] ?? 0), 0)).toBeCloseTo(1, 12);
    expect(fit?.after.logLoss).toBeLessThan(fit?.before.logLoss ?? 0);
    expect(fit?.after.auc).toBeGreaterThan(fit?.before.auc ?? 1);
    expect((fit?.up ?? 0) + (fit?.down ?? 0)).toBe(120);
  });
  it('stay near what they are where thumbs are few', () => {
    const few = thumbs('format', 14);
    const fit = fitWeights(few, WEIGHTS);
    expect(Math.min(fit?.up ?? 0, fit?.down ?? 0)).toBeGreaterThanOrEqual(LEAST_THUMBS);
    expect(fit?.weights.quality).toBeGreaterThan(0.15);
  });
  it('keep the sum of the present ones, and never fall below 0', () => {
    const fit = fitWeights(thumbs('quality', 200), { validity: 0.5, execution: 0.5, quality: 0.5, format: 0 });
    expect(FITTED.reduce((sum, each) => sum + (fit?.weights[each] ?? 0), 0)).toBeCloseTo(1.5, 12);
    for (const name of FITTED) expect(fit?.weights[name]).toBeGreaterThanOrEqual(0);
  });
  it('are none with too few of a kind, without a reward, and where all rewards speak against the thumbs', () => {
    const all = thumbs('quality', 60);
    expect(
      fitWeights(
        all.filter(({ up }) => up),
        WEIGHTS,
      ),
    ).toBeNull();
    expect(fitWeights([], WEIGHTS)).toBeNull();
    expect(fitWeights(all, { validity: 0, execution: 0, quality: 0, format: 0 })).toBeNull();
    const against = all.map(({ rewards }) => {
      const total = FITTED.reduce((sum, name) => sum + rewards[name], 0);
      return { rewards: { validity: total, execution: total, quality: total, format: total }, up: total < 0 };
    });
    expect(fitWeights(against, WEIGHTS)).toBeNull();
  });
});
