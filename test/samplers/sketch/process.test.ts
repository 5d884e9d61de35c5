import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/grpo/random.ts';
import {
  estimatedDistribution,
  Evaluator,
  exactDistribution,
  greedyTrace,
  sampleTrace,
  stateGraph,
  type Option,
} from '../../../src/samplers/sketch/process.ts';
import { bruteForce, enumerate, randomWeights } from './enumerate.ts';
import { CHAIN, processOf } from './small-process.ts';

const logit = fc.double({ min: -4, max: 4, noNaN: true });
const processes = fc
  .integer({ min: 1, max: 6 })
  .chain((count) =>
    fc.tuple(
      ...Array.from({ length: count }, (_, n) =>
        fc.integer({ min: 1, max: 4 }).chain((width) =>
          fc.record({
            bases: fc.array(logit, { minLength: width, maxLength: width }),
            coupling: fc.option(fc.array(logit, { minLength: width, maxLength: width })),
            next: fc.array(fc.integer({ min: n + 1, max: count }), { minLength: width, maxLength: width }),
          }),
        ),
      ),
    ),
  )
  .map(processOf);
const temperature = fc.double({ min: 0.05, max: 2, noNaN: true });

/** Differences grow with the figures' size: logits of 4 at temperature .05 differ by hundreds. */
const close = (actual: number, expected: number): void => {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
};

