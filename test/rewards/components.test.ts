import { describe, expect, test } from 'vitest';
import { reasonWords } from '../../src/grpo/reason-words.ts';
import type { Database, Execution, RewardScore } from '../../src/grpo/types.ts';
import { makeAnalyser } from '../../src/linking/analyse.ts';
import { goldReward, runGold } from '../../src/rewards/gold.ts';
import { makeRewardModel, weightedTotal } from '../../src/rewards/total.ts';
import { structureOf } from '../../src/sql/structure.ts';
import { nearestName, parserFor, validityReward } from '../../src/rewards/validity.ts';
import { BAKERY, openScorer, REFERENCE_FREE } from './databases.ts';

const QUESTION = 'Show total revenue by product';
const GOOD =
  'SELECT p.name, SUM(oi.quantity * oi.unit_price) AS revenue FROM products AS p JOIN order_items AS oi ON oi.product_id = p.id GROUP BY p.name';

async function componentsOf(sql: string, question = QUESTION): Promise<Record<string, RewardScore | undefined>> {
  const { score, database } = await openScorer(BAKERY);
  const [scored] = await score(question, sql);
  database.close();
  return scored?.components ?? {};
}
const said = (score: RewardScore | undefined): string => (score?.reasons ?? []).map(reasonWords).join(' ');

test('every value is the sum of its reasons, clamped, and the total is their weighted mean', async () => {
  const { score, database } = await openScorer(BAKERY);
  const texts = [
    GOOD,
    'SELECT * FROM products',
    'SELECT nme FROM products',
    'SELECT FROM',
    'SELECT name FROM products, orders WHERE price > 3',
    "SELECT name FROM products WHERE name = 'x'",
    'DELETE FROM products',
    'SELECT NULL FROM products',
    'SELECT city FROM customers',
  ];
  for (const { components, total } of await score(QUESTION, ...texts)) {
    for (const component of Object.values(components)) {
      const sum = component.reasons.reduce((points, one) => points + one.points, 0);
      if (component.value === null) expect(sum).toBe(0);
      else expect(component.value).toBeCloseTo(Math.max(-1, Math.min(1, sum)), 9);
      expect(component.reasons.length).toBeGreaterThan(0);
    }
    if (components.quality?.value !== -1) expect(total).toBe(weightedTotal(components, REFERENCE_FREE));
    expect(total).toBeGreaterThanOrEqual(-1);
    expect(total).toBeLessThanOrEqual(1);
  }
  database.close();
});

test('only a completion that lacks every component with a weight has no total', () => {
  const value = (one: number | null): RewardScore => ({ value: one, reasons: [] });
  expect(weightedTotal({ quality: value(null), format: value(0.4) }, REFERENCE_FREE)).toBeCloseTo(0.4, 12);
  expect(weightedTotal({ quality: value(null), format: value(null) }, REFERENCE_FREE)).toBeNull();
  expect(weightedTotal({ gold: value(1) }, REFERENCE_FREE)).toBeNull();
});

describe('validity is SQLite’s verdict', () => {
  test.each([
    [GOOD, 1, 'compiles'],
    ['SELECT products.price::int FROM products', -1, 'cannot compile'],
    ['SELECT name FROM products INTERSECT SELECT full_name FROM customers', 1, 'compiles'],
    ['SELECT nme FROM products', -0.5, 'Did it mean "products.name"?'],
    ['SELECT name FROM product', -0.5, 'Did it mean "products"?'],
    ['SELECT full_name FROM products', -0.5, 'is a column of customers'],
    ['SELECT name FORM products WHERE (price > 3', -1, 'The "(" at character 33 is never closed.'],
    ['DELETE FROM products', -1, 'Refused'],
    ['SELECT 1; SELECT 2', -1, 'Refused'],
    ['', -1, 'no SQL'],
  ])('%s', async (sql, value, text) => {
    const { validity } = await componentsOf(sql);
    expect(validity?.value).toBe(value);
    expect(said(validity)).toContain(text);
  });

  test('the parser is loaded for what nothing else explains, and takes no part in the score', async () => {
    const { database } = await openScorer(BAKERY);
    const { schema } = database;
    const LEFT_OUT = 'SELECT name FROM products GROUP name';
    const scored = async (sql: string) => {
      const [execution] = await database.execute([sql]);
      if (execution === undefined) throw new Error('one SQL has one execution');
      const completed = { sql, execution, schema, structure: structureOf(sql, schema) };
      const parser = await parserFor([completed]);
      return { parser, without: validityReward(completed), explained: validityReward(completed, parser) };
    };
    for (const sql of [GOOD, 'SELECT nme FROM products', 'SELECT (name FROM products', 'DELETE FROM products', ''])
      expect((await scored(sql)).parser, sql).toBeNull();
    const { without, explained } = await scored(LEFT_OUT);
    expect(said(explained)).toContain('after “GROUP”');
    expect(said(without)).not.toContain('after “GROUP”');
    expect(without.value).toBe(explained.value);
    database.close();
  });

  test('names are suggested only when they are near', () => {
    expect(nearestName('custmer', ['customers', 'orders'])).toBe('customers');
    expect(nearestName('weather', ['customers', 'orders'])).toBeNull();
    expect(nearestName('', [])).toBeNull();
  });
});

