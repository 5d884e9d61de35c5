/**
 * What a reward may say: the messages, and the values each of them holds. An id stays the same when its words change;
 * those are made in reason-words.ts, where somebody reads them.
 */

/** Words of other dialects that are explained to a reader. */
export const FOREIGN_WORDS = ['ILIKE', 'TOP', 'FETCH', 'INTERVAL', 'EXTRACT', 'ANY', 'SOME'] as const;
export type ForeignWord = (typeof FOREIGN_WORDS)[number];

type Direction = 'ASC' | 'DESC';

/** By message. A list of names comes last; `message` is SQLite's own, or the sandbox's, where there is one. */
export interface ReasonValues {
  // validity
  'no-sql-in-answer': [];
  compiles: [];
  'reads-at-length': [];
  refused: [message?: string];
  'name-unknown': [message?: string];
  'not-compiled': [message?: string];
  'name-meant': [name: string];
  'column-elsewhere': [column: string, table: string];
  // validity: where the SQL stops making sense; characters count from 1
  'no-sql': [];
  'quote-open': [character: number];
  'bracket-extra': [character: number];
  'bracket-open': [character: number];
  'foreign-word': [word: ForeignWord];
  'word-meant': [written: string, meant: string];
  'double-colon': [];
  'wrong-start': [word: string];
  /** '' for the end, and for the beginning of the SQL. */
  'parser-stops': [at: string, after: string, ...possible: string[]];

  // execution
  'not-run': [];
  'too-large-to-run': [message?: string];
  failed: [message?: string];
  'over-budget': [message?: string];
  'over-memory': [message?: string];
  killed: [message?: string];
  'empty-without-table': [];
  empty: [];
  'rows-without-table': [];
  'rows-of-null': [];
  rows: [count: number];
  'rows-and-more': [count: number];
  'rows-left-out': [];

  // format
  'no-sql-to-look-at': [];
  plain: [];
  star: [];
  'output-unnamed': [output: string];
  'output-twice': [output: string];
  'name-twice': [name: string];
  'cross-join': [table: string];
  'cross-join-subquery': [];
  'self-join': [column: string];
  'comma-join': [];
  'natural-join': [];
  'looks-uncompiled': [];

  // quality: gates
  'no-sql-for-question': [];
  'reads-no-table': [];
  'only-constants': [];
  unrelated: [...words: string[]];
  capped: [total: number];
  // quality: what the question mentions
  'nothing-linked': [];
  'nothing-to-judge-by': [];
  'uses-all': [];
  'uses-share': [percent: number];
  'uses-share-without': [percent: number, ...words: string[]];
  'columns-unasked': [...columns: string[]];
  'filters-unasked': [...columns: string[]];
  'value-found': [value: string];
  'value-respelt': [value: string];
  'value-elsewhere': [value: string];
  'value-invented': [value: string];
  // quality: what is shown
  'shows-all': [];
  'shows-no-name': [output: string, asked: string];
  'shows-instead': [output: string, asked: string];
  'shows-perhaps': [output: string, asked: string];
  'not-shown': [...asked: string[]];
  'group-not-shown': [group: string];
  'shows-unasked': [...outputs: string[]];
  // quality: evasions
  'constant-shown': [];
  'written-shown': [output: string];
  'always-true': [condition: string];
  // quality: figures and groups
  'aggregate-used': [aggregate: string];
  'aggregate-by-column': [aggregate: string];
  'figure-for-sum': [];
  'count-for-sum': [];
  'aggregate-missing': [aggregate: string];
  'identifiers-added': [aggregate: string, argument: string];
  'aggregates-unasked': [...aggregates: string[]];
  'counts-other': [table: string, asked: string];
  'counts-joined': [table: string];
  'group-missing': [];
  'group-idle': [key: string];
  'group-unasked': [key: string];
  // quality: words of the question
  excludes: [];
  'exclusion-missing': [];
  'exclusion-unasked': [];
  'part-missing': [];
  'part-unasked': [pattern: string];
  'either-for-both': [];
  'sorts-single-row': [];
  'beside-aggregate': [output: string];
  'distinct-missing': [];
  'distinct-unasked': [];
  // quality: numbers
  'number-unused': [number: number];
  'number-other-side': [operator: string, written: string | number, said: string, number: number];
  'number-of-key': [column: string, number: string | number];
  'number-invented': [number: string | number];
  // quality: order and cut
  'skip-unasked': [];
  /** '?': cut to what is computed. */
  'cut-elsewhere': [count: number | '?', asked: number];
  'cut-to-missing': [asked: number];
  'cut-unasked': [];
  ranks: [direction: Direction];
  'ranks-other-end': [direction: Direction];
  'keeps-several': [count: number];
  'takes-extreme': [end: 'MAX' | 'MIN'];
  'takes-other-end': [aggregate: string];
  'cut-missing': [];
  'extreme-missing': [];
  'ranks-by-other': [asked: string, ...columns: string[]];
  sorts: [];
  'sort-unasked': [];
  'sort-missing': [];
  'sorts-other-way': [direction: Direction];
  'sorts-descending': [];
  // quality: tables
  'ties-unlike': [left: string, right: string];
  'reads-idle': [...tables: string[]];
  // quality: what came back
  'result-empty': [];
  'result-missing': [];
  'result-null': [];
  'result-same-rows': [rows: number];
  'result-not-one-figure': [rows: number];
  'result-not-one-row': [rows: number];
  'result-not-extreme': [rows: number];
  'result-not-each': [];

  // gold
  'gold-missing': [];
  'gold-empty': [];
  'gold-not-run': [status: string, message?: string];
  'gold-too-long': [];
  'gold-says-nothing': [];
  'gold-beyond-kept': [];
  // gold: two results compared
  'match-too-similar': [];
  'match-gold-failed': [status: string];
  'match-gold-cut': [];
  'match-failed': [status: string];
  'match-cut': [];
  'match-width': [columns: number, gold: number];
  'match-length': [rows: number, gold: number];
  'match-both-empty': [];
  'match-same': [];
  'match-order': [];
  'match-column': [number: number, name: string];
  'match-pairing': [];
  'match-rows': [];
  'order-as-it-stands': [];

  // agreement
  'agrees-without-result': [];
  'agrees-with-nobody': [];
  agrees: [same: number, others: number];
  'agrees-on-nothing': [];

  // feedback
  'thumb-up': [];
  'thumb-down': [];
  'person-wrote': [];
  'same-as-written': [];
  'as-written-by-chance': [];
  'same-as-approved': [];
  'judged-beyond-kept': [];
  'not-as-written': [];
  'same-as-disapproved': [];
  'not-judged': [];

  /** A sentence that an earlier version kept. */
  told: [text: string];
}

export type ReasonId = keyof ReasonValues;

/** A message with its values. */
export type ReasonMessage = {
  readonly [Id in ReasonId]: { readonly id: Id; readonly values: Readonly<ReasonValues[Id]> };
}[ReasonId];

export function reasonMessage<Id extends ReasonId>(id: Id, ...values: ReasonValues[Id]): ReasonMessage {
  // Id and values belong together by the parameters, which the union of all pairs cannot see.
  return { id, values } as unknown as ReasonMessage;
}
