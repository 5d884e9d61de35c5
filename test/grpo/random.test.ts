import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawIndex, restoreRandom, seededRandom, shuffled } from '../../src/grpo/random.ts';

describe('the seeded generator', () => {
  it('repeats for a seed, differs between seeds, stays in [0, 1)', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const first = seededRandom(seed);
        const again = seededRandom(seed);
        const other = seededRandom(seed + 1);
        const draws = Array.from({ length: 20 }, () => first.next());
        expect(draws).toEqual(Array.from({ length: 20 }, () => again.next()));
        expect(draws).not.toEqual(Array.from({ length: 20 }, () => other.next()));
        expect(draws.every((draw) => draw >= 0 && draw < 1)).toBe(true);
      }),
    );
  });
  it('continues from its state', () => {
    const random = seededRandom(42);
    for (let i = 0; i < 100; i++) random.next();
    const copy = restoreRandom(JSON.parse(JSON.stringify(random.state())) as number[]);
    expect(Array.from({ length: 50 }, () => copy.next())).toEqual(Array.from({ length: 50 }, () => random.next()));
  });
  it.each([[[]], [[1, 2, 3]], [[1, 2, 3, -1]], [[1, 2, 3, 0.5]], [[1, 2, 3, 2 ** 32]]])(
    'refuses the state %j',
    (state) => {
      expect(() => restoreRandom(state)).toThrow(RangeError);
    },
  );
  it('is uniform: each of 16 bins within 5 sd of its share of 160,000 draws', () => {
    const random = seededRandom(1);
    const bins = new Array<number>(16).fill(0);
    for (let i = 0; i < 160_000; i++) {
      const bin = Math.floor(random.next() * 16);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    for (const count of bins) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt((10_000 * 15) / 16));
  });
});

describe('drawing', () => {
  it('draws in proportion to the weights and never what weighs nothing', () => {
    const random = seededRandom(3);
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < 30_000; i++) {
      const k = drawIndex([1, 0, 2, 0], random.next);
      counts[k] = (counts[k] ?? 0) + 1;
    }
    expect(counts[1]).toBe(0);
    expect(counts[3]).toBe(0);
    expect(Math.abs((counts[0] ?? 0) - 10_000)).toBeLessThan(5 * Math.sqrt((30_000 * 2) / 9));
  });
  it('takes the last that weighs something when rounding leaves a rest', () => {
    expect(drawIndex([0.1, 0.2, 0], () => 1 - 2 ** -33)).toBe(1);
  });
  it('shuffles without losing anything and leaves its input', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const before = [...items];
        expect(shuffled(items, seededRandom(seed).next).sort((a, b) => a - b)).toEqual(
          [...items].sort((a, b) => a - b),
        );
        expect(items).toEqual(before);
      }),
    );
  });
});
