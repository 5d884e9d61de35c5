import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OBJECTIVES } from '../../../src/grpo/objectives/index.ts';
import type { Objective } from '../../../src/grpo/objectives/objective.ts';
import { cutDecisions, decisionWeights, ratiosOf, sequenceRatio } from '../../../src/grpo/objectives/ratios.ts';
import { sequence, WRITTEN } from './written.ts';

const CLIP = { epsilon: 0.2, epsilon_high: 0.28 };
const ALL: readonly Objective[] = OBJECTIVES;

describe.each(OBJECTIVES)('$name', (objective) => {
  const bounds = (objective as Objective).bounds(CLIP);

  it('weighs each decision by the derivative of the objective as written, inside and beyond the clip', () => {
    const probability = fc.double({ min: 0.05, max: 0.95, noNaN: true });
    const seen = { cut: 0, kept: 0 };
    fc.assert(
      fc.property(
        fc.array(fc.tuple(probability, probability), { minLength: 1, maxLength: 6 }),
        fc.double({ min: 0.1, max: 3, noNaN: true }),
        fc.constantFrom(1, -1),
        (pairs, size, sign) => {
          const advantage = size * sign;
          const [now, old] = [pairs.map(([p]) => p), pairs.map(([, p]) => p)];
          const ratios = ratiosOf(old, now);
          const looked = objective.ratio === 'decision' ? ratios : [sequence(ratios)];
          // Where the objective has its corner it has no derivative.
          fc.pre(looked.every((r) => Math.abs(r - bounds.low) > 1e-3 && Math.abs(r - bounds.high) > 1e-3));
          const weights = decisionWeights(objective, ratios, advantage, CLIP);
          const cut = cutDecisions(objective, ratios, advantage, CLIP);
          seen.cut += cut.length;
          seen.kept += ratios.length - cut.length;
          const step = 1e-6;
          ratios.forEach((_ratio, d) => {
            const at = (by: number): number =>
              WRITTEN[objective.name](
                now.map((p, i) => (i === d ? p * Math.exp(by) : p)),
                now,
                old,
                advantage,
                CLIP,
              );
            // ∂J/∂ ln π(d), which A · c multiplies.
            const slope = (at(step) - at(-step)) / (2 * step);
            expect(Math.abs(advantage * (weights[d] ?? NaN) - slope)).toBeLessThan(1e-5 * Math.max(1, Math.abs(slope)));
          });
        },
      ),
    );
    expect(seen.cut).toBeGreaterThan(10);
    expect(seen.kept).toBeGreaterThan(10);
  });

  it('leaves a ratio of 1 as it is, whatever the advantage: the first update is A · ∂ ln π', () => {
    for (const advantage of [2, -2, 0]) {
      expect(decisionWeights(objective, [1, 1, 1], advantage, CLIP)).toEqual([1, 1, 1]);
      expect(cutDecisions(objective, [1, 1, 1], advantage, CLIP)).toEqual([]);
    }
  });
});

describe('the clip', () => {
  const cutBy = (name: string, ratio: number, advantage: number): boolean =>
    cutDecisions(ALL.find((one) => one.name === name) as Objective, [ratio], advantage, CLIP).length > 0;

  it.each([
    // ratio, advantage, who cuts it
    [1.1, 1, []],
    [0.9, -1, []],
    [1.25, 1, ['grpo', 'gspo']],
    [1.4, 1, ['grpo', 'dapo', 'cispo', 'gspo']],
    [1.4, -1, ['cispo']],
    [0.7, -1, ['grpo', 'dapo', 'gspo']],
    [0.7, 1, []],
  ])('of a ratio of %d at an advantage of %d: %j', (ratio, advantage, cutters) => {
    expect(OBJECTIVES.map(({ name }) => name).filter((name) => cutBy(name, ratio, advantage))).toEqual(cutters);
  });

  it('cispo cuts the weight and goes on teaching, the others stop', () => {
    const weights = OBJECTIVES.map((objective) => decisionWeights(objective, [1.5], 1, CLIP)[0]);
    expect(weights).toEqual([0, 0, 1.28, 0]);
  });

  it('gspo cuts a completion as a whole, by the geometric mean of its ratios', () => {
    expect(sequenceRatio([2, 0.5])).toBeCloseTo(1, 12);
    expect(sequenceRatio([])).toBe(1);
    const gspo = ALL.find(({ name }) => name === 'gspo') as Objective;
    expect(cutDecisions(gspo, [2, 0.5], 1, CLIP)).toEqual([]);
    expect(cutDecisions(gspo, [2, 0.9], 1, CLIP)).toEqual([0, 1]);
  });
});
