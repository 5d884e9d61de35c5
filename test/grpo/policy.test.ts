import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import { featureGradients, type FeatureGradient, type TaughtCompletion } from '../../src/grpo/gradient.ts';
import { LEAST_CHANGE, PolicyLayer, SETTLED_SUPPORT } from '../../src/grpo/policy.ts';
import { reasonOf } from '../../src/grpo/sentences.ts';
import { describeHint } from '../../src/grpo/words/described.ts';
import type { HintEvent, HintEventType, HintFeature, PolicyHint } from '../../src/grpo/types.ts';
import { replayEvents } from './replay.ts';
import { identity } from './identity.ts';

const feature = (pattern: string, cue: string | null = null): HintFeature => ({
  ...identity(cue, pattern),
  tables: [],
  template: 'pattern',
  general: true,
  words: 0,
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
const completion = (
  index: number,
  advantage: number,
  uses: readonly (readonly [HintFeature, number, number])[],
  teaches = true,
): TaughtCompletion => ({
  group: 0,
  index,
  advantage,
  teaches,
  features: uses.map(([of, value, expected]) => ({ feature: of, value, expected })),
});

describe('the gradient', () => {
  const sum = feature('SUM');
  const count = feature('COUNT');
  it('simple: g = (1/G) Σ A f', () => {
    const [g] = featureGradients(
      [
        [
          completion(0, 1.5, [[sum, 1, 0.25]]),
          completion(1, -0.5, [[sum, 1, 0.25]]),
          completion(2, -0.5, []),
          completion(3, -0.5, []),
        ],
      ],
      'simple',
      () => false,
    );
    expect(g?.gradient).toBeCloseTo((1.5 - 0.5) / 4, 12);
    expect(g).toMatchObject({ support: 2, positive: 1, advantage: 1 });
  });
  it('score-function: g = (1/G) Σ A (f − E f), with its causes', () => {
    const [g] = featureGradients(
      [[completion(0, 1, [[sum, 1, 0.25]]), completion(1, -1, [[sum, 0, 0.25]])]],
      'score-function',
      () => false,
    );
    expect(g?.gradient).toBeCloseTo((0.75 + 0.25) / 2, 12);
    expect(g?.causes).toEqual([
      { group: 0, completion: 0, advantage: 1, activity: 0.75 },
      { group: 0, completion: 1, advantage: -1, activity: -0.25 },
    ]);
  });
  it('averages over the groups of the batch', () => {
    const group = [completion(0, 1, [[sum, 1, 0]]), completion(1, -1, [])];
    expect(featureGradients([group, group], 'simple', () => false)[0]?.gradient).toBeCloseTo(0.5, 12);
  });
  it('a completion below the threshold teaches nothing', () => {
    expect(
      featureGradients(
        [[completion(0, 0.2, [[sum, 1, 0]], false), completion(1, -0.2, [], false)]],
        'simple',
        () => false,
      )[0],
    ).toMatchObject({ gradient: 0, support: 0 });
  });
  it('calls the same features active in both forms: those that occurred or could have', () => {
    const never = feature('AVG');
    const group = [
      completion(0, 1, [
        [sum, 1, 0.3],
        [count, 0, 0.3],
        [never, 0, 0],
      ]),
      completion(1, -1, [[count, 0, 0.3]], false),
    ];
    const active = (form: 'simple' | 'score-function'): string[] =>
      featureGradients([group], form, () => true).map((g) => g.feature.key);
    expect(active('simple')).toEqual([sum.key, count.key]);
    expect(active('score-function')).toEqual(active('simple'));
    expect(featureGradients([group], 'simple', () => true)[1]).toMatchObject({ gradient: 0, support: 0, causes: [] });
  });
  it('keeps what fired and what is a hint; what merely could have fired is left', () => {
    const group = [
      completion(0, 1, [
        [sum, 0, 0.3],
        [count, 0, 0.3],
      ]),
    ];
    expect(featureGradients([group], 'score-function', () => false)).toEqual([]);
    expect(featureGradients([group], 'score-function', (key) => key === count.key).map((g) => g.feature.key)).toEqual([
      count.key,
    ]);
  });
});

describe('one update', () => {
  const config = makeConfig({ learning_rate: 0.1, kl_coef: 0.05, new_hint_threshold: 0.15 });
  it('creates a hint with its reason, then moves it: Δw = lr·g − lr·kl·w', () => {
    const policy = new PolicyLayer();
    const [created] = policy.update([taught(feature('SUM', 'revenue'), 0.5)], config, 1);
    expect(created).toMatchObject({ type: 'create', before: null, decayTerm: 0, sequence: 0, step: 1 });
    expect(created?.after).toBeCloseTo(0.05, 12);
    expect(reasonOf(created as HintEvent)).toBe('New: 1 teaching completion used it, with a mean advantage of +1.00.');
    expect(policy.hints[0]).toMatchObject({
      ...identity('revenue', 'SUM'),
      createdAt: 1,
      evidence: { support: 1, positive: 1, advantage: 1, steps: 1 },
    });
    expect(describeHint(policy.hints[0] as PolicyHint)).toBe(
      'When the question says “revenue”: add up values. Mean advantage +1.00 in 1 completion, above its group.',
    );
    const [updated] = policy.update([taught(feature('SUM', 'revenue'), -1)], config, 2);
    expect(updated).toMatchObject({ type: 'update', sequence: 1 });
    expect(updated?.after).toBeCloseTo(0.05 - 0.1 - 0.1 * 0.05 * 0.05, 12);
    expect(policy.weightOf(policy.hints[0]?.key ?? '')).toBeLessThan(0);
  });
  it('does not make a hint of thin evidence', () => {
    expect(new PolicyLayer().update([taught(feature('SUM'), 0.14)], config, 1)).toEqual([]);
  });
  it('only decays a hint that was active without a gradient, and leaves those that were not', () => {
    const policy = new PolicyLayer();
    policy.update([taught(feature('A'), 1), taught(feature('B'), 1)], config, 1);
    const events = policy.update([taught(feature('A'), 0, { support: 2, advantage: 0 })], config, 2);
    expect(events.map(({ type, key }) => [type, key])).toEqual([['decay', '* | A']]);
    expect(policy.weightOf('* | A')).toBeCloseTo(0.1 - 0.1 * 0.05 * 0.1, 12);
    expect(policy.weightOf('* | B')).toBeCloseTo(0.1, 12);
  });
  it('takes a change that is rounding for none: no event, no evidence', () => {
    const policy = new PolicyLayer();
    policy.update([taught(feature('A'), 1)], config, 1);
    const [before] = policy.hints;
    const free = makeConfig({ kl_coef: 0, learning_rate: 0.1, new_hint_threshold: 0 });
    const cancelled = { support: 4, positive: 2, advantage: 1e-16 };
    for (const gradient of [0, 1e-17, -9e-12])
      expect(
        policy.update([taught(feature('A'), gradient, cancelled), taught(feature('B'), gradient, cancelled)], free, 2),
      ).toEqual([]);
    expect(policy.hints).toEqual([before]);
    expect(policy.eventCount).toBe(1);
    // Where the pull to the start moves it all the same, that alone is what happened.
    const [pulled] = policy.update([taught(feature('A'), 1e-17, cancelled)], config, 3);
    expect([pulled?.type, pulled?.evidence, policy.hints[0]?.evidence]).toEqual(['decay', undefined, before?.evidence]);
  });
  it('learns nothing at the limit', () => {
    const policy = new PolicyLayer();
    const free = makeConfig({ kl_coef: 0, weight_limit: 2 });
    policy.update([taught(feature('A'), 1000)], free, 1);
    expect(policy.update([taught(feature('A'), 1000)], free, 2)).toEqual([]);
    expect(policy.update([taught(feature('A'), -1)], free, 3)).toHaveLength(1);
  });
  it('clips to the weight limit', () => {
    const policy = new PolicyLayer();
    policy.update([taught(feature('A'), 1000), taught(feature('B'), -1000)], makeConfig({ weight_limit: 2 }), 1);
    expect([policy.weightOf('* | A'), policy.weightOf('* | B')]).toEqual([2, -2]);
  });
  it('learning_rate 0 changes nothing at all', () => {
    const policy = new PolicyLayer();
    policy.update([taught(feature('A'), 1)], config, 1);
    const before = structuredClone(policy.hints);
    expect(
      policy.update([taught(feature('A'), 5), taught(feature('B'), 5)], makeConfig({ learning_rate: 0 }), 2),
    ).toEqual([]);
    expect(policy.hints).toEqual(before);
    expect(policy.eventCount).toBe(1);
  });
  it('prunes a hint whose weight is gone and whose evidence is against it', () => {
    const policy = new PolicyLayer();
    policy.update([taught(feature('A'), 0.5)], config, 1);
    const events = policy.update(
      [taught(feature('A'), -0.45, { support: SETTLED_SUPPORT, positive: 0, advantage: -SETTLED_SUPPORT })],
      config,
      2,
    );
    expect(events.map(({ type }) => type)).toEqual(['update', 'prune']);
    expect(events[1]).toMatchObject({ before: events[0]?.after, after: null });
    expect(policy.size).toBe(0);
  });
  it('merges cues that always fired together, without moving a logit', () => {
    const policy = new PolicyLayer();
    const short = feature('SUM', 'revenue');
    const long = feature('SUM', 'total revenue');
    const both = [taught(short, 0.5, { support: SETTLED_SUPPORT }), taught(long, 0.5, { support: SETTLED_SUPPORT })];
    expect(policy.update(both, config, 1).map(({ type }) => type)).toEqual(['create', 'create']);
    const events = policy.update(both, makeConfig({ learning_rate: 0.1, kl_coef: 0 }), 2);
    expect(events.map(({ type }) => type)).toEqual(['update', 'update', 'merge', 'merge']);
    expect(policy.weightOf(short.key)).toBeCloseTo(0.2, 12);
    expect(policy.has(long.key)).toBe(false);
  });
});

describe('limits', () => {
  it('does not merge beyond the weight limit, since cutting the sum would move logits', () => {
    const policy = new PolicyLayer();
    const [short, long] = [feature('SUM', 'revenue'), feature('SUM', 'total revenue')];
    const update = (gradient: number, step: number): HintEventType[] =>
      policy
        .update(
          [short, long].map((of) => taught(of, gradient, { support: SETTLED_SUPPORT })),
          makeConfig({ weight_limit: 0.5, learning_rate: 0.1, kl_coef: 0 }),
          step,
        )
        .map(({ type }) => type);
    expect([update(4, 1), update(4, 2)]).toEqual([
      ['create', 'create'],
      ['update', 'update'],
    ]);
    expect(policy.hints.map(({ weight }) => weight)).toEqual([0.5, 0.5]);
  });
  it('asks less of the gradient of a larger sample before it makes a hint', () => {
    const made = (values: Record<string, unknown>): number =>
      new PolicyLayer().update([taught(feature('A'), 0.11)], makeConfig({ new_hint_threshold: 0.2, ...values }), 1)
        .length;
    expect([made({ group_size: 4 }), made({ group_size: 16 }), made({ group_size: 4, questions_per_step: 4 })]).toEqual(
      [0, 1, 1],
    );
  });
});

describe('room for hints', () => {
  const many = (from: number, count: number, gradient: number): FeatureGradient[] =>
    Array.from({ length: count }, (_hint, i) => taught(feature(`P${from + i}`), gradient + i / 100));
  it('keeps at most max_hints: what was not taught lately goes first, the weakest of it first', () => {
    const config = makeConfig({ max_hints: 10 });
    const policy = new PolicyLayer();
    policy.update(many(0, 10, 1), config, 1);
    const events = policy.update(many(100, 4, 0.5), config, 100);
    expect(events.filter(({ type }) => type === 'prune').map(({ key }) => key)).toEqual([
      '* | P0',
      '* | P1',
      '* | P2',
      '* | P3',
    ]);
    expect(policy.size).toBe(10);
    expect(policy.has('* | P103')).toBe(true);
  });
  it('does not create what would have to go at once', () => {
    const config = makeConfig({ max_hints: 10 });
    const policy = new PolicyLayer();
    policy.update(many(0, 8, 2), config, 1);
    const events = policy.update(many(100, 4, 0.5), config, 2);
    expect(events.map(({ type, key }) => [type, key])).toEqual([
      ['create', '* | P102'],
      ['create', '* | P103'],
    ]);
    expect(policy.size).toBe(10);
  });
  it('lets a reader’s switched-off hint be', () => {
    const config = makeConfig({ max_hints: 10 });
    const policy = new PolicyLayer();
    policy.update(many(0, 10, 1), config, 1);
    policy.edit('* | P0', { enabled: false }, 1, 5);
    policy.update(many(100, 4, 0.5), config, 100);
    expect(policy.has('* | P0')).toBe(true);
    expect(policy.has('* | P4')).toBe(false);
  });
});

describe('hand on the policy', () => {
  const config = makeConfig({});
  const made = (): PolicyLayer => {
    const policy = new PolicyLayer();
    policy.update([taught(feature('A'), 1)], config, 1);
    return policy;
  };
  it('edits, disables and enables, each an event', () => {
    const policy = made();
    expect(policy.edit('* | A', { weight: -1 }, 3, 5)[0]).toMatchObject({ type: 'edit', after: -1, step: 3 });
    expect(policy.weightOf(policy.hints[0]?.key ?? '')).toBeLessThan(0);
    expect(policy.edit('* | A', { enabled: false }, 3, 5)[0]).toMatchObject({ type: 'disable' });
    expect(policy.weightOf('* | A')).toBe(0);
    expect(policy.update([taught(feature('A'), 1)], config, 4)).toEqual([]);
    expect(policy.edit('* | A', { enabled: true }, 5, 5)[0]).toMatchObject({ type: 'enable' });
    expect(policy.weightOf('* | A')).toBe(-1);
  });
  it('refuses what is no weight and what is no hint', () => {
    const policy = made();
    for (const weight of [NaN, Infinity, 5.1, -6])
      expect(() => policy.edit('* | A', { weight }, 1, 5)).toThrow(RangeError);
    expect(() => policy.edit('* | Z', { weight: 1 }, 1, 5)).toThrow(/no longer part/);
    expect(policy.eventCount).toBe(1);
  });
});

describe('the event log', () => {
  const config = makeConfig({});
  it('rebuilds the policy to the bit at every point (any run of updates, edits, restores, with twins and little room)', () => {
    const features = [
      ...Array.from({ length: 9 }, (_feature, i) => feature(`P${i}`)),
      ...['revenue', 'total revenue', 'the total revenue'].map((cue) => feature('SUM', cue)),
    ];
    const some = fc.constantFrom(...features);
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('update' as const),
        gradients: fc.uniqueArray(
          fc.record({
            of: some,
            gradient: fc.oneof(fc.double({ min: -3, max: 3, noNaN: true }), fc.constantFrom(0, 1)),
          }),
          { maxLength: 12, selector: ({ of }) => of.key },
        ),
      }),
      fc.record({
        kind: fc.constant('edit' as const),
        of: some,
        weight: fc.option(fc.double({ min: -5, max: 5, noNaN: true }), { nil: undefined }),
        enabled: fc.option(fc.boolean(), { nil: undefined }),
      }),
      fc.record({ kind: fc.constant('reinstate' as const), back: fc.nat(5) }),
      fc.record({ kind: fc.constant('twins' as const) }),
    );
    const [first, short] = [features[0] as HintFeature, features[9] as HintFeature];
    const everyType: (typeof step extends fc.Arbitrary<infer T> ? T : never)[] = [
      { kind: 'twins' },
      { kind: 'update', gradients: [{ of: first, gradient: 1 }] },
      { kind: 'update', gradients: [{ of: first, gradient: 0 }] },
      { kind: 'edit', of: short, weight: 2, enabled: false },
      { kind: 'edit', of: short, weight: undefined, enabled: true },
      { kind: 'reinstate', back: 3 },
      { kind: 'reinstate', back: 0 },
    ];
    const seen = new Set<HintEventType>();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const policy = new PolicyLayer();
        const log: HintEvent[] = [];
        const reinstated = new Set<number>();
        const snapshots: { at: number; hints: readonly PolicyHint[] }[] = [{ at: 0, hints: [] }];
        steps.forEach((action, n) => {
          if (action.kind === 'update')
            log.push(
              ...policy.update(
                action.gradients.map(({ of, gradient }) =>
                  taught(of, gradient, { support: 3, advantage: 3 * Math.sign(gradient) }),
                ),
                makeConfig({ max_hints: 10, evidence_hold: n % 3, new_hint_threshold: 0.01 }),
                n * 20,
              ),
            );
          else if (action.kind === 'twins')
            log.push(
              ...policy.update(
                features.slice(-3).map((of) => taught(of, 1, { support: SETTLED_SUPPORT })),
                makeConfig({ max_hints: 10 }),
                n * 20,
              ),
            );
          else if (action.kind === 'reinstate') {
            reinstated.add(n * 20);
            log.push(...policy.reinstate(snapshots.at(-1 - action.back)?.hints ?? [], n * 20, { id: 'other-start' }));
          } else if (policy.has(action.of.key)) log.push(...policy.edit(action.of.key, action, n * 20, 5));
          snapshots.push({ at: log.length, hints: policy.hints });
        });
        expect(log.map(({ sequence }) => sequence)).toEqual(log.map((_event, i) => i));
        const made = new Set(log.flatMap(({ type, step: at, key }) => (type === 'create' ? [`${at} ${key}`] : [])));
        for (const { type, step: at, key, before, after } of log) {
          if (['create', 'update', 'decay'].includes(type))
            expect(Math.abs((after ?? 0) - (before ?? 0))).toBeGreaterThanOrEqual(LEAST_CHANGE);
          if (after === null && !reinstated.has(at)) expect(made).not.toContain(`${at} ${key}`);
        }
        for (const { type } of log) seen.add(type);
        const stored = structuredClone(log);
        for (const { at, hints } of snapshots) expect(replayEvents(stored, at).hints).toEqual(hints);
      }),
      { examples: [[everyType]] },
    );
    expect([...seen].sort()).toEqual(
      ['create', 'decay', 'disable', 'edit', 'enable', 'merge', 'prune', 'restore', 'update'].sort(),
    );
  });
  it('holds a whole hint only where one comes into being or is put back', () => {
    const policy = new PolicyLayer();
    const of = feature('SUM', 'revenue');
    const [created] = policy.update([taught(of, 1)], config, 1);
    const [updated] = policy.update([taught(of, 1)], config, 2);
    const [edited] = policy.edit(of.key, { weight: 2 }, 2, 5);
    const [gone] = policy.reinstate([], 3, { id: 'other-start' });
    expect([created, updated, edited, gone].map((event) => event?.hint !== undefined)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(updated?.evidence).toEqual({ support: 2, positive: 2, advantage: 2, steps: 2 });
    expect(JSON.stringify(updated)).not.toContain('weight');
  });
  it('refuses an event of a hint that is not there', () => {
    const policy = new PolicyLayer();
    policy.update([taught(feature('A'), 1)], config, 1);
    const [event] = policy.edit('* | A', { weight: 2 }, 1, 5);
    expect(() => new PolicyLayer().apply(event as HintEvent)).toThrow('The log changes the hint “* | A”');
  });
  it('restores hints from outside as events', () => {
    const source = new PolicyLayer();
    source.update([taught(feature('A'), 1)], makeConfig({}), 1);
    const target = new PolicyLayer();
    const events = target.restore(source.hints, 0, { id: 'start', from: 'file' });
    expect(events[0]).toMatchObject({ type: 'restore', before: null, reason: { id: 'start', from: 'file' } });
    expect(target.hints).toEqual(source.hints);
  });
});
