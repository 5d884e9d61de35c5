import { describe, expect, it } from 'vitest';
import { knownMean, stepMetrics } from '../../src/grpo/metrics.ts';
import type { Completion, Distribution, Group, StartKl } from '../../src/grpo/types.ts';

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

describe('KL to the start of the run', () => {
  const start = (kl: number, k1: number | null): StartKl => ({
    ...{ kl, klSe: 0.3, k1, k1Se: k1 === null ? null : 0.4, k3: k1 === null ? null : 0.2, k3Se: null },
  });

  it('is the mean over the groups that measured it', () => {
    const metrics = of({ ...exact(1, 0), start: start(0.2, 0.1) }, exact(1, 0), {
      ...estimate(1, 0, 0.1, 0.1),
      start: start(0.6, 0.5),
    });
    expect(metrics.start?.kl).toBeCloseTo(0.4, 12);
    // The exact one adds no error to the mean of two.
    expect(metrics.start?.klSe).toBeCloseTo(0.15, 12);
    expect(metrics.start?.k1).toBeCloseTo(0.3, 12);
    expect(metrics.start?.k1Se).toBeCloseTo(Math.hypot(0.4, 0.4) / 2, 12);
    expect(metrics.start).toMatchObject({ k3: 0.2, k3Se: null });
    expect(of(exact(1, 0))).not.toHaveProperty('start');
    expect(of({ ...exact(1, 0), start: start(0, null) }).start).toMatchObject({ klSe: null, k1: null, k1Se: null });
  });
});

it('the components of the reward have mean and sd over the completions that have them', () => {
  const scored = (quality: number | null, validity: number): Completion =>
    ({
      sql: '',
      execution: { status: 'rows', columns: [], rows: [], truncated: false },
      rewards: {
        components: { validity: { value: validity, reasons: [] }, quality: { value: quality, reasons: [] } },
        total: 0.1,
      },
    }) as unknown as Completion;
  const groups = [
    { ...group(null), completions: [scored(0.2, 1), scored(null, 1)] },
    { ...group(null), completions: [scored(0.8, 1)] },
  ];
  const { components } = stepMetrics(groups, 1, 0);
  expect(components).toMatchObject({ validity: { mean: 1, sd: 0 }, quality: { mean: 0.5 } });
  expect(Object.keys(components ?? {})).toEqual(['validity', 'quality']);
  expect(components?.quality?.sd).toBeCloseTo(Math.sqrt(0.18), 12);
  expect(stepMetrics(groups, 0, 0).components?.quality?.sd).toBeCloseTo(0.3, 12);
});
