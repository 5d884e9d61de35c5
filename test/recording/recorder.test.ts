import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shopDataset, makeRewards } from '../engine/scenario.ts';
import { shopFiles } from '../engine/shop-files.ts';
import { trainingPool } from '../../src/grpo/questions.ts';
import { judgementsOf } from '../../src/rewards/feedback-book.ts';
import { hintsToText } from '../../src/formats/hints-file.ts';
import { Recorder } from '../../src/recording/recorder.ts';
import { LIMITS, type Recording } from '../../src/recording/format.ts';
import { parseRecording } from '../../src/recording/recording-file.ts';
import { playBack, Playback, type PlaybackOptions } from '../../src/recording/playback.ts';
import { makeConfig } from '../../src/grpo/config.ts';
import type { Feedback } from '../../src/grpo/feedback.ts';
import { GRPOTrainer } from '../../src/grpo/trainer.ts';
import type { Question, Sampler, Step, TrainerState } from '../../src/grpo/types.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';
import { normaliseSql } from '../../src/sql/normalise.ts';

let dataset: Awaited<ReturnType<typeof shopDataset>>;
let sketch: Sampler;

beforeAll(async () => {
  dataset = await shopDataset(shopFiles());
  sketch = makeSketchSampler({ schema: dataset.database.schema });
});
afterAll(() => dataset.database.close());

const playbackOptions = (): PlaybackOptions => ({
  database: dataset.database,
  questions: dataset.questions,
  rewards: (feedback) => makeRewards(dataset, feedback),
});

/** A step without what a recording changes: where its samples say they come from. */
const withoutOrigin = (step: Step): Step => ({
  ...step,
  groups: step.groups.map((group) => ({
    ...group,
    completions: group.completions.map(({ origin: _origin, ...completion }) => completion),
  })),
});

interface Recorded {
  readonly steps: Step[];
  readonly state: TrainerState;
  readonly text: string;
}

const said = (question: string, sql: string, change: Pick<Feedback, 'thumb' | 'corrected'>, at: number): Feedback => ({
  dataset: 'shop',
  question,
  text: sql,
  sql: normaliseSql(sql),
  ...change,
  at,
});

