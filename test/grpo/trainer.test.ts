import { describe, expect, it } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import { PolicyLayer } from '../../src/grpo/policy.ts';
import { GRPOTrainer, SHOWN_ROWS } from '../../src/grpo/trainer.ts';
import type { HintFeature } from '../../src/grpo/types.ts';
import type {
  Database,
  Execution,
  HintEvent,
  PolicyView,
  Question,
  RewardModel,
  Sample,
  Sampler,
} from '../../src/grpo/types.ts';
import { replayEvents } from './replay.ts';
import { identity } from './identity.ts';
import { patternWords } from '../../src/grpo/wording.ts';

/**
 * A two-armed world whose expected update is known in closed form: arm "good" earns 1, arm "bad" earns 0, and the
 * policy is a softmax over the two with one hint feature each. The ports are tiny implementations, not the app's.
 */
const ARMS = ['good', 'bad'] as const;
const featureOf = (arm: string): HintFeature => ({
  ...identity(null, arm),
  tables: [],
  template: 'pattern',
  general: true,
  words: 0,
});

function probabilities(policy: PolicyView, temperature: number): number[] {
  const exp = ARMS.map((arm) => Math.exp(policy.weightOf(featureOf(arm).key) / temperature));
  return exp.map((value) => value / ((exp[0] as number) + (exp[1] as number)));
}

const twoArms: Sampler = {
  id: 'two-arms',
  label: 'two arms',
  isLanguageModel: false,
  generateGroup({ policy, temperature, random }, count) {
    const p = probabilities(policy, temperature);
    return Promise.resolve(
      Array.from({ length: count }, (): Sample => {
        const arm = random() < (p[0] as number) ? 'good' : 'bad';
        return {
          text: arm,
          sql: arm,
          logProbability: null,
          referenceLogProbability: null,
          decisions: [],
          features: ARMS.map((name, i) => ({
            feature: featureOf(name),
            value: name === arm ? 1 : 0,
            expected: p[i] as number,
          })),
        };
      }),
    );
  },
  greedy: () => Promise.reject(new Error('not used')),
  distribution: () => null,
};
const execution = (rows: number): Execution => ({
  status: 'rows',
  columns: ['n'],
  rows: Array.from({ length: rows }, (_row, i) => [i]),
  truncated: false,
});
const database: Database = {
  schema: { tables: [], profiles: [] },
  execute: (sql) => Promise.resolve(sql.map(() => execution(50))),
  close: () => undefined,
};
const rewards = (): RewardModel => ({
  score: (_question, completions) =>
    Promise.resolve(completions.map(({ sql }) => ({ components: {}, total: sql === 'good' ? 1 : 0 }))),
});
const question = (id: string): Question => ({ id, question: `Question ${id}`, split: 'train' });
const trainerWith = (values: Record<string, unknown>, seed = 1): GRPOTrainer =>
  new GRPOTrainer({ config: makeConfig(values), sampler: twoArms, database, rewards, seed });

