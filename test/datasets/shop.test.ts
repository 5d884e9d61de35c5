/** The demo shop as committed: reproducible, sound, full of its traps, and every question answerable in one way. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDatabase, SHOP_SEED } from '../../scripts/shop/database.ts';
import { KINDS } from '../../scripts/shop/questions/gold.ts';
import { GOLDS, questionsText, type ShopQuestion } from '../../scripts/shop/questions.ts';
import { openBytes, sameResult, sameValue, sortKeyQuery, type OpenedShop } from './rows.ts';

const FOLDER = new URL('../../public/datasets/shop/', import.meta.url);
const read = (name: string): Buffer => readFileSync(new URL(name, FOLDER));
const questions = JSON.parse(read('questions.json').toString()) as ShopQuestion[];
const definitions = JSON.parse(read('definitions.json').toString()) as { term: string; means: string; sql: string }[];

/** The same text for the same SQL, whatever its spacing and case. */
const normalised = (sql: string): string => sql.toLowerCase().replaceAll(/\s+/g, ' ').trim();
const accepted = (one: ShopQuestion): string[] => [one.sql, ...(one.sql_alternatives ?? [])];
const golds = [...new Map(questions.map((one) => [normalised(one.sql), one])).values()];

let shop: OpenedShop;
beforeAll(async () => {
  shop = await openBytes(read('db.sqlite'));
});
afterAll(() => {
  shop.close();
});
const value = (sql: string): number => Number(shop.rows(sql)[0]?.[0]);

describe('files', () => {
  test('the generator makes exactly the committed bytes', async () => {
    const made = await makeDatabase(SHOP_SEED);
    expect(made.length).toBe(read('db.sqlite').length);
    expect(Buffer.compare(made, read('db.sqlite'))).toBe(0);
    expect(questionsText()).toBe(read('questions.json').toString());
  });

  test('another seed makes another shop', async () => {
    expect(Buffer.compare(await makeDatabase(SHOP_SEED + 1), read('db.sqlite'))).not.toBe(0);
  });

  test('the database is small, sound and keeps its foreign keys', () => {
    expect(read('db.sqlite').length).toBeLessThanOrEqual(700_000);
    expect(shop.rows('PRAGMA integrity_check')).toEqual([['ok']]);
    expect(shop.rows('PRAGMA foreign_key_check')).toEqual([]);
    const tables = shop.rows("SELECT name FROM sqlite_schema WHERE type = 'table'").map(([name]) => name as string);
    expect(tables).toHaveLength(9);
    for (const table of tables) expect(value(`SELECT COUNT(*) FROM ${table}`)).toBeGreaterThan(0);
    for (const table of ['products', 'orders', 'order_items', 'payments', 'reviews', 'returns']) {
      expect(value(`SELECT COUNT(*) FROM pragma_foreign_key_list('${table}')`), table).toBeGreaterThan(0);
    }
  });
});

