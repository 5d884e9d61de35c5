import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import { featureGradients, type TaughtCompletion } from '../../src/grpo/gradient.ts';
import {
  ACCEPTED_WEIGHT,
  acceptGuidance,
  applyGuidance,
  checkOperation,
  editGuidance,
  GUIDANCE_LENGTH,
  GUIDANCE_WEIGHT,
  guidanceAmong,
  GuidanceError,
  inclusionProbability,
  MOST_GUIDANCE,
  vetoGuidance,
  type GuidanceOperation,
} from '../../src/grpo/guidance.ts';
import { PolicyLayer, SETTLED_SUPPORT } from '../../src/grpo/policy.ts';
import { reasonOf } from '../../src/grpo/sentences.ts';
import { describeHint } from '../../src/grpo/words/described.ts';
import { patternPreferences } from '../../src/grpo/summaries.ts';
import type { HintEvent, HintFeature, PolicyHint } from '../../src/grpo/types.ts';
import { replayEvents } from './replay.ts';
import { patternWords } from '../../src/grpo/wording.ts';

const source = {
  step: 3,
  author: { by: 'model', label: 'a model', step: 3 },
  causes: [{ group: 0, completion: 1, advantage: 1.2, activity: 0 }],
} as const;
const TEXT = 'When the question asks how many, count the rows.';
const OTHER = 'When a name is asked for, show the name and nothing else.';

function withTwo(): { policy: PolicyLayer; log: HintEvent[]; a: string; b: string } {
  const policy = new PolicyLayer();
  const log = [
    ...applyGuidance(policy, { op: 'add', text: TEXT }, source),
    ...applyGuidance(policy, { op: 'add', text: OTHER }, source),
  ];
  const [a = '', b = ''] = log.map(({ key }) => key);
  return { policy, log, a, b };
}
const hintOf = (policy: PolicyLayer, key: string): PolicyHint | undefined =>
  policy.hints.find((hint) => hint.key === key);
const featureOf = ({ key, cue, pattern, tables, template, general, words }: PolicyHint): HintFeature => ({
  key,
  cue,
  pattern,
  tables,
  template,
  general,
  words,
});
/** A completion that drew `b` with the probability σ(w). */
const drew = (policy: PolicyLayer, key: string, b: 0 | 1, advantage: number, index = 0): TaughtCompletion => {
  const feature = featureOf(hintOf(policy, key) as PolicyHint);
  return {
    group: 0,
    index,
    advantage,
    teaches: true,
    features: [{ feature, value: b, expected: inclusionProbability(policy.weightOf(key)) }],
  };
};

