/** Every message is said of something: SQL for a question, a result beside another, what people said. */
import { expect, test } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import type { ReasonId } from '../../src/grpo/reward-reasons.ts';
import type { Database, Execution, Question, RewardScore } from '../../src/grpo/types.ts';
import { agreementOf } from '../../src/rewards/agreement.ts';
import { executionReward } from '../../src/rewards/execution.ts';
import { validityReward } from '../../src/rewards/validity.ts';
import { feedbackRewards, KnownResults } from '../../src/rewards/feedback.ts';
import { goldReward, runGold } from '../../src/rewards/gold.ts';
import { explainSyntax } from '../../src/sql/explain.ts';
import { structureOf } from '../../src/sql/structure.ts';
import { VALUES } from '../grpo/reason-values.ts';
import { BAKERY, LIBRARY, openScorer } from './databases.ts';

type Case = readonly [question: string, sql: string, ...ids: ReasonId[]];

const OF_BAKERY: readonly Case[] = [
  [
    'number of products for each name',
    'SELECT SUM(id) FROM products',
    'aggregate-missing',
    'aggregates-unasked',
    'compiles',
    'group-missing',
    'group-not-shown',
    'identifiers-added',
    'output-unnamed',
    'result-not-each',
    'rows',
    'uses-all',
  ],
  [
    'Which order_items do not have quantity paid?',
    "SELECT quantity FROM order_items WHERE quantity LIKE '%paid%'",
    'empty',
    'exclusion-missing',
    'part-unasked',
    'result-empty',
    'uses-share',
    'value-elsewhere',
  ],
  [
    'Which order_items has the most orders?',
    'SELECT status FROM orders NATURAL JOIN order_items',
    'natural-join',
    'result-not-extreme',
  ],
  ['customers with at least 2 orders', 'SELECT name FROM customers WHERE id >= 2', 'number-of-key'],
  ['Which orders are paid?', 'SELECT id FROM orders', 'shows-no-name'],
  ['Show the names', 'SELECT c.id, p.id FROM customers AS c JOIN products AS p ON c.id = p.id', 'name-twice'],
  ['Show the names', 'SELECT name FROM products, order_items WHERE product_id = id', 'comma-join'],
  ['Show the price of the products', 'SELECT IFNULL(NULL, 7) + 0 * price FROM products', 'written-shown'],
  [
    'How many customers are there?',
    'SELECT COUNT(*) FROM customers JOIN orders ON orders.customer_id = customers.id',
    'counts-joined',
  ],
];
const OF_LIBRARY: readonly Case[] = [
  [
    'The top 3 loan by days',
    "SELECT member FROM loan WHERE member = ANY ('x')",
    'columns-unasked',
    'cut-to-missing',
    'extreme-missing',
    'filters-unasked',
    'foreign-word',
    'looks-uncompiled',
    'not-compiled',
    'not-run',
    'not-shown',
    'number-unused',
    'plain',
    'result-missing',
    'shows-unasked',
    'uses-share-without',
  ],
  [
    'What is the average and maximum pages of book?',
    "SELECT MAX(title) FROM book WHERE title = 'none'",
    'ranks-by-other',
    'result-null',
    'rows-of-null',
    'shows-perhaps',
    'takes-extreme',
    'value-invented',
  ],
  [
    'How many author are there?',
    'SELECT COUNT(*) FROM book GROUP BY title',
    'aggregate-used',
    'counts-other',
    'group-unasked',
    'result-not-one-figure',
    'result-same-rows',
  ],
  ['Kim', 'SELECT title FROM loan', 'capped', 'column-elsewhere', 'name-unknown', 'unrelated'],
  ['Lem', '', 'no-sql-for-question', 'no-sql-in-answer', 'no-sql-to-look-at'],
  ['qwzx 12 foo', 'SELECT * FROM book', 'nothing-linked', 'shows-all', 'star'],
  ['How much do the loan weigh?', 'SELECT member FROM loan, book', 'cross-join', 'figure-for-sum', 'reads-idle'],
  [
    'The top 3 book by pages',
    'SELECT COUNT(*) FROM book ORDER BY title LIMIT 1',
    'cut-elsewhere',
    'ranks-other-end',
    'sorts-single-row',
  ],
  [
    'List title of the book in ascending order',
    'SELECT COUNT(DISTINCT title) FROM book',
    'distinct-unasked',
    'shows-instead',
    'sort-missing',
  ],
  [
    'What is the maximum days and minimum days?',
    'SELECT member FROM loan WHERE days > 3',
    'aggregate-by-column',
    'number-invented',
    'result-not-one-row',
  ],
  [
    'List the book ordered by title',
    'SELECT title FROM book ORDER BY title DESC LIMIT 1 OFFSET 2',
    'cut-unasked',
    'skip-unasked',
    'sorts-descending',
  ],
  [
    'Show author whose name contains the word "Lem"',
    "SELECT name FROM author WHERE name <> 'Lem'",
    'exclusion-unasked',
    'part-missing',
    'value-found',
  ],
  ['Lem', 'SELEC', 'reads-no-table', 'word-meant'],
  ['weather tomorrow', 'SELECT title, FROM book', 'nothing-to-judge-by', 'parser-stops'],
  ['Kim', 'SELECT abs(-9223372036854775808) FROM loan', 'failed', 'only-constants'],
  ['Show the different title of book', 'SELECT titlex FROM book', 'distinct-missing', 'name-meant'],
  ['Show total days by member', 'SELECT member, COUNT(*) FROM loan', 'beside-aggregate', 'count-for-sum'],
  [
    'Show loan with both Kim and Lou',
    'SELECT member FROM loan WHERE 1 = 1 OR member',
    'always-true',
    'either-for-both',
  ],
  ['Which author has the most book?', 'SELECT title FROM book ORDER BY title DESC LIMIT 3', 'keeps-several', 'ranks'],
  ['Lem', 'SELECT 1', 'rows-without-table'],
  ['Lem', "SELECT 'a", 'quote-open'],
  ['Lem', 'SELECT a)', 'bracket-extra'],
  ['Lem', '(SELECT 1', 'bracket-open'],
  ['Lem', 'name FROM t', 'wrong-start'],
  ['Lem', 'SELECT 1 WHERE 0', 'empty-without-table'],
  ['Kim', 'DELETE FROM loan', 'refused'],
  ['Lem', 'SELECT name::int FROM author', 'double-colon'],
  ['Lem', 'SELECT name, name FROM author', 'output-twice'],
  ['qwzx 12 foo', 'SELECT 7 AS x, title FROM book', 'constant-shown'],
  ['Lem', "SELECT name FROM author WHERE name = 'lem'", 'value-respelt'],
  ['Lem', 'SELECT name FROM author JOIN (SELECT 1 AS z)', 'cross-join-subquery'],
  ['qwzx 12 foo', 'SELECT title FROM book ORDER BY title', 'sort-unasked'],
  ['qwzx 12 foo', 'SELECT title FROM book GROUP BY title', 'group-idle'],
  ['The top 3 loan by days', 'SELECT MIN(days) FROM loan', 'takes-other-end'],
  ['The top 3 book by pages', 'SELECT title FROM book ORDER BY title', 'cut-missing'],
  ['List the book ordered by title', 'SELECT title FROM book ORDER BY title', 'sorts'],
  ['Kim', 'SELECT loan.member FROM loan JOIN book ON loan.member = loan.member', 'self-join'],
  ['Which loan have days more than 3?', 'SELECT member FROM loan WHERE days < 3', 'number-other-side'],
  ['Which author do not have name Lem?', "SELECT name FROM author WHERE name <> 'Lem'", 'excludes'],
  ['qwzx 12 foo', 'SELECT loan.member FROM loan JOIN book ON loan.member = book.title', 'ties-unlike'],
  ['List title of the book in ascending order', 'SELECT title FROM book ORDER BY title DESC', 'sorts-other-way'],
];

