import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { condensed } from '../../src/grpo/condensed.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import type { FeatureGradient } from '../../src/grpo/gradient.ts';
import { PolicyLayer } from '../../src/grpo/policy.ts';
import { addHint, deleteHints, mergeHints, putHints, standing, wantedFor } from '../../src/grpo/policy-edits.ts';
import { reasonOf } from '../../src/grpo/sentences.ts';
import type { HintEvent, HintFeature, PolicyHint } from '../../src/grpo/types.ts';
import { identity } from './identity.ts';
import { replayEvents } from './replay.ts';

const LIMITS = { step: 3, weightLimit: 5 };
const feature = (pattern: string, cue: string | null = null): HintFeature => ({
  ...identity(cue, pattern),
  tables: [],
  template: cue === null ? 'pattern' : 'operator',
  general: true,
  words: cue === null ? 0 : 1,
});
const taught = (of: HintFeature, gradient: number): FeatureGradient => ({
  feature: of,
  gradient,
  causes: [],
  support: 10,
  positive: gradient > 0 ? 10 : 0,
  advantage: 10 * Math.sign(gradient),
});
const weigh = (weight: number, pinned = false) => ({ weight, pinned });

/** A policy with hints of these patterns, each weighing 1. */
function policyWith(...patterns: readonly string[]): PolicyLayer {
  const policy = new PolicyLayer();
  for (const pattern of patterns) addHint(policy, feature(pattern), weigh(1), { ...LIMITS, step: 1 });
  return policy;
}

describe('a hint by hand', () => {
  it('is added without evidence, as an event that says so', () => {
    const policy = new PolicyLayer();
    const [added] = addHint(policy, feature('SUM', 'revenue'), weigh(-0.5, true), LIMITS);
    expect(added).toMatchObject({ type: 'put', step: 3, before: null, after: -0.5 });
    expect(reasonOf(added as HintEvent)).toBe('Added by hand.');
    expect(policy.hints).toEqual([
      {
        ...feature('SUM', 'revenue'),
        weight: -0.5,
        evidence: { support: 0, positive: 0, advantage: 0, steps: 0 },
        createdAt: 3,
        updatedAt: 3,
        enabled: true,
        pinned: true,
      },
    ]);
    expect(policy.start).toEqual({});
  });
  it('is refused where it is there, or weighs too much', () => {
    const policy = policyWith('A');
    expect(() => addHint(policy, feature('A'), weigh(1), LIMITS)).toThrow('The policy has this hint already');
    for (const weight of [6, -5.1, NaN, Infinity])
      expect(() => addHint(policy, feature('B'), weigh(weight), LIMITS)).toThrow('A weight is a number from −5 to 5.');
    expect(policy.eventCount).toBe(1);
  });
  it('is deleted, and all of several or none', () => {
    const policy = policyWith('A', 'B');
    expect(() => deleteHints(policy, ['* | A', '* | C'], 4)).toThrow('no longer part of the policy');
    expect(policy.size).toBe(2);
    expect(deleteHints(policy, ['* | A', '* | B'], 4).map(({ type, after }) => [type, after])).toEqual([
      ['prune', null],
      ['prune', null],
    ]);
    expect(policy.size).toBe(0);
  });
  it('takes the weight of another that does the same', () => {
    const policy = new PolicyLayer();
    addHint(policy, feature('SUM', 'revenue'), weigh(2), LIMITS);
    addHint(policy, feature('SUM', 'total'), weigh(1), LIMITS);
    addHint(policy, feature('AVG', 'total'), weigh(1), LIMITS);
    const ids = { from: 'total | SUM', into: 'revenue | SUM' };
    expect(() => mergeHints(policy, { ...ids, from: 'total | AVG' }, LIMITS)).toThrow('do the same');
    expect(() => mergeHints(policy, ids, { step: 3, weightLimit: 2.5 })).toThrow('weigh 3.00, beyond the limit of 2.5');
    expect(() => mergeHints(policy, { ...ids, from: ids.into }, LIMITS)).toThrow('with itself');
    expect(mergeHints(policy, ids, LIMITS).map(({ type }) => type)).toEqual(['merge', 'merge']);
    expect(policy.hintOf('revenue | SUM')?.weight).toBe(3);
    expect(policy.has('total | SUM')).toBe(false);
  });
});

