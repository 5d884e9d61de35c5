import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Schema } from '../../src/grpo/types.ts';
import { makeAnalyser, QUESTION_LIMIT } from '../../src/linking/analyse.ts';
import type { QuestionAnalysis } from '../../src/linking/types.ts';
import { openTestDatabase } from '../database/helpers.ts';

async function analyserOf(sql: string): Promise<(question: string) => QuestionAnalysis> {
  const database = await openTestDatabase(sql);
  database.close();
  return makeAnalyser(database.schema);
}

const HARBOUR = `
CREATE TABLE boats (id INTEGER PRIMARY KEY, boat_name TEXT, length REAL, hull_colour TEXT, owner_id INT REFERENCES owners(id));
CREATE TABLE owners (id INTEGER PRIMARY KEY, name TEXT, city TEXT, birth_date TEXT);
INSERT INTO owners VALUES (1, 'Ada Lovelace', 'Oslo', '1980-02-03'), (2, 'Miles O''Hara', 'Turku', '1991-11-30'), (3, 'שרה לוי', 'Ελλάδα', NULL);
INSERT INTO boats VALUES (1, 'Sea Breeze', 9.5, 'red', 1), (2, 'Boat', 7, 'dark red', 2), (3, 'Route 66', 12, 'Dark Blue', 3);
`;

describe('links', () => {
  const analyse = analyserOf(HARBOUR);
  const columns = async (question: string): Promise<string[]> =>
    (await analyse)(question).columns.map(({ table, column }) => `${table}.${column}`);
  const values = async (question: string): Promise<string[]> =>
    (await analyse)(question)
      .values.filter(({ match }) => match === 'exact')
      .map(({ column, value }) => `${column}=${value}`);

  it('names, best first, in singular and plural and by synonym', async () => {
    const { tables } = (await analyse)('Which boat has which owners?');
    expect(tables.map(({ table, match, score }) => [table, match, score])).toEqual([
      ['boats', 'exact', 1],
      ['owners', 'exact', 1],
    ]);
    expect((await columns('the hull colour of boats'))[0]).toBe('boats.hull_colour');
    expect(await columns('the name of the boat')).toContain('boats.boat_name');
    expect(await columns('in which town do they live')).toContain('owners.city');
    expect(await columns('the longest of all')).toContain('boats.length');
  });

  it('values: as stored, whatever the case and the plural; longest first', async () => {
    expect(await values('the length of sea breeze')).toEqual(['boat_name=Sea Breeze']);
    expect(await values('all dark red ones')).toEqual(['hull_colour=dark red']);
    expect(await values('those from oslo or turku')).toEqual(['city=Oslo', 'city=Turku']);
    expect(await values("what does Miles O'Hara own")).toEqual(["name=Miles O'Hara"]);
    expect(await values('born on 1980-02-03')).toEqual(['birth_date=1980-02-03']);
    expect(await values('what is in Ελλάδα')).toEqual(['city=Ελλάδα']);
    expect(await values('מה יש ל שרה לוי')).toEqual(['name=שרה לוי']);
    expect(await values('who owns "Route 66"?')).toEqual(['boat_name=Route 66']);
  });

  it('where capitals are used, a small word is a weak name', async () => {
    const { values: found } = (await analyse)('those from Turku or oslo');
    expect(found.map(({ value, score }) => [value, score])).toEqual([
      ['Turku', 1],
      ['Oslo', 0.4],
    ]);
  });

  it('a word that names a table is a weak value', async () => {
    const { values: found } = (await analyse)('how long is the boat');
    expect(found.find(({ value }) => value === 'Boat')?.score).toBeLessThan(0.5);
  });

  it('a part of a value counts where it is written like a name', async () => {
    expect((await analyse)('What does Lovelace own?').values).toMatchObject([
      { value: 'Ada Lovelace', match: 'partial' },
    ]);
    expect((await analyse)('what does lovelace own?').values).toEqual([]);
  });

  it.each([
    ['', 0],
    ['   \n\t', 0],
    ['the of and which who is', 0],
    ['?!', 0],
    ['🚤🚤 🛥️', 0],
  ])('%j says nothing about the schema', async (question, links) => {
    const analysis = (await analyse)(question);
    expect(analysis.tables.length + analysis.values.length + analysis.columns.length).toBe(links);
    expect(analysis).toMatchObject({
      question,
      numbers: [],
      intent: { aggregates: [], superlative: null, grouping: [], negation: null },
    });
  });

  it('text that looks like SQL, markup or patterns is only text', async () => {
    for (const question of [
      "'; DROP TABLE boats; --",
      '<script>boats</script>',
      'boats\\u0000 ${owners} {{city}}',
      'boats (a+)+$',
      '__proto__ constructor toString boats',
    ]) {
      const { tables } = (await analyse)(question);
      expect(tables[0]?.table, question).toMatch(/boats|owners/u);
    }
  });

  it('spans lie within the tokens and scores within (0, 1], whatever is asked', async () => {
    const analyseNow = await analyse;
    const words = fc.constantFrom(
      'boats',
      'Boat',
      'owner',
      'name',
      'Sea',
      'Breeze',
      'red',
      'dark',
      '3',
      '1980-02-03',
      '"Sea',
      '"',
      'most',
      'per',
      'city',
      "don't",
      '🚤',
      'לוי',
      'the',
      ',',
      '66',
      'Route',
      'between',
      'and',
      'longest',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(words, { maxLength: 14 }).map((all) => all.join(' ')),
          fc.string({ unit: 'grapheme', maxLength: 60 }),
        ),
        (question) => {
          const { tokens, tables, columns: named, values: found, cues, numbers } = analyseNow(question);
          for (const { span } of [...tables, ...named, ...found, ...cues, ...numbers]) {
            expect(span.first).toBeGreaterThanOrEqual(0);
            expect(span.last).toBeGreaterThanOrEqual(span.first);
            expect(span.last).toBeLessThan(tokens.length);
          }
          for (const { score } of [...tables, ...named, ...found]) {
            expect(score).toBeGreaterThan(0);
            expect(score).toBeLessThanOrEqual(1);
          }
          expect(new Set(cues.map(({ key }) => key)).size).toBe(cues.length);
          expect(analyseNow(question)).toEqual(analyseNow(question));
        },
      ),
    );
  });
});

