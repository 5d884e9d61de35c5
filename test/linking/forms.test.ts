import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse, makeAnalyser } from '../../src/linking/analyse.ts';
import { CUES_LIMIT } from '../../src/linking/cues.ts';
import { joinPlan, joinPlans, makeSchemaIndex, type SchemaIndex } from '../../src/linking/schema-index.ts';
import { editDistance } from '../../src/linking/value-index.ts';
import { splitGlued } from '../../src/linking/word-families.ts';
import type { QuestionAnalysis } from '../../src/linking/types.ts';
import { openTestDatabase } from '../database/helpers.ts';

async function indexOf(sql: string): Promise<SchemaIndex> {
  const database = await openTestDatabase(sql);
  database.close();
  return makeSchemaIndex(database.schema);
}

const FERRIES = `
CREATE TABLE harbour (harbour_id INTEGER PRIMARY KEY, harbourname TEXT, country TEXT, pop INT, depth REAL);
CREATE TABLE Sailor (SailorId INTEGER PRIMARY KEY, LName TEXT, sex TEXT, dob TEXT, nationality TEXT, IsCaptain TEXT);
CREATE TABLE crossing_leg (id INTEGER PRIMARY KEY, from_harbour_id INT, to_harbour_id INT, arrival_time TEXT, ticketqty INT, sailorid INT);
CREATE TABLE stream (stream_name TEXT PRIMARY KEY, mouth TEXT);
INSERT INTO harbour VALUES (1, 'San José', 'France', 5, 2.5), (2, 'Great Yarmouth', 'Norway', 9, 3.5), (3, 'Odden', 'Denmark', 7, 1);
INSERT INTO Sailor VALUES (1, 'Berg', 'F', '1990-01-01', 'Danish', 'T'), (2, 'Lund', 'M', '1991-01-01', 'French', 'F');
INSERT INTO crossing_leg VALUES (1, 1, 2, 'noon', 5, 1), (2, 2, 3, 'night', 6, 2);
INSERT INTO stream VALUES ('alder', 'x'), ('birch', 'alder stream');
`;

describe('forms of names', () => {
  const index = indexOf(FERRIES);
  const best = async (question: string): Promise<string | undefined> => {
    const [link] = analyse(question, await index).columns;
    return link === undefined ? undefined : `${link.table}.${link.column}`;
  };

  it.each([
    ['when did the leg arrive', 'crossing_leg.arrival_time'],
    ['last names of sailors', 'Sailor.LName'],
    ['the date of birth of each sailor', 'Sailor.dob'],
    ['ids of sailors', 'Sailor.SailorId'],
    ['the population of harbours', 'harbour.pop'],
    ['how deep is it', 'harbour.depth'],
    ['the harbour name', 'harbour.harbourname'],
    ['names of the harbours', 'harbour.harbourname'],
    ['ticket quantity', 'crossing_leg.ticketqty'],
    ['arrival_time', 'crossing_leg.arrival_time'],
    ['the ArrivalTime', 'crossing_leg.arrival_time'],
    ['the nationalty', 'Sailor.nationality'],
  ])('%s: %s', async (question, expected) => {
    expect(await best(question)).toBe(expected);
  });

  it('says whether a column is said beside its table', async () => {
    const beside = async (question: string, column: string): Promise<boolean | undefined> =>
      analyse(question, await index).columns.find((link) => link.column === column)?.besideTable;
    for (const question of [
      'depth of the harbours',
      'harbour depth',
      'harbours and their depth',
      'the depth and country of every harbour',
      "the harbour's depth",
    ])
      expect(await beside(question, 'depth'), question).toBe(true);
    for (const question of ['depth', 'the depth of the sailors', 'list the sailors and the depth'])
      expect(await beside(question, 'depth'), question).toBe(false);
  });

  it('typed names link exactly', async () => {
    expect(analyse('rows of crossing_leg', await index).tables[0]).toMatchObject({
      table: 'crossing_leg',
      match: 'exact',
      score: 1,
    });
    expect(analyse('rows of CrossingLegs', await index).tables[0]).toMatchObject({ table: 'crossing_leg', score: 1 });
  });

  it('splits run-together words only into words it knows', () => {
    const schema = new Set(['harbour', 'sailor']);
    expect(splitGlued('sailorid', schema)).toEqual(['sailor', 'id']);
    expect(splitGlued('harbourname', schema)).toEqual(['harbour', 'name']);
    for (const word of ['sailor', 'name', 'xyzzy', 'plankton', 'message', ''])
      expect(splitGlued(word, schema), word).toBeNull();
  });
});

