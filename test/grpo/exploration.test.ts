import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import { AnswerMemory, isRight, KEPT_ANSWERS, temperatureOf } from '../../src/grpo/exploration.ts';
import { GRPOTrainer, type TrainerOptions } from '../../src/grpo/trainer.ts';
import type { Database, PolicyView, Question, RewardScore, Sample, Sampler } from '../../src/grpo/types.ts';

/** Three arms; the last is right. Softmax over their weights, so hotter draws are more even. */
const featureOf = (arm: number) =>
  ({
    key: `* | ${arm}`,
    cue: null,
    pattern: { kind: 'sql', parts: [String(arm)] },
    tables: [],
    template: 'pattern',
    general: true,
    words: 0,
  }) as const;
const RIGHT = 2;
const BASES = [3, 0, 0];

interface World {
  readonly sampler: Sampler;
  readonly temperatures: number[];
  readonly replays: (readonly number[])[];
  /** When set, every draw is this arm. */
  forced: number | null;
}

function world(): World {
  const softmax = (policy: PolicyView, temperature: number): number[] => {
    const weights = BASES.map((base, arm) => Math.exp((base + policy.weightOf(featureOf(arm).key)) / temperature));
    return weights.map((weight) => weight / weights.reduce((sum, each) => sum + each, 0));
  };
  const sample = (arm: number, p: readonly number[]): Sample => ({
    text: String(arm),
    sql: String(arm),
    logProbability: Math.log(p[arm] ?? 0),
    referenceLogProbability: null,
    decisions: [],
    choices: [arm],
    features: BASES.map((_base, k) => ({ feature: featureOf(k), value: k === arm ? 1 : 0, expected: p[k] ?? 0 })),
  });
  const made: World = {
    temperatures: [],
    replays: [],
    forced: null,
    sampler: {
      id: 'arms',
      label: 'arms',
      isLanguageModel: false,
      generateGroup({ policy, temperature, random }, count) {
        made.temperatures.push(temperature);
        const p = softmax(policy, temperature);
        return Promise.resolve(
          Array.from({ length: count }, () => {
            const u = random();
            return sample(made.forced ?? (u < (p[0] ?? 0) ? 0 : u < (p[0] ?? 0) + (p[1] ?? 0) ? 1 : 2), p);
          }),
        );
      },
      greedy: () => Promise.reject(new Error('not used')),
      replay({ policy, temperature }, choices) {
        made.replays.push(choices);
        const [arm = -1] = choices;
        return arm in BASES ? sample(arm, softmax(policy, temperature)) : null;
      },
      distribution: () => ({ entropy: 1, kl: 0, exact: true, entropySe: null, klSe: null }),
    },
  };
  return made;
}

const database: Database = {
  schema: { tables: [], profiles: [] },
  execute: (sql) => Promise.resolve(sql.map(() => ({ status: 'rows', columns: ['n'], rows: [[1]], truncated: false }))),
  close: () => undefined,
};
const said = (value: number | null): RewardScore => ({ value, reasons: [] });
const goldRewards: TrainerOptions['rewards'] = () => ({
  score: (_question, completions) =>
    Promise.resolve(
      completions.map(({ sql }) => ({
        components: { gold: said(sql === String(RIGHT) ? 1 : -1) },
        total: sql === String(RIGHT) ? 1 : -1,
      })),
    ),
});
const trainerIn = (
  { sampler }: World,
  values: Record<string, unknown>,
  more: Partial<TrainerOptions> = {},
): GRPOTrainer =>
  new GRPOTrainer({
    config: makeConfig({ group_size: 4, temperature: 0.5, ...values }),
    sampler,
    database,
    rewards: goldRewards,
    seed: 3,
    ...more,
  });
const question: Question = { id: 'q', question: 'q?', split: 'train' };

