/** Every figure that evaluate, compare and rewards print, computed again from the file they wrote. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EvaluationFile, MeasuredQuestion } from '../../src/cli/evaluation-file.ts';
import { bestOf } from '../../src/grpo/choice.ts';
import type { GRPOConfig } from '../../src/grpo/config.ts';
import { choosingWeights } from '../../src/grpo/derived-settings.ts';
import { percent } from '../../src/grpo/figures.ts';
import { seededRandom } from '../../src/grpo/random.ts';
import { meanOverFacts } from '../../src/lab/accuracy.ts';
import { withinQuestionAuc } from '../../src/lab/auc.ts';
import { bestOfGroup, pickRates } from '../../src/lab/best-of-group.ts';
import type { ChoiceCandidate } from '../../src/lab/choice-evaluation.ts';
import type { Comparison } from '../../src/lab/comparison.ts';
import type { QuestionResult } from '../../src/lab/evaluate.ts';
import { pairedDifference } from '../../src/lab/paired.ts';
import { passAtK } from '../../src/lab/statistics.ts';
import type { RewardWeights } from '../../src/grpo/types.ts';
import { agreementOf } from '../../src/rewards/agreement.ts';
import { weightedTotal } from '../../src/rewards/total.ts';
import { lab, LIBRARY_QUESTIONS, LIBRARY_SQL, newFolder } from './run.ts';

const SINGER = fileURLToPath(new URL('../../public/datasets/concert_singer/', import.meta.url));
const folder = newFolder();
const file = (name: string): string => join(folder, name);
const library = ['--database', file('library.sql'), '--questions', file('questions.json')];
const singer = ['--database', join(SINGER, 'db.sqlite'), '--questions', join(SINGER, 'questions.json')];
const completions = ['--completions', join(SINGER, 'completions.json')];

beforeAll(() => {
  writeFileSync(file('library.sql'), LIBRARY_SQL);
  writeFileSync(file('questions.json'), JSON.stringify(LIBRARY_QUESTIONS));
});

async function written<T>(...args: string[]): Promise<{ readonly read: T; readonly stdout: string }> {
  const { code, stdout, stderr } = await lab(...args, '--json', file('out.json'));
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const read = JSON.parse(readFileSync(file('out.json'), 'utf8')) as T & Record<string, unknown>;
  expect(read).toMatchObject({
    format: expect.stringMatching(/^grpo-sql-lab\//) as string,
    version: expect.any(Number) as number,
    config: { group_size: expect.any(Number) as number },
  });
  expect(JSON.stringify(read)).toMatch(/"databaseSha256":"[0-9a-f]{64}"/);
  return { read, stdout };
}
const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;

/** The values of a question from its completions. */
function valuesOf({ greedy, groups }: MeasuredQuestion, groupSize: number): Record<string, number> {
  if (greedy !== null) {
    const all = groups.flat();
    const right = all.filter((one) => one.right).length;
    return {
      greedy: greedy.right ? 1 : 0,
      pass1: right / all.length,
      passG: passAtK(all.length, right, groupSize),
    };
  }
  const each = (groups as readonly (readonly ChoiceCandidate[])[]).map((group) => {
    const totals = group.map(({ total }) => total);
    const best = (score: (one: ChoiceCandidate) => number): number =>
      group[bestOf(group.map(score))]?.right === true ? 1 : 0;
    const { random, vote, oracle } = pickRates(
      group.map(({ right, result, total }) => ({ correct: right, ran: result !== null, result, total })),
      totals,
    );
    const weights = group.map(({ hintScore }) => Math.exp(hintScore));
    const drawn = group.reduce((sum, { right }, i) => sum + (right ? (weights[i] ?? 0) : 0), 0);
    return {
      random,
      vote,
      oracle,
      reward: best(({ total }) => total ?? -Infinity),
      hints: best(({ hintScore }) => hintScore),
      rewardHints: best(({ total, hintScore }) => (total ?? -Infinity) + hintScore),
      hintsDrawn: drawn / weights.reduce((sum, one) => sum + one, 0),
    };
  });
  const names = Object.keys(each[0] ?? {}) as (keyof (typeof each)[number])[];
  return Object.fromEntries(names.map((name) => [name, mean(each.map((one) => one[name]))]));
}

