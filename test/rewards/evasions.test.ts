/** No evasion of a question may score above any sensible attempt, however imperfect that attempt is. */
import { describe, expect, test } from 'vitest';
import { GATED_TOTAL } from '../../src/rewards/total.ts';
import { BAKERY, LIBRARY, openScorer } from './databases.ts';

interface Case {
  readonly dump: string;
  readonly question: string;
  readonly sensible: readonly string[];
  readonly ignoring: readonly string[];
  readonly empty: readonly string[];
}

const CASES: readonly Case[] = [
  {
    dump: BAKERY,
    question: 'Show total revenue by product',
    sensible: [
      'SELECT p.name, SUM(oi.quantity * oi.unit_price) AS revenue FROM products p JOIN order_items oi ON oi.product_id = p.id GROUP BY p.name',
      'SELECT p.name, AVG(oi.unit_price) FROM products p JOIN order_items oi ON oi.product_id = p.id GROUP BY p.name',
      'SELECT p.name, COUNT(*) FROM products p, order_items oi GROUP BY p.name',
      'SELECT product_id, SUM(quantity) FROM order_items GROUP BY product_id',
      'SELECT name, SUM(price) FROM products GROUP BY name',
    ],
    ignoring: ['SELECT city FROM customers', 'SELECT status, ordered_at FROM orders', 'SELECT COUNT(*) FROM customers'],
    empty: [
      'SELECT p.name, SUM(oi.quantity) FROM products p JOIN order_items oi ON oi.product_id = p.id WHERE p.id > 99 GROUP BY p.name',
    ],
  },
  {
    dump: BAKERY,
    question: 'How many customers live in Bern?',
    sensible: [
      "SELECT COUNT(*) FROM customers WHERE city = 'Bern'",
      'SELECT COUNT(*) FROM customers',
      "SELECT full_name FROM customers WHERE city = 'Bern'",
      "SELECT SUM(id) FROM customers WHERE city = 'Bern'",
      'SELECT COUNT(*) FROM customers JOIN orders',
    ],
    ignoring: ['SELECT price FROM products', 'SELECT SUM(quantity) FROM order_items'],
    empty: ["SELECT full_name FROM customers WHERE city = 'bern'"],
  },
  {
    dump: LIBRARY,
    question: 'What is the average number of pages of books for each genre?',
    sensible: [
      'SELECT genre, AVG(pages) AS average FROM book GROUP BY genre',
      'SELECT genre, SUM(pages) FROM book GROUP BY genre',
      'SELECT AVG(pages) FROM book',
      'SELECT genre, pages FROM book',
      'SELECT b.genre, AVG(b.pages) FROM book b, author a GROUP BY b.genre',
    ],
    ignoring: ['SELECT member FROM loan', 'SELECT country, birth_year FROM author'],
    empty: ["SELECT genre, AVG(pages) FROM book WHERE genre = 'poem' GROUP BY genre"],
  },
  {
    dump: LIBRARY,
    question: 'Which author from Poland has written the most books?',
    sensible: [
      "SELECT a.name FROM author a JOIN book b ON b.author_id = a.author_id WHERE a.country = 'Poland' GROUP BY a.author_id ORDER BY COUNT(*) DESC LIMIT 1",
      "SELECT a.name FROM author a JOIN book b ON b.author_id = a.author_id WHERE a.country = 'Poland' GROUP BY a.author_id ORDER BY COUNT(*) ASC LIMIT 1",
      "SELECT name FROM author WHERE country = 'Poland'",
      'SELECT a.name, COUNT(*) FROM author a, book b GROUP BY a.name',
    ],
    ignoring: ['SELECT days FROM loan', 'SELECT AVG(days) FROM loan'],
    empty: ["SELECT name FROM author WHERE country = 'poland'"],
  },
];

const ALWAYS = (table: string): string[] => [
  'SELECT 1',
  "SELECT 'the answer'",
  'SELECT name FROM sqlite_schema',
  'SELECT COUNT(*) FROM sqlite_schema',
  'SELECT (SELECT 1)',
  'VALUES (1)',
  'WITH t AS (SELECT 1 AS a) SELECT a FROM t',
  `SELECT 1 FROM ${table}`,
  `SELECT 'x' FROM ${table}`,
  `SELECT MAX(1) FROM ${table}`,
  `SELECT (SELECT 1) FROM ${table}`,
  `WITH t AS (SELECT 5 AS v) SELECT t.v FROM ${table}, t`,
  `SELECT v FROM (SELECT 5 AS v FROM ${table})`,
  `SELECT COUNT(*) * 0 FROM ${table}`,
  `SELECT 0 * COUNT(*) AS n FROM ${table}`,
  `SELECT COALESCE(7, COUNT(*)) FROM ${table}`,
  `SELECT CASE WHEN 0 THEN rowid ELSE 5 END FROM ${table}`,
  `SELECT IIF(1 , 3, rowid) FROM ${table}`,
  `SELECT IFNULL('x', rowid) FROM ${table}`,
  `SELECT CASE WHEN 1 = 2 THEN rowid END FROM ${table}`,
  '',
  'no SQL at all',
];

describe.each(CASES)('$question', ({ dump, question, sensible, ignoring, empty }) => {
  test('every sensible attempt scores above every evasion', async () => {
    const { score, database } = await openScorer(dump);
    const evasions = [...ALWAYS(database.schema.tables[0]?.name ?? ''), ...ignoring, ...empty];
    const good = await score(question, ...sensible);
    const bad = await score(question, ...evasions);
    const lowest = sensible
      .map((sql, i) => ({ sql, total: good[i]?.total ?? -2 }))
      .reduce((a, b) => (b.total < a.total ? b : a));
    const highest = evasions
      .map((sql, i) => ({ sql, total: bad[i]?.total ?? 2 }))
      .reduce((a, b) => (b.total > a.total ? b : a));
    expect(highest.total, `${highest.sql} against ${lowest.sql}`).toBeLessThan(lowest.total);
    database.close();
  });

  test('what evades the question is gated, an empty result is not', async () => {
    const { score, database } = await openScorer(dump);
    for (const one of await score(question, ...ALWAYS(database.schema.tables[0]?.name ?? ''), ...ignoring)) {
      expect(one.components.quality?.value).toBe(-1);
      expect([one.total, one.cappedAt]).toEqual([GATED_TOTAL, GATED_TOTAL]);
    }
    for (const one of await score(question, ...empty)) expect(one.cappedAt).toBeUndefined();
    database.close();
  });

  test('the first sensible answer is the best of all', async () => {
    const { score, database } = await openScorer(dump);
    const totals = (await score(question, ...sensible)).map((one) => one.total ?? -2);
    expect(Math.max(...totals)).toBe(totals[0]);
    database.close();
  });
});
