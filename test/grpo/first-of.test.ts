import fc from 'fast-check';
import { expect, it } from 'vitest';
import { firstOf } from '../../src/grpo/first-of.ts';

it('gives what sorting everything would begin with', () => {
  const compare = (a: number, b: number): number => a - b;
  fc.assert(
    fc.property(fc.uniqueArray(fc.double({ noNaN: true }).map((value) => value + 0)), fc.nat(20), (items, count) => {
      expect(firstOf(items, count, compare)).toEqual([...items].sort(compare).slice(0, count));
    }),
  );
});

it('compares most of a long list once', () => {
  let compared = 0;
  const items = Array.from({ length: 1000 }, (_item, i) => i);
  firstOf(items, 20, (a, b) => {
    compared++;
    return a - b;
  });
  expect(compared).toBeLessThan(1000 + 20 * 5);
});
