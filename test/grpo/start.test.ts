import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTS_IN_FULL, actingShare, actingWeight, isAllowed } from '../../src/grpo/acting.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import type { FeatureGradient } from '../../src/grpo/gradient.ts';
import { PolicyLayer, SETTLED_SUPPORT } from '../../src/grpo/policy.ts';
import { HINT_TEMPLATES, type HintEvent, type HintFeature, type PolicyHint } from '../../src/grpo/types.ts';
import { replayEvents } from './replay.ts';
import { identity } from './identity.ts';

const feature = (pattern: string, more: Partial<HintFeature> = {}): HintFeature => ({
  ...identity(null, pattern),
  tables: [],
  template: 'pattern',
  general: true,
  words: 0,
  ...more,
});
const hint = (pattern: string, weight: number, more: Partial<PolicyHint> = {}): PolicyHint => ({
  ...feature(pattern),
  weight,
  evidence: { support: 10, positive: 9, advantage: 8, steps: 5 },
  createdAt: 0,
  updatedAt: 0,
  enabled: true,
  ...more,
});
const taught = (of: HintFeature, gradient: number, more: Partial<FeatureGradient> = {}): FeatureGradient => ({
  feature: of,
  gradient,
  causes: [],
  support: 1,
  positive: gradient > 0 ? 1 : 0,
  advantage: Math.sign(gradient),
  ...more,
});
const startedWith = (...hints: PolicyHint[]): PolicyLayer => {
  const policy = new PolicyLayer();
  policy.restore(hints, 0, { id: 'start', from: 'file' });
  return policy;
};

