import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { featureGradients, type TaughtCompletion } from '../../src/grpo/gradient.ts';
import type { FeatureUse, HintFeature } from '../../src/grpo/types.ts';
import { Evaluator, type Option, type Process } from '../../src/samplers/sketch/process.ts';
import { identity } from './identity.ts';

/**
 * A policy of three decisions small enough to write down every completion: the second has other options after each
 * choice of the first, and is coupled to it; the third is the same everywhere. Features are shared between options and
 * decisions.
 */
const FEATURES = 5;
const option = (base: number, ...features: number[]): Option => ({ label: '', base, features });
const FIRST = [option(0.3, 0), option(-0.2, 1), option(0, 0, 2)];
const SECOND = [
  [option(0.5, 3), option(0, 4)],
  [option(-1, 3, 4), option(0.2), option(0.1, 0)],
  [option(0, 2), option(0.7, 3)],
];
const COUPLING = [[0.2, -0.3], null, [0, 1]];
const THIRD = [option(0, 1, 3), option(0.4, 4), option(-0.6)];

const tiny: Process<readonly number[]> = {
  start: [],
  decide(path) {
    const next = (choice: number): readonly number[] => [...path, choice];
    const [first = 0] = path;
    if (path.length === 0) return { name: 'first', options: FIRST, coupling: null, next };
    if (path.length === 1)
      return { name: 'second', options: SECOND[first] ?? [], coupling: COUPLING[first] ?? null, next };
    return path.length === 2 ? { name: 'third', options: THIRD, coupling: null, next } : null;
  },
  key: (path) => path.join(),
};

interface Listed {
  readonly probability: number;
  readonly uses: readonly FeatureUse[];
}

const featureOf = (k: number): HintFeature => ({
  ...identity(null, String(k), String(k)),
  tables: [],
  template: 'pattern',
  general: true,
  words: 0,
});

/** Every completion with its probability and, per feature, Σ_d f and Σ_d E_d f. */
function completionsOf(weights: readonly number[], temperature: number): Listed[] {
  const evaluator = new Evaluator((feature) => weights[feature] ?? 0, temperature);
  const walk = (
    state: readonly number[],
    probability: number,
    value: readonly number[],
    expected: readonly number[],
  ): Listed[] => {
    const decision = tiny.decide(state);
    if (decision === null)
      return [
        {
          probability,
          uses: value.map((count, k) => ({ feature: featureOf(k), value: count, expected: expected[k] ?? 0 })),
        },
      ];
    const { policy } = evaluator.softmax(decision);
    const mean = expected.map((sum, k) =>
      decision.options.reduce((all, { features }, i) => all + (features.includes(k) ? (policy[i] ?? 0) : 0), sum),
    );
    return decision.options.flatMap(({ features }, i) =>
      walk(
        decision.next(i),
        probability * (policy[i] ?? 0),
        value.map((count, k) => count + (features.includes(k) ? 1 : 0)),
        mean,
      ),
    );
  };
  const none = Array.from({ length: FEATURES }, () => 0);
  return walk(tiny.start, 1, none, none);
}

/** ∂ of/∂ w_k by central differences, for every k. */
function numerical(of: (weights: readonly number[]) => number, at: readonly number[], step = 1e-5): number[] {
  return at.map((_weight, k) => {
    const moved = (by: number): number[] => at.map((weight, j) => weight + (j === k ? by : 0));
    return (of(moved(step)) - of(moved(-step))) / (2 * step);
  });
}

const group = (completions: readonly Listed[], advantage: (i: number) => number): TaughtCompletion[] =>
  completions.map(({ uses }, index) => ({
    group: 0,
    index,
    advantage: advantage(index),
    teaches: true,
    features: uses,
  }));
const gradientsOf = (taught: readonly TaughtCompletion[], form: 'score-function' | 'simple'): number[] => {
  const found = new Map(
    featureGradients([taught], form, () => true).map(({ feature, gradient }) => [feature.key, gradient]),
  );
  return Array.from({ length: FEATURES }, (_none, k) => found.get(String(k)) ?? 0);
};
const expectClose = (actual: readonly number[], expected: readonly number[], within: number): void => {
  actual.forEach((value, k) => {
    expect(Math.abs(value - (expected[k] ?? NaN)), `feature ${k}`).toBeLessThan(within);
  });
};

