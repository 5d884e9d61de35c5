import { describe, expect, it } from 'vitest';
import { findCues } from '../../src/linking/cues.ts';
import { findIntent } from '../../src/linking/intent.ts';
import {
  AGGREGATE_PHRASES,
  COMPARISONS_AFTER,
  COMPARISONS_BEFORE,
  superlativeOf,
  synonymsOf,
} from '../../src/linking/lexicon.ts';
import { numberWord, scaleWord } from '../../src/linking/number-words.ts';
import { findNumbers } from '../../src/linking/numbers.ts';
import { stemOf, tokenise } from '../../src/linking/words.ts';
import type { Intent, NumberMention, ValueLink } from '../../src/linking/types.ts';

const numbers = (question: string): NumberMention[] => findNumbers(tokenise(question));
const intentOf = (question: string): Intent => {
  const tokens = tokenise(question);
  return findIntent(tokens, findNumbers(tokens));
};
const textOf = (question: string, span: { first: number; last: number }): string =>
  tokenise(question)
    .slice(span.first, span.last + 1)
    .map(({ text }) => text)
    .join(' ');

describe('lexicon', () => {
  it.each([
    ['largest', 'DESC', 'large'],
    ['biggest', 'DESC', 'big'],
    ['heaviest', 'DESC', 'heavy'],
    ['smallest', 'ASC', 'small'],
    ['cheapest', 'ASC', 'cheap'],
    ['youngest', 'ASC', 'young'],
    ['oldest', 'DESC', 'old'],
    ['longest', 'DESC', 'long'],
    ['latest', 'DESC', 'date'],
    ['earliest', 'ASC', 'date'],
    ['most', 'DESC', null],
    ['fewest', 'ASC', null],
    ['top', 'DESC', null],
  ] as const)('%s is a superlative: %s by %s', (word, direction, property) => {
    expect(superlativeOf(word)).toEqual({ direction, property });
  });

  it.each(['west', 'forest', 'guest', 'interest', 'test', 'est', 'boat', '', 'harvest', 'northwest'])(
    '%s is none',
    (word) => {
      expect(superlativeOf(word)).toBeNull();
    },
  );

  it('synonyms are mutual and never the word itself', () => {
    for (const word of ['revenue', 'price', 'order', 'employee', 'year', 'size']) {
      const stem = stemOf(word);
      const others = [...synonymsOf(stem)];
      expect(others.length).toBeGreaterThan(0);
      expect(others).not.toContain(stem);
      for (const other of others) expect(synonymsOf(other)).toContain(stem);
    }
    expect(synonymsOf('zyzzyva').size).toBe(0);
  });

  it('number words', () => {
    expect(['zero', 'seven', 'nineteen', 'twenty', 'ninety', 'boat'].map(numberWord)).toEqual([0, 7, 19, 20, 90, null]);
    expect(['hundred', 'thousand', 'million', 'dozen', 'boat'].map(scaleWord)).toEqual([100, 1000, 1e6, 12, null]);
  });

  it('every phrase can be said: it tokenises into the words it is compared with', () => {
    for (const { words } of [...AGGREGATE_PHRASES, ...COMPARISONS_BEFORE, ...COMPARISONS_AFTER])
      expect(
        tokenise(words)
          .map(({ lower }) => lower)
          .join(' '),
      ).toBe(words);
  });
});

describe('numbers', () => {
  it.each([
    ['boats longer than 12 metres', 12, null, '>'],
    ['boats with more than 3 sails', 3, null, '>'],
    ['boats with no more than 3 sails', 3, null, '<='],
    ['boats with at least 4 sails', 4, null, '>='],
    ['boats with at most four sails', 4, null, '<='],
    ['boats with less than 1,500 kg', 1500, null, '<'],
    ['boats with 5 or more sails', 5, null, '>='],
    ['boats with 5 or fewer sails', 5, null, '<='],
    ['boats more expensive than 100', 100, null, '>'],
    ['boats less expensive than 100', 100, null, '<'],
    ['boats with a greater weight than 10', 10, null, '>'],
    ['boats with a lower weight than 10', 10, null, '<'],
    ['boats above age 20', 20, null, '>'],
    ['boats over the 20 mark', 20, null, '>'],
    ['boats between 3 and 5 metres', 3, 5, 'between'],
    ['boats from 3 to 5 metres', 3, 5, 'between'],
    ['boats with exactly 2 sails', 2, null, '='],
    ['boats worth twenty thousand', 20_000, null, null],
    ['boats worth 5 million', 5e6, null, null],
    ['boats with more than one sail', 1, null, '>'],
    ['boats built in 1987', 1987, null, '='],
    ['boats built before 1987', 1987, null, '<'],
    ['boats built since 1987', 1987, null, '>='],
    ['boat 7', 7, null, null],
    ['3.25 metres', 3.25, null, null],
  ] as const)('%s', (question, value, upper, operator) => {
    expect(numbers(question)).toHaveLength(1);
    expect(numbers(question)[0]).toMatchObject({ value, upper, operator });
  });

  it('a pronoun, a date and a number beyond the double range are none', () => {
    expect(numbers('which one is it')).toEqual([]);
    expect(numbers('launched on 2024-03-09')).toEqual([]);
    expect(numbers('9'.repeat(400))).toEqual([]);
    expect(numbers(`${'9'.repeat(308)} billion`)).toEqual([]);
  });

  it('"between" without a second number compares nothing', () => {
    expect(numbers('between 3 boats')[0]).toMatchObject({ value: 3, upper: null, operator: null });
  });

  it.each([
    ['top 3 boats', true],
    ['the 5 longest boats', true],
    ['the first ten boats', true],
    ['boats with 3 sails', false],
    ['top 200 boats', false],
    ['top 0 boats', false],
    ['top 2.5 boats', false],
  ])('%s: looks like a limit: %s', (question, expected) => {
    expect(numbers(question)[0]?.looksLikeLimit).toBe(expected);
  });

  it.each([
    ['in 1987', true],
    ['in 999', false],
    ['in 3000', false],
    ['two thousand boats', false],
    ['in 1987.5', false],
  ])('%s: looks like a year: %s', (question, expected) => {
    expect(numbers(question)[0]?.looksLikeYear).toBe(expected);
  });
});

