import fc from 'fast-check';
import sqlite from 'node-sql-parser/build/sqlite.js';
import { describe, expect, test } from 'vitest';
import type { Schema } from '../../src/grpo/types.ts';
import { reasonWords } from '../../src/grpo/reason-words.ts';
import { explainSyntax } from '../../src/sql/explain.ts';
import { patternsOf, spansOf } from '../../src/sql/patterns.ts';
import { structureOf } from '../../src/sql/structure.ts';

const table = (name: string, ...columns: string[]): Schema['tables'][number] => ({
  name,
  kind: 'table',
  columns: columns.map((column) => ({ name: column, type: '', primaryKey: column === 'id', notNull: false })),
  foreignKeys: [],
  rowCount: null,
});
const SCHEMA: Schema = {
  tables: [
    table('products', 'id', 'name', 'price'),
    table('order_items', 'order_id', 'product_id', 'quantity', 'unit_price'),
    table('orders', 'id', 'status', 'Ordered At'),
    table('log', 'desc', 'key', 'order_id'),
  ],
  profiles: [],
};
const read = (sql: string): ReturnType<typeof structureOf> => structureOf(sql, SCHEMA);
const columns = (sql: string): string[] =>
  read(sql).columns.map(
    (use) =>
      `${use.clause} ${use.table ?? '?'}.${use.column ?? use.text}${use.status === 'column' ? '' : ` ${use.status}`}`,
  );

const REVENUE =
  "SELECT p.name, SUM(oi.quantity * oi.unit_price) AS revenue FROM products p JOIN order_items AS oi ON oi.product_id = p.id WHERE p.price BETWEEN 2 AND 5 AND LOWER(p.name) NOT LIKE '%x%' GROUP BY 1 HAVING COUNT(*) > 3 ORDER BY revenue DESC LIMIT 5";