describe('operations on guidance', () => {
  it('adds a sentence at low weight, with where it comes from', () => {
    const { policy, log, a } = withTwo();
    expect(log[0]).toMatchObject({
      type: 'propose',
      step: 3,
      before: null,
      after: GUIDANCE_WEIGHT,
      gradientTerm: 0,
      causes: source.causes,
      reason: { id: 'guidance', author: source.author },
    });
    expect(reasonOf(log[0] as HintEvent)).toBe('Proposed by a model after step 3.');
    expect(hintOf(policy, a)).toMatchObject({
      template: 'guidance',
      cue: null,
      pattern: { kind: 'sentence', parts: [TEXT] },
      general: true,
      words: 0,
      weight: GUIDANCE_WEIGHT,
      enabled: true,
      createdAt: 3,
    });
    expect(describeHint(hintOf(policy, a) as PolicyHint)).toBe(TEXT);
    expect(a).toMatch(/^guidance:\d+$/);
  });
  it('changes a text and keeps weight and evidence', () => {
    const { policy, a } = withTwo();
    policy.edit(a, { weight: 0.7 }, 3, 5);
    const [event] = applyGuidance(policy, { op: 'update', id: a, text: `${TEXT} Once.` }, source);
    expect(event).toMatchObject({ type: 'edit', before: 0.7, after: 0.7 });
    expect(reasonOf(event as HintEvent)).toBe(`Proposed by a model after step 3. It said: “${TEXT}”`);
    expect(hintOf(policy, a)).toMatchObject({ pattern: { kind: 'sentence', parts: [`${TEXT} Once.`] }, weight: 0.7 });
  });
  it('merges two into the heavier', () => {
    const { policy, a, b } = withTwo();
    policy.edit(b, { weight: 0.4 }, 3, 5);
    const events = applyGuidance(policy, { op: 'merge', ids: [a, b], text: 'Count rows and show names only.' }, source);
    expect(events.map(({ type, key, after }) => [type, key, after])).toEqual([
      ['merge', a, null],
      ['merge', b, 0.4],
    ]);
    expect(policy.hints.map(({ key, pattern }) => [key, patternWords(pattern)])).toEqual([
      [b, 'Count rows and show names only.'],
    ]);
  });
  it('deletes, and never gives a number twice', () => {
    const { policy, b } = withTwo();
    expect(applyGuidance(policy, { op: 'delete', id: b }, source)).toMatchObject([
      { type: 'prune', key: b, after: null },
    ]);
    const [again] = applyGuidance(policy, { op: 'add', text: 'When in doubt, join on keys.' }, source);
    expect(again?.key).not.toBe(b);
  });
  it('keeps a sentence on one line', () => {
    const policy = new PolicyLayer();
    applyGuidance(policy, { op: 'add', text: '  When asked,\n\n- count\u0007 the\u202e rows ' }, source);
    expect(policy.hints[0]?.pattern.parts).toEqual(['When asked, - count the rows']);
  });
  it('does not take a number that a file has used', () => {
    const { policy } = withTwo();
    const taken = {
      ...(policy.hints[0] as PolicyHint),
      key: `guidance:${policy.eventCount + 1}`,
      pattern: { kind: 'sentence', parts: ['From a file this one.'] } as const,
    };
    policy.restore([taken], 3, { id: 'start', from: 'file' });
    applyGuidance(policy, { op: 'add', text: 'When in doubt, join on keys.' }, source);
    expect(policy.hints.filter(({ key }) => key === taken.key).map(({ pattern }) => pattern)).toEqual([taken.pattern]);
    expect(policy.size).toBe(4);
  });
});

describe('what is refused, with nothing changed', () => {
  const refused = (
    operation: GuidanceOperation,
    why: RegExp,
    change?: (policy: PolicyLayer, a: string, b: string) => void,
  ): void => {
    const { policy, a, b } = withTwo();
    change?.(policy, a, b);
    const before = [policy.hints, policy.eventCount];
    const given = JSON.parse(JSON.stringify(operation).replaceAll('<a>', a).replaceAll('<b>', b)) as GuidanceOperation;
    expect(() => applyGuidance(policy, given, source)).toThrow(GuidanceError);
    expect(() => applyGuidance(policy, given, source)).toThrow(why);
    expect([policy.hints, policy.eventCount]).toEqual(before);
  };
  it('an unknown id', () => {
    refused({ op: 'update', id: 'guidance:99', text: TEXT }, /no guidance hint guidance:99/);
    refused({ op: 'delete', id: '* | COUNT' }, /no guidance hint/);
    refused({ op: 'merge', ids: ['<a>', 'guidance:99'], text: 'Something else here.' }, /guidance:99/);
  });
  it('an empty, short or long text', () => {
    refused({ op: 'add', text: ' \n' }, /empty/);
    refused({ op: 'add', text: 'COUNT.' }, /no sentence/);
    refused({ op: 'add', text: 'long '.repeat(GUIDANCE_LENGTH) }, /more than 300/);
  });
  it('what is there already, in other letters', () => {
    refused({ op: 'add', text: TEXT.toUpperCase().replace(',', ' –') }, /says the same/);
    refused({ op: 'update', id: '<a>', text: TEXT }, /just that/);
  });
  it('what was vetoed', () => {
    refused({ op: 'add', text: TEXT }, /vetoed/, (policy, a) => vetoGuidance(policy, a, 4));
    refused({ op: 'update', id: '<a>', text: 'When asked, do something else.' }, /vetoed/, (policy, a) =>
      vetoGuidance(policy, a, 4),
    );
  });
  it('a heavy hint: from there on it is the reader’s', () => {
    refused({ op: 'delete', id: '<a>' }, /only the reader/, (policy, a) => acceptGuidance(policy, a, 4, 5));
    const { policy, a } = withTwo();
    acceptGuidance(policy, a, 4, 5);
    expect(() => editGuidance(policy, a, 'When asked, do something else.', 5)).not.toThrow();
  });
  it('a hint with itself', () => {
    refused({ op: 'merge', ids: ['<a>', '<a>'], text: 'When asked, do both of it.' }, /itself/);
  });
  it('more than may be there', () => {
    const policy = new PolicyLayer();
    for (let i = 0; i < MOST_GUIDANCE; i++)
      applyGuidance(policy, { op: 'add', text: `When the number is ${i}, say so.` }, source);
    expect(() => applyGuidance(policy, { op: 'add', text: TEXT }, source)).toThrow(/merged or deleted/);
    expect(() =>
      checkOperation(policy.hints, { op: 'delete', id: guidanceAmong(policy.hints)[0]?.key ?? '' }),
    ).not.toThrow();
  });
});

