import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldValue, splitIdentifier, stemOf, stemPhrase, tokenise } from '../../src/linking/words.ts';

const shape = (question: string): string[] => tokenise(question).map(({ kind, text }) => `${kind}:${text}`);

describe('tokenise', () => {
  it.each([
    ['Which boats carry sails?', ['word:Which', 'word:boats', 'word:carry', 'word:sails']],
    ['boats named "Sea Breeze"', ['word:boats', 'word:named', 'quoted:Sea Breeze']],
    ['boats named “Sea Breeze”', ['word:boats', 'word:named', 'quoted:Sea Breeze']],
    ["the 'old' harbour", ['word:the', 'quoted:old', 'word:harbour']],
    ['the ‘old’ harbour', ['word:the', 'quoted:old', 'word:harbour']],
    ["owners' boats and captains' boats", ['word:owners', 'word:boats', 'word:and', 'word:captains', 'word:boats']],
    ["the owner's boat", ['word:the', 'word:owner', 'word:s', 'word:boat']],
    ['after 2024-03-09', ['word:after', 'number:2024-03-09']],
    ['over 1,250,000.50 kr', ['word:over', 'number:1,250,000.50', 'word:kr']],
    ['12,34 and 3.5', ['number:12', 'number:34', 'word:and', 'number:3.5']],
    ['Ægir sejlede fra Tórshavn', ['word:Ægir', 'word:sejlede', 'word:fra', 'word:Tórshavn']],
    ['boat_name of 船', ['word:boat_name', 'word:of', 'word:船']],
    ['an unclosed "quote', ['word:an', 'word:unclosed', 'word:quote']],
    ['""', ['quoted:']],
    ['?!…', []],
    ['', []],
  ])('%s', (question, expected) => {
    expect(shape(question)).toEqual(expected);
  });

  it.each([
    ["don't", "don't"],
    ['don’t', "don't"],
    ["HASN'T", "hasn't"],
    ["isn't", "isn't"],
  ])('%s is one function word', (written, lower) => {
    expect(tokenise(`boats that ${written} sail`)[2]).toMatchObject({ text: written, lower, kind: 'word', stop: true });
  });

  it('marks function words, and only words', () => {
    expect(tokenise('list the boats of "the"').map(({ stop }) => stop)).toEqual([true, true, false, true, false]);
  });

  it('gives spans that do not overlap and that say where the text stands', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (question) => {
        let end = 0;
        for (const token of tokenise(question)) {
          expect(token.start).toBeGreaterThanOrEqual(end);
          expect(token.end).toBeGreaterThan(token.start);
          end = token.end;
          expect(question.slice(token.start, token.end)).toBe(
            token.kind === 'quoted'
              ? `${question[token.start] ?? ''}${token.text}${question[token.end - 1] ?? ''}`
              : token.text,
          );
        }
        expect(end).toBeLessThanOrEqual(question.length);
      }),
    );
  });
});

it.each([
  ['totSalesAmt', ['tot', 'sales', 'amt']],
  ['tot_sales_amt', ['tot', 'sales', 'amt']],
  ['Tot Sales-Amt', ['tot', 'sales', 'amt']],
  ['HTTPServer2Name', ['http', 'server2', 'name']],
  ['boatID', ['boat', 'id']],
  ['__x__', ['x']],
  ['größeÜber', ['größe', 'über']],
  ['', []],
  ['"', []],
])('splitIdentifier(%s)', (name, words) => {
  expect(splitIdentifier(name)).toEqual(words);
});

it.each([
  ['boats', 'boat'],
  ['sailing', 'sail'],
  ['People', 'person'],
  ['children', 'child'],
  ['cities', 'city'],
  ['indices', 'index'],
  ['buses', 'bus'],
])('%s and %s share a stem', (a, b) => {
  expect(stemOf(a)).toBe(stemOf(b));
});

it('foldValue trims blanks and edge punctuation, and folds case', () => {
  expect(foldValue('  "Sea   BREEZE!" ')).toBe('sea breeze');
  expect(foldValue("O'Hara")).toBe("o'hara");
  expect(foldValue('...')).toBe('');
});

it('stemPhrase makes one form of a phrase', () => {
  expect(stemPhrase('Racing Boats')).toBe(stemPhrase('racing-boat'));
  expect(stemPhrase(' – ')).toBe('');
});