describe('execution', () => {
  const RUNAWAY = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n, products';
  test.each([
    [GOOD, 1],
    ["SELECT name FROM products WHERE name = 'none'", -0.5],
    ["SELECT MAX(price) FROM products WHERE name = 'none'", 0.1],
    ['SELECT 1', 0],
    ['SELECT name FROM sqlite_schema', 0],
    ['SELECT 1 WHERE 0', -1],
    [RUNAWAY, -1],
    ['SELECT abs(-9223372036854775808) FROM products', -1],
    ['SELEC', -1],
  ])('%s gives %d', async (sql, value) => {
    expect((await componentsOf(sql)).execution?.value).toBe(value);
  });
});

describe('format', () => {
  const value = async (sql: string): Promise<number> => (await componentsOf(sql)).format?.value ?? Number.NaN;
  test('plain SQL has the full score, with or without what it need not have', async () => {
    for (const sql of [
      'SELECT name FROM products',
      'SELECT product_id, SUM(quantity) FROM order_items GROUP BY product_id',
      GOOD,
      'SELECT AVG(price) FROM products',
      'SELECT CAST(price AS TEXT) AS p FROM products AS x',
    ])
      expect(await value(sql), sql).toBe(1);
  });
  test('what invites mistakes costs', async () => {
    const joined = await value(
      'SELECT products.name FROM products JOIN order_items ON order_items.product_id = products.id',
    );
    expect(joined).toBe(1);
    const comma = await value(
      'SELECT products.name FROM products, order_items WHERE order_items.product_id = products.id',
    );
    expect(comma).toBeLessThan(joined);
    expect(await value('SELECT products.name FROM products, order_items')).toBeLessThan(comma);
    expect(
      await value('SELECT products.name FROM products JOIN order_items ON products.id = products.id'),
    ).toBeLessThan(comma);
    expect(await value('SELECT * FROM products')).toBeLessThan(comma);
    expect(await value('SELECT name, name FROM products')).toBeLessThan(1);
    expect(
      await value('SELECT a.name, b.name FROM products a JOIN products b ON a.category = b.category'),
    ).toBeLessThan(1);
    expect(await value('SELECT productname AS n, SUM(x) AS y FROM revenue_summary')).toBe(0);
  });
});

describe('quality', () => {
  const value = async (sql: string, question?: string): Promise<number> =>
    (await componentsOf(sql, question)).quality?.value ?? Number.NaN;
  test('sees the right value in the right column', async () => {
    const question = 'How many customers live in Bern?';
    const right = await value("SELECT COUNT(*) FROM customers WHERE city = 'Bern'", question);
    expect(right).toBeGreaterThan(await value('SELECT COUNT(*) FROM customers', question));
    expect(right).toBeGreaterThan(await value("SELECT COUNT(*) FROM customers WHERE full_name = 'Bern'", question));
    expect(right).toBeGreaterThan(await value("SELECT COUNT(*) FROM customers WHERE city = 'bern'", question));
    expect(right).toBeGreaterThan(await value("SELECT full_name FROM customers WHERE city = 'Bern'", question));
  });
  test('sees direction and limit of a superlative', async () => {
    const question = 'What are the names of the 3 most expensive products?';
    const right = await value('SELECT name FROM products ORDER BY price DESC LIMIT 3', question);
    expect(right).toBeGreaterThan(await value('SELECT name FROM products ORDER BY price ASC LIMIT 3', question));
    expect(right).toBeGreaterThan(await value('SELECT name FROM products ORDER BY price DESC LIMIT 1', question));
    expect(right).toBeGreaterThan(await value('SELECT name FROM products', question));
  });
  test('sees a negation, a needless table and a needless column', async () => {
    const question = 'Which products are not in the category bread?';
    const right = await value("SELECT name FROM products WHERE category != 'bread'", question);
    expect(right).toBeGreaterThan(await value("SELECT name FROM products WHERE category = 'bread'", question));
    expect(right).toBeGreaterThan(
      await value(
        "SELECT p.name FROM products p JOIN order_items oi ON oi.product_id = p.id WHERE p.category != 'bread'",
        question,
      ),
    );
  });
  test('sees what is asked to be shown', async () => {
    const question = 'What are the name and price of the products in the category bread?';
    const right = await value("SELECT name, price FROM products WHERE category = 'bread'", question);
    for (const list of ['name', 'price', 'id, price', 'name, price, id', 'category, price', '*'])
      expect(await value(`SELECT ${list} FROM products WHERE category = 'bread'`, question), list).toBeLessThan(right);
  });
  test('sees the side of a comparison and the direction of an order', async () => {
    const above = 'Show the names of products with a price of more than 3.';
    expect(await value('SELECT name FROM products WHERE price > 3', above)).toBeGreaterThan(
      await value('SELECT name FROM products WHERE price < 3', above),
    );
    expect(await value('SELECT name FROM products WHERE price >= 4', above)).toBe(
      await value('SELECT name FROM products WHERE price > 3', above),
    );
    const order = 'List the names of all products ordered by price from high to low.';
    const right = await value('SELECT name FROM products ORDER BY price DESC', order);
    expect(right).toBeGreaterThan(await value('SELECT name FROM products ORDER BY price', order));
    expect(right).toBeGreaterThan(await value('SELECT name FROM products', order));
  });
  test('sees one figure asked for, a count multiplied by a join, and identifiers added up', async () => {
    const question = 'How many customers live in Bern?';
    const right = await value("SELECT COUNT(*) FROM customers WHERE city = 'Bern'", question);
    expect(right).toBeGreaterThan(
      await value(
        "SELECT COUNT(*) FROM customers c JOIN orders o ON o.customer_id = c.id WHERE c.city = 'Bern'",
        question,
      ),
    );
    expect(right).toBeGreaterThan(
      await value("SELECT COUNT(*) FROM customers WHERE city = 'Bern' GROUP BY full_name", question),
    );
    expect(right).toBeGreaterThan(await value("SELECT SUM(id) FROM customers WHERE city = 'Bern'", question));
  });
  test('where nothing in the question can be linked, nothing speaks for the SQL', async () => {
    expect(await value('SELECT name FROM products', 'Hmm?')).toBe(-0.5);
  });
});

