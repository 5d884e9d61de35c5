import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featureKey, featureOfKey } from '../../src/grpo/feature-key.ts';
import { CUE_KINDS, type HintCue, type HintPattern } from '../../src/grpo/types.ts';

const part = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom(...'\\|~+ "<>^*:?a') }),
  fc.constantFrom('<table>', '<value>', '^', '$', '*', 'a | b', ' ~ ', ' + ', 'before:a'),
);
const parts = (minLength: number, maxLength: number): fc.Arbitrary<string[]> =>
  fc.array(part, { minLength, maxLength });
const cue: fc.Arbitrary<HintCue> = fc.constantFrom(...CUE_KINDS).chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    parts: kind === 'bigram' ? parts(2, 3) : kind === 'start' ? parts(1, 3) : parts(1, 1),
  }),
);
const pattern: fc.Arbitrary<HintPattern> = fc.oneof(
  fc.record({ kind: fc.constant('sql' as const), parts: parts(1, 1) }),
  fc.record({ kind: fc.constant('link' as const), parts: parts(2, 3) }),
  fc.record({ kind: fc.constant('pair' as const), parts: parts(2, 4) }),
  fc.record({ kind: fc.constant('sentence' as const), parts: parts(1, 1) }),
);

describe('a key', () => {
  it('is read back to the cue and pattern it was made of, so different ones have different keys', () => {
    fc.assert(
      fc.property(fc.option(cue), pattern, (given, what) => {
        expect(featureOfKey(featureKey(given, what))).toEqual({ cue: given, pattern: what });
      }),
      { numRuns: 2_000 },
    );
  });

  it('is the same however a word is written', () => {
    const word: HintCue = { kind: 'word', parts: ['singer'] };
    const count: HintPattern = { kind: 'sql', parts: ['COUNT'] };
    expect(featureKey({ ...word, shown: ['singers'] }, count)).toBe(featureKey(word, count));
  });

  it.each<[string, HintCue | null, HintPattern]>([
    ['* | LIMIT 1', null, { kind: 'sql', parts: ['LIMIT 1'] }],
    ['"how many" | only COUNT', { kind: 'phrase', parts: ['how many'] }, { kind: 'sql', parts: ['only COUNT'] }],
    ['<one value> | DISTINCT', { kind: 'typed', parts: ['one value'] }, { kind: 'sql', parts: ['DISTINCT'] }],
    ['many <table> | COUNT', { kind: 'bigram', parts: ['many', '<table>'] }, { kind: 'sql', parts: ['COUNT'] }],
    [
      'before:of | SELECT ~ exact name',
      { kind: 'before', parts: ['of'] },
      { kind: 'link', parts: ['SELECT', 'exact name'] },
    ],
    ['* | DISTINCT + JOIN', null, { kind: 'pair', parts: ['DISTINCT', 'JOIN'] }],
  ])('%s', (key, ...data) => {
    expect(featureKey(...data)).toBe(key);
  });

  it('of another make names its hint by itself', () => {
    expect(featureOfKey('guidance:3')).toEqual({ cue: null, pattern: { kind: 'sql', parts: ['guidance:3'] } });
  });
});
