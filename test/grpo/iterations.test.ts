import { beforeAll, describe, expect, it } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import { GRPOTrainer } from '../../src/grpo/trainer.ts';
import type { Completion, Question, Sampler, Step } from '../../src/grpo/types.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';
import { openTestDatabase } from '../database/helpers.ts';
import { FLEET_SQL } from '../samplers/sketch/fleet.ts';
import { replayEvents } from './replay.ts';

const QUESTION: Question = { id: 'q', question: 'number of boats per city in descending order', split: 'train' };
let sketch: Sampler;
let database: Awaited<ReturnType<typeof openTestDatabase>>;
beforeAll(async () => {
  database = await openTestDatabase(FLEET_SQL);
  sketch = makeSketchSampler({ schema: database.schema });
  return () => {
    database.close();
  };
});

/** Rewards of a sort: the shorter the SQL, the better, so that every group has a signal. */
const trainerWith = (values: Record<string, unknown>, sampler = sketch): GRPOTrainer =>
  new GRPOTrainer({
    config: makeConfig({ group_size: 6, learning_rate: 0.5, new_hint_threshold: 0, ...values }),
    sampler,
    database,
    seed: 5,
    rewards: () => ({
      score: (_question, completions) =>
        Promise.resolve(completions.map(({ sql }) => ({ components: {}, total: 1 / (1 + sql.length) }))),
    }),
  });
const steps = async (values: Record<string, unknown>, count = 3): Promise<Step[]> => {
  const trainer = trainerWith(values);
  const taken: Step[] = [];
  for (let i = 0; i < count; i++) taken.push(await trainer.runStep([QUESTION]));
  return taken;
};
const completionsOf = (taken: readonly Step[]): Completion[] =>
  taken.flatMap(({ groups }) => groups.flatMap(({ completions }) => completions));

describe('one update on a group', () => {
  it('is the same to the bit under every objective and clip, and keeps no ratio', async () => {
    const plain = JSON.stringify(await steps({}));
    for (const values of [
      { objective: 'dapo', epsilon: 0.01 },
      { objective: 'cispo', epsilon_high: 0 },
      { objective: 'gspo', epsilon: 0 },
    ])
      expect(JSON.stringify(await steps(values))).toBe(plain);
    expect(plain).not.toContain('"updates"');
    expect(plain).not.toContain('clipRatio');
  });
});

