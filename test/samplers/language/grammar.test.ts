import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqliteDatabase } from '../../../src/database/sqlite-database.ts';
import { seededRandom } from '../../../src/grpo/random.ts';
import { grammarOf, schemaGrammar } from '../../../src/samplers/language/grammar.ts';
import { openTestDatabase, SHOP_SQL } from '../../database/helpers.ts';
import { derive, readGbnf } from '../../support/gbnf.ts';
import { FLEET_SQL } from '../sketch/fleet.ts';
import { ODD_SCHEMAS } from '../schemas.ts';

const DERIVATIONS = 400;
const SCHEMAS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(ODD_SCHEMAS).map(([name, { sql }]) => [name, sql])),
  'a few boats': FLEET_SQL,
  'the shop': SHOP_SQL,
  'names that are traps': `
    CREATE TABLE "count" ("select" INTEGER PRIMARY KEY, "a ""b"" \\ c" TEXT, "tab	bed" TEXT, "it's" REAL, "-- x" TEXT, "日本" TEXT, "]" INT);
    CREATE TABLE "a" (b INT REFERENCES "count" ("select"), "b.c" INT, "*" TEXT);
    CREATE TABLE "line
break" (x INT);
    INSERT INTO "count" VALUES (1, 'x', 'y', 2.5, 'z', 'w', 3);
    INSERT INTO "a" VALUES (1, 2, 'q');
    CREATE VIEW "group" AS SELECT b AS "where", "*" AS "from" FROM "a";`,
  'many to many': `
    CREATE TABLE student (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE course (id INTEGER PRIMARY KEY, title TEXT, points INT);
    CREATE TABLE takes (student_id INT REFERENCES student (id), course_id INT REFERENCES course (id), grade REAL);
    INSERT INTO student VALUES (1, 'Ada'); INSERT INTO course VALUES (1, 'Logic', 5); INSERT INTO takes VALUES (1, 1, 4.5);`,
};

describe.each(Object.entries(SCHEMAS))('the grammar of %s', (_name, sql) => {
  let database: SqliteDatabase;
  beforeAll(async () => {
    database = await openTestDatabase(sql);
  });
  afterAll(() => {
    database.close();
  });

  it(`every one of ${DERIVATIONS} random derivations compiles`, async () => {
    const grammar = readGbnf(schemaGrammar(database.schema));
    const { next } = seededRandom(7);
    const texts = Array.from({ length: DERIVATIONS }, () => derive(grammar, next));
    const executions = await database.execute(texts);
    const failures = executions.flatMap(({ status, error }, i) =>
      status === 'invalid' || status === 'refused' ? [{ sql: texts[i], error }] : [],
    );
    expect(failures).toEqual([]);
  });
});

describe('what the grammar can say', () => {
  it('uses joins, both ways of a second query, groups and subqueries', async () => {
    const database = await openTestDatabase(SCHEMAS['many to many']);
    database.close();
    const grammar = readGbnf(schemaGrammar(database.schema));
    const { next } = seededRandom(3);
    const all = Array.from({ length: 3000 }, () => derive(grammar, next)).join('\n');
    for (const said of [
      'takes JOIN student ON takes.student_id = student.id JOIN course ON takes.course_id = course.id',
      'FROM takes JOIN course ON',
      ' UNION SELECT ',
      ' EXCEPT SELECT ',
      ' GROUP BY ',
      ' HAVING ',
      'COUNT(DISTINCT ',
      'NOT IN (SELECT student_id FROM takes',
      '(SELECT AVG(points) FROM course)',
      ' LIKE ',
      ' IS NOT NULL',
      ' LIMIT ',
      'SELECT DISTINCT ',
    ]) {
      expect(all).toContain(said);
    }
  });
  it('joins a table with itself under two names', async () => {
    const database = await openTestDatabase(ODD_SCHEMAS['composite keys, self references and a chain']?.sql);
    database.close();
    expect(schemaGrammar(database.schema)).toContain('ship AS a JOIN ship AS b ON a.mother = b.id');
  });
  it('writes the characters that the data hold', async () => {
    const database = await openTestDatabase("CREATE TABLE t (name TEXT); INSERT INTO t VALUES ('Zürich'), ('東京')");
    database.close();
    expect(schemaGrammar(database.schema)).toContain('characters ::= ( [ -&(-~] | "ü" | "東" | "京" )*');
  });
  it('sums only what is a number', async () => {
    const database = await openTestDatabase("CREATE TABLE t (name TEXT); INSERT INTO t VALUES ('a')");
    database.close();
    const text = schemaGrammar(database.schema);
    expect(text).not.toContain('SUM(');
    expect(text).toContain('COUNT(');
  });
});

describe('large schemas', () => {
  const sql = Array.from(
    { length: 40 },
    (_t, i) =>
      `CREATE TABLE t${i} (id INTEGER PRIMARY KEY, ${Array.from({ length: 60 }, (_c, c) => `c${c} TEXT`).join(', ')}, up INT REFERENCES t${Math.floor(i / 2)} (id));`,
  ).join('\n');
  it('are bounded, keep the tables that are wanted, and say what is left out', async () => {
    const database = await openTestDatabase(sql);
    const made = grammarOf(database.schema, { first: ['t39', 't7'], maxTables: 6 });
    const grammar = readGbnf(made.text);
    expect(made.text).toContain('FROM t39');
    expect(made.text).toContain('FROM t7');
    // Beside them what keys join to them.
    expect(made.text).toContain('FROM t19');
    expect(made.leftOut.tables).toBe(34);
    expect(made.leftOut.columns).toBe(40 * 62 - 6 * 40);
    expect(made.text.length).toBeLessThan(60_000);
    const { next } = seededRandom(5);
    const texts = Array.from({ length: 100 }, () => derive(grammar, next));
    expect((await database.execute(texts)).filter(({ status }) => status === 'invalid')).toEqual([]);
    database.close();
  });
  it('is the same text for the same schema', async () => {
    const database = await openTestDatabase(SHOP_SQL);
    database.close();
    expect(schemaGrammar(database.schema)).toBe(schemaGrammar(structuredClone(database.schema)));
  });
});
