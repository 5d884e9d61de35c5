/**
 * What a policy under optimisation would try: structure that a right answer does not need may never raise its reward.
 */
import { describe, expect, test } from 'vitest';
import { reasonWords } from '../../src/grpo/reason-words.ts';
import { BAKERY, LIBRARY, openScorer } from './databases.ts';

interface Right {
  readonly dump: string;
  readonly question: string;
  readonly sql: string;
  /** A table that the answer does not need, with the condition that ties it to the answer's. */
  readonly join: string;
  readonly column: string;
  readonly text: string;
}

const RIGHT: readonly Right[] = [
  {
    dump: BAKERY,
    question: 'What are the names of the products in the category bread?',
    sql: "SELECT products.name FROM products WHERE products.category = 'bread'",
    join: 'JOIN order_items ON order_items.product_id = products.id',
    column: 'products.price',
    text: 'products.name',
  },
  {
    dump: BAKERY,
    question: 'How many customers live in Bern?',
    sql: "SELECT COUNT(*) FROM customers WHERE customers.city = 'Bern'",
    join: 'JOIN orders ON orders.customer_id = customers.id',
    column: 'customers.city',
    text: 'COUNT(*)',
  },
  {
    dump: BAKERY,
    question: 'What is the average price of the products in each category?',
    sql: 'SELECT products.category, AVG(products.price) FROM products WHERE 1 = 1 GROUP BY products.category',
    join: 'JOIN order_items ON order_items.product_id = products.id',
    column: 'products.name',
    text: 'AVG(products.price)',
  },
  {
    dump: BAKERY,
    question: 'Which product has the highest price?',
    sql: 'SELECT products.name FROM products WHERE products.price > 0 ORDER BY products.price DESC LIMIT 1',
    join: 'JOIN order_items ON order_items.product_id = products.id',
    column: 'products.price',
    text: 'products.name',
  },
  {
    dump: LIBRARY,
    question: 'List the titles of the books with more than 300 pages.',
    sql: 'SELECT book.title FROM book WHERE book.pages > 300',
    join: 'JOIN author ON author.author_id = book.author_id',
    column: 'book.genre',
    text: 'book.title',
  },
  {
    dump: LIBRARY,
    question: 'List the names of authors from Poland.',
    sql: "SELECT author.name FROM author WHERE author.country = 'Poland'",
    join: 'JOIN book ON book.author_id = author.author_id',
    column: 'author.birth_year',
    text: 'author.name',
  },
  {
    dump: LIBRARY,
    question: 'How many books are there?',
    sql: 'SELECT COUNT(*) FROM book WHERE 1 = 1',
    join: 'JOIN loan ON loan.book_id = book.book_id',
    column: 'book.genre',
    text: 'COUNT(*)',
  },
];

const first = (sql: string, from: string, to: string): string => {
  const at = sql.indexOf(from);
  return at < 0 ? sql : sql.slice(0, at) + to + sql.slice(at + from.length);
};

