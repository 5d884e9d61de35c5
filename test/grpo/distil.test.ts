import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distil } from '../../src/grpo/distil.ts';
import { featureKey } from '../../src/grpo/feature-key.ts';
import type { HintFeature, OpenDecision } from '../../src/grpo/types.ts';

const feature = (cue: string | null, pattern: string): HintFeature => {
  const of = cue === null ? null : ({ kind: 'word', parts: [cue] } as const);
  const sql = { kind: 'sql', parts: [pattern] } as const;
  return {
    key: featureKey(of, sql),
    cue: of,
    pattern: sql,
    tables: [],
    template: cue === null ? 'pattern' : 'operator',
    general: true,
    words: cue === null ? 0 : 1,
  };
};

/** A question whose one decision is among patterns, each option firing the pattern alone and with each cue. */
const choice = (cues: readonly string[], patterns: readonly string[]): OpenDecision => ({
  name: 'what',
  choice: 0,
  options: patterns.map((pattern) => ({
    label: pattern,
    base: 0,
    features: [feature(null, pattern), ...cues.map((cue) => feature(cue, pattern))],
  })),
});

const logitsOf = ({ options }: OpenDecision, weightOf: (key: string) => number): number[] =>
  options.map(({ base, features }) => features.reduce((sum, { key }) => sum + weightOf(key), base));
const isTied = (decision: OpenDecision, weightOf: (key: string) => number): boolean => {
  const [first = 0, second = 0] = logitsOf(decision, weightOf).sort((a, b) => b - a);
  return first - second < 1e-9;
};
const greedy = (decision: OpenDecision, weightOf: (key: string) => number): number => {
  const logits = logitsOf(decision, weightOf);
  return logits.indexOf(Math.max(...logits));
};

const options = { isFixed: () => false, most: 50, limit: 5 };

test('of the cues that always come together one hint is left, and every question is answered as before', () => {
  const cues = ['revenue', 'total', 'show', 'each', 'product'];
  const counting = ['many', 'how', 'there'];
  const answers = [
    [choice(cues, ['SUM', 'COUNT'])],
    [choice(cues.slice(0, 3), ['SUM', 'COUNT'])],
    [choice(counting, ['SUM', 'COUNT'])],
    [choice(counting.slice(1), ['SUM', 'COUNT'])],
  ];
  const many = new Map([
    ...cues.map((cue) => [feature(cue, 'SUM').key, 0.4] as const),
    ...cues.map((cue) => [feature(cue, 'COUNT').key, -0.4] as const),
    ...counting.map((cue) => [feature(cue, 'COUNT').key, 0.4] as const),
  ]);
  const weightOf = (key: string): number => many.get(key) ?? 0;
  const { weights, same, questions, of } = distil({ answers, weightOf, ...options });
  expect([same, questions, of]).toEqual([4, 4, 13]);
  expect(weights.size).toBeLessThanOrEqual(2);
  for (const [decision] of answers)
    expect(greedy(decision as OpenDecision, (key) => weights.get(key) ?? 0)).toBe(
      greedy(decision as OpenDecision, weightOf),
    );
});

test('where no answer hangs on the hints, none is needed', () => {
  const decision = choice(['a'], ['X', 'Y']);
  const weightOf = (key: string): number => (key === feature('a', 'X').key ? 1 : 0);
  const { weights, decided, same } = distil({ answers: [[decision]], weightOf, ...options });
  expect([weights.size, decided, same]).toEqual([0, 0, 1]);
});

test('what is fixed counts with its weight and is not fitted', () => {
  const decision = choice(['a'], ['X', 'Y']);
  const fixed = feature('a', 'Y').key;
  const learned = feature('a', 'X').key;
  const weightOf = (key: string): number => (key === fixed ? 1 : key === learned ? 3 : 0);
  const { weights } = distil({ answers: [[decision]], weightOf, ...options, isFixed: (key) => key === fixed });
  expect([...weights.keys()]).toEqual([learned]);
  expect(weights.get(learned)).toBeGreaterThan(1);
});

test('no more are kept than may be, no weight passes the limit, and what is counted is so, whatever the policy', () => {
  const cues = ['a', 'b', 'c', 'd'];
  const patterns = ['X', 'Y', 'Z'];
  const keys = [null, ...cues].flatMap((cue) => patterns.map((pattern) => feature(cue, pattern).key));
  fc.assert(
    fc.property(
      fc.array(fc.subarray(cues), { minLength: 1, maxLength: 8 }),
      fc.array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: keys.length, maxLength: keys.length }),
      fc.integer({ min: 1, max: 12 }),
      (asked, weightsOfAll, most) => {
        const answers = asked.map((said) => [choice(said, patterns)]);
        const weightOf = (key: string): number => weightsOfAll[keys.indexOf(key)] ?? 0;
        const { weights, same, questions } = distil({ answers, weightOf, ...options, most, limit: 2 });
        expect(weights.size).toBeLessThanOrEqual(most);
        for (const weight of weights.values()) expect(Math.abs(weight)).toBeLessThanOrEqual(2);
        const few = (key: string): number => weights.get(key) ?? 0;
        // Sums in another order may differ in the last bit: where two options all but tie, either may come out.
        const [clear, tied] = [false, true].map((ties) =>
          answers.flatMap(([decision]) =>
            decision === undefined || (isTied(decision, weightOf) || isTied(decision, few)) !== ties
              ? []
              : [greedy(decision, weightOf) === greedy(decision, few)],
          ),
        ) as [boolean[], boolean[]];
        const alike = clear.filter(Boolean).length;
        expect(same).toBeGreaterThanOrEqual(alike);
        expect(same).toBeLessThanOrEqual(alike + tied.length);
        expect(questions).toBe(answers.length);
      },
    ),
    { seed: 1, numRuns: 60 },
  );
});

test('as many are kept as may be, where fewer answer less', () => {
  // Each question has a hint of its own; their slopes fall by 15 % from one to the next, so each enters by itself.
  const slopes = Array.from({ length: 8 }, (_, i) => 0.6 * 0.85 ** i);
  const answers = slopes.map((_, i) => [choice([`cue${i}`], [`X${i}`, `Y${i}`, `Z${i}`])]);
  const wanted = slopes.map((slope) => 1 / 3 + slope);
  const weightOf = (key: string): number => {
    const i = slopes.findIndex((_, at) => key === feature(`cue${at}`, `Z${at}`).key);
    const share = wanted[i];
    return share === undefined ? 0 : Math.log((2 * share) / (1 - share));
  };
  for (const most of [1, 2, 3, 4, 5]) {
    const { weights, same } = distil({ answers, weightOf, ...options, most });
    expect([weights.size, same]).toEqual([most, most]);
  }
});