describe('structureOf', () => {
  test('reads every clause of a query', () => {
    const s = read(REVENUE);
    expect(s.complete).toBe(true);
    expect(s.tables.map(({ name, alias, kind }) => [name, alias, kind])).toEqual([
      ['products', 'p', 'table'],
      ['order_items', 'oi', 'table'],
    ]);
    expect(s.select.map(({ text, alias }) => [text, alias])).toEqual([
      ['products.name', null],
      ['SUM(order_items.quantity * order_items.unit_price)', 'revenue'],
    ]);
    expect(s.joins).toMatchObject([{ kind: 'inner', table: 'order_items', hasCondition: true }]);
    expect(
      s.literals.map(({ column, aggregate, operator, value }) => [column?.text ?? aggregate?.name, operator, value]),
    ).toEqual([
      ['p.price', 'BETWEEN', 2],
      ['p.price', 'BETWEEN', 5],
      ['p.name', 'NOT LIKE', '%x%'],
      ['COUNT', '>', 3],
      [undefined, null, 5],
    ]);
    expect(s.groupBy.map(({ text }) => text)).toEqual(['products.name']);
    expect(s.orderBy.map(({ text, direction }) => [text, direction])).toEqual([
      ['SUM(order_items.quantity * order_items.unit_price)', 'DESC'],
    ]);
    expect(s.limits).toMatchObject([{ count: 5, depth: 0 }]);
    expect(s.unresolved).toEqual([]);
  });

  test('resolves names as SQLite does', () => {
    expect(columns('SELECT id FROM products, orders')).toEqual(['select products.id ambiguous']);
    expect(
      columns(
        'SELECT name FROM products WHERE EXISTS (SELECT 1 FROM order_items WHERE product_id = products.id AND price > 2)',
      ),
    ).toEqual(['select products.name', 'where order_items.product_id', 'where products.id', 'where products.price']);
    expect(columns('SELECT t.a FROM (SELECT price AS a, price + 1 AS b FROM products) AS t WHERE b > 1')).toEqual(
      ['select products.price', 'select products.price', 'select products.price', 'where ?.b derived']
        .sort()
        .reverse()
        .sort((a, b) => (a.startsWith('where') ? 1 : 0) - (b.startsWith('where') ? 1 : 0)),
    );
    expect(columns('WITH t(a) AS (SELECT price FROM products) SELECT a FROM t')).toEqual([
      'select products.price',
      'select products.price',
    ]);
    expect(columns('SELECT "Ordered At", [status] FROM ORDERS')).toEqual([
      'select orders.Ordered At',
      'select orders.status',
    ]);
    expect(columns('SELECT order_id FROM order_items JOIN log USING (order_id)').at(-1)).toBe(
      'select order_items.order_id',
    );
    expect(columns('SELECT desc, key FROM log ORDER BY desc DESC')).toEqual([
      'select log.desc',
      'select log.key',
      'order log.desc',
    ]);
    expect(columns('SELECT price AS p FROM products ORDER BY p')).toEqual([
      'select products.price',
      'order products.price',
    ]);
    expect(columns('SELECT rowid FROM products')).toEqual(['select ?.rowid system']);
  });

  test('names what nothing has', () => {
    expect(read('SELECT nme FROM products').unresolved).toEqual([{ start: 7, end: 10, name: 'nme', kind: 'column' }]);
    expect(read('SELECT a FROM nowhere').unresolved).toEqual([{ start: 14, end: 21, name: 'nowhere', kind: 'table' }]);
    expect(read('SELECT products.id FROM products AS p').unresolved).toHaveLength(1);
  });

  test.each([
    ['SELECT p.id FROM products p, order_items o WHERE o.product_id = p.id', 'comma', true],
    ['SELECT p.id FROM products p, order_items o', 'comma', false],
    ['SELECT p.id FROM products p JOIN order_items o', 'inner', false],
    ['SELECT p.id FROM products p JOIN order_items o ON 1 = 1', 'inner', false],
    ['SELECT p.id FROM products p LEFT OUTER JOIN order_items o ON o.product_id = p.id', 'left', true],
    ['SELECT 1 FROM orders NATURAL JOIN log', 'natural', true],
    ['SELECT 1 FROM orders CROSS JOIN log', 'cross', false],
    ['SELECT 1 FROM order_items JOIN log USING (order_id)', 'inner', true],
  ])('join: %s', (sql, kind, hasCondition) => {
    expect(read(sql).joins).toMatchObject([{ kind, hasCondition }]);
  });

  test.each([
    ["SELECT 'x' FROM products", true],
    ['SELECT 1 + 2', true],
    ['SELECT MAX(1) FROM products', true],
    ['SELECT (SELECT 1) FROM products', true],
    ['SELECT COUNT(*)', true],
    ['SELECT COUNT(*) FROM products', false],
    ['SELECT COUNT(1) FROM products', false],
    ['SELECT (SELECT COUNT(*) FROM products)', false],
    ['SELECT ROW_NUMBER() OVER () FROM products', false],
    ['SELECT -price FROM products', false],
  ])('constant output? %s: %s', (sql, constant) => {
    expect(read(sql).select.map((item) => item.constant)).toEqual([constant]);
  });

  test('set operations, subqueries, windows, CASE, DISTINCT, IS DISTINCT FROM', () => {
    const s = read(
      "SELECT DISTINCT CASE WHEN price IS DISTINCT FROM 3 THEN 'a' ELSE name END AS k, SUM(price) OVER (PARTITION BY name ORDER BY id) FROM products WHERE id NOT IN (SELECT product_id FROM order_items) UNION ALL SELECT status, 1 FROM orders ORDER BY k NULLS LAST LIMIT 10 OFFSET 2",
    );
    expect(s).toMatchObject({
      complete: true,
      subqueries: 1,
      setOperations: [{ operator: 'UNION ALL' }],
      distinct: [{ start: 7, end: 15 }],
      aggregates: [{ name: 'SUM', window: true }],
      limits: [{ count: 10 }],
      unresolved: [],
    });
    expect(s.comparisons).toMatchObject([{ operator: 'NOT IN', right: null }]);
    expect(s.orderBy).toHaveLength(1);
  });

  test.each([
    'SELECT name FROM products WHERE (price > 3',
    "SELECT name FROM products WHERE name = 'x",
    'name FROM products',
    'SELECT name FROM products; SELECT 1',
    'SELECT name $ FROM products',
    '',
  ])('broken SQL still says what it can: %s', (sql) => {
    expect(read(sql).complete).toBe(false);
  });

  test('never throws, on anything', () => {
    const word = fc.constantFrom(
      'SELECT',
      'FROM',
      'WHERE',
      'products',
      'p',
      'name',
      ',',
      '(',
      ')',
      '.',
      '*',
      'JOIN',
      'ON',
      '=',
      'AND',
      'GROUP',
      'BY',
      'COUNT',
      "'x'",
      '1',
      'UNION',
      'WITH',
      'AS',
      'IN',
      'NOT',
      'BETWEEN',
      'CASE',
      'END',
      'OVER',
      'LIMIT',
      'ORDER',
      '-',
      'NATURAL',
      'USING',
      'NULL',
      'IS',
      'VALUES',
      ';',
      'EXISTS',
      'HAVING',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        const sql = words.join(' ');
        for (const use of read(sql).columns) expect(sql.slice(use.start, use.end)).toBe(use.text);
        patternsOf(read(sql));
      }),
      { numRuns: 2000 },
    );
  });

  test('deep nesting and long lists end', () => {
    expect(read(`SELECT ${'('.repeat(5000)}1${')'.repeat(5000)}`).complete).toBe(false);
    expect(read(`SELECT ${'(SELECT '.repeat(3000)}`).complete).toBe(false);
    const long = read(`SELECT ${Array.from({ length: 5000 }, () => 'price').join(', ')} FROM products`);
    expect(long.select).toHaveLength(256);
    expect(long.complete).toBe(false);
    expect(read(`SELECT ${Array.from({ length: 200 }, () => 'price').join(', ')} FROM products`)).toMatchObject({
      complete: true,
      select: { length: 200 },
    });
    const joined = read(`SELECT 1 FROM orders${', products'.repeat(500)} WHERE orders.id = products.id`);
    expect(joined.tables).toHaveLength(64);
    expect(joined.complete).toBe(false);
    expect(joined.joins.every((join) => join.hasCondition)).toBe(true);
  });

  const times = (n: number, piece: string): string => piece.repeat(n);
  test.each([
    ['subqueries in FROM', `SELECT * FROM ${times(2500, '(SELECT * FROM ')}customers${times(2500, ')')}`],
    ['UNION in FROM', times(1000, 'SELECT a FROM t UNION SELECT a FROM (')],
    ['joins in parentheses', `SELECT 1 FROM ${times(9000, '(t JOIN ')}t${times(9000, ')')}`],
    ['joins that never close', `SELECT 1 FROM ${times(9000, '(t JOIN ')}`],
    ['CTEs', times(5000, 'WITH c AS (')],
    ['CTEs without a body', `SELECT ${times(2400, '(WITH a SELECT SELECT x UNION SELECT 1),')}`],
    ['subqueries in subqueries', `${times(4000, 'WITH a SELECT SELECT x, (')}`],
    ['ORDER BY', `SELECT id${times(16_000, ',id')} FROM products ORDER BY id${times(16_000, ',id')}`],
    ['GROUP BY', `SELECT id FROM products GROUP BY id${times(30_000, ',id')}`],
    ['joins', `SELECT 1 FROM orders${times(4000, ',products')} WHERE 1${times(2000, ' AND orders.id = products.id')}`],
    ['USING without a list', `SELECT 1 FROM orders${times(6000, ' JOIN log USING')}`],
    ['stars', `SELECT *${times(20_000, ',*')} FROM orders${times(5000, ',log')}`],
    ['IN', `SELECT 1 FROM products WHERE id IN (1${times(100_000, ',1')})`],
    [
      'an aggregate and its list',
      `SELECT 1 FROM products HAVING SUM(id${times(16_000, '+id')}) IN (1${times(24_000, ',1')})`,
    ],
    ['aggregates in aggregates', `SELECT ${times(100, `${times(190, 'SUM(')}id${times(190, ')')}+`)}1 FROM products`],
    [
      'names in subqueries',
      `SELECT ${times(95, '(SELECT 1+')}${times(10_000, 'nobody+')}1${times(95, ' FROM log,log,log,log)')}`,
    ],
  ])(
    '100,000 characters of %s end, and give patterns',
    (_, sql) => {
      const structure = read(sql);
      expect(structure.sql).toBe(sql);
      expect(patternsOf(structure).length).toBeLessThan(20_000);
    },
    15_000,
  );
});

