/** Four sets of repeating questions: sound, each shape in many wordings, and none of them in both splits. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFiles } from '../../src/cli/inputs.ts';
import type { Inputs } from '../../src/cli/inputs.ts';
import { GoldResults } from '../../src/lab/gold.ts';
import { factsOf } from '../../src/lab/facts.ts';

const SETS = ['library', 'trams', 'garden', 'bikes'];
const pathOf = (set: string, name: string): string => new URL(`../repeating/${set}/${name}`, import.meta.url).pathname;
const opened = new Map<string, Inputs>();
const of = (set: string): Inputs => opened.get(set) as Inputs;
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim();

beforeAll(async () => {
  for (const set of SETS) opened.set(set, await openFiles(pathOf(set, 'schema.sql'), pathOf(set, 'questions.json')));
});
afterAll(() => {
  for (const { database } of opened.values()) database.close();
});

describe.each(SETS)('%s', (set) => {
  it('has six shapes or more, each in six wordings or more, asked in training and held out', () => {
    const { questions } = of(set);
    const facts = factsOf(questions);
    const names = new Set(facts.values());
    expect(names.size).toBeGreaterThanOrEqual(6);
    for (const fact of names) {
      const wordings = questions.filter(({ id }) => facts.get(id) === fact);
      const held = wordings.filter(({ split }) => split === 'held-out').length;
      expect(wordings.length, fact).toBeGreaterThanOrEqual(6);
      expect(held, fact).toBeGreaterThanOrEqual(2);
      expect(wordings.length - held, fact).toBeGreaterThanOrEqual(4);
    }
  });

  it('has gold that runs and says something, no two with the same result', async () => {
    const { database, questions } = of(set);
    const gold = new GoldResults(database);
    for (const question of questions) {
      expect(await gold.isComparable(question), question.id).toBe(true);
      expect(await gold.isWeak(question), question.id).toBe(false);
    }
    const texts = [...new Set(questions.map(({ sql = '' }) => sql))];
    const results = (await database.execute(texts)).map(({ rows }) => JSON.stringify([...rows].sort()));
    expect(new Set(results).size).toBe(texts.length);
  });

  it('keeps its foreign keys', async () => {
    const { database } = of(set);
    const keys = database.schema.tables.flatMap(({ name, foreignKeys }) =>
      foreignKeys.map(
        ({ columns: [from], toTable, toColumns: [to] }) =>
          `SELECT COUNT(*) FROM ${name} WHERE ${from} NOT IN (SELECT ${to} FROM ${toTable})`,
      ),
    );
    expect(keys.length).toBeGreaterThan(0);
    for (const { rows } of await database.execute(keys)) expect(rows).toEqual([[0]]);
  });
});

it('asks nothing twice, in any set or split', () => {
  const all = SETS.flatMap((set) => of(set).questions.map(({ question }) => plain(question)));
  expect(new Set(all).size).toBe(all.length);
});

it('cuts no tie with a LIMIT', async () => {
  for (const set of SETS) {
    const { database, questions } = of(set);
    const limited = [...new Set(questions.map(({ sql = '' }) => sql))].filter((sql) => / LIMIT 1$/.test(sql));
    expect(limited.length).toBeGreaterThan(0);
    for (const sql of limited) {
      const key = /ORDER BY (.+) DESC LIMIT 1$/.exec(sql)?.[1] ?? '';
      const [found] = await database.execute([
        sql.replace(/^SELECT .*? FROM /, `SELECT ${key} FROM `).replace(/1$/, '2'),
      ]);
      expect(found?.rows[0], sql).not.toEqual(found?.rows[1]);
    }
  }
});
