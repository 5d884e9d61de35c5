import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pack, unpack, unpackAll } from '../../src/storage/columns.ts';
import { deflate, inflate } from '../../src/storage/deflate.ts';

/** Plain data of every kind that is stored. */
const { value: anything } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.double(),
    fc.integer(),
    fc.constantFrom(0, -0, NaN, Infinity, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32),
    fc.string({ unit: 'binary' }),
    fc.boolean(),
    fc.constant(null),
    fc.bigInt(),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'key')), tie('value')),
  ),
}));

describe('packed records', () => {
  it('come back to the bit, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(anything), (values) => {
        expect(isDeepStrictEqual(unpackAll(pack(values)), structuredClone(values))).toBe(true);
      }),
    );
  });

  it('come back through deflate', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (bytes) => {
        expect(await inflate(await deflate(bytes))).toEqual(bytes);
      }),
      { numRuns: 20 },
    );
    await expect(inflate(new Uint8Array([255, 255, 255]))).rejects.toThrow();
  });

  it('are found by a field, also among records that lack it', () => {
    const packed = unpack(pack([{ key: 'a', n: 1 }, { n: 2 }, 3, { key: 'b' }, { key: 'a' }]));
    const key = packed.field('key');
    expect(Array.from({ length: packed.length }, (_, i) => key(i))).toEqual(['a', undefined, undefined, 'b', 'a']);
    expect(packed.at(3)).toEqual({ key: 'b' });
    expect(packed.field('nothing')(0)).toBeUndefined();
  });

  it('say every text once, and small numbers in small', () => {
    const records = Array.from({ length: 1000 }, (_, i) => ({ key: 'a rather long key of a hint', step: i % 200 }));
    expect(pack(records).byteLength).toBeLessThan(2_200);
  });

  it('refuse what cannot be stored, and bytes that are something else', () => {
    expect(() => pack([{ a: () => 1 }])).toThrow(TypeError);
    expect(() => unpack(new Uint8Array([9, 9]))).toThrow(RangeError);
    expect(() => unpackAll(pack([1, 'x', { a: [1.5] }]).slice(0, -3))).toThrow(RangeError);
  });
});
