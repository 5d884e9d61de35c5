/**
 * What a step costs: the part of the bench that is bundled once for each checkout, so that both are measured by the
 * same lines. Takes a folder with db.sqlite and questions.json; prints one line of JSON.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sqlite3InitModule from '@sqlite.org/sqlite-wasm';
import { rewardsFor } from '../../src/cli/parts.ts';
import { loadStarter } from '../../src/cli/starter.ts';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { parseQuestions } from '../../src/formats/dataset.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import { GRPOTrainer } from '../../src/grpo/trainer.ts';
import type { Database, Execution } from '../../src/grpo/types.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';

/** CPU milliseconds, one number a step. */
export interface EngineRun {
  /** Whole steps on a question that the run has not met. */
  readonly first: readonly number[];
  /** Whole steps on questions met before. */
  readonly warm: readonly number[];
  /** The same without what their SQL took in the sandbox. */
  readonly warmWithoutSql: readonly number[];
  /** The same SQL texts without a sandbox; null where the sandbox had to stop one of them. */
  readonly bare: readonly (number | null)[];
  /** How the entropies of the first meetings came about. */
  readonly entropy: { readonly exact: number; readonly estimated: number; readonly none: number };
}

const QUESTIONS = 60;
/** Passes over questions met before that do not count: what they run is still being compiled. */
const SETTLING_PASSES = 1;
const WARM_PASSES = 3;
const GROUP = 4;
const SEED = 7;

/** Milliseconds of CPU that this process has used, all threads of it. */
function cpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Every n-th, so that a part of a file that is sorted by kind has all of them. */
function spread<T>(list: readonly T[], count: number): T[] {
  const step = Math.max(1, list.length / count);
  return Array.from({ length: Math.min(count, list.length) }, (_, i) => list[Math.floor(i * step)] as T);
}

/** A database that keeps what was run and what it cost. */
function metered(inner: Database): Database & { taken(): { texts: string[]; executions: Execution[]; ms: number } } {
  let texts: string[] = [];
  let executions: Execution[] = [];
  let ms = 0;
  return {
    schema: inner.schema,
    async execute(sql, options) {
      const before = cpu();
      const answers = await inner.execute(sql, options);
      ms += cpu() - before;
      texts.push(...sql);
      executions.push(...answers);
      return answers;
    },
    close: () => inner.close(),
    taken() {
      const all = { texts, executions, ms };
      [texts, executions, ms] = [[], [], 0];
      return all;
    },
  };
}

/** Runs SQL through the package's plain API; reads as many rows as the sandbox would. */
async function bareRunner(bytes: Uint8Array, maxRows: number): Promise<(sql: string) => void> {
  const sqlite3 = await sqlite3InitModule();
  const db = new sqlite3.oo1.DB();
  const address = sqlite3.wasm.allocFromTypedArray(bytes);
  const { SQLITE_DESERIALIZE_FREEONCLOSE, SQLITE_DESERIALIZE_READONLY } = sqlite3.capi;
  const flags = SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY;
  const size = bytes.byteLength;
  db.checkRc(sqlite3.capi.sqlite3_deserialize(db, 'main', address, size, size, flags));
  return (sql) => {
    try {
      const statement = db.prepare(sql);
      try {
        for (let rows = 0; rows <= maxRows && statement.step(); rows++) statement.get([]);
      } finally {
        statement.finalize();
      }
    } catch {
      // What SQLite refuses it refuses here as well, and that costs what it costs.
    }
  };
}

async function measure(folder: string): Promise<EngineRun> {
  const bytes = new Uint8Array(readFileSync(join(folder, 'db.sqlite')));
  const questions = parseQuestions(readFileSync(join(folder, 'questions.json'), 'utf8'), 'questions.json');
  const pool = spread(
    questions.filter(({ split }) => split === 'train'),
    QUESTIONS,
  );
  const config = makeConfig({ group_size: GROUP });
  const database = metered(await SqliteDatabase.open(bytes));
  const trainer = new GRPOTrainer({
    config,
    sampler: makeSketchSampler({ schema: database.schema }),
    database,
    rewards: rewardsFor(database),
    seed: SEED,
  });
  trainer.startFrom(loadStarter(), 'starter');

  const steps: { total: number; sql: number; texts: string[]; stopped: boolean }[] = [];
  const entropy = { exact: 0, estimated: 0, none: 0 };
  for (let i = 0; i < pool.length * (1 + SETTLING_PASSES + WARM_PASSES); i++) {
    const before = cpu();
    const step = await trainer.runStep(trainer.nextQuestions(pool));
    const total = cpu() - before;
    const { texts, executions, ms } = database.taken();
    const stopped = executions.some(({ status }) => status === 'timeout' || status === 'too-large');
    steps.push({ total, sql: ms, texts, stopped });
    if (i >= pool.length) continue;
    for (const { distribution } of step.groups) {
      if (distribution === null) entropy.none++;
      else if (distribution.exact) entropy.exact++;
      else entropy.estimated++;
    }
  }
  const run = await bareRunner(bytes, config.max_rows);
  const warm = steps.slice(pool.length * (1 + SETTLING_PASSES));
  // Once before it counts: what the steps above ran was compiled by then as well.
  for (const { texts, stopped } of warm) if (!stopped) texts.forEach(run);
  const bare = warm.map(({ texts, stopped }) => {
    if (stopped) return null;
    const before = cpu();
    texts.forEach(run);
    return cpu() - before;
  });
  database.close();
  return {
    first: steps.slice(0, pool.length).map(({ total }) => total),
    warm: warm.map(({ total }) => total),
    warmWithoutSql: warm.map(({ total, sql }) => total - sql),
    bare,
    entropy,
  };
}

process.stdout.write(`${JSON.stringify(await measure(process.argv[2] ?? ''))}\n`);
