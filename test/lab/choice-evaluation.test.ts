import { describe, expect, test } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import type { FeatureUse, Question, RewardModel, Sample, Sampler } from '../../src/grpo/types.ts';
import { evaluateChoice, poolChoices } from '../../src/lab/choice-evaluation.ts';
import type { ChoiceEvaluation, ChoiceOptions } from '../../src/lab/choice-evaluation.ts';
import { fixedPolicy } from '../../src/lab/evaluate.ts';
import { identity } from '../grpo/identity.ts';

const database = await SqliteDatabase.open(
  "CREATE TABLE boat (id INTEGER PRIMARY KEY, name TEXT, length REAL); INSERT INTO boat VALUES (1, 'Ada', 7), (2, 'Bea', 9)",
);
const use = (key: string): FeatureUse => ({
  feature: { ...identity(null, key, key), tables: [], template: 'pattern', general: true, words: 0 },
  value: 1,
  expected: 0,
});

/** One completion: its SQL, its reward, what it is known by. */
type Made = readonly [sql: string, total: number | null, ...keys: string[]];

/** Groups as written down: `groups[question][seed − 1]`. */
function written(groups: Readonly<Record<string, readonly (readonly Made[])[]>>): {
  sampler: Sampler;
  rewards: RewardModel;
  policies: number[];
} {
  const asked = new Map<string, number>();
  const policies: number[] = [];
  const totals = new Map(
    Object.values(groups)
      .flat(2)
      .map(([sql, total]) => [sql, total]),
  );
  return {
    policies,
    sampler: {
      id: 'written',
      label: 'written',
      isLanguageModel: false,
      distribution: () => null,
      greedy: () => Promise.reject(new Error('nobody asks for it')),
      generateGroup: ({ question, policy }) => {
        policies.push(policy.hints.length);
        const at = asked.get(question) ?? 0;
        asked.set(question, at + 1);
        return Promise.resolve(
          (groups[question]?.[at] ?? []).map(([sql, , ...keys]): Sample => ({
            text: sql,
            sql,
            features: keys.map(use),
            logProbability: null,
            referenceLogProbability: null,
            decisions: [],
          })),
        );
      },
    },
    rewards: {
      score: (_, completions) =>
        Promise.resolve(completions.map(({ sql }) => ({ components: {}, total: totals.get(sql) ?? null }))),
    },
  };
}

const question = (id: string, sql?: string): Question => ({
  id,
  question: id,
  split: 'held-out',
  ...(sql === undefined ? {} : { sql }),
});
const RIGHT = 'SELECT COUNT(*) FROM boat';
const hint = (key: string, weight: number) => ({
  ...use(key).feature,
  weight,
  evidence: { support: 1, positive: 1, advantage: 1, steps: 1 },
  createdAt: 0,
  updatedAt: 0,
  enabled: true,
});
const HINTS = fixedPolicy([hint('counts', Math.log(3))]);
const options = (
  made: Pick<ChoiceOptions, 'sampler' | 'rewards'>,
  questions: readonly Question[],
  seeds = 1,
): ChoiceOptions => ({
  ...made,
  questions,
  database,
  hints: HINTS,
  temperature: 0.7,
  groupSize: 4,
  seeds,
  budget: { maxVmSteps: 1e6, deadlineMs: 3000, maxRows: 100 },
});

