import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import { featureGradients, type FeatureGradient, type TaughtCompletion } from '../../src/grpo/gradient.ts';
import {
  conflicts,
  guidance,
  patternPreferences,
  PolicyLayer,
  replayEvents,
  SETTLED_SUPPORT,
} from '../../src/grpo/policy.ts';
import type { HintEvent, HintFeature, PolicyHint } from '../../src/grpo/types.ts';

const feature = (pattern: string, cue: string | null = null): HintFeature => ({
  key: `${cue ?? '*'} ⇒ ${pattern}`,
  cue,
  pattern,
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
    expect(created?.reason).toContain('mean advantage of +1.00');
    expect(policy.hints[0]).toMatchObject({
      hintType: 'prefer',
      cue: 'revenue',
      pattern: 'SUM',
      createdAt: 1,
      evidence: { support: 1, positive: 1, advantage: 1, steps: 1 },
    });
    expect(policy.hints[0]?.description).toContain('When the question says “revenue”, prefer SUM');
    const [updated] = policy.update([taught(feature('SUM', 'revenue'), -1)], config, 2);
    expect(updated).toMatchObject({ type: 'update', sequence: 1 });
    expect(updated?.after).toBeCloseTo(0.05 - 0.1 - 0.1 * 0.05 * 0.05, 12);
    expect(policy.hints[0]?.hintType).toBe('avoid');
  });
  it('does not make a hint of thin evidence', () => {
    expect(new PolicyLayer().update([taught(feature('SUM'), 0.14)], config, 1)).toEqual([]);
  });
  it('only decays a hint that was active without a gradient, and leaves those that were not', () => {
    const policy = new PolicyLayer();
    policy.update([taught(feature('A'), 1), taught(feature('B'), 1)], config, 1);
    const events = policy.update([taught(feature('A'), 0, { support: 2, advantage: 0 })], config, 2);
    expect(events.map(({ type, key }) => [type, key])).toEqual([['decay', '* ⇒ A']]);
    expect(policy.weightOf('* ⇒ A')).toBeCloseTo(0.1 - 0.1 * 0.05 * 0.1, 12);
    expect(policy.weightOf('* ⇒ B')).toBeCloseTo(0.1, 12);
  });
  it('clips to the weight limit', () => {
    const policy = new PolicyLayer();
    policy.update([taught(feature('A'), 1000), taught(feature('B'), -1000)], makeConfig({ weight_limit: 2 }), 1);
    expect([policy.weightOf('* ⇒ A'), policy.weightOf('* ⇒ B')]).toEqual([2, -2]);
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
    expect(events[1]?.hint).toBeNull();
    expect(policy.size).toBe(0);
  });
  it('merges cues that always fired together, without moving a logit', () => {
    const policy = new PolicyLayer();
    const short = feature('SUM', 'revenue');
    const long = feature('SUM', 'total revenue');
    const both = [taught(short, 0.5, { support: SETTLED_SUPPORT }), taught(long, 0.5, { support: SETTLED_SUPPORT })];
    const events = policy.update(both, config, 1);
    expect(events.map(({ type }) => type)).toEqual(['create', 'create', 'merge', 'merge']);
    expect(policy.weightOf(short.key)).toBeCloseTo(0.1, 12);
    expect(policy.has(long.key)).toBe(false);
  });
});

describe('limits', () => {
  it('does not merge beyond the weight limit, since cutting the sum would move logits', () => {
    const policy = new PolicyLayer();
    const [short, long] = [feature('SUM', 'revenue'), feature('SUM', 'total revenue')];
    const events = policy.update(
      [taught(short, 5, { support: SETTLED_SUPPORT }), taught(long, 5, { support: SETTLED_SUPPORT })],
      makeConfig({ weight_limit: 0.5 }),
      1,
    );
    expect(events.map(({ type }) => type)).toEqual(['create', 'create']);
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
      '* ⇒ P0',
      '* ⇒ P1',
      '* ⇒ P2',
      '* ⇒ P3',
    ]);
    expect(policy.size).toBe(10);
    expect(policy.has('* ⇒ P103')).toBe(true);
  });
  it('lets a reader’s switched-off hint be', () => {
    const config = makeConfig({ max_hints: 10 });
    const policy = new PolicyLayer();
    policy.update(many(0, 10, 1), config, 1);
    policy.edit('* ⇒ P0', { enabled: false }, 1, 5);
    policy.update(many(100, 4, 0.5), config, 100);
    expect(policy.has('* ⇒ P0')).toBe(true);
    expect(policy.has('* ⇒ P4')).toBe(false);
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
    expect(policy.edit('* ⇒ A', { weight: -1 }, 3, 5)[0]).toMatchObject({ type: 'edit', after: -1, step: 3 });
    expect(policy.hints[0]?.hintType).toBe('avoid');
    expect(policy.edit('* ⇒ A', { enabled: false }, 3, 5)[0]).toMatchObject({ type: 'disable' });
    expect(policy.weightOf('* ⇒ A')).toBe(0);
    expect(policy.update([taught(feature('A'), 1)], config, 4)).toEqual([]);
    expect(policy.edit('* ⇒ A', { enabled: true }, 5, 5)[0]).toMatchObject({ type: 'enable' });
    expect(policy.weightOf('* ⇒ A')).toBe(-1);
  });
  it('refuses what is no weight and what is no hint', () => {
    const policy = made();
    for (const weight of [NaN, Infinity, 5.1, -6])
      expect(() => policy.edit('* ⇒ A', { weight }, 1, 5)).toThrow(RangeError);
    expect(() => policy.edit('* ⇒ Z', { weight: 1 }, 1, 5)).toThrow(/no longer part/);
    expect(policy.eventCount).toBe(1);
  });
});

