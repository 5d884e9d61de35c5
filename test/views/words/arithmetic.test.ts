import { describe, expect, test } from 'vitest';
import { ESTIMATORS } from '../../../src/grpo/estimators/index.ts';
import type { Step } from '../../../src/grpo/types.ts';
import { PolicyLayer } from '../../../src/grpo/policy.ts';
import { explain, explainEvent } from '../../../src/views/words/arithmetic.ts';
import type { Topic } from '../../../src/views/words/explanation.ts';
import { changesOf } from '../../../src/views/words/changes.ts';
import { ALIKE, QUESTIONS, SPREAD, stepOf } from '../fixture.ts';

/** Every number of a step that can be opened. */
function topicsOf(step: Step): Topic[] {
  return [
    ...step.groups.flatMap((group, g) => [
      { kind: 'spread' as const, group: g },
      ...group.completions.flatMap(({ index, rewards }) => [
        { kind: 'total' as const, group: g, completion: index },
        { kind: 'advantage' as const, group: g, completion: index },
        ...(['validity', 'execution', 'quality', 'format'] as const)
          .filter((name) => rewards.components[name])
          .map((component) => ({ kind: 'component' as const, group: g, completion: index, component })),
      ]),
    ]),
    ...changesOf(step).flatMap(({ key, pattern }) => [
      { kind: 'change' as const, key },
      { kind: 'pattern' as const, pattern },
    ]),
  ];
}

describe.each(ESTIMATORS)('$name', ({ name: estimator }) => {
  test.each([true, false])('every number follows from its parts (population sd %s)', async (population_sd) => {
    for (const given of [SPREAD, ALIKE, [...SPREAD, ...ALIKE]]) {
      const { step, config } = await stepOf(
        given,
        { estimator, population_sd, min_advantage_threshold: 0 },
        QUESTIONS.slice(0, 2),
      );
      for (const topic of topicsOf(step))
        expect(explain(topic, step, config), JSON.stringify(topic)).toMatchObject({ agrees: true });
    }
  });
});

test('an advantage shows the formula with this step’s values', async () => {
  const { step, config } = await stepOf(SPREAD);
  const shown = explain({ kind: 'advantage', group: 0, completion: 1 }, step, config);
  expect(shown?.equations).toEqual([
    {
      name: 'A',
      index: '2',
      formula: '(r − mean) / (sd + ε)',
      values: '(0.940 − 0.210) / (0.674 + 0.0001)',
      result: '+1.08',
    },
  ]);
  expect(shown?.parts.map(({ topic }) => topic?.kind)).toEqual(['total', 'spread']);
});

test('a total shows weights, values and their quotient, and leads on to the components', async () => {
  const { step, config } = await stepOf(SPREAD);
  const shown = explain({ kind: 'total', group: 0, completion: 1 }, step, config);
  expect(shown?.equations[0]?.values).toBe('(.20·1.000 + .30·1.000 + .35·1.000 + .15·0.600) / 1.000');
  expect(shown?.equations[0]?.result).toBe('+0.940');
  expect(shown?.parts.map(({ value }) => value)).toEqual(['+0.200', '+0.300', '+0.350', '+0.090']);
});

test('a component that could not be computed is left out, and that is said', async () => {
  const [first, ...others] = SPREAD;
  if (!first) throw new Error('fixture');
  const { step, config } = await stepOf([{ ...first, values: { validity: 1, execution: 1, format: 1 } }, ...others]);
  const shown = explain({ kind: 'total', group: 0, completion: 0 }, step, config);
  expect(shown?.equations[0]?.values).toBe('(.20·1.000 + .30·1.000 + .15·1.000) / 0.650');
  expect(shown?.notes[0]).toMatch(/^Without quality, the other weights are scaled up/);
  expect(shown?.agrees).toBe(true);
});

test('a total that was capped says so instead of pretending to be the sum', async () => {
  const { step, config } = await stepOf(SPREAD);
  const group = step.groups[0];
  const completion = group?.completions[1];
  if (!group || !completion) throw new Error('fixture');
  const quality = {
    value: -1,
    reasons: [
      { id: 'unrelated', values: ['revenue'], points: -1 },
      { id: 'capped', values: [-0.9], points: 0 },
    ],
  } as const;
  const capped = {
    ...completion,
    rewards: { components: { ...completion.rewards.components, quality }, total: -0.9, cappedAt: -0.9 },
  };
  const shown = explain(
    { kind: 'total', group: 0, completion: 1 },
    { ...step, groups: [{ ...group, completions: group.completions.map((one) => (one.index === 1 ? capped : one)) }] },
    config,
  );
  expect(shown?.equations.map(({ name, result }) => [name, result])).toEqual([
    ['sum', '+0.240'],
    ['r', '−0.900'],
  ]);
  expect(shown?.agrees).toBe(true);
});

