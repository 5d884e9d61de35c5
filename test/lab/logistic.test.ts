import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/grpo/random.ts';
import { dot, fitLogistic, sigmoid, type Case } from '../../src/lab/logistic.ts';
import { calibrationError, reliabilityOf, type Said } from '../../src/lab/reliability.ts';

const cases = (count: number, truth: readonly number[], seed = 1): Case[] => {
  const random = seededRandom(seed).next;
  return Array.from({ length: count }, () => {
    const x = [1, 2 * random() - 1, random()];
    return { x, right: random() < sigmoid(dot(truth, x)), weight: 1 };
  });
};

describe('logistic regression', () => {
  it('finds what made the cases, the better the more there are', () => {
    const truth = [-0.5, 2, 1];
    const fit = fitLogistic(cases(20_000, truth), [0, 0, 0], 1);
    fit.forEach((value, i) => expect(Math.abs(value - (truth[i] ?? 0))).toBeLessThan(0.12));
  });

  it('stands where the gradient is 0', () => {
    const [own, prior, lambda] = [cases(60, [0.3, -1, 0.5]), [0.1, -0.2, 0.3], 4];
    const fit = fitLogistic(own, prior, lambda);
    prior.forEach((before, j) => {
      const pull = lambda * ((fit[j] ?? 0) - before);
      const push = own.reduce((sum, { x, right }) => sum + (sigmoid(dot(fit, x)) - Number(right)) * (x[j] ?? 0), 0);
      expect(pull + push).toBeCloseTo(0, 8);
    });
  });

  it('stays at what was believed without cases, and near it with few; separable cases have an end', () => {
    expect(fitLogistic([], [1, 2], 1)).toEqual([1, 2]);
    const one: Case[] = [{ x: [1, 1], right: true, weight: 1 }];
    expect(Math.abs((fitLogistic(one, [0, 0], 100)[0] ?? 9) - 0)).toBeLessThan(0.01);
    const separable = [1, -1].flatMap((side) => Array<Case>(50).fill({ x: [1, side], right: side > 0, weight: 1 }));
    expect(fitLogistic(separable, [0, 0], 1).every(Number.isFinite)).toBe(true);
  });

  it('counts a case of weight 2 as two', () => {
    const own = cases(30, [0, 1, 0]);
    const twice = fitLogistic([...own, ...own], [0, 0, 0], 1);
    const weighed = fitLogistic(
      own.map((one) => ({ ...one, weight: 2 })),
      [0, 0, 0],
      1,
    );
    weighed.forEach((value, i) => expect(value).toBeCloseTo(twice[i] ?? NaN, 9));
  });

  it('refuses cases of another length, and no ridge', () => {
    expect(() => fitLogistic([{ x: [1], right: true, weight: 1 }], [0, 0], 1)).toThrow(RangeError);
    expect(() => fitLogistic([], [0], 0)).toThrow(RangeError);
  });
});

describe('reliability', () => {
  const said = (probability: number, right: boolean, weight = 1): Said => ({ probability, right, weight });

  it('puts each answer into the bin of its probability, 1 into the last', () => {
    const bins = reliabilityOf([said(0.1, false), said(0.19, true), said(1, true)]);
    expect(bins.map(({ from, answers }) => [from, answers])).toEqual([
      [0.1, 2],
      [0.9, 1],
    ]);
    expect(bins[0]?.said).toBeCloseTo(0.145, 12);
    expect(bins[0]?.right).toBe(0.5);
  });

  it('the error is the weighted mean of the bins’ distances', () => {
    expect(calibrationError([said(0.75, true, 3), said(0.75, false)])).toBeCloseTo(0, 12);
    expect(calibrationError([said(0.95, false), said(0.05, false, 3)])).toBeCloseTo(0.25 * 0.95 + 0.75 * 0.05, 12);
    expect(() => calibrationError([])).toThrow(RangeError);
  });
});