describe('forms of values', () => {
  const index = indexOf(FERRIES);
  const values = async (question: string): Promise<string[]> =>
    analyse(question, await index).values.map(({ column, value, how }) => `${how}:${column}=${value}`);

  it.each([
    ['crossings to San Jose', 'text:harbourname=San José'],
    ['the San-José harbour', 'text:harbourname=San José'],
    ['French harbours', 'text:nationality=French'],
    ['female sailors', 'form:sex=F'],
    ['how many women', 'form:sex=F'],
    ['is the sailor captain', 'flag:IsCaptain=T'],
    ['sailors who are not captain', 'flag:IsCaptain=F'],
    ['how deep is Great Yarmoth', 'fuzzy:harbourname=Great Yarmouth'],
    ['where is Yarmouth', 'word:harbourname=Great Yarmouth'],
  ])('%s: %s', async (question, expected) => {
    expect(await values(question)).toContain(expected);
  });

  it('a country is found by its people and the other way round', async () => {
    expect(await values('Norwegian harbours')).toEqual(['form:country=Norway']);
    expect(await values('sailors from Denmark')).toContain('text:country=Denmark');
  });

  it('a value with the word for its table is also looked up without it, and is then the likelier one', async () => {
    const [first, second] = await values('where does the alder stream end');
    expect([first, second]).toEqual(['inner:stream_name=alder', 'text:mouth=alder stream']);
  });

  it('a question word or a short verb is no value', async () => {
    const database = await indexOf(
      "CREATE TABLE peak (name TEXT, code TEXT); INSERT INTO peak VALUES ('Longs', 'US'), ('Highs', 'IT')",
    );
    expect(analyse('how long is it used', database).values).toEqual([]);
    expect(analyse('peaks in the US', database).values.map(({ value }) => value)).toEqual(['US']);
  });

  it('counts slips', () => {
    expect([
      editDistance('abcd', 'abdc', 2),
      editDistance('abcd', 'abc', 2),
      editDistance('abcd', 'axcd', 2),
      editDistance('abcd', 'wxyz', 2),
      editDistance('a', 'a', 1),
    ]).toEqual([1, 1, 1, 3, 0]);
    fc.assert(
      fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), fc.nat({ max: 3 }), (a, b, most) => {
        expect(editDistance(a, b, most)).toBe(editDistance(b, a, most));
        expect(editDistance(a, b, most)).toBe(Math.min(editDistance(a, b, 8), most + 1));
      }),
    );
  });
});

describe('joins without declared keys', () => {
  it('run-together names, roles before a key, and both of two parallel keys', async () => {
    const { joins } = await indexOf(FERRIES);
    expect(
      joins.map(
        ({ left, right, declared }) => `${left.columns[0] ?? ''} ${right.table}.${right.columns[0] ?? ''} ${declared}`,
      ),
    ).toEqual([
      'sailorid Sailor.SailorId false',
      'from_harbour_id harbour.harbour_id false',
      'to_harbour_id harbour.harbour_id false',
    ]);
  });

  it('a text column points only where its values are', async () => {
    const { joins } = await indexOf(
      "CREATE TABLE a (a_code TEXT PRIMARY KEY); CREATE TABLE b (n INT, a_code TEXT); CREATE TABLE c (n INT, a_code TEXT); INSERT INTO a VALUES ('x'), ('y'); INSERT INTO b VALUES (1, 'x'), (1, 'x'); INSERT INTO c VALUES (2, 'p'), (2, 'q'), (2, 'q'), (2, 'x')",
    );
    expect(joins.map(({ left }) => left.table)).toEqual(['b']);
  });

  it('joinPlans gives the parallel ways, the shortest first', async () => {
    const index = await indexOf(FERRIES);
    const plans = joinPlans(index, ['crossing_leg', 'harbour']);
    expect(plans[0]).toEqual(joinPlan(index, ['crossing_leg', 'harbour']));
    expect(plans.map(({ edges }) => edges[0]?.left.columns)).toEqual([['from_harbour_id'], ['to_harbour_id']]);
    expect(joinPlans(index, ['harbour'])).toEqual([{ tables: ['harbour'], edges: [] }]);
    expect(joinPlans(index, ['crossing_leg', 'harbour'], 1)).toHaveLength(1);
  });

  it('joinPlans finds another way round', async () => {
    const index = await indexOf(
      'CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY, a_id INT REFERENCES a); CREATE TABLE c (id INTEGER PRIMARY KEY, a_id INT REFERENCES a, b_id INT REFERENCES b)',
    );
    expect(joinPlans(index, ['a', 'b']).map(({ tables }) => tables)).toEqual([
      ['a', 'b'],
      ['a', 'c', 'b'],
    ]);
  });
});