const reached = new Set<ReasonId>();
const idsOf = (scores: readonly (RewardScore | undefined)[]): ReasonId[] => {
  const ids = scores.flatMap((score) => score?.reasons.map(({ id }) => id) ?? []);
  for (const id of ids) reached.add(id);
  return ids;
};

test.each([
  ['bakery', BAKERY, OF_BAKERY],
  ['library', LIBRARY, OF_LIBRARY],
])('of SQL for a question: %s', async (_name, dump, cases) => {
  const { score, database } = await openScorer(dump);
  for (const [question, sql, ...ids] of cases) {
    const [scored] = await score(question, sql);
    expect(idsOf(Object.values(scored?.components ?? {})), `${question} ${sql}`).toEqual(expect.arrayContaining(ids));
  }
  database.close();
});

test('of a syntax without tokens', () => {
  const id = explainSyntax('-- nothing')?.message.id;
  expect(id).toBe('no-sql');
  if (id !== undefined) reached.add(id);
});

const ran = (rows: Execution['rows'], more: Partial<Execution> = {}): Execution => ({
  status: rows.length > 0 ? 'rows' : 'empty',
  columns: (rows[0] ?? ['']).map((_cell, i) => `c${i}`),
  rows,
  truncated: false,
  ...more,
});

test.each<[Partial<Execution>, ...ReasonId[]]>([
  [{ status: 'timeout' }, 'over-budget'],
  [{ status: 'over-limit' }, 'too-large-to-run'],
  [{ status: 'too-large' }, 'over-memory'],
  [{ status: 'killed', error: 'gone' }, 'killed'],
  [{ ...ran([['a']]), truncated: true }, 'rows-and-more', 'rows-left-out'],
])('of how it ran: %o', async (more, ...ids) => {
  const { schema } = await SqliteDatabase.open(BAKERY);
  const sql = 'SELECT name FROM products';
  const score = executionReward({ sql, schema, structure: structureOf(sql, schema), execution: ran([], more) });
  expect(idsOf([score])).toEqual(ids);
});