describe('the reader', () => {
  it('accepts: the weight rises, as far as the limit goes', () => {
    const { policy, a, b } = withTwo();
    expect(acceptGuidance(policy, a, 4, 5)).toMatchObject([
      { type: 'edit', before: GUIDANCE_WEIGHT, after: ACCEPTED_WEIGHT },
    ]);
    expect(acceptGuidance(policy, a, 4, 5)).toEqual([]);
    acceptGuidance(policy, b, 4, 0.5);
    expect(policy.weightOf(b)).toBe(0.5);
    expect(inclusionProbability(ACCEPTED_WEIGHT)).toBeCloseTo(0.8808, 4);
  });
  it('vetoes: it neither acts nor learns, and stays', () => {
    const { policy, a } = withTwo();
    const gradients = featureGradients([[drew(policy, a, 1, 1)]], 'score-function', (key) => policy.has(key));
    expect(vetoGuidance(policy, a, 4)).toMatchObject([{ type: 'disable', key: a }]);
    expect(vetoGuidance(policy, a, 4)).toEqual([]);
    expect(policy.weightOf(a)).toBe(0);
    expect(policy.update(gradients, makeConfig({}), 5)).toEqual([]);
    acceptGuidance(policy, a, 6, 5);
    expect(policy.weightOf(a)).toBe(ACCEPTED_WEIGHT);
  });
  it('says so when a hint is gone', () => {
    const policy = new PolicyLayer();
    for (const act of [
      () => acceptGuidance(policy, 'guidance:0', 1, 5),
      () => vetoGuidance(policy, 'guidance:0', 1),
      () => editGuidance(policy, 'guidance:0', TEXT, 1),
    ])
      expect(act).toThrow(GuidanceError);
  });
});

