/** A project with a database of one's own: taken home, and brought back where nothing of it is left. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../../src/database/sqlite-database.ts';
import { withBrought } from '../../../src/engine/data/brought-questions.ts';
import { OwnData } from '../../../src/engine/data/own-data.ts';
import { keepDataset, keepQuestions, keepSchemaNotes, openOwnDataset } from '../../../src/engine/data/own-datasets.ts';
import { Engine } from '../../../src/engine/engine.ts';
import type { BroughtDataset, Dataset } from '../../../src/engine/engine-ports.ts';
import { projectFor } from '../../../src/engine/run/opening-project.ts';
import { writeQuestions } from '../../../src/formats/dataset.ts';
import { EMPTY_SUMMARY } from '../../../src/grpo/metrics.ts';
import { NO_NOTES } from '../../../src/grpo/schema-notes.ts';
import type { Question } from '../../../src/grpo/types.ts';
import { toBase64 } from '../../../src/recording/base64.ts';
import { projectText, type Project } from '../../../src/recording/project.ts';
import { MemoryStore } from '../../../src/storage/memory-store.ts';
import type { OwnDatasetStore } from '../../../src/storage/own-dataset.ts';
import { memoryDatasets, type KeptDatasets } from '../memory-datasets.ts';
import { portsFor } from '../scenario.ts';

const steps = (count: number) => ({ steps: count, budgetMs: 1e9 });
const CUSTOMERS = 'id,name,country\n1,Ann,Italy\n2,Bob,France\n3,Cleo,Italy\n4,Dan,Spain\n';
const QUESTIONS = [
  ['How many customers are there in each country?', 'SELECT country, COUNT(*) FROM customers GROUP BY country'],
  ['Which customers are from Italy?', "SELECT name FROM customers WHERE country = 'Italy'"],
  ['How many customers are there?', 'SELECT COUNT(*) FROM customers'],
  ['List the names of all customers.', 'SELECT name FROM customers'],
] as const;
const JUDGED = { question: 'How many customers are there?', sql: 'SELECT COUNT(*) FROM customers' };

const NOTED = {
  ...NO_NOTES,
  descriptions: [
    { table: 'customers', column: 'country', called: 'home', description: 'Where they live.', values: '' },
  ],
};

let ids = 0;
const newId = (): string => `n${++ids}`;

/** A browser with nothing in it but what ships, here a database without questions. */
function browser(kept: KeptDatasets = new Map(), store = new MemoryStore()) {
  const openStore = async (): Promise<OwnDatasetStore> => memoryDatasets(kept);
  const openDatabase = (bytes: Uint8Array | string): Promise<SqliteDatabase> => SqliteDatabase.open(bytes);
  const shipped = async (): Promise<Dataset> => ({
    name: 'shop',
    title: 'Demo shop',
    questions: [],
    definitions: [],
    database: await openDatabase('CREATE TABLE t(a);'),
  });
  const now = (): number => performance.now();
  const breathe = (): Promise<void> => Promise.resolve();
  const data = new OwnData({ openStore, openDatabase, now, breathe, today: () => 1_700_000_000_000, newId });
  const engine = async (): Promise<Engine> => {
    const ports = portsFor(await shipped(), {
      openStore: () => Promise.resolve(store),
      openDataset: (name = 'shop') => (name === 'shop' ? shipped() : openOwnDataset(name, { openStore, openDatabase })),
      keepQuestions: (dataset, questions) => keepQuestions(dataset, questions, openStore),
      keepSchemaNotes: (dataset, notes) => keepSchemaNotes(dataset, notes, openStore),
      keepDataset: (brought) => keepDataset(brought, openStore, newId),
    });
    return new Engine(ports);
  };
  return { kept, store, data, engine, openStore };
}