describe('patterns', () => {
  test('have readable names that do not depend on aliases or layout', () => {
    const names = patternsOf(read(REVENUE)).map((one) => one.pattern);
    expect(names).toEqual(
      expect.arrayContaining([
        'SELECT products.name',
        'SUM',
        'SUM(order_items.quantity * order_items.unit_price)',
        'JOIN',
        'JOIN order_items–products',
        'WHERE products.price BETWEEN <number>',
        'WHERE products.name NOT LIKE <value>',
        'GROUP BY products.name',
        'GROUP BY',
        'HAVING COUNT(*) > <number>',
        'ORDER BY SUM(order_items.quantity * order_items.unit_price) DESC',
        'ORDER BY … DESC',
        'LIMIT <number>',
      ]),
    );
    const again = REVENUE.replaceAll('oi.', 'x.')
      .replace('AS oi', 'x')
      .replaceAll('p.', 'products.')
      .replace('products p', 'products')
      .toLowerCase()
      .replace('%X%', '%x%');
    expect(patternsOf(read(again)).map((one) => one.pattern)).toEqual(names);
  });
  test.each([
    ['SELECT * FROM products, orders', ['SELECT *', 'cross join']],
    [
      "SELECT COUNT(*) FROM orders WHERE status = 'paid'",
      ['COUNT', 'COUNT(*)', 'COUNT(*) FROM orders', 'WHERE orders.status = <value>'],
    ],
    [
      'SELECT DISTINCT status FROM orders ORDER BY id LIMIT 1',
      ['DISTINCT', 'SELECT orders.status', 'ORDER BY orders.id ASC', 'ORDER BY … ASC', 'LIMIT 1'],
    ],
    [
      'SELECT name FROM products WHERE id NOT IN (SELECT product_id FROM order_items)',
      ['SELECT products.name', 'NOT IN order_items', 'WHERE products.id NOT IN (SELECT …)'],
    ],
    ['SELECT name FROM products EXCEPT SELECT status FROM orders', ['SELECT products.name', 'EXCEPT']],
    ['SELECT id FROM orders WHERE status IS NULL', ['SELECT orders.id', 'WHERE orders.status IS NULL']],
  ])('%s', (sql, expected) => {
    expect(
      patternsOf(read(sql))
        .map((one) => one.pattern)
        .sort(),
    ).toEqual(expected.toSorted());
  });
  test('every pattern is found again in its SQL without the schema', () => {
    for (const sql of [
      REVENUE,
      "SELECT COUNT(DISTINCT status) FROM orders WHERE status = 'paid' AND \"Ordered At\" > '2024'",
      'SELECT p.name FROM products p LEFT JOIN order_items o ON o.product_id = p.id WHERE o.quantity IS NULL',
    ]) {
      for (const { pattern, spans } of patternsOf(read(sql))) {
        const found = spansOf(pattern, sql);
        expect(found.length, pattern).toBeGreaterThan(0);
        expect(found[0]?.start, pattern).toBe(Math.min(...spans.map((span) => span.start)));
      }
    }
  });
  test('patterns of another vocabulary are found by the names and the clause they mention', () => {
    const text = (pattern: string): string[] =>
      spansOf(pattern, REVENUE).map(({ start, end }) => REVENUE.slice(start, end));
    expect(text('WHERE products.price <compared>')).toEqual(['p.price BETWEEN 2 AND 5']);
    expect(text('GROUP BY products.name')).toEqual(['1']);
    expect(text('ORDER BY … ASC')).toEqual([]);
    expect(text('AVG')).toEqual([]);
    expect(text('no filter on a mentioned value')).toEqual([]);
  });
});

