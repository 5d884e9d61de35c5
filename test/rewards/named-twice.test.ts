import { afterAll, beforeAll, expect, test } from 'vitest';
import { reasonWords } from '../../src/grpo/reason-words.ts';
import { openScorer } from './databases.ts';

const GOODS = `
  CREATE TABLE products (product_id INTEGER PRIMARY KEY, name TEXT, list_price REAL);
  INSERT INTO products VALUES (1, 'Linen rug', 40), (2, 'Oak shelf', 90);
  CREATE TABLE order_items (id INTEGER PRIMARY KEY, product_id INTEGER REFERENCES products (product_id), unit_price REAL);
  INSERT INTO order_items VALUES (1, 1, 38), (2, 2, 90);
`;
let scorer: Awaited<ReturnType<typeof openScorer>>;
beforeAll(async () => {
  scorer = await openScorer(GOODS);
});
afterAll(() => scorer.database.close());

const reasons = async (question: string, sql: string): Promise<string> => {
  const [scored] = await scorer.score(question, sql);
  return (scored?.components.quality?.reasons ?? []).map(reasonWords).join(' ');
};

test.each([
  'Give me the price list: product names with their list prices.',
  'Show product names with their list prices.',
])('%s is answered by names and list prices, and by nothing less', async (question) => {
  expect(await reasons(question, 'SELECT name, list_price FROM products')).toBe(
    'Uses everything the question mentions.',
  );
  expect(await reasons(question, 'SELECT name FROM products')).toContain('Does not show “their list prices”');
});
