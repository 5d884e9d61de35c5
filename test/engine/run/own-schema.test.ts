/** What a correction of the schema does to the run in hand. */
import { expect, it } from 'vitest';
import { SqliteDatabase } from '../../../src/database/sqlite-database.ts';
import { keepSchemaNotes } from '../../../src/engine/data/own-datasets.ts';
import type { Dataset } from '../../../src/engine/engine-ports.ts';
import { Engine } from '../../../src/engine/engine.ts';
import { NO_NOTES, type SchemaNotes } from '../../../src/grpo/schema-notes.ts';
import type { Question } from '../../../src/grpo/types.ts';
import type { OwnDatasetStore } from '../../../src/storage/own-dataset.ts';
import { portsFor } from '../scenario.ts';

const DUMP = `
CREATE TABLE towns (town INTEGER PRIMARY KEY, title TEXT);
INSERT INTO towns VALUES (1, 'Kiel'), (2, 'Bremen');
CREATE TABLE ferries (ferry INTEGER PRIMARY KEY, berth INT, length REAL);
INSERT INTO ferries VALUES (1, 1, 20.5), (2, 2, 31.0), (3, 2, 12.0);`;
const QUESTION: Question = {
  id: 'q1',
  question: 'How many ferries are there in each town?',
  sql: 'SELECT title, COUNT(*) FROM ferries JOIN towns ON berth = town GROUP BY title',
  split: 'train',
};
const BERTH = { table: 'ferries', column: 'berth', toTable: 'towns', toColumn: 'town' };

async function opened(): Promise<Engine> {
  const file = await SqliteDatabase.open(DUMP);
  const own = { revision: 0, bytes: new Uint8Array(), notes: [], created: 0, trained: [], file, schemaNotes: NO_NOTES };
  const dataset: Dataset = { name: 'own-a', title: 'a', questions: [QUESTION], definitions: [], database: file, own };
  const openStore = async () =>
    ({
      setSchemaNotes: async (id: string, schemaNotes: SchemaNotes, revision: number) => ({
        ...{ id, title: 'a', created: 0, bytes: 0, questions: [QUESTION], definitions: [], notes: [] },
        ...{ schemaNotes, revision: revision + 1 },
      }),
      close: () => undefined,
    }) as unknown as OwnDatasetStore;
  const engine = new Engine(
    portsFor(dataset, { keepSchemaNotes: (of, notes) => keepSchemaNotes(of, notes, openStore) }),
  );
  await engine.open({ settings: { gold_weight: 1 } });
  return engine;
}

const asked = { samples: 8, hints: true, seed: 1, question: QUESTION.question };
const joined = async (engine: Engine): Promise<boolean> =>
  (await engine.ask(asked)).candidates.some(({ sql }) => /berth = \w+\.town/.test(sql));

it('a key that is added joins in the next answer; the run goes on where it was, and goes back with the key', async () => {
  const engine = await opened();
  const { stepCount, hints } = await engine.advance({ steps: 2, budgetMs: 1e9 });
  expect(await joined(engine)).toBe(false);

  const view = await engine.setSchemaNotes({ ...NO_NOTES, added: [BERTH] });
  expect([view.stepCount, view.hints]).toEqual([stepCount, hints]);
  expect(view.dataset.schemaNotes?.added).toEqual([BERTH]);
  expect(view.dataset.schema.tables[1]?.foreignKeys).toMatchObject([{ toTable: 'towns', by: 'reader' }]);
  expect(await joined(engine)).toBe(true);
  expect((await engine.advance({ steps: 1, budgetMs: 1e9 })).stepCount).toBe(stepCount + 1);

  await engine.setSchemaNotes(NO_NOTES);
  expect(await joined(engine)).toBe(false);
});

it('what cannot be kept is refused, and the run has what it had', async () => {
  const engine = await opened();
  await expect(engine.setSchemaNotes({ ...NO_NOTES, added: [{ ...BERTH, column: 'nope' }] })).rejects.toThrow(
    'There is no column ferries.nope here.',
  );
  expect((await engine.advance({ steps: 1, budgetMs: 1e9 })).stepCount).toBe(1);
});
