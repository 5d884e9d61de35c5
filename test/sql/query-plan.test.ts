import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { planOf } from '../../src/sql/query-plan.ts';
import { openTestDatabase } from '../database/helpers.ts';

let database: SqliteDatabase;
beforeAll(async () => {
  database = await openTestDatabase(`
    CREATE TABLE boats (id INTEGER PRIMARY KEY, title TEXT, owner INT, length REAL);
    CREATE INDEX by_owner ON boats (owner);
    CREATE TABLE owners (id INTEGER PRIMARY KEY, name TEXT);
    INSERT INTO boats VALUES (1, 'a', 1, 5.5), (2, 'b', 1, 7); INSERT INTO owners VALUES (1, 'x');
  `);
});
afterAll(() => database.close());

async function said(sql: string): Promise<string[]> {
  const [execution] = await database.execute([`EXPLAIN QUERY PLAN ${sql}`], { budget: { plans: true } });
  expect(execution?.status).toBe('rows');
  return planOf(execution?.rows ?? []).map(({ depth, words }) => `${'  '.repeat(depth)}${words}`);
}

describe('the plan of a query in words', () => {
  it.each<[string, string[]]>([
    ['SELECT * FROM boats', ['Read all rows of boats']],
    ['SELECT * FROM boats WHERE id = 2', ['Find rows of boats by their key (key = a value)']],
    ['SELECT title FROM boats WHERE owner = 1', ['Find rows of boats where owner = a value, with the index by_owner']],
    [
      'SELECT title, COUNT(*) FROM boats GROUP BY title ORDER BY 2',
      ['Read all rows of boats', 'Sort rows to bring the rows of a group together', 'Sort rows to put them in order'],
    ],
    [
      'SELECT name, (SELECT MAX(length) FROM boats b WHERE b.owner = o.id) FROM owners o',
      [
        'Read all rows of o',
        'A query in the query, run again for each row:',
        '  Find rows of b where owner = a value, with the index by_owner',
      ],
    ],
    [
      'SELECT name FROM owners UNION ALL SELECT title FROM boats',
      [
        'Several queries, put together:',
        '  The first query:',
        '    Read all rows of owners',
        '  The next query, all of its rows:',
        '    Read all rows of boats',
      ],
    ],
    ['SELECT 1', ['One row, of no table']],
    [
      'SELECT * FROM boats LEFT JOIN owners ON owners.id = boats.owner',
      ['Read all rows of boats', 'Find rows of owners by their key (key = a value), or none where none meets'],
    ],
  ])('%s', async (sql, expected) => {
    expect(await said(sql)).toEqual(expected);
  });

  it('has every text that SQLite may say, in SQLite’s words where there are none of ours', () => {
    expect(planOf([[1, 0, 0, 'SOMETHING NEW']])).toEqual([{ depth: 0, words: 'SOMETHING NEW', said: 'SOMETHING NEW' }]);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(9), fc.nat(9), fc.string())), (rows) => {
        const plan = planOf(rows);
        expect(plan).toHaveLength(rows.length);
        expect(plan.every(({ depth }, i) => depth <= i)).toBe(true);
      }),
    );
  });
});

it('a plan is only to be had where it is asked for, of one statement that reads', async () => {
  const status = async (sql: string, plans: boolean) =>
    (await database.execute([sql], { budget: plans ? { plans } : {} }))[0]?.status;
  expect(await status('EXPLAIN QUERY PLAN SELECT * FROM boats', false)).toBe('refused');
  expect(await status('EXPLAIN SELECT * FROM boats', true)).toBe('refused');
  expect(await status('EXPLAIN QUERY PLAN DELETE FROM boats', true)).toBe('refused');
  expect(await status('EXPLAIN QUERY PLAN SELECT 1; SELECT 2', true)).toBe('refused');
  expect(await status('EXPLAIN QUERY PLAN SELECT * FROM pragma_table_list', true)).toBe('refused');
});