/** One with a database, questions, two runs, two snapshots and a thumb, and the project that was taken home. */
async function worked() {
  const here = browser();
  await here.data.read([new File([CUSTOMERS], 'customers.csv')], () => undefined);
  const own = await here.data.keep('Customers', () => undefined);
  const engine = await here.engine();
  await engine.open({ settings: { gold_weight: 1 } });
  await engine.reset({ seed: 1, dataset: own.id });
  await engine.setQuestions(
    withBrought(
      [],
      QUESTIONS.map(([question, sql]) => ({ question, sql, split: null })),
    ),
  );
  await engine.setSchemaNotes(NOTED);
  await engine.advance(steps(3));
  await engine.reset({ seed: 2 });
  await engine.advance(steps(4));
  await engine.keepSnapshot('four');
  const { hints } = await engine.advance(steps(3));
  await engine.editHint(hints[0]?.key ?? '', { weight: 2, pinned: true });
  await engine.keepSnapshot('by hand');
  await engine.judge(JUDGED, 'up');
  const file = await engine.exportFile({ what: 'project' });
  return { ...here, own, engine, file: new File([file.content], file.name) };
}

/** All that a reader sees of it, with the ids of runs left out. */
async function contentOf(engine: Engine, { data, kept }: Pick<ReturnType<typeof browser>, 'data' | 'kept'>) {
  const view = await engine.openRun((await engine.runs()).runs.find(({ current }) => current)?.id ?? '');
  const { runId: _id, canUndo: _undo, notice: _notice, step: _step, changes: _changes, ...shown } = view;
  const { snapshots } = await engine.desk();
  return {
    ...shown,
    snapshots,
    hintsOf: await Promise.all(snapshots.map(({ sequence }) => engine.hintsOfSnapshot(sequence))),
    runs: (await engine.runs()).runs
      .filter(({ dataset }) => dataset === view.dataset.name)
      .map(({ name, begun, steps: taken, current }) => ({ name, begun, taken, current }))
      .sort((a, b) => a.taken - b.taken),
    own: (await data.list()).find(({ id }) => id === view.dataset.name),
    bytes: kept.get(view.dataset.name)?.database,
  };
}

describe('a project with a database of one’s own', () => {
  it('comes back where nothing is left, and goes on to the bit', async () => {
    const there = await worked();
    const before = await contentOf(there.engine, there);
    const here = browser();
    const engine = await here.engine();
    await engine.open({});
    await engine.openProject(there.file);
    expect(await contentOf(engine, here)).toEqual(before);
    const again = await engine.exportFile({ what: 'project' });
    expect(JSON.parse(String(again.content))).toEqual(JSON.parse(await there.file.text()));
    const [a, b] = [await engine.advance(steps(3)), await there.engine.advance(steps(3))];
    expect(a.hints).toEqual(b.hints);
    // In a new page: nothing was in memory alone.
    const reopened = await browser(here.kept, here.store).engine();
    expect(await reopened.open({})).toMatchObject({ stepCount: 10, dataset: { name: there.own.id } });
  });

  it('opened twice is one database; beside one that was changed, or can be put back, it is another', async () => {
    const there = await worked();
    const { engine, data, file, own } = there;
    await engine.openProject(file);
    expect((await data.list()).map(({ id }) => id)).toEqual([own.id]);
    await engine.setQuestions([]);
    const view = await engine.openProject(file);
    expect(view.dataset).toMatchObject({ title: 'Customers', questions: { length: QUESTIONS.length } });
    expect(view.dataset.name).not.toBe(own.id);
    expect(view.feedback).toMatchObject([{ dataset: view.dataset.name, thumb: 'up' }]);
    expect(there.kept.get(own.id)?.dataset.questions).toEqual([]);
    await data.remove(own.id);
    await engine.openProject(file);
    expect(await data.putBack(own.id)).toHaveLength(3);
  });

  it('that is damaged, or cannot be stored, changes nothing', async () => {
    const { file } = await worked();
    const project = JSON.parse(await file.text()) as Project & { dataset: { own: { database: string } } };
    const changed = (over: object): File => {
      const own = { ...project.dataset.own, ...over };
      return new File([JSON.stringify({ ...project, dataset: { ...project.dataset, own } })], 'p.json');
    };
    const here = browser();
    const engine = await here.engine();
    await engine.open({});
    await engine.advance({ ...steps(1), ownQuestion: 'How many t are there?' });
    const state = async () => [
      await contentOf(engine, here),
      [...here.kept.keys()],
      await here.store.feedback('shop'),
      await here.store.feedback(project.dataset.name),
    ];
    const before = await state();
    for (const [bad, message] of [
      [changed({ database: toBase64(new TextEncoder().encode('no database at all')) }), /cannot be opened/],
      [changed({ database: project.dataset.own.database.slice(0, 4000) }), /cannot be opened/],
      [
        changed({ database: toBase64(await imageOf('CREATE TABLE customers(a);')) }),
        /p.json was changed since it was saved: the database in it is not what its digest says/,
      ],
      [changed({ questions: '[]' }), /the questions in it are not what their digest says/],
    ] as const) {
      await expect(engine.openProject(bad)).rejects.toThrow(message);
      expect(await state()).toEqual(before);
    }
    here.store.adopt = () => Promise.reject(new Error('The storage is full.'));
    await expect(engine.openProject(file)).rejects.toThrow('The storage is full.');
    expect(await state()).toEqual(before);
    await engine.advance({ ...steps(1), ownQuestion: 'How many t are there?' });
  });

  it('keeps what was said here later, and takes what was said there later', async () => {
    const { engine, file } = await worked();
    await engine.judge(JUDGED, 'down');
    // Both were said in the same millisecond of this clock: what is here stays.
    expect((await engine.openProject(file)).feedback).toMatchObject([{ thumb: 'down' }]);
    const later = (await file.text()).replace('"at":1700000000000}]', '"at":1700000000001}]');
    expect((await engine.openProject(new File([later], 'later.json'))).feedback).toMatchObject([{ thumb: 'up' }]);
  });
});

