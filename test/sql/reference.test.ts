/** Ties under an ORDER BY, on a real database: which rows may change places, and when that cannot be known. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { matchReference, runReferences } from '../../src/sql/reference.ts';
import { reasonsOf } from '../../src/sql/result-match.ts';

const DUMP = `
CREATE TABLE venue(name TEXT, papers INTEGER, city TEXT);
INSERT INTO venue VALUES ('AX', 3, 'Bern'), ('BY', 1, 'bern'), ('CZ', 1, 'Chur'), ('DW', 2, NULL), ('EV', 1, NULL), ('FU', 5, 'Chur');
CREATE TABLE dish(name TEXT COLLATE NOCASE, note TEXT COLLATE RTRIM, label TEXT, id INTEGER);
INSERT INTO dish VALUES ('soup', 'hot', 'soup', 1), ('Soup', 'hot ', 'Soup', 2), ('SOUP', 'hot  ', 'SOUP', 3), ('bread', 'cold', 'bread', 4);
CREATE VIEW menu AS SELECT name AS dish, note, label, id FROM dish;
`;
const BUDGET = { maxVmSteps: 1e6, deadlineMs: 3000, maxRows: 1000, maxBytes: 1e6 };

let database: SqliteDatabase;
beforeAll(async () => {
  database = await SqliteDatabase.open(DUMP);
});
afterAll(() => {
  database.close();
});

async function verdict(gold: string, own: string): Promise<{ match: boolean; reasons: string[] }> {
  const [reference] = await runReferences([gold], database, BUDGET);
  const [execution] = await database.execute([own]);
  if (reference === undefined || execution === undefined) throw new Error('not run');
  expect(execution.status, own).toBe('rows');
  const found = matchReference(reference, execution);
  return { match: found.match, reasons: reasonsOf(found).map(({ id }) => id) };
}

test.each([
  // By name, number, alias, expression, in the output and outside of it.
  ['SELECT name, papers FROM venue ORDER BY papers', 'SELECT name, papers FROM venue ORDER BY papers, name DESC'],
  ['SELECT name, papers FROM venue ORDER BY 2 DESC', 'SELECT papers, name FROM venue ORDER BY papers DESC, name DESC'],
  [
    'SELECT name, papers * 2 AS n FROM venue ORDER BY n',
    'SELECT name, papers + papers FROM venue ORDER BY 2, name DESC',
  ],
  ['SELECT papers % 2 FROM venue ORDER BY papers % 2', 'SELECT papers % 2 AS odd FROM venue ORDER BY odd, name DESC'],
  ['SELECT name FROM venue ORDER BY papers DESC', 'SELECT name FROM venue ORDER BY papers DESC, name DESC'],
  ['SELECT name, papers AS n FROM venue ORDER BY n * 2', 'SELECT name, papers FROM venue ORDER BY papers, name DESC'],
  [
    'SELECT city, COUNT(*) AS count FROM venue GROUP BY city ORDER BY CASE WHEN count IS NULL THEN 1 ELSE 0 END, count DESC',
    'SELECT city, COUNT(*) FROM venue GROUP BY city ORDER BY 2 DESC, city DESC',
  ],
  // The column goes before the alias: all of one city tie.
  [
    'SELECT papers AS city FROM venue ORDER BY lower(city)',
    'SELECT papers FROM venue ORDER BY lower(venue.city), papers DESC',
  ],
  ['SELECT v.name FROM venue v ORDER BY v.papers;', 'SELECT name FROM venue ORDER BY papers, name DESC'],
  ['SELECT * FROM venue ORDER BY papers', 'SELECT * FROM venue ORDER BY papers, name DESC'],
  ['SELECT name FROM venue ORDER BY city COLLATE NOCASE', 'SELECT name FROM venue ORDER BY lower(city), name DESC'],
  ['SELECT name FROM venue ORDER BY city DESC NULLS LAST', 'SELECT name FROM venue ORDER BY city DESC, name DESC'],
  ['SELECT DISTINCT papers, name FROM venue ORDER BY papers', 'SELECT papers, name FROM venue ORDER BY 1, 2 DESC'],
  [
    'SELECT papers, COUNT(*) AS n FROM venue GROUP BY papers ORDER BY n DESC',
    'SELECT papers, COUNT(*) FROM venue GROUP BY papers ORDER BY 2 DESC, papers DESC',
  ],
  [
    'SELECT papers FROM venue GROUP BY papers ORDER BY COUNT(*)',
    'SELECT papers FROM venue GROUP BY papers ORDER BY COUNT(*), papers DESC',
  ],
  [
    'SELECT name, papers FROM venue WHERE papers = 1 UNION SELECT name, papers FROM venue ORDER BY papers',
    'SELECT name, papers FROM venue ORDER BY papers, name DESC',
  ],
  [
    'WITH few AS (SELECT name, papers FROM venue ORDER BY name) SELECT name FROM few ORDER BY papers',
    'SELECT name FROM venue ORDER BY papers, name DESC',
  ],
])('tied rows stand in any order: %s', async (gold, own) => {
  expect(await verdict(gold, own)).toEqual({ match: true, reasons: ['match-same'] });
});

test.each([
  ['SELECT name FROM venue ORDER BY papers LIMIT 1', "SELECT 'EV' AS name FROM venue LIMIT 1"],
  [
    'SELECT name, papers FROM venue ORDER BY papers LIMIT 2',
    'SELECT name, papers FROM venue ORDER BY 2, 1 DESC LIMIT 2',
  ],
  ['SELECT name FROM venue ORDER BY papers LIMIT 2 OFFSET 1', "SELECT name FROM venue WHERE name IN ('BY', 'EV')"],
  ['SELECT name FROM venue ORDER BY papers LIMIT 2, 2', "SELECT name FROM venue WHERE name IN ('CZ', 'DW')"],
  [
    'SELECT DISTINCT name, papers FROM venue ORDER BY papers LIMIT 1',
    'SELECT name, papers FROM venue ORDER BY papers, name DESC LIMIT 1',
  ],
  [
    'SELECT name, papers FROM venue UNION SELECT name, papers FROM venue ORDER BY 2 LIMIT 1',
    'SELECT name, papers FROM venue ORDER BY papers, name DESC LIMIT 1',
  ],
])('a LIMIT that cuts a tie takes any choice: %s', async (gold, own) => {
  expect(await verdict(gold, own)).toEqual({ match: true, reasons: ['match-same'] });
});

test.each([
  ['SELECT name, papers FROM venue ORDER BY papers', 'SELECT name, papers FROM venue ORDER BY papers DESC'],
  ['SELECT name FROM venue ORDER BY papers DESC', 'SELECT name FROM venue ORDER BY name'],
  ['SELECT name FROM venue ORDER BY papers, name', 'SELECT name FROM venue ORDER BY papers, name DESC'],
  ['SELECT name FROM venue ORDER BY city', 'SELECT name FROM venue ORDER BY lower(city), name DESC'],
  ['SELECT name FROM venue ORDER BY papers LIMIT 1', "SELECT 'DW' AS name FROM venue LIMIT 1"],
  // The same tied row twice.
  ['SELECT name FROM venue ORDER BY papers LIMIT 2', "SELECT 'EV' FROM venue LIMIT 2"],
  ['SELECT name, papers FROM venue ORDER BY papers LIMIT 4', 'SELECT name, papers FROM venue ORDER BY name LIMIT 4'],
])('other keys are another order, other rows another choice: %s', async (gold, own) => {
  const { match, reasons } = await verdict(gold, own);
  expect(match).toBe(false);
  expect(reasons).not.toContain('order-as-it-stands');
});

test.each([
  'SELECT DISTINCT name FROM venue ORDER BY papers',
  'SELECT name, papers FROM venue UNION SELECT city, papers FROM venue ORDER BY papers LIMIT 3 OFFSET 1 + 0',
  'SELECT name, papers FROM venue ORDER BY papers LIMIT 4 OFFSET (SELECT 0)',
])('where the key cannot be read, order is taken as it stands, and that is said: %s', async (gold) => {
  expect(await verdict(gold, gold)).toEqual({ match: true, reasons: ['match-same', 'order-as-it-stands'] });
  const turned = gold.replace(/ORDER BY [a-z]+/, 'ORDER BY name DESC, papers');
  const { match, reasons } = await verdict(gold, turned);
  expect([match, reasons.at(-1)]).toEqual([false, 'order-as-it-stands']);
});

test.each([
  ['SELECT id FROM dish ORDER BY name', 'SELECT id FROM dish ORDER BY name, id DESC'],
  ['SELECT name, id FROM dish ORDER BY 1 DESC;', 'SELECT name, id FROM dish ORDER BY name DESC, id DESC'],
  ['SELECT id FROM dish ORDER BY note -- as served', 'SELECT id FROM dish ORDER BY rtrim(note), id DESC'],
  ['SELECT id FROM menu ORDER BY dish', 'SELECT id FROM menu ORDER BY lower(dish), id DESC'],
  ['SELECT * FROM menu ORDER BY 1', 'SELECT * FROM menu ORDER BY 1, id DESC'],
  ['SELECT id FROM (SELECT name n, id FROM dish) ORDER BY n', 'SELECT id FROM dish ORDER BY name, id DESC'],
  ['WITH d AS (SELECT * FROM dish) SELECT id FROM d ORDER BY name', 'SELECT id FROM dish ORDER BY name, id DESC'],
  [
    'SELECT name, id FROM dish UNION ALL SELECT name, id FROM dish ORDER BY 1',
    'SELECT name, id FROM dish UNION ALL SELECT name, id FROM dish ORDER BY 1, 2 DESC',
  ],
  ['SELECT id FROM dish ORDER BY name DESC LIMIT 1', 'SELECT id FROM dish ORDER BY name DESC, id DESC LIMIT 1'],
  ['SELECT id FROM dish ORDER BY id > 3, name', 'SELECT id FROM dish ORDER BY id > 3, id DESC'],
])('rows tie under the collation that a column was declared with: %s', async (gold, own) => {
  expect(await verdict(gold, own)).toEqual({ match: true, reasons: ['match-same'] });
});

test.each([
  ['SELECT id FROM dish ORDER BY label DESC', 'SELECT id FROM dish ORDER BY lower(label) DESC, id DESC'],
  ['SELECT id FROM dish ORDER BY name COLLATE BINARY', 'SELECT id FROM dish ORDER BY name, id'],
  ["SELECT id FROM dish ORDER BY name || ''", 'SELECT id FROM dish ORDER BY name, id'],
  ['SELECT id FROM dish ORDER BY note COLLATE NOCASE', 'SELECT id FROM dish ORDER BY rtrim(note), id DESC'],
])('and not where SQLite compares every byte: %s', async (gold, own) => {
  expect(await verdict(gold, own)).toEqual({ match: false, reasons: [expect.any(String)] });
});

test('a result without an order is a bag, whatever it is cut to', async () => {
  expect(await verdict('SELECT name FROM venue', 'SELECT name FROM venue ORDER BY name DESC')).toEqual({
    match: true,
    reasons: ['match-same'],
  });
});
