/**
 * SQL beyond a number of the sandbox pays as much as SQL that ran too far, and training drifts to neither, even where
 * most completions do not compile at all.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rewardsFor } from '../../src/cli/parts.ts';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import { queryBudget, rewardWeights } from '../../src/grpo/derived-settings.ts';
import { advantagesOf } from '../../src/grpo/estimators/compare.ts';
import { drawIndex, seededRandom } from '../../src/grpo/random.ts';
import { runAndScore, type ScoredSql } from '../../src/grpo/run-once.ts';
import type { Question } from '../../src/grpo/types.ts';

const QUESTION: Question = { id: 'q', question: 'How many customers are there?', split: 'train' };
const KINDS = ['answer', 'invalid', 'too far', 'too large', 'too nested'] as const;
const TEXTS = [
  'SELECT COUNT(*) FROM customers',
  'SELECT COUNT( FROM customers',
  'SELECT COUNT(*) FROM customers a, customers b, customers c, customers d, customers e, customers f, customers g',
  Array.from({ length: 80 }, () => 'SELECT COUNT(*) FROM customers').join(' UNION ALL '),
  `SELECT COUNT(*) FROM customers WHERE id = ${'('.repeat(250)}1${'+1)'.repeat(250)}`,
];
const config = makeConfig({ max_vm_steps: 1, group_size: 8 });

let database: SqliteDatabase;
let scored: ScoredSql[];

beforeAll(async () => {
  database = await SqliteDatabase.open(
    'CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO customers WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 90) SELECT i, i FROM n',
  );
  scored = await runAndScore(QUESTION, TEXTS, {
    database,
    rewards: rewardsFor(database)(rewardWeights(config)),
    budget: queryBudget(config),
  });
});
afterAll(() => database.close());

test('they are what their names say, and the two kinds of too much score alike in validity and execution', () => {
  expect(scored.map(({ execution }) => execution.status)).toEqual([
    'rows',
    'invalid',
    'timeout',
    'over-limit',
    'over-limit',
  ]);
  const [, , tooFar, ...beyond] = scored.map(({ rewards: { components } }) => [
    components.validity?.value,
    components.execution?.value,
  ]);
  expect(tooFar).toEqual([1, -1]);
  for (const one of beyond) expect(one).toEqual(tooFar);
});

test('a policy that begins with few answers and much that is too much ends with answers', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = seededRandom(seed);
    const logits = [0.05, 0.5, 0.15, 0.15, 0.15].map(Math.log);
    const chances = (): Float64Array => {
      const weights = Float64Array.from(logits, Math.exp);
      const sum = weights.reduce((a, b) => a + b);
      return weights.map((weight) => weight / sum);
    };
    for (let step = 0; step < 600; step++) {
      const policy = chances();
      const drawn = Array.from({ length: config.group_size }, () => drawIndex(policy, random.next));
      const group = drawn.map((kind) => scored[kind] as ScoredSql);
      const advantages = advantagesOf([group], config)[0]?.advantages ?? [];
      // The policy gradient of a softmax, from its definition.
      advantages.forEach((advantage, i) => {
        for (let kind = 0; kind < logits.length; kind++)
          logits[kind] =
            (logits[kind] ?? 0) +
            (0.2 / config.group_size) * advantage * ((drawn[i] === kind ? 1 : 0) - (policy[kind] ?? 0));
      });
    }
    const end = Object.fromEntries(KINDS.map((kind, i) => [kind, chances()[i] ?? 0]));
    expect(end['answer'], `seed ${seed}: ${JSON.stringify(end)}`).toBeGreaterThan(0.9);
  }
});
