import { expect, test } from 'vitest';
import { isSpeed, PHASES, reached, stepMs } from '../../src/state/speeds.ts';

test('the phases share out the whole of a step', () => {
  expect(PHASES.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 9);
});

test('a stage stays on the screen once it is reached; at rest all are', () => {
  expect(PHASES.map(({ id }) => reached('score', id))).toEqual([true, true, true, false, false]);
  expect(PHASES.every(({ id }) => reached('rest', id))).toBe(true);
});

test('speeds by name', () => {
  expect(stepMs('normal')).toBe(2400);
  expect(stepMs('max')).toBe(0);
  expect(isSpeed('warp')).toBe(false);
});
