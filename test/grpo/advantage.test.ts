import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EPSILON, mean, standardDeviation, type GroupAdvantages, type RewardGroup } from '../../src/grpo/advantage.ts';
import { estimatorOf } from '../../src/grpo/estimators/compare.ts';
import type { Estimator } from '../../src/grpo/estimators/estimator.ts';
import { ESTIMATORS, type EstimatorName } from '../../src/grpo/estimators/index.ts';

const NAMES = ESTIMATORS.map(({ name }) => name);

const compare = (name: EstimatorName, ...args: Parameters<Estimator['advantages']>): GroupAdvantages[] =>
  estimatorOf({ estimator: name, scale_rewards: true }).advantages(...args);

const one = (name: EstimatorName, totals: readonly (number | null)[], ddof: 0 | 1 = 1): number[] =>
  compare(name, [{ totals }], { ddof })[0]?.advantages ?? [];
const close = (got: readonly number[], want: readonly number[], digits = 5): void => {
  expect(got).toHaveLength(want.length);
  got.forEach((value, i) => {
    expect(value).toBeCloseTo(want[i] ?? NaN, digits);
  });
};

describe('grpo: (r − mean) / (sd + ε)', () => {
  // (sd ddof 1, ε = 1e-4), worked by hand from the formula.
  it.each([
    [[1, 0, 0, 0], [1.4997, -0.4999, -0.4999, -0.4999], 4],
    [[1, 1, 0, 0], [0.865875, 0.865875, -0.865875, -0.865875], 6],
    [[0.65, 0.65, 0.3, 0], [0.796987, 0.796987, -0.318795, -1.275179], 6],
    [[1, 3], [-0.707057, 0.707057], 6],
  ])('%j → %j', (rewards, advantages, digits) => {
    close(one('grpo', rewards), advantages, digits);
  });

  it('population sd: [1, 3] → ∓1', () => {
    close(one('grpo', [1, 3], 0), [-1, 1], 3);
  });

  it('the worked example of the published description, computed as the formula says', () => {
    const rewards = [0.414, 0.497, 0.19, 0.34];
    expect(mean(rewards)).toBeCloseTo(0.36025, 10);
    // It prints 0.127; the sd is 0.1304 with ddof 1 and 0.1129 with ddof 0.
    expect(standardDeviation(rewards, 1)).toBeCloseTo(0.1304, 4);
    expect(standardDeviation(rewards, 0)).toBeCloseTo(0.1129, 4);
    close(one('grpo', rewards), [0.4119, 1.0481, -1.3048, -0.1552], 3);
  });
});

