import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/grpo/random.ts';
import { makeSchemaIndex, type SchemaIndex } from '../../../src/linking/schema-index.ts';
import { Evaluator, sampleTrace } from '../../../src/samplers/sketch/process.ts';
import { quoteIdentifier, quoteValue } from '../../../src/samplers/sketch/quote.ts';
import { renderSketch } from '../../../src/samplers/sketch/render.ts';
import {
  columnExpression,
  dateExpression,
  dayExpression,
  durationExpression,
  EMPTY_SKETCH,
  hundredthExpression,
  productExpression,
  type Condition,
  type Figure,
  type Sketch,
} from '../../../src/samplers/sketch/sketch.ts';
import { openTestDatabase } from '../../database/helpers.ts';
import { FLEET_QUESTIONS, FLEET_SQL, grammarOf, indexOf } from './fleet.ts';
import { ODD_SCHEMAS } from '../schemas.ts';

/**
 * SQL texts of 500 drawn sketches of a question, and which of them hold a made-up name. At a high temperature every
 * frame occurs.
 */
function texts(question: string, index: SchemaIndex): Map<string, boolean> {
  const grammar = grammarOf(question, index);
  const evaluator = new Evaluator(() => 0, 8);
  const random = seededRandom(5).next;
  return new Map(
    Array.from({ length: 500 }, () => {
      const { sketch } = sampleTrace(grammar, evaluator, random).final;
      return [renderSketch(sketch, index), sketch.invented !== null];
    }),
  );
}

describe('SQLite compiles every sketch, unless a name in it is made up', () => {
  const cases = [
    ...Object.entries(ODD_SCHEMAS),
    ['the fleet', { sql: FLEET_SQL, questions: Object.values(FLEET_QUESTIONS) }] as const,
  ];
  it.each(cases)('%s', async (_name, { sql, questions }) => {
    const database = await openTestDatabase(sql);
    const index = makeSchemaIndex(database.schema);
    for (const question of questions) {
      const sketches = [...texts(question, index)];
      const executions = await database.execute(sketches.map(([text]) => text));
      executions.forEach(({ status, error }, i) => {
        const [text, madeUp] = sketches[i] ?? ['', false];
        if (madeUp) expect(status, text).toBe('invalid');
        else expect(['rows', 'empty'], `${text}: ${error ?? ''}`).toContain(status);
      });
    }
    database.close();
  });
});