describe('the policy a run starts from', () => {
  const config = makeConfig({ learning_rate: 0.1, kl_coef: 0.5, new_hint_threshold: 0 });
  it('is what active hints are pulled to: −lr·kl·(w − w_start)', () => {
    const policy = startedWith(hint('A', 1));
    expect(policy.update([taught(feature('A'), 0)], config, 1)).toEqual([]);
    policy.update([taught(feature('A'), -4)], config, 2);
    const [back] = policy.update([taught(feature('A'), 0)], config, 3);
    expect(back?.decayTerm).toBeCloseTo(-0.1 * 0.5 * (0.6 - 1), 12);
    expect(back).toMatchObject({
      type: 'decay',
      pulledTo: 1,
      reason: { id: 'pulled' },
    });
    expect(policy.weightOf('* | A')).toBeCloseTo(0.62, 12);
  });
  it('can still be asked what it was: its weights, acting as their hints do now', () => {
    expect(new PolicyLayer().startWeightOf).toBeNull();
    const policy = startedWith(hint('A', 1), hint('B', 2));
    policy.update([taught(feature('A'), -4), taught(feature('C'), 4)], config, 1);
    const ask = (): number[] => ['* | A', '* | B', '* | C'].map((key) => policy.startWeightOf?.(key) ?? NaN);
    expect(policy.weightOf('* | C')).toBeGreaterThan(0);
    expect(ask()).toEqual([1, 2, 0]);
    policy.edit('* | B', { enabled: false }, 1, 5);
    policy.configure(makeConfig({ evidence_hold: 10 }));
    // 11 and 10 completions taught them: 11/21 and 10/20 of their weights.
    expect(ask()).toEqual([11 / 21, 1, 0]);
  });
  it('without gradients every active weight comes nearer to its start and never passes it', () => {
    const weight = fc.double({ min: -4, max: 4, noNaN: true });
    fc.assert(
      fc.property(
        weight,
        weight,
        fc.double({ min: 0.01, max: 2, noNaN: true }),
        fc.double({ min: 0.01, max: 0.5, noNaN: true }),
        (start, now, rate, pull) => {
          const policy = startedWith(
            hint('A', start, { evidence: { support: 1, positive: 1, advantage: 1, steps: 1 } }),
          );
          policy.edit('* | A', { weight: now }, 1, 5);
          const decay = makeConfig({ learning_rate: rate, kl_coef: pull });
          for (let step = 2; step < 6; step++) {
            const before = policy.weightOf('* | A');
            policy.update([taught(feature('A'), 0, { support: 1, advantage: 1 })], decay, step);
            const after = policy.weightOf('* | A');
            expect(Math.abs(after - start)).toBeLessThanOrEqual(Math.abs(before - start));
            expect((after - start) * (before - start)).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });
  it('is only what was there before the first step; a hint made since is pulled to 0', () => {
    const policy = startedWith(hint('A', 1), hint('Z', 0));
    policy.update([taught(feature('B'), 5)], config, 1);
    policy.restore([hint('C', 2)], 7, { id: 'start', from: 'file' });
    expect(policy.start).toEqual({ '* | A': 1 });
    const events = policy.update([taught(feature('B'), 0), taught(feature('C'), 0)], config, 8);
    expect(events.map(({ decayTerm }) => decayTerm)).toEqual([-0.1 * 0.5 * 0.5, -0.1 * 0.5 * 2]);
  });
  it('is known again from the stored state and from the log', () => {
    const policy = startedWith(hint('A', 1));
    const log: HintEvent[] = [...startedWith().restore([hint('A', 1)], 0, { id: 'start', from: 'file' })];
    expect(replayEvents(log).start).toEqual({ '* | A': 1 });
    const again = new PolicyLayer(
      policy.hints,
      policy.eventCount,
      JSON.parse(JSON.stringify(policy.start)) as Record<string, number>,
    );
    const gradients = [taught(feature('A'), -1)];
    expect(again.update(gradients, config, 1)).toEqual(policy.update(gradients, config, 1));
  });
  it('is given up only for evidence against it', () => {
    const against = { support: SETTLED_SUPPORT, positive: 0, advantage: -20 };
    const [liked, disliked] = [startedWith(hint('A', 0.5)), startedWith(hint('A', 0.5))];
    const still = makeConfig({ kl_coef: 0, learning_rate: 1 });
    // The weight is gone in both; in the first the evidence of earlier runs outweighs that of this one.
    expect(
      liked.update([taught(feature('A'), -0.51, { support: 1, advantage: -1 })], still, 1).map(({ type }) => type),
    ).toEqual(['update']);
    expect(disliked.update([taught(feature('A'), -0.51, against)], still, 1).map(({ type }) => type)).toEqual([
      'update',
      'prune',
    ]);
  });
  it('makes no room and is not merged away', () => {
    const words = (cue: string): PolicyHint => hint('SUM', 0.5, identity(cue, 'SUM'));
    const policy = startedWith(
      ...Array.from({ length: 12 }, (_hint, i) => hint(`S${i}`, 0.1)),
      words('revenue'),
      words('total revenue'),
    );
    const small = makeConfig({ max_hints: 10, new_hint_threshold: 0 });
    const events = policy.update(
      [
        ...Array.from({ length: 11 }, (_feature, i) => taught(feature(`L${i}`), 1 + i / 100)),
        taught(feature('SUM', identity('revenue', 'SUM')), 1),
        taught(feature('SUM', identity('total revenue', 'SUM')), 1),
      ],
      small,
      100,
    );
    expect(events.some(({ type }) => type === 'prune' || type === 'merge')).toBe(false);
    expect([policy.has('* | L0'), policy.has('* | L1')]).toEqual([false, true]);
    expect(policy.size).toBe(14 + 10);
  });
});

describe('going back to a snapshot', () => {
  it('undoes whatever came since, and the log rebuilds it', () => {
    const config = makeConfig({ new_hint_threshold: 0, learning_rate: 0.5 });
    const updates = fc.array(
      fc.array(fc.tuple(fc.constantFrom('A', 'B', 'C', 'D', 'E'), fc.double({ min: -3, max: 3, noNaN: true })), {
        maxLength: 4,
      }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(updates, updates, (first, second) => {
        const policy = new PolicyLayer();
        const log: HintEvent[] = policy.restore([hint('A', 0.5), hint('B', -0.5)], 0, { id: 'start', from: 'file' });
        const take = (steps: typeof first): void => {
          for (const step of steps)
            log.push(
              ...policy.update(
                [...new Map(step)].map(([pattern, gradient]) => taught(feature(pattern), gradient, { support: 7 })),
                config,
                log.length,
              ),
            );
        };
        take(first);
        const snapshot = policy.hints;
        take(second);
        log.push(...policy.reinstate(snapshot, log.length, { id: 'other-start' }));
        const byKey = (hints: readonly PolicyHint[]): PolicyHint[] =>
          [...hints].sort((a, b) => (a.key < b.key ? -1 : 1));
        expect(byKey(policy.hints)).toEqual(byKey(snapshot));
        expect(byKey(replayEvents(log).hints)).toEqual(byKey(snapshot));
        expect(policy.reinstate(snapshot, 99, { id: 'other-start' })).toEqual([]);
      }),
    );
  });
});

describe('templates', () => {
  it.each(HINT_TEMPLATES)(
    '%s: switched off, its hints neither act nor learn; switched on again, they are as they were',
    (template) => {
      const off = makeConfig({ [`template_${template}`]: false, new_hint_threshold: 0 });
      const policy = startedWith(
        hint('A', 1, { template }),
        hint('B', 1, { template: HINT_TEMPLATES.find((other) => other !== template) ?? 'pattern' }),
      );
      const version = policy.version;
      policy.configure(off);
      expect(policy.version).toBeGreaterThan(version);
      expect([policy.weightOf('* | A'), policy.weightOf('* | B')]).toEqual([0, 1]);
      expect(
        policy.update([taught(feature('A', { template }), 5), taught(feature('N', { template }), 5)], off, 1),
      ).toEqual([]);
      policy.configure(makeConfig());
      expect(policy.weightOf('* | A')).toBe(1);
    },
  );
  it('pairs of words go by their own switch too', () => {
    const off = { ...ACTS_IN_FULL, template_bigram: false };
    expect([0, 1, 2].map((words) => isAllowed({ template: 'operator', words }, off))).toEqual([true, true, false]);
    expect(isAllowed({ template: 'operator', words: 2 }, ACTS_IN_FULL)).toBe(true);
  });
});

describe('the hold-down', () => {
  it('lets a hint act with n/(n + c) of its weight', () => {
    const held = makeConfig({ evidence_hold: 5 });
    const policy = startedWith(
      hint('A', 1.5),
      hint('B', 2, { evidence: { support: 0, positive: 0, advantage: 0, steps: 0 } }),
    );
    policy.configure(held);
    expect(policy.weightOf('* | A')).toBeCloseTo((1.5 * 10) / 15, 12);
    expect(policy.weightOf('* | B')).toBe(0);
    expect(policy.hints.map(({ weight }) => weight)).toEqual([1.5, 2]);
  });
  it('takes its share of the gradient: Δw = lr · n/(n + c) · g', () => {
    const held = makeConfig({ evidence_hold: 3, learning_rate: 0.1, new_hint_threshold: 0, kl_coef: 0 });
    const policy = new PolicyLayer();
    const [made] = policy.update([taught(feature('A'), 1, { support: 2 })], held, 1);
    expect(made?.gradientTerm).toBeCloseTo((0.1 * 2) / 5, 12);
    expect(made?.share).toBeCloseTo(0.4, 12);
    expect(policy.weightOf('* | A')).toBeCloseTo(0.1 * 0.4 * 0.4, 12);
    // Nothing behind it, nothing to act with: no hint is made of it.
    expect(policy.update([taught(feature('B'), 1, { support: 0 })], held, 2)).toEqual([]);
  });
  it('at 0 changes nothing, to the bit, and grows with the evidence otherwise', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.double({ min: -5, max: 5, noNaN: true }),
        fc.double({ min: 0.5, max: 20, noNaN: true }),
        (support, weight, hold) => {
          const of = hint('A', weight, { evidence: { support, positive: 0, advantage: 0, steps: 0 } });
          expect(actingWeight(of, ACTS_IN_FULL)).toBe(weight);
          expect(actingShare(support, hold)).toBeLessThan(actingShare(support + 1, hold));
          expect(actingShare(support, hold)).toBeLessThan(1);
        },
      ),
    );
  });
});