describe('the other estimators', () => {
  it('dr_grpo leaves the sd out', () => {
    close(one('dr_grpo', [1, 0, 0, 0]), [0.75, -0.25, -0.25, -0.25]);
  });
  it('rloo is r_i − mean of the others', () => {
    const rewards = [0.9, 0.1, -0.4, 0.3, 0.2];
    close(
      one('rloo', rewards),
      rewards.map((reward, i) => reward - mean(rewards.filter((_other, j) => j !== i))),
      10,
    );
  });
  it('rloo_normalized divides these by their sd over the step, as TRL’s normalize_advantages does', () => {
    const batch = [
      [0.9, 0.1, -0.4],
      [0.5, 0.5, 0.5],
      [0, -1, 0.2],
    ];
    const raw = batch.map((rewards) =>
      rewards.map((reward, i) => reward - mean(rewards.filter((_other, j) => j !== i))),
    );
    const sd = standardDeviation(raw.flat(), 1);
    const result = compare(
      'rloo_normalized',
      batch.map((totals) => ({ totals })),
      { ddof: 1 },
    );
    result.forEach(({ advantages, scale, noSignal }, g) => {
      const centredRaw = raw[g]?.map((difference) => (difference - mean(raw.flat())) / (sd + EPSILON)) ?? [];
      close(advantages, centredRaw, 10);
      // One divisor: the number that is shown is that of the formula.
      if (!noSignal) expect(scale).toBeCloseTo(sd + EPSILON, 12);
    });
    expect(result.map(({ noSignal }) => noSignal)).toEqual([false, true, false]);
  });
  it('maxrl divides by the mean: (1 − k/G)/(k/G) for k right of G, −1 for the wrong', () => {
    close(one('maxrl', [1, 0, 0, 0]), [3, -1, -1, -1], 12);
    close(one('maxrl', [1, 1, 1, 0]), [1 / 3, 1 / 3, 1 / 3, -1], 12);
  });
  it.each([
    ['below 0', [-0.9, 0.2, -0.4]],
    ['exactly 0', [0.5, -0.5]],
    ['0 but for rounding', [0.3, -0.1, -0.2]],
  ])('maxrl: a group whose mean is %s teaches nothing, and is no spread of 0', (_what, totals) => {
    const [group] = compare('maxrl', [{ totals }], { ddof: 1 });
    expect(group).toMatchObject({ advantages: totals.map(() => 0), noSignal: true });
    expect(group?.sd).toBeGreaterThan(0);
    // Every other estimator learns from it.
    expect(compare('grpo', [{ totals }], { ddof: 1 })[0]?.noSignal).toBe(false);
  });
  it('batch divides by the sd of all rewards of the batch', () => {
    const batch = [
      [1, 0],
      [0.5, 0.5],
      [0, -1],
    ];
    const sd = standardDeviation(batch.flat(), 1);
    const result = compare(
      'batch',
      batch.map((totals) => ({ totals })),
      { ddof: 1 },
    );
    close(result[0]?.advantages ?? [], [0.5 / (sd + EPSILON), -0.5 / (sd + EPSILON)], 10);
    close(result[1]?.advantages ?? [], [0, 0]);
    close(result[2]?.advantages ?? [], [0.5 / (sd + EPSILON), -0.5 / (sd + EPSILON)], 10);
  });
  it('gdpo z-scores each component in its group, weights, sums, and normalises over the batch', () => {
    const groups: RewardGroup[] = [
      { totals: [0.6, 0.4], components: { quality: [1, 0], format: [0, 0.5] } },
      { totals: [0.2, 0.7], components: { quality: [0, 1], format: [0.3, 0.3] } },
    ];
    const weights = { quality: 0.7, format: 0.3 };
    const z = (a: number, b: number): [number, number] => {
      const half = (a - b) / 2;
      const sd = Math.abs(a - b) / Math.SQRT2 + EPSILON;
      return [half / sd, -half / sd];
    };
    const q1 = z(1, 0);
    const f1 = z(0, 0.5);
    const q2 = z(0, 1);
    const sums = [0.7 * q1[0] + 0.3 * f1[0], 0.7 * q1[1] + 0.3 * f1[1], 0.7 * q2[0], 0.7 * q2[1]];
    const scale = standardDeviation(sums, 1) + EPSILON;
    const result = compare('gdpo', groups, { ddof: 1, weights });
    close(
      result.flatMap(({ advantages }) => advantages),
      sums.map((sum) => (sum - mean(sums)) / scale),
      10,
    );
  });
  it('gdpo still teaches where components cancel in the total, which grpo cannot see', () => {
    const group: RewardGroup = { totals: [0.5, 0.5], components: { quality: [1, 0], format: [0, 1] } };
    expect(compare('grpo', [group], { ddof: 1 })[0]?.noSignal).toBe(true);
    expect(compare('gdpo', [group], { ddof: 1, weights: { quality: 0.7, format: 0.3 } })[0]?.noSignal).toBe(false);
  });
  it('scale_rewards: false makes grpo dr_grpo and leaves the others', () => {
    const used = (estimator: EstimatorName, scale_rewards: boolean): string =>
      estimatorOf({ estimator, scale_rewards }).name;
    expect(used('grpo', false)).toBe('dr_grpo');
    for (const name of NAMES.filter((each) => each !== 'grpo')) expect(used(name, false)).toBe(name);
    for (const name of NAMES) expect(used(name, true)).toBe(name);
  });
});

describe('groups without signal and rewards that are missing', () => {
  it.each(NAMES)('%s: equal rewards give exact zeros, not noise', (name) => {
    // 0.1 + 0.2 − 0.2 differs from 0.1 in the last bit; that is no signal either.
    const result = compare(name, [{ totals: [0.1, 0.1 + 0.2 - 0.2, 0.1], components: { quality: [0.1, 0.1, 0.1] } }], {
      ddof: 1,
      weights: { quality: 1 },
    })[0];
    expect(result?.advantages).toEqual([0, 0, 0]);
    expect(result?.noSignal).toBe(true);
  });
  it.each(NAMES.filter((name) => name !== 'gdpo'))(
    '%s: a missing reward gets 0 and changes nothing for the others',
    (name) => {
      const whole = one(name, [0.9, 0.2, 0.4]);
      close(one(name, [0.9, null, 0.2, 0.4]), [whole[0] ?? NaN, 0, whole[1] ?? NaN, whole[2] ?? NaN], 12);
    },
  );
  it('gdpo leaves a completion out only when all its rewards are missing', () => {
    const weights = { quality: 0.5, format: 0.5 };
    const advantages = (...group: readonly (readonly [number | null, number | null, number | null])[]): number[] =>
      compare(
        'gdpo',
        [
          {
            totals: group.map(([total]) => total),
            components: { quality: group.map(([, value]) => value), format: group.map(([, , value]) => value) },
          },
        ],
        { ddof: 1, weights },
      )[0]?.advantages ?? [];
    const three = [
      [0.9, 0.8, 1],
      [0.2, 0.4, 0],
      [0.3, null, 0.3],
    ] as const;
    const whole = advantages(...three);
    // One reward of the third is missing: the other still moves it.
    expect(whole[2]).not.toBe(0);
    close(whole, advantages(...three, [null, null, null]).slice(0, 3), 12);
    expect(advantages(...three, [null, null, null])[3]).toBe(0);
  });
  it('only missing rewards: zeros, no mean, no signal', () => {
    expect(compare('grpo', [{ totals: [null, null] }], { ddof: 1 })[0]).toEqual({
      advantages: [0, 0],
      mean: null,
      sd: null,
      scale: 1,
      noSignal: true,
    });
  });
  it('one reward alone has nothing to be compared with', () => {
    expect(one('grpo', [0.7, null, null])).toEqual([0, 0, 0]);
  });
});

