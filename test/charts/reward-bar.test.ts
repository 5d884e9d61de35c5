import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contributions, rewardScale, rewardSegments } from '../../src/charts/reward-bar.ts';
import { weightedTotal } from '../../src/rewards/total.ts';

const WEIGHTS = { validity: 0.2, execution: 0.3, quality: 0.35, format: 0.15, gold: 0, agreement: 0, feedback: 0 };
const score = (value: number | null): { value: number | null; reasons: [] } => ({ value, reasons: [] });

test('contributions add up to the total the reward model computes', () => {
  const value = fc.option(fc.double({ min: -1, max: 1, noNaN: true }), { nil: null });
  fc.assert(
    fc.property(fc.record({ validity: value, execution: value, quality: value, format: value }), (values) => {
      const components = Object.fromEntries(Object.entries(values).map(([name, one]) => [name, score(one)]));
      const total = weightedTotal(components, WEIGHTS);
      const sum = contributions({ components, total }, WEIGHTS).reduce((all, { points }) => all + points, 0);
      expect(sum).toBeCloseTo(total ?? 0, 10);
    }),
  );
});

test('positive parts stack to the right of zero, negative ones to the left, none overlap', () => {
  const parts = contributions(
    { components: { validity: score(1), execution: score(-0.5), quality: score(-1), format: score(0.6) }, total: null },
    WEIGHTS,
  );
  const scale = rewardScale(228);
  const segments = rewardSegments(parts, scale);
  for (const { x, width, negative } of segments) {
    if (negative) expect(x + width).toBeLessThanOrEqual(scale(0) + 1e-9);
    else expect(x).toBeGreaterThanOrEqual(scale(0) - 1e-9);
  }
  const sorted = [...segments].sort((a, b) => a.x - b.x);
  sorted
    .slice(1)
    .forEach((segment, i) =>
      expect(segment.x).toBeGreaterThanOrEqual((sorted[i]?.x ?? 0) + (sorted[i]?.width ?? 0) - 1e-9),
    );
  expect(segments.reduce((all, { width }) => all + width, 0)).toBeCloseTo((0.2 + 0.15 + 0.35 + 0.09) * 100, 6);
});

test('a component without weight takes no room', () => {
  expect(
    contributions({ components: { validity: score(1), gold: score(1) }, total: 1 }, WEIGHTS).map(
      ({ component }) => component,
    ),
  ).toEqual(['validity']);
});
