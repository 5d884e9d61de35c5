import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exp, log } from '../../src/grpo/portable-math.ts';

/** Distance in units of the relative precision of a double. */
const apart = (a: number, b: number): number =>
  Math.abs(a - b) / (Number.EPSILON * Math.max(Math.abs(a), Math.abs(b), Number.MIN_VALUE / Number.EPSILON));

describe('exp', () => {
  it('is within three units in the last place of Math.exp', () => {
    fc.assert(
      fc.property(fc.double({ min: -700, max: 709, noNaN: true }), (x) => apart(exp(x), Math.exp(x)) <= 3),
      { numRuns: 5000 },
    );
    fc.assert(
      fc.property(fc.double({ min: -2, max: 2, noNaN: true }), (x) => apart(exp(x), Math.exp(x)) <= 3),
      { numRuns: 5000 },
    );
  });

  it('is exact where it can be and right at the ends', () => {
    expect([exp(0), exp(-0), exp(-Infinity), exp(Infinity), exp(710), exp(-746)]).toEqual([
      1,
      1,
      0,
      Infinity,
      Infinity,
      0,
    ]);
    expect(exp(NaN)).toBeNaN();
    expect(exp(1)).toBeCloseTo(Math.E, 15);
    expect(apart(exp(709.7), Math.exp(709.7))).toBeLessThan(3);
    expect(exp(-744.4)).toBe(Number.MIN_VALUE);
  });
});

describe('log', () => {
  it('is within three units in the last place of Math.log', () => {
    fc.assert(
      fc.property(
        fc.double({ min: Number.MIN_VALUE, max: Number.MAX_VALUE, noNaN: true }),
        (x) => apart(log(x), Math.log(x)) <= 3,
      ),
      { numRuns: 5000 },
    );
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 3, noNaN: true }), (x) => apart(log(x), Math.log(x)) <= 3),
      { numRuns: 5000 },
    );
    fc.assert(
      fc.property(
        fc.double({ min: Number.MIN_VALUE, max: 1e-300, noNaN: true }),
        (x) => apart(log(x), Math.log(x)) <= 3,
      ),
      { numRuns: 1000 },
    );
  });

  it('is exact at 1 and right at the ends', () => {
    expect([log(1), log(0), log(-0), log(Infinity)]).toEqual([0, -Infinity, -Infinity, Infinity]);
    expect([log(-1), log(NaN)]).toEqual([NaN, NaN]);
    expect(log(Number.MIN_VALUE)).toBeCloseTo(Math.log(Number.MIN_VALUE), 10);
  });

  it('undoes exp', () => {
    fc.assert(fc.property(fc.double({ min: -30, max: 30, noNaN: true }), (x) => Math.abs(log(exp(x)) - x) <= 1e-14));
  });
});

// Fixed bits: another engine that rounds differently fails here and not first in a whole run.
it('gives known bits', () => {
  const hex = (x: number): string => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, x);
    return view.getBigUint64(0).toString(16);
  };
  expect([exp(0.1), exp(-1.7), exp(20.25), log(0.3), log(7), log(1e-5)].map(hex)).toMatchInlineSnapshot(`
    [
      "3ff1aec7b35a00d4",
      "3fc7622c78a98a07",
      "41c290d76d1966aa",
      "bff34378fcbda721",
      "3fff2272ae325a57",
      "c027069e2aa2aa5b",
    ]
  `);
});