async function imageOf(dump: string): Promise<Uint8Array> {
  const { data } = browser();
  await data.read([new File([dump], 'a.sql')], () => undefined);
  const { id } = await data.keep('a', () => undefined);
  return new Uint8Array(await (await data.database(id)).arrayBuffer());
}

const words = fc.string({ minLength: 1, maxLength: 30 }).filter((text) => text.trim() !== '');
const question: fc.Arbitrary<Question> = fc
  .record({ id: words, question: words, sql: fc.option(words), other: words, held: fc.boolean() })
  .map(({ id, question: asked, sql, other, held }) => ({
    id,
    question: asked,
    split: held ? 'held-out' : 'train',
    ...(sql === null ? {} : { sql, sqlAlternatives: [other] }),
  }));
const brought: fc.Arbitrary<BroughtDataset> = fc.record({
  name: words.map((text) => `own-${text}`),
  title: words,
  questions: fc.uniqueArray(question, { selector: ({ id }) => id, maxLength: 5 }),
  definitions: fc.array(fc.record({ term: words, means: words, sql: words }), { maxLength: 2 }),
  database: fc.uint8Array({ minLength: 1, maxLength: 200 }),
  notes: fc.array(words, { maxLength: 2 }),
  created: fc.nat(),
});
const RUN: Project['runs'][number] = {
  name: '',
  begun: 0,
  sampler: { kind: 'sketch' },
  settings: {},
  state: {
    seed: 1,
    randomState: [1, 2, 3, 4],
    step: 0,
    hints: [],
    eventCount: 0,
    queue: [],
    summary: { ...EMPTY_SUMMARY },
  },
  history: [],
};

it('an own database in a file is the same again, whatever it is called and holds', async () => {
  await fc.assert(
    fc.asyncProperty(brought, async (all) => {
      const { name, title, database, questions, definitions, created, notes } = all;
      const own = {
        database: toBase64(database),
        questions: writeQuestions(questions),
        definitions: JSON.stringify(definitions),
        created,
        notes,
      };
      const read = projectFor(projectText({ dataset: { name, title, own }, feedback: [], runs: [RUN] }), 'F').own;
      expect(read).toEqual(all);
      const { kept, openStore } = browser();
      // A second time it is there already.
      for (let i = 0; i < 2; i++) await keepDataset(read ?? all, openStore, newId);
      const dataset = { id: name, title, questions, definitions, notes, created, bytes: database.length, revision: 0 };
      expect([...kept]).toEqual([[name, { database, dataset }]]);
    }),
    { numRuns: 60 },
  );
});
