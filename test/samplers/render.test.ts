import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/grpo/random.ts';
import { makeSchemaIndex, type SchemaIndex } from '../../src/linking/schema-index.ts';
import { Evaluator, sampleTrace } from '../../src/samplers/sketch/process.ts';
import { quoteIdentifier, quoteValue, renderSketch } from '../../src/samplers/sketch/render.ts';
import { columnExpression, dateExpression, EMPTY_SKETCH, productExpression, type Filter, type Sketch } from '../../src/samplers/sketch/sketch.ts';
import { openTestDatabase } from '../database/helpers.ts';
import { FLEET_QUESTIONS, FLEET_SQL, grammarOf, indexOf } from './fleet.ts';
import { ODD_SCHEMAS } from './schemas.ts';

/** SQL texts of 500 drawn sketches of a question, and which of them hold a made-up name. At a high temperature every shape occurs. */
function texts(question: string, index: SchemaIndex): Map<string, boolean> {
  const grammar = grammarOf(question, index);
  const evaluator = new Evaluator(() => 0, 8);
  const random = seededRandom(5).next;
  return new Map(Array.from({ length: 500 }, () => {
    const { sketch } = sampleTrace(grammar, evaluator, random).final;
    return [renderSketch(sketch, index), sketch.invented !== null];
  }));
}

describe('SQLite compiles every sketch, unless a name in it is made up', () => {
  const cases = [...Object.entries(ODD_SCHEMAS), ['the fleet', { sql: FLEET_SQL, questions: Object.values(FLEET_QUESTIONS) }] as const];
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
  const city = columnExpression('owner', 'city');
  const filter = (on: Filter['on'], operator: Filter['operator'], value: string | number, upper: number | null = null): Filter => ({ on, operator, value, upper });
  const write = async (sketch: Partial<Sketch>): Promise<string> => renderSketch({ ...EMPTY_SKETCH, select: [title], tables: ['boat'], ...sketch }, await fleet);

  it('names tables only where there are several', async () => {
    expect(await write({})).toBe('SELECT title FROM boat');
    expect(await write({ select: [title, city], tables: ['boat', 'owner'] })).toBe('SELECT boat.title, owner.city FROM boat JOIN owner ON boat.owner_id = owner.id');
    expect(await write({ tables: ['boat', 'owner'], joinOn: false, distinct: true })).toBe('SELECT DISTINCT boat.title FROM boat, owner');
  });

  it('values of one column are alternatives, each once; other conditions hold together', async () => {
    const where = async (...filters: Filter[]): Promise<string> => (await write({ filters })).replace('SELECT title FROM boat WHERE ', '');
    expect(await where(filter(title, '=', 'Dori'), filter(title, '=', "it's"))).toBe("title IN ('Dori', 'it''s')");
    expect(await where(filter(title, '=', 'Dori'), filter(title, '=', 'Dori'))).toBe("title = 'Dori'");
    expect(await where(filter(title, '<>', 'a'), filter(title, '<>', 'b'), filter(length, '>', 3))).toBe("title <> 'a' AND title <> 'b' AND length > 3");
    expect(await where(filter(length, 'between', 3, 5))).toBe('length BETWEEN 3 AND 5');
    expect(await where(filter(dateExpression('boat', 'built', '%Y'), 'between', '2019', 2021))).toBe("strftime('%Y', built) BETWEEN '2019' AND '2021'");
    expect(await where(filter(title, 'LIKE', '%x%'))).toBe("title LIKE '%x%'");
  });

  it('groups by a key that is not shown, has, orders and limits', async () => {
    const measure = { name: 'SUM', argument: productExpression('boat', 'length', 'id'), rowsOf: null, distinct: false } as const;
    expect(await write({ select: [columnExpression('owner', 'name')], groupBy: columnExpression('owner', 'id'), measure, alias: true, orderBy: 'measure', limit: 3, tables: ['owner', 'boat'] }))
      .toBe('SELECT owner.name, SUM(boat.length * boat.id) AS total_id FROM owner JOIN boat ON boat.owner_id = owner.id GROUP BY owner.id ORDER BY SUM(boat.length * boat.id) DESC LIMIT 3');
    const count = { name: 'COUNT', argument: null, rowsOf: 'boat', distinct: false } as const;
    expect(await write({ groupBy: title, measure: count, showMeasure: false, having: { operator: 'between', value: 2, upper: 4 } })).toBe('SELECT title FROM boat GROUP BY title HAVING COUNT(*) BETWEEN 2 AND 4');
    expect(await write({ select: [], measure: { ...count, argument: title, distinct: true } })).toBe('SELECT COUNT(DISTINCT title) FROM boat');
    expect(await write({ select: [], measure: count, alias: true })).toBe('SELECT COUNT(*) AS number_of_boat FROM boat');
  });

  it('what is absent is compared by the whole key, without NULLs', async () => {
    expect(await write({ select: [columnExpression('owner', 'name')], tables: ['owner'], absentFrom: 'boat' })).toBe('SELECT name FROM owner WHERE id NOT IN (SELECT owner_id FROM boat WHERE owner_id IS NOT NULL)');
    const { sql } = ODD_SCHEMAS['composite keys, self references and a chain'] ?? { sql: '' };
    const database = await openTestDatabase(sql);
    const text = renderSketch({ ...EMPTY_SKETCH, select: [columnExpression('port', 'name')], tables: ['port'], absentFrom: 'ship' }, makeSchemaIndex(database.schema));
    expect(text).toBe('SELECT name FROM port WHERE (country, no) NOT IN (SELECT home_country, home_no FROM ship WHERE home_country IS NOT NULL AND home_no IS NOT NULL)'.replaceAll(/\bno\b/gu, '"no"'));
    expect((await database.execute([text]))[0]).toMatchObject({ status: 'rows', rows: [['Hanko']] });
    database.close();
  });

  it('tables that nothing connects are crossed, and said to be', async () => {
    const index = await indexOf(ODD_SCHEMAS['tables that nothing connects']?.sql ?? '');
    expect(renderSketch({ ...EMPTY_SKETCH, select: [columnExpression('cat', 'name')], tables: ['cat', 'tree'] }, index)).toBe('SELECT cat.name FROM cat CROSS JOIN tree');
  });

  it('a year between two years is found in the data', async () => {
    const database = await openTestDatabase(ODD_SCHEMAS['dates and numbers stored as text']?.sql);
    const text = renderSketch({ ...EMPTY_SKETCH, select: [columnExpression('trip', 'id')], tables: ['trip'], filters: [filter(dateExpression('trip', 'day', '%Y'), 'between', '2019', 2020)] }, makeSchemaIndex(database.schema));
    expect((await database.execute([text]))[0]?.rows).toEqual([[1], [2]]);
    database.close();
  });
});