test('of SQL that is larger than the sandbox allows', async () => {
  const { schema } = await SqliteDatabase.open(BAKERY);
  const sql = 'SELECT name FROM products';
  const execution = ran([], { status: 'over-limit', error: 'too long' });
  const score = validityReward({ sql, schema, structure: structureOf(sql, schema), execution });
  expect(idsOf([score])).toEqual(['reads-at-length']);
  expect(score.value).toBe(1);
});

test('of gold', async () => {
  const database = await SqliteDatabase.open(BAKERY);
  const NAMES = 'SELECT name FROM products';
  const said = async (sql: string | undefined, execution: Execution, from: Database = database) => {
    const question: Question = { id: 'q', question: 'q', split: 'train', ...(sql === undefined ? {} : { sql }) };
    return idsOf([goldReward(await runGold(question, from), execution)]);
  };
  const [names] = await database.execute([NAMES]);
  if (names === undefined) throw new Error('One SQL has one execution.');
  expect(await said(undefined, names)).toEqual(['gold-missing']);
  expect(await said(`${NAMES} WHERE price < 0`, names)).toEqual(['gold-empty']);
  expect(await said('SELECT nothing FROM products', names)).toEqual(['gold-not-run']);
  expect(await said('SELECT COUNT(*) FROM products WHERE price < 0', names)).toEqual(['gold-says-nothing']);
  expect(await said(NAMES, { ...names, rows: names.rows.slice(1), truncated: true })).toEqual(['gold-beyond-kept']);
  expect(await said(NAMES, { ...names, truncated: true })).toEqual(['match-cut']);
  expect(await said(NAMES, ran([], { status: 'invalid' }))).toEqual(['match-failed']);
  expect(await said(NAMES, ran([['a', 'b']]))).toEqual(['match-width']);
  expect(await said(NAMES, ran([['a']]))).toEqual(['match-length']);
  expect(await said(NAMES, names)).toEqual(['match-same']);
  const turned = { ...names, rows: names.rows.toReversed() };
  expect(await said(`${NAMES} ORDER BY id`, turned)).toEqual(['match-order']);
  expect(await said('SELECT DISTINCT name FROM products ORDER BY id', names)).toEqual([
    'match-same',
    'order-as-it-stands',
  ]);
  expect(await said(NAMES, ran(names.rows.map(() => ['x'])))).toEqual(['match-column']);
  expect(
    await said(
      'SELECT 1 AS a, 2 AS b UNION ALL SELECT 2, 1',
      ran([
        [1, 1],
        [2, 2],
      ]),
    ),
  ).toEqual(['match-rows']);
  const cut: Database = {
    schema: database.schema,
    execute: () => Promise.resolve([{ ...names, truncated: true }]),
    close: () => undefined,
  };
  expect(await said(NAMES, names, cut)).toEqual(['gold-too-long']);
  database.close();
});