function recompute({ sets, ...whole }: EvaluationFile): void {
  for (const { perQuestion } of sets)
    for (const question of perQuestion) {
      const values = valuesOf(question, whole.groupSize);
      expect(Object.keys(values).sort()).toEqual(Object.keys(question.values).sort());
      for (const [name, value] of Object.entries(values))
        expect(question.values[name as keyof typeof question.values], `${question.id} ${name}`).toBeCloseTo(value, 9);
    }
  const all = sets.flatMap(({ name, perQuestion }) =>
    perQuestion.map((one) => ({ ...one, fact: `${name}/${one.fact}` })),
  );
  for (const { figures, comparison, questions } of [
    { ...whole, questions: all },
    ...sets.map((set) => ({ ...set, questions: set.perQuestion })),
  ]) {
    const facts = questions.map(({ fact }) => fact);
    for (const [name, found] of Object.entries(figures)) {
      const values = questions.map((one) => Math.min(1, one.values[name as keyof typeof one.values] ?? NaN));
      expect(meanOverFacts(values, facts)).toEqual(found);
    }
    if (comparison === null) continue;
    const { reward, rewardHints } = { reward: 'reward', rewardHints: 'rewardHints' } as const;
    const again = pairedDifference(
      questions.map(({ values }) => values[reward] ?? NaN),
      questions.map(({ values }) => values[rewardHints] ?? NaN),
      facts,
      seededRandom(1).next,
    );
    for (const name of ['difference', 'low', 'high', 'p'] as const)
      expect(comparison[name]).toBeCloseTo(again[name], 12);
    expect([comparison.questions, comparison.facts]).toEqual([again.questions, again.facts]);
  }
}

describe('evaluate', { timeout: 240_000 }, () => {
  it('of the built-in sampler, of choices and of pools: one shape, and every figure', async () => {
    const answers = await written<EvaluationFile>('evaluate', ...library, '--split', 'all', '--hints', 'starter');
    const replay = ['evaluate', '--sampler', 'replay', '--seeds', '2'];
    const choice = await written<EvaluationFile>(...replay, ...singer, ...completions, '--hints', 'starter');
    const pools = await written<EvaluationFile>(...replay, '--pool', SINGER, '--steps', '5');
    for (const { read, stdout } of [answers, choice, pools]) {
      recompute(read);
      expect(Object.keys(read)).toEqual(Object.keys(answers.read));
      expect(Object.keys(read.sets[0] ?? {})).toEqual(Object.keys(answers.read.sets[0] ?? {}));
      expect(stdout).toContain(`${read.questions} questions, ${read.facts} facts`);
    }
    expect([answers, choice, pools].map(({ read }) => read.way)).toEqual(['answers', 'choice', 'pools']);
    expect(answers.stdout).toContain(`greedy ${(100 * (answers.read.figures.greedy?.accuracy ?? NaN)).toFixed(0)} %`);
    expect(choice.stdout).toContain(`by reward ${percent(choice.read.figures.reward?.accuracy ?? NaN)}`);
    expect(pools.stdout).toContain(pools.read.comparison?.verdict ?? 'none');
  });
});

interface Compared {
  readonly variants: readonly {
    readonly name: string;
    readonly heldOut: Readonly<Record<'greedy' | 'pass1' | 'passG', { readonly mean: number; readonly low: number }>>;
    readonly perSeed: readonly { readonly perQuestion: readonly QuestionResult[] }[];
    readonly comparison: Comparison | null;
  }[];
}

it('compare: accuracies, differences, p and what was gained', { timeout: 240_000 }, async () => {
  const variants = ['--variant', 'off:learning=off', '--variant', 'starter:start=starter,learning=off'];
  const args = [...library, '--steps', '1', '--seeds', '2', '--set', 'group_size=4', ...variants];
  const { read, stdout } = await written<Compared>('compare', ...args);
  const shares = (
    variant: Compared['variants'][number] | undefined,
    value: (one: QuestionResult) => number,
  ): number[] =>
    (variant?.perSeed[0]?.perQuestion ?? []).map((_, i) =>
      mean((variant?.perSeed ?? []).flatMap(({ perQuestion }) => perQuestion[i] ?? []).map(value)),
    );
  const facts = (read.variants[0]?.perSeed[0]?.perQuestion ?? []).map(({ fact }) => fact);
  expect(facts).toHaveLength(2);
  const greedy = (one: QuestionResult): number => (one.correct ? 1 : 0);
  for (const variant of read.variants) {
    const figures = {
      greedy,
      pass1: (one: QuestionResult) => mean(one.groups.flat().map(({ right }) => (right ? 1 : 0))),
      passG: (one: QuestionResult) => (one.groups.flat().some(({ right }) => right) ? 1 : 0),
    };
    for (const [name, value] of Object.entries(figures)) {
      const { accuracy, low, high } = meanOverFacts(shares(variant, value), facts);
      expect(variant.heldOut[name as keyof typeof figures]).toEqual({ mean: accuracy, low, high });
    }
    expect(stdout).toContain(`${percent(variant.heldOut.greedy.mean)} (${percent(variant.heldOut.greedy.low)}`);
    if (variant.comparison === null) continue;
    const again = pairedDifference(
      shares(read.variants[0], greedy),
      shares(variant, greedy),
      facts,
      seededRandom(1).next,
    );
    expect(variant.comparison).toMatchObject(again);
    expect(stdout).toContain(variant.comparison.verdict);
  }
});

