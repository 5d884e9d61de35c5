import { describe, expect, it } from 'vitest';
import { MOST_FEW, probabilityOf, refitted, SHIPPED } from '../../src/ask/calibration.ts';
import { chosenOf, LIKELIHOOD, scoredMembers } from '../../src/ask/choose.ts';
import { EVIDENCE, evidenceOf, type Member } from '../../src/ask/evidence.ts';
import { quickFirst } from '../../src/ask/quick-first.ts';
import { becauseOf, shareWords } from '../../src/ask/sure-words.ts';
import type { Execution } from '../../src/grpo/types.ts';

const member = (over: Partial<Member>): Omit<Member, 'score'> => ({
  ...{ sql: 'a', logProbability: Math.log(0.5), total: 0.8, result: 0, rows: 3 },
  ...over,
});
const LINKED = { words: [], of: 4 };

describe('the choice', () => {
  it('adds the likelihood to the reward, and never takes what has no result', () => {
    const group = scoredMembers([
      member({ sql: 'a', total: 0.8, logProbability: -9 }),
      member({ sql: 'b', total: 0.75, logProbability: -1, result: 1 }),
      member({ sql: 'c', total: 0.99, logProbability: -0.1, result: null }),
    ]);
    expect(group[0]?.score).toBeCloseTo(0.8 - 9 * LIKELIHOOD, 12);
    expect(chosenOf(group)?.sql).toBe('b');
    expect(chosenOf([])).toBeNull();
  });

  it('of equals takes the result that more have', () => {
    const group = scoredMembers([
      member({ sql: 'a', result: 0 }),
      member({ sql: 'b', result: 1 }),
      member({ sql: 'c', result: 1, total: 0.1 }),
    ]);
    expect(chosenOf(group)?.sql).toBe('b');
  });
});

describe('the evidence', () => {
  const group = scoredMembers([
    member({ sql: 'a' }),
    member({ sql: 'a' }),
    member({ sql: 'b', total: 0.6, logProbability: Math.log(0.2), result: 1 }),
    member({ sql: 'c', total: 0.7, logProbability: Math.log(0.1), result: 0 }),
  ]);
  const named = (chosen: Member, linked = LINKED): Record<string, number> =>
    Object.fromEntries(EVIDENCE.map((name, i) => [name, evidenceOf(group, chosen, linked)?.[i] ?? NaN]));

  it('has what it says', () => {
    const [first] = group;
    const evidence = named(first as Member, { words: ['x'] as never[], of: 4 });
    expect(evidence).toMatchObject({ 'always 1': 1, reward: 0.8, agreement: 0.75, 'greedy answer agrees': 1 });
    // Each SQL once: a and c.
    expect(evidence['probability seen']).toBeCloseTo(0.6, 12);
    expect(evidence['margin']).toBeCloseTo((0.2 + LIKELIHOOD * Math.log(0.5 / 0.2)) / 0.3, 9);
    expect(evidence['unlinked words']).toBe(0.25);
    expect(evidence['different results']).toBe(0.5);
    expect(named(group[2] as Member)['greedy answer agrees']).toBe(0);
  });

  it('has none without a result', () => {
    expect(evidenceOf(group, { ...(group[0] as Member), result: null }, LINKED)).toBeNull();
  });

  it('the shipped fit has a coefficient for each, and thinks more of what more agree with', () => {
    expect(SHIPPED.coefficients).toHaveLength(EVIDENCE.length);
    expect(SHIPPED.questions).toBeGreaterThan(100);
    const [strong, weak] = [group[0], group[2]].map((one) =>
      probabilityOf(evidenceOf(group, one as Member, LINKED) ?? [], SHIPPED),
    );
    expect(strong).toBeGreaterThan(weak ?? 1);
  });

  it('is fitted again on enough own answers, towards them', () => {
    const x = evidenceOf(group, group[0] as Member, LINKED) ?? [];
    const own = (count: number, right: boolean) => Array.from({ length: count }, () => ({ x, right, weight: 1 }));
    expect(refitted(own(MOST_FEW - 1, false))).toBe(SHIPPED);
    const wrong = refitted(own(60, false));
    expect(wrong).toMatchObject({ own: true, questions: 60, databases: 1 });
    expect(probabilityOf(x, wrong)).toBeLessThan(Math.min(0.2, probabilityOf(x, SHIPPED)));
  });
});

describe('in words', () => {
  it.each([
    [0.02, 'Fewer than 1 in 10'],
    [0.68, 'About 7 in 10'],
    [0.97, 'About 19 in 20'],
  ])('%d: %s', (probability, words) => {
    expect(shareWords(probability)).toBe(`${words} answers like this are right.`);
  });

  it('says agreement, margin, and what was not found', () => {
    const agreement = { same: 4, others: 6 };
    expect(becauseOf({ agreement }, { margin: 0.02, unlinked: ['a', 'b', 'c', 'd', 'e'] })).toEqual([
      '5 of the 7 candidates that ran give this result.',
      'Another result scores about as well.',
      'Nothing in the database goes with “a”, “b”, “c” or “d” and more.',
    ]);
    expect(becauseOf({ agreement }, { margin: null, unlinked: [] })).toEqual([
      '5 of the 7 candidates that ran give this result.',
      'None gives another.',
      'Every name and value in the question was found in the database.',
    ]);
  });
});

describe('quick first', () => {
  const asked: [readonly string[], number | undefined][] = [];
  const slow = quickFirst({
    execute: (texts, { budget } = {}) => {
      asked.push([texts, budget?.maxVmSteps]);
      const needs = (sql: string): number => Number(sql) * 1e6;
      return Promise.resolve(
        texts.map((sql): Execution => ({
          status: needs(sql) <= (budget?.maxVmSteps ?? 0) ? 'rows' : 'timeout',
          ...{ columns: [], rows: [], truncated: false },
        })),
      );
    },
  });

  it('gives the whole budget to the first two that need it, and to no more', async () => {
    const ran = await slow.execute(['0.5', '3', '4', '2', '0.1'], { budget: { maxVmSteps: 3e6 } });
    expect(ran.map(({ status }) => status)).toEqual(['rows', 'rows', 'timeout', 'timeout', 'rows']);
    expect(asked.splice(0)).toEqual([
      [['0.5', '3', '4', '2', '0.1'], 1e6],
      [['3', '4'], 3e6],
    ]);
  });

  it('asks once where all are quick, or the budget is small anyway', async () => {
    await slow.execute(['0.5'], { budget: { maxVmSteps: 3e6 } });
    await slow.execute(['5'], { budget: { maxVmSteps: 5e5 } });
    expect(asked.splice(0).map(([, steps]) => steps)).toEqual([1e6, 5e5]);
  });
});