test('of a vote', () => {
  expect(idsOf(agreementOf([0, null], [true, false]))).toEqual(['agrees-with-nobody', 'agrees-without-result']);
  expect(idsOf(agreementOf([0, 0], [false, false]).slice(1))).toEqual(['agrees', 'agrees-on-nothing']);
});

test('of what people said', async () => {
  const database = await SqliteDatabase.open(BAKERY);
  const sql = {
    names: 'SELECT name FROM products',
    prices: 'SELECT price FROM products',
    cities: 'SELECT city FROM customers',
  };
  const said = async (
    text: string,
    judged: Partial<Parameters<typeof feedbackRewards>[0]>,
    more: Partial<Execution> = {},
  ) => {
    const [execution] = await database.execute([text]);
    if (execution === undefined) throw new Error('One SQL has one execution.');
    const all = { approved: [], corrected: [], disapproved: [], ...judged };
    return idsOf(
      await feedbackRewards(all, [{ sql: text, execution: { ...execution, ...more } }], database, new KnownResults()),
    );
  };
  const again = `${sql.names} WHERE 1`;
  expect(await said(sql.names, { approved: [sql.names] })).toEqual(['thumb-up']);
  expect(await said(sql.names, { disapproved: [sql.names] })).toEqual(['thumb-down']);
  expect(await said(sql.names, { corrected: [sql.names] })).toEqual(['person-wrote']);
  expect(await said(again, { corrected: [sql.names] })).toEqual(['same-as-written']);
  const [{ length = 0 } = {}] = (await database.execute([sql.names])).map(({ rows }) => rows);
  expect(await said(`SELECT ${length}`, { corrected: ['SELECT COUNT(*) FROM products'] })).toEqual([
    'as-written-by-chance',
  ]);
  expect(await said(again, { approved: [sql.names] })).toEqual(['same-as-approved']);
  expect(await said(again, { disapproved: [sql.names] })).toEqual(['same-as-disapproved']);
  expect(await said(sql.cities, { corrected: [sql.names] })).toEqual(['not-as-written']);
  expect(await said(sql.cities, { approved: [sql.names] })).toEqual(['not-judged']);
  expect(await said(again, { approved: [sql.prices] }, { rows: [['a']], truncated: true })).toEqual([
    'judged-beyond-kept',
  ]);
  database.close();
});

/**
 * What an earlier version kept, and what a comparison of results says where gold cannot come to it: gold that fails or
 * is cut is no gold, the search is given up late, and columns that fit one by one pair.
 */
const ELSEWHERE: readonly ReasonId[] = [
  'told',
  'match-gold-failed',
  'match-gold-cut',
  'match-both-empty',
  'match-too-similar',
  'match-pairing',
];

test('and of nothing else', () => {
  expect([...reached, ...ELSEWHERE].toSorted()).toEqual(Object.keys(VALUES).toSorted());
});
