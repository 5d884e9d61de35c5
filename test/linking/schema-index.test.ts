import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_NOTES, withNotes, type SchemaNotes } from '../../src/grpo/schema-notes.ts';
import type { ColumnProfile, Schema, Table } from '../../src/grpo/types.ts';
import { findJoins } from '../../src/linking/joins.ts';
import {
  joinPlan,
  looksLikeKey,
  makeSchemaIndex,
  type JoinEdge,
  type SchemaIndex,
} from '../../src/linking/schema-index.ts';
import { openTestDatabase } from '../database/helpers.ts';

async function indexOf(sql: string): Promise<SchemaIndex> {
  const database = await openTestDatabase(sql);
  database.close();
  return makeSchemaIndex(database.schema);
}

const written = ({ left, right, declared }: JoinEdge): string =>
  `${left.table}(${left.columns.join(',')}) ${declared ? '→' : '⇢'} ${right.table}(${right.columns.join(',')})`;

describe('joins', () => {
  it('follows declared keys: implicit targets, composite keys, self references, two keys to one table', async () => {
    const { joins } = await indexOf(`
      CREATE TABLE harbour (code TEXT PRIMARY KEY, title TEXT);
      CREATE TABLE berth (harbour TEXT REFERENCES harbour, no INT, PRIMARY KEY (harbour, no));
      CREATE TABLE stay (harbour TEXT, berth_no INT, boat INT REFERENCES boat(id), FOREIGN KEY (harbour, berth_no) REFERENCES berth (harbour, no));
      CREATE TABLE boat (id INTEGER PRIMARY KEY, tender_of INT REFERENCES boat(id), home TEXT REFERENCES harbour(code), wintering TEXT REFERENCES harbour(code));
    `);
    expect(joins.map(written)).toEqual([
      'berth(harbour) → harbour(code)',
      'stay(boat) → boat(id)',
      'stay(harbour,berth_no) → berth(harbour,no)',
      'boat(tender_of) → boat(id)',
      'boat(home) → harbour(code)',
      'boat(wintering) → harbour(code)',
    ]);
  });

  it('infers a key from an equal name on a unique column, or from table + generic name', async () => {
    const { joins } = await indexOf(`
      CREATE TABLE boats (boat_id INTEGER, type TEXT, key INT);
      INSERT INTO boats VALUES (1, 'yawl', 1), (2, 'ketch', 2), (3, 'yawl', 3);
      CREATE TABLE trips (trip INTEGER PRIMARY KEY, boat_id INT, crew_id INT, key INT);
      INSERT INTO trips VALUES (10, 1, 7, 1), (11, 1, 8, 2), (12, 2, 7, 3);
      CREATE TABLE crews (id INTEGER PRIMARY KEY, name TEXT, type TEXT);
      INSERT INTO crews VALUES (7, 'Ada', 'a'), (8, 'Ben', 'b');
    `);
    expect(joins.map(written)).toEqual(['trips(boat_id) ⇢ boats(boat_id)', 'trips(crew_id) ⇢ crews(id)']);
  });

  it('a name as general as "key" or "type" connects nothing', async () => {
    const { joins } = await indexOf(`
      CREATE TABLE a (key INTEGER PRIMARY KEY, type TEXT); INSERT INTO a VALUES (1, 'x'), (2, 'y');
      CREATE TABLE b (key INTEGER PRIMARY KEY, type TEXT); INSERT INTO b VALUES (1, 'x'), (2, 'y');
    `);
    expect(joins).toEqual([]);
  });

  describe('names that stand in more than a few tables', () => {
    /** As many tables as a yearly export may have, all with these columns, the first one their key. */
    const alike = (tables: number, columns: readonly string[], primaryKey: boolean): Schema => ({
      tables: Array.from({ length: tables }, (_, t) => ({
        name: `t${t + 1}`,
        kind: 'table' as const,
        rowCount: 9,
        columns: columns.map((name, c) => ({ name, type: 'TEXT', notNull: false, primaryKey: primaryKey && c === 0 })),
        foreignKeys: [],
      })),
      profiles: Array.from({ length: tables }, (_, t) =>
        columns.map((column, c): ColumnProfile => ({
          table: `t${t + 1}`,
          column,
          holds: 'text',
          hasNull: false,
          distinct: 9,
          distinctIsExact: true,
          values: Array.from({ length: 9 }, (_, i) => `${t} ${c} ${i}`),
        })),
      ).flat(),
    });
    const numbered = Array.from({ length: 10 }, (_, c) => `col${c + 1}`);

    it.each([true, false])('numbered alike, they are no keys, declared ones neither (%s)', (primaryKey) => {
      expect(makeSchemaIndex(alike(300, numbered, primaryKey)).joins).toEqual([]);
    });

    it('are looked at once for each table and column, and not once for each pair of tables', () => {
      const looks = (tables: number): number => {
        const schema = alike(tables, numbered, true);
        const profiles = new Map(schema.profiles.map((one) => [`${one.table} ${one.column}`, one]));
        let looked = 0;
        const of = (one: ColumnProfile): ColumnProfile =>
          new Proxy(one, { get: (target, key) => (looked++, Reflect.get(target, key) as unknown) });
        findJoins(schema, (table, column) => {
          const found = profiles.get(`${table} ${column}`);
          return found === undefined ? null : of(found);
        });
        return looked;
      };
      expect(looks(300) / looks(100)).toBeLessThan(3.3);
    });

    it('belong to the table that they say, or whose declared key they are', async () => {
      const parts = ['visit', 'parcel', 'refund', 'call', 'letter', 'note'];
      const rows = (table: string) => `INSERT INTO ${table} VALUES (1, 'a'), (2, 'b'), (3, 'c');`;
      // Each has every customer once, so that the column is unique in all of them.
      const others = parts.map((name) => `CREATE TABLE ${name} (customer_id INT, ${name}_text TEXT); ${rows(name)}`);
      const said = await indexOf(
        `${others.join('')} CREATE TABLE customers (customer_id INT, name TEXT); ${rows('customers')}`,
      );
      expect(said.joins.map(written)).toEqual(parts.map((name) => `${name}(customer_id) ⇢ customers(customer_id)`));
      const declared = await indexOf(
        `${others.join('')} CREATE TABLE people (customer_id INTEGER PRIMARY KEY, name TEXT); ${rows('people')}`,
      );
      expect(declared.joins.map(written)).toEqual(parts.map((name) => `${name}(customer_id) ⇢ people(customer_id)`));
    });
  });

  it('infers nothing between columns that hold different kinds, or where a declared key connects the tables', async () => {
    const { joins } = await indexOf(`
      CREATE TABLE boat (boat_no INTEGER PRIMARY KEY, owner INT);
      CREATE TABLE refit (refit INTEGER PRIMARY KEY, boat_no TEXT); INSERT INTO boat VALUES (1, 5); INSERT INTO refit VALUES (1, 'old');
      CREATE TABLE race (race INTEGER PRIMARY KEY, boat_no INT, winner INT REFERENCES boat(boat_no)); INSERT INTO race VALUES (1, 1, 1);
    `);
    expect(joins.map(written)).toEqual(['race(winner) → boat(boat_no)']);
  });

  describe('that a reader has corrected', () => {
    const HARBOURS = `
      CREATE TABLE harbours (code TEXT PRIMARY KEY, title TEXT);
      INSERT INTO harbours VALUES ('ham', 'Hamburg'), ('kie', 'Kiel'), ('bre', 'Bremen');
      CREATE TABLE trips (trip INTEGER PRIMARY KEY, harbour_code TEXT, landed TEXT);
      INSERT INTO trips VALUES (1, 'ham', 'kie'), (2, 'kie', 'kie'), (3, 'bre', 'x');
    `;
    const GUESS = { table: 'trips', column: 'harbour_code', toTable: 'harbours', toColumn: 'code' };
    const LANDED = { ...GUESS, column: 'landed' };
    const joinsWith = async (notes: Partial<SchemaNotes>): Promise<string[]> => {
      const { schema } = await indexOf(HARBOURS);
      return makeSchemaIndex(withNotes(schema, { ...NO_NOTES, ...notes })).joins.map(written);
    };

    it('a guess that was removed is not made again; a key that was added leaves the guesses beside it', async () => {
      expect(await joinsWith({})).toEqual(['trips(harbour_code) ⇢ harbours(code)']);
      expect(await joinsWith({ removed: [GUESS] })).toEqual([]);
      expect(await joinsWith({ added: [LANDED] })).toEqual([
        'trips(landed) → harbours(code)',
        'trips(harbour_code) ⇢ harbours(code)',
      ]);
      expect(await joinsWith({ added: [GUESS] })).toEqual(['trips(harbour_code) → harbours(code)']);
      expect(await joinsWith({ added: [LANDED], removed: [GUESS] })).toEqual(['trips(landed) → harbours(code)']);
    });

    it('any key that is added joins, and only once', async () => {
      const { schema } = await indexOf(HARBOURS);
      const columns = schema.tables.flatMap(({ name, columns: all }) =>
        all.map((one) => ({ table: name, column: one.name })),
      );
      for (const from of columns)
        for (const to of columns) {
          if (from === to) continue;
          const key = { ...from, toTable: to.table, toColumn: to.column };
          const joins = await joinsWith({ added: [key] });
          const between = joins.filter(
            (one) => one.includes(`${from.table}(${from.column})`) && one.includes(`${to.table}(${to.column})`),
          );
          expect(between).toEqual([`${from.table}(${from.column}) → ${to.table}(${to.column})`]);
        }
    });
  });
});

