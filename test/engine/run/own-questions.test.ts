import { beforeEach, expect, it } from 'vitest';
import { SqliteDatabase } from '../../../src/database/sqlite-database.ts';
import type { Dataset, EnginePorts } from '../../../src/engine/engine-ports.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { NO_NOTES } from '../../../src/grpo/schema-notes.ts';
import type { Question } from '../../../src/grpo/types.ts';
import { portsFor } from '../scenario.ts';

const DUMP = `
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, country TEXT);
INSERT INTO customers VALUES (1, 'Ann', 'Italy'), (2, 'Bob', 'France'), (3, 'Cleo', 'Italy');`;
const FIRST: Question = {
  id: 'q1',
  question: 'How many customers are there in each country?',
  sql: 'SELECT country, COUNT(*) FROM customers GROUP BY country',
  split: 'train',
};

let kept: (readonly Question[])[];
let ports: EnginePorts;

const datasetOf = async (name: string, questions: readonly Question[]): Promise<Dataset> => {
  const database = await SqliteDatabase.open(DUMP);
  const own = {
    revision: 0,
    bytes: new Uint8Array(),
    notes: ['Made of a.csv.'],
    created: 0,
    trained: [],
    file: database,
    schemaNotes: NO_NOTES,
  };
  return { name, title: name, questions, definitions: [], database, ...(name.startsWith('own-') ? { own } : {}) };
};

beforeEach(async () => {
  kept = [];
  ports = portsFor(await datasetOf('shop', [FIRST]), {
    openDataset: async (name = 'shop') => {
      if (name === 'own-gone') throw new Error('Its database was deleted from this browser.');
      return datasetOf(name, name === 'shop' ? [FIRST] : (kept.at(-1) ?? []));
    },
    keepQuestions: async (dataset, questions) => {
      if (dataset.own === undefined) throw new Error('It ships.');
      kept.push(questions);
      return { ...dataset, questions };
    },
  });
});

async function onOwn(): Promise<Engine> {
  const engine = new Engine(ports);
  await engine.open({ settings: { gold_weight: 1 } });
  await engine.reset({ seed: 1, dataset: 'own-a' });
  return engine;
}

it('a run on a database without questions takes steps on one that is typed, and on those that are added', async () => {
  const engine = await onOwn();
  const asked = { steps: 1, budgetMs: 1e9 };
  await expect(engine.advance(asked)).rejects.toThrow('There is no training question to draw.');
  const own = await engine.advance({ ...asked, ownQuestion: 'How many customers are there?' });
  expect(own.points).toHaveLength(1);
  expect(
    (await engine.ask({ question: 'How many customers are there?', samples: 4, hints: true, seed: 1 })).candidates
      .length,
  ).toBeGreaterThan(0);

  const view = await engine.setQuestions([FIRST]);
  expect(view.dataset).toMatchObject({ name: 'own-a', questions: [FIRST], notes: ['Made of a.csv.'] });
  expect([view.stepCount, view.leftOut]).toEqual([1, []]);
  expect(kept).toEqual([[FIRST]]);
  const { step } = await engine.advance(asked);
  expect(step?.groups[0]?.questionId).toBe('q1');
  // Practised, and then deleted: the run goes back to all that there are.
  await engine.setPlace({ questionId: 'q1', ownQuestion: null, speed: 'normal' });
  expect((await engine.setQuestions([{ ...FIRST, id: 'q2' }])).place.questionId).toBeNull();
  expect((await engine.advance(asked)).step?.groups[0]?.questionId).toBe('q2');
});

it('questions that are none, or of a dataset that ships, are refused, and nothing is kept', async () => {
  const engine = await onOwn();
  await expect(engine.setQuestions([FIRST, FIRST])).rejects.toThrow('has the id of entry 1; ids must differ');
  await expect(engine.setQuestions([{ ...FIRST, question: ' ' }])).rejects.toThrow('has an empty "question"');
  await engine.reset({ seed: 1, dataset: 'shop' });
  await expect(engine.setQuestions([])).rejects.toThrow('It ships.');
  expect(kept).toEqual([]);
});

it('an answer key is tried with its rows, and what does not run with SQLite’s message', async () => {
  const engine = await onOwn();
  const [good, empty, bad] = await engine.tryGold([
    'SELECT name FROM customers',
    'SELECT name FROM customers WHERE id = 9',
    'SELECT nam FROM customers',
  ]);
  expect([good?.refused, good?.rowCount, good?.saysNothing]).toEqual([null, 3, false]);
  expect([empty?.refused, empty?.saysNothing]).toEqual([null, true]);
  expect(bad?.refused).toBe('SQLite cannot compile it: no such column: nam');
});

it('a run whose database was deleted is not opened, says so, and stays listed', async () => {
  const engine = await onOwn();
  await engine.advance({ steps: 1, budgetMs: 1e9, ownQuestion: 'How many customers are there?' });
  const { runId } = await engine.reset({ seed: 2, dataset: 'shop' });
  const other = (await engine.runs()).runs.find(({ dataset }) => dataset === 'own-a');
  const open = ports.openDataset;
  Object.assign(ports, { openDataset: (name?: string) => open(name === 'own-a' ? 'own-gone' : name) });
  await expect(engine.openRun(other?.id ?? '')).rejects.toThrow('Its database was deleted from this browser.');
  const { runs } = await engine.runs();
  expect(runs.find(({ current }) => current)?.id).toBe(runId);
  expect(runs.map(({ id }) => id)).toContain(other?.id);
});