describe('GRPOTrainer', () => {
  it('learns the better arm, and the events it returns rebuild its policy', async () => {
    const trainer = trainerWith({ group_size: 8, learning_rate: 0.3 });
    const log: HintEvent[] = [];
    for (let i = 0; i < 60; i++) log.push(...(await trainer.runStep([question('a')])).events);
    expect(trainer.policy.weightOf('* | good')).toBeGreaterThan(0.5);
    expect(trainer.policy.weightOf('* | bad')).toBeLessThan(-0.5);
    expect(replayEvents(log).hints).toEqual(trainer.policy.hints);
  });
  it('each step counts the hints it made and the hints it moved; the summary is their sum', async () => {
    const trainer = trainerWith({ group_size: 8, learning_rate: 0.3 });
    const counts: (readonly [number, number])[] = [];
    for (let i = 0; i < 20; i++) {
      const { hintsCreated, hintsUpdated, events } = await trainer.runStep([question('a')]);
      const typed = (wanted: HintEvent['type']) => events.filter(({ type }) => type === wanted).length;
      expect([hintsCreated, hintsUpdated]).toEqual([typed('create'), typed('update')]);
      counts.push([hintsCreated, hintsUpdated]);
    }
    const sum = (at: 0 | 1) => counts.reduce((total, count) => total + count[at], 0);
    expect(sum(0)).toBe(2);
    expect(sum(1)).toBeGreaterThan(2);
    expect(trainer.getTrainingSummary()).toMatchObject({ hintsCreated: sum(0), hintsUpdated: sum(1) });
  });
  it('with the rewards turned round learns the other arm', async () => {
    const trainer = new GRPOTrainer({
      config: makeConfig({ group_size: 8, learning_rate: 0.3 }),
      sampler: twoArms,
      database,
      seed: 1,
      rewards: () => ({
        score: (_question, completions) =>
          Promise.resolve(completions.map(({ sql }) => ({ components: {}, total: sql === 'good' ? 0 : 1 }))),
      }),
    });
    for (let i = 0; i < 60; i++) await trainer.runStep([question('a')]);
    expect(trainer.policy.weightOf('* | good')).toBeLessThan(-0.5);
  });
  it('the mean update over many groups follows the gradient of the expected reward', async () => {
    // dr_grpo, threshold 0, from w = 0: E[g_good] = (G−1)/G · p(1−p), the true gradient of E[r] shrunk by the
    // baseline's share.
    const G = 4;
    let sum = 0;
    const runs = 4000;
    for (let seed = 0; seed < runs; seed++) {
      const trainer = trainerWith(
        {
          group_size: G,
          estimator: 'dr_grpo',
          min_advantage_threshold: 0,
          new_hint_threshold: 0,
          learning_rate: 1,
          kl_coef: 0,
        },
        seed,
      );
      await trainer.runStep([question('a')]);
      sum += trainer.policy.weightOf('* | good');
    }
    expect(sum / runs).toBeCloseTo(((G - 1) / G) * 0.25, 2);
  });
  it('is the same to the bit for a seed, and goes on from its stored state', async () => {
    const run = async (trainer: GRPOTrainer, steps: number): Promise<string> => {
      const pool = ['a', 'b', 'c', 'd', 'e'].map(question);
      const out: unknown[] = [];
      for (let i = 0; i < steps; i++) out.push(await trainer.runStep(trainer.nextQuestions(pool)));
      return JSON.stringify(out);
    };
    const whole = await run(trainerWith({}, 9), 20);
    expect(await run(trainerWith({}, 9), 20)).toBe(whole);
    expect(await run(trainerWith({}, 10), 20)).not.toBe(whole);
    const first = trainerWith({}, 9);
    const head = await run(first, 7);
    const state = JSON.parse(JSON.stringify(first.state())) as ReturnType<GRPOTrainer['state']>;
    const second = new GRPOTrainer({ config: makeConfig({}), sampler: twoArms, database, rewards, seed: 0, state });
    expect(`${head.slice(0, -1)},${(await run(second, 13)).slice(1)}`).toBe(whole);
  });
  it('a group without signal changes nothing and says so', async () => {
    const trainer = new GRPOTrainer({
      config: makeConfig({}),
      sampler: twoArms,
      database,
      seed: 1,
      rewards: () => ({
        score: (_question, completions) => Promise.resolve(completions.map(() => ({ components: {}, total: 0.5 }))),
      }),
    });
    const step = await trainer.runStep([question('a')]);
    expect(step.events).toEqual([]);
    expect(step.groups[0]).toMatchObject({ noSignal: true });
    expect(step.groups[0]?.completions.map(({ advantage, verdict }) => [advantage, verdict])).toEqual([
      [0, 'no-signal'],
      [0, 'no-signal'],
      [0, 'no-signal'],
      [0, 'no-signal'],
    ]);
    expect(trainer.getTrainingSummary()).toMatchObject({
      totalSteps: 1,
      totalGroups: 1,
      totalCompletions: 4,
      noSignalGroups: 1,
      averageReward: 0.5,
      hints: 0,
    });
  });
  it('averages the reward over the groups that have one', async () => {
    const totals = [null, null, 0.6];
    const trainer = new GRPOTrainer({
      config: makeConfig({}),
      sampler: twoArms,
      database,
      seed: 1,
      rewards: () => ({
        score: (_question, completions) => {
          const total = totals.shift() ?? null;
          return Promise.resolve(completions.map(() => ({ components: {}, total })));
        },
      }),
    });
    for (let i = 0; i < 3; i++) await trainer.runStep([question('a')]);
    expect(trainer.getTrainingSummary()).toMatchObject({ totalGroups: 3, scoredGroups: 1, averageReward: 0.6 });
  });
  it('learning off: no event, whatever the rewards', async () => {
    const trainer = trainerWith({ learning_rate: 0 });
    for (let i = 0; i < 10; i++) expect((await trainer.runStep([question('a')])).events).toEqual([]);
    expect(trainer.policy.size).toBe(0);
  });
  it('walks the pool in shuffled passes and never names what is not in it', () => {
    const trainer = trainerWith({ questions_per_step: 2 });
    const pool = ['a', 'b', 'c', 'd'].map(question);
    const drawn = Array.from({ length: 6 }, () => trainer.nextQuestions(pool))
      .flat()
      .map(({ id }) => id);
    for (let pass = 0; pass < 3; pass++)
      expect(drawn.slice(4 * pass, 4 * pass + 4).sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(() => trainer.nextQuestions([])).toThrow(/no training question/i);
  });
  it('shares a policy layer with other trainers, and lets only some features learn', async () => {
    const policy = new PolicyLayer();
    const options = {
      config: makeConfig({ group_size: 8, learning_rate: 0.3 }),
      sampler: twoArms,
      database,
      rewards,
      policy,
    };
    const [one, other] = [1, 2].map(
      (seed) => new GRPOTrainer({ ...options, seed, learns: ({ pattern }) => patternWords(pattern) === 'bad' }),
    ) as [GRPOTrainer, GRPOTrainer];
    for (let i = 0; i < 10; i++) await one.runStep([question('a')]);
    const before = policy.weightOf('* | bad');
    for (let i = 0; i < 10; i++) await other.runStep([question('b')]);
    expect(before).toBeLessThan(0);
    expect(policy.weightOf('* | bad')).toBeLessThan(before);
    expect(policy.hints.map(({ pattern }) => patternWords(pattern))).toEqual(['bad']);
    expect(() => new GRPOTrainer({ ...options, seed: 1, state: one.state() })).toThrow('cannot share');
  });
  it('records the first rows only, and counts them all', async () => {
    const step = await trainerWith({}).runStep([question('a')]);
    const [completion] = step.groups[0]?.completions ?? [];
    expect(completion?.execution.rows).toHaveLength(SHOWN_ROWS);
    expect(completion?.rowCount).toBe(50);
  });
  it('an aborted step leaves policy and step count as they were', async () => {
    const trainer = new GRPOTrainer({
      config: makeConfig({}),
      sampler: { ...twoArms, generateGroup: () => Promise.reject(new DOMException('stopped', 'AbortError')) },
      database,
      rewards,
      seed: 1,
    });
    await expect(trainer.runStep([question('a')])).rejects.toThrow('stopped');
    expect(trainer.state()).toMatchObject({ step: 0, hints: [], eventCount: 0 });
  });
});