describe('guidance learns like every other hint', () => {
  const config = makeConfig({ learning_rate: 0.1, kl_coef: 0 });
  it('Δw = lr · (1/G) Σ A (b − σ(w))', () => {
    const { policy, a } = withTwo();
    const p = inclusionProbability(GUIDANCE_WEIGHT);
    const gradients = featureGradients(
      [[drew(policy, a, 1, 1.5, 0), drew(policy, a, 0, -0.5, 1), drew(policy, a, 0, -1, 2)]],
      'score-function',
      (key) => policy.has(key),
    );
    const [event] = policy.update(gradients, config, 4);
    expect(event?.gradientTerm).toBeCloseTo((0.1 * (1.5 * (1 - p) + 0.5 * p + 1 * p)) / 3, 12);
    expect(hintOf(policy, a)?.evidence).toEqual({ support: 1, positive: 1, advantage: 1.5, steps: 1 });
    expect(describeHint(hintOf(policy, a) as PolicyHint)).toBe(
      `${TEXT} Mean advantage +1.50 in 1 completion that was given it.`,
    );
  });
  it('the expectation over draws is the derivative of the expected reward, for any rewards and weight', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -4, max: 4, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (w, rewardIn, rewardOut) => {
          const p = inclusionProbability(w);
          const estimate = p * rewardIn * (1 - p) + (1 - p) * rewardOut * (0 - p);
          const value = (weight: number): number =>
            inclusionProbability(weight) * rewardIn + (1 - inclusionProbability(weight)) * rewardOut;
          const h = 1e-5;
          expect(estimate).toBeCloseTo((value(w + h) - value(w - h)) / (2 * h), 7);
        },
      ),
    );
  });
  it('is pruned when the evidence turns against it, and does not come back by itself', () => {
    const { policy, a } = withTwo();
    const group = Array.from({ length: SETTLED_SUPPORT }, (_x, i) => drew(policy, a, 1, -0.4, i));
    const gradients = featureGradients([group], 'score-function', (key) => policy.has(key)).map((g) => ({
      ...g,
      gradient: -0.9,
    }));
    expect(policy.update(gradients, config, 4).map(({ type }) => type)).toEqual(['update', 'prune']);
    expect(
      policy.update(
        gradients.map((g) => ({ ...g, gradient: 5 })),
        config,
        5,
      ),
    ).toEqual([]);
    expect(policy.has(a)).toBe(false);
  });
  it('sentences that always occurred together are not merged as twins, and are no pattern preference', () => {
    const { policy, a, b } = withTwo();
    const both = (i: number): TaughtCompletion => ({
      ...drew(policy, a, 1, 1, i),
      features: [...drew(policy, a, 1, 1).features, ...drew(policy, b, 1, 1).features],
    });
    const gradients = featureGradients(
      [Array.from({ length: SETTLED_SUPPORT }, (_x, i) => both(i))],
      'score-function',
      (key) => policy.has(key),
    );
    expect(policy.update(gradients, config, 4).map(({ type }) => type)).toEqual(['update', 'update']);
    expect(policy.size).toBe(2);
    expect(patternPreferences(policy.hints)).toEqual([]);
  });
});

it('replaying the log rebuilds the policy after any run of operations', () => {
  const text = fc.constantFrom(
    'When asked, count the rows.',
    'When asked, sum the prices.',
    'When asked, join on keys.',
    'When asked, sort by name.',
    '',
  );
  const act = fc.record({
    kind: fc.constantFrom('add', 'update', 'merge', 'delete', 'accept', 'edit', 'veto', 'learn'),
    i: fc.nat(3),
    j: fc.nat(3),
    text,
  });
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
      const policy = new PolicyLayer();
      const log: HintEvent[] = [];
      acts.forEach(({ kind, i, j, text: words }, step) => {
        const keys = guidanceAmong(policy.hints).map(({ key }) => key);
        const id = keys[i] ?? 'guidance:none';
        const other = keys[j] ?? 'guidance:none';
        try {
          if (kind === 'accept') log.push(...acceptGuidance(policy, id, step, 5));
          else if (kind === 'veto') log.push(...vetoGuidance(policy, id, step));
          else if (kind === 'edit') log.push(...editGuidance(policy, id, words, step));
          else if (kind === 'learn')
            log.push(
              ...policy.update(
                featureGradients([keys.map((key, n) => drew(policy, key, 1, n - 1, n))], 'score-function', () => true),
                makeConfig({}),
                step,
              ),
            );
          else if (kind === 'add')
            log.push(...applyGuidance(policy, { op: 'add', text: words }, { step, author: source.author }));
          else if (kind === 'update')
            log.push(...applyGuidance(policy, { op: 'update', id, text: words }, { step, author: source.author }));
          else if (kind === 'merge')
            log.push(
              ...applyGuidance(policy, { op: 'merge', ids: [id, other], text: words }, { step, author: source.author }),
            );
          else log.push(...applyGuidance(policy, { op: 'delete', id }, { step, author: source.author }));
        } catch (error) {
          if (!(error instanceof GuidanceError)) throw error;
        }
      });
      expect(replayEvents(log).hints).toEqual(policy.hints);
      expect(log.map(({ sequence }) => sequence)).toEqual(log.map((_event, at) => at));
    }),
  );
});