describe('one sketch', () => {
  const fleet = indexOf(FLEET_SQL);
  const title = columnExpression('boat', 'title');
  const length = columnExpression('boat', 'length');
  const built = columnExpression('boat', 'built');
  const name = columnExpression('owner', 'name');
  const city = columnExpression('owner', 'city');
  const condition = (
    on: Condition['on'],
    operator: Condition['operator'],
    value: string | number,
    upper: string | number | null = null,
  ): Condition => ({ on, operator, value, upper });
  const figure = (function_: Figure['name'], argument: Figure['argument'], rowsOf: string | null = null): Figure => ({
    name: function_,
    argument,
    rowsOf,
    distinct: false,
  });
  const write = async (sketch: Partial<Sketch>): Promise<string> =>
    renderSketch({ ...EMPTY_SKETCH, select: [title], tables: ['boat'], ...sketch }, await fleet);
  const rows = async (text: string): Promise<unknown> => {
    const database = await openTestDatabase(FLEET_SQL);
    const [execution] = await database.execute([text]);
    database.close();
    if (execution?.status !== 'rows' && execution?.status !== 'empty')
      throw new Error(`${text}: ${execution?.error ?? ''}`);
    return execution.rows.map((row) => (row.length === 1 ? row[0] : row));
  };

  it('names tables only where there are several', async () => {
    expect(await write({})).toBe('SELECT title FROM boat');
    expect(await write({ select: [title, city], tables: ['boat', 'owner'] })).toBe(
      'SELECT boat.title, owner.city FROM boat JOIN owner ON boat.owner_id = owner.id',
    );
    expect(await write({ tables: ['boat', 'owner'], joinOn: false, distinct: true })).toBe(
      'SELECT DISTINCT boat.title FROM boat, owner',
    );
  });

  it('values of one column are alternatives, each once; other conditions hold together, or each is enough', async () => {
    const where = async (any: boolean, ...conditions: Condition[]): Promise<string> =>
      (await write({ conditions, any })).replace('SELECT title FROM boat WHERE ', '');
    expect(await where(false, condition(title, '=', 'Dori'), condition(title, '=', "it's"))).toBe(
      "title IN ('Dori', 'it''s')",
    );
    expect(await where(false, condition(title, '=', 'Dori'), condition(title, '=', 'Dori'))).toBe("title = 'Dori'");
    expect(
      await where(false, condition(title, '<>', 'a'), condition(title, '<>', 'b'), condition(length, '>', 3)),
    ).toBe("title <> 'a' AND title <> 'b' AND length > 3");
    expect(await where(true, condition(title, '=', 'a'), condition(length, '>', 3))).toBe(
      "(title = 'a' OR length > 3)",
    );
    expect(await where(true, condition(title, '=', 'a'), condition(title, '=', 'b'))).toBe("title IN ('a', 'b')");
    expect(await where(false, condition(length, 'between', 3, 5))).toBe('length BETWEEN 3 AND 5');
    expect(await where(false, condition(dateExpression('boat', 'built', '%Y'), 'between', '2019', 2021))).toBe(
      "strftime('%Y', built) BETWEEN '2019' AND '2021'",
    );
    expect(await where(false, condition(title, 'LIKE', '%x%'))).toBe("title LIKE '%x%'");
    expect(await where(false, condition(length, 'IS NULL', ''))).toBe('length IS NULL');
  });

  it('dates are days, whole months and years', async () => {
    const day = dayExpression('boat', 'built');
    expect(await write({ conditions: [condition(day, 'between', '2019-05-01', '2019-05-31')] })).toBe(
      "SELECT title FROM boat WHERE date(built) BETWEEN '2019-05-01' AND '2019-05-31'",
    );
    expect(await rows(await write({ conditions: [condition(day, 'between', '2019-05-01', '2019-05-31')] }))).toEqual([
      'Calypso',
    ]);
    expect(await rows(await write({ conditions: [condition(day, '>', '2019-05-31')] }))).toEqual(['Dori']);
    expect(
      await rows(await write({ conditions: [condition(dateExpression('boat', 'built', '%m'), '=', '04')] })),
    ).toEqual(['Breeze']);
    expect(
      await rows(await write({ select: [], figures: [figure('MAX', durationExpression('boat', 'built', 'built'))] })),
    ).toEqual([0]);
    expect(
      await rows(await write({ select: [], figures: [figure('SUM', hundredthExpression('boat', 'length'))] })),
    ).toEqual([expect.closeTo(0.285, 9)]);
  });

  it('groups by a key that is not shown, has, orders and limits', async () => {
    const sum = figure('SUM', productExpression({ table: 'boat', column: 'length' }, { table: 'boat', column: 'id' }));
    expect(
      await write({
        select: [name],
        groupBy: [columnExpression('owner', 'id')],
        figures: [sum],
        alias: true,
        orderBy: 'figure',
        limit: 3,
        tables: ['owner', 'boat'],
      }),
    ).toBe(
      'SELECT owner.name, SUM(boat.length * boat.id) AS total FROM owner JOIN boat ON boat.owner_id = owner.id GROUP BY owner.id ORDER BY SUM(boat.length * boat.id) DESC LIMIT 3',
    );
    const count = figure('COUNT', null, 'boat');
    expect(
      await write({
        groupBy: [title],
        figures: [count],
        showFigures: false,
        having: { operator: 'between', value: 2, upper: 4 },
      }),
    ).toBe('SELECT title FROM boat GROUP BY title HAVING COUNT(*) BETWEEN 2 AND 4');
    expect(await write({ select: [], figures: [{ ...count, argument: title, distinct: true }] })).toBe(
      'SELECT COUNT(DISTINCT title) FROM boat',
    );
    expect(await write({ select: [], figures: [count], alias: true })).toBe(
      'SELECT COUNT(*) AS number_of_boat FROM boat',
    );
    expect(await write({ orderBy: length, descending: false, limit: 1, offset: 2 })).toBe(
      'SELECT title FROM boat ORDER BY length ASC LIMIT 1 OFFSET 2',
    );
  });

  it('several figures stand side by side, and HAVING and ORDER BY are about the first', async () => {
    const figures = [figure('MIN', length), figure('MAX', length), figure('COUNT', null, 'boat')];
    expect(await write({ select: [], figures })).toBe('SELECT MIN(length), MAX(length), COUNT(*) FROM boat');
    expect(await rows(await write({ select: [], figures }))).toEqual([[7, 12, 4]]);
    expect(
      await write({
        select: [city],
        groupBy: [city],
        figures,
        tables: ['owner', 'boat'],
        orderBy: 'figure',
        having: { operator: '>', value: 1, upper: null },
      }),
    ).toBe(
      'SELECT owner.city, MIN(boat.length), MAX(boat.length), COUNT(*) FROM owner JOIN boat ON boat.owner_id = owner.id GROUP BY owner.city HAVING MIN(boat.length) > 1 ORDER BY MIN(boat.length) DESC',
    );
  });

  it('groups themselves are counted', async () => {
    const text = await write({
      select: [name],
      groupBy: [columnExpression('owner', 'id')],
      figures: [figure('COUNT', null, 'boat')],
      showFigures: false,
      having: { operator: '>', value: 1, upper: null },
      countGroups: true,
      tables: ['owner', 'boat'],
    });
    expect(text).toBe(
      'SELECT COUNT(*) FROM (SELECT owner.name FROM owner JOIN boat ON boat.owner_id = owner.id GROUP BY owner.id HAVING COUNT(*) > 1)',
    );
    expect(await rows(text)).toEqual([1]);
  });

  it('an extreme is looked for among all rows, or among those that meet the conditions', async () => {
    const sketch = { extreme: { on: length, greatest: true }, conditions: [condition(built, '<', '2020-01-01')] };
    expect(await write(sketch)).toBe(
      "SELECT title FROM boat WHERE built < '2020-01-01' AND length = (SELECT MAX(length) FROM boat)",
    );
    expect(await rows(await write(sketch))).toEqual([]);
    expect(await write({ ...sketch, inside: true })).toBe(
      "SELECT title FROM boat WHERE built < '2020-01-01' AND length = (SELECT MAX(length) FROM boat WHERE built < '2020-01-01')",
    );
    expect(await rows(await write({ ...sketch, inside: true }))).toEqual(['Breeze']);
    expect(await rows(await write({ extreme: { on: length, greatest: false } }))).toEqual(['Calypso']);
    const joined = await write({
      extreme: { on: length, greatest: true },
      conditions: [condition(city, '=', 'Turku')],
      inside: true,
      tables: ['boat', 'owner'],
    });
    expect(joined).toBe(
      "SELECT boat.title FROM boat JOIN owner ON boat.owner_id = owner.id WHERE owner.city = 'Turku' AND boat.length = (SELECT MAX(boat.length) FROM boat JOIN owner ON boat.owner_id = owner.id WHERE owner.city = 'Turku')",
    );
    expect(await rows(joined)).toEqual(['Calypso']);
  });

  it('an average is that of all rows', async () => {
    const text = await write({
      average: { on: length, operator: '>' },
      conditions: [condition(title, '<>', 'Dori')],
      tables: ['boat', 'owner'],
    });
    expect(text).toBe(
      "SELECT boat.title FROM boat JOIN owner ON boat.owner_id = owner.id WHERE boat.title <> 'Dori' AND boat.length > (SELECT AVG(length) FROM boat)",
    );
    expect(await rows(await write({ average: { on: length, operator: '<' } }))).toEqual(['Calypso']);
  });

  it('what is absent is compared by the whole key, without NULLs', async () => {
    expect(await write({ select: [name], tables: ['owner'], absentFrom: 'boat' })).toBe(
      'SELECT name FROM owner WHERE id NOT IN (SELECT owner_id FROM boat WHERE owner_id IS NOT NULL)',
    );
    const { sql } = ODD_SCHEMAS['composite keys, self references and a chain'] ?? { sql: '' };
    const database = await openTestDatabase(sql);
    const text = renderSketch(
      { ...EMPTY_SKETCH, select: [columnExpression('port', 'name')], tables: ['port'], absentFrom: 'ship' },
      makeSchemaIndex(database.schema),
    );
    expect(text).toBe(
      'SELECT name FROM port WHERE (country, no) NOT IN (SELECT home_country, home_no FROM ship WHERE home_country IS NOT NULL AND home_no IS NOT NULL)'.replaceAll(
        /\bno\b/gu,
        '"no"',
      ),
    );
    expect((await database.execute([text]))[0]).toMatchObject({ status: 'rows', rows: [['Hanko']] });
    database.close();
  });

  it('conditions of what is absent stand inside NOT IN and bring no join outside', async () => {
    const sketch = {
      select: [name],
      absentFrom: 'boat',
      conditions: [condition(length, '>', 8)],
      tables: ['owner', 'boat'],
    };
    expect(await write({ ...sketch, inside: true })).toBe(
      'SELECT name FROM owner WHERE id NOT IN (SELECT owner_id FROM boat WHERE owner_id IS NOT NULL AND length > 8)',
    );
    expect(await rows(await write({ ...sketch, select: [columnExpression('owner', 'id')], inside: true }))).toEqual([
      2, 3,
    ]);
    expect(await write({ ...sketch, conditions: [condition(city, '=', 'Oslo')], tables: ['owner'] })).toBe(
      "SELECT name FROM owner WHERE city = 'Oslo' AND id NOT IN (SELECT owner_id FROM boat WHERE owner_id IS NOT NULL)",
    );
  });

  it('two conditions on different rows of one thing are an INTERSECT, the others hold in both', async () => {
    const sketch = { select: [name], tables: ['owner', 'boat'], both: true };
    const text = await write({
      ...sketch,
      conditions: [condition(length, '>', 8), condition(title, '=', 'Calypso'), condition(city, '=', 'Turku')],
    });
    expect(text).toBe(
      "SELECT owner.name FROM owner JOIN boat ON boat.owner_id = owner.id WHERE boat.length > 8 AND owner.city = 'Turku' INTERSECT SELECT owner.name FROM owner JOIN boat ON boat.owner_id = owner.id WHERE boat.title = 'Calypso' AND owner.city = 'Turku'",
    );
    expect(
      await rows(
        await write({ ...sketch, conditions: [condition(title, '=', 'Breeze'), condition(title, '=', 'Dori')] }),
      ),
    ).toEqual(['Ada']);
    expect(await write({ ...sketch, conditions: [condition(length, '>', 8)] })).not.toContain('INTERSECT');
  });

  it('tables that only filter stand in IN (SELECT …) and multiply no rows', async () => {
    const sketch = {
      select: [name],
      tables: ['owner', 'boat'],
      conditions: [condition(length, '>', 8), condition(city, '=', 'Oslo')],
    };
    expect(await rows(await write(sketch))).toEqual(['Ada', 'Ada']);
    expect(await write({ ...sketch, semijoin: true })).toBe(
      "SELECT name FROM owner WHERE city = 'Oslo' AND id IN (SELECT owner_id FROM boat WHERE length > 8)",
    );
    expect(await rows(await write({ ...sketch, semijoin: true }))).toEqual(['Ada']);
    expect(await write({ ...sketch, semijoin: true, any: true })).toBe(
      "SELECT name FROM owner WHERE (city = 'Oslo' OR id IN (SELECT owner_id FROM boat WHERE length > 8))",
    );
    const database = await openTestDatabase(ODD_SCHEMAS['composite keys, self references and a chain']?.sql);
    const index = makeSchemaIndex(database.schema);
    const text = renderSketch(
      {
        ...EMPTY_SKETCH,
        select: [columnExpression('port', 'name')],
        tables: ['port', 'voyage'],
        conditions: [condition(columnExpression('voyage', 'tons'), '>', 15)],
        semijoin: true,
      },
      index,
    );
    expect(text).toBe(
      'SELECT name FROM port WHERE (country, "no") IN (SELECT ship.home_country, ship.home_no FROM ship JOIN voyage ON voyage.ship_id = ship.id WHERE voyage.tons > 15)',
    );
    expect((await database.execute([text]))[0]?.rows).toEqual([['Visby']]);
    database.close();
  });

  it('one column of two tables: what both have, only the first, or either', async () => {
    const second = columnExpression('harbour', 'name');
    const sketch = { select: [name], tables: ['owner'] };
    expect(await write({ ...sketch, combined: { operator: 'EXCEPT', first: name, second } })).toBe(
      'SELECT name FROM owner EXCEPT SELECT name FROM harbour',
    );
    expect(await rows(await write({ ...sketch, combined: { operator: 'EXCEPT', first: name, second } }))).toEqual([
      "Miles O'Hara",
    ]);
    expect(await rows(await write({ ...sketch, combined: { operator: 'INTERSECT', first: name, second } }))).toEqual([
      'Ada',
    ]);
    expect(await rows(await write({ ...sketch, combined: { operator: 'UNION', first: name, second } }))).toEqual([
      'Ada',
      "Miles O'Hara",
      'North',
    ]);
    expect(
      await write({
        ...sketch,
        combined: { operator: 'EXCEPT', first: name, second },
        conditions: [condition(columnExpression('harbour', 'city'), '=', 'Oslo')],
      }),
    ).toBe("SELECT name FROM owner EXCEPT SELECT name FROM harbour WHERE city = 'Oslo'");
  });

  it('the chosen one of parallel keys joins, and no other', async () => {
    const index = await indexOf(ODD_SCHEMAS['two keys to one table, and another way round']?.sql ?? '');
    const sketch = {
      ...EMPTY_SKETCH,
      select: [columnExpression('team', 'name'), columnExpression('game', 'goals')],
      tables: ['team', 'game'],
    };
    const texts = [0, 1, 2].map((path) => renderSketch({ ...sketch, path }, index));
    expect(texts[0]).toBe('SELECT team.name, game.goals FROM team JOIN game ON game.home = team.id');
    expect(texts[1]).toBe('SELECT team.name, game.goals FROM team JOIN game ON game.away = team.id');
    expect(texts[2]).toBe(
      'SELECT team.name, game.goals FROM team JOIN fan ON fan.team_id = team.id JOIN game ON fan.game_id = game.id',
    );
    expect(renderSketch({ ...sketch, path: 9 }, index)).toBe(texts[0]);
  });

  it('tables that nothing connects are crossed, and said to be', async () => {
    const index = await indexOf(ODD_SCHEMAS['tables that nothing connects']?.sql ?? '');
    expect(
      renderSketch({ ...EMPTY_SKETCH, select: [columnExpression('cat', 'name')], tables: ['cat', 'tree'] }, index),
    ).toBe('SELECT cat.name FROM cat CROSS JOIN tree');
  });

  it('a year between two years is found in the data', async () => {
    const database = await openTestDatabase(ODD_SCHEMAS['dates and numbers stored as text']?.sql);
    const text = renderSketch(
      {
        ...EMPTY_SKETCH,
        select: [columnExpression('trip', 'id')],
        tables: ['trip'],
        conditions: [condition(dateExpression('trip', 'day', '%Y'), 'between', '2019', 2020)],
      },
      makeSchemaIndex(database.schema),
    );
    expect((await database.execute([text]))[0]?.rows).toEqual([[1], [2]]);
    database.close();
  });
});