describe('several updates on a group', () => {
  it('are the first one, and then more on the same completions, each an event', async () => {
    const [once, twice] = [await steps({}, 1), await steps({ num_iterations: 3, epsilon: 0.05 }, 1)];
    const [one, more] = [once[0]?.events ?? [], twice[0]?.events ?? []];
    expect(JSON.stringify(more.slice(0, one.length))).toBe(JSON.stringify(one));
    expect(more.length).toBeGreaterThan(2 * one.length);
    const strip = ({ updates: _updates, ...completion }: Completion) => completion;
    expect(completionsOf(twice).map(strip)).toEqual(completionsOf(once));
    for (const { updates = [], decisions, teaches } of completionsOf(twice)) {
      expect(updates).toHaveLength(2);
      for (const { ratios, cut } of updates) {
        expect(ratios).toHaveLength(decisions.length);
        if (!teaches) expect(cut).toEqual([]);
      }
    }
    const moved = completionsOf(twice).flatMap(({ updates = [] }) => updates.map(({ ratios }) => ratios));
    expect(moved.flat().some((ratio) => Math.abs(ratio - 1) > 0.05)).toBe(true);
    expect(completionsOf(twice).some(({ updates = [] }) => updates.some(({ cut }) => cut.length > 0))).toBe(true);
  });

  it('have the log that makes the policy again, with each completion as evidence once', async () => {
    const trainer = trainerWith({ num_iterations: 4 });
    const { events, groups } = await trainer.runStep([QUESTION]);
    expect(replayEvents(events).hints).toEqual(trainer.policy.hints);
    const taught = groups[0]?.completions.filter(({ teaches }) => teaches) ?? [];
    for (const { key, evidence } of trainer.policy.hints) {
      const users = taught.filter(({ features }) => features.some(({ feature }) => feature.key === key));
      expect(evidence.support, key).toBe(users.length);
      expect(evidence.steps, key).toBe(users.length > 0 ? 1 : 0);
    }
  });

  it('count the cut decisions of all updates, the first among them', async () => {
    const [step] = await steps({ num_iterations: 3, epsilon: 0.02 }, 1);
    const all = completionsOf(step === undefined ? [] : [step]);
    const cut = all.flatMap(({ updates = [] }) => updates.map((update) => update.cut.length));
    const decisions = all.reduce((sum, completion) => sum + completion.decisions.length, 0);
    const total = cut.reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(0);
    expect(step?.metrics.clipRatio).toBeCloseTo(total / (3 * decisions), 12);
  });

  it('of a policy that does not move have ratios of exactly 1, in a group drawn hotter too', async () => {
    const flat: Sampler = { ...sketch, generateGroup: (request, count) => sketch.generateGroup(request, count) };
    const trainer = new GRPOTrainer({
      config: makeConfig({ num_iterations: 2, learning_rate: 0, resample_budget: 1 }),
      sampler: flat,
      database,
      seed: 5,
      rewards: () => ({
        score: (_question, completions) => Promise.resolve(completions.map(() => ({ components: {}, total: 0.5 }))),
      }),
    });
    const step = await trainer.runStep([QUESTION]);
    expect(step.groups[0]).toMatchObject({ resampled: 1, temperature: 0.7 * 1.5 });
    for (const { updates } of completionsOf([step])) {
      expect(new Set(updates?.[0]?.ratios)).toEqual(new Set([1]));
      expect(updates?.[0]?.cut).toEqual([]);
    }
    expect(step.metrics.clipRatio).toBe(0);
  });

  it('climb what one climbs: with a small rate, two updates are nearly one of twice the rate', async () => {
    const weights = async (values: Record<string, unknown>): Promise<Map<string, number>> => {
      const trainer = trainerWith({ kl_coef: 0, ...values });
      await trainer.runStep([QUESTION]);
      return new Map(trainer.policy.hints.map(({ key, weight }) => [key, weight]));
    };
    const twice = await weights({ num_iterations: 2, learning_rate: 0.001 });
    const once = await weights({ learning_rate: 0.002 });
    expect(once.size).toBeGreaterThan(20);
    for (const [key, weight] of once) expect(Math.abs((twice.get(key) ?? 0) - weight)).toBeLessThan(2e-5);
  });

  it('leave a replayed answer out: it was not drawn, so it has no ratio', async () => {
    const trainer = new GRPOTrainer({
      config: makeConfig({ num_iterations: 2, replay: true, min_advantage_threshold: 0, new_hint_threshold: 0 }),
      sampler: sketch,
      database,
      seed: 5,
      state: { ...trainerWith({}).state(), answers: [{ questionId: 'q', choices: await someChoices() }] },
      // Only what is replayed is right.
      rewards: () => {
        let scored = 0;
        return {
          score: (_question, completions) => {
            scored++;
            return Promise.resolve(
              completions.map((_one, i) => {
                const right = scored === 2 && i === completions.length - 1;
                return {
                  components: { gold: { value: right ? 1 : -1, reasons: [] } },
                  total: right ? 1 : -1,
                };
              }),
            );
          },
        };
      },
    });
    const step = await trainer.runStep([QUESTION]);
    const [replayed, ...others] = [...completionsOf([step])].reverse();
    expect(replayed).toMatchObject({ replayed: true, teaches: true });
    expect(replayed).not.toHaveProperty('updates');
    for (const { updates } of others) expect(updates).toHaveLength(1);
    const [first, second] = [1, 2].map((update) => ofUpdate(step, update));
    expect(first?.some((index) => index === replayed?.index)).toBe(true);
    expect(second?.length).toBeGreaterThan(0);
    expect(second?.some((index) => index === replayed?.index)).toBe(false);
  });

  it('are refused where no ratio is known, before anything is drawn', async () => {
    let draws = 0;
    const { retrace: _none, ...rest } = sketch;
    const without: Sampler = {
      ...rest,
      label: 'Some language model',
      generateGroup: (request, count) => {
        draws++;
        return sketch.generateGroup(request, count);
      },
    };
    const trainer = trainerWith({ num_iterations: 2 }, without);
    await expect(trainer.runStep([QUESTION])).rejects.toThrow(/of “Some language model” no probability is known/);
    expect(draws).toBe(0);
    expect(trainer.step).toBe(0);
    expect(() => makeConfig({ num_iterations: 2, gradient: 'simple' })).toThrow(/needs gradient=score-function/);
  });
});

/** Completions behind the events of update `which`: a hint's first event is of the first, and so on. */
function ofUpdate({ events }: Step, which: number): number[] {
  const seen = new Map<string, number>();
  return events.flatMap(({ key, causes }) => {
    seen.set(key, (seen.get(key) ?? 0) + 1);
    return seen.get(key) === which ? causes.map(({ completion }) => completion) : [];
  });
}

async function someChoices(): Promise<readonly number[]> {
  const [sample] = await sketch.generateGroup(
    {
      question: QUESTION.question,
      policy: trainerWith({}).policy,
      temperature: 0.7,
      random: () => 0.5,
    },
    1,
  );
  return sample?.choices ?? [];
}