describe('general cues', () => {
  const index = indexOf(FERRIES);
  const keys = async (question: string): Promise<Map<string, boolean>> =>
    new Map(analyse(question, await index).cues.map(({ key, general }) => [key, general]));

  it('names stand as their kind, with the function words beside them', async () => {
    const cues = await keys('How many sailors are there for each country of the harbours?');
    for (const key of ['many <table>', '^how many <table>', '^how many', 'each <column>', '<column> of', '"how many"'])
      expect(cues.get(key), key).toBe(true);
    for (const key of ['sailor', 'countri', 'harbour']) expect(cues.get(key), key).toBe(false);
  });

  it('a value stands as a value, and its column is a name of this database', async () => {
    const cues = await keys('which Danish sailors sail often');
    expect(cues.get('<value> <table>')).toBe(true);
    expect(cues.get('<nationality>')).toBe(false);
    expect(cues.get('often')).toBe(true);
  });
});

describe('bounds', () => {
  it('cues, scores and spans, whatever is asked', async () => {
    const index = await indexOf(FERRIES);
    const words = fc.constantFrom(
      'sailors',
      'harbour',
      'of',
      'the',
      'each',
      'Danish',
      'French',
      'alder stream',
      'San',
      'Jose',
      'IsCaptain',
      'not',
      'captain',
      'female',
      '5',
      'twenty',
      'May',
      '2020',
      'second',
      'Yarmoth',
      'crossing_leg',
      'average',
      'than',
      'longer',
      'arrived',
      '"Great',
      '"',
      '%',
      '-3',
    );
    fc.assert(
      fc.property(
        fc.array(words, { maxLength: 60 }).map((all) => all.join(' ')),
        (question) => {
          const { tokens, cues, tables, columns, values, numbers, dates, intent }: QuestionAnalysis = analyse(
            question,
            index,
          );
          expect(cues.length).toBeLessThanOrEqual(CUES_LIMIT);
          for (const { span } of [
            ...cues,
            ...tables,
            ...columns,
            ...values,
            ...numbers,
            ...dates,
            ...(intent.averageComparison === null ? [] : [intent.averageComparison]),
          ]) {
            expect(span.first).toBeGreaterThanOrEqual(0);
            expect(span.last).toBeGreaterThanOrEqual(span.first);
            expect(span.last).toBeLessThan(tokens.length);
          }
          for (const { score } of [...tables, ...columns, ...values]) {
            expect(score).toBeGreaterThan(0);
            expect(score).toBeLessThanOrEqual(1);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('300,000 values, 2,000 columns and a long question: one link a column, and the value is found', () => {
    const names = Array.from({ length: 2000 }, (_, c) => ({
      table: `t${Math.floor(c / 10)}`,
      column: `first word second ${['alpha', 'beta', 'gamma'][c % 3] ?? ''} ${c}`,
    }));
    const schema = {
      tables: Array.from({ length: 200 }, (_, t) => ({
        name: `t${t}`,
        kind: 'table' as const,
        rowCount: 150,
        foreignKeys: [],
        columns: names
          .filter(({ table }) => table === `t${t}`)
          .map(({ column }) => ({ name: column, type: 'TEXT', primaryKey: false, notNull: false })),
      })),
      profiles: names.map(({ table, column }, c) => ({
        table,
        column,
        holds: 'text' as const,
        distinct: 150,
        distinctIsExact: true,
        hasNull: false,
        values: Array.from({ length: 150 }, (_, v) => `Value ${c} number ${v}`),
      })),
    };
    const ask = makeAnalyser(schema);
    const { columns, values } = ask('first word Second alpha Value 7 number 9 Beeta Gamma '.repeat(38));
    expect(columns.length).toBeGreaterThan(600);
    expect(columns.length).toBeLessThanOrEqual(2000);
    expect(values.some(({ value }) => value === 'Value 7 number 9')).toBe(true);
  });
});