it.each([['boat', 'boat'], ['Boat_2', 'Boat_2'], ['order', '"order"'], ['GROUP', '"GROUP"'], ['2nd', '"2nd"'], ['a b', '"a b"'], ['a"b', '"a""b"'], ['größe', '"größe"'], ['', '""'], ['a.b', '"a.b"']])('the name %s is written %s', (name, written) => {
  expect(quoteIdentifier(name)).toBe(written);
});

it('every keyword of SQLite that cannot be a bare name is quoted', async () => {
  const words = 'ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC BETWEEN BY CASE CAST CHECK COLLATE COLUMN COMMIT CONSTRAINT CREATE CROSS CURRENT_DATE DEFAULT DEFERRABLE DELETE DESC DISTINCT DROP EACH ELSE END ESCAPE EXCEPT EXISTS EXPLAIN FILTER FOREIGN FROM FULL GLOB GROUP HAVING IF IN INDEX INDEXED INNER INSERT INTERSECT INTO IS ISNULL JOIN KEY LEFT LIKE LIMIT MATCH NATURAL NOT NOTHING NOTNULL NULL OF OFFSET ON OR ORDER OUTER OVER PLAN PRAGMA PRIMARY RAISE REFERENCES REGEXP RETURNING RIGHT ROW ROWS SELECT SET TABLE TEMP THEN TO TRANSACTION TRIGGER UNION UNIQUE UPDATE USING VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHIN WITHOUT'.split(' ');
  const database = await openTestDatabase(words.map((word) => `CREATE TABLE "${word}" ("${word}" INT);`).join('\n'));
  const executions = await database.execute(words.map((word) => `SELECT ${quoteIdentifier(word)} FROM ${quoteIdentifier(word)} GROUP BY ${quoteIdentifier(word)}`));
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
