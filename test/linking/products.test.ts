/** Amount × rate: which pairs are offered, and that what they answer is right without any hint. */
import { describe, expect, it, test } from 'vitest';
import { askedOf } from '../../src/linking/asked.ts';
import { analyse } from '../../src/linking/analyse.ts';
import { products } from '../../src/linking/products.ts';
import { makeSchemaIndex } from '../../src/linking/schema-index.ts';
import { seededRandom } from '../../src/grpo/random.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';
import { openTestDatabase } from '../database/helpers.ts';

const STALL = `
CREATE TABLE good (code TEXT PRIMARY KEY, name TEXT, kind TEXT, price REAL, unit_cost REAL, stock_units INT);
CREATE TABLE sale (receipt INTEGER PRIMARY KEY, day TEXT, code TEXT REFERENCES good(code), pieces INT, seller TEXT);
CREATE TABLE shift (worker TEXT, hours REAL, hourly_wage REAL);
INSERT INTO good VALUES ('a', 'Pear', 'fruit', 0.5, 0.3, 90), ('b', 'Plum', 'fruit', 0.25, 0.1, 40), ('c', 'Leek', 'greens', 1.5, 1, 10);
INSERT INTO sale VALUES (1, '2026-01-03', 'a', 4, 'Ida'), (2, '2026-01-03', 'c', 1, 'Ole'), (3, '2026-02-01', 'b', 8, 'Ida'),
  (4, '2026-02-02', 'c', 3, 'Ole'), (5, '2026-02-02', 'a', 2, 'Pia'), (6, '2026-02-03', 'b', 1, 'Seller');
INSERT INTO shift VALUES ('Ida', 4, 20), ('Ole', 6.5, 18);
`;
const TAKINGS = 'SUM(pieces * price) FROM sale JOIN good USING (code)';

async function pairs(question: string, schema = STALL): Promise<string[]> {
  const database = await openTestDatabase(schema);
  const index = makeSchemaIndex(database.schema);
  database.close();
  return products(analyse(question, index), index).map(
    ({ amount, rate, by }) => `${by}: ${amount.table}.${amount.column} * ${rate.table}.${rate.column}`,
  );
}

const HIRE = `
CREATE TABLE boat (boat_id INTEGER PRIMARY KEY, name TEXT, price_per_day REAL, seats INT);
CREATE TABLE guide (guide_id INTEGER PRIMARY KEY, name TEXT, hourly_rate REAL);
CREATE TABLE trip (trip_id INTEGER PRIMARY KEY, guide_id INT REFERENCES guide, labour_hours REAL, guests INT, km INT, fee_per_km REAL);
CREATE TABLE hire (hire_id INTEGER PRIMARY KEY, boat_id INT REFERENCES boat, days INT, day TEXT, persons INT);
CREATE TABLE item (item_id INTEGER PRIMARY KEY, quantity INT, price_per_unit REAL);
INSERT INTO item VALUES (1, 3, 2.5), (2, 1, 4);
CREATE TABLE plot (plot_id INTEGER PRIMARY KEY, area_m2 REAL, "Yearly rate per m2" REAL, row_m INT);
INSERT INTO boat VALUES (1, 'Gull', 30.5, 2), (2, 'Tern', 41, 4);
INSERT INTO guide VALUES (1, 'Ann', 40), (2, 'Ben', 35.5);
INSERT INTO hire VALUES (1, 1, 3, '2026-05-01', 2), (2, 2, 1, '2026-05-02', 4);
INSERT INTO plot VALUES (1, 20.5, 3.5, 4), (2, 31, 3, 5);
`;
const TRIPS = 'INSERT INTO trip VALUES (1, 1, 2.5, 6, 12, 1.5), (2, 2, 4, 3, 20, 2);';

test('an amount may be named by what the rate is for each of', async () => {
  expect(await pairs('anything', `${HIRE}${TRIPS}`)).toEqual([
    'row: trip.km * trip.fee_per_km',
    'row: hire.days * boat.price_per_day',
    'row: item.quantity * item.price_per_unit',
    'row: plot.area_m2 * plot.Yearly rate per m2',
  ]);
  const guided = `${HIRE.replace(', km INT, fee_per_km REAL', '')}INSERT INTO trip VALUES (1, 1, 2.5, 6), (2, 2, 4, 3);`;
  expect(await pairs('anything', guided)).toContain('row: trip.labour_hours * guide.hourly_rate');
});

