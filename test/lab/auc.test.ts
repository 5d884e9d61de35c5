import { describe, expect, test } from 'vitest';
import { withinQuestionAuc, type JudgedAnswer } from '../../src/lab/auc.ts';
import { bestOfGroup, type PoolAnswer } from '../../src/lab/best-of-group.ts';
import { seededRandom } from '../../src/grpo/random.ts';

const judged = (right: readonly (number | null)[], wrong: readonly (number | null)[]): JudgedAnswer[] => [
  ...right.map((score) => ({ correct: true, score })),
  ...wrong.map((score) => ({ correct: false, score })),
];

describe('AUC within questions', () => {
  test('counts pairs of one right and one wrong answer, ties half', () => {
    expect(withinQuestionAuc([judged([1], [0, 1, 2])])).toEqual({ auc: 0.5, pairs: 3 });
    expect(withinQuestionAuc([judged([1, 2], [0])])).toEqual({ auc: 1, pairs: 2 });
    expect(withinQuestionAuc([judged([0.1 + 0.2], [0.3])])).toEqual({ auc: 0.5, pairs: 1 });
  });
  test('never compares answers to different questions', () => {
    expect(withinQuestionAuc([judged([0], []), judged([], [1])])).toEqual({ auc: null, pairs: 0 });
    // The first question's are all higher than the second's; within each the right one wins.
    expect(withinQuestionAuc([judged([11], [10]), judged([1], [0])])).toEqual({ auc: 1, pairs: 2 });
  });
  test('leaves out what has no score', () => {
    expect(withinQuestionAuc([judged([1, null], [0, null])])).toEqual({ auc: 1, pairs: 1 });
  });
});

describe('best of a group', () => {
  const answer = (correct: boolean, result: number | null, total: number, ran = result !== null): PoolAnswer => ({
    correct,
    ran,
    result,
    total,
  });
  const plain =
    (pools: readonly (readonly PoolAnswer[])[]) =>
    (question: number, members: readonly number[]): (number | null)[] =>
      members.map((i) => pools[question]?.[i]?.total ?? null);
  test('each rule picks what it says, ties at random', () => {
    const pools = [[answer(true, 0, 0.9), answer(true, 0, 0.2), answer(false, 1, 0.9), answer(false, null, -1)]];
    const best = bestOfGroup({
      pools,
      groupSize: 4,
      draws: 10,
      random: seededRandom(1).next,
      withAgreement: () => [1, 0, 0, 0],
    });
    expect(best).toEqual({ random: 0.5, runnable: 2 / 3, vote: 1, reward: 0.5, rewardWithAgreement: 1, oracle: 1 });
  });
  test('is the mean over questions, and right nowhere where nothing is right', () => {
    const pools = [[answer(true, 0, 1)], [answer(false, 0, 1)], []];
    const best = bestOfGroup({
      pools,
      groupSize: 8,
      draws: 3,
      random: seededRandom(1).next,
      withAgreement: plain(pools),
    });
    expect(best?.random).toBe(0.5);
    expect(best?.oracle).toBe(0.5);
  });
  test('groups are drawn without replacement', () => {
    // One right of ten: a group of five holds it half of the time.
    const pools = [Array.from({ length: 10 }, (_, i) => answer(i === 0, i, i === 0 ? 1 : 0))];
    const best = bestOfGroup({
      pools,
      groupSize: 5,
      draws: 4000,
      random: seededRandom(3).next,
      withAgreement: plain(pools),
    });
    expect(best?.oracle).toBeGreaterThan(0.47);
    expect(best?.oracle).toBeLessThan(0.53);
    expect(best?.reward).toBe(best?.oracle);
    expect(best?.random).toBeCloseTo(0.1, 1);
  });
  test('refuses what is no group', () => {
    expect(
      bestOfGroup({ pools: [], groupSize: 8, draws: 1, random: seededRandom(1).next, withAgreement: () => [] }),
    ).toBeNull();
    expect(() =>
      bestOfGroup({ pools: [], groupSize: 0, draws: 1, random: seededRandom(1).next, withAgreement: () => [] }),
    ).toThrow(RangeError);
  });
});
