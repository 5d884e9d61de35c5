/** What is asked to be shown, ranked and counted, as the greedy answer without hints has it. */
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/grpo/random.ts';
import { makeSketchSampler } from '../../../src/samplers/sketch/sketch-sampler.ts';
import { openTestDatabase } from '../../database/helpers.ts';

const SQL = `
CREATE TABLE museum (museum_id INTEGER PRIMARY KEY, name TEXT, city TEXT, floor_area REAL, number_of_rooms INT, rank_text TEXT);
CREATE TABLE painting (painting_id INTEGER PRIMARY KEY, title TEXT, price INT, museum_id INT REFERENCES museum(museum_id));
INSERT INTO museum VALUES (1, 'Alte Halle', 'Bern', 800, 12, '9'), (2, 'Nordlicht', 'Basel', 1200, 7, '10'), (3, 'Kleine Galerie', 'Bern', 300, 3, '120');
INSERT INTO painting VALUES (1, 'Dawn', 10, 1), (2, 'Dusk', 20, 1), (3, 'Noon', 30, 2);
`;

const answer = async (question: string): Promise<string> => {
  const database = await openTestDatabase(SQL);
  const sampler = makeSketchSampler({ schema: database.schema });
  const policy = { hints: [], version: 0, weightOf: () => 0 };
  const { sql } = await sampler.greedy({ question, policy, temperature: 1, random: () => 0.5 });
  database.close();
  return sql;
};

describe('the greedy answer without hints', () => {
  it.each([
    ['What are the name and city of the museums?', 'SELECT name, city FROM museum'],
    ['Show the city, name and floor area of every museum.', 'SELECT city, name, floor_area FROM museum'],
    ['Which museums are in Bern?', "SELECT name FROM museum WHERE city = 'Bern'"],
    ['Show all information about the museums.', 'SELECT * FROM museum'],
  ])('shows what is asked for, in its order: %s', async (question, sql) => {
    expect(await answer(question)).toBe(sql);
  });

  it.each([
    ['Which museum has the largest floor area?', 'SELECT name FROM museum ORDER BY floor_area DESC LIMIT 1'],
    ['Which museum has the most rooms?', 'SELECT name FROM museum ORDER BY number_of_rooms DESC LIMIT 1'],
    ['What is the number of rooms of Nordlicht?', "SELECT number_of_rooms FROM museum WHERE name = 'Nordlicht'"],
    ['the three paintings with the highest price', 'SELECT title FROM painting ORDER BY price DESC LIMIT 3'],
    ['top 2 paintings by price', 'SELECT title FROM painting ORDER BY price DESC LIMIT 2'],
  ])('ranks by a column of numbers, and takes a number before its noun for a limit: %s', async (question, sql) => {
    expect(await answer(question)).toBe(sql);
  });

  it.each([
    ['Which museum has the most paintings?', /COUNT\(\*\).* DESC LIMIT 1$/u],
    ['Show the name of each museum and the number of its paintings.', /^SELECT museum\.name, COUNT\(\*\)/u],
    ['names of museums with at least two paintings', /HAVING COUNT\(\*\) >= 2$/u],
  ])('counts the rows of the table that is counted: %s', async (question, shape) => {
    const sql = await answer(question);
    expect(sql).toMatch(shape);
    expect(sql).toContain('JOIN');
  });

  it.each([
    ['names of museums that are not in Bern', "SELECT name FROM museum WHERE city <> 'Bern'"],
    ['names of museums sorted by floor area', 'SELECT name FROM museum ORDER BY floor_area ASC'],
  ])('denies the value behind a denying word, and sorts by what the order names: %s', async (question, sql) => {
    expect(await answer(question)).toBe(sql);
  });

  it('offers numbers that are stored as text as text and as numbers', async () => {
    const database = await openTestDatabase(SQL);
    const sampler = makeSketchSampler({ schema: database.schema });
    const policy = { hints: [], version: 0, weightOf: () => 0 };
    const request = {
      question: 'museums with rank text above 9',
      policy,
      temperature: 1,
      random: seededRandom(2).next,
    };
    const texts = (await sampler.generateGroup(request, 200)).map(({ sql }) => sql);
    database.close();
    expect(texts.some((sql) => sql.includes('WHERE rank_text > 9'))).toBe(true);
    expect(texts.some((sql) => sql.includes('WHERE CAST(rank_text AS REAL) > 9'))).toBe(true);
  });
});