describe('a pinned hint', () => {
  const config = makeConfig({ learning_rate: 0.5, kl_coef: 0.1, max_hints: 10 });
  it('acts in full, and is neither taught, pulled, pruned nor merged', () => {
    const policy = policyWith('A', 'B');
    policy.edit('* | A', { pinned: true }, 1, 5);
    const before = policy.hintOf('* | A');
    for (let step = 2; step < 12; step++)
      policy.update([taught(feature('A'), -1), taught(feature('B'), -1)], config, step);
    expect(policy.hintOf('* | A')).toBe(before);
    expect(policy.hintOf('* | B')?.weight).toBeLessThan(0);
    policy.configure(makeConfig({ evidence_hold: 4 }));
    expect(policy.weightOf('* | A')).toBe(1);
    policy.edit('* | A', { pinned: false }, 12, 5);
    expect(policy.weightOf('* | A')).toBe(0);
    expect(policy.hintOf('* | A')).not.toHaveProperty('pinned');
  });
  it('never makes room, and counts among those that are kept', () => {
    const policy = policyWith(...Array.from({ length: 10 }, (_, i) => `P${i}`));
    policy.edit('* | P0', { pinned: true, weight: 0.01 }, 1, 5);
    policy.update([taught(feature('new'), 8)], config, 90);
    expect(policy.size).toBe(10);
    expect(policy.has('* | P0')).toBe(true);
    expect(policy.has('* | new')).toBe(true);
  });
});

describe('the log', () => {
  const PATTERNS = ['A', 'B', 'C', 'D'];
  const config = makeConfig({ learning_rate: 0.3, new_hint_threshold: 0, max_hints: 10 });
  const act = fc.record({
    does: fc.constantFrom('teach', 'add', 'delete', 'merge', 'weigh', 'switch', 'pin', 'undo', 'back'),
    which: fc.nat(PATTERNS.length - 1),
    cue: fc.constantFrom('total', 'revenue', null),
    value: fc.double({ min: -2, max: 2, noNaN: true }),
  });

  it('makes the policy again to the bit, whole or condensed, and every change can be taken back', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60 }), (acts) => {
        const policy = new PolicyLayer();
        const log: HintEvent[] = [];
        const page = new PolicyLayer();
        let snapshot: readonly PolicyHint[] = [];
        acts.forEach(({ does, which, cue, value }, step) => {
          const of = feature(PATTERNS[which] as string, cue);
          const before = policy.hints;
          const keys = [of.key, ...before.map(({ key }) => key)];
          const undo = standing(policy, keys);
          const events = happen(policy, does, of, value, step, snapshot);
          log.push(...events);
          if (does === 'undo') {
            log.push(...putHints(policy, undo, step, { id: 'undone' }));
            expect(byKey(policy.hints)).toEqual(byKey(before));
          }
          if (does === 'back') expect(byKey(policy.hints)).toEqual(byKey(snapshot));
          if (step % 7 === 0) snapshot = policy.hints;
          for (const event of condensed(log.filter(({ sequence }) => sequence >= page.eventCount))) page.apply(event);
          expect(byKey(page.hints)).toEqual(byKey(policy.hints));
        });
        expect(replayEvents(log).hints).toEqual(policy.hints);
        expect(log.map(({ sequence }) => sequence)).toEqual(log.map((_, i) => i));
      }),
    );
  });

  function happen(
    policy: PolicyLayer,
    does: string,
    of: HintFeature,
    value: number,
    step: number,
    snapshot: readonly PolicyHint[],
  ): HintEvent[] {
    const limits = { step, weightLimit: 5 };
    const there = policy.hintOf(of.key);
    if (does === 'teach') return policy.update([taught(of, value)], config, step);
    if (does === 'back') return putHints(policy, wantedFor(policy, snapshot), step, { id: 'went-back', to: step });
    if (there === undefined) return addHint(policy, of, { weight: value, pinned: value > 1 }, limits);
    const twin = policy.hints.find((hint) => hint.key !== of.key && hint.pattern.parts[0] === of.pattern.parts[0]);
    if (does === 'merge' && twin !== undefined && Math.abs(twin.weight + there.weight) <= 5)
      return mergeHints(policy, { from: twin.key, into: of.key }, limits);
    if (does === 'switch') return policy.edit(of.key, { enabled: value > 0 }, step, 5);
    if (does === 'pin') return policy.edit(of.key, { pinned: value > 0 }, step, 5);
    if (does === 'delete' || does === 'undo') return deleteHints(policy, [of.key], step);
    return policy.edit(of.key, { weight: value }, step, 5);
  }
});

/** Their order says nothing. */
const byKey = (hints: readonly PolicyHint[]): readonly PolicyHint[] =>
  [...hints].sort((a, b) => (a.key < b.key ? -1 : 1));
