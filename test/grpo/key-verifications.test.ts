/** What `npm test` prints as key verifications (scripts/key-verifications.mjs), over the real parts. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { DEFAULT_CONFIG, GRPOTrainer, makeConfig } from '../../src/grpo/index.ts';
import type { Step } from '../../src/grpo/index.ts';
import { rewardWeights } from '../../src/grpo/derived-settings.ts';
import { makeAnalyser } from '../../src/linking/analyse.ts';
import { makeRewardModel } from '../../src/rewards/total.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';
import { FLEET_SQL } from '../samplers/sketch/fleet.ts';
import { replayEvents } from './replay.ts';

const QUESTIONS = ['how many boats are there', 'show the name of each boat', 'list all harbours'].map(
  (question, i) => ({
    id: String(i),
    question,
    split: 'train' as const,
  }),
);

let database: SqliteDatabase;
let trainer: GRPOTrainer;
const steps: Step[] = [];
beforeAll(async () => {
  database = await SqliteDatabase.open(FLEET_SQL);
  const { schema } = database;
  const analyse = makeAnalyser(schema);
  trainer = new GRPOTrainer({
    config: makeConfig({ questions_per_step: QUESTIONS.length }),
    sampler: makeSketchSampler({ schema }),
    database,
    rewards: (weights) => makeRewardModel({ schema, database, weights, analyse }),
    seed: 1,
  });
  for (let i = 0; i < 6; i++) steps.push(await trainer.runStep(trainer.nextQuestions(QUESTIONS)));
});
afterAll(() => database.close());

const groups = () => steps.flatMap((step) => step.groups);

test('several completions are generated for each question', () => {
  expect(groups()).toHaveLength(6 * QUESTIONS.length);
  for (const { completions } of groups()) expect(completions).toHaveLength(DEFAULT_CONFIG.group_size);
  expect(groups().some(({ completions }) => new Set(completions.map(({ sql }) => sql)).size > 1)).toBe(true);
});

test('rewards are calculated from several criteria, by their weights', () => {
  const weights = rewardWeights(DEFAULT_CONFIG);
  const criteria = ['validity', 'execution', 'quality', 'format'] as const;
  let checked = 0;
  for (const { rewards } of groups().flatMap(({ completions }) => completions)) {
    const values = criteria.flatMap((name) => {
      const value = rewards.components[name]?.value ?? null;
      return value === null ? [] : [{ value, weight: weights[name] }];
    });
    expect(Object.keys(rewards.components).sort()).toEqual([...criteria].sort());
    if (rewards.cappedAt !== undefined) continue;
    const sum = values.reduce((total, { value, weight }) => total + weight * value, 0);
    expect(rewards.total).toBeCloseTo(sum / values.reduce((total, { weight }) => total + weight, 0), 12);
    checked++;
  }
  expect(checked).toBeGreaterThan(20);
});

test('advantages are relative to the mean of their group', () => {
  const taught = groups().filter(({ noSignal }) => !noSignal);
  expect(taught.length).toBeGreaterThan(3);
  for (const { completions } of taught) {
    const totals = completions.map(({ rewards }) => rewards.total ?? NaN);
    const mean = totals.reduce((sum, total) => sum + total, 0) / totals.length;
    const sd = Math.sqrt(totals.reduce((sum, total) => sum + (total - mean) ** 2, 0) / (totals.length - 1));
    completions.forEach(({ advantage }, i) =>
      expect(advantage).toBeCloseTo(((totals[i] ?? NaN) - mean) / (sd + 1e-4), 9),
    );
  }
});

test('the policy layer, hints and their weights, is updated', () => {
  expect(steps.reduce((sum, { hintsCreated }) => sum + hintsCreated, 0)).toBeGreaterThan(0);
  expect(steps.reduce((sum, { hintsUpdated }) => sum + hintsUpdated, 0)).toBeGreaterThan(0);
  expect(trainer.policy.hints.some(({ weight }) => weight !== 0)).toBe(true);
  expect(replayEvents(steps.flatMap(({ events }) => events)).hints).toEqual(trainer.policy.hints);
});
