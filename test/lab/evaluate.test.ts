import { beforeAll, describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import type { Database, PolicyHint, Question, Sample, Sampler } from '../../src/grpo/types.ts';
import { evaluate, fixedPolicy } from '../../src/lab/evaluate.ts';
import type { EvaluateOptions } from '../../src/lab/evaluate.ts';
import { meanOverFacts } from '../../src/lab/accuracy.ts';
import { identity } from '../grpo/identity.ts';

let database: Database;

beforeAll(async () => {
  database = await SqliteDatabase.open(
    "CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1,'x'),(2,'y'),(3,'z');",
  );
});

const questions: Question[] = [
  { id: 'sum', question: 'sum', sql: 'SELECT SUM(a) FROM t', split: 'held-out' },
  {
    id: 'list',
    question: 'list',
    sql: 'SELECT b FROM t ORDER BY a DESC',
    sqlAlternatives: ['SELECT a FROM t'],
    split: 'held-out',
  },
  { id: 'none', question: 'none', sql: 'SELECT b FROM t WHERE a > 9', split: 'held-out' },
  { id: 'no gold', question: 'no gold', split: 'held-out' },
];

const sampleOf = (sql: string): Sample => ({
  text: sql,
  sql,
  features: [],
  logProbability: null,
  referenceLogProbability: null,
  decisions: [],
});

/** A sampler that answers from a list: the first text greedily, and its samples in turn. */
function scripted(
  answers: Record<string, readonly [greedy: string, ...samples: string[]]>,
  drawn: number[] = [],
): Sampler {
  const turn = new Map<string, number>();
  return {
    id: 'scripted',
    label: 'Scripted',
    isLanguageModel: false,
    greedy: ({ question }) => Promise.resolve(sampleOf(answers[question]?.[0] ?? '')),
    generateGroup: ({ question, random }, count) => {
      drawn.push(random());
      const samples = answers[question]?.slice(1) ?? [''];
      return Promise.resolve(
        Array.from({ length: count }, () => {
          const at = turn.get(question) ?? 0;
          turn.set(question, at + 1);
          return sampleOf(samples[at % samples.length] ?? '');
        }),
      );
    },
    distribution: () => null,
  };
}

const options = (over: Partial<EvaluateOptions>): EvaluateOptions => ({
  questions,
  sampler: scripted({}),
  database,
  policy: fixedPolicy([]),
  temperature: 1,
  groupSize: 2,
  seeds: 2,
  budget: { maxVmSteps: 1e6, deadlineMs: 1000 },
  ...over,
});

describe('evaluate', () => {
  it('counts greedy answers and samples that return what gold or an alternative returns', async () => {
    const result = await evaluate(
      options({
        sampler: scripted({
          sum: ['SELECT 6', 'SELECT 6', 'SELECT 5', 'SELECT nothing', 'SELECT 6'],
          list: [
            'SELECT b FROM t ORDER BY a',
            'SELECT b FROM t ORDER BY a DESC',
            'SELECT a FROM t ORDER BY a DESC',
            'SELECT b FROM t',
            'SELECT 1',
          ],
          none: ['SELECT b FROM t WHERE a < 0', 'SELECT 1', 'SELECT 1', 'SELECT 1', 'SELECT 1'],
        }),
      }),
    );
    expect(result.perQuestion[0]?.groups.map((group) => group.map(({ right }) => right))).toHaveLength(2);
    expect(
      result.perQuestion.map(({ groups, ...one }) => ({
        ...one,
        right: groups.flat().filter(({ right }) => right).length,
      })),
    ).toEqual([
      {
        id: 'sum',
        fact: 'sum',
        correct: true,
        sql: 'SELECT 6',
        samples: 4,
        samplesCorrect: 2,
        right: 2,
        weakGold: false,
      },
      {
        id: 'list',
        fact: 'list',
        correct: false,
        sql: 'SELECT b FROM t ORDER BY a',
        samples: 4,
        samplesCorrect: 2,
        right: 2,
        weakGold: false,
      },
      {
        id: 'none',
        fact: 'none',
        correct: true,
        sql: 'SELECT b FROM t WHERE a < 0',
        samples: 4,
        samplesCorrect: 0,
        right: 0,
        weakGold: true,
      },
    ]);
    expect(result).toMatchObject({ questions: 3, facts: 3, withoutGold: 1, weakGold: 1 });
    expect(result.greedy).toEqual(meanOverFacts([1, 0, 1], ['sum', 'list', 'none']));
    expect(result.pass1.accuracy).toBeCloseTo(1 / 3, 12);
    // Two of four right: one of C(4,2) = 6 pairs is all wrong.
    expect(result.passG.accuracy).toBeCloseTo((5 / 6 + 5 / 6 + 0) / 3, 12);
  });

  it('gives every seed and question a chance of its own, the same for every policy', async () => {
    const [one, two]: [number[], number[]] = [[], []];
    await evaluate(options({ sampler: scripted({}, one) }));
    await evaluate(options({ sampler: scripted({}, two), questions: questions.slice(0, 3) }));
    expect(one).toEqual(two);
    expect(new Set(one).size).toBe(6);
  });

  it('stops at gold SQL that does not run, and where there is none', async () => {
    await expect(
      evaluate(options({ questions: [{ id: 'bad', question: 'x', sql: 'SELECT z FROM t', split: 'train' }] })),
    ).rejects.toMatchObject({
      name: 'GoldError',
      message: expect.stringMatching(/gold SQL of question "bad" does not run .*no such column/) as string,
    });
    await expect(evaluate(options({ questions: questions.slice(3) }))).rejects.toThrow('No question has gold SQL');
  });
});

it('fixedPolicy weighs enabled hints only', () => {
  const hint: PolicyHint = {
    ...identity(null, 'p', 'k'),
    tables: [],
    template: 'pattern',
    general: true,
    words: 0,
    weight: 2,
    evidence: { support: 0, positive: 0, advantage: 0, steps: 0 },
    createdAt: 0,
    updatedAt: 0,
    enabled: true,
  };
  const policy = fixedPolicy([hint, { ...hint, key: 'off', enabled: false }]);
  expect([policy.weightOf('k'), policy.weightOf('off'), policy.weightOf('other')]).toEqual([2, 0, 0]);
});
