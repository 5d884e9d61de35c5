import { expect, test } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { analyse } from '../../src/linking/analyse.ts';
import { makeSchemaIndex } from '../../src/linking/schema-index.ts';
import { unlinkedOf } from '../../src/linking/unlinked.ts';
import { BAKERY } from '../rewards/databases.ts';

test.each([
  ['What is the average price of products?', []],
  ['How many customers live in Bern?', ['live']],
  ['Which supplier delivers the most bread?', ['supplier', 'delivers']],
  ['Show the 3 products with the highest price above the average, sorted by name', []],
  ['Frobnicate the quux!', ['Frobnicate', 'quux']],
  // A month of a date, money as quantity × price, and a word for the product itself.
  ['Earnings per month', []],
  ['How much is quantity times unit price?', []],
  ['How many times did customers frobnicate?', ['times', 'frobnicate']],
  ['', []],
])('%s', async (question, words) => {
  const database = await SqliteDatabase.open(BAKERY);
  const index = makeSchemaIndex(database.schema);
  const unlinked = unlinkedOf(analyse(question, index), index);
  database.close();
  expect(unlinked.words).toEqual(words);
  expect(unlinked.of).toBeGreaterThanOrEqual(words.length);
});
