import { describe, expect, it } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import { seededRandom } from '../../src/grpo/random.ts';
import { GRPOTrainer } from '../../src/grpo/trainer.ts';
import type { PolicyHint } from '../../src/grpo/types.ts';
import { evaluate, fixedPolicy } from '../../src/lab/evaluate.ts';
import { runExperiment } from '../../src/lab/experiment.ts';
import type { ExperimentProgress } from '../../src/lab/experiment.ts';
import type { Experiment, SeedRun } from '../../src/lab/experiment-types.ts';
import { experiment, GOLD, libraryPorts, QUESTIONS, variant } from './library.ts';

const HELD_OUT = ['authors', 'titles', 'longest', 'spanish'];

describe('runExperiment', { timeout: 60_000 }, () => {
  it('runs every variant with every seed, the first seed of all first, and measures along the way', async () => {
    const progress: ExperimentProgress[] = [];
    const order: string[] = [];
    const { runs } = await runExperiment({
      experiment: experiment([variant('free'), variant('gold', { settings: { ...GOLD, group_size: 6 } })]),
      ports: await libraryPorts(),
      onProgress: (one) => void progress.push(one),
      onRun: ({ variant: of, seed }) => void order.push(`${of} ${seed}`),
    });
    expect(order).toEqual(['0 1', '1 1', '0 2', '1 2']);
    expect(runs.map(({ variant: of, seed }) => `${of} ${seed}`)).toEqual(['0 1', '0 2', '1 1', '1 2']);
    for (const { curve, answers, keptStart } of runs) {
      expect(curve.map(({ step }) => step)).toEqual([0, 4, 6]);
      expect(curve[0]?.reward).toBeNull();
      expect(curve.slice(1).every(({ reward, greedy }) => reward !== null && Number.isInteger(greedy * 4))).toBe(true);
      expect(answers.map(({ questionId }) => questionId)).toEqual(HELD_OUT);
      // The base configuration's group size is the yardstick of all.
      expect(answers.every(({ drawn }) => drawn === 4)).toBe(true);
      // Without a validation part the last policy is kept: the curve ends with what is measured after.
      expect(keptStart).toBe(false);
      expect(curve.at(-1)?.greedy).toBe(answers.filter(({ greedy }) => greedy).length / 4);
    }
    expect(progress).toHaveLength(4 * 7);
    expect(progress.at(-1)).toEqual({ unit: 4, units: 4, variant: 1, seed: 2, step: 6, steps: 6 });
  });

  it('gives the same bits in one go and in several, from plain data', async () => {
    const ports = await libraryPorts();
    const whole = await runExperiment({
      experiment: experiment([variant('a'), variant('b', { settings: { learning_rate: 0.3 } })]),
      ports,
    });
    const stop = new AbortController();
    let stored: Experiment = experiment([variant('a'), variant('b', { settings: { learning_rate: 0.3 } })]);
    const order: string[] = [];
    const keep = (run: SeedRun, now: Experiment): void => {
      order.push(`${run.variant} ${run.seed}`);
      stored = JSON.parse(JSON.stringify(now)) as Experiment;
    };
    // Stopped in the middle of the second unit.
    const first = runExperiment({
      experiment: stored,
      ports: await libraryPorts(),
      signal: stop.signal,
      onRun: keep,
      onProgress: ({ unit, step }) => {
        if (unit === 2 && step === 3) stop.abort();
      },
    });
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect(stored.runs).toHaveLength(1);
    const rest = await runExperiment({ experiment: stored, ports: await libraryPorts(), onRun: keep });
    expect(order).toEqual(['0 1', '1 1', '0 2', '1 2']);
    expect(JSON.stringify(rest)).toBe(JSON.stringify(whole));
    expect(JSON.stringify(whole.runs[0])).not.toBe(JSON.stringify({ ...whole.runs[1], seed: 1 }));
  });

  it('measures curve and comparison by the rule that answers, and refuses one that is not there', async () => {
    const plan = experiment([variant('a')], { answer: 'best', seeds: [1] });
    await expect(runExperiment({ experiment: plan, ports: await libraryPorts() })).rejects.toThrow(/best of a group/);
    const policies = new Set<number>();
    const { runs } = await runExperiment({
      experiment: plan,
      ports: await libraryPorts({
        bestAnswers: (policy) => {
          policies.add(policy.hints.length);
          return ({ id, sql = '' }) => Promise.resolve(id === 'titles' ? 'SELECT 1' : sql);
        },
      }),
    });
    expect(runs[0]?.curve.map(({ greedy }) => greedy)).toEqual([0.75, 0.75, 0.75]);
    expect(runs[0]?.answers.map(({ questionId, greedy }) => [questionId, greedy])).toEqual([
      ['authors', true],
      ['titles', false],
      ['longest', true],
      ['spanish', true],
    ]);
    // Asked anew of the policy as it is then: at first of none.
    expect(policies.has(0)).toBe(true);
    expect(policies.size).toBeGreaterThan(1);
  });

  it('measures the curve on as many held-out questions as were asked for, and the rest on all', async () => {
    const ports = await libraryPorts();
    const whole = await runExperiment({ experiment: experiment([variant('a')]), ports });
    const { runs } = await runExperiment({ experiment: experiment([variant('a')], { curveQuestions: 2 }), ports });
    const first = new Set(['authors', 'longest']);
    for (const [i, { curve, answers }] of runs.entries()) {
      expect(answers).toEqual(whole.runs[i]?.answers);
      expect(curve.at(-1)?.greedy).toBe(
        answers.filter(({ questionId, greedy }) => greedy && first.has(questionId)).length / 2,
      );
    }
    const more = await runExperiment({ experiment: experiment([variant('a')], { curveQuestions: 99 }), ports });
    expect(more.runs).toEqual(whole.runs);
  });

  it('with the gold reward, never trains on gold that says nothing, and never on what is held out', async () => {
    const ports = await libraryPorts();
    const scored = new Set<string>();
    const spying: typeof ports = {
      ...ports,
      rewards: (of, seed) => (weights) => {
        const model = ports.rewards(of, seed)(weights);
        return { score: (question, completions) => (scored.add(question.id), model.score(question, completions)) };
      },
    };
    await runExperiment({
      experiment: experiment([variant('gold', { settings: GOLD })], { steps: 10, seeds: [1] }),
      ports: spying,
    });
    expect([...scored].sort()).toEqual(['count', 'countries', 'french', 'pages']);
    scored.clear();
    await runExperiment({ experiment: experiment([variant('free')], { steps: 10, seeds: [1] }), ports: spying });
    expect([...scored].sort()).toEqual(['count', 'countries', 'french', 'pages', 'peru']);
  });

  it('keeps the start and says so when validation finds nothing better', async () => {
    const { runs } = await runExperiment({
      experiment: experiment([
        variant('still', { settings: { learning_rate: 0, validation_share: 0.4, evaluate_every: 2 } }),
      ]),
      ports: await libraryPorts(),
    });
    expect(runs.map(({ keptStart, hints }) => [keptStart, hints])).toEqual([
      [true, 0],
      [true, 0],
    ]);
  });

  it.each([
    ['no variant', experiment([]), /from 1 to 50 variants, not 0/],
    ['a name twice', experiment([variant('a'), variant('a')]), /Two variants are called "a"/],
    ['a seed twice', experiment([variant('a')], { seeds: [1, 1] }), /seeds must differ/],
    ['no steps', experiment([variant('a')], { steps: 0 }), /steps, not 0/],
    [
      'a setting out of range',
      experiment([variant('a', { settings: { group_size: 1 } })]),
      /Variant "a": Group size G \(group_size\) must be/,
    ],
    [
      'runs of another experiment',
      {
        ...experiment([variant('a')]),
        runs: [{ variant: 3, seed: 1, curve: [], answers: [], hints: 0, keptStart: false }],
      },
      /does not belong/,
    ],
    [
      'runs over other questions',
      {
        ...experiment([variant('a')]),
        runs: [
          {
            variant: 0,
            seed: 1,
            curve: [],
            answers: [{ questionId: 'gone', greedy: true, right: 1, drawn: 4 }],
            hints: 0,
            keptStart: false,
          },
        ],
      },
      /have changed/,
    ],
  ])('refuses %s', async (_what, spec, message) => {
    await expect(runExperiment({ experiment: spec, ports: await libraryPorts() })).rejects.toThrow(message);
  });

  it('refuses a dataset without held-out gold, and start hints that are too heavy', async () => {
    const training = await libraryPorts({ questions: QUESTIONS.filter(({ split }) => split === 'train') });
    await expect(runExperiment({ experiment: experiment([variant('a')]), ports: training })).rejects.toThrow(
      /nothing to measure by/,
    );
    const [hint] = await learnedHints();
    const heavy = await libraryPorts({
      startHints: () => [{ ...(hint as PolicyHint), weight: 9 }],
    });
    await expect(
      runExperiment({ experiment: experiment([variant('a', { start: 'file' })]), ports: heavy }),
    ).rejects.toThrow(/weighs 9, more than weight_limit 5/);
  });
});

