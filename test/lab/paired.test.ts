import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/grpo/random.ts';
import { pairedDifference } from '../../src/lab/paired.ts';
import { wilson } from '../../src/lab/statistics.ts';

const random = () => seededRandom(1).next;
/** Of questions that change by so much, from a value between. */
const change = (changes: readonly number[], facts: readonly string[], draws?: number) =>
  pairedDifference(
    changes.map((value) => (value < 0 ? -value : 0)),
    changes.map((value) => (value > 0 ? value : 0)),
    facts,
    random(),
    draws,
  );
const alone = (changes: readonly number[]): string[] => changes.map((_, i) => `q${i}`);
const times = (count: number, value: number): number[] => Array.from({ length: count }, () => value);

/** Two-sided by definition: every flip, and how often the sum is as far from 0. */
function byAllFlips(sums: readonly number[]): number {
  const observed = Math.abs(sums.reduce((all, one) => all + one, 0));
  let hits = 0;
  for (let flip = 0; flip < 2 ** sums.length; flip++) {
    const flipped = sums.reduce((all, one, bit) => all + (Math.floor(flip / 2 ** bit) % 2 === 0 ? one : -one), 0);
    if (Math.abs(flipped) >= observed - 1e-9) hits++;
  }
  return hits / 2 ** sums.length;
}

describe('the sign-flip test', () => {
  it.each([
    // Worked by hand: with steps of one it is the sign test.
    [[1, 1, 1, 1, 1], 2 / 32],
    [[-1], 1],
    [[1, -1, -1], 1],
    [times(6, 1), 2 / 64],
    // Sums 3, −1, −1: only all as they are, all turned, and 3 alone against the rest reach 1 or more: all of them.
    [[3, 2, 2].map((value) => value / 3), 2 / 8],
  ])('%j', (changes, p) => expect(change(changes, alone(changes)).p).toBeCloseTo(p, 12));

  it('is the share of all flips that are as uneven, where few facts differ', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ step: fc.integer({ min: -3, max: 3 }), size: fc.integer({ min: 1, max: 3 }) }), {
          minLength: 1,
          maxLength: 9,
        }),
        (facts) => {
          const changes = facts.flatMap(({ step, size }) => times(size, step / 3));
          const names = facts.flatMap(({ size }, i) => Array.from({ length: size }, () => String(i)));
          expect(change(changes, names).p).toBeCloseTo(
            byAllFlips(facts.map(({ step, size }) => (step * size) / 3)),
            12,
          );
        },
      ),
    );
  });

  it('with many facts that differ is drawn, close to the exact one and never 0', () => {
    // 76 gained and 36 lost: 2 · P(Bin(112, ½) ≤ 36) = .0002; 12 and 10: .83.
    const many = [...times(76, 1), ...times(36, -1)];
    expect(change(many, alone(many)).p).toBeLessThan(0.002);
    const even = [...times(12, 1), ...times(10, -1)];
    expect(change(even, alone(even)).p).toBeCloseTo(0.832, 1);
    const all = times(200, 1);
    expect(change(all, alone(all)).p).toBe(2 / 5000);
  });

  it('takes the questions of a fact as one: five paraphrases of one fact are no evidence', () => {
    const changes = [...times(5, 1), ...times(25, 0)];
    const facts = changes.map((_, i) => (i < 5 ? 'same' : `q${i}`));
    expect(change(changes, alone(changes)).p).toBe(2 / 32);
    expect(change(changes, facts)).toMatchObject({ p: 1, questions: 30, facts: 26 });
  });
});

describe('the interval', () => {
  it('leaves out 0 exactly where the test rejects it, and turns with the sides', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ step: fc.integer({ min: -2, max: 2 }), size: fc.integer({ min: 1, max: 3 }) }), {
          minLength: 1,
          maxLength: 11,
        }),
        (facts) => {
          const changes = facts.flatMap(({ step, size }) => times(size, step / 2));
          const names = facts.flatMap(({ size }, i) => Array.from({ length: size }, () => String(i)));
          const found = change(changes, names);
          const { low, high, p, difference } = found;
          expect(low).toBeLessThanOrEqual(difference + 1e-12);
          expect(high).toBeGreaterThanOrEqual(difference - 1e-12);
          // Facts that all differ alike have a width of their own.
          if (new Set(facts.map(({ step }) => step)).size > 1) expect(low > 1e-9 || high < -1e-9).toBe(p <= 0.05);
          const turned = change(
            changes.map((value) => -value),
            names,
          );
          expect(turned.low).toBeCloseTo(-high, 12);
          expect(turned.high).toBeCloseTo(-low, 12);
        },
      ),
    );
  });

  it('holds what Hartigan’s subset means say: of six facts the smallest and the largest', () => {
    const changes = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];
    const { low, high, p } = change(changes, alone(changes));
    expect([low, high]).toEqual([0.1, 0.6]);
    expect(p).toBe(2 / 64);
  });

  it('says nothing with fewer than six facts', () => {
    const five = times(5, 0.4).map((value, i) => value + i / 10);
    expect(change(five, alone(five))).toMatchObject({ low: -1, high: 1 });
  });

  it('drawn, is that of all subsets but for chance', () => {
    const changes = Array.from({ length: 12 }, (_, i) => Math.sin(i + 1) / 2 + 0.1);
    const [all, drawn] = [change(changes, alone(changes)), change(changes, alone(changes), 3999)];
    expect(drawn.low).toBeCloseTo(all.low, 1);
    expect(drawn.high).toBeCloseTo(all.high, 1);
    expect(drawn).not.toEqual(all);
    expect(change(changes, alone(changes), 3999)).toEqual(drawn);
  });

  it('never leaves out 0 where the exact test does not reject it', () => {
    // Five gained among sixty: p = 2/32 whatever the draws say of the ends.
    const changes = [...times(5, 1), ...times(55, 0)];
    for (let seed = 1; seed <= 50; seed++) {
      const { low, p } = pairedDifference(times(60, 0), changes, alone(changes), seededRandom(seed).next, 99);
      expect(p).toBe(2 / 32);
      expect(low).toBeLessThanOrEqual(0);
    }
  });

  it('uses the pairing: a gain on a few facts among many that never change is narrow', () => {
    const { difference, low, high } = change([...times(12, 1), ...times(188, 0)], alone(times(200, 0)));
    expect(difference).toBeCloseTo(0.06, 12);
    expect(low).toBeGreaterThan(0);
    // Two independent samples of 200 would be ± 10 points.
    expect(high - low).toBeLessThan(0.1);
  });

  it('keeps a width where nothing changed, or everything', () => {
    const margin = wilson(0, 8).high;
    expect(change(times(8, 0), alone(times(8, 0)))).toEqual({
      difference: 0,
      low: -margin,
      high: margin,
      p: 1,
      questions: 8,
      facts: 8,
    });
    expect(change(times(8, 1), alone(times(8, 1)))).toMatchObject({ low: 1 - margin, high: 1 });
  });

  it('refuses lists that are no pairs', () => {
    expect(() => pairedDifference([], [], [], random())).toThrow(RangeError);
    expect(() => pairedDifference([1], [1, 0], ['a'], random())).toThrow(RangeError);
    expect(() => pairedDifference([1], [1], [], random())).toThrow(RangeError);
  });
});