describe('groups without signal', () => {
  it('are drawn again, each time hotter, until one has a signal or the budget is spent', async () => {
    const here = world();
    here.forced = 0;
    const step = await trainerIn(here, { resample_budget: 4 }).runStep([question]);
    expect(here.temperatures).toEqual([0.5, 0.75, 1.125, 1.6875, 2]);
    expect(step.groups[0]).toMatchObject({ noSignal: true, resampled: 4, temperature: 2 });
    expect(step.metrics.resampledGroups).toBe(1);
  });
  it('are let be where all are right', async () => {
    for (const [arm, draws] of [
      [RIGHT, 1],
      [0, 3],
    ] as const) {
      const here = world();
      here.forced = arm;
      await trainerIn(here, { resample_budget: 2 }).runStep([question]);
      expect(here.temperatures).toHaveLength(draws);
    }
  });
  it('find a signal more often than without, and say how they were drawn', async () => {
    const share = async (budget: number): Promise<number> => {
      const trainer = trainerIn(world(), { resample_budget: budget, learning_rate: 0 });
      let without = 0;
      for (let i = 0; i < 200; i++) {
        const {
          groups: [group],
        } = await trainer.runStep([question]);
        if (group?.noSignal === true) without++;
        else if (group?.resampled !== undefined) expect(group.temperature).toBe(temperatureOf(0.5, group.resampled));
      }
      expect(trainer.getTrainingSummary().resampledGroups > 0).toBe(budget > 0);
      return without / 200;
    };
    expect(await share(4)).toBeLessThan((await share(0)) / 2);
  });
  it('with the expectation of the distribution that drew them', async () => {
    const here = world();
    here.forced = 0;
    const trainer = trainerIn(here, { resample_budget: 1 });
    const {
      groups: [group],
    } = await trainer.runStep([question]);
    const hot = Math.exp(3 / 0.75) / (Math.exp(3 / 0.75) + 2);
    expect(group?.completions[0]?.features[0]?.expected).toBeCloseTo(hot, 12);
  });
  it('a temperature only rises, and ends at 2', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 2, noNaN: true }), fc.nat(16), (set, again) => {
        expect(temperatureOf(set, 0)).toBe(set);
        expect(temperatureOf(set, again + 1)).toBeGreaterThanOrEqual(temperatureOf(set, again));
        expect(temperatureOf(set, again)).toBeLessThanOrEqual(2);
      }),
    );
  });
});

describe('replay', () => {
  it('puts a right answer found earlier into an all-wrong group, and says so', async () => {
    const here = world();
    const trainer = trainerIn(here, { replay: true });
    here.forced = RIGHT;
    await trainer.runStep([question]);
    expect(trainer.state().answers).toEqual([{ questionId: 'q', choices: [RIGHT] }]);
    here.forced = 0;
    const step = await trainer.runStep([question]);
    expect(step.groups[0]?.completions.map(({ sql, replayed }) => [sql, replayed])).toEqual([
      ['0', undefined],
      ['0', undefined],
      ['0', undefined],
      ['2', true],
    ]);
    expect(step.groups[0]?.completions[3]).toMatchObject({
      choices: [RIGHT],
      verdict: 'reinforce',
      rewards: { total: 1 },
    });
    expect(step.metrics.replayedCompletions).toBe(1);
    expect(trainer.policy.weightOf(featureOf(RIGHT).key)).toBeGreaterThan(0);
    expect(trainer.getTrainingSummary()).toMatchObject({ replayedCompletions: 1, resampledGroups: 0 });
  });
  it('only for its own question, only when switched on, and not beside a right answer', async () => {
    const here = world();
    const trainer = trainerIn(here, { replay: true });
    here.forced = RIGHT;
    await trainer.runStep([question]);
    await trainer.runStep([question]);
    here.forced = 0;
    await trainer.runStep([{ ...question, id: 'other' }]);
    trainer.configure(makeConfig({ replay: false }));
    await trainer.runStep([question]);
    expect(here.replays).toEqual([]);
  });
  it('goes on from a stored run', async () => {
    const here = world();
    const first = trainerIn(here, { replay: true });
    here.forced = RIGHT;
    await first.runStep([question]);
    const second = trainerIn(
      here,
      { replay: true },
      { state: JSON.parse(JSON.stringify(first.state())) as ReturnType<GRPOTrainer['state']> },
    );
    here.forced = 0;
    expect((await second.runStep([question])).metrics.replayedCompletions).toBe(1);
  });
  it('leaves the group as it was drawn where the choices no longer fit', async () => {
    const here = world();
    const trainer = trainerIn(
      here,
      { replay: true },
      { state: { ...trainerIn(here, {}).state(), answers: [{ questionId: 'q', choices: [9] }] } },
    );
    here.forced = 0;
    const step = await trainer.runStep([question]);
    expect(here.replays).toEqual([[9]]);
    expect(step.groups[0]?.completions.map(({ sql }) => sql)).toEqual(['0', '0', '0', '0']);
  });
  it('believes gold before people, people before nothing', () => {
    const right = (gold: number | null, feedback: number | null): boolean =>
      isRight({ components: { gold: said(gold), feedback: said(feedback) }, total: 1 });
    expect([
      right(1, null),
      right(1, -1),
      right(null, 1),
      right(-1, 1),
      right(null, 0.5),
      right(null, null),
      isRight({ components: {}, total: 1 }),
      // A constant that hits.
      isRight({ components: { gold: said(1) }, total: -1, cappedAt: -1 }),
    ]).toEqual([true, true, true, false, false, false, false, false]);
  });
  it('remembers one answer a question, the last, and forgets the oldest question', () => {
    const memory = new AnswerMemory();
    for (let i = 0; i <= KEPT_ANSWERS; i++) memory.remember(String(i), [i]);
    memory.remember('7', [70]);
    expect([memory.of('0'), memory.of('1'), memory.of('7')]).toEqual([null, [1], [70]]);
    expect(memory.state()).toHaveLength(KEPT_ANSWERS);
    expect(memory.state().at(-1)).toEqual({ questionId: '7', choices: [70] });
    expect(new AnswerMemory(memory.state()).state()).toEqual(memory.state());
  });
});

