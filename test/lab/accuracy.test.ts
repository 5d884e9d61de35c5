import { describe, expect, it } from 'vitest';
import { meanOverFacts, shareOfFacts } from '../../src/lab/accuracy.ts';
import { wilson } from '../../src/lab/statistics.ts';
import { t95 } from '../../src/lab/student.ts';

const alone = (values: readonly unknown[]): string[] => values.map((_, i) => `q${i}`);
const right = (count: number, of: number): number[] => Array.from({ length: of }, (_, i) => (i < count ? 1 : 0));

describe('meanOverFacts', () => {
  it('of single questions is Wilson’s interval with Student’s t, for one trial fewer', () => {
    const values = right(14, 20);
    const { low, high } = wilson(0.7 * 19, 19, t95(19));
    const found = meanOverFacts(values, alone(values));
    expect(found.accuracy).toBe(0.7);
    expect(found.low).toBeCloseTo(low, 12);
    expect(found.high).toBeCloseTo(high, 12);
  });

  it('of paraphrases that agree is that of their facts, and wider than that of as many questions', () => {
    const facts = Array.from({ length: 60 }, (_, i) => String(i % 20));
    const values = facts.map((fact) => (Number(fact) < 14 ? 1 : 0));
    const found = meanOverFacts(values, facts);
    const once = meanOverFacts(right(14, 20), alone(right(14, 20)));
    expect(found.low).toBeCloseTo(once.low, 12);
    expect(found.high).toBeCloseTo(once.high, 12);
    const taken = meanOverFacts(values, alone(values));
    expect(found.high - found.low).toBeGreaterThan(1.5 * (taken.high - taken.low));
  });

  it('keeps a width where all agree, at 0, at 1 and between', () => {
    for (const value of [0, 1, 0.25]) {
      const { accuracy, low, high } = meanOverFacts([value, value, value, value], ['a', 'a', 'b', 'c']);
      expect(accuracy).toBe(value);
      expect(high - low).toBeGreaterThan(0.3);
      expect([low >= 0, high <= 1, low <= value, high >= value]).toEqual([true, true, true, true]);
    }
  });

  it('is narrower for shares than for yes or no with the same mean', () => {
    const shares = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 0.25 : 0.75));
    const [some, all] = [meanOverFacts(shares, alone(shares)), meanOverFacts(right(50, 100), alone(shares))];
    expect(some.high - some.low).toBeLessThan((all.high - all.low) * 0.7);
  });

  it('one fact says nothing, however many questions ask for it', () => {
    expect(meanOverFacts([1, 1, 0], ['a', 'a', 'a'])).toEqual({ accuracy: 2 / 3, low: 0, high: 1 });
    // One of ten questions and one of one: worth little more than one fact.
    expect(meanOverFacts(right(10, 11), [...Array.from({ length: 10 }, () => 'a'), 'b'])).toMatchObject({
      low: 0,
      high: 1,
    });
  });

  it('refuses no values, and other facts than values', () => {
    expect(() => meanOverFacts([], [])).toThrow(RangeError);
    expect(() => meanOverFacts([1], [])).toThrow(RangeError);
  });
});

it('a share alone is as wide as if every fact were right or wrong as a whole', () => {
  const facts = Array.from({ length: 60 }, (_, i) => String(i % 20));
  const { accuracy, low, high } = shareOfFacts(0.7, facts);
  expect({ accuracy, low, high }).toEqual({ ...wilson(14, 20, t95(19)), accuracy: 0.7 });
});
