import { expect, it } from 'vitest';
import type { HistoryPoint } from '../../../src/grpo/run-store.ts';
import { howKnown, knownFigure, knownText, METRICS, type Metric } from '../../../src/views/words/metrics.ts';

const point = (more: Partial<HistoryPoint>): HistoryPoint => ({
  step: 1,
  questionId: 'q',
  rewardMean: 0.5,
  rewardSd: 0.1,
  noSignalShare: 0,
  entropy: 1.4,
  kl: 0.05,
  diversity: 1,
  executedShare: 1,
  resampledGroups: 0,
  replayedCompletions: 0,
  hints: 3,
  ...more,
});
const metric = (id: string): Metric => METRICS.find((one) => one.id === id) as Metric;
const entropy = metric('entropy');

it('entropy and KL of a step say exact or their standard error; what is counted says neither', () => {
  expect(knownFigure(entropy, point({ exact: true, entropySe: null }))).toBe('1.40 exact');
  expect(knownFigure(entropy, point({ exact: false, entropySe: 0.213 }))).toBe('1.40 ± 0.21');
  expect(knownFigure(metric('kl'), point({ exact: false, klSe: 0.01 }))).toBe('0.05 ± 0.01');
  expect(knownFigure(metric('reward'), point({ exact: false, entropySe: 0.2 }))).toBe('+0.50');
});

it('a step of an earlier version is shown, as an estimate, and one without the figure as nothing', () => {
  expect(knownFigure(entropy, point({}))).toBe('1.40 estimate');
  expect(knownFigure(entropy, point({ entropy: null }))).toBe('–');
});

it('the mean of the last steps is as well known as they are', () => {
  const known = [point({ exact: false, entropySe: 0.3 }), point({ exact: false, entropySe: 0.4 })];
  expect(knownText(entropy, known)).toBe('± 0.25');
  expect(knownText(entropy, [...known, point({ entropy: null })])).toBe('± 0.25');
  expect(knownText(entropy, [...known, point({})])).toBe('estimate');
  expect(knownText(entropy, [point({ exact: true })])).toBe('exact');
  expect(knownText(metric('no-signal'), known)).toBe('');
  expect(howKnown('exact')).toContain('all SQL');
  expect(howKnown('± 0.25')).toContain('one standard error');
  expect(howKnown('estimate')).toContain('earlier version');
});
