import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SqliteDatabase } from '../../../src/database/sqlite-database.ts';
import { openDataset } from '../../../src/engine/data/open-dataset.ts';
import type { ChoiceProgress } from '../../../src/engine/experiments/experiments-protocol.ts';
import { Experiments } from '../../../src/engine/experiments/experiments.ts';
import { makeAnalyser } from '../../../src/linking/analyse.ts';
import { makeRewardModel } from '../../../src/rewards/total.ts';
import { makeSketchSampler } from '../../../src/samplers/sketch/sketch-sampler.ts';
import { MemoryExperiments } from '../../../src/storage/memory-experiments.ts';
import { lab } from '../../cli/run.ts';

const PUBLIC = new URL('../../../public/', import.meta.url);

/** As the worker puts them together, over the files that ship. */
function experiments(): Experiments {
  return new Experiments({
    openStore: () => Promise.resolve(new MemoryExperiments()),
    readDatasets: () => Promise.resolve([]),
    openDataset: (name) =>
      openDataset({
        name,
        baseUrl: PUBLIC.href,
        openDatabase: (bytes) => SqliteDatabase.open(bytes),
        fetch: async (asked) => {
          const file = fileURLToPath(asked instanceof Request ? asked.url : asked);
          return existsSync(file)
            ? new Response(new Uint8Array(await readFile(file)))
            : new Response('', { status: 404 });
        },
      }),
    makeSampler: (schema) => makeSketchSampler({ schema }),
    makeRewards: ({ database }) => {
      const { schema } = database;
      const analyse = makeAnalyser(schema);
      return (weights) => makeRewardModel({ schema, database, weights, analyse });
    },
    loadStarter: () => Promise.reject(new Error('none')),
    now: () => performance.now(),
    today: () => '2026-01-01T00:00:00.000Z',
    newId: () => 'e',
    breathe: () => Promise.resolve(),
  });
}

test('gives the figures of `lab evaluate --pool` on the completions that ship', async () => {
  const told: ChoiceProgress[] = [];
  const report = await experiments().choice('concert_singer', null, (progress) => told.push(progress));
  const json = join(mkdtempSync(join(tmpdir(), 'lab-test-')), 'pool.json');
  const pool = fileURLToPath(new URL('datasets/concert_singer', PUBLIC));
  expect(await lab('evaluate', '--sampler', 'replay', '--pool', pool, '--json', json)).toMatchObject({ code: 0 });
  const { figures, comparison } = JSON.parse(readFileSync(json, 'utf8')) as Record<string, unknown>;
  expect(report?.rules).toEqual(figures);
  expect(comparison).toMatchObject(report?.comparison ?? { there: 'is a report' });
  expect(report).toMatchObject({
    questions: 24,
    facts: 12,
    groupSize: 8,
    seeds: 10,
    models: expect.any(Number) as number,
  });
  expect(new Set(told.map(({ part }) => part))).toEqual(new Set(['teaching', 'choosing']));
}, 240_000);

test('takes a file, says what is wrong with one, and can be stopped', async () => {
  const lab = experiments();
  const file = (text: string) => ({ name: 'mine.json', text });
  const none = (): void => undefined;
  await expect(lab.choice('shop', null, none)).rejects.toThrow('No completions come with this dataset');
  await expect(lab.choice('shop', file('{'), none)).rejects.toThrow('mine.json');
  await expect(
    lab.choice('shop', file('[{"id": "?", "completions": [{"source": "a", "text": "SELECT 1"}]}]'), none),
  ).rejects.toThrow('none of its completions is for a question of this dataset');
  const stopped = lab.choice('concert_singer', null, () => void lab.stop());
  await expect(lab.choice('concert_singer', null, none)).rejects.toThrow('Another experiment is running');
  expect(await stopped).toBeNull();
}, 120_000);
