/** What descriptions add to what a question is linked to, and what they leave alone. */
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { NO_NOTES, withDescriptions, withNotes, type Described } from '../../src/grpo/schema-notes.ts';
import type { Schema } from '../../src/grpo/types.ts';
import { analyse } from '../../src/linking/analyse.ts';
import { saidForms } from '../../src/linking/described.ts';
import { makeSchemaIndex } from '../../src/linking/schema-index.ts';
import { openTestDatabase } from '../database/helpers.ts';

let schema: Schema;
beforeAll(async () => {
  const database = await openTestDatabase(`
    CREATE TABLE district (district_id INTEGER PRIMARY KEY, A2 TEXT, A11 INT, salary_class TEXT);
    INSERT INTO district VALUES (1, 'x', 5, 'b'), (2, 'y', 7, 'c');
    CREATE TABLE t9 (id INTEGER PRIMARY KEY, amount INT);
  `);
  database.close();
  ({ schema } = database);
});

const one = (column: string | null, over: Partial<Described>): Described => ({
  ...{ table: 'district', column, called: '', description: '', values: '' },
  ...over,
});
const linked = (question: string, ...described: Described[]) => {
  const index = makeSchemaIndex(withNotes(schema, withDescriptions(NO_NOTES, described)));
  return analyse(question, index);
};
const columnsIn = (question: string, ...described: Described[]) =>
  linked(question, ...described).columns.map(({ column, match, score }) => ({ column, match, score }));

it('a readable name and a clause of a description link to their column, weaker than a name does', () => {
  const question = 'What is the average salary?';
  expect(columnsIn(question).map(({ column }) => column)).not.toContain('A11');
  expect(columnsIn(question, one('A11', { called: 'average salary' }))).toContainEqual({
    ...{ column: 'A11', match: 'synonym', score: 0.85 },
  });
  expect(
    columnsIn('How many inhabitants are there?', one('A11', { description: 'number; inhabitants of the place' })),
  ).toEqual([]);
  expect(columnsIn('How many inhabitants are there?', one('A11', { description: 'in 1995: inhabitants' }))).toEqual([
    { column: 'A11', match: 'synonym', score: 0.7 },
  ]);
});

it('the name itself stays the better sign, and a table is found by its description', () => {
  const [first] = columnsIn('List the amount.', one('A11', { called: 'amount' }));
  expect(first).toEqual({ column: 'amount', match: 'exact', score: 1 });
  const payments = { ...one(null, { called: 'payments' }), table: 't9' };
  expect(linked('How many payments are there?', payments).tables).toMatchObject([{ table: 't9', match: 'synonym' }]);
  expect(linked('How many payments are there?').tables).toEqual([]);
});

it('what its values stand for is for people and prompts: it links nothing', () => {
  expect(columnsIn('Which are harbours?', one('A2', { values: 'harbours' }))).toEqual([]);
});

it('any texts make few forms, each weaker than a name, the same each time; values by themselves change no link', () => {
  const text = fc.oneof(fc.string(), fc.lorem({ maxCount: 30 }));
  fc.assert(
    fc.property(text, text, (called, description) => {
      const forms = saidForms({ called, description });
      expect(forms.length).toBeLessThanOrEqual(16);
      for (const { stems, factor } of forms) {
        expect(factor > 0 && factor < 0.9 && stems.length > 0).toBe(true);
        expect(new Set(stems).size).toBe(stems.length);
      }
      expect(saidForms({ called, description })).toEqual(forms);
      const question = 'Which salary class has the district with the highest amount?';
      expect(columnsIn(question, one('A2', { values: called }))).toEqual(columnsIn(question));
      // Whatever is said of one column, the others are linked as before.
      const others = (found: ReturnType<typeof columnsIn>) =>
        found.filter(({ column }) => column !== 'A2').map(({ column }) => column);
      expect(others(columnsIn(question, one('A2', { called, description }))).sort()).toEqual(
        others(columnsIn(question)).sort(),
      );
    }),
    { numRuns: 60 },
  );
});