describe('names', () => {
  it('drops prefixes that most names share, of columns and of tables', async () => {
    const index = await indexOf(`
      CREATE TABLE tbl_boat (boat_id INTEGER PRIMARY KEY, boat_name TEXT, boat_length REAL, harbour TEXT);
      CREATE TABLE tbl_harbour (id INTEGER PRIMARY KEY, name TEXT);
      CREATE TABLE tbl_race (id INTEGER PRIMARY KEY, title TEXT);
    `);
    expect([...index.tables.values()].map(({ stems }) => stems)).toEqual([['boat'], ['harbour'], ['race']]);
    expect(index.tables.get('tbl_boat')?.columns.map(({ stems }) => stems.join(' '))).toEqual([
      'id',
      'name',
      'length',
      'harbour',
    ]);
    expect(index.tables.get('tbl_harbour')?.columns.map(({ stems }) => stems.join(' '))).toEqual(['id', 'name']);
  });

  it('never drops a name altogether', async () => {
    const index = await indexOf('CREATE TABLE t (a_a_a INT, a_a INT, a INT, a_b INT)');
    for (const { stems } of index.columns) expect(stems.length).toBeGreaterThan(0);
  });

  it('knows keys', async () => {
    const index = await indexOf(
      'CREATE TABLE a (id INTEGER PRIMARY KEY, title TEXT); CREATE TABLE b (name TEXT PRIMARY KEY, a_id INT REFERENCES a, born INT)',
    );
    expect(index.columns.filter(({ isKey }) => isKey).map(({ table, column }) => `${table}.${column}`)).toEqual([
      'a.id',
      'b.a_id',
    ]);
    expect(['boatId', 'BOAT_ID', 'postal_code', 'boatid'].map(looksLikeKey)).toEqual([true, true, true, true]);
    expect(['paid', 'grid', 'name', 'said', ''].map(looksLikeKey)).toEqual([false, false, false, false, false]);
  });
});

