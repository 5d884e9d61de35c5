import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqliteDatabase } from '../../../src/database/sqlite-database.ts';
import { seededRandom } from '../../../src/grpo/random.ts';
import { fixedPolicy } from '../../../src/lab/evaluate.ts';
import { makeTextFeatures } from '../../../src/samplers/language/text-features.ts';
import { makeSketchSampler } from '../../../src/samplers/sketch/sketch-sampler.ts';
import { patternWords } from '../../../src/grpo/wording.ts';

const database = await SqliteDatabase.open(`
  CREATE TABLE harbour (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL);
  CREATE TABLE boat (id INTEGER PRIMARY KEY, name TEXT NOT NULL, length REAL NOT NULL, harbour_id INT REFERENCES harbour(id));
  INSERT INTO harbour VALUES (1, 'Brest', 'France'), (2, 'Kiel', 'Germany'), (3, 'Cork', 'Ireland');
  INSERT INTO boat VALUES (1, 'Ada', 7.5, 1), (2, 'Bea', 9, 2), (3, 'Cleo', 12, 1), (4, 'Dora', 6, 3);
`);
const { schema } = database;
const featuresOf = makeTextFeatures(schema);
const keys = (question: string, sql: string): string[] => featuresOf(question, sql).map(({ feature }) => feature.key);

