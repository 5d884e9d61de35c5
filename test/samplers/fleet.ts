/** A few boats and their owners: small enough to list every sketch of a question, with each kind of column. */
import { analyse } from '../../src/linking/analyse.ts';
import { makeSchemaIndex, type SchemaIndex } from '../../src/linking/schema-index.ts';
import { SketchGrammar } from '../../src/samplers/sketch/grammar.ts';
import { openTestDatabase } from '../database/helpers.ts';

export const FLEET_SQL = `
CREATE TABLE owner (id INTEGER PRIMARY KEY, name TEXT, city TEXT);
CREATE TABLE boat (id INTEGER PRIMARY KEY, title TEXT, length REAL, owner_id INT REFERENCES owner(id));
INSERT INTO owner VALUES (1, 'Ada', 'Oslo'), (2, 'Miles O''Hara', 'Turku'), (3, 'Ada', 'Turku');
INSERT INTO boat VALUES (1, 'Breeze', 9.5, 1), (2, 'Calypso', 7, 2), (3, 'Dori', 12, 1);
`;

/** One question or more for each shape, and for values, numbers, negation, ordering and distinct. */
export const FLEET_QUESTIONS = {
  list: 'titles of boats',
  distinct: 'different cities',
  ordered: 'boats sorted by length',
  count: 'how many boats',
  'count distinct': 'how many different cities',
  aggregate: 'average length',
  'group count': 'number of boats per city',
  'group aggregate': 'total length for each owner',
  top: 'the longest boat',
  'top with limit': 'top 2 boats',
  'top group': 'owner with the most boats',
  having: 'owners with more than 1 boat',
  absent: 'owners without boats',
  value: 'boats from Turku',
  values: 'owners in Oslo or Turku',
  'negated value': 'owners not in Oslo',
  number: 'boats longer than 8',
  between: 'boats between 7 and 10',
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
