import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/grpo/random.ts';
import { mcNemar, pairedDifference } from '../../src/lab/paired.ts';
import { wilson } from '../../src/lab/statistics.ts';

/** The same p by whole numbers: 2 · Σ_{k ≤ few} C(n, k) / 2^n. */
function exactP(gained: number, lost: number): number {
  const n = BigInt(gained + lost);
  let coefficient = 1n;
  let tail = 0n;
  for (let k = 0n; k <= BigInt(Math.min(gained, lost)); k++) {
    tail += coefficient;
    coefficient = (coefficient * (n - k)) / (k + 1n);
  }
  return Math.min(1, Number((2n * tail * 10n ** 18n) / 2n ** n) / 1e18);
}

describe('mcNemar', () => {
  it.each([
    // (1/2)^5 twice; 2·(1 + 3)/8; worked by hand.
    [5, 0, 2 / 32],
    [0, 1, 1],
    [1, 2, 1],
    [0, 0, 1],
    [3, 3, 1],
    [10, 1, (2 * 12) / 2048],
  ])('%i gained, %i lost', (gained, lost, p) => expect(mcNemar(gained, lost)).toBeCloseTo(p, 14));

  it('12 gained and 10 lost is no evidence, 76 and 36 is', () => {
    expect(mcNemar(12, 10)).toBeCloseTo(0.8318, 4);
    expect(mcNemar(76, 36)).toBeCloseTo(0.0002, 4);
  });

  it('is the binomial sum in whole numbers, both ways round', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), (gained, lost) => {
        expect(mcNemar(gained, lost)).toBeCloseTo(exactP(gained, lost), 12);
        expect(mcNemar(lost, gained)).toBe(mcNemar(gained, lost));
      }),
    );
  });

  it('holds for many questions', () => {
    expect(mcNemar(50_000, 50_000)).toBe(1);
    expect(mcNemar(100_000, 10)).toBe(0);
    expect(mcNemar(5100, 4900)).toBeCloseTo(0.0466, 3);
  });

  it('says “significant” to a fair coin at most once in twenty', () => {
    const random = seededRandom(11).next;
    let rejected = 0;
    for (let trial = 0; trial < 2000; trial++) {
      let gained = 0;
      for (let i = 0; i < 40; i++) if (random() < 0.5) gained++;
      if (mcNemar(gained, 40 - gained) < 0.05) rejected++;
    }
    expect(rejected / 2000).toBeLessThan(0.05);
    expect(rejected / 2000).toBeGreaterThan(0.02);
  });

  it.each([
    [-1, 2],
    [1.5, 2],
    [NaN, 0],
  ])('refuses %d and %d', (gained, lost) => expect(() => mcNemar(gained, lost)).toThrow(RangeError));
});

describe('pairedDifference', () => {
  it('covers the true difference about 19 times of 20 where the seeds of a question agree; taken for independent they would not', () => {
    const random = seededRandom(5).next;
    const [trials, flatTrials, seeds] = [200, 40, 5];
    let [covered, coveredAsIndependent] = [0, 0];
    const holds = ({ low, high }: { low: number; high: number }): number => (low <= 0.1 && high >= 0.1 ? 1 : 0);
    for (let trial = 0; trial < trials; trial++) {
      // Of the questions, 35 % are gained, 25 % lost and the rest alike: a difference of .1, the same in (almost) every
      // seed.
      const gains = Array.from({ length: 60 }, () => {
        const kind = random();
        return Array.from({ length: seeds }, () =>
          random() < 0.02 ? 0 : kind < 0.35 / 0.98 ? 1 : kind < 0.6 / 0.98 ? -1 : 0,
        );
      });
      const mean = (list: readonly number[]): number => list.reduce((total, value) => total + value, 0) / list.length;
      covered += holds(
        pairedDifference(
          gains.map(() => 0),
          gains.map(mean),
          seededRandom(trial).next,
        ),
      );
      if (trial >= flatTrials) continue;
      const flat = gains.flat();
      coveredAsIndependent += holds(
        pairedDifference(
          flat.map(() => 0),
          flat,
          seededRandom(trial).next,
        ),
      );
    }
    expect(covered / trials).toBeGreaterThan(0.9);
    expect(covered / trials).toBeLessThan(0.99);
    expect(coveredAsIndependent / flatTrials).toBeLessThan(0.75);
  });

  it('uses the pairing: a gain on two questions among many that never change is narrow', () => {
    const before = Array.from({ length: 200 }, (_, i) => i % 2);
    const after = before.map((value, i) => (i < 12 ? 1 : value));
    const { difference, low, high } = pairedDifference(before, after, seededRandom(1).next);
    expect(difference).toBeCloseTo(0.03, 12);
    expect(low).toBeGreaterThan(0);
    // Two independent samples of 200 would be ± 10 points.
    expect(high - low).toBeLessThan(0.06);
  });

  it('keeps a width where no question changed', () => {
    const margin = wilson(0, 3).high;
    expect(pairedDifference([1, 0, 1], [1, 0, 1], seededRandom(1).next)).toEqual({
      difference: 0,
      low: -margin,
      high: margin,
    });
    expect(pairedDifference([0, 0], [1, 1], seededRandom(1).next)).toMatchObject({ difference: 1, high: 1 });
  });

  it('refuses lists that are no pairs', () => {
    expect(() => pairedDifference([], [], seededRandom(1).next)).toThrow(RangeError);
    expect(() => pairedDifference([1], [1, 0], seededRandom(1).next)).toThrow(RangeError);
  });
});
