/** Which completions agree, on a real database: equal results, and cuts of one order at a tie. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import type { Database } from '../../src/grpo/types.ts';
import { agreeingResults } from '../../src/sql/agreeing.ts';

const DUMP = `
CREATE TABLE venue(name TEXT, papers INTEGER, city TEXT, open INTEGER);
CREATE TABLE dish(name TEXT COLLATE NOCASE, id INTEGER);
INSERT INTO dish VALUES ('soup', 1), ('Soup', 2), ('bread', 3);
INSERT INTO venue VALUES ('AX', 3, 'Bern', 0), ('BY', 1, 'Chur', 1), ('CZ', 1, 'Chur', 0), ('DW', 2, NULL, 0), ('EV', 1, NULL, 0), ('FU', 5, 'Chur', 1);
`;

let database: SqliteDatabase;
beforeAll(async () => {
  database = await SqliteDatabase.open(DUMP);
});
afterAll(() => {
  database.close();
});

/** The classes, and how many texts were run for them. */
async function agreeing(...texts: string[]): Promise<{ classes: (number | null)[]; runs: number }> {
  const executions = await database.execute(texts);
  let runs = 0;
  const counting: Database = {
    schema: database.schema,
    execute: (sql, options) => {
      runs += sql.length;
      return database.execute(sql, options);
    },
    close: () => undefined,
  };
  const completions = texts.map((sql, i) => {
    const execution = executions[i];
    if (execution === undefined) throw new Error('not run');
    return { sql, execution };
  });
  return { classes: await agreeingResults(completions, counting), runs };
}
const first = (keys: string, rest = 'LIMIT 1'): string => `SELECT name FROM venue ORDER BY ${keys} ${rest}`;

test.each([
  ['a finer key', first('papers'), first('papers, name DESC')],
  ['the finer key first', first('papers, name DESC'), first('papers')],
  ['two finer keys, by the open one', first('papers, name'), first('papers, name DESC'), first('papers')],
  ['several rows', first('papers', 'LIMIT 2'), first('papers, name DESC', 'LIMIT 2')],
  ['an offset', first('papers', 'LIMIT 1 OFFSET 1'), first('papers, name DESC', 'LIMIT 1, 1')],
  [
    'other columns',
    'SELECT name, papers FROM venue ORDER BY 2 LIMIT 1',
    'SELECT papers, name FROM venue ORDER BY papers, name DESC LIMIT 1',
  ],
  [
    'a declared collation',
    'SELECT id FROM dish ORDER BY name DESC LIMIT 1',
    'SELECT id FROM dish ORDER BY name DESC, id DESC LIMIT 1',
  ],
  ['an unread key on one side', first('papers'), 'SELECT DISTINCT name FROM venue ORDER BY papers, name DESC LIMIT 1'],
])('a choice among tied rows agrees with another: %s', async (_, ...texts) => {
  const { classes } = await agreeing(...texts);
  expect(classes).toEqual(texts.map(() => 0));
});

test.each([
  ['the other end', first('papers'), first('papers DESC')],
  // The row is among those that tie there, and by chance.
  ['a key that happens to tie over the other choice', first('open DESC'), first('papers DESC')],
  ['finer keys that differ', first('papers, name'), first('papers, name DESC')],
  ['keys that sort nothing', first('NULL'), first('papers, name DESC')],
  ['another offset', first('papers', 'LIMIT 1'), first('papers, name DESC', 'LIMIT 1 OFFSET 1')],
  ['other rows to choose from', first('papers'), 'SELECT name FROM venue WHERE city IS NULL ORDER BY papers LIMIT 1'],
  ['no order', first('papers'), "SELECT name FROM venue WHERE name = 'EV' LIMIT 1"],
  ['an offset that is not read', first('papers', 'LIMIT 1 OFFSET 0 + 0'), first('papers, name DESC')],
  [
    'two keys that are not read',
    'SELECT DISTINCT name FROM venue ORDER BY papers LIMIT 1',
    'SELECT DISTINCT name FROM venue ORDER BY papers, name DESC LIMIT 1',
  ],
])('other results do not: %s', async (_, ...texts) => {
  const { classes } = await agreeing(...texts);
  expect(classes).toEqual([0, 1]);
});

test('classes are counted in order of appearance, and what joins two of them joins them all', async () => {
  const other = 'SELECT COUNT(*) FROM venue';
  const { classes } = await agreeing(
    'SELECT nothing',
    first('papers, name'),
    other,
    first('papers, name DESC'),
    first('papers'),
    other,
  );
  expect(classes).toEqual([null, 0, 1, 0, 0, 1]);
});

test('nothing is run where results are equal, of other sizes, not sorted or not cut', async () => {
  const { runs } = await agreeing(
    first('papers'),
    first('papers'),
    first('papers', 'LIMIT 2'),
    first('papers', ''),
    "SELECT name FROM venue WHERE name = 'EV'",
    'SELECT name FROM venue LIMIT 3',
  );
  expect(runs).toBe(0);
});