describe('products', () => {
  it('are of an amount with the rate beside it, else with that of the row it refers to', async () => {
    expect(await pairs('anything')).toEqual([
      'stock: good.stock_units * good.price',
      'stock: good.stock_units * good.unit_cost',
      'row: sale.pieces * good.price',
      'cost: sale.pieces * good.unit_cost',
      'row: shift.hours * shift.hourly_wage',
    ]);
  });

  it('are of any two columns that are said to be multiplied, the row that refers first', async () => {
    expect((await pairs('price multiplied by the pieces'))[0]).toBe('said: sale.pieces * good.price');
    expect((await pairs('the stock units times the hours'))[0]).toBe('stock: good.stock_units * good.price');
  });
});

test.each([
  ['What are the total takings?', `SELECT ${TAKINGS}`],
  ['Takings per seller', `SELECT seller, ${TAKINGS} GROUP BY seller`],
  ['Show the revenue by kind', `SELECT kind, ${TAKINGS} GROUP BY kind`],
  [
    'Which seller had the highest takings?',
    `SELECT seller FROM (SELECT seller, ${TAKINGS} GROUP BY 1 ORDER BY 2 DESC LIMIT 1)`,
  ],
  ['What is the total of pieces times price?', `SELECT ${TAKINGS}`],
  [
    'Which month had the highest turnover?',
    `SELECT m FROM (SELECT substr(day, 1, 7) m, ${TAKINGS} GROUP BY 1 ORDER BY 2 DESC LIMIT 1)`,
  ],
])('without hints: %s', async (question, sql) => {
  const database = await openTestDatabase(STALL);
  const sampler = makeSketchSampler({ schema: database.schema });
  const policy = { hints: [], version: 0, weightOf: () => 0 };
  const answer = await sampler.greedy({ question, policy, temperature: 0.7, random: seededRandom(1).next });
  const [gold, given] = await database.execute([sql, answer.sql]);
  database.close();
  expect(gold?.status).toBe('rows');
  const rows = (of: typeof gold): string[] => (of?.rows ?? []).map((row) => JSON.stringify(row)).sort();
  expect(rows(given), answer.sql).toEqual(rows(gold));
});

test('where no name says what is an amount, whole numbers × fractions of the row referred to are a guess', async () => {
  const database = await openTestDatabase(
    `CREATE TABLE cargo (code TEXT PRIMARY KEY, heft REAL, bulk REAL);
     CREATE TABLE load (load_id INTEGER PRIMARY KEY, code TEXT REFERENCES cargo(code), crates INT, sacks INT, drums INT);
     INSERT INTO cargo VALUES ('a', 1.5, 2.5); INSERT INTO load VALUES (1, 'a', 4, 5, 6);`,
  );
  const index = makeSchemaIndex(database.schema);
  database.close();
  const found = products(analyse('burden', index), index);
  expect(found.map(({ by, amount, rate }) => `${by}: ${amount.column} × ${rate.column}`)).toEqual([
    'kinds: crates × heft',
    'kinds: crates × bulk',
    'kinds: sacks × heft',
    'kinds: sacks × bulk',
  ]);
});

test('what nobody could link is asked for of each of what follows "by" or "per", parts of dates too', async () => {
  const database = await openTestDatabase(
    `CREATE TABLE good (code TEXT PRIMARY KEY, kind TEXT, price REAL);
     CREATE TABLE hire (hire_id INTEGER PRIMARY KEY, day TEXT, code TEXT REFERENCES good(code), pieces INT, seller TEXT);
     INSERT INTO good VALUES ('a', 'boat', 1.5); INSERT INTO hire VALUES (1, '2026-01-03', 'a', 4, 'Ida');`,
  );
  const index = makeSchemaIndex(database.schema);
  const asked = (question: string): string[] =>
    askedOf(analyse(question, index), database.schema).slots.map(
      ({ kind, label, group }) => `${kind} ${label}${group ? ', each' : ''}`,
    );
  database.close();
  expect(asked('Takings by kind')).toEqual(['thing kind, each', 'unknown Takings']);
  expect(asked('Takings by month')).toEqual(['unknown month, each', 'unknown Takings']);
  expect(asked('Takings per seller').sort()).toEqual(['thing seller, each', 'unknown Takings per seller']);
});
