import { expect, test } from 'vitest';
import { OBJECTIVES } from '../../../src/grpo/objectives/index.ts';
import { explain } from '../../../src/views/words/arithmetic.ts';
import { changesOf } from '../../../src/views/words/changes.ts';
import { curvesOf } from '../../../src/views/words/curves.ts';
import { ratioText } from '../../../src/views/words/ratio-text.ts';
import { startFigures } from '../../../src/views/words/start-figures.ts';
import { SPREAD, stepOf } from '../fixture.ts';

const SETTINGS = { num_iterations: 3, learning_rate: 2, epsilon: 0.1, epsilon_high: 0.15 };

test.each(OBJECTIVES)('$name: each ratio, the clip, and what it cut follow from the settings', async ({ name }) => {
  const { step, config } = await stepOf(SPREAD, { ...SETTINGS, objective: name });
  const completions = step.groups[0]?.completions ?? [];
  expect(completions.flatMap(({ updates = [] }) => updates).some(({ cut }) => cut.length > 0)).toBe(true);
  for (const { index, updates, decisions } of completions) {
    const shown = explain({ kind: 'ratio', group: 0, completion: index }, step, config);
    expect(shown?.agrees).toBe(true);
    expect(shown?.parts).toHaveLength(decisions.length);
    const cut = updates?.at(-1)?.cut ?? [];
    expect(shown?.parts.flatMap(({ how }, d) => (how.endsWith(', cut') ? [d] : []))).toEqual(cut);
    expect(shown?.equations.at(-1)?.result).toMatch(new RegExp(`^${cut.length} of ${decisions.length} decision`));
  }
  // Under another clip the same step has cut something else, and the page says that the settings have changed.
  const other = { ...config, epsilon: 0.9, epsilon_high: 9 };
  expect(
    completions.some(
      ({ index }) => explain({ kind: 'ratio', group: 0, completion: index }, step, other)?.agrees === false,
    ),
  ).toBe(true);
});

test('in a few signs: from the least to the largest ratio of the last update, and how many were cut', async () => {
  expect(ratioText({})).toBeNull();
  const update = (ratios: number[], cut: number[]) => ({ ratios, cut });
  expect(ratioText({ updates: [update([9], [0]), update([0.714, 1, 1.4], [2])] })).toBe('ρ 0.71–1.40, 1 cut');
  expect(ratioText({ updates: [update([1, 1], [])] })).toBe('ρ 1.00');
  expect(ratioText({ updates: [update([], [])] })).toBeNull();
});

test('with one update there is no ratio to open', async () => {
  const { step, config } = await stepOf(SPREAD);
  expect(explain({ kind: 'ratio', group: 0, completion: 1 }, step, config)).toBeNull();
});

test('a change over several updates shows each, and its numbers follow from their parts', async () => {
  // Little enough that the clip cuts nothing.
  const { step, config } = await stepOf(SPREAD, { num_iterations: 3, learning_rate: 0.1 });
  const [change] = changesOf(step);
  const shown = explain({ kind: 'change', key: change?.key ?? '' }, step, config);
  expect(shown?.agrees).toBe(true);
  expect(shown?.equations.map(({ name, index }) => `${name}${index ?? ''}`).slice(0, 6)).toEqual([
    'g1',
    'Δw1',
    'w1',
    'g2',
    'Δw2',
    'w2',
  ]);
  expect(shown?.parts.some(({ label }) => label.endsWith(', update 2'))).toBe(true);
  expect(shown?.notes.filter((note) => note.includes('clipped as the objective says'))).toHaveLength(1);
});

test('every component that was scored has a curve of its mean and one of its sd', async () => {
  const { step } = await stepOf(SPREAD, SETTINGS);
  const point = { ...step.metrics, step: 1, questionId: 'q' };
  const curves = curvesOf([point]);
  const of = (title: string): number | null | undefined => curves.find((curve) => curve.title === title)?.of(point);
  const qualities = SPREAD.map(({ values }) => values.quality ?? NaN);
  expect(of('Quality, mean')).toBeCloseTo(qualities.reduce((sum, value) => sum + value, 0) / qualities.length, 12);
  expect(of('Quality, sd')).toBe(step.metrics.components?.quality?.sd);
  expect(of('Gold result, mean')).toBeUndefined();
  expect(of('Decisions cut by the clip')).toBe(step.metrics.clipRatio);
  expect(of('Decisions cut by the clip')).toBeGreaterThan(0);
  expect(curves.find(({ title }) => title.endsWith('k1'))?.axis([0.7]).domain).toEqual([-0.8, 0.8]);
});

test('KL from the start says how well it is known', () => {
  const measured = { kl: 0.3, klSe: null, k1: -0.1, k1Se: 0.2, k3: null, k3Se: null };
  expect(startFigures(measured, true).map(({ text }) => text)).toEqual(['0.30 exact', '−0.10 ± 0.20', '–']);
  expect(startFigures({ ...measured, klSe: 0.05 }, false)[0]?.text).toBe('0.30 ± 0.05');
});
