import { expect, test } from 'vitest';
import { reasonWords } from '../../src/grpo/reason-words.ts';
import { FOREIGN_WORDS, reasonMessage, type ReasonId } from '../../src/grpo/reward-reasons.ts';
import { VALUES } from './reason-values.ts';

/** Values that stand in the sentence by another word. */
const WORDED: Readonly<Record<string, string>> = { DESC: '(highest|descending)', MAX: 'largest', '-7731': '−7731' };

const entries = Object.entries(VALUES) as [ReasonId, readonly (string | number)[]][];
const said = (id: ReasonId, values: readonly (string | number)[]): string => reasonWords({ id, values } as never);

test.each(entries)('%s says a sentence with all its values', (id, values) => {
  const sentence = said(id, values);
  if (id !== 'told') expect(sentence).toMatch(/^[A-Z0-9“"«].*([.?]|«message»)$/u);
  expect(sentence).not.toMatch(/undefined|null|NaN/);
  for (const value of values) expect(sentence).toMatch(new RegExp(WORDED[value] ?? String(value), 'u'));
});

test('no two say the same', () => {
  expect(new Set(entries.map(([id, values]) => said(id, values))).size).toBe(entries.length);
});

test('what is not there is told so, or not at all', () => {
  expect(reasonWords(reasonMessage('not-compiled'))).toBe('SQLite cannot compile it: no message');
  expect(reasonWords(reasonMessage('failed'))).toBe('It failed while running.');
  expect(reasonWords(reasonMessage('gold-not-run', 'timeout'))).toBe('The gold SQL does not run here (timeout).');
  expect(reasonWords(reasonMessage('parser-stops', '', ''))).toBe('It breaks off.');
  expect(reasonWords(reasonMessage('parser-stops', 'x', 'y', 'BY'))).toBe(
    'A parser stops at “x” after “y”; BY could stand there.',
  );
});

test('one and several are told apart', () => {
  expect(reasonWords(reasonMessage('rows', 1))).toBe('It ran and returned 1 row.');
  expect(reasonWords(reasonMessage('rows', 2))).toBe('It ran and returned 2 rows.');
  expect(reasonWords(reasonMessage('agrees', 0, 3))).toBe('None of the 3 others that ran have the same result.');
  expect(reasonWords(reasonMessage('agrees', 1, 3))).toBe('1 of the 3 others that ran has the same result.');
  expect(reasonWords(reasonMessage('ranks', 'ASC'))).toBe('Ranks lowest first and cuts, as the question asks.');
  expect(reasonWords(reasonMessage('takes-extreme', 'MIN'))).toBe('Takes the smallest, as the question asks.');
});

test.each(FOREIGN_WORDS)('%s is told with what SQLite has instead', (word) => {
  expect(reasonWords(reasonMessage('foreign-word', word))).toMatch(
    new RegExp(`^${word} is not SQLite's; it has .+[.]$`),
  );
});