describe('makeTextFeatures', () => {
  test('patterns of the SQL, alone and with the cues of the question', () => {
    const found = keys('How many boats are there?', 'SELECT COUNT(*) FROM boat');
    expect(found).toContain('* | only COUNT');
    expect(found).toContain('"how many" | only COUNT');
    expect(found).toContain('<word for COUNT> | COUNT');
    expect(found).toContain('* | COUNT(*) FROM boat');
    expect(found).toContain('boat | COUNT(*) FROM boat');
    expect(found).toContain('* | COUNT(*) ~ named table');
    expect(found).toContain('* | 1 table');
    expect(found).toContain('* | a named table used');
    expect(found).not.toContain('* | GROUP BY');
  });

  test('every feature once, as a use of 1 with nothing expected', () => {
    const uses = featuresOf(
      'Names of boats in Kiel and Cork',
      "SELECT T1.name FROM boat AS T1 JOIN harbour AS T2 ON T1.harbour_id = T2.id WHERE T2.name = 'Kiel' OR T2.name = 'Cork'",
    );
    expect(new Set(uses.map(({ feature }) => feature.key)).size).toBe(uses.length);
    expect(uses.every(({ value, expected }) => value === 1 && expected === 0)).toBe(true);
  });

  test.each([
    ['quoting and aliases', 'SELECT "b"."name" FROM [boat] AS b'],
    ['layout and case', 'select\n  BOAT.NAME\nfrom Boat'],
    ['a comment', 'SELECT name /* of it */ FROM boat'],
  ])('%s change nothing', (_, sql) => {
    expect(keys('names of boats', sql).toSorted()).toEqual(keys('names of boats', 'SELECT name FROM boat').toSorted());
  });

  test.each([
    [
      'a join nothing needs',
      'How long is Ada?',
      "SELECT b.length FROM boat b JOIN harbour h ON h.id = b.harbour_id WHERE b.name = 'Ada'",
      '* | joined unnamed table that nothing else uses',
    ],
    [
      'a join on other columns',
      'boats and harbours',
      'SELECT b.name, h.name FROM boat b JOIN harbour h ON h.name = b.name',
      '* | join on columns that are no keys',
    ],
    [
      'a join on keys',
      'boats and harbours',
      'SELECT b.name, h.name FROM boat b JOIN harbour h ON h.id = b.harbour_id',
      '* | join on keys',
    ],
    ['a named column left out', 'name and length of each boat', 'SELECT name FROM boat', '* | a named column left out'],
    [
      'too many columns',
      'name of each boat',
      'SELECT id, name, length FROM boat',
      '* | 3 or more columns shown with 1 named',
    ],
    ['a value left out', 'harbours in Germany', 'SELECT name FROM harbour', '* | no condition on a mentioned value'],
    [
      'a value used',
      'harbours in Germany',
      "SELECT name FROM harbour WHERE country = 'Germany'",
      '* | a condition on a mentioned value',
    ],
    [
      'another spelling than the data have',
      'harbours in Germany',
      "SELECT name FROM harbour WHERE country = 'germany'",
      '* | a text the data spell otherwise',
    ],
    [
      'a text the data do not hold',
      'harbours in Germany',
      "SELECT name FROM harbour WHERE country = 'DE'",
      '* | a text the data do not hold',
    ],
    ['a number left out', 'boats longer than 8', 'SELECT name FROM boat', '* | no condition on a number with >'],
    ['the operator a number has', 'boats longer than 8', 'SELECT name FROM boat WHERE length >= 8', '* | >= for >'],
    [
      'a group by what is shown',
      'number of boats per harbour name',
      'SELECT h.name, COUNT(*) FROM harbour h JOIN boat b ON b.harbour_id = h.id GROUP BY h.name',
      '* | GROUP BY what is shown',
    ],
    [
      'a group by its key',
      'number of boats per harbour name',
      'SELECT h.name, COUNT(*) FROM harbour h JOIN boat b ON b.harbour_id = h.id GROUP BY h.id',
      '* | GROUP BY the key of what is shown',
    ],
    [
      'a ranked list',
      'the longest boat',
      'SELECT name FROM boat ORDER BY length DESC LIMIT 1',
      '* | list of columns + ORDER BY … LIMIT',
    ],
    [
      'an extreme',
      'the longest boat',
      'SELECT name FROM boat WHERE length = (SELECT MAX(length) FROM boat)',
      '* | list of columns + = (SELECT MAX …)',
    ],
    [
      'what is missing',
      'harbours without boats',
      'SELECT name FROM harbour WHERE id NOT IN (SELECT harbour_id FROM boat)',
      '* | list of columns + NOT IN (SELECT …)',
    ],
    [
      'an OR',
      'boats in Kiel or Cork',
      "SELECT b.name FROM boat b JOIN harbour h ON h.id = b.harbour_id WHERE h.name = 'Kiel' OR h.name = 'Cork'",
      '* | WHERE … OR …',
    ],
    ['a name nothing has', 'colour of boats', 'SELECT colour FROM boat', '* | made-up column name'],
  ])('%s', (_, question, sql, key) => {
    expect(keys(question, sql)).toContain(key);
  });

  test('the word OR in a text is no operator', () => {
    expect(
      keys('boats called this or that', "SELECT name FROM boat WHERE name = 'this or that' AND length > 1"),
    ).toContain('* | WHERE … AND …');
  });

  test('what names something of the schema is not general, and says its tables', () => {
    const uses = featuresOf('names of boats', 'SELECT name FROM boat');
    const named = uses.find(({ feature }) => feature.key === '* | SELECT boat.name')?.feature;
    expect(named).toMatchObject({
      cue: null,
      pattern: { kind: 'sql', parts: ['SELECT boat.name'] },
      tables: ['boat'],
      template: 'pattern',
      general: false,
    });
    expect(
      uses
        .filter(({ feature }) => feature.general)
        .every(({ feature }) => !/boat|harbour/.test(patternWords(feature.pattern))),
    ).toBe(true);
  });

  test('text without SQL has no features, and no text makes it throw', () => {
    expect(featuresOf('names of boats', '')).toEqual([]);
    expect(featuresOf('names of boats', ' \n')).toEqual([]);
    expect(featuresOf('names of boats', 'I cannot answer that.')).toEqual([]);
    fc.assert(
      fc.property(fc.string(), fc.string(), (question, sql) => {
        featuresOf(question, sql);
        featuresOf(question, `SELECT ${sql} FROM boat WHERE ${sql}`);
      }),
      { numRuns: 200 },
    );
  });

  test('the answer is the caller’s own: changing it changes no later one', () => {
    const first = featuresOf('names of boats', 'SELECT name FROM boat');
    const before = first.length;
    first.pop();
    expect(featuresOf('names of boats', 'SELECT name FROM boat')).toHaveLength(before);
  });

  test('the SQL of the sketch sampler is known by keys the sketch sampler uses', async () => {
    const sampler = makeSketchSampler({ schema });
    for (const question of [
      'How many boats are there?',
      'names of boats longer than 8',
      'number of boats per harbour name',
      'harbours without boats',
      'the longest boat',
    ]) {
      const sample = await sampler.greedy({
        question,
        policy: fixedPolicy([]),
        temperature: 0.7,
        random: seededRandom(1).next,
      });
      const own = new Set(sample.features.filter(({ value }) => value > 0).map(({ feature }) => feature.key));
      const read = keys(question, sample.sql);
      expect(read.filter((key) => own.has(key)).length, `${question}: ${sample.sql}`).toBeGreaterThan(own.size / 4);
    }
  });
});