interface Measured {
  readonly auc: Readonly<Record<string, number | null>>;
  readonly pairs: Readonly<Record<string, number>>;
  readonly bestOfG: Readonly<Record<string, number>>;
  readonly draws: number;
  readonly groupSize: number;
  readonly seed: number;
  readonly agreementWeight: number;
  readonly config: GRPOConfig;
  readonly distinctSql: number;
  readonly completions: number;
  readonly perQuestion: readonly {
    readonly completions: readonly {
      readonly sql: string;
      readonly correct: boolean;
      readonly result: number | null;
      readonly returnedRows: boolean;
      readonly cappedAt?: number;
      readonly rewards: Readonly<Record<string, number | null>>;
      readonly total: number | null;
      readonly totalWithAgreement: number | null;
    }[];
  }[];
}

it('rewards: AUC with its pairs, both counts, and the picks out of a group', { timeout: 240_000 }, async () => {
  const { read, stdout } = await written<Measured>('rewards', ...singer, ...completions, '--groups', '5');
  const pools = read.perQuestion.map((question) => question.completions);
  const distinct = pools.map((pool) => [...new Map([...pool].reverse().map((one) => [one.sql, one])).values()]);
  expect(distinct.flat()).toHaveLength(read.distinctSql);
  expect(stdout).toContain(`${read.distinctSql} distinct SQL texts of ${read.completions} completions`);
  for (const [name, auc] of Object.entries(read.auc)) {
    const again = withinQuestionAuc(
      distinct.map((pool) =>
        pool.map(({ correct, rewards, total, totalWithAgreement }) => ({
          correct,
          score:
            name === 'total' ? total : name === 'totalWithAgreement' ? totalWithAgreement : (rewards[name] ?? null),
        })),
      ),
    );
    expect(again.pairs).toBe(read.pairs[name]);
    expect(again.auc ?? NaN).toBeCloseTo(auc ?? NaN, 12);
  }
  const weights: RewardWeights = { ...choosingWeights(read.config), agreement: read.agreementWeight };
  const total = (values: Readonly<Record<string, number | null | undefined>>): number | null =>
    weightedTotal(
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value: value ?? null, reasons: [] }])),
      weights,
    );
  const picks = bestOfGroup({
    pools: pools.map((pool) => pool.map((one) => ({ ...one, ran: one.result !== null }))),
    groupSize: read.groupSize,
    draws: read.draws,
    random: seededRandom(read.seed).next,
    // Agreement is taken anew in every group that is drawn.
    withAgreement: (question, members) => {
      const group = members.map((i) => pools[question]?.[i]).filter((one) => one !== undefined);
      const agreement = agreementOf(
        group.map(({ result }) => result),
        group.map(({ returnedRows }) => returnedRows),
      );
      return group.map(({ rewards, cappedAt }, i) => cappedAt ?? total({ ...rewards, agreement: agreement[i]?.value }));
    },
  });
  expect(Object.keys(picks ?? {}).sort()).toEqual(Object.keys(read.bestOfG).sort());
  for (const [name, pick] of Object.entries<number>({ ...picks })) {
    expect(pick, name).toBeCloseTo(read.bestOfG[name] ?? NaN, 12);
    expect(stdout).toContain(percent(pick));
  }
  // What agreement is worth is told apart from the reward alone: the pools above are no ground where both are the same.
  expect(read.bestOfG['rewardWithAgreement']).not.toBe(read.bestOfG['reward']);
});

it('score, credit, ask and train say what they were made from, too', { timeout: 120_000 }, async () => {
  writeFileSync(file('sql.json'), JSON.stringify([{ id: 'count', sql: 'SELECT COUNT(*) FROM books' }]));
  await written('score', ...library, '--sql-file', file('sql.json'));
  await written('credit', ...library, '--hints', 'starter', '--top', '2', '--repeats', '2');
  await written('ask', '--database', file('library.sql'), 'How many books are there?');
  await written('train', ...library, '--steps', '1');
});
