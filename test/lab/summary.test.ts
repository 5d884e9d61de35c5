import { describe, expect, it } from 'vitest';
import { meanOverFacts, shareOfFacts } from '../../src/lab/accuracy.ts';
import type { Experiment, HeldOutAnswer, SeedRun } from '../../src/lab/experiment-types.ts';
import type { Facts } from '../../src/lab/facts.ts';
import { summarise } from '../../src/lab/summary.ts';
import { experiment, variant } from './library.ts';

const answers = (...right: number[]): HeldOutAnswer[] =>
  right.map((count, i) => ({ questionId: `q${i}`, greedy: count >= 2, right: count, drawn: 4 }));
const run = (
  of: number,
  seed: number,
  right: readonly number[],
  greedy: readonly number[],
  over: Partial<SeedRun> = {},
): SeedRun => ({
  variant: of,
  seed,
  answers: answers(...right),
  hints: 10,
  keptStart: false,
  curve: greedy.map((value, i) => ({ step: 4 * i, greedy: value, reward: i === 0 ? null : value / 2 })),
  ...over,
});
/** The first two questions ask for one fact. */
const FACTS: Facts = new Map([
  ['q0', 'q0'],
  ['q1', 'q0'],
]);
const NAMES = ['q0', 'q0', 'q2', 'q3'];
const of = (runs: readonly SeedRun[]): Experiment => ({
  ...experiment([variant('a'), variant('b')], { seeds: [1, 2] }),
  runs,
});

describe('summarise', () => {
  it('has the interval over facts for one seed and a band around the one curve', () => {
    const [a, b] = summarise(of([run(0, 1, [4, 2, 0, 1], [0.25, 0.5])]), FACTS);
    const { accuracy: mean, ...range } = meanOverFacts([1, 1, 0, 0], NAMES);
    expect(a?.heldOut).toMatchObject({ questions: 4, facts: 3, greedy: { mean, ...range } });
    expect(a?.heldOut?.pass1.mean).toBeCloseTo(7 / 16, 12);
    expect(a?.heldOut?.passG.mean).toBe(0.75);
    const [quarter, half] = [shareOfFacts(0.25, NAMES), shareOfFacts(0.5, NAMES)];
    expect(a?.curveOver).toEqual({ questions: 4, facts: 3 });
    expect(a?.curve).toEqual([
      { step: 0, seeds: 1, reward: null, mean: 0.25, low: quarter.low, high: quarter.high },
      { step: 4, seeds: 1, reward: 0.25, mean: 0.5, low: half.low, high: half.high },
    ]);
    expect(a?.comparison).toBeNull();
    expect(b).toEqual({
      name: 'b',
      seeds: 0,
      heldOut: null,
      curve: [],
      curveOver: null,
      hints: 0,
      keptStart: 0,
      comparison: null,
    });
  });

  it('pools seeds by question, and compares over the seeds both have', () => {
    const [a, b] = summarise(
      of([
        run(0, 1, [0, 0, 4, 0], [0, 0.25]),
        run(0, 2, [4, 0, 4, 0], [0, 0.5]),
        // Seed 2 of the second is missing: only seed 1 is compared.
        run(1, 1, [4, 0, 4, 0], [0, 0.5], { hints: 30, keptStart: true }),
      ]),
      FACTS,
    );
    expect(a).toMatchObject({ seeds: 2, keptStart: 0 });
    expect(a?.heldOut?.greedy.mean).toBeCloseTo((0.5 + 0 + 1 + 0) / 4, 12);
    expect(a?.heldOut?.greedy.low).toBeLessThan(a?.heldOut?.greedy.mean ?? 0);
    expect(a?.curve[1]).toMatchObject({ seeds: 2, mean: 0.375, low: 0 });
    expect(a?.curve[1]?.reward).toBeCloseTo(0.1875, 12);
    expect(b).toMatchObject({
      seeds: 1,
      hints: 30,
      keptStart: 1,
      comparison: { seeds: 1, difference: 0.25, gained: ['q0'], lost: [], p: 1, questions: 4, facts: 3 },
    });
    expect(b?.comparison?.verdict).toContain('Too few questions to tell');
  });
});