async function learnedHints(): Promise<readonly PolicyHint[]> {
  const { sampler, database, rewards } = await libraryPorts();
  const trainer = new GRPOTrainer({
    config: makeConfig({ ...GOLD, group_size: 8, learning_rate: 0.5 }),
    sampler,
    database,
    rewards: rewards(variant('x'), 1),
    seed: 3,
  });
  for (let i = 0; i < 20; i++)
    await trainer.runStep(
      trainer.nextQuestions(QUESTIONS.filter(({ id, split }) => split === 'train' && id !== 'peru')),
    );
  return trainer.policy.hints;
}

describe('controls', { timeout: 60_000 }, () => {
  it('learning off leaves hints and answers as they were before, to the bit', async () => {
    const hints = await learnedHints();
    expect(hints.length).toBeGreaterThan(3);
    const ports = await libraryPorts({ startHints: () => hints });
    const { runs } = await runExperiment({
      experiment: experiment(
        [variant('off', { start: 'file', learning: 'off' }), variant('off without hints', { learning: 'off' })],
        { seeds: [1, 7] },
      ),
      ports,
    });
    const { sampler, database, config } = ports;
    for (const [index, start] of [hints, []].entries()) {
      const before = await evaluate({
        questions: QUESTIONS.filter(({ split }) => split === 'held-out'),
        sampler,
        database,
        policy: fixedPolicy(start),
        temperature: config.temperature,
        groupSize: 4,
        seeds: 1,
        budget: { maxVmSteps: 5e6, deadlineMs: 3000 },
      });
      for (const run of runs.filter(({ variant: of }) => of === index)) {
        expect(run.hints).toBe(start.length);
        expect(run.answers).toEqual(
          before.perQuestion.map(({ id, correct, samples, samplesCorrect }) => ({
            questionId: id,
            greedy: correct,
            right: samplesCorrect,
            drawn: samples,
          })),
        );
        expect(new Set(run.curve.map(({ greedy }) => greedy)).size).toBe(1);
      }
    }
  });

  it('learning off changes no hint while rewards are still computed', async () => {
    const { sampler, database, rewards, config } = await libraryPorts();
    const hints = await learnedHints();
    const trainer = new GRPOTrainer({
      // Hot, so that completions differ: the hints leave little to chance.
      config: { ...config, temperature: 2 },
      sampler,
      database,
      rewards: rewards(variant('x'), 1),
      seed: 1,
      learning: 'off',
    });
    trainer.startFrom(hints, 'file');
    let taught = 0;
    for (let i = 0; i < 8; i++) {
      const step = await trainer.runStep(trainer.nextQuestions(QUESTIONS.filter(({ split }) => split === 'train')));
      expect(step.events).toEqual([]);
      taught += step.groups.flatMap(({ completions }) => completions).filter(({ teaches }) => teaches).length;
    }
    expect(taught).toBeGreaterThan(0);
    expect(JSON.stringify(trainer.policy.hints)).toBe(JSON.stringify(hints));
  });

  it('shuffled learning deals the same advantages to other completions', async () => {
    const { sampler, database, rewards } = await libraryPorts();
    const config = makeConfig({ group_size: 8, questions_per_step: 3 });
    const step = async (learning: 'on' | 'shuffled') => {
      const trainer = new GRPOTrainer({
        config,
        sampler,
        database,
        rewards: rewards(variant('x'), 1),
        seed: 5,
        learning,
      });
      return (await trainer.runStep(trainer.nextQuestions(QUESTIONS.filter(({ split }) => split === 'train')))).groups;
    };
    const [on, shuffled] = [await step('on'), await step('shuffled')];
    const ascending = (groups: typeof on): number[][] =>
      groups.map(({ completions }) => completions.map(({ advantage }) => advantage).sort((a, b) => a - b));
    // The same first draw: the deal must not disturb what was sampled before it.
    expect(shuffled.map(({ completions }) => completions.map(({ sql }) => sql))).toEqual(
      on.map(({ completions }) => completions.map(({ sql }) => sql)),
    );
    expect(ascending(shuffled)).toEqual(ascending(on));
    expect(shuffled.flatMap(({ completions }) => completions.map(({ advantage }) => advantage))).not.toEqual(
      on.flatMap(({ completions }) => completions.map(({ advantage }) => advantage)),
    );
  });

  it('a shuffled variant runs, and repeats', async () => {
    const run = async () =>
      runExperiment({
        experiment: experiment([variant('shuffled', { learning: 'shuffled', settings: GOLD })], {
          seeds: [seededRandom(1).state()[0] ?? 0],
        }),
        ports: await libraryPorts(),
      });
    const first = await run();
    expect(first.runs[0]?.hints).toBeGreaterThan(0);
    expect(await run()).toEqual(first);
  });
});