const weights = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: FEATURES, maxLength: FEATURES });
const temperature = fc.double({ min: 0.5, max: 2, noNaN: true });
const COUNT = completionsOf([0, 0, 0, 0, 0], 1).length;
const advantages = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: COUNT, maxLength: COUNT });

describe('the gradient of a policy of three decisions', () => {
  it('has 21 completions whose probabilities sum to 1', () => {
    expect(COUNT).toBe(21);
    expect(
      completionsOf([1, -1, 0.5, 2, -0.3], 0.7).reduce((sum, { probability }) => sum + probability, 0),
    ).toBeCloseTo(1, 12);
  });

  it('score-function: its expectation is T · d/dw Σ_y π_w(y) A(y)', () => {
    fc.assert(
      fc.property(weights, temperature, advantages, (w, t, a) => {
        const completions = completionsOf(w, t);
        // The mean over a group, with each completion as often as it is drawn: (1/G) Σ_i becomes Σ_y π(y).
        const expected = gradientsOf(
          group(completions, (i) => COUNT * (completions[i]?.probability ?? 0) * (a[i] ?? 0)),
          'score-function',
        );
        const value = (at: readonly number[]): number =>
          completionsOf(at, t).reduce((sum, { probability }, i) => sum + probability * (a[i] ?? 0), 0);
        expectClose(
          expected.map((g) => g / t),
          numerical(value, w),
          1e-7,
        );
      }),
      { numRuns: 50 },
    );
  });

  it('score-function: for one group it is T · d/dw (1/G) Σ_i A_i log π_w(y_i)', () => {
    fc.assert(
      fc.property(weights, temperature, advantages, (w, t, a) => {
        const value = (at: readonly number[]): number =>
          completionsOf(at, t).reduce((sum, { probability }, i) => sum + (a[i] ?? 0) * Math.log(probability), 0) /
          COUNT;
        expectClose(
          gradientsOf(
            group(completionsOf(w, t), (i) => a[i] ?? 0),
            'score-function',
          ).map((g) => g / t),
          numerical(value, w),
          1e-6,
        );
      }),
      { numRuns: 50 },
    );
  });

  it('simple: it is d/dw (1/G) Σ_i A_i Σ_k w_k f_k(y_i), the scores without their normaliser', () => {
    fc.assert(
      fc.property(weights, temperature, advantages, (w, t, a) => {
        const completions = completionsOf(w, t);
        const surrogate = (at: readonly number[]): number =>
          completions.reduce(
            (sum, { uses }, i) =>
              sum + (a[i] ?? 0) * uses.reduce((score, { value }, k) => score + (at[k] ?? 0) * value, 0),
            0,
          ) / COUNT;
        expectClose(
          gradientsOf(
            group(completions, (i) => a[i] ?? 0),
            'simple',
          ),
          numerical(surrogate, w),
          1e-6,
        );
      }),
      { numRuns: 50 },
    );
  });

  it('simple: biased on decisions that depend on earlier ones, which is what E f is for', () => {
    const w = [0.5, -0.5, 1, 0.2, -1];
    const completions = completionsOf(w, 1);
    const a = completions.map((_completion, i) => Math.sin(i + 1));
    const centre = completions.reduce((sum, { probability }, i) => sum + probability * (a[i] ?? 0), 0);
    // Advantages of mean 0 under the policy, as a large group's are.
    const drawn = group(completions, (i) => COUNT * (completions[i]?.probability ?? 0) * ((a[i] ?? 0) - centre));
    const [exact, simple] = [gradientsOf(drawn, 'score-function'), gradientsOf(drawn, 'simple')];
    expect(Math.max(...exact.map((value, k) => Math.abs(value - (simple[k] ?? 0))))).toBeGreaterThan(0.01);
  });

  it('both forms agree where one normaliser serves the whole group and its advantages sum to 0', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.nat(3)), { minLength: 2, maxLength: 8 }),
        fc.double({ min: 0, max: 3, noNaN: true }),
        (drawn, expected) => {
          const mean = drawn.reduce((sum, [a]) => sum + a, 0) / drawn.length;
          const taught = drawn.map(([a, value], index): TaughtCompletion => ({
            group: 0,
            index,
            advantage: a - mean,
            teaches: true,
            features: [{ feature: featureOf(0), value, expected }],
          }));
          expect(
            Math.abs((gradientsOf(taught, 'simple')[0] ?? 0) - (gradientsOf(taught, 'score-function')[0] ?? 0)),
          ).toBeLessThan(1e-9);
        },
      ),
    );
  });
});