describe('on any process', () => {
  it('entropy and KL of the graph are those of the list of all completions', () => {
    fc.assert(
      fc.property(processes, temperature, fc.integer({ min: 0, max: 1000 }), (process, t, seed) => {
        const weightOf = randomWeights(seed);
        const { total, entropy, kl } = bruteForce(process, weightOf, t);
        const exact = exactDistribution(stateGraph(process), new Evaluator(weightOf, t));
        close(total, 1);
        close(exact.entropy, entropy);
        close(exact.kl, kl);
        expect(exact.exact).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('without hints the policy is the reference, and KL is zero', () => {
    fc.assert(
      fc.property(processes, temperature, fc.nat(), (process, t, seed) => {
        const evaluator = new Evaluator(() => 0, t);
        expect(exactDistribution(stateGraph(process), evaluator).kl).toBe(0);
        const trace = sampleTrace(process, evaluator, seededRandom(seed).next);
        expect(trace.logProbability).toBe(trace.referenceLogProbability);
      }),
    );
  });

  it('the log-probability of a drawn completion is that of the list', () => {
    fc.assert(
      fc.property(processes, temperature, fc.nat(), (process, t, seed) => {
        const weightOf = randomWeights(seed);
        const trace = sampleTrace(process, new Evaluator(weightOf, t), seededRandom(seed).next);
        const chosen = trace.steps.map(({ choice }) => choice);
        let found = 0;
        enumerate(process, weightOf, t, ({ choices, probability, referenceProbability }) => {
          if (choices.join() !== chosen.join()) return;
          found++;
          if (probability > 1e-300) close(trace.logProbability, Math.log(probability));
          if (referenceProbability > 1e-300) close(trace.referenceLogProbability, Math.log(referenceProbability));
        });
        expect(found).toBe(1);
        const product = trace.steps.reduce(
          (sum, { probabilities, choice }) => sum + Math.log(probabilities.policy[choice] ?? 0),
          0,
        );
        close(trace.logProbability, product);
      }),
    );
  });

  it('greedy takes the most probable option at every decision', () => {
    fc.assert(
      fc.property(processes, temperature, fc.nat(), (process, t, seed) => {
        const { steps } = greedyTrace(process, new Evaluator(randomWeights(seed), t));
        for (const { choice, probabilities } of steps)
          expect(probabilities.policy[choice]).toBe(Math.max(...probabilities.policy));
      }),
    );
  });

  it('the policy gradient of a constant reward is zero: E[value − expected] = 0 for every feature', () => {
    fc.assert(
      fc.property(processes, temperature, fc.nat(), (process, t, seed) => {
        const mean = new Map<number, number>();
        enumerate(
          process,
          randomWeights(seed),
          t,
          ({ probability, value, expected }) => {
            for (const feature of expected.keys())
              mean.set(
                feature,
                (mean.get(feature) ?? 0) + probability * ((value.get(feature) ?? 0) - (expected.get(feature) ?? 0)),
              );
          },
          { features: true },
        );
        expect(mean.size).toBeGreaterThan(0);
        for (const sum of mean.values()) expect(Math.abs(sum)).toBeLessThan(1e-9);
      }),
    );
  });
});

it('draws completions as often as they are probable', () => {
  const process = processOf(CHAIN);
  const weightOf = randomWeights(3);
  const evaluator = new Evaluator(weightOf, 0.9);
  const random = seededRandom(20).next;
  const draws = 20_000;
  const drawn = new Map<string, number>();
  for (let i = 0; i < draws; i++) {
    const path = sampleTrace(process, evaluator, random).final.path.join();
    drawn.set(path, (drawn.get(path) ?? 0) + 1);
  }
  let chiSquare = 0;
  const cells = enumerate(process, weightOf, 0.9, ({ choices, probability }) => {
    chiSquare += ((drawn.get(choices.join()) ?? 0) - draws * probability) ** 2 / (draws * probability);
  });
  // A chi-square with k degrees of freedom has mean k and variance 2k; five standard deviations.
  expect(cells).toBeGreaterThan(8);
  expect(chiSquare).toBeLessThan(cells - 1 + 5 * Math.sqrt(2 * (cells - 1)));
});

it('of equally probable options greedy takes the first', () => {
  expect(
    greedyTrace(processOf([{ bases: [0, 1, 1], coupling: null, next: [1, 1, 1] }]), new Evaluator(() => 0, 0.7)).final
      .path,
  ).toEqual([1]);
});

it('no logit is too large for a softmax', () => {
  const { policy, reference } = new Evaluator(() => 500, 0.05).softmax({
    options: [
      { label: 'a', base: 1000, features: [0] },
      { label: 'b', base: -1000, features: [] },
    ],
    coupling: null,
  });
  expect([...policy, ...reference]).toEqual([1, 0, 1, 0]);
});

it('the hints of an option are summed once for a policy, whatever it is coupled with', () => {
  let asked = 0;
  const options: Option[] = [
    { label: 'a', base: 0, features: [0, 1] },
    { label: 'b', base: 0, features: [2] },
  ];
  const evaluator = new Evaluator(() => {
    asked++;
    return 0.5;
  }, 1);
  const plain = evaluator.softmax({ options, coupling: null });
  expect(plain.policy[0]).toBeCloseTo(1 / (1 + Math.exp(-0.5)), 12);
  evaluator.softmax({ options, coupling: [1, 0] });
  expect(evaluator.softmax({ options, coupling: null })).toBe(plain);
  expect(asked).toBe(3);
});

describe('an estimate from drawn traces', () => {
  const process = processOf(CHAIN);
  const evaluator = new Evaluator(randomWeights(5), 0.8);
  const exact = exactDistribution(stateGraph(process), evaluator);
  const GROUPS = 4000;
  const random = seededRandom(9).next;
  const groups = Array.from({ length: GROUPS }, () =>
    Array.from({ length: 4 }, () => sampleTrace(process, evaluator, random)),
  );
  const estimates = groups.map(estimatedDistribution);
  const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const varianceOf = (values: readonly number[]): number => {
    const centre = meanOf(values);
    return meanOf(values.map((value) => (value - centre) ** 2));
  };

  it.each([
    ['entropy', 'entropySe'],
    ['kl', 'klSe'],
  ] as const)('of the %s is unbiased, and its standard error is its spread', (figure, error) => {
    const figures = estimates.map((estimate) => estimate[figure]);
    const spread = varianceOf(figures);
    expect(spread).toBeGreaterThan(1e-4);
    expect(Math.abs(meanOf(figures) - exact[figure])).toBeLessThan(4 * Math.sqrt(spread / GROUPS));
    // E[se²] is the variance of the mean of four.
    const squares = estimates.map((estimate) => (estimate[error] ?? NaN) ** 2);
    expect(Math.abs(meanOf(squares) - spread)).toBeLessThan(
      5 * Math.sqrt(varianceOf(squares) / GROUPS) + 0.05 * spread,
    );
    expect(estimates.every((estimate) => !estimate.exact)).toBe(true);
  });

  it('covers the exact figures as often as it should, with forty traces', () => {
    const covered = { entropy: 0, kl: 0 };
    const wide = GROUPS / 10;
    for (let i = 0; i < wide; i++) {
      const one = estimatedDistribution(groups.slice(i * 10, i * 10 + 10).flat());
      if (Math.abs(one.entropy - exact.entropy) <= 2.023 * (one.entropySe ?? NaN)) covered.entropy++;
      if (Math.abs(one.kl - exact.kl) <= 2.023 * (one.klSe ?? NaN)) covered.kl++;
    }
    // 95 % of 400 by Student's t, ± 5 standard deviations of the count.
    for (const count of [covered.entropy, covered.kl]) {
      expect(count / wide).toBeGreaterThan(0.95 - 5 * Math.sqrt((0.95 * 0.05) / wide));
    }
  });

  it('spreads less than the log-probabilities themselves', () => {
    const plain = groups.map((group) => meanOf(group.map(({ logProbability }) => -logProbability)));
    expect(Math.abs(meanOf(plain) - exact.entropy)).toBeLessThan(4 * Math.sqrt(varianceOf(plain) / GROUPS));
    expect(varianceOf(estimates.map(({ entropy }) => entropy))).toBeLessThan(0.6 * varianceOf(plain));
  });

  it('has no standard error from one trace, and says of a policy without hints that its KL is zero', () => {
    const one = groups[0]?.slice(0, 1) ?? [];
    expect(estimatedDistribution(one)).toMatchObject({ exact: false, entropySe: null, klSe: null });
    const unmoved = new Evaluator(() => 0, 0.8);
    const four = Array.from({ length: 4 }, () => sampleTrace(process, unmoved, random));
    expect(estimatedDistribution(four)).toMatchObject({ exact: false, kl: 0, klSe: 0 });
  });
});
