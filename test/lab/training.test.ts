import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeConfig } from '../../src/grpo/config.ts';
import { GRPOTrainer, type TrainerOptions } from '../../src/grpo/trainer.ts';
import type { Database, HintEvent, PolicyHint, PolicyView, Question, Sample, Sampler } from '../../src/grpo/types.ts';
import { splitForValidation, trainWithValidation, type TrainingOptions } from '../../src/lab/training.ts';
import { reasonOf } from '../../src/grpo/sentences.ts';
import { replayEvents } from '../grpo/replay.ts';
import { identity } from '../grpo/identity.ts';

/**
 * One feature that half of the samples carry; those that do are rewarded, so that its weight rises with every step that
 * teaches.
 */
const FEATURE = {
  ...identity(null, 'good'),
  tables: [],
  template: 'pattern',
  general: true,
  words: 0,
} as const;
const sampler: Sampler = {
  id: 'coin',
  label: 'coin',
  isLanguageModel: false,
  generateGroup: ({ random }, count) =>
    Promise.resolve(
      Array.from({ length: count }, (): Sample => {
        const good = random() < 0.5;
        return {
          text: '',
          sql: good ? 'good' : 'bad',
          features: [{ feature: FEATURE, value: good ? 1 : 0, expected: 0.5 }],
          logProbability: null,
          referenceLogProbability: null,
          decisions: [],
        };
      }),
    ),
  greedy: () => Promise.reject(new Error('not used')),
  distribution: () => null,
};
const database: Database = {
  schema: { tables: [], profiles: [] },
  execute: (sql) => Promise.resolve(sql.map(() => ({ status: 'rows', columns: ['n'], rows: [[1]], truncated: false }))),
  close: () => undefined,
};
const POOL: readonly Question[] = Array.from({ length: 10 }, (_question, i) => ({
  id: `q${i}`,
  question: `Question ${i}`,
  sql: `SELECT ${i}`,
  split: 'train',
}));
const trainerWith = (values: Record<string, unknown>, more: Partial<TrainerOptions> = {}): GRPOTrainer =>
  new GRPOTrainer({
    config: makeConfig({ group_size: 8, validation_share: 0.3, evaluate_every: 5, ...values }),
    sampler,
    database,
    seed: 5,
    rewards: () => ({
      score: (_question, completions) =>
        Promise.resolve(completions.map(({ sql }) => ({ components: {}, total: sql === 'good' ? 1 : 0 }))),
    }),
    ...more,
  });
const hint = (pattern: string, weight: number): PolicyHint => ({
  ...FEATURE,
  ...identity(null, pattern),
  weight,
  evidence: { support: 9, positive: 9, advantage: 9, steps: 3 },
  createdAt: 0,
  updatedAt: 0,
  enabled: true,
});
const sorted = (hints: readonly PolicyHint[]): PolicyHint[] => [...hints].sort((a, b) => (a.key < b.key ? -1 : 1));

/** Runs it and returns, with the result, the whole event log and what was trained on. */
async function run(
  trainer: GRPOTrainer,
  validate: TrainingOptions['validate'],
  steps = 20,
  start: readonly PolicyHint[] = [],
) {
  const log: HintEvent[] = [...trainer.startFrom(start, 'file')];
  const trained = new Set<string>();
  const result = await trainWithValidation({
    trainer,
    questions: POOL,
    steps,
    validate,
    onStep: (step) => {
      log.push(...step.events);
      for (const { questionId } of step.groups) trained.add(questionId);
    },
  });
  return { result, log: [...log, ...result.events], trained };
}
/** As many right as the call says; the last answer stays. */
const answers = (...right: number[]): TrainingOptions['validate'] => {
  let call = 0;
  return () => Promise.resolve(right[Math.min(call++, right.length - 1)] ?? 0);
};

