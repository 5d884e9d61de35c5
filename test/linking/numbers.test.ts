import { describe, expect, it } from 'vitest';
import { findIntent } from '../../src/linking/intent.ts';
import { findNumbers } from '../../src/linking/numbers.ts';
import { tokenise } from '../../src/linking/words.ts';
import type { NumberMention } from '../../src/linking/types.ts';

const numbers = (question: string): NumberMention[] => findNumbers(tokenise(question));

describe('numbers in words and signs', () => {
  it.each([
    ['twenty-five boats', 25, null, 'plain'],
    ['one hundred and twenty boats', 120, null, 'plain'],
    ['two thousand five hundred', 2500, null, 'plain'],
    ['1.5 million', 1.5e6, null, 'plain'],
    ['10k', 10_000, null, 'plain'],
    ['half a million', 5e5, null, 'plain'],
    ['a dozen boats', 12, null, 'plain'],
    ['over $50', 50, '>', 'plain'],
    ['50% of boats', 50, null, 'share'],
    ['50 percent', 50, null, 'share'],
    ['below -5', -5, '<', 'plain'],
    ['the second boat', 2, null, 'rank'],
    ['the 3rd longest', 3, null, 'rank'],
    ['sailed twice', 2, null, 'times'],
    ['at least twice', 2, '>=', 'times'],
    ['multiple boats', 1, '>', 'plural'],
    ['several boats', 1, '>', 'plural'],
    ['more than once', 1, '>', 'plural'],
    ['30 years or older', 30, '>=', 'plain'],
    ['no longer than 12', 12, '<=', 'plain'],
    ['no more expensive than 100', 100, '<=', 'plain'],
    ['no earlier than 1990', 1990, '>=', 'plain'],
    ['within 5 km', 5, '<=', 'plain'],
    ['more boats than 5', 5, '>', 'plain'],
    ['only one boat', 1, null, 'plain'],
    ['in the year 1987', 1987, '=', 'plain'],
  ] as const)('%s', (question, value, operator, kind) => {
    expect(numbers(question)).toHaveLength(1);
    expect(numbers(question)[0]).toMatchObject({ value, operator, kind, upper: null, negated: false });
  });

  it.each(['other than 5', 'not equal to 5', 'not 5', 'different from 5'])('%s is denied', (question) => {
    expect(numbers(question)).toMatchObject([{ value: 5, negated: true }]);
  });

  it('ranges need not begin with "between"', () => {
    expect(numbers('boats of 3 to 5 metres')).toMatchObject([{ value: 3, upper: 5, operator: 'between' }]);
    expect(numbers('between ages 20 and 30')).toMatchObject([{ value: 20, upper: 30, operator: 'between' }]);
    expect(numbers('5 or 6').map(({ value }) => value)).toEqual([5, 6]);
  });

  it('a second that measures time, and a hyphen between words, are none', () => {
    expect(numbers('turns per second')).toEqual([]);
    expect(numbers('boat-5')).toMatchObject([{ value: 5 }]);
  });
});

describe('comparison with an average', () => {
  it.each([
    ['boats above average length', '>'],
    ['boats longer than the average', '>'],
    ['length below the mean', '<'],
    ['more expensive than the average price', '>'],
    ['at least the average', '>='],
    ['a weight greater than or equal to the average', '>='],
    ['fewer sails than average', '<'],
  ] as const)('%s: %s', (question, operator) => {
    const found = findIntent(tokenise(question), []).averageComparison;
    expect(found?.operator).toBe(operator);
  });

  it.each([
    'average length above 5',
    'what is the average length',
    'the average and the highest price',
    'more than 3 boats',
  ])('%s: none', (question) => {
    expect(findIntent(tokenise(question), []).averageComparison).toBeNull();
  });
});
