import { afterAll, beforeAll, expect, test } from 'vitest';
import { readingsOf } from '../../src/ask/readings.ts';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { BAKERY } from '../rewards/databases.ts';

let database: SqliteDatabase;
beforeAll(async () => {
  database = await SqliteDatabase.open(`${BAKERY} ALTER TABLE products ADD COLUMN total_sales REAL;`);
});
afterAll(() => database.close());

test.each([
  [
    'SELECT p.name, SUM(i.quantity * i.unit_price) FROM order_items i JOIN products p ON p.id = i.product_id GROUP BY p.name',
    'SELECT name, total_sales FROM products',
    'Total of quantity × unit price of order items, per name of products, from order items and products',
    'Total sales of products, from products',
  ],
  [
    "SELECT COUNT(*) FROM customers WHERE city = 'Bern'",
    'SELECT COUNT(DISTINCT city) FROM customers',
    'Number of customers, where city of customers is Bern',
    'Number of different values of city of customers',
  ],
  [
    'SELECT name FROM products ORDER BY price DESC LIMIT 2',
    'SELECT name FROM products WHERE price > (SELECT AVG(price) FROM products)',
    'Highest price of products first, only the first 2',
    'Where price of products is more than what a further query finds',
  ],
  ['SELECT name FROM products', 'SELECT DISTINCT name FROM products', 'The same, but not each once', 'Each once'],
  [
    'SELECT c.city, COUNT(o.id) FROM customers c LEFT JOIN orders o ON o.customer_id = c.id GROUP BY c.city',
    'SELECT c.city, COUNT(o.id) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.city',
    'Also those without orders',
    'The same, but not also those without orders',
  ],
  [
    'SELECT MIN(price) FROM products WHERE category IS NULL',
    'SELECT MAX(price) FROM products WHERE price >= 3',
    'Lowest price of products, where category of products is missing',
    'Highest price of products, where price of products is at least 3',
  ],
])('%s against %s', (first, second, a, b) => {
  expect(readingsOf(first, second, database.schema)).toEqual([a, b]);
});

test('what differs in nothing that has words is not told apart', () => {
  expect(readingsOf('SELECT name FROM products', 'SELECT  p.name FROM products p', database.schema)).toBeNull();
});

test('repeats no control character and no long value', () => {
  const [a = ''] =
    readingsOf(
      `SELECT name FROM products WHERE name = '\u0007${'x'.repeat(500)}'`,
      'SELECT name FROM products',
      database.schema,
    ) ?? [];
  expect(a.length).toBeLessThan(100);
  expect(a).not.toMatch(/\p{Cc}/u);
});
