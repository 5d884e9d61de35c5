/** Numbers that are stored as text: wherever a number is meant, the text read as the number is on offer. */
import { afterAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/grpo/random.ts';
import { makeSketchSampler } from '../../../src/samplers/sketch/sketch-sampler.ts';
import { openTestDatabase } from '../../database/helpers.ts';

const SQL = `
CREATE TABLE hut (hut_id INTEGER PRIMARY KEY, name TEXT, beds TEXT, altitude TEXT);
INSERT INTO hut VALUES (1, 'Adler', '9', '950'), (2, 'Birke', '10', '1800.5'), (3, 'Dachs', '120', '2400'), (4, 'Edel', '30', '700');
`;
const database = openTestDatabase(SQL);
afterAll(async () => (await database).close());

/** The different SQL texts of many draws without hints. */
async function drawn(question: string): Promise<string[]> {
  const { schema } = await database;
  const sampler = makeSketchSampler({ schema });
  const policy = { hints: [], version: 0, weightOf: () => 0 };
  const random = seededRandom(3).next;
  const samples = await sampler.generateGroup({ question, policy, temperature: 1, random }, 300);
  return [...new Set(samples.map(({ sql }) => sql))];
}

describe('a number that is stored as text', () => {
  it.each([
    ['huts with more than 9 beds', 'SELECT name FROM hut WHERE CAST(beds AS REAL) > 9', ['Birke', 'Dachs', 'Edel']],
    [
      'Which hut has the highest altitude?',
      'SELECT name FROM hut ORDER BY CAST(altitude AS REAL) DESC LIMIT 1',
      ['Dachs'],
    ],
    ['What is the maximum altitude?', 'SELECT MAX(CAST(altitude AS REAL)) FROM hut', [2400]],
    ['names of huts sorted by beds', 'SELECT name FROM hut ORDER BY CAST(beds AS REAL) ASC', null],
    [
      'names of huts with more beds than the average',
      'SELECT name FROM hut WHERE CAST(beds AS REAL) > (SELECT AVG(CAST(beds AS REAL)) FROM hut)',
      ['Dachs'],
    ],
  ])('%s', async (question, sql, rows) => {
    expect(await drawn(question)).toContain(sql);
    const [execution] = await (await database).execute([sql]);
    expect(execution?.rows.map(([cell]) => cell)).toEqual(rows ?? ['Adler', 'Birke', 'Edel', 'Dachs']);
  });

  it('is never compared with an average as the text, which is above every number', async () => {
    const texts = await drawn('names of huts with more beds than the average');
    expect(texts.filter((sql) => /beds > \(SELECT AVG/u.test(sql))).toEqual([]);
  });

  it('is offered as the text, too', async () => {
    const texts = await drawn('huts with more than 9 beds');
    expect(texts).toContain('SELECT name FROM hut WHERE beds > 9');
  });
});