describe('a believable shop', () => {
  test('sizes', () => {
    expect(value('SELECT COUNT(*) FROM orders')).toBeGreaterThanOrEqual(2000);
    expect(value('SELECT COUNT(*) FROM products')).toBeGreaterThanOrEqual(40);
    expect(value('SELECT COUNT(*) FROM customers')).toBeGreaterThanOrEqual(150);
    expect(value("SELECT COUNT(DISTINCT strftime('%Y', order_date)) FROM orders")).toBe(3);
  });

  test('dates follow one another', () => {
    expect(
      value(
        'SELECT COUNT(*) FROM orders AS o JOIN customers AS c ON c.customer_id = o.customer_id WHERE o.order_date < c.signup_date',
      ),
    ).toBe(0);
    expect(value('SELECT COUNT(*) FROM orders WHERE shipped_date < order_date')).toBe(0);
    expect(
      value(
        'SELECT COUNT(*) FROM order_items AS oi JOIN orders AS o ON o.order_id = oi.order_id JOIN products AS p ON p.product_id = oi.product_id WHERE o.order_date < p.launch_date',
      ),
    ).toBe(0);
    expect(
      value(
        "SELECT MAX(d) FROM (SELECT MAX(review_date) AS d FROM reviews UNION SELECT MAX(return_date) FROM returns UNION SELECT MAX(paid_date) FROM payments) WHERE d > '2025-12-31'",
      ),
    ).toBe(0);
  });

  test('order totals and payments add up to the cent', () => {
    expect(
      value(
        'SELECT COUNT(*) FROM orders AS o WHERE ABS(o.order_total - o.shipping_cost - (SELECT SUM(quantity * unit_price) FROM order_items AS oi WHERE oi.order_id = o.order_id)) > 0.001',
      ),
    ).toBe(0);
    expect(
      value(
        'SELECT COUNT(*) FROM orders AS o WHERE ABS(o.order_total * 100 - (SELECT SUM(amount_cents) FROM payments AS p WHERE p.order_id = o.order_id)) > 0.1',
      ),
    ).toBe(0);
  });

  test('December beats February, and a fifth of the products makes over 40 % of the revenue', () => {
    const month = (number: string): number =>
      value(`SELECT COUNT(*) FROM orders WHERE strftime('%m', order_date) = '${number}'`);
    expect(month('12')).toBeGreaterThan(1.5 * month('02'));
    const top = value(
      'SELECT SUM(r) FROM (SELECT SUM(quantity * unit_price) AS r FROM order_items GROUP BY product_id ORDER BY r DESC LIMIT 11)',
    );
    expect(top / value('SELECT SUM(quantity * unit_price) FROM order_items')).toBeGreaterThan(0.4);
  });
});

describe('traps', () => {
  const REVENUE_OF_PRODUCT =
    '(SELECT SUM(quantity * unit_price) FROM order_items AS oi WHERE oi.product_id = p.product_id)';
  const atLeastOne: readonly [string, string][] = [
    ['total_sales is far behind', `SELECT COUNT(*) FROM products AS p WHERE total_sales < 0.8 * ${REVENUE_OF_PRODUCT}`],
    [
      'total_sales is 0 for some that were sold',
      `SELECT COUNT(*) FROM products AS p WHERE total_sales = 0 AND ${REVENUE_OF_PRODUCT} > 0`,
    ],
    [
      'list_price differs without a discount',
      "SELECT COUNT(*) FROM order_items AS oi JOIN products AS p ON p.product_id = oi.product_id WHERE oi.discount_pct = '0' AND oi.unit_price <> p.list_price",
    ],
    ['order_total contains shipping', 'SELECT COUNT(*) FROM orders WHERE shipping_cost > 0'],
    [
      'order_total fans out',
      'SELECT (SELECT SUM(order_total) FROM orders AS o JOIN order_items AS oi ON oi.order_id = o.order_id) > 1.5 * (SELECT SUM(order_total) FROM orders)',
    ],
    [
      'cancelled orders have lines',
      "SELECT COUNT(*) FROM order_items AS oi JOIN orders AS o ON o.order_id = oi.order_id WHERE o.status = 'cancelled'",
    ],
    [
      'orders go abroad',
      'SELECT COUNT(*) FROM orders AS o JOIN customers AS c ON c.customer_id = o.customer_id WHERE o.ship_country <> c.country',
    ],
    [
      'two sold products share a name',
      'SELECT COUNT(*) FROM products AS p JOIN products AS q ON q.name = p.name AND q.product_id > p.product_id WHERE EXISTS (SELECT 1 FROM order_items WHERE product_id = p.product_id) AND EXISTS (SELECT 1 FROM order_items WHERE product_id = q.product_id)',
    ],
    ['never sold', 'SELECT COUNT(*) FROM products WHERE product_id NOT IN (SELECT product_id FROM order_items)'],
    ['no shipped_date, cancelled', "SELECT COUNT(*) FROM orders WHERE shipped_date IS NULL AND status = 'cancelled'"],
    [
      'no shipped_date, not cancelled',
      "SELECT COUNT(*) FROM orders WHERE shipped_date IS NULL AND status <> 'cancelled'",
    ],
    [
      'discount_pct sorts as text',
      "SELECT COUNT(*) FROM order_items WHERE typeof(discount_pct) = 'text' AND discount_pct > '10' AND CAST(discount_pct AS INTEGER) < 10",
    ],
    [
      'amounts in cents',
      'SELECT COUNT(*) FROM payments AS pay JOIN orders AS o ON o.order_id = pay.order_id WHERE pay.amount_cents > o.order_total * 99',
    ],
    [
      'several payments for one order',
      'SELECT COUNT(*) FROM (SELECT order_id FROM payments GROUP BY order_id HAVING COUNT(*) > 1)',
    ],
  ];
  test.each(atLeastOne)('%s', (_, sql) => {
    expect(value(sql)).toBeGreaterThanOrEqual(1);
  });

  test('what falls into a trap gives another result', () => {
    const traps = GOLDS.flatMap((gold) => gold.wrong.map((wrong) => ({ gold, wrong })));
    expect(traps.length).toBeGreaterThanOrEqual(40);
    for (const { gold, wrong } of traps) {
      expect(shop.rows(wrong).length, wrong).toBeGreaterThan(0);
      for (const sql of [gold.sql, ...gold.also])
        expect(sameResult(shop.rows(wrong), shop.rows(sql)), wrong).toBe(false);
    }
  });
});