/** 60 steps in which everything happens that can happen to a run. */
async function eventfulRun(): Promise<Recorded> {
  let feedback: readonly Feedback[] = [];
  let config = makeConfig(
    { gold_weight: 1, questions_per_step: 2, template_bigram: false, num_iterations: 2, objective: 'dapo' },
    'tuned',
  );
  const recorder = new Recorder({ sampler: sketch, dataset: 'shop', learning: 'shuffled' });
  const trainer = new GRPOTrainer({
    config,
    sampler: recorder.sampler,
    database: dataset.database,
    rewards: makeRewards(dataset, async ({ question }) => judgementsOf(feedback, question)),
    seed: 11,
    learning: 'shuffled',
  });
  recorder.begin(config, trainer.state(), feedback);
  const steps: Step[] = [];
  const take = async (count: number, pool: readonly Question[], asked?: Question): Promise<void> => {
    for (let i = 0; i < count; i++) {
      const step = await trainer.runStep(asked === undefined ? trainer.nextQuestions(pool) : [asked]);
      recorder.step(step, asked === undefined ? pool : null);
      steps.push(step);
    }
  };
  // Few questions, so that right answers are there to be replayed; of all kinds, so that some are hard.
  const pool = trainingPool(dataset.questions)
    .filter((_, i) => i % 25 === 3)
    .slice(0, 12);
  await take(20, pool);
  const early = trainer.policy.hints;
  await take(10, pool);

  config = makeConfig({
    ...config,
    learning_rate: 0.4,
    group_size: 5,
    feedback_weight: 1,
    min_advantage_threshold: 0.1,
  });
  trainer.configure(config);
  recorder.configure(config);
  const [first, second] = trainer.policy.hints;
  if (first === undefined || second === undefined) throw new Error('The run made no hints.');
  trainer.editHint(first.key, { weight: -1.25 });
  recorder.edit(first.key, { weight: -1.25 });
  trainer.editHint(second.key, { enabled: false });
  recorder.edit(second.key, { enabled: false });
  const judged = steps.flatMap(({ groups }) => groups)[0];
  feedback = [said(judged?.question ?? '', judged?.completions[0]?.sql ?? '', { thumb: 'up', corrected: null }, 1)];
  recorder.said(feedback);

  await take(10, pool);
  feedback = [
    ...feedback,
    said(pool[1]?.question ?? '', 'SELECT 1', { thumb: 'down', corrected: 'SELECT count(*) FROM orders' }, 2),
  ];
  recorder.said(feedback);
  await take(5, pool.slice(0, 7));
  await take(3, pool, {
    id: 'own:How many customers are there?',
    question: 'How many customers are there?',
    split: 'train',
  });
  recorder.changed(
    trainer.reinstate(early, {
      id: 'kept',
      kept: 'best',
      step: 20,
      right: 3,
      start: 1,
      of: 4,
    }),
  );

  // A step that fails leaves no trace.
  const mark = recorder.mark();
  const before = trainer.state();
  await expect(trainer.runStep(trainer.nextQuestions(pool), AbortSignal.abort())).rejects.toThrow();
  recorder.rollback(mark);
  const after = new GRPOTrainer({
    config,
    sampler: recorder.sampler,
    database: dataset.database,
    rewards: makeRewards(dataset, async ({ question }) => judgementsOf(feedback, question)),
    seed: 0,
    state: before,
    learning: 'shuffled',
  });
  for (let i = 0; i < 12; i++) {
    const step = await after.runStep(after.nextQuestions(pool));
    recorder.step(step, pool);
    steps.push(step);
  }
  expect(recorder.ended).toBeNull();
  return { steps, state: after.state(), text: recorder.text() };
}

