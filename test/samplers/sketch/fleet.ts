/** A few boats and their owners: small enough to list every sketch of a question, with each kind of column. */
import { analyse } from '../../../src/linking/analyse.ts';
import { makeSchemaIndex, type SchemaIndex } from '../../../src/linking/schema-index.ts';
import { SketchGrammar } from '../../../src/samplers/sketch/grammar.ts';
import { openTestDatabase } from '../../database/helpers.ts';

export const FLEET_SQL = `
CREATE TABLE owner (id INTEGER PRIMARY KEY, name TEXT, city TEXT);
CREATE TABLE boat (id INTEGER PRIMARY KEY, title TEXT, length REAL, built TEXT, owner_id INT REFERENCES owner(id));
CREATE TABLE harbour (name TEXT, city TEXT);
INSERT INTO owner VALUES (1, 'Ada', 'Oslo'), (2, 'Miles O''Hara', 'Turku'), (3, 'Ada', 'Turku');
INSERT INTO boat VALUES (1, 'Breeze', 9.5, '2018-04-01', 1), (2, 'Calypso', 7, '2019-05-17', 2), (3, 'Dori', 12, '2021-09-30', 1), (4, 'Elsa', NULL, NULL, NULL);
INSERT INTO harbour VALUES ('Ada', 'Turku'), ('North', 'Oslo');
`;

/** One question or more for each frame, and for values, numbers, dates, negation, ordering and distinct. */
export const FLEET_QUESTIONS = {
  list: 'titles of boats',
  distinct: 'different cities',
  sorted: 'boats sorted by length',
  count: 'how many boats',
  'count distinct': 'how many different cities',
  figure: 'average length',
  'several figures': 'lowest, highest and average length of boats',
  groups: 'number of boats per city',
  'groups of a sum': 'total length for each owner',
  'sorted groups': 'number of boats per city in descending order',
  top: 'the longest boat',
  'top with limit': 'top 2 boats',
  'top group': 'owner with the most boats',
  having: 'owners with more than 1 boat',
  'count groups': 'how many owners have more than 1 boat',
  average: 'boats longer than the average length',
  'count average': 'how many boats are longer than the average',
  absent: 'owners without boats',
  'count absent': 'how many owners have no boats',
  share: 'what percentage of boats are longer than 8',
  'figure absent': 'average city of owners who have no boat longer than 8',
  'count both': 'how many owners have both a boat "rez" and a boat "lyp"',
  'two tables': 'names of owners that are not names of harbours',
  both: 'owners with both a boat longer than 8 and a boat shorter than 8',
  value: 'boats from Turku',
  values: 'owners in Oslo or Turku',
  'negated value': 'owners not in Oslo',
  missing: 'boats without a length',
  number: 'boats longer than 8',
  between: 'boats between 7 and 10',
  date: 'boats built after May 2019',
  quoted: 'boats like "rez"',
  nothing: 'hello',
  empty: '',
} as const;

export async function indexOf(sql: string): Promise<SchemaIndex> {
  const database = await openTestDatabase(sql);
  database.close();
  return makeSchemaIndex(database.schema);
}

export function grammarOf(question: string, index: SchemaIndex): SketchGrammar {
  return new SketchGrammar(analyse(question, index), index);
}