describe('the event log', () => {
  it('rebuilds the policy at every point (any run of updates, edits and restores)', () => {
    const patterns = ['A', 'B', 'C', 'D'];
    const step = fc.oneof(
      fc.record({
        kind: fc.constant('update' as const),
        gradients: fc.array(fc.tuple(fc.constantFrom(...patterns), fc.double({ min: -3, max: 3, noNaN: true })), {
          maxLength: 4,
        }),
      }),
      fc.record({
        kind: fc.constant('edit' as const),
        pattern: fc.constantFrom(...patterns),
        weight: fc.double({ min: -5, max: 5, noNaN: true }),
        enabled: fc.boolean(),
      }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const policy = new PolicyLayer();
        const log: HintEvent[] = [];
        const snapshots: { at: number; hints: readonly PolicyHint[] }[] = [];
        steps.forEach((action, n) => {
          if (action.kind === 'update') {
            const unique = new Map(action.gradients);
            log.push(
              ...policy.update(
                [...unique].map(([pattern, gradient]) => taught(feature(pattern), gradient, { support: 3 })),
                makeConfig({}),
                n,
              ),
            );
          } else if (policy.has(`* ⇒ ${action.pattern}`)) {
            log.push(...policy.edit(`* ⇒ ${action.pattern}`, { weight: action.weight, enabled: action.enabled }, n, 5));
          }
          snapshots.push({ at: log.length, hints: policy.hints });
        });
        expect(log.map(({ sequence }) => sequence)).toEqual(log.map((_event, i) => i));
        const stored = JSON.parse(JSON.stringify(log)) as HintEvent[];
        const byKey = (hints: readonly PolicyHint[]): PolicyHint[] =>
          [...hints].sort((a, b) => (a.key < b.key ? -1 : 1));
        for (const { at, hints } of snapshots)
          expect(byKey(replayEvents(stored, at).hints)).toEqual(
            byKey(JSON.parse(JSON.stringify(hints)) as PolicyHint[]),
          );
      }),
    );
  });
  it('restores hints from outside as events', () => {
    const source = new PolicyLayer();
    source.update([taught(feature('A'), 1)], makeConfig({}), 1);
    const target = new PolicyLayer();
    const events = target.restore(source.hints, 0, 'From a file.');
    expect(events[0]).toMatchObject({ type: 'restore', before: null, reason: 'From a file.' });
    expect(target.hints).toEqual(source.hints);
  });
});

describe('reading the policy', () => {
  const hint = (cue: string | null, pattern: string, weight: number): PolicyHint => ({
    ...feature(pattern, cue),
    hintType: weight < 0 ? 'avoid' : 'prefer',
    description: '',
    weight,
    evidence: { support: 1, positive: 1, advantage: 1, steps: 1 },
    createdAt: 1,
    updatedAt: 1,
    enabled: true,
  });
  it('sums pattern preferences over cues', () => {
    expect(
      patternPreferences([
        hint('a', 'SUM', 0.5),
        hint('b', 'SUM', 0.25),
        hint(null, 'COUNT', -1),
        { ...hint('c', 'SUM', 9), enabled: false },
      ]),
    ).toEqual([
      { pattern: 'COUNT', weight: -1, hints: 1 },
      { pattern: 'SUM', weight: 0.75, hints: 2 },
    ]);
  });
  it('finds what pulls one pattern both ways on the same questions', () => {
    const general = hint(null, 'SUM', 0.5);
    const special = hint('total revenue', 'SUM', -0.5);
    const elsewhere = hint('average', 'SUM', -0.5);
    expect(
      conflicts([special, elsewhere, hint('revenue', 'SUM', 0.4)]).map((pair) => pair.map(({ cue }) => cue)),
    ).toEqual([['total revenue', 'revenue']]);
    expect(conflicts([general, special])).toHaveLength(1);
    expect(conflicts([hint('revenue', 'SUM', 0.1), special])).toEqual([]);
  });
  it('says hints in words by strength, strongest first', () => {
    expect(guidance([hint('revenue', 'SUM(price)', 0.5), hint(null, 'SELECT *', -1.2), hint('x', 'y', 0.1)])).toEqual([
      'Strongly avoid SELECT *.',
      'When the question says “revenue”, usually prefer SUM(price).',
      'When the question says “x”, slightly prefer y.',
    ]);
    expect(guidance([hint('^how many', 'COUNT', 0.5), hint('<one value>', 'WHERE … =', 0.5)])).toEqual([
      'When the question begins with “how many”, usually prefer COUNT.',
      'When the question has <one value>, usually prefer WHERE … =.',
    ]);
  });
});