describe('controls', () => {
  const pool = ['a', 'b', 'c'].map((id): Question => ({ id, question: id, split: 'train' }));
  it('learning off draws what learning at rate 0 draws, and leaves the policy to the bit', async () => {
    const hints = trainerIn(world(), {}).state().hints;
    const run = async (
      more: Partial<TrainerOptions>,
      values: Record<string, unknown>,
    ): Promise<{ drawn: string; trainer: GRPOTrainer }> => {
      const trainer = trainerIn(world(), { resample_budget: 1, replay: true, ...values }, more);
      const drawn: string[] = [];
      for (let i = 0; i < 15; i++)
        drawn.push(
          ...(await trainer.runStep(trainer.nextQuestions(pool))).groups.flatMap(({ completions }) =>
            completions.map(({ sql }) => sql),
          ),
        );
      return { drawn: drawn.join(), trainer };
    };
    const off = await run({ learning: 'off' }, {});
    expect(off.trainer.policy.hints).toEqual(hints);
    expect(off.trainer.policy.eventCount).toBe(0);
    expect(off.drawn).toBe((await run({}, { learning_rate: 0 })).drawn);
  });
  it('shuffled: the same advantages in each group, dealt to completions whatever they earned', async () => {
    const trainer = trainerIn(world(), { temperature: 2, learning_rate: 0 }, { learning: 'shuffled' });
    let [moved, against] = [0, 0];
    for (let i = 0; i < 100; i++) {
      const {
        groups: [group],
      } = await trainer.runStep([question]);
      const completions = group?.completions ?? [];
      const [mean, scale] = [group?.mean ?? 0, group?.scale ?? 1];
      const earned = completions.map(({ rewards }) =>
        group?.noSignal === true ? 0 : ((rewards.total ?? 0) - mean) / scale,
      );
      const dealt = completions.map(({ advantage }) => advantage);
      expect([...dealt].sort()).toEqual([...earned].sort());
      if (dealt.some((advantage, k) => advantage !== earned[k])) moved++;
      if (completions.some(({ advantage, rewards }) => advantage > 0 && rewards.total === -1)) against++;
    }
    expect(moved).toBeGreaterThan(20);
    expect(against).toBeGreaterThan(20);
  });
  it('shuffled does not learn what learning learns', async () => {
    const taught = async (learning: 'on' | 'shuffled', seed: number): Promise<number> => {
      const trainer = trainerIn(world(), { temperature: 2, learning_rate: 0.3, group_size: 8 }, { learning, seed });
      for (let i = 0; i < 40; i++) await trainer.runStep([question]);
      return trainer.policy.weightOf(featureOf(RIGHT).key);
    };
    const mean = async (learning: 'on' | 'shuffled'): Promise<number> =>
      (await Promise.all([1, 2, 3, 4, 5, 6].map((seed) => taught(learning, seed)))).reduce(
        (sum, weight) => sum + weight,
        0,
      ) / 6;
    expect(await mean('on')).toBeGreaterThan(1);
    expect(Math.abs(await mean('shuffled'))).toBeLessThan(0.5);
  });
});

describe('what a run tells of itself', () => {
  it('counts the passes over the training questions', () => {
    const trainer = trainerIn(world(), {});
    const pool = ['a', 'b', 'c'].map((id): Question => ({ id, question: id, split: 'train' }));
    for (let i = 0; i < 7; i++) trainer.nextQuestions(pool);
    expect(trainer.getTrainingSummary().epochs).toBe(3);
  });
  it('computes no distribution when nobody asks', async () => {
    const of = async (distribution: boolean) =>
      (await trainerIn(world(), {}, { distribution }).runStep([question])).metrics;
    expect(await of(true)).toMatchObject({ entropy: 1, kl: 0 });
    expect(await of(false)).toMatchObject({ entropy: null, kl: null });
  });
  it('is given a start only before its first step', async () => {
    const trainer = trainerIn(world(), {});
    expect(trainer.startFrom([], 'file')).toEqual([]);
    await trainer.runStep([question]);
    expect(() => trainer.startFrom([], 'file')).toThrow(/before its first step/);
  });
  it('takes up the state of an earlier version', () => {
    const { start: _start, answers: _answers, summary, ...rest } = trainerIn(world(), {}).state();
    const { epochs: _epochs, resampledGroups: _resampled, replayedCompletions: _replayed, ...old } = summary;
    const state = { ...rest, summary: old } as unknown as ReturnType<GRPOTrainer['state']>;
    const trainer = trainerIn(world(), {}, { state });
    trainer.nextQuestions([question]);
    expect(trainer.getTrainingSummary()).toMatchObject({ epochs: 1, resampledGroups: 0 });
  });
});
