/** The engine on the real demo shop, with real SQLite, sampler and rewards: in Node and in Chromium alike. */
import { parseDefinitions, parseQuestions } from '../../src/formats/dataset.ts';
import type { Dataset, EnginePorts } from '../../src/engine/engine-ports.ts';
import { LiveRelay } from '../../src/engine/models/live-relay.ts';
import { languageSamplers } from '../../src/engine/sources/language-samplers.ts';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { GRPOTrainer } from '../../src/grpo/trainer.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import { makeAnalyser } from '../../src/linking/analyse.ts';
import { makeRewardModel } from '../../src/rewards/total.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';
import { MemoryStore } from '../../src/storage/memory-store.ts';
import { trainingPool } from '../../src/grpo/questions.ts';

export interface ShopFiles {
  readonly database: Uint8Array;
  readonly questions: string;
  readonly definitions: string;
}

export async function shopDataset(files: ShopFiles): Promise<Dataset> {
  return {
    name: 'shop',
    title: 'Demo shop',
    database: await SqliteDatabase.open(files.database),
    questions: parseQuestions(files.questions, 'questions.json'),
    definitions: parseDefinitions(files.definitions, 'definitions.json'),
  };
}

export const makeRewards: EnginePorts['makeRewards'] = ({ database }, feedback) => {
  const analyse = makeAnalyser(database.schema);
  return (weights) => makeRewardModel({ schema: database.schema, database, weights, analyse, feedback });
};

let runs = 0;

/** Ports over an open dataset: a store in memory, and a clock that passes one millisecond at every look. */
export function portsFor(dataset: Dataset, over: Partial<EnginePorts> = {}): EnginePorts {
  let looks = 0;
  const now = over.now ?? (() => looks++);
  const live = new LiveRelay(now);
  const store = new MemoryStore();
  return {
    openStore: () => Promise.resolve(store),
    openDataset: () => Promise.resolve(dataset),
    makeSampler: (schema) => makeSketchSampler({ schema }),
    makeRewards,
    loadStarter: () => Promise.reject(new Error('There is no starter policy here.')),
    model: () => null,
    live,
    languageSampler: languageSamplers(live),
    openFiles: () => Promise.reject(new Error('Nothing can be stored here.')),
    storage: () => Promise.resolve(null),
    now,
    today: () => 1_700_000_000_000,
    newRunId: () => `run-${++runs}`,
    breathe: () => Promise.resolve(),
    ...over,
  };
}

export const GOLDEN_STEPS = 30;

/** Everything 30 steps on the shop produce, executions and events included, as text. */
export async function shopRun(dataset: Dataset): Promise<string> {
  const { database, questions } = dataset;
  const trainer = new GRPOTrainer({
    config: makeConfig(),
    sampler: makeSketchSampler({ schema: database.schema }),
    database,
    rewards: makeRewards(dataset, () => Promise.resolve(null)),
    seed: 7,
  });
  const pool = trainingPool(questions);
  const steps: unknown[] = [];
  for (let i = 0; i < GOLDEN_STEPS; i++) steps.push(await trainer.runStep(trainer.nextQuestions(pool)));
  return JSON.stringify({ steps, state: trainer.state() }, (_key, value: unknown) =>
    typeof value === 'bigint' ? `${value}n` : value instanceof Uint8Array ? [...value] : value,
  );
}

/** SHA-256 of `shopRun`. */
export async function shopFingerprint(dataset: Dataset): Promise<string> {
  const text = await shopRun(dataset);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