describe('trainWithValidation', () => {
  it('keeps the best policy, not the last, of equals the earlier, and the log rebuilds it', async () => {
    const trainer = trainerWith({});
    const snapshots: (readonly PolicyHint[])[] = [];
    const right = [1, 2, 3, 3, 0];
    const { result, log, trained } = await run(trainer, (_questions, policy) => {
      snapshots.push(policy.hints);
      return Promise.resolve(right[snapshots.length - 1] ?? 0);
    });
    expect(result).toMatchObject({
      steps: 20,
      stoppedEarly: false,
      kept: 'best',
      bestStep: 10,
      verdict:
        'The run beat its start on the 3 validation questions (3 of 3 against 1 of 3); the policy of step 10 is kept.',
    });
    expect(result.validation).toEqual(right.map((count, i) => ({ step: 5 * i, right: count, of: 3 })));
    expect(sorted(result.hints)).toEqual(sorted(snapshots[2] ?? []));
    expect(snapshots[4]).not.toEqual(snapshots[2]);
    expect(trainer.policy.hints).toEqual(result.hints);
    expect(sorted(replayEvents(log).hints)).toEqual(sorted(result.hints));
    expect(log.map(({ sequence }) => sequence)).toEqual(log.map((_event, i) => i));
    expect(trained.size).toBe(7);
  });

  it('keeps the start when nothing beats it, and says so', async () => {
    const start = [hint('good', 0.5), hint('other', -1)];
    const { result, log } = await run(trainerWith({}), answers(2, 1, 2, 2, 0), 20, start);
    expect(result).toMatchObject({
      kept: 'start',
      bestStep: 0,
      verdict:
        'The run did not beat its start on the 3 validation questions (2 of 3 against 2 of 3); the start is kept.',
    });
    expect(sorted(result.hints)).toEqual(sorted(start));
    expect(sorted(replayEvents(log).hints)).toEqual(sorted(start));
    expect(result.events.length).toBeGreaterThan(0);
    expect(
      result.events.every(
        (event) => (event.type === 'restore' || event.type === 'prune') && reasonOf(event) === result.verdict,
      ),
    ).toBe(true);
  });

  it('stops after so many validations without a better one', async () => {
    const { result } = await run(trainerWith({ patience: 2 }), answers(0, 1, 1, 1, 3), 100);
    expect(result).toMatchObject({ steps: 15, stoppedEarly: true, kept: 'best', bestStep: 5 });
    expect((await run(trainerWith({ patience: 0 }), answers(0, 1, 1, 1, 1, 1, 3), 30)).result).toMatchObject({
      steps: 30,
      stoppedEarly: false,
      bestStep: 30,
    });
  });

  it('validates the last step wherever it falls', async () => {
    expect((await run(trainerWith({}), answers(0), 7)).result.validation.map(({ step }) => step)).toEqual([0, 5, 7]);
  });

  it('without a validation part keeps the last policy and asks nothing', async () => {
    const { result, trained } = await run(trainerWith({ validation_share: 0 }), () =>
      Promise.reject(new Error('asked')),
    );
    expect(result).toMatchObject({
      kept: 'last',
      bestStep: 20,
      validation: [],
      events: [],
      verdict: 'There was no validation; the last policy is kept.',
    });
    expect(trained.size).toBe(10);
    expect(result.hints.length).toBeGreaterThan(0);
  });

  it('with learning off leaves the policy to the bit', async () => {
    const start = [hint('good', 0.123456789)];
    const { result, log } = await run(trainerWith({}, { learning: 'off' }), answers(1), 20, start);
    expect(result).toMatchObject({ kept: 'start', events: [] });
    expect(result.hints).toEqual(start);
    expect(log.map(({ type }) => type)).toEqual(['restore']);
  });

  it('validates the policy the trainer acts with', async () => {
    const seen: PolicyView[] = [];
    const trainer = trainerWith({ template_pattern: false });
    await run(
      trainer,
      (_questions, policy) => {
        seen.push(policy);
        return Promise.resolve(policy.weightOf(FEATURE.key));
      },
      5,
      [hint('good', 2)],
    );
    expect(seen.map((policy) => policy.weightOf(FEATURE.key))).toEqual([0, 0]);
  });

  it('ends with AbortError when aborted', async () => {
    const stop = new AbortController();
    const trainer = trainerWith({});
    const running = trainWithValidation({
      trainer,
      questions: POOL,
      steps: 100,
      validate: answers(0),
      signal: stop.signal,
      onStep: ({ number }) => {
        if (number === 5) stop.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(trainer.step).toBe(5);
  });
});

describe('splitForValidation', () => {
  const pool = fc
    .array(
      fc.option(
        fc.constantFrom('SELECT 1', 'select  1;', 'SELECT 2', 'SELECT a FROM t', 'SELECT b FROM t', 'SELECT A FROM T'),
        { nil: undefined },
      ),
      { maxLength: 40 },
    )
    .map((texts) =>
      texts.map((sql, i): Question => ({
        id: String(i),
        question: String(i),
        split: 'train',
        ...(sql === undefined ? {} : { sql }),
      })),
    );

  it('divides the questions, keeps equal gold together and something to train on', () => {
    fc.assert(
      fc.property(pool, fc.double({ min: 0, max: 0.5, noNaN: true }), fc.nat(), (questions, share, seed) => {
        const { training, validation } = splitForValidation(questions, share, seed);
        expect([...training, ...validation].map(({ id }) => id).sort()).toEqual(questions.map(({ id }) => id).sort());
        expect(validation.every(({ sql }) => sql !== undefined)).toBe(true);
        const plain = ({ sql = '' }: Question): string => sql.toLowerCase().replace(/\s+/g, ' ').replace(';', '');
        const trained = new Set(training.filter(({ sql }) => sql !== undefined).map(plain));
        expect(validation.some((question) => trained.has(plain(question)))).toBe(false);
        if (validation.length > 0) expect(trained.size).toBeGreaterThan(0);
        expect(splitForValidation(questions, share, seed)).toEqual({ training, validation });
      }),
    );
  });

  it('keeps back the share that was asked for, other questions for another seed', () => {
    const part = (seed: number): string[] => splitForValidation(POOL, 0.3, seed).validation.map(({ id }) => id);
    expect(part(1)).toHaveLength(3);
    expect(part(2)).not.toEqual(part(1));
    expect(splitForValidation(POOL, 0, 1).validation).toEqual([]);
  });
});
