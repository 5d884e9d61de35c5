import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cueKeyOf, featureKey, partsOfKey } from '../../src/grpo/feature-key.ts';

it('gives back the key of the cue, whatever cue and pattern look like', () => {
  const part = fc.oneof(fc.string(), fc.constantFrom('a ⇒ b', ' ⇒ ', '<one value>'));
  fc.assert(
    fc.property(fc.option(part.filter((cue) => cue !== '*')), part, (cue, pattern) => {
      expect(cueKeyOf({ key: featureKey(cue, pattern), pattern })).toBe(cue);
    }),
  );
  expect(cueKeyOf({ key: 'guidance:3', pattern: 'Count the rows.' })).toBeNull();
});

it('names a hint that is gone by its key alone', () => {
  expect(partsOfKey('revenue ⇒ SUM(a ⇒ b)')).toEqual({ cue: 'revenue', pattern: 'SUM(a ⇒ b)' });
  expect(partsOfKey('* ⇒ LIMIT 1')).toEqual({ cue: null, pattern: 'LIMIT 1' });
  expect(partsOfKey('odd')).toEqual({ cue: null, pattern: 'odd' });
});