test('a change of a weight lists each completion that caused it', async () => {
  const { step, config } = await stepOf(SPREAD);
  const change = changesOf(step).find(({ pattern }) => pattern === 'GROUP BY products.name');
  const shown = change && explain({ kind: 'change', key: change.key }, step, config);
  expect(shown?.equations.map(({ name }) => name)).toEqual(['g', 'Δw', 'w']);
  expect(shown?.equations[0]?.formula).toBe('1/G · Σ A·(f − E f)');
  expect(shown?.parts.map(({ label }) => label)).toEqual(
    change?.causes.map(({ completion }) => `Completion ${completion + 1}`),
  );
  expect(change?.delta).toBeCloseTo(
    (config.learning_rate / 4) *
      (change?.causes.reduce((sum, { advantage, activity }) => sum + advantage * activity, 0) ?? NaN),
    12,
  );
});

test('the parts of an advantage are those of its formula', async () => {
  const shown = async (estimator: string): Promise<{ lead: string | undefined; labels: (string | undefined)[] }> => {
    const { step, config } = await stepOf(SPREAD, { estimator });
    const explained = explain({ kind: 'advantage', group: 0, completion: 1 }, step, config);
    return { lead: explained?.lead, labels: explained?.parts.map(({ label, value }) => `${label} ${value}`) ?? [] };
  };
  expect(await shown('rloo')).toEqual({
    lead: 'How far the reward lies from the mean of the others in its group, in points of reward.',
    labels: [
      'Reward of completion 2 +0.940',
      'Mean of the others −0.033',
      'Completion 1 −0.660',
      'Completion 3 +0.460',
      'Completion 4 +0.100',
    ],
  });
  expect((await shown('dr_grpo')).labels).toEqual(['Reward of completion 2 +0.940', 'Mean 0.210']);
  expect((await shown('batch')).labels).toEqual([
    'Reward of completion 2 +0.940',
    'Mean 0.210',
    'Sd of the step 0.674',
  ]);
  expect((await shown('grpo')).labels).toEqual(['Reward of completion 2 +0.940', 'Mean and sd 0.210, 0.674']);
});

test.each(['rloo', 'dr_grpo'])('%s shows no sd, because it uses none', async (estimator) => {
  const { step, config } = await stepOf(SPREAD, { estimator });
  const shown = explain({ kind: 'spread', group: 0 }, step, config);
  expect([shown?.title, shown?.equations.map(({ name }) => name)]).toEqual(['Mean of the group', ['mean']]);
});

test('an event of the log gives its own arithmetic, and does not with other settings', async () => {
  const { step: first, config, trainer } = await stepOf(SPREAD);
  const { events } = await trainer.runStep(QUESTIONS.slice(0, 1));
  const event = events.find(({ type }) => type === 'update');
  if (event === undefined) throw new Error('fixture');
  const worked = explainEvent(event, first.groups[0]?.completions.length ?? 0, 1, config);
  expect(worked.agrees).toBe(true);
  expect(worked.equations.map(({ name }) => name)).toEqual(['g', 'Δw', 'w']);
  expect(event.decayTerm).not.toBe(0);
  expect(explainEvent(event, 8, 1, config).agrees).toBe(false);
  expect(explainEvent(event, 4, 1, { ...config, kl_coef: 0.5 }).agrees).toBe(false);
});

test('an event shows the hold-down and the start it was pulled to', async () => {
  const { step: first, config, trainer } = await stepOf(SPREAD, { evidence_hold: 2 });
  const before = trainer.policy.hints;
  const again = new PolicyLayer();
  again.restore(before, 0, { id: 'start', from: 'file' });
  const pattern = before[0];
  if (pattern === undefined) throw new Error('fixture');
  again.edit(pattern.key, { weight: 1.5 }, 1, 5);
  const gradient = {
    feature: pattern,
    gradient: 0.25,
    causes: [{ group: 0, completion: 0, advantage: 1, activity: 1 }],
    support: 1,
    positive: 1,
    advantage: 1,
  };
  const [event] = again.update([gradient], config, 2);
  if (event === undefined) throw new Error('fixture');
  const worked = explainEvent(event, first.groups[0]?.completions.length ?? 0, 1, config);
  expect(worked.agrees).toBe(true);
  expect(event).toMatchObject({
    pulledTo: pattern.weight,
    share: (pattern.evidence.support + 1) / (pattern.evidence.support + 3),
  });
  expect(worked.equations[1]?.formula).toBe(
    'learning rate · s · g − learning rate · KL coefficient · (w − w at the start)',
  );
  expect(worked.notes.join(' ')).toMatch(/s is the share of its weight/);
  expect(explainEvent(event, 4, 1, { ...config, kl_coef: 0.5 }).agrees).toBe(false);
});

test('other settings than the step’s do not pretend to explain it', async () => {
  const { step, config } = await stepOf(SPREAD);
  expect(explain({ kind: 'advantage', group: 0, completion: 1 }, step, { ...config, estimator: 'rloo' })?.agrees).toBe(
    false,
  );
  expect(explain({ kind: 'total', group: 0, completion: 1 }, step, { ...config, format_weight: 0.9 })?.agrees).toBe(
    false,
  );
});

test('what is not there has no explanation', async () => {
  const { step, config } = await stepOf(SPREAD);
  expect(explain({ kind: 'change', key: 'no such hint' }, step, config)).toBeNull();
  expect(explain({ kind: 'total', group: 0, completion: 9 }, step, config)).toBeNull();
  expect(explain({ kind: 'spread', group: 5 }, step, config)).toBeNull();
});