it.each([
  ['boat', 'boat'],
  ['Boat_2', 'Boat_2'],
  ['order', '"order"'],
  ['GROUP', '"GROUP"'],
  ['2nd', '"2nd"'],
  ['a b', '"a b"'],
  ['a"b', '"a""b"'],
  ['größe', '"größe"'],
  ['', '""'],
  ['a.b', '"a.b"'],
])('the name %s is written %s', (name, written) => {
  expect(quoteIdentifier(name)).toBe(written);
});

it('every keyword of SQLite that cannot be a bare name is quoted', async () => {
  const words =
    'ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC BETWEEN BY CASE CAST CHECK COLLATE COLUMN COMMIT CONSTRAINT CREATE CROSS CURRENT_DATE DEFAULT DEFERRABLE DELETE DESC DISTINCT DROP EACH ELSE END ESCAPE EXCEPT EXISTS EXPLAIN FILTER FOREIGN FROM FULL GLOB GROUP HAVING IF IN INDEX INDEXED INNER INSERT INTERSECT INTO IS ISNULL JOIN KEY LEFT LIKE LIMIT MATCH NATURAL NOT NOTHING NOTNULL NULL OF OFFSET ON OR ORDER OUTER OVER PLAN PRAGMA PRIMARY RAISE REFERENCES REGEXP RETURNING RIGHT ROW ROWS SELECT SET TABLE TEMP THEN TO TRANSACTION TRIGGER UNION UNIQUE UPDATE USING VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHIN WITHOUT'.split(
      ' ',
    );
  const database = await openTestDatabase(words.map((word) => `CREATE TABLE "${word}" ("${word}" INT);`).join('\n'));
  const executions = await database.execute(
    words.map(
      (word) => `SELECT ${quoteIdentifier(word)} FROM ${quoteIdentifier(word)} GROUP BY ${quoteIdentifier(word)}`,
    ),
  );
  database.close();
  expect(executions.filter(({ status }) => status !== 'empty').map(({ error }) => error)).toEqual([]);
});

it('values are written as SQLite reads them', async () => {
  const values = ["it's", '"', '', '日本', '\\', '%_', "''; DROP TABLE x; --", 1e21, 0.1, -3, 5e-7];
  const database = await openTestDatabase();
  const executions = await database.execute(values.map((value) => `SELECT ${quoteValue(value)}`));
  database.close();
  expect(executions.map(({ rows }) => rows[0]?.[0])).toEqual(values);
});
