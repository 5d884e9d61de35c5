/** Schemas on which writing SQL goes wrong when anything is assumed of names, keys or data. */
export const ODD_SCHEMAS: Readonly<Record<string, { readonly sql: string; readonly questions: readonly string[] }>> = {
  'names that need quotes': {
    sql: `
      CREATE TABLE "order" ("group" INTEGER PRIMARY KEY, "select ""top""" TEXT, "größe m²" REAL, "2nd name" TEXT, "from" INT REFERENCES "lieu d'été" ("key"));
      CREATE TABLE "lieu d'été" ("key" INTEGER PRIMARY KEY, "na""me" TEXT, "a.b" INT, "[x]" TEXT);
      INSERT INTO "lieu d'été" VALUES (1, 'it''s "here"', 4, '100%'), (2, 'là-bas', 5, 'a_b');
      INSERT INTO "order" VALUES (1, 'x;--', 2.5, 'O''Neil', 1), (2, '', 3.5, '日本', 2);
    `,
    questions: [
      'how many orders per lieu',
      'total größe for each na me',
      'the order with the highest größe',
      'order with 2nd name "O\'Neil"',
      'orders in là-bas',
      'lieu without orders',
      'a b more than 4',
      'top 2 group by select top',
    ],
  },
  'one table of one column': {
    sql: 'CREATE TABLE t (x); INSERT INTO t VALUES (1), (2)',
    questions: [
      'x',
      'how many t',
      'average x',
      'top 3 t',
      't without x',
      'x over 1',
      'number of t per x',
      'largest x',
      'every x',
      '',
    ],
  },
  'no text, no numbers': {
    sql: "CREATE TABLE k (id INTEGER PRIMARY KEY, other INT REFERENCES k(id), blob BLOB); INSERT INTO k VALUES (1, 1, x'00')",
    questions: ['ids of k', 'highest k', 'sum of k', 'k per other', 'k not in k', 'the most k'],
  },
  'an empty table and a view': {
    sql: 'CREATE TABLE trip (id INTEGER PRIMARY KEY, day TEXT, fare REAL, port TEXT); CREATE VIEW dear AS SELECT day, fare * 2 AS double_fare FROM trip; ',
    questions: [
      'trips per port',
      'dear double fare',
      'average fare per month',
      'trips in 2020',
      'latest trip',
      'cheapest dear',
    ],
  },
  'dates and numbers stored as text': {
    sql: `
      CREATE TABLE trip (id INTEGER PRIMARY KEY, day TEXT, code, year INT, hours INT, rate REAL);
      INSERT INTO trip VALUES (1, '2019-03-04', '7', 2019, 4, 2.5), (2, '2020-05-06', '8', 2020, 5, 3), (3, '2021-07-08', 'x', 2021, 6, 4), (4, '2021-07-09', 'y', 2021, 6, 4);
    `,
    questions: [
      'trips between 2019 and 2020',
      'trips in 2020 or 2021',
      'number of trips per month',
      'trips with code 7',
      'codes between 7 and 8',
      'total revenue by year',
      'trips after 2019-03-04',
      'trips since 2020 with at least 5 hours',
    ],
  },
  'tables that nothing connects': {
    sql: `
      CREATE TABLE cat (id INTEGER PRIMARY KEY, name TEXT, weight REAL); INSERT INTO cat VALUES (1, 'Tom', 4), (2, 'Kit', 5);
      CREATE TABLE tree (id INTEGER PRIMARY KEY, species TEXT, height REAL); INSERT INTO tree VALUES (1, 'Oak', 20), (2, 'Elm', 15);
    `,
    questions: [
      'cats per tree',
      'names of cats and species of trees',
      'cats in oak',
      'cats without trees',
      'the tallest tree of each cat',
    ],
  },
  'composite keys, self references and a chain': {
    sql: `
      CREATE TABLE port (country TEXT, no INT, name TEXT, PRIMARY KEY (country, no));
      CREATE TABLE ship (id INTEGER PRIMARY KEY, name TEXT, mother INT REFERENCES ship(id), home_country TEXT, home_no INT, FOREIGN KEY (home_country, home_no) REFERENCES port (country, no));
      CREATE TABLE voyage (id INTEGER PRIMARY KEY, ship_id INT REFERENCES ship(id), tons REAL);
      INSERT INTO port VALUES ('FI', 1, 'Turku'), ('FI', 2, 'Hanko'), ('SE', 1, 'Visby');
      INSERT INTO ship VALUES (1, 'Aura', NULL, 'FI', 1), (2, 'Bore', 1, 'SE', 1), (3, 'Ceres', 1, NULL, NULL);
      INSERT INTO voyage VALUES (1, 1, 10), (2, 2, 20), (3, 2, 30);
    `,
    questions: [
      'tons per port',
      'ports without ships',
      'ships in Turku',
      'ships not in Turku or Visby',
      'port names with more than 1 voyage',
      'mother ships',
      'ships that do not have voyages',
      'the port with the most voyages',
    ],
  },
  'two keys to one table, and another way round': {
    sql: `
      CREATE TABLE team (id INTEGER PRIMARY KEY, name TEXT, city TEXT);
      CREATE TABLE game (id INTEGER PRIMARY KEY, home INT REFERENCES team(id), away INT REFERENCES team(id), goals INT);
      CREATE TABLE fan (id INTEGER PRIMARY KEY, name TEXT, team_id INT REFERENCES team(id), game_id INT REFERENCES game(id));
      INSERT INTO team VALUES (1, 'Reds', 'Turku'), (2, 'Blues', 'Oslo'), (3, 'Greens', 'Oslo');
      INSERT INTO game VALUES (1, 1, 2, 3), (2, 2, 1, 5);
      INSERT INTO fan VALUES (1, 'Ada', 1, 1), (2, 'Bo', 2, 2);
    `,
    questions: [
      'goals of teams in Oslo',
      'names of fans and teams',
      'fans of games with more than 3 goals',
      'teams without games',
      'how many fans per team',
      'number of games by city in Turku',
      'teams with both games and fans',
    ],
  },
};