describe('invariants', () => {
  const reward = fc.double({ min: -1, max: 1, noNaN: true });
  const rewards = fc.array(reward, { minLength: 2, maxLength: 16 });
  const spread = rewards.filter((values) => Math.max(...values) - Math.min(...values) > 0.01);
  const withoutBatch = fc.constantFrom<EstimatorName>('grpo', 'dr_grpo', 'rloo', 'rloo_normalized', 'batch');

  it('advantages of a group sum to zero', () => {
    fc.assert(
      fc.property(withoutBatch, rewards, fc.constantFrom<0 | 1>(0, 1), (name, values, ddof) => {
        expect(one(name, values, ddof).reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 9);
      }),
    );
  });
  it('they do not change when every reward is shifted', () => {
    fc.assert(
      fc.property(withoutBatch, spread, fc.double({ min: -5, max: 5, noNaN: true }), (name, values, shift) => {
        close(
          one(
            name,
            values.map((value) => value + shift),
          ),
          one(name, values),
          7,
        );
      }),
    );
  });
  it('the normalised ones hardly change when every reward is scaled; the others scale along', () => {
    fc.assert(
      fc.property(spread, fc.double({ min: 1, max: 20, noNaN: true }), (values, factor) => {
        const scaled = values.map((value) => value * factor);
        const normalised = one('grpo', values);
        // ε is all that scaling can move: A' − A = A·ε(1 − 1/factor)/(sd + ε/factor).
        const sd = standardDeviation(values, 1);
        one('grpo', scaled).forEach((value, i) => {
          expect(Math.abs(value - (normalised[i] ?? NaN))).toBeLessThanOrEqual(
            Math.abs(normalised[i] ?? NaN) * (EPSILON / sd) + 1e-9,
          );
        });
        close(
          one('dr_grpo', scaled),
          one('dr_grpo', values).map((value) => value * factor),
          9,
        );
      }),
    );
  });
  it('|A| ≤ (G − 1)/√G with ddof 1 and ≤ √(G − 1) with ddof 0', () => {
    fc.assert(
      fc.property(rewards, (values) => {
        const G = values.length;
        for (const value of one('grpo', values, 1))
          expect(Math.abs(value)).toBeLessThanOrEqual((G - 1) / Math.sqrt(G) + 1e-9);
        for (const value of one('grpo', values, 0))
          expect(Math.abs(value)).toBeLessThanOrEqual(Math.sqrt(G - 1) + 1e-9);
      }),
    );
  });
  it('permuting the completions permutes the advantages', () => {
    fc.assert(
      fc.property(withoutBatch, rewards, fc.infiniteStream(fc.nat()), (name, values, stream) => {
        const order = values.map((_value, i) => i).sort((a, b) => a - b);
        for (let i = order.length - 1; i > 0; i--) {
          const j = (stream.next().value ?? 0) % (i + 1);
          [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
        }
        const plain = one(name, values);
        close(
          one(
            name,
            order.map((i) => values[i] ?? 0),
          ),
          order.map((i) => plain[i] ?? NaN),
          9,
        );
      }),
    );
  });
  it('gdpo sums to zero over the batch and is blind to a component’s shift and scale', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(reward, reward), { minLength: 3, maxLength: 8 }).filter((pairs) =>
          [0, 1].every((k) => {
            const values = pairs.map((pair) => pair[k] ?? 0);
            return Math.max(...values) - Math.min(...values) > 0.1;
          }),
        ),
        (pairs) => {
          const group = (a: (x: number) => number): RewardGroup => ({
            totals: pairs.map(([x, y]) => x + y),
            components: { quality: pairs.map(([x]) => a(x)), format: pairs.map(([, y]) => y) },
          });
          const weights = { quality: 0.7, format: 0.3 };
          const plain = compare('gdpo', [group((x) => x)], { ddof: 1, weights })[0]?.advantages ?? [];
          expect(plain.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 6);
          close(compare('gdpo', [group((x) => 10 * x + 3)], { ddof: 1, weights })[0]?.advantages ?? [], plain, 1);
        },
      ),
    );
  });
});
