import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bestOf, choiceScores, drawProbabilities, hintScore } from '../../src/grpo/choice.ts';
import type { FeatureUse, PolicyView } from '../../src/grpo/types.ts';
import { identity } from './identity.ts';

const use = (key: string, value = 1): FeatureUse => ({
  feature: { ...identity(null, key, key), tables: [], template: 'pattern', general: true, words: 0 },
  value,
  expected: 0,
});
const policy = (weights: Readonly<Record<string, number>>): PolicyView => ({
  version: 0,
  hints: [],
  weightOf: (key) => weights[key] ?? 0,
});

describe('the policy-weighted choice', () => {
  test('the score of the hints is Σ w f', () => {
    expect(hintScore([use('a'), use('b', 2), use('unknown')], policy({ a: 0.5, b: -0.25, c: 9 }))).toBe(0);
    expect(hintScore([use('a')], policy({ a: 0.5 }))).toBe(0.5);
    expect(hintScore([], policy({ a: 0.5 }))).toBe(0);
  });

  test('a sentence that was in the prompt says nothing of the SQL', () => {
    const given = use('guidance:1');
    expect(
      hintScore(
        [use('a'), { ...given, feature: { ...given.feature, template: 'guidance' } }],
        policy({ a: 0.5, 'guidance:1': 2 }),
      ),
    ).toBe(0.5);
  });

  test('reward plus hints, or reward alone', () => {
    const group = [
      { total: 0.5, features: [use('a')] },
      { total: 0.25, features: [use('b')] },
      { total: null, features: [use('b')] },
    ];
    const hints = policy({ a: -0.25, b: 1 });
    expect(choiceScores(group, hints, true)).toEqual([0.25, 1.25, -Infinity]);
    expect(choiceScores(group, hints, false)).toEqual([0.5, 0.25, -Infinity]);
    expect(bestOf(choiceScores(group, hints, true))).toBe(1);
    expect(bestOf(choiceScores(group, hints, false))).toBe(0);
  });

  test('the first of equals, also where sums differ in their last bits', () => {
    expect(bestOf([0.3, 0.1 + 0.2, 0.3])).toBe(0);
    expect(bestOf([0.1 + 0.2, 0.3])).toBe(0);
    expect(bestOf([-Infinity, -Infinity])).toBe(0);
    expect(bestOf([-Infinity, -1])).toBe(1);
    expect(bestOf([])).toBe(-1);
  });

  test('closed forms of the draw', () => {
    expect(drawProbabilities([])).toEqual([]);
    expect(drawProbabilities([3])).toEqual([1]);
    expect(drawProbabilities([2, 2, 2, 2])).toEqual([0.25, 0.25, 0.25, 0.25]);
    const [a = 0, b = 0] = drawProbabilities([Math.log(3), 0]);
    expect(a).toBeCloseTo(0.75, 12);
    expect(b).toBeCloseTo(0.25, 12);
    expect(drawProbabilities([1000, 0, -1000])).toEqual([1, 0, 0]);
    expect(() => drawProbabilities([0, -Infinity])).toThrow(RangeError);
    expect(() => drawProbabilities([NaN])).toThrow(RangeError);
  });

  const scores = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: 1, maxLength: 16 });

  test('chances sum to 1, follow the order of the scores, and ignore a constant', () => {
    fc.assert(
      fc.property(scores, fc.double({ min: -20, max: 20, noNaN: true }), (list, constant) => {
        const chances = drawProbabilities(list);
        expect(chances.reduce((x, y) => x + y, 0)).toBeCloseTo(1, 9);
        expect(chances[bestOf(list)]).toBeCloseTo(Math.max(...chances), 6);
        drawProbabilities(list.map((score) => score + constant)).forEach((chance, i) => {
          expect(chance).toBeCloseTo(chances[i] ?? NaN, 9);
        });
      }),
    );
  });

  test('a group redrawn with these chances is a draw from π_0 · exp(Σ w f)', () => {
    // π_0 over three completions, as counts of a group that has them in just these shares.
    const group = [...Array<number>(6).fill(0), ...Array<number>(3).fill(1), 2];
    const logits = [0, 1, 2];
    const chances = drawProbabilities(group.map((kind) => logits[kind] ?? 0));
    const normaliser = 0.6 + 0.3 * Math.E + 0.1 * Math.E ** 2;
    [0.6, 0.3, 0.1].forEach((share, kind) => {
      const chance = group.reduce((total, member, i) => total + (member === kind ? (chances[i] ?? 0) : 0), 0);
      expect(chance).toBeCloseTo((share * Math.exp(logits[kind] ?? 0)) / normaliser, 12);
    });
  });
});
