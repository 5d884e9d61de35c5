import { expect, test } from 'vitest';
import { reasonWords } from '../../src/grpo/reason-words.ts';
import { FOREIGN_WORDS, reasonMessage, type ReasonId, type ReasonValues } from '../../src/grpo/reward-reasons.ts';

/** Values for every message: marks that no sentence has by itself. */
const VALUES: { readonly [Id in ReasonId]: ReasonValues[Id] } = {
  'no-sql-in-answer': [],
  compiles: [],
  refused: ['«message»'],
  'name-unknown': ['«message»'],
  'not-compiled': ['«message»'],
  'name-meant': ['«name»'],
  'column-elsewhere': ['«column»', '«table»'],
  'no-sql': [],
  'quote-open': [7731],
  'bracket-extra': [7731],
  'bracket-open': [7731],
  'foreign-word': ['TOP'],
  'word-meant': ['«written»', '«meant»'],
  'double-colon': [],
  'wrong-start': ['«word»'],
  'parser-stops': ['«at»', '«after»', '«first»', '«second»'],
  'not-run': [],
  failed: ['«message»'],
  'over-budget': ['«message»'],
  'over-memory': ['«message»'],
  killed: ['«message»'],
  'empty-without-table': [],
  empty: [],
  'rows-without-table': [],
  'rows-of-null': [],
  rows: [7731],
  'rows-and-more': [7731],
  'rows-left-out': [],
  'no-sql-to-look-at': [],
  plain: [],
  star: [],
  'output-unnamed': ['«output»'],
  'output-twice': ['«output»'],
  'name-twice': ['«name»'],
  'cross-join': ['«table»'],
  'cross-join-subquery': [],
  'self-join': ['«column»'],
  'comma-join': [],
  'natural-join': [],
  'looks-uncompiled': [],
  'no-sql-for-question': [],
  'reads-no-table': [],
  'only-constants': [],
  unrelated: ['«first»', '«second»'],
  capped: [-7731],
  'nothing-linked': [],
  'nothing-to-judge-by': [],
  'uses-all': [],
  'uses-share': [7731],
  'uses-share-without': [7731, '«first»', '«second»'],
  'columns-unasked': ['«first»', '«second»'],
  'filters-unasked': ['«first»', '«second»'],
  'value-found': ['«value»'],
  'value-respelt': ['«value»'],
  'value-elsewhere': ['«value»'],
  'value-invented': ['«value»'],
  'shows-all': [],
  'shows-no-name': ['«output»', '«asked»'],
  'shows-instead': ['«output»', '«asked»'],
  'shows-perhaps': ['«output»', '«asked»'],
  'not-shown': ['«first»', '«second»'],
  'group-not-shown': ['«group»'],
  'shows-unasked': ['«first»', '«second»'],
  'constant-shown': [],
  'written-shown': ['«output»'],
  'always-true': ['«condition»'],
  'aggregate-used': ['«aggregate»'],
  'aggregate-by-column': ['«aggregate»'],
  'figure-for-sum': [],
  'count-for-sum': [],
  'aggregate-missing': ['«aggregate»'],
  'identifiers-added': ['«aggregate»', '«argument»'],
  'aggregates-unasked': ['«first»', '«second»'],
  'counts-other': ['«table»', '«asked»'],
  'counts-joined': ['«table»'],
  'group-missing': [],
  'group-idle': ['«key»'],
  'group-unasked': ['«key»'],
  excludes: [],
  'exclusion-missing': [],
  'exclusion-unasked': [],
  'part-missing': [],
  'part-unasked': ['«pattern»'],
  'either-for-both': [],
  'sorts-single-row': [],
  'beside-aggregate': ['«output»'],
  'distinct-missing': [],
  'distinct-unasked': [],
  'number-unused': [7731],
  'number-other-side': ['«operator»', '«written»', '«said»', 7824],
  'number-invented': ['«number»'],
  'skip-unasked': [],
  'cut-elsewhere': [7731, 7762],
  'cut-to-missing': [7731],
  'cut-unasked': [],
  ranks: ['DESC'],
  'ranks-other-end': ['DESC'],
  'keeps-several': [7731],
  'takes-extreme': ['MAX'],
  'takes-other-end': ['«aggregate»'],
  'cut-missing': [],
  'extreme-missing': [],
  'ranks-by-other': ['«asked»', '«first»', '«second»'],
  sorts: [],
  'sort-unasked': [],
  'sort-missing': [],
  'sorts-other-way': ['DESC'],
  'sorts-descending': [],
  'ties-unlike': ['«left»', '«right»'],
  'reads-idle': ['«first»', '«second»'],
  'result-empty': [],
  'result-missing': [],
  'result-null': [],
  'result-same-rows': [7731],
  'result-not-one-figure': [7731],
  'result-not-one-row': [7731],
  'result-not-extreme': [7731],
  'result-not-each': [],
  'gold-missing': [],
  'gold-empty': [],
  'gold-not-run': ['«status»', '«message»'],
  'gold-too-long': [],
  'gold-says-nothing': [],
  'gold-beyond-kept': [],
  'match-too-similar': [],
  'match-gold-failed': ['«status»'],
  'match-gold-cut': [],
  'match-failed': ['«status»'],
  'match-cut': [],
  'match-width': [7731, 7762],
  'match-length': [7731, 7762],
  'match-both-empty': [],
  'match-same': [],
  'match-order': [],
  'match-column': [7731, '«name»'],
  'match-pairing': [],
  'match-rows': [],
  'agrees-without-result': [],
  'agrees-with-nobody': [],
  agrees: [7731, 7762],
  'agrees-on-nothing': [],
  'thumb-up': [],
  'thumb-down': [],
  'person-wrote': [],
  'same-as-written': [],
  'same-as-approved': [],
  'judged-beyond-kept': [],
  'not-as-written': [],
  'same-as-disapproved': [],
  'not-judged': [],
  told: ['«text»'],
};
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