describe('intent', () => {
  it.each([
    ['How many boats are there?', ['COUNT']],
    ['total number of boats', ['COUNT']],
    ['total weight of the boats', ['SUM']],
    ['average and highest price', ['AVG', 'MAX']],
    ['what is the minimum and the maximum length', ['MIN', 'MAX']],
    ['list the boats', []],
    ['how much do they weigh', ['SUM']],
  ])('%s asks for %j', (question, names) => {
    expect(intentOf(question).aggregates.map(({ name }) => name)).toEqual(names);
  });

  it('superlatives carry direction and limit; "at least" and "at most" rank nothing', () => {
    expect(intentOf('the 3 longest boats').superlative).toMatchObject({ direction: 'DESC', limit: 3 });
    expect(intentOf('top 5 boats').superlative).toMatchObject({ direction: 'DESC', limit: 5 });
    expect(intentOf('the cheapest boat').superlative).toMatchObject({ direction: 'ASC', limit: null });
    expect(intentOf('boats with at least 2 and at most 4 sails').superlative).toBeNull();
  });

  it.each([
    ['number of boats per harbour', ['harbour']],
    ['weight for each harbour master', ['harbour master']],
    ['boats by country and number of boats by type', ['country', 'type']],
    ['boats by 3 owners', []],
    ['boats owned by captains', []],
    ['songs by “Abba”', []],
    ['boats by the band “Abba”', []],
    ['boats', []],
    ['how many boats by', []],
  ])('%s is grouped by %j', (question, expected) => {
    expect(intentOf(question).grouping.map((span) => textOf(question, span))).toEqual(expected);
  });

  it('sees distinct, negation and ordering', () => {
    expect(intentOf('the different colours')).toMatchObject({ distinct: true, negation: null, ordering: null });
    for (const question of [
      'boats that never sailed',
      'boats without sails',
      "boats that don't sail",
      'boats that haven’t sailed',
      "boats which aren't for sale",
      'boats nobody owns',
    ]) {
      expect(intentOf(question).negation, question).not.toBeNull();
    }
    expect(intentOf('boats sorted by length').ordering).toEqual({ first: 1, last: 2 });
    expect(intentOf('boats in descending order of length').ordering).toEqual({ first: 1, last: 3 });
  });
});

describe('cues', () => {
  const cues = (question: string, values: readonly ValueLink[] = []): string[] => {
    const tokens = tokenise(question);
    return findCues(tokens, { values, numbers: findNumbers(tokens) })
      .filter(({ kind, key }) => kind !== 'start' && !(kind === 'bigram' && key.includes('<')))
      .map(({ key, kind }) => `${kind}:${key}`);
  };

  it('words, pairs and phrases, in order, once each', () => {
    expect(cues('How many racing boats and racing boats')).toEqual([
      'phrase:"how many"',
      'word:race',
      'bigram:race boat',
      'word:boat',
    ]);
  });

  it('a number is a kind of thing, not itself', () => {
    expect(cues('boats longer than 12')).toEqual(cues('boats longer than 9,000'));
    expect(cues('boats longer than 12')).toContain('typed:<number>');
    expect(cues('boats longer than 12')).toContain('phrase:"longer than"');
  });

  it('a value stands for its column', () => {
    const value: ValueLink = {
      table: 'boats',
      column: 'Colour',
      value: 'red',
      span: { first: 1, last: 1 },
      match: 'exact',
      score: 1,
      how: 'text',
    };
    expect(cues('all red boats', [value])).toEqual(['typed:<colour>', 'word:boat']);
    expect(cues('all red boats', [{ ...value, score: 0.4 }])).toContain('word:red');
  });
});
