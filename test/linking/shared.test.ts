import { expect, it } from 'vitest';
import { analyse, makeAnalyser } from '../../src/linking/analyse.ts';
import { makeSchemaIndex } from '../../src/linking/schema-index.ts';
import { openTestDatabase } from '../database/helpers.ts';

it('a question is read once for all who ask about the same schema', async () => {
  const database = await openTestDatabase('CREATE TABLE boat (name TEXT);');
  database.close();
  const { schema } = database;
  const index = makeSchemaIndex(schema);
  expect(makeSchemaIndex(schema)).toBe(index);
  const analysis = analyse('how many boats', index);
  expect(makeAnalyser(schema)('how many boats')).toBe(analysis);
  expect(makeSchemaIndex({ ...schema })).not.toBe(index);
  // The oldest is forgotten, and read again to the same.
  for (let i = 0; i < 1024; i++) analyse(`boat ${i}`, index);
  const again = analyse('how many boats', index);
  expect(again).not.toBe(analysis);
  expect(again).toEqual(analysis);
});
