/** Ferries, their ports and who sails: a made-up schema for what a question may ask beyond lists, counts and groups. */

export const REACH_SQL = `
CREATE TABLE port (port_id INTEGER PRIMARY KEY, name TEXT, country TEXT);
CREATE TABLE ferry (ferry_id INTEGER PRIMARY KEY, name TEXT, capacity INT, crew INT, launched TEXT, budget INT, actual_cost INT);
CREATE TABLE sailing (sailing_id INTEGER PRIMARY KEY, ferry_id INT REFERENCES ferry(ferry_id),
  origin_port_id INT REFERENCES port(port_id), destination_port_id INT REFERENCES port(port_id),
  departed TEXT, tickets INT, status TEXT);
CREATE TABLE captain (captain_id INTEGER PRIMARY KEY, name TEXT, city TEXT, age INT);
CREATE TABLE licence (captain_id INT REFERENCES captain(captain_id), kind TEXT, issued TEXT);
INSERT INTO port VALUES (1, 'Oslo', 'Norway'), (2, 'Kiel', 'Germany'), (3, 'Turku', 'Finland'), (4, 'Gdansk', 'Poland');
INSERT INTO ferry VALUES (1, 'Aurora', 300, 20, '1998-05-01', 900, 1100), (2, 'Baltica', 120, 10, '2004-03-12', 500, 450),
  (3, 'Cygnus', 80, 5, '2010-08-30', 300, 300), (4, 'Delphin', 500, 40, '2011-01-15', 1500, 1750);
INSERT INTO sailing VALUES (1, 1, 1, 2, '2020-01-03', 250, 'done'), (2, 1, 2, 1, '2020-01-04', 100, 'cancelled'),
  (3, 2, 2, 3, '2020-02-01', 60, 'done'), (4, 2, 3, 2, '2020-02-02', 30, 'done'), (5, 4, 1, 2, '2020-03-01', 400, 'cancelled'),
  (6, 4, 2, 1, '2020-03-02', 450, 'done'), (7, 4, 1, 3, '2020-03-05', 150, 'done'), (8, 1, 4, 1, '2020-04-01', 90, 'delayed'), (9, 2, 2, 4, '2020-05-01', 100, 'done');
INSERT INTO captain VALUES (1, 'Berg', 'Oslo', 50), (2, 'Lund', 'Kiel', 38), (3, 'Moe', 'Oslo', 61), (4, 'Aho', 'Turku', 45);
INSERT INTO licence VALUES (1, 'coastal', '2001-01-01'), (1, 'ocean', '2005-01-01'), (2, 'coastal', '2010-01-01'),
  (3, 'ocean', '1990-01-01'), (3, 'radio', '1991-01-01');
`;

/** Questions with SQL that answers them, by what they need. */
export const REACH: readonly { readonly needs: string; readonly question: string; readonly sql: string }[] = [
  {
    needs: 'absent, with a value',
    question: 'Which ferries have no cancelled sailings?',
    sql: "SELECT name FROM ferry WHERE ferry_id NOT IN (SELECT ferry_id FROM sailing WHERE status = 'cancelled')",
  },
  {
    needs: 'absent, with a value',
    question: 'Names of captains without an ocean licence',
    sql: "SELECT name FROM captain WHERE captain_id NOT IN (SELECT captain_id FROM licence WHERE kind = 'ocean')",
  },
  {
    needs: 'absent, with a value',
    question: 'How many captains do not have a radio licence?',
    sql: "SELECT COUNT(*) FROM captain WHERE captain_id NOT IN (SELECT captain_id FROM licence WHERE kind = 'radio')",
  },
  {
    needs: 'absent, with a value of the answer',
    question: 'Names of captains from Turku who have no licence',
    sql: "SELECT name FROM captain WHERE city = 'Turku' AND captain_id NOT IN (SELECT captain_id FROM licence)",
  },
  {
    needs: 'both',
    question: 'Which captains have both a coastal and an ocean licence?',
    sql: "SELECT name FROM captain JOIN licence USING (captain_id) WHERE kind = 'coastal' INTERSECT SELECT name FROM captain JOIN licence USING (captain_id) WHERE kind = 'ocean'",
  },
  {
    needs: 'both',
    question: 'How many captains have both an ocean licence and a radio licence?',
    sql: "SELECT COUNT(*) FROM (SELECT captain_id FROM licence WHERE kind = 'ocean' INTERSECT SELECT captain_id FROM licence WHERE kind = 'radio')",
  },
  {
    needs: 'a figure of rows without a match',
    question: 'What is the average capacity of ferries that have no sailings?',
    sql: 'SELECT AVG(capacity) FROM ferry WHERE ferry_id NOT IN (SELECT ferry_id FROM sailing)',
  },
  {
    needs: 'a figure of rows without a match',
    question: 'Total age of the captains without an ocean licence',
    sql: "SELECT SUM(age) FROM captain WHERE captain_id NOT IN (SELECT captain_id FROM licence WHERE kind = 'ocean')",
  },
  {
    needs: 'column against column',
    question: 'Names of ferries whose actual cost is higher than their budget',
    sql: 'SELECT name FROM ferry WHERE actual_cost > budget',
  },
  {
    needs: 'column against column',
    question: 'How many ferries have an actual cost below the budget?',
    sql: 'SELECT COUNT(*) FROM ferry WHERE actual_cost < budget',
  },
  {
    needs: 'share in per cent',
    question: 'What percentage of sailings are cancelled?',
    sql: "SELECT 100.0 * SUM(status = 'cancelled') / COUNT(*) FROM sailing",
  },
  {
    needs: 'share in per cent',
    question: 'What percentage of captains are older than 40?',
    sql: 'SELECT 100.0 * SUM(age > 40) / COUNT(*) FROM captain',
  },
  {
    needs: 'share of each group',
    question: 'For each ferry, what percentage of its sailings were cancelled?',
    sql: "SELECT ferry.name, 100.0 * SUM(status = 'cancelled') / COUNT(*) FROM ferry JOIN sailing USING (ferry_id) GROUP BY ferry.ferry_id",
  },
  {
    needs: 'ratio of sums',
    question: 'What is the ratio of total actual cost to total budget?',
    sql: 'SELECT 1.0 * SUM(actual_cost) / SUM(budget) FROM ferry',
  },
  {
    needs: 'ratio of columns of a row',
    question: 'Which ferry has the highest ratio of capacity to crew?',
    sql: 'SELECT name FROM ferry ORDER BY 1.0 * capacity / crew DESC LIMIT 1',
  },
  {
    needs: 'average of a part of a date',
    question: 'What is the average launch year of the ferries?',
    sql: "SELECT AVG(CAST(strftime('%Y', launched) AS INTEGER)) FROM ferry",
  },
  {
    needs: 'two counts of different values',
    question: 'How many different cities and how many different ages do captains have?',
    sql: 'SELECT COUNT(DISTINCT city), COUNT(DISTINCT age) FROM captain',
  },
  {
    needs: 'join by role',
    question: 'How many sailings have Kiel as destination?',
    sql: "SELECT COUNT(*) FROM sailing JOIN port ON sailing.destination_port_id = port.port_id WHERE port.name = 'Kiel'",
  },
  {
    needs: 'join by role',
    question: 'Which countries are the origin of delayed sailings?',
    sql: "SELECT country FROM sailing JOIN port ON sailing.origin_port_id = port.port_id WHERE status = 'delayed'",
  },
];