it('finds values by text, by stems and by a rare word', async () => {
  const index = await indexOf(`
    CREATE TABLE boat (name TEXT, kind TEXT);
    INSERT INTO boat VALUES ('Sea Breeze', 'Racing boats'), ('Sea Star', 'O''Day'), ('  ', '!?'), ('Zürich', '日本');
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20) INSERT INTO boat SELECT 'Old number ' || char(64 + i) || 'x', 'dinghy' FROM n;
  `);
  const found = (values: readonly { value: string }[]): string[] => values.map(({ value }) => value);
  expect(found(index.valuesByText('sea breeze'))).toEqual(['Sea Breeze']);
  expect(found(index.valuesByText("o'day"))).toEqual(["O'Day"]);
  expect(found(index.valuesByText('zürich'))).toEqual(['Zürich']);
  expect(found(index.valuesByText('日本'))).toEqual(['日本']);
  expect(found(index.valuesByStems('race boat'))).toEqual(['Racing boats']);
  expect(found(index.valuesByWord('sea'))).toEqual(['Sea Breeze', 'Sea Star']);
  expect(index.valuesByWord('number')).toEqual([]);
  expect(index.valuesByText('')).toEqual([]);
  expect(index.column('boat', 'kind')?.profile?.holds).toBe('text');
  expect(index.column('boat', 'none')).toBeUndefined();
});