describe('gold', () => {
  const question = { id: 'q', question: QUESTION, sql: GOOD, split: 'train' } as const;
  const score = async (sql: string, gold: { sql?: string; sqlAlternatives?: string[] }): Promise<RewardScore> => {
    const { database } = await openScorer(BAKERY);
    const [execution] = await database.execute([sql]);
    const result = goldReward(await runGold({ ...question, ...gold }, database), execution as Execution);
    database.close();
    return result;
  };
  test('+1 for the same result in other words, −1 for another result', async () => {
    expect(
      (
        await score(
          'SELECT SUM(quantity * unit_price), name FROM order_items JOIN products ON id = product_id GROUP BY product_id',
          {},
        )
      ).value,
    ).toBe(1);
    expect((await score('SELECT name, SUM(price) FROM products GROUP BY name', {})).value).toBe(-1);
    expect((await score('SELECT name FROM', {})).value).toBe(-1);
    expect((await score('SELECT city FROM customers', { sqlAlternatives: ['SELECT city FROM customers'] })).value).toBe(
      1,
    );
  });
  test('null with a reason where gold teaches nothing', async () => {
    for (const sql of [
      "SELECT name FROM products WHERE name = 'none'",
      "SELECT COUNT(*) FROM products WHERE name = 'none'",
      'SELECT name FROM nowhere',
    ]) {
      const scored = await score(GOOD, { sql });
      expect(scored.value).toBeNull();
      expect(said(scored)).toMatch(/gold SQL/);
    }
  });
  test('gold runs once per question, and never without a weight', async () => {
    const { database } = await openScorer(BAKERY);
    let runs = 0;
    const counting: Database = {
      schema: database.schema,
      close: () => undefined,
      execute: (sql, options) => {
        runs += sql.length;
        return database.execute(sql, options);
      },
    };
    const [execution] = await database.execute([GOOD]);
    const completions = [{ sql: GOOD, execution: execution as Execution }];
    const analyse = makeAnalyser(database.schema);
    const free = makeRewardModel({ schema: database.schema, database: counting, weights: REFERENCE_FREE, analyse });
    expect((await free.score(question, completions))[0]?.components.gold).toBeUndefined();
    expect(runs).toBe(0);
    const withGold = makeRewardModel({
      schema: database.schema,
      database: counting,
      weights: { ...REFERENCE_FREE, gold: 1, agreement: 0, feedback: 0 },
      analyse,
    });
    await withGold.score(question, completions);
    const [scored] = await withGold.score(question, completions);
    expect(runs).toBe(1);
    expect(scored?.components.gold?.value).toBe(1);
    database.close();
  });
  test('a constant that hits the gold result by luck stays gated', async () => {
    const { score: scoreAll, database } = await openScorer(BAKERY, {
      ...REFERENCE_FREE,
      gold: 1,
      agreement: 0,
      feedback: 0,
    });
    const counted = {
      id: 'c',
      question: 'How many customers live in Bern?',
      sql: "SELECT COUNT(*) FROM customers WHERE city = 'Bern'",
      split: 'train',
    } as const;
    const [lucky, honest] = await scoreAll(counted, 'SELECT 2', counted.sql);
    expect(lucky?.components.gold?.value).toBe(1);
    expect(lucky?.total).toBe(-1);
    expect(honest?.total).toBeGreaterThan(0.7);
    database.close();
  });
});
