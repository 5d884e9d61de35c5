import { describe, expect, test } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import { rewardModeWeights } from '../../src/grpo/reward-modes.ts';
import { GRPOTrainer } from '../../src/grpo/trainer.ts';
import type { Question, RewardModel } from '../../src/grpo/types.ts';
import { evaluateChoice } from '../../src/lab/choice-evaluation.ts';
import { CHOICE_TRAINING, referenceTotals } from '../../src/lab/choice-training.ts';
import { fixedPolicy } from '../../src/lab/evaluate.ts';
import { GoldResults } from '../../src/lab/gold.ts';
import { makePoolSampler } from '../../src/samplers/replay/pool-sampler.ts';

const PORTS = ['Brest', 'Kiel', 'Cork', 'Oslo', 'Rome', 'Bern'];
const database =
  await SqliteDatabase.open(`CREATE TABLE boat (id INTEGER PRIMARY KEY, name TEXT, port TEXT, length REAL);
  INSERT INTO boat VALUES ${PORTS.flatMap((port, i) => [`(${2 * i + 1}, 'A${i}', '${port}', ${5 + i})`, `(${2 * i + 2}, 'B${i}', '${port}', ${9 - i})`]).join(', ')}`);
const BUDGET = { maxVmSteps: 1e6, deadlineMs: 3000, maxRows: 100 };
const questions = PORTS.map((port, i): Question => ({
  id: port,
  question: `Which boats lie in ${port}?`,
  sql: `SELECT name FROM boat WHERE port = '${port}'`,
  split: i < 3 ? 'train' : 'held-out',
}));
// A reward that cannot tell whether the port was minded, and slightly prefers the answer that forgot it.
const blind: RewardModel = {
  score: (_, completions) =>
    Promise.resolve(
      completions.map(({ sql, execution }) => ({
        components: {},
        total: execution.status === 'invalid' ? -1 : sql.includes('WHERE') ? 0.8 : 0.82,
      })),
    ),
};
const completions = new Map(
  questions.map(({ question, sql = '' }) => [
    question,
    [
      { source: 'a', text: sql },
      { source: 'b', text: `${sql};` },
      { source: 'c', text: 'SELECT name FROM boat' },
      { source: 'd', text: 'SELECT name FROM boat ORDER BY id' },
      { source: 'e', text: 'SELECT nothing' },
    ],
  ]),
);

describe('teaching a choice', () => {
  test('totals are those of the reward, in order', async () => {
    const totals = referenceTotals({ database, rewards: blind, budget: BUDGET });
    expect(
      await totals('Which boats lie in Kiel?', [
        'SELECT name FROM boat',
        'SELECT nothing',
        "SELECT name FROM boat WHERE port = 'Kiel'",
      ]),
    ).toEqual([0.82, -1, 0.8]);
    await expect(totals('q', ['SELECT 1'], AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('hints learn what the reward overlooks, and choose better on questions they never saw', async () => {
    const { schema } = database;
    const gold = new GoldResults(database);
    const judged: RewardModel = {
      score: async (question, runs) =>
        Promise.all(
          runs.map(async ({ execution }) => {
            const value = (await gold.matches(question, execution)) === true ? 1 : -1;
            return { components: { gold: { value, reasons: [] } }, total: value };
          }),
        ),
    };
    const sampler = makePoolSampler({
      completions,
      schema,
      label: 'recorded',
      totals: referenceTotals({ database, rewards: blind, budget: BUDGET }),
    });
    const trainer = new GRPOTrainer({
      config: makeConfig({ ...rewardModeWeights('gold'), ...CHOICE_TRAINING, group_size: 4 }),
      sampler,
      database,
      rewards: () => judged,
      seed: 1,
      distribution: false,
    });
    const pool = questions.filter(({ split }) => split === 'train');
    for (let step = 0; step < 30; step++) await trainer.runStep(trainer.nextQuestions(pool));
    expect(trainer.policy.hints.every(({ template, general }) => template === 'link' && general)).toBe(true);
    expect(trainer.policy.weightOf('* | no condition on a mentioned value')).toBeLessThan(0);

    const { rules, comparison } = await evaluateChoice({
      questions: questions.filter(({ split }) => split === 'held-out'),
      sampler: makePoolSampler({ completions, schema, label: 'recorded' }),
      database,
      rewards: blind,
      hints: fixedPolicy(trainer.policy.hints),
      temperature: 0.7,
      groupSize: 5,
      seeds: 2,
      budget: BUDGET,
    });
    expect([rules.reward.accuracy, rules.rewardHints.accuracy, rules.oracle.accuracy]).toEqual([0, 1, 1]);
    expect(comparison).toMatchObject({ difference: 1, lost: [] });
  });
});
