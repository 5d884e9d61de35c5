import { describe, expect, it } from 'vitest';
import { knownMean, stepMetrics } from '../../src/grpo/metrics.ts';
import type { Distribution, Group } from '../../src/grpo/types.ts';

const group = (distribution: Distribution | null): Group => ({
  questionId: 'q',
  question: 'q',
  completions: [],
  mean: null,
  sd: null,
  scale: 1,
  noSignal: true,
  distribution,
});
const exact = (entropy: number, kl: number): Distribution => ({
  entropy,
  kl,
  exact: true,
  entropySe: null,
  klSe: null,
});
const estimate = (entropy: number, kl: number, entropySe: number | null, klSe: number | null): Distribution => ({
  entropy,
  kl,
  exact: false,
  entropySe,
  klSe,
});
const of = (...distributions: (Distribution | null)[]) => stepMetrics(distributions.map(group), 1, 0);

describe('entropy and KL of a step', () => {
  it('are means over the groups that have them', () => {
    expect(of(exact(1, 0.2), null, exact(2, 0.4))).toMatchObject({ entropy: 1.5, exact: true, entropySe: null });
    expect(of(exact(1, 0.2), exact(2, 0.4)).kl).toBeCloseTo(0.3, 12);
    expect(of(null)).toMatchObject({ entropy: null, kl: null });
    expect(of(null)).not.toHaveProperty('exact');
  });

  it('have the error of a mean of independent estimates, to which an exact one adds none', () => {
    const metrics = of(estimate(1, 0, 0.3, 0.06), estimate(2, 0, 0.4, 0.08), exact(3, 0), exact(4, 0));
    expect(metrics).toMatchObject({ entropy: 2.5, exact: false });
    expect(metrics.entropySe).toBeCloseTo(0.5 / 4, 12);
    expect(metrics.klSe).toBeCloseTo(0.1 / 4, 12);
  });

  it('have none where that of one estimate is not known', () => {
    expect(of(estimate(1, 0, 0.3, 0), estimate(2, 0, null, null))).toMatchObject({
      exact: false,
      entropySe: null,
      klSe: null,
    });
  });
});

it('the mean of exact figures is exact, of an estimate without spread it is not', () => {
  expect(knownMean(['exact', 'exact'])).toBe('exact');
  expect(knownMean([0, 'exact'])).toBe(0);
  expect(knownMean([])).toBeNull();
});
