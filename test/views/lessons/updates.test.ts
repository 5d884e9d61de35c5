import { describe, expect, test } from 'vitest';
import { grpo } from '../../../src/grpo/objectives/grpo.ts';
import { updated, weightsOf } from '../../../src/views/lessons/updates.ts';

const EVEN = [0.25, 0.25, 0.25, 0.25];
const ADVANTAGES = [1.5, -0.5, -0.5, -0.5];

function after(times: number, epsilon: number): readonly number[] {
  let now: readonly number[] = EVEN;
  for (let i = 0; i < times; i++)
    now = updated(now, weightsOf(grpo, EVEN, now, ADVANTAGES, { epsilon, epsilon_high: 0.28 }).weights, ADVANTAGES);
  return now;
}
const cut = (now: readonly number[], epsilon: number): boolean[] => {
  const { ratios, weights } = weightsOf(grpo, EVEN, now, ADVANTAGES, { epsilon, epsilon_high: 0.28 });
  return weights.map((weight, i) => weight !== ratios[i]);
};

describe('several updates on one group', () => {
  test('chances add up to 1, and one update is the gradient of Σ A ln π / G', () => {
    const [first = NaN, ...others] = after(1, 0.2);
    expect(first + others.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 12);
    // z moves by .2/4 · A where the advantages add up to 0.
    expect(Math.log(first / (others[0] ?? NaN))).toBeCloseTo((0.2 / 4) * 2, 12);
  });

  test('what the lesson says: try 1 is cut at the third update, and without the clip it is written twice as often', () => {
    expect([1, 2, 3].map((times) => cut(after(times, 0.2), 0.2)[0])).toEqual([false, false, true]);
    expect(after(10, 1)[0]).toBeCloseTo(0.5, 1);
    expect(after(10, 0.2)[0]).toBeCloseTo(0.35, 1);
  });

  test('only what moved in the direction of its advantage is cut', () => {
    expect(cut([0.1, 0.3, 0.3, 0.3], 0.2)).toEqual([false, false, false, false]);
    expect(cut([0.4, 0.1, 0.25, 0.25], 0.2)).toEqual([true, true, false, false]);
  });
});