describe('a recorded run', () => {
  let run: Recorded;
  beforeAll(async () => {
    run = await eventfulRun();
  }, 120_000);

  it('gives the same steps and the same state again, to the bit', async () => {
    const steps: Step[] = [];
    const { trainer, sampler } = await playBack(parseRecording(run.text, 'run.json'), {
      ...playbackOptions(),
      onStep: (step) => void steps.push(step),
    });
    expect(steps).toHaveLength(60);
    expect(steps.map(withoutOrigin)).toEqual(run.steps.map(withoutOrigin));
    expect(trainer.state()).toEqual(run.state);
    expect(sampler.label).toBe('Recorded: Built-in sketch sampler');
    // What this test is about did happen.
    const groups = run.steps.flatMap((step) => step.groups);
    expect(groups.some(({ resampled }) => resampled !== undefined)).toBe(true);
    expect(groups.some(({ completions }) => completions.some(({ replayed }) => replayed === true))).toBe(true);
    const updates = groups.flatMap(({ completions }) => completions.flatMap(({ updates: later = [] }) => later));
    expect(updates.some(({ cut }) => cut.length > 0)).toBe(true);
    expect(groups.every(({ distribution }) => distribution !== null)).toBe(true);
    expect(run.steps.flatMap(({ events }) => events).length).toBeGreaterThan(100);
    expect(
      groups.some(({ completions }) =>
        completions.some(({ rewards }) => (rewards.components.feedback?.value ?? null) !== null),
      ),
    ).toBe(true);
  }, 120_000);

  it('says of every completion that it is recorded, and by what', async () => {
    const playback = new Playback(parseRecording(run.text, 'run.json'), playbackOptions());
    const played = await playback.next();
    const origins =
      played?.kind === 'step'
        ? played.step.groups.flatMap(({ completions }) => completions.map(({ origin }) => origin))
        : [];
    expect(origins).toHaveLength(16);
    for (const origin of origins) expect(origin).toEqual({ model: 'Built-in sketch sampler', how: 'recorded' });
  });

  it('is refused where the questions are others', () => {
    const recording = parseRecording(run.text, 'run.json');
    const [id = ''] = recording.entries.flatMap((entry) =>
      entry.kind === 'step' ? entry.questions.map((question) => question.id) : [],
    );
    const { questions, ...options } = playbackOptions();
    expect(
      () => new Playback(recording, { ...options, questions: questions.filter((question) => question.id !== id) }),
    ).toThrow(`question "${id}" is not among these questions`);
    expect(
      () =>
        new Playback(recording, {
          ...options,
          questions: questions.map((question) =>
            question.id === id ? { ...question, question: 'Another one?' } : question,
          ),
        }),
    ).toThrow(`question "${id}" reads otherwise here`);
  });

  it('is refused where it was changed', async () => {
    const recording = parseRecording(run.text, 'run.json');
    const play = (
      change: (entry: Recording['entries'][number], index: number) => Recording['entries'][number],
    ): Promise<Playback> => playBack({ ...recording, entries: recording.entries.map(change) }, playbackOptions());
    await expect(
      play((entry, i) => (i === 0 && entry.kind === 'step' ? { ...entry, calls: entry.calls.slice(0, -1) } : entry)),
    ).rejects.toThrow('The recording ends here');
    await expect(
      play((entry, i) =>
        i === 0 && entry.kind === 'step' ? { ...entry, calls: [...entry.calls, ...entry.calls] } : entry,
      ),
    ).rejects.toThrow('more answers of the sampler than were asked for');
    await expect(
      play((entry, i) =>
        i === 1 && entry.kind === 'step' ? { ...entry, questions: entry.questions.toReversed() } : entry,
      ),
    ).rejects.toThrow('questions drawn for it are not the recorded ones');
    await expect(
      play((entry, i) =>
        i === 0 && entry.kind === 'step'
          ? { ...entry, calls: entry.calls.map((call) => ({ ...call, temperature: 0.5 })) }
          : entry,
      ),
    ).rejects.toThrow('temperature');
    const unknown: Recording = { ...recording, entries: [{ kind: 'edit', key: 'no such hint', edit: { weight: 1 } }] };
    await expect(playBack(unknown, playbackOptions())).rejects.toThrow('no longer part of the policy');
    const late: Recording = { ...recording, entries: recording.entries.filter(({ kind }) => kind === 'events') };
    await expect(playBack(late, playbackOptions())).rejects.toThrow('where event 0 is next');
  }, 60_000);

  it('can be stopped', async () => {
    await expect(
      playBack(parseRecording(run.text, 'run.json'), { ...playbackOptions(), signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });
});

it('begins anywhere in a run, without entropy, and knows another sampler when it comes', async () => {
  const pool = trainingPool(dataset.questions);
  const config = makeConfig();
  let label = 'One model';
  const changing: Sampler = {
    id: 'changing',
    get label() {
      return label;
    },
    isLanguageModel: true,
    generateGroup: (request, count) => sketch.generateGroup(request, count),
    greedy: (request) => sketch.greedy(request),
    distribution: () => null,
  };
  const recorder = new Recorder({
    sampler: changing,
    dataset: 'shop',
    databaseSha256: 'a'.repeat(64),
    distribution: false,
  });
  const trainer = new GRPOTrainer({
    config,
    sampler: recorder.sampler,
    database: dataset.database,
    rewards: makeRewards(dataset, () => Promise.resolve(null)),
    seed: 3,
    distribution: false,
  });
  for (let i = 0; i < 10; i++) await trainer.runStep(trainer.nextQuestions(pool));
  recorder.begin(config, trainer.state());
  const steps: Step[] = [];
  for (let i = 0; i < 6; i++) {
    if (i === 3) label = 'Another model';
    const step = await trainer.runStep(trainer.nextQuestions(pool));
    recorder.step(step, pool);
    steps.push(step);
  }
  const recording = parseRecording(recorder.text(), 'run.json');
  expect(recording).toMatchObject({
    dataset: 'shop',
    databaseSha256: 'a'.repeat(64),
    sampler: { id: 'changing', label: 'One model', isLanguageModel: true },
  });
  const again: Step[] = [];
  const playback = await playBack(recording, { ...playbackOptions(), onStep: (step) => void again.push(step) });
  expect(again.map(withoutOrigin)).toEqual(steps.map(withoutOrigin));
  expect(playback.trainer.state()).toEqual(trainer.state());
  // Hints made while it was recorded are the same in a file, too, byte for byte.
  expect(hintsToText(playback.trainer.policy.hints.slice(-20))).toBe(hintsToText(trainer.policy.hints.slice(-20)));
  expect(again.map(({ groups }) => groups[0]?.completions[0]?.origin?.model)).toEqual([
    'One model',
    'One model',
    'One model',
    'Another model',
    'Another model',
    'Another model',
  ]);
  expect(playback.sampler).toMatchObject({ label: 'Recorded: Another model', isLanguageModel: true });
}, 120_000);

it('ends where the file is full, and plays back up to there', async () => {
  const pool = trainingPool(dataset.questions);
  const config = makeConfig();
  let long = false;
  const talking: Sampler = {
    ...sketch,
    generateGroup: async (request, count) =>
      (await sketch.generateGroup(request, count)).map((sample) =>
        long ? { ...sample, text: `${'x'.repeat(LIMITS.text)}${sample.sql}` } : sample,
      ),
  };
  const recorder = new Recorder({ sampler: talking, dataset: 'shop', distribution: false });
  expect(() => recorder.text()).toThrow('not begun');
  const trainer = new GRPOTrainer({
    config,
    sampler: recorder.sampler,
    database: dataset.database,
    rewards: makeRewards(dataset, () => Promise.resolve(null)),
    seed: 3,
    distribution: false,
  });
  recorder.begin(config, trainer.state());
  const step = async (): Promise<void> => recorder.step(await trainer.runStep(trainer.nextQuestions(pool)), pool);
  await step();
  const mark = recorder.mark();
  const [whole, size] = [recorder.text(), recorder.size];
  long = true;
  await step();
  expect(recorder.ended).toMatch(
    /^The recording ends here: a text of \d+ characters is longer than the 200000 it can hold\.$/,
  );
  long = false;
  await step();
  expect(parseRecording(recorder.text(), 'run.json').entries).toEqual(parseRecording(whole, 'run.json').entries);
  recorder.rollback(mark);
  expect(recorder.ended).toBeNull();
  expect(recorder.size).toBeGreaterThanOrEqual(size);
  await step();
  expect(parseRecording(recorder.text(), 'run.json').entries).toHaveLength(2);
}, 120_000);

it('holds 200 steps of the sketch sampler in less than 5 MB', async () => {
  const pool = trainingPool(dataset.questions);
  const config = makeConfig();
  const recorder = new Recorder({ sampler: sketch, dataset: 'shop', distribution: false });
  const trainer = new GRPOTrainer({
    config,
    sampler: recorder.sampler,
    database: dataset.database,
    rewards: makeRewards(dataset, () => Promise.resolve(null)),
    seed: 7,
    distribution: false,
  });
  recorder.begin(config, trainer.state());
  for (let i = 0; i < 200; i++) recorder.step(await trainer.runStep(trainer.nextQuestions(pool)), pool);
  const text = recorder.text();
  const bytes = new TextEncoder().encode(text).length;
  expect(bytes).toBeLessThan(5_000_000);
  expect(recorder.size).toBeGreaterThanOrEqual(text.length);
  expect(parseRecording(text, 'run.json').entries).toHaveLength(200);
}, 120_000);
