import { beforeAll, describe, expect, it } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import type { Database, HintFeature, PolicyHint, PolicyView, Question, Sample, Sampler } from '../../src/grpo/types.ts';
import { hintCredit } from '../../src/lab/hint-credit.ts';
import { Judge } from '../../src/lab/judge.ts';
import { identity } from '../grpo/identity.ts';

const feature = (key: string): HintFeature => ({
  ...identity(null, key, key),
  tables: [],
  template: 'pattern',
  general: true,
  words: 0,
});
const hint = (key: string, weight: number): PolicyHint => ({
  ...feature(key),
  weight,
  evidence: { support: 9, positive: 5, advantage: 1, steps: 5 },
  createdAt: 1,
  updatedAt: 2,
  enabled: true,
});

let database: Database;
beforeAll(async () => {
  database = await SqliteDatabase.open('CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1),(2);');
});
const judge = () => new Judge(database, { maxVmSteps: 1e6, deadlineMs: 1000 });
/** Each asks for a fact of its own. */
const questions: Question[] = Array.from({ length: 36 }, (_, i) => ({
  id: `q${i}`,
  question: `${i}`,
  sql: `SELECT SUM(a) + ${i} - ${i} FROM t`,
  split: 'held-out',
}));

/**
 * `good` makes the answer right, `bad` makes it wrong whatever else, `idle` and `rare` change nothing; `rare` can act
 * on two questions.
 */
const sampler: Sampler = {
  id: 'known',
  label: 'Known',
  isLanguageModel: false,
  greedy: ({ question, policy }) => Promise.resolve(answer(question, policy)),
  generateGroup: ({ question, policy }, count) =>
    Promise.resolve(Array.from({ length: count }, () => answer(question, policy))),
  distribution: () => null,
};
function answer(question: string, policy: PolicyView): Sample {
  const acts = (key: string): boolean => policy.weightOf(key) > 0;
  // Every third question is beyond all hints.
  const right = acts('good') && !acts('bad') && Number(question) % 3 !== 0;
  const sql = right ? 'SELECT 3' : 'SELECT 4';
  const keys = ['good', 'bad', 'idle', 'light', ...(Number(question) < 2 ? ['rare'] : [])];
  return {
    text: sql,
    sql,
    features: keys.map((key) => ({ feature: feature(key), value: 0, expected: 0.5 })),
    logProbability: null,
    referenceLogProbability: null,
    decisions: [],
  };
}
const hints = [
  hint('good', 2),
  hint('bad', 1.5),
  hint('idle', -3),
  hint('rare', 1),
  hint('nowhere', 4),
  hint('light', 0.1),
  { ...hint('off', 5), enabled: false },
];
const credit = (over: { repeats?: number; seed?: number; top?: number; questions?: readonly Question[] } = {}) =>
  hintCredit({
    questions,
    sampler,
    judge: judge(),
    hints,
    top: 5,
    repeats: 12,
    temperature: 1,
    groupSize: 2,
    seed: 1,
    ...over,
  });

describe('hintCredit', () => {
  it('finds what each hint does, and says where it cannot tell', async () => {
    const { credits, tested, expectedByChance, questions: asked, facts } = await credit();
    expect([asked, facts]).toEqual([36, 36]);
    expect(credits.map(({ key, verdict }) => [key, verdict])).toEqual([
      ['nowhere', 'not enough data'],
      ['idle', 'no evidence'],
      ['good', 'helps'],
      ['bad', 'hurts'],
      ['rare', 'not enough data'],
    ]);
    expect([tested, expectedByChance]).toEqual([3, 3 * 0.05]);
    const [nowhere, idle, good, bad, rare] = credits;
    // On two questions of three `good` is right unless `bad` is in, every second time: a third.
    expect(good?.uplift?.difference).toBeCloseTo(1 / 3, 1);
    expect(bad?.uplift?.difference).toBeCloseTo(-1 / 3, 1);
    expect(good?.uplift?.low).toBeLessThanOrEqual(1 / 3);
    expect(good?.uplift?.high).toBeGreaterThanOrEqual(1 / 3);
    expect(Math.abs(idle?.uplift?.difference ?? 1)).toBeLessThan(0.12);
    expect([nowhere?.questions, rare?.questions, good?.questions]).toEqual([0, 2, 36]);
    expect(nowhere?.text).toBe('Not enough data: compared on 0 questions, 0 facts, and 6 facts are needed.');
    expect((good?.answersWith ?? 0) + (good?.answersWithout ?? 0)).toBe(36 * 12);
    expect(good?.text).toMatch(/^Helps: \+\d+\.\d points \(\+/);
  });

  it('counts facts: thirty-six questions about three of them tell nothing', async () => {
    const few = questions.map((question, i) => ({ ...question, sql: `SELECT SUM(a) + ${i % 3} - ${i % 3} FROM t` }));
    const { credits, facts, tested } = await credit({ questions: few });
    expect([facts, tested]).toEqual([3, 0]);
    expect(credits.find(({ key }) => key === 'good')).toMatchObject({
      questions: 36,
      facts: 3,
      uplift: null,
      verdict: 'not enough data',
      text: 'Not enough data: compared on 36 questions, 3 facts, and 6 facts are needed.',
    });
    const some = questions.slice(0, 24);
    const idle = (await credit({ questions: some })).credits.find(({ key }) => key === 'idle');
    expect(idle).toMatchObject({ verdict: 'too few to tell' });
    expect(idle?.text).toMatch(
      /^Too few questions to tell: .*24 questions, 24 facts; even 20 points could hardly show\.$/,
    );
  });

  it('repeats to the bit, and tosses otherwise for another seed', async () => {
    expect(await credit()).toEqual(await credit());
    expect(await credit({ seed: 2 })).not.toEqual(await credit());
  });

  it('calls an idle hint by name about once in twenty', async () => {
    let called = 0;
    const seeds = 60;
    for (let seed = 1; seed <= seeds; seed++) {
      const { credits } = await credit({ seed, repeats: 6 });
      if (credits.find(({ key }) => key === 'idle')?.verdict !== 'no evidence') called++;
    }
    expect(called / seeds).toBeLessThan(0.15);
  });

  it('refuses to judge without gold', async () => {
    await expect(
      hintCredit({
        questions: [{ id: 'x', question: '1', split: 'train' }],
        sampler,
        judge: judge(),
        hints,
        top: 1,
        repeats: 1,
        temperature: 1,
        groupSize: 2,
        seed: 1,
      }),
    ).rejects.toThrow(RangeError);
  });
});