const UNNEEDED: Readonly<Record<string, (right: Right) => string>> = {
  'a join': ({ sql, join }) => first(sql, ' WHERE', ` ${join} WHERE`),
  'an outer join': ({ sql, join }) => first(sql, ' WHERE', ` LEFT ${join} WHERE`),
  'a comma join without condition': ({ sql, join }) => first(sql, ' WHERE', `, ${join.split(' ')[1] ?? ''} WHERE`),
  'an alias for the output': ({ sql, text }) => first(sql, text, `${text} AS answer`),
  'another column': ({ sql, text, column }) => first(sql, text, `${text}, ${column}`),
  'a count beside it': ({ sql, text }) => first(sql, text, `${text}, COUNT(*) AS n`),
  'the same output twice': ({ sql, text }) => first(sql, text, `${text}, ${text} AS again`),
  'a constant': ({ sql, text }) => first(sql, text, `${text}, 1`),
  DISTINCT: ({ sql }) => first(sql, 'SELECT ', 'SELECT DISTINCT '),
  'a cast': ({ sql, text }) => first(sql, text, `CAST(${text} AS TEXT)`),
  rounding: ({ sql, text }) => first(sql, text, `ROUND(${text}, 2)`),
  'every column': ({ sql, text }) => first(sql, text, `*, ${text}`),
  'a cut': ({ sql }) => (sql.includes('LIMIT') ? first(sql, 'LIMIT 1', 'LIMIT 2') : `${sql} LIMIT 100`),
  'rows left out': ({ sql }) => (sql.includes('LIMIT') ? `${sql} OFFSET 1` : `${sql} LIMIT 100 OFFSET 1`),
  'an order': ({ sql, text }) => (sql.includes('ORDER BY') ? sql : `${sql} ORDER BY ${text}`),
  'a condition that always holds': ({ sql }) => first(sql, ' WHERE ', ' WHERE 1 OR '),
  'a condition that always holds, behind': ({ sql }) =>
    / GROUP| ORDER/.test(sql) ? sql.replace(/( GROUP| ORDER)/, ' OR 1$1') : `${sql} OR 1`,
  'COALESCE of a constant': ({ sql, text }) => first(sql, text, `COALESCE(7, ${text})`),
  'a column less itself': ({ sql, text }) => first(sql, text, `${text} - ${text}`),
  'CASE of a constant': ({ sql, text }) => first(sql, text, `CASE WHEN 0 THEN ${text} ELSE 7 END`),
  'the condition turned round': ({ sql }) =>
    sql.replace(/( [=>] )(?=[3'])/, (operator) => (operator === ' = ' ? ' != ' : ' <= ')),
};

describe.each(RIGHT)('$question', (right) => {
  test('nothing unneeded raises the total', async () => {
    const { score, database } = await openScorer(right.dump);
    const entries = Object.entries(UNNEEDED).map(([name, change]) => ({ name, sql: change(right) }));
    const [plain, ...changed] = await score(right.question, right.sql, ...entries.map(({ sql }) => sql));
    expect(plain?.total).toBeGreaterThan(0.8);
    for (const [i, { name, sql }] of entries.entries())
      expect(changed[i]?.total, `${name}: ${sql}`).toBeLessThanOrEqual((plain?.total ?? 0) + 1e-9);
    database.close();
  });

  test('what changes the answer lowers it', async () => {
    const { score, database } = await openScorer(right.dump);
    const names = [
      'another column',
      'a constant',
      'a comma join without condition',
      'every column',
      'a condition that always holds',
      'a condition that always holds, behind',
      'a column less itself',
      'COALESCE of a constant',
      'CASE of a constant',
      'rows left out',
    ];
    const texts = names.map((name) => UNNEEDED[name]?.(right) ?? '');
    const [plain, ...changed] = await score(right.question, right.sql, ...texts);
    for (const [i, one] of changed.entries())
      expect(one.total, `${names[i] ?? ''}: ${texts[i] ?? ''}`).toBeLessThan((plain?.total ?? 0) - 0.01);
    database.close();
  });
});

test('tables tied by columns that identify different things', async () => {
  const { score, database } = await openScorer(LIBRARY);
  const [tied, crossed] = await score(
    'Which members have a loan of Solaris?',
    "SELECT loan.member FROM loan JOIN book ON loan.book_id = book.book_id WHERE book.title = 'Solaris'",
    "SELECT loan.member FROM loan JOIN book ON loan.loan_id = book.author_id WHERE book.title = 'Solaris'",
  );
  expect(crossed?.total).toBeLessThan(tied?.total ?? 0);
  expect(crossed?.components.quality?.reasons.map(reasonWords).join(' ')).toContain('identify different things');
  database.close();
});

test('a question that links to nothing gives a plain SELECT no high reward', async () => {
  const { score, database } = await openScorer(BAKERY);
  const [scored] = await score('Hmm?', 'SELECT name FROM products');
  expect(scored?.total).toBeLessThan(0.5);
  database.close();
});

test('a right answer has every component in full or nearly so', async () => {
  for (const { dump, question, sql } of RIGHT) {
    const { score, database } = await openScorer(dump);
    const [scored] = await score(question, sql);
    expect(scored?.components.format?.value, sql).toBe(1);
    expect(scored?.components.quality?.value, sql).toBeGreaterThanOrEqual(0.6);
    database.close();
  }
});
