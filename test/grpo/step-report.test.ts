import { expect, test } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import { stepReport } from '../../src/grpo/step-report.ts';
import { GRPOTrainer } from '../../src/grpo/trainer.ts';
import type { Sample } from '../../src/grpo/types.ts';

/** SQL texts with their rewards: validity and quality of equal weight. */
const REWARDS: Readonly<Record<string, readonly [number, number]>> = {
  'SELECT a\n  FROM t': [1, 0.8],
  'SELECT b': [1, 0.4],
  'SELECT \u001b[31mc': [1, -0.6],
  'SELECT d': [-1, -0.2],
};
const TEXTS = Object.keys(REWARDS);

function trainer(rewardOf: (sql: string) => readonly [number, number], lines: string[]): GRPOTrainer {
  return new GRPOTrainer({
    config: makeConfig({}),
    seed: 1,
    sampler: {
      id: 's',
      label: 's',
      isLanguageModel: false,
      generateGroup: () =>
        Promise.resolve(
          TEXTS.map((sql): Sample => ({
            text: sql,
            sql,
            features: [],
            logProbability: null,
            referenceLogProbability: null,
            decisions: [],
          })),
        ),
      greedy: () => Promise.reject(new Error('not used')),
      distribution: () => null,
    },
    database: {
      schema: { tables: [], profiles: [] },
      execute: (sql) =>
        Promise.resolve(sql.map(() => ({ status: 'rows', columns: [], rows: [[1]], truncated: false }))),
      close: () => undefined,
    },
    rewards: () => ({
      score: (_question, completions) =>
        Promise.resolve(
          completions.map(({ sql }) => {
            const [validity, quality] = rewardOf(sql);
            const score = (value: number) => ({ value, reasons: [] });
            return {
              components: { validity: score(validity), quality: score(quality) },
              total: (validity + quality) / 2,
            };
          }),
        ),
    }),
    verbose: (line) => void lines.push(line),
  });
}
const question = { id: 'q', question: 'Show total revenue\nby product', split: 'train' } as const;

test('a verbose trainer tells each sample: question, completions, rewards, advantages, what becomes of them', async () => {
  const lines: string[] = [];
  const step = await trainer((sql) => REWARDS[sql] ?? [0, 0], lines).runStep([question]);
  expect(lines).toEqual([
    'Step 1',
    'Samples processed: 1',
    'Hints created: 0',
    'Hints updated: 0',
    '',
    'Question: Show total revenue by product',
    '  SQL 1: SELECT a FROM t',
    '    Validity: +1.00, Quality: +0.80',
    '    Total Reward: +0.900',
    '  SQL 2: SELECT b',
    '    Validity: +1.00, Quality: +0.40',
    '    Total Reward: +0.700',
    '  SQL 3: SELECT [31mc',
    '    Validity: +1.00, Quality: -0.60',
    '    Total Reward: +0.200',
    '  SQL 4: SELECT d',
    '    Validity: -1.00, Quality: -0.20',
    '    Total Reward: -0.600',
    '  mean +0.300, sd 0.668',
    '  SQL 1: advantage=+0.898 → REINFORCE',
    '  SQL 2: advantage=+0.598 → REINFORCE',
    '  SQL 3: advantage=-0.150 → PENALIZE (moves no hint)',
    '  SQL 4: advantage=-1.346 → PENALIZE',
    '',
  ]);
  expect(stepReport(step)).toEqual(lines);
});

test('a group whose rewards are all equal is not called reinforced or penalized', async () => {
  const lines: string[] = [];
  await trainer(() => [1, 0.5], lines).runStep([question]);
  expect(lines.filter((line) => line.includes('advantage='))).toEqual(
    [1, 2, 3, 4].map((number) => `  SQL ${number}: advantage=+0.000 → NO SIGNAL (all rewards are equal)`),
  );
});

test('what a reward leaves out is told as such, and what cuts a total, too', async () => {
  const step = await trainer(() => [1, 0.5], []).runStep([question]);
  const [group] = step.groups;
  const [completion] = group?.completions ?? [];
  if (group === undefined || completion === undefined) throw new Error('no group');
  const rewards = { components: { gold: { value: null, reasons: [] } }, total: null, cappedAt: -0.5 };
  const lines = stepReport({ ...step, groups: [{ ...group, completions: [{ ...completion, sql: ' ', rewards }] }] });
  expect(lines.slice(6, 9)).toEqual([
    '  SQL 1: (none)',
    '    Gold result: –, evades the question: at most -0.50',
    '    Total Reward: –',
  ]);
});