describe('evaluateChoice', () => {
  test('each rule by hand: one right of four, which hints prefer and the reward does not', async () => {
    const made = written({
      q: [
        [
          [RIGHT, 0.5, 'counts'],
          ['SELECT 3', 0.9],
          ['SELECT 3 + 0', 0.9],
          ['SELECT nothing', -1],
        ],
      ],
    });
    const { rules, comparison, questions, perQuestion } = await evaluateChoice(options(made, [question('q', RIGHT)]));
    expect(questions).toBe(1);
    expect(
      Object.fromEntries(Object.entries(rules).map(([rule, { accuracy }]) => [rule, Number(accuracy.toFixed(6))])),
    ).toEqual({
      // e^ln 3 = 3 against 1 + 1 + 1; the two equal results win the vote.
      random: 0.25,
      vote: 0,
      reward: 0,
      hintsDrawn: 0.5,
      hints: 1,
      rewardHints: 1,
      oracle: 1,
    });
    expect(comparison).toMatchObject({ difference: 1, gained: ['q'], lost: [], questions: 1, seeds: 1 });
    expect(perQuestion[0]).toMatchObject({
      rewardRight: [false],
      rewardHintsRight: [true],
      rewardSql: 'SELECT 3',
      rewardHintsSql: RIGHT,
      weakGold: false,
    });
  });

  test('a reward that is sure enough is not overruled', async () => {
    const made = written({
      q: [
        [
          [RIGHT, 1],
          ['SELECT 3', -0.2, 'counts'],
        ],
      ],
    });
    const { rules, comparison } = await evaluateChoice(options(made, [question('q', RIGHT)]));
    expect([rules.reward.accuracy, rules.rewardHints.accuracy, rules.hints.accuracy]).toEqual([1, 1, 0]);
    expect(comparison).toMatchObject({ difference: 0, p: 1 });
    expect(comparison.verdict).toMatch(/^Too few questions to tell: .*1 question, 1 fact;/);
  });

  test('groups are drawn without hints, and averaged within a question', async () => {
    const made = written({
      q: [
        [
          [RIGHT, 0.5, 'counts'],
          ['SELECT 3', 0.9],
        ],
        [
          ['SELECT 3', 0.9],
          ['SELECT 4', 0.1],
        ],
        [
          [RIGHT, 0.5, 'counts'],
          ['SELECT 3', 0.9],
        ],
      ],
    });
    const { rules, comparison, perQuestion } = await evaluateChoice(options(made, [question('q', RIGHT)], 3));
    expect(made.policies).toEqual([0, 0, 0]);
    expect(rules.random.accuracy).toBeCloseTo(1 / 3, 12);
    expect(rules.oracle.accuracy).toBeCloseTo(2 / 3, 12);
    expect(perQuestion[0]?.rewardHintsRight).toEqual([true, false, true]);
    // Two of three groups: the question counts as gained.
    expect(comparison).toMatchObject({ gained: ['q'], seeds: 3 });
    expect(comparison.difference).toBeCloseTo(2 / 3, 12);
  });

  test('a completion without a reward is chosen only where there is nothing else', async () => {
    const made = written({
      q: [
        [
          [RIGHT, null, 'counts'],
          ['SELECT 3', -1],
        ],
      ],
    });
    const { rules } = await evaluateChoice(options(made, [question('q', RIGHT)]));
    expect(rules.rewardHints.accuracy).toBe(0);
  });

  test('questions without gold are left out and counted; without any there is nothing to say', async () => {
    const made = written({ q: [[[RIGHT, 0.5]]] });
    expect(await evaluateChoice(options(made, [question('other'), question('q', RIGHT)]))).toMatchObject({
      questions: 1,
      withoutGold: 1,
    });
    await expect(evaluateChoice(options(made, [question('other')]))).rejects.toThrow(RangeError);
    await expect(evaluateChoice({ ...options(made, [question('q', RIGHT)]), seeds: 0 })).rejects.toThrow(RangeError);
  });

  test('stops when it is told to', async () => {
    const made = written({ q: [[[RIGHT, 0.5]]] });
    await expect(
      evaluateChoice({ ...options(made, [question('q', RIGHT)]), signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('poolChoices', () => {
  const one = async (right: boolean, id: string): Promise<ChoiceEvaluation> =>
    evaluateChoice(
      options(
        written({
          [id]: [
            [
              [RIGHT, right ? 0.5 : 0.95, 'counts'],
              ['SELECT 3', 0.9],
            ],
          ],
        }),
        [question(id, RIGHT)],
      ),
    );

  test('every question counts alike, under its dataset’s name', async () => {
    const pooled = poolChoices([
      { name: 'a', result: await one(true, 'q') },
      { name: 'b', result: await one(false, 'q') },
    ]);
    expect([pooled.questions, pooled.facts]).toEqual([2, 2]);
    expect(pooled.rules.reward.accuracy).toBe(0.5);
    expect(pooled.rules.rewardHints.accuracy).toBe(1);
    expect(pooled.comparison).toMatchObject({ difference: 0.5, gained: ['a/q'], lost: [], questions: 2 });
    expect(pooled.perQuestion.map(({ id, fact }) => [id, fact])).toEqual([
      ['a/q', 'a/q'],
      ['b/q', 'b/q'],
    ]);
  });

  test('ten gains are evidence, and said to be', async () => {
    const result = await one(true, 'q');
    const pooled = poolChoices(Array.from({ length: 10 }, (_, i) => ({ name: String(i), result })));
    expect(pooled.comparison.p).toBeCloseTo(2 / 2 ** 10, 12);
    expect(pooled.comparison.verdict).toMatch(/^Evidence of a gain of 100.0 points/);
  });

  test('nothing, and unlike groups, cannot be pooled', async () => {
    const result = await one(true, 'q');
    expect(() => poolChoices([])).toThrow(RangeError);
    expect(() =>
      poolChoices([
        { name: 'a', result },
        { name: 'b', result: { ...result, groupSize: 8 } },
      ]),
    ).toThrow(RangeError);
  });
});
