import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateTokens, findDates } from '../../src/linking/dates.ts';
import { findNumbers } from '../../src/linking/numbers.ts';
import { tokenise } from '../../src/linking/words.ts';
import type { DateMention } from '../../src/linking/types.ts';

const dates = (question: string): DateMention[] => findDates(tokenise(question), question);
const numbers = (question: string): number[] => {
  const tokens = tokenise(question);
  return findNumbers(tokens, dateTokens(findDates(tokens, question), tokens)).map(({ value }) => value);
};

describe('dates', () => {
  it.each([
    ['launched on 1 October 2025', '2025-10-01', '2025-10-01', 'day', '='],
    ['launched on October 1, 2025', '2025-10-01', '2025-10-01', 'day', '='],
    ['after the 3rd of June 2020', '2020-06-03', '2020-06-03', 'day', '>'],
    ['before 2025-10-01', '2025-10-01', '2025-10-01', 'day', '<'],
    ['on 10/01/2025', '2025-10-01', '2025-10-01', 'day', '='],
    ['on 25/12/2024', '2024-12-25', '2024-12-25', 'day', '='],
    ['on 1.10.2025', '2025-10-01', '2025-10-01', 'day', '='],
    ['launched in March 2021', '2021-03-01', '2021-03-31', 'month', '='],
    ['launched in February 2024', '2024-02-01', '2024-02-29', 'month', '='],
    ['launched in 2019', '2019-01-01', '2019-12-31', 'year', '='],
    ['2019 or later', '2019-01-01', '2019-12-31', 'year', '>='],
    ['until the end of 2022', '2022-01-01', '2022-12-31', 'year', '<='],
    ['no later than 2022', '2022-01-01', '2022-12-31', 'year', '<='],
    ['launched in Q2 2023', '2023-04-01', '2023-06-30', 'quarter', '='],
    ['the second quarter of 2023', '2023-04-01', '2023-06-30', 'quarter', null],
    ['launched in the 1990s', '1990-01-01', '1999-12-31', 'year', '='],
    ['between 2001 and 2005', '2001-01-01', '2005-12-31', 'year', 'between'],
    ['from January to March 2021', '2021-01-01', '2021-03-31', 'month', 'between'],
    ['between 2023-01-05 and 2023-02-01', '2023-01-05', '2023-02-01', 'day', 'between'],
    ['the 2021-07 report', '2021-07-01', '2021-07-31', 'month', null],
  ] as const)('%s', (question, from, to, grain, operator) => {
    expect(dates(question)).toHaveLength(1);
    expect(dates(question)[0]).toMatchObject({ from, to, grain, operator });
  });

  it('a month or a day without its year has neither end', () => {
    expect(dates('boats launched in May')).toMatchObject([
      { from: null, to: null, month: 5, day: null, grain: 'month' },
    ]);
    expect(dates('launched on March 5th')).toMatchObject([{ from: null, to: null, month: 3, day: 5, grain: 'day' }]);
  });

  it('what is said of the first of two years holds for the second', () => {
    expect(dates('in 2014 and 2015').map(({ operator }) => operator)).toEqual(['=', '=']);
  });

  it.each([
    'may I see them',
    'boats with 2000 sails',
    'in 2000 cities',
    'over $1999',
    'on 31/02/2020',
    'no 13/13/2020',
    '12 boats',
    'they march on',
  ])('%s names no date', (question) => {
    expect(dates(question)).toEqual([]);
  });

  it('only a plain year is a number as well', () => {
    expect(numbers('in 2019')).toEqual([2019]);
    expect(numbers('between 2001 and 2005')).toEqual([2001]);
    expect(numbers('on 1 October 2025, 10/01/2025, March 2021 and in the 1990s, Q2 2023')).toEqual([]);
  });

  it('whatever is asked, spans lie in the question in order, and days are days', () => {
    const words = fc.constantFrom(
      'May',
      'march',
      '2021',
      '5',
      '3rd',
      '10/01/2025',
      '2020-02-30',
      '-',
      'Q4',
      'between',
      'and',
      'to',
      'in',
      'the',
      '1990s',
      'of',
      'quarter',
      'second',
      ',',
      '31',
      'June',
      'before',
      '"2020-01-01"',
      '0000-00-00',
      '9999',
    );
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 12 }).map((all) => all.join(' ')),
        (question) => {
          const tokens = tokenise(question);
          let end = -1;
          for (const { span, from, to, month, day } of findDates(tokens, question)) {
            expect(span.first).toBeGreaterThan(end);
            expect(span.last).toBeGreaterThanOrEqual(span.first);
            expect(span.last).toBeLessThan(tokens.length);
            end = span.last;
            for (const text of [from, to])
              if (text !== null) expect(new Date(`${text}T00:00:00Z`).toISOString().slice(0, 10)).toBe(text);
            if (month !== null) expect(month).toBeLessThanOrEqual(12);
            if (day !== null) expect(day).toBeLessThanOrEqual(31);
          }
        },
      ),
    );
  });
});
