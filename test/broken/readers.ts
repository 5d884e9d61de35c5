/** Who reads what comes from outside, as the page has them: over SQLite, and stores in memory that hold something. */
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { readDescriptionFiles } from '../../src/engine/data/brought-descriptions.ts';
import { readBrought } from '../../src/engine/data/brought-questions.ts';
import { OwnData } from '../../src/engine/data/own-data.ts';
import { keepDataset, keepQuestions, openOwnDataset } from '../../src/engine/data/own-datasets.ts';
import { Engine } from '../../src/engine/engine.ts';
import { parseFeedback } from '../../src/formats/feedback-file.ts';
import type { OwnDatasetStore } from '../../src/storage/own-dataset.ts';
import { MemoryStore } from '../../src/storage/memory-store.ts';
import { readAddress } from '../../src/state/address.ts';
import { memoryDatasets, type KeptDatasets } from '../engine/memory-datasets.ts';
import { portsFor } from '../engine/scenario.ts';
import type { Kind } from './input.ts';

export interface Readers {
  /** Reads it. Resolves to what was said against it where that is no exception; rejects as its reader does. */
  readonly read: (kind: Kind, source: string, content: Uint8Array) => Promise<string>;
  /** All that a reader may change. */
  readonly state: () => Promise<unknown>;
  readonly close: () => void;
}

const QUESTION = {
  id: 'q1',
  question: 'How many customers are there?',
  split: 'train',
  sql: 'SELECT COUNT(*) FROM customers',
} as const;

export async function openReaders(): Promise<Readers> {
  const kept: KeptDatasets = new Map();
  const store = new MemoryStore();
  let ids = 0;
  const newId = (): string => `n${++ids}`;
  const openStore = async (): Promise<OwnDatasetStore> => memoryDatasets(kept);
  const openDatabase = (source: Uint8Array | string): Promise<SqliteDatabase> => SqliteDatabase.open(source);
  const shop = {
    name: 'shop',
    title: 'Shop',
    questions: [QUESTION],
    definitions: [],
    database: await openDatabase(
      "CREATE TABLE customers(id INTEGER, name TEXT); INSERT INTO customers VALUES (1, 'Ann');",
    ),
  };
  const data = new OwnData({
    openStore,
    openDatabase,
    newId,
    now: () => performance.now(),
    breathe: () => Promise.resolve(),
    today: () => 1_700_000_000_000,
  });
  const engine = new Engine(
    portsFor(shop, {
      openStore: () => Promise.resolve(store),
      openDataset: (name = 'shop') =>
        name === 'shop' ? Promise.resolve(shop) : openOwnDataset(name, { openStore, openDatabase }),
      keepQuestions: (dataset, questions) => keepQuestions(dataset, questions, openStore),
      keepDataset: (brought) => keepDataset(brought, openStore, newId),
    }),
  );
  await data.read([new File(['a\n1\n'], 'kept.csv')], () => undefined);
  await data.keep('Kept', () => undefined);
  await engine.open({});
  await engine.advance({ steps: 2, budgetMs: 1e9 });
  await engine.judge({ question: QUESTION.question, sql: QUESTION.sql }, 'up');

  const { schema } = shop.database;
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const read = async (kind: Kind, source: string, content: Uint8Array): Promise<string> => {
    const file = new File([content as Uint8Array<ArrayBuffer>], source);
    switch (kind) {
      case 'tables':
      case 'database':
        await data.read([file], () => undefined);
        break;
      case 'questions':
        readBrought(content, source, schema);
        break;
      case 'descriptions':
        await readDescriptionFiles([file], schema);
        break;
      case 'hints':
        await engine.readHints(file);
        break;
      case 'project':
        await engine.openProject(file);
        break;
      case 'feedback':
        parseFeedback(text(content), source);
        break;
      case 'completions':
        await engine.openCompletions(file);
        break;
      case 'recording':
        await engine.openRecording(file);
        break;
      case 'link':
        await engine.readLinkHints(text(content));
        break;
      case 'address': {
        const { problems, ...taken } = readAddress(text(content));
        if (JSON.stringify(taken) !== JSON.stringify({ settings: {}, seed: null, start: null }))
          throw new Error(`${source} was taken.`);
        return problems.join('\n');
      }
    }
    return '';
  };
  const state = async (): Promise<unknown> => {
    const { runs } = await engine.runs();
    const current = runs.find(({ current: is }) => is);
    const { runId, stepCount, config, hints, dataset, feedback } = await engine.openRun(current?.id ?? '');
    return {
      ...{ runId, stepCount, config, hints, feedback, dataset: dataset.name, questions: dataset.questions },
      runs: runs.map(({ id, name, steps }) => ({ id, name, steps })),
      feedbackStored: await store.feedback('shop'),
      own: [...kept],
    };
  };
  return { read, state, close: () => shop.database.close() };
}