/** Tables t0 … tn−1 with a foreign key for each pair. */
function graphSchema(count: number, pairs: readonly (readonly [number, number])[]): Schema {
  const tables = Array.from({ length: count }, (_, i): Table => ({
    name: `t${i}`,
    kind: 'table',
    rowCount: null,
    columns: [{ name: `c${i}`, type: 'INT', primaryKey: true, notNull: true }],
    foreignKeys: pairs
      .filter(([from]) => from === i)
      .map(([, to]) => ({ columns: [`c${i}`], toTable: `t${to}`, toColumns: [`c${to}`] })),
  }));
  return { tables, profiles: [] };
}

function distances(count: number, pairs: readonly (readonly [number, number])[], from: number): number[] {
  const distance = Array.from({ length: count }, (_, i) => (i === from ? 0 : Infinity));
  // Bellman–Ford: as many rounds as a path can be long.
  for (let round = 0; round < count; round++) {
    for (const [a, b] of pairs) {
      distance[a] = Math.min(distance[a] ?? Infinity, (distance[b] ?? Infinity) + 1);
      distance[b] = Math.min(distance[b] ?? Infinity, (distance[a] ?? Infinity) + 1);
    }
  }
  return distance;
}

describe('joinPlan', () => {
  const graph = fc.integer({ min: 1, max: 9 }).chain((count) => {
    const node = fc.nat({ max: count - 1 });
    return fc.record({
      count: fc.constant(count),
      pairs: fc.array(fc.tuple(node, node), { maxLength: 14 }),
      wanted: fc.array(node, { minLength: 1, maxLength: 5 }),
    });
  });

  it('on any graph: every edge joins a new table to an earlier one, all wanted tables are in it, and none twice', () => {
    fc.assert(
      fc.property(graph, ({ count, pairs, wanted }) => {
        const { tables, edges } = joinPlan(
          makeSchemaIndex(graphSchema(count, pairs)),
          wanted.map((i) => `t${i}`),
        );
        expect(new Set(tables).size).toBe(tables.length);
        expect(edges).toHaveLength(tables.length - 1);
        expect(tables[0]).toBe(`t${wanted[0] ?? -1}`);
        for (const i of wanted) expect(tables).toContain(`t${i}`);
        edges.forEach((edge, i) => {
          const added = tables[i + 1] ?? '';
          const earlier = tables.slice(0, i + 1);
          if (edge !== null) {
            const other = edge.left.table === added ? edge.right.table : edge.left.table;
            expect([edge.left.table, edge.right.table]).toContain(added);
            expect(earlier).toContain(other);
            return;
          }
          // A cross join is left only where no path leads to what is there.
          const distance = distances(count, pairs, Number(added.slice(1)));
          for (const table of earlier) expect(distance[Number(table.slice(1))]).toBe(Infinity);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('two tables are joined along a shortest path', () => {
    fc.assert(
      fc.property(graph, ({ count, pairs, wanted }) => {
        const [from = 0, to = from] = wanted;
        const distance = distances(count, pairs, from)[to] ?? Infinity;
        const { tables } = joinPlan(makeSchemaIndex(graphSchema(count, pairs)), [`t${from}`, `t${to}`]);
        expect(tables.length - 1).toBe(Number.isFinite(distance) ? distance : 1);
      }),
      { numRuns: 300 },
    );
  });

  it('several tables cost at most the sum of shortest paths from what is there', () => {
    fc.assert(
      fc.property(graph, ({ count, pairs, wanted }) => {
        const { tables, edges } = joinPlan(
          makeSchemaIndex(graphSchema(count, pairs)),
          wanted.map((i) => `t${i}`),
        );
        if (edges.includes(null)) return;
        const fromStart = distances(count, pairs, wanted[0] ?? 0);
        expect(tables.length - 1).toBeLessThanOrEqual(
          [...new Set(wanted)].reduce((sum, i) => sum + (fromStart[i] ?? 0), 0),
        );
      }),
      { numRuns: 200 },
    );
  });

  it('has nothing to join for no table', () => {
    expect(joinPlan(makeSchemaIndex(graphSchema(2, [])), [])).toEqual({ tables: [], edges: [] });
  });
});