/** A parser of other hands, as a witness. */
test('agrees with node-sql-parser about tables and aggregates', () => {
  const parser = new sqlite.Parser();
  for (const sql of [
    REVENUE,
    'SELECT name FROM products WHERE id IN (SELECT product_id FROM order_items)',
    'WITH t AS (SELECT id FROM orders) SELECT id FROM t JOIN products USING (id)',
    'SELECT status, COUNT(DISTINCT id), MAX(id) - MIN(id) FROM orders GROUP BY status',
    'SELECT a.n FROM (SELECT COUNT(*) AS n FROM log) AS a, orders o LEFT JOIN products p ON p.id = o.id',
  ]) {
    const ast = JSON.stringify(parser.astify(sql));
    const all = (pattern: RegExp): (string | undefined)[] => [...ast.matchAll(pattern)].map((found) => found[1]).sort();
    const s = read(sql);
    expect(
      s.tables
        .filter((use) => use.kind === 'table')
        .map((use) => use.name)
        .sort(),
    ).toEqual(all(/"db":[^,]*,"table":"(products|order_items|orders|log)"/g));
    expect(s.aggregates.map((use) => use.name).sort()).toEqual(all(/"type":"aggr_func","name":"(\w+)"/g));
  }
});

describe('explainSyntax', () => {
  test.each([
    ['SELECT a FORM t', 14, 'Did "FORM" mean FROM?', 9],
    ['SELCT a FROM t', 0, 'Did "SELCT" mean SELECT?', 0],
    ['SELECT a FROM t WEHRE b = 1', 22, 'Did "WEHRE" mean WHERE?', 16],
    [`SELECT ${'('.repeat(30)}1`, undefined, 'The "(" at character 37 is never closed.', 36],
    ["SELECT 'a", 7, 'The quote opened at character 8 is never closed.', 7],
    ['SELECT a) FROM t', 8, 'The ")" at character 9 closes nothing.', 8],
    ["SELECT a FROM t WHERE a ILIKE 'x'", 30, 'ILIKE', 24],
    ['SELECT a::int FROM t', 8, 'CAST', 8],
    ['name FROM t', 0, 'A query begins with SELECT', 0],
    ['', undefined, 'no SQL', 0],
  ])('%s', (sql, errorAt, text, at) => {
    const explanation = explainSyntax(sql, errorAt);
    expect(explanation && reasonWords(explanation.message)).toContain(text);
    expect(explanation?.at).toBe(at);
  });
  test('says nothing where it knows nothing', () => {
    expect(explainSyntax('SELECT a FROM t WHERE', 21)).toBeNull();
  });
  test('ends on what keeps backtracking parsers busy', () => {
    expect(explainSyntax('SELECT /* what are the names? */ '.repeat(300), 33)).toBeNull();
  });
});
