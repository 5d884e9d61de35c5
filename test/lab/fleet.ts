/** Three small databases about different things, asked in the same ways. */
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import type { Question } from '../../src/grpo/types.ts';
import { GoldResults } from '../../src/lab/gold.ts';
import { Judge } from '../../src/lab/judge.ts';
import type { Fold } from '../../src/lab/leave-one-out.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';

const THINGS = [
  {
    table: 'books',
    name: 'title',
    figure: 'pages',
    kind: 'genre',
    values: ['Rain', 'Snow', 'Wind', 'Fog'],
    kinds: ['crime', 'poetry', 'crime', 'travel'],
  },
  {
    table: 'boats',
    name: 'label',
    figure: 'weight',
    kind: 'harbour',
    values: ['Ada', 'Bea', 'Cleo', 'Dora'],
    kinds: ['Kiel', 'Brest', 'Kiel', 'Cork'],
  },
  {
    table: 'towers',
    name: 'sign',
    figure: 'height',
    kind: 'city',
    values: ['T1', 'T2', 'T3', 'T4'],
    kinds: ['Rome', 'Oslo', 'Rome', 'Bern'],
  },
] as const;

/** Each with three training and four held-out questions; one of the training questions has weak gold. */
export async function fleet(): Promise<Fold[]> {
  return Promise.all(
    THINGS.map(async ({ table, name, figure, kind, values, kinds }): Promise<Fold> => {
      const rows = values
        .map((value, i) => `(${i + 1},'${value}',${(i * 37 + 11) % 50},'${kinds[i] ?? ''}')`)
        .join(',');
      const database = await SqliteDatabase.open(
        `CREATE TABLE ${table} (id INTEGER PRIMARY KEY, ${name} TEXT NOT NULL, ${figure} INTEGER NOT NULL, ${kind} TEXT NOT NULL);\nINSERT INTO ${table} VALUES ${rows};`,
      );
      const asked = (id: string, question: string, sql: string, split: Question['split']): Question => ({
        id,
        question,
        sql,
        split,
      });
      const measured = [
        asked('count', `How many ${table} are there?`, `SELECT COUNT(*) FROM ${table}`, 'train'),
        // Nothing but gold says that each is to be named once.
        asked('occur', `Which ${kind} occur among the ${table}?`, `SELECT DISTINCT ${kind} FROM ${table}`, 'train'),
        asked(
          'nothing',
          `List the ${name} of ${table} with ${figure} above 999.`,
          `SELECT ${name} FROM ${table} WHERE ${figure} > 999`,
          'train',
        ),
        asked(
          'average',
          `What is the average ${figure} of ${table}?`,
          `SELECT AVG(${figure}) FROM ${table}`,
          'held-out',
        ),
        asked(
          'most',
          `Which ${name} of ${table} has the highest ${figure}?`,
          `SELECT ${name} FROM ${table} ORDER BY ${figure} DESC LIMIT 1`,
          'held-out',
        ),
        asked(
          'heavy',
          `Which ${kind} occur with a ${figure} above 15?`,
          `SELECT DISTINCT ${kind} FROM ${table} WHERE ${figure} > 15`,
          'held-out',
        ),
        asked(
          'each',
          `How many ${table} are there for each ${kind}?`,
          `SELECT ${kind}, COUNT(*) FROM ${table} GROUP BY ${kind}`,
          'held-out',
        ),
      ];
      const gold = new GoldResults(database);
      return {
        name: table,
        measured,
        questions: measured.filter(({ split }) => split === 'train'),
        database,
        gold,
        sampler: makeSketchSampler({ schema: database.schema }),
        judge: new Judge(database, { maxVmSteps: 1e6, deadlineMs: 3000 }, gold),
      };
    }),
  );
}