describe('bounded work', () => {
  /** Every column of every table holds the same values: the most links a question can get. */
  function wideSchema(tables: number, columns: number): Schema {
    const values = ['red', 'green', 'dark blue'];
    const names = Array.from({ length: columns }, (_, c) => (c === 0 ? 'id' : `first word second word ${c}`));
    return {
      tables: Array.from({ length: tables }, (_, t) => ({
        name: `table_${t}`,
        kind: 'table' as const,
        rowCount: 3,
        foreignKeys: [],
        columns: names.map((name, c) => ({ name, type: 'TEXT', primaryKey: c === 0, notNull: false })),
      })),
      profiles: Array.from({ length: tables }, (_, t) =>
        names.map((column) => ({
          table: `table_${t}`,
          column,
          holds: 'text' as const,
          distinct: 3,
          distinctIsExact: true,
          hasNull: false,
          values,
        })),
      ).flat(),
    };
  }

  it('200 tables of 10 columns and 2,000 characters: a link a table and column, and 50 a mentioned value', () => {
    const analyse = makeAnalyser(wideSchema(200, 10));
    const question = 'red green dark blue first word second table word 7 '.repeat(60);
    const { question: read, tokens, tables, columns, values, cues } = analyse(question);
    expect(read).toHaveLength(QUESTION_LIMIT);
    expect(tables.length).toBeLessThanOrEqual(200);
    expect(columns.length).toBeLessThanOrEqual(2000);
    expect(values.length).toBeGreaterThan(50);
    expect(values.length).toBeLessThanOrEqual(50 * tokens.length);
    expect(cues.length).toBeLessThanOrEqual(3 * tokens.length);
  });

  it('2,000 columns that the question almost names', () => {
    const { tables, profiles } = wideSchema(200, 10);
    const renamed = {
      profiles,
      tables: tables.map((table) => ({
        ...table,
        columns: table.columns.map((column, c) => ({
          ...column,
          name: `${['alpha', 'beta', 'gamma'][c % 3] ?? ''} ${['delta', 'eta', 'zeta'][c % 2] ?? ''} missing ${c}`,
        })),
      })),
    };
    expect(makeAnalyser(renamed)('alpha beta gamma delta eta zeta '.repeat(70)).columns).toHaveLength(2000);
  });

  it('what comes after the limit is not read', () => {
    const analyse = makeAnalyser(wideSchema(2, 2));
    const { numbers, values } = analyse(`${'x '.repeat(QUESTION_LIMIT / 2)} 42 red`);
    expect([...numbers, ...values]).toEqual([]);
  });

  it('hostile lengths: one endless word, endless quotes, endless digits', () => {
    const analyse = makeAnalyser(wideSchema(20, 5));
    for (const question of [
      'a'.repeat(5000),
      '"'.repeat(5000),
      "'a ".repeat(2000),
      '1,'.repeat(2000),
      "n't".repeat(1000),
      '0-'.repeat(2000),
      '’'.repeat(3000),
    ]) {
      expect(analyse(question).tokens.length).toBeLessThanOrEqual(QUESTION_LIMIT);
    }
  });
});
