import { expect, test } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { makeAnalyser } from '../../src/linking/analyse.ts';
import { unlinkedOf } from '../../src/linking/unlinked.ts';
import { BAKERY } from '../rewards/databases.ts';

test.each([
  ['What is the average price of products?', []],
  ['How many customers live in Bern?', ['live']],
  ['Which supplier delivers the most bread?', ['supplier', 'delivers']],
  ['Show the 3 products with the highest price above the average, sorted by name', []],
  ['Frobnicate the quux!', ['Frobnicate', 'quux']],
  ['', []],
])('%s', async (question, words) => {
  const database = await SqliteDatabase.open(BAKERY);
  const unlinked = unlinkedOf(makeAnalyser(database.schema)(question));
  database.close();
  expect(unlinked.words).toEqual(words);
  expect(unlinked.of).toBeGreaterThanOrEqual(words.length);
});