describe('questions', () => {
  test('enough of them, with paraphrases, all different', () => {
    expect(questions.length).toBeGreaterThanOrEqual(200);
    expect(golds.length).toBeGreaterThanOrEqual(110);
    expect(golds.length).toBe(GOLDS.length);
    expect(new Set(questions.map((one) => one.id)).size).toBe(questions.length);
    expect(new Set(questions.map((one) => normalised(one.question))).size).toBe(questions.length);
    expect(GOLDS.filter((gold) => gold.ask.length >= 4).length).toBeGreaterThanOrEqual(15);
  });

  test('levels are about 45 : 35 : 20', () => {
    const share = (level: string): number => golds.filter((one) => one.level === level).length / golds.length;
    expect(share('easy')).toBeCloseTo(0.45, 1);
    expect(share('medium')).toBeCloseTo(0.35, 1);
    expect(share('hard')).toBeCloseTo(0.2, 1);
  });

  test('about 35 % of the golds are held out, of every kind and level', () => {
    const heldOut = golds.filter((one) => one.split === 'held-out');
    expect(heldOut.length / golds.length).toBeGreaterThan(0.3);
    expect(heldOut.length / golds.length).toBeLessThan(0.4);
    for (const split of ['train', 'held-out']) {
      const sql = new Set(golds.filter((one) => one.split === split).map((one) => one.sql));
      const there = GOLDS.filter((gold) => sql.has(gold.sql));
      expect([...new Set(there.map((gold) => gold.kind))].sort()).toEqual([...KINDS].sort());
      expect(new Set(there.map((gold) => gold.level)).size).toBe(3);
    }
  });

  test('no accepted SQL is on both sides of the split, nor belongs to two golds', () => {
    const owner = new Map<string, string>();
    for (const gold of golds) {
      for (const sql of accepted(gold).map(normalised)) {
        expect(owner.get(sql) ?? gold.sql, sql).toBe(gold.sql);
        owner.set(sql, gold.sql);
      }
    }
    for (const one of questions) expect(one.split).toBe(golds.find((gold) => gold.sql === one.sql)?.split);
  });

  test('every accepted SQL runs, has rows, and is not a lone 0 or NULL', () => {
    for (const gold of golds) {
      for (const sql of accepted(gold)) {
        const rows = shop.rows(sql);
        expect(rows.length, sql).toBeGreaterThan(0);
        if (rows.length === 1)
          expect(
            rows[0]?.some((cell) => cell !== null && cell !== 0),
            sql,
          ).toBe(true);
        expect(sql, 'a single SELECT in single quotes').toMatch(/^SELECT [^";]*$/);
      }
    }
  });

  test('no ORDER BY and no LIMIT meets a tie', () => {
    let checked = 0;
    for (const sql of golds.flatMap(accepted)) {
      expect(/ LIMIT /.test(sql) && !/ ORDER BY /.test(sql), sql).toBe(false);
      const keys = sortKeyQuery(sql);
      if (keys === undefined) continue;
      checked++;
      const rows = shop.rows(keys);
      rows.slice(1).forEach((row, index) => {
        const tie = row.every((cell, column) => sameValue(cell, rows[index]?.[column]));
        expect(tie, `${sql}: tie at ${JSON.stringify(row)}`).toBe(false);
      });
    }
    expect(checked).toBeGreaterThanOrEqual(30);
  });

  test('results do not depend on the order in which SQLite visits rows', () => {
    const forward = golds.map((gold) => shop.rows(gold.sql));
    shop.rows('PRAGMA reverse_unordered_selects = 1');
    try {
      golds.forEach((gold, index) => {
        expect(sameResult(shop.rows(gold.sql), forward[index] ?? []), gold.sql).toBe(true);
      });
    } finally {
      shop.rows('PRAGMA reverse_unordered_selects = 0');
    }
  });

  test('alternatives say something the gold does not, or say it otherwise', () => {
    for (const gold of golds)
      expect(new Set(accepted(gold).map(normalised)).size, gold.sql).toBe(accepted(gold).length);
  });
});

describe('definitions', () => {
  test('each has a term, a meaning and SQL that returns rows', () => {
    for (const one of definitions) {
      expect(one.term.length * one.means.length).toBeGreaterThan(0);
      expect(shop.rows(one.sql).length, one.term).toBeGreaterThan(0);
    }
  });

  test('the golds keep to them', () => {
    for (const { question, sql } of questions) {
      const asks = (word: RegExp): boolean => word.test(question.toLowerCase());
      if (asks(/revenue|turnover|income|sales in euros|total sales\b/))
        expect(sql, question).toMatch(/quantity \* \(?(oi\.|p\.list_price - oi\.)?unit_price/);
      expect(/total_sales/.test(sql), question).toBe(asks(/total_sales/));
      expect(/'cancelled'/.test(sql), question).toBe(asks(/cancel/));
      if (/order_total/.test(sql))
        expect(asks(/order total|shipping included|total (above|over)|highest total|average order/), question).toBe(
          true,
        );
      if (/amount_cents/.test(sql)) expect(asks(/paid|payment/), question).toBe(true);
      if (/ship_country/.test(sql))
        expect(asks(/ship|destination|went (to|abroad)|orders to france/), question).toBe(true);
      if (/discount_pct/.test(sql) && !/<> '0'/.test(sql)) expect(sql).toMatch(/CAST\(discount_pct/);
      if (/ p\.name/.test(sql) && /GROUP BY p\./.test(sql)) expect(sql).toMatch(/GROUP BY p\.product_id/);
    }
  });
});

test('docs/datasets.md gives the true numbers', () => {
  const text = readFileSync(new URL('../../docs/datasets.md', import.meta.url), 'utf8').replaceAll(
    /(\d),(\d)/g,
    '$1$2',
  );
  const tables = [...text.matchAll(/^\| `(\w+)` \((\d+)\)/gm)];
  expect(tables).toHaveLength(9);
  for (const [, table, count] of tables)
    expect(value(`SELECT COUNT(*) FROM ${String(table)}`), table).toBe(Number(count));
  const level = (name: string): number => golds.filter((gold) => gold.level === name).length;
  const split = (name: string): number => golds.filter((gold) => gold.split === name).length;
  expect(text).toContain(`${questions.length} questions for ${golds.length} gold SQLs: ${level('easy')} easy`);
  expect(text).toContain(`${level('medium')} medium`);
  expect(text).toContain(`${level('hard')} hard`);
  expect(text).toContain(`${split('train')} golds are for training, ${split('held-out')} held out`);
});
