/** A small real database with questions, and the app's own sampler and rewards over it. */
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import type { Question } from '../../src/grpo/types.ts';
import type { ExperimentPorts } from '../../src/lab/experiment.ts';
import type { Experiment, ExperimentSpec, Variant } from '../../src/lab/experiment-types.ts';
import { makeAnalyser } from '../../src/linking/analyse.ts';
import { makeRewardModel } from '../../src/rewards/total.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';

export const DUMP = `
CREATE TABLE authors (author_id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL);
CREATE TABLE books (book_id INTEGER PRIMARY KEY, title TEXT NOT NULL, author_id INTEGER NOT NULL REFERENCES authors (author_id), pages INTEGER NOT NULL, year INTEGER NOT NULL);
INSERT INTO authors VALUES (1,'Ada','France'),(2,'Ben','Spain'),(3,'Cid','France');
INSERT INTO books VALUES (1,'Rain',1,120,1999),(2,'Snow',1,340,2005),(3,'Wind',2,90,2010),(4,'Fog',3,410,2015);`;

const question = (id: string, text: string, sql: string, split: Question['split']): Question => ({
  id,
  question: text,
  sql,
  split,
});
export const QUESTIONS: readonly Question[] = [
  question('count', 'How many books are there?', 'SELECT COUNT(*) FROM books', 'train'),
  question('pages', 'What is the average number of pages of books?', 'SELECT AVG(pages) FROM books', 'train'),
  question(
    'french',
    'List the names of authors from France.',
    "SELECT name FROM authors WHERE country = 'France'",
    'train',
  ),
  question('peru', 'List the names of authors from Peru.', "SELECT name FROM authors WHERE country = 'Peru'", 'train'),
  question(
    'countries',
    'What are the different countries of authors?',
    'SELECT DISTINCT country FROM authors',
    'train',
  ),
  question('authors', 'How many authors are there?', 'SELECT COUNT(*) FROM authors', 'held-out'),
  question('titles', 'List the titles of all books.', 'SELECT title FROM books', 'held-out'),
  question(
    'longest',
    'What is the title of the book with the most pages?',
    'SELECT title FROM books ORDER BY pages DESC LIMIT 1',
    'held-out',
  ),
  question(
    'spanish',
    'List the names of authors from Spain.',
    "SELECT name FROM authors WHERE country = 'Spain'",
    'held-out',
  ),
];

export async function libraryPorts(over: Partial<ExperimentPorts> = {}): Promise<ExperimentPorts> {
  const database = await SqliteDatabase.open(DUMP);
  const { schema } = database;
  const analyse = makeAnalyser(schema);
  return {
    database,
    questions: QUESTIONS,
    sampler: makeSketchSampler({ schema }),
    config: makeConfig(),
    rewards: () => (weights) => makeRewardModel({ schema, database, weights, analyse }),
    startHints: () => [],
    ...over,
  };
}

export const GOLD = {
  validity_weight: 0,
  execution_weight: 0,
  quality_weight: 0,
  format_weight: 0,
  gold_weight: 1,
} as const;

export const variant = (name: string, over: Partial<Variant> = {}): Variant => ({
  name,
  settings: {},
  start: 'none',
  learning: 'on',
  ...over,
});

export const experiment = (variants: readonly Variant[], over: Partial<ExperimentSpec> = {}): Experiment => ({
  spec: { id: 'e', name: 'E', dataset: 'library', variants, seeds: [1, 2], steps: 6, evaluateEvery: 4, ...over },
  runs: [],
});
