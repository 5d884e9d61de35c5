import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../src/grpo/random.ts';
import type { Random, Retraced, Sample, Sampler, SampleRequest } from '../../../src/grpo/types.ts';
import { JUDGED_BY_PEOPLE, WRITTEN_BY_PEOPLE, feedbackPool } from '../../../src/samplers/replay/feedback-pool.ts';
import {
  RecordingEnded,
  RecordingMismatch,
  RecordingSampler,
  type RecordedCall,
  ReplaySampler,
} from '../../../src/samplers/replay/recording-sampler.ts';

const policy = { weightOf: () => 0, version: 0, hints: [] };
const request = (question: string, random: Random, temperature = 0.7): SampleRequest => ({
  question,
  policy,
  temperature,
  random,
});

const sampleOf = (text: string, more: Partial<Sample> = {}): Sample => ({
  text,
  sql: text,
  features: [],
  logProbability: -1.5,
  referenceLogProbability: null,
  decisions: [],
  ...more,
});

/** Writes the numbers it draws: three for each completion of a group, one for a greedy answer. Fails for “fail”. */
const numbers: Sampler = {
  id: 'numbers',
  label: 'Numbers',
  isLanguageModel: true,
  async generateGroup({ question, random }, count) {
    if (question === 'fail') throw new Error('It failed.');
    return Array.from({ length: count }, () =>
      sampleOf(`SELECT ${random()}, ${random()}, ${random()}`, {
        origin: {
          model: 'M',
          how: 'live',
          seed: 4,
          finish: 'length',
          tokens: 12,
          constrained: true,
          prompt: [{ role: 'user', content: question }],
        },
      }),
    );
  },
  async greedy({ random }) {
    return sampleOf(`SELECT ${random()}`, { choices: [1, 2] });
  },
  replay: (_request, choices) => (choices.length === 0 ? null : sampleOf(`SELECT ${choices.join()}`, { choices })),
  distribution: ({ temperature }) => ({ entropy: temperature, kl: 0.25, exact: true, entropySe: null, klSe: null }),
};

const MEASURED = { entropy: 0.7, kl: 0.25, exact: true, entropySe: null, klSe: null };

describe('a recording sampler', () => {
  it('passes everything through, and notes it with the numbers that were drawn', async () => {
    const sampler = new RecordingSampler(numbers);
    expect(sampler).toMatchObject({ id: 'numbers', label: 'Numbers', isLanguageModel: true });
    const random = seededRandom(5).next;
    const bare = seededRandom(5).next;
    const samples = await sampler.generateGroup(request('a', random), 2);
    const greedy = await sampler.greedy(request('b', random, 0.2));
    expect(samples).toEqual(await numbers.generateGroup(request('a', bare), 2));
    expect(greedy).toEqual(await numbers.greedy(request('b', bare)));
    expect(sampler.replay(request('a', random), [3])?.sql).toBe('SELECT 3');
    expect(sampler.replay(request('a', random), [])).toBeNull();
    expect(sampler.distribution(request('a', random), samples)).toEqual(MEASURED);
    expect(random()).toBe(bare());
    expect(sampler.takeCalls()).toEqual([
      { method: 'generateGroup', question: 'a', temperature: 0.7, count: 2, drawn: 6, samples },
      { method: 'greedy', question: 'b', temperature: 0.2, drawn: 1, sample: greedy },
      {
        method: 'replay',
        question: 'a',
        temperature: 0.7,
        choices: [3],
        sample: sampleOf('SELECT 3', { choices: [3] }),
      },
      { method: 'replay', question: 'a', temperature: 0.7, choices: [], sample: null },
      {
        method: 'distribution',
        question: 'a',
        temperature: 0.7,
        distribution: MEASURED,
      },
    ]);
    expect(sampler.takeCalls()).toEqual([]);
  });

  it('notes nothing of a call that failed', async () => {
    const sampler = new RecordingSampler(numbers);
    await expect(sampler.generateGroup(request('fail', seededRandom(1).next), 2)).rejects.toThrow('It failed.');
    expect(sampler.takeCalls()).toEqual([]);
  });

  it('goes over a group again where the recorded sampler can, and plays that back', () => {
    const again: Retraced = { probabilities: [0.25, 0.5], features: [] };
    const asked = request('a', seededRandom(1).next);
    const sampler = new RecordingSampler({ ...numbers, retrace: (_request, group) => group.map(() => again) });
    expect(sampler.retrace?.(asked, [[1], [2]], () => [])).toEqual([again, again]);
    const calls = sampler.takeCalls();
    expect(calls).toEqual([{ method: 'retrace', question: 'a', temperature: 0.7, count: 2, group: [again, again] }]);
    expect(new ReplaySampler(numbers, calls).retrace(asked, [[1], [2]])).toEqual([again, again]);
    expect(() => new ReplaySampler(numbers, calls).retrace(asked, [[1]])).toThrow(
      new RecordingMismatch('The recording goes over 2 completions of “a” again, not 1.'),
    );
    expect(new RecordingSampler(numbers).retrace).toBeUndefined();
  });

  it('has no replay where the recorded sampler has none', () => {
    const sampler = new RecordingSampler({ ...numbers, replay: undefined });
    expect(sampler.replay(request('a', seededRandom(1).next), [1])).toBeNull();
    expect(sampler.takeCalls()).toMatchObject([{ method: 'replay', sample: null }]);
  });
});

describe('a replay sampler', () => {
  const recorded = async (): Promise<ReplaySampler> => {
    const sampler = new RecordingSampler(numbers);
    const random = seededRandom(5).next;
    await sampler.generateGroup(request('a', random), 2);
    await sampler.greedy(request('b', random));
    sampler.replay(request('a', random), [3]);
    sampler.distribution(request('a', random), []);
    return new ReplaySampler(sampler, sampler.takeCalls());
  };

  it('gives the same answers, draws as many numbers, and never says that it is live', async () => {
    const sampler = await recorded();
    expect(sampler).toMatchObject({ id: 'replay', label: 'Recorded: Numbers', isLanguageModel: true, remaining: 4 });
    const random = seededRandom(5).next;
    const bare = seededRandom(5).next;
    const live = [...(await numbers.generateGroup(request('a', bare), 2)), await numbers.greedy(request('b', bare))];
    const played = [
      ...(await sampler.generateGroup(request('a', random), 2)),
      await sampler.greedy(request('b', random)),
    ];
    expect(played.map(({ text }) => text)).toEqual(live.map(({ text }) => text));
    expect(random()).toBe(bare());
    // What wrote it, and how, stays known; the prompt is not kept, and a sampler that names no model is named itself.
    expect(played.map(({ origin }) => origin)).toEqual([
      { model: 'M', how: 'recorded', seed: 4, finish: 'length', tokens: 12, constrained: true },
      { model: 'M', how: 'recorded', seed: 4, finish: 'length', tokens: 12, constrained: true },
      { model: 'Numbers', how: 'recorded' },
    ]);
    expect(played[2]).toMatchObject({ choices: [1, 2], logProbability: -1.5 });
    expect(sampler.replay(request('a', random), [3])).toMatchObject({
      sql: 'SELECT 3',
      origin: { model: 'Numbers', how: 'recorded' },
    });
    expect(sampler.distribution(request('a', random))).toEqual(MEASURED);
    expect(sampler.remaining).toBe(0);
  });

  it('refuses another question, size, temperature or kind of call', async () => {
    const random = seededRandom(5).next;
    await expect((await recorded()).generateGroup(request('c', random), 2)).rejects.toThrow(
      new RecordingMismatch('The recording answers “a” here, not “c”.'),
    );
    await expect((await recorded()).generateGroup(request('a', random), 3)).rejects.toThrow(
      new RecordingMismatch('The recording has a group of 2 for “a”, not of 3.'),
    );
    await expect((await recorded()).generateGroup(request('a', random, 0.8), 2)).rejects.toThrow(
      new RecordingMismatch('The recording was made at temperature 0.7 here, not 0.8 (“a”).'),
    );
    await expect((await recorded()).greedy(request('a', random))).rejects.toThrow(
      new RecordingMismatch('The recording has a group here, not a greedy answer.'),
    );
    const sampler = await recorded();
    await sampler.generateGroup(request('a', random), 2);
    await sampler.greedy(request('b', random));
    expect(() => sampler.replay(request('a', random), [4])).toThrow(RecordingMismatch);
  });

  it('gives what versions before 0.4.0 measured before a group once the group is drawn', async () => {
    const group = (question: string): RecordedCall => ({
      method: 'generateGroup',
      question,
      temperature: 0.7,
      count: 1,
      drawn: 0,
      samples: [sampleOf('SELECT 1')],
    });
    const measured = (question: string, entropy: number): RecordedCall => ({
      method: 'distribution',
      question,
      temperature: 0.7,
      distribution: { ...MEASURED, entropy },
    });
    const sampler = new ReplaySampler(numbers, [measured('a', 1), group('a'), measured('b', 2), group('b')]);
    const { next } = seededRandom(1);
    for (const [question, entropy] of [
      ['a', 1],
      ['b', 2],
    ] as const) {
      await sampler.generateGroup(request(question, next), 1);
      expect(sampler.distribution(request(question, next))).toMatchObject({ entropy });
    }
    expect(sampler.remaining).toBe(0);
    expect(() => sampler.distribution(request('b', next))).toThrow(RecordingEnded);
    await expect(
      new ReplaySampler(numbers, [measured('a', 1), group('b')]).generateGroup(request('b', next), 1),
    ).rejects.toThrow(RecordingMismatch);
  });

  it('says when it has ended, and goes on with other calls', async () => {
    const sampler = new ReplaySampler(numbers);
    await expect(sampler.generateGroup(request('a', seededRandom(1).next), 2)).rejects.toThrow(
      new RecordingEnded('The recording ends here: it has no group for “a”.'),
    );
    expect(() => sampler.distribution(request('a', seededRandom(1).next))).toThrow(RecordingEnded);
    sampler.play([{ method: 'greedy', question: 'a', temperature: 0.7, drawn: 0, sample: sampleOf('SELECT 1') }], {
      label: 'Another',
      isLanguageModel: false,
    });
    expect((await sampler.greedy(request('a', seededRandom(1).next))).origin).toEqual({
      model: 'Another',
      how: 'recorded',
    });
    expect(sampler).toMatchObject({ label: 'Recorded: Another', isLanguageModel: false });
  });

  it('can be aborted', async () => {
    const sampler = await recorded();
    await expect(
      sampler.generateGroup({ ...request('a', seededRandom(1).next), signal: AbortSignal.abort() }, 2),
    ).rejects.toMatchObject({ name: 'AbortError' });
    expect(sampler.remaining).toBe(4);
  });
});

it('what people judged and wrote becomes completions by question', () => {
  const entry = { dataset: 'd', sql: 's', thumb: 'up', corrected: null, at: 1 } as const;
  const pool = feedbackPool([
    { ...entry, question: 'One?', text: 'SELECT 1' },
    { ...entry, question: 'Two?', text: 'SELECT 2', thumb: 'down' },
    { ...entry, question: ' One? ', text: 'SELECT 3', thumb: null, corrected: 'SELECT 4' },
    { ...entry, question: 'One?', text: 'SELECT 4' },
    { ...entry, question: 'One?', text: 'SELECT 1', thumb: 'down' },
  ]);
  expect([...pool]).toEqual([
    [
      'One?',
      [
        { source: JUDGED_BY_PEOPLE, text: 'SELECT 1' },
        { source: JUDGED_BY_PEOPLE, text: 'SELECT 3' },
        { source: WRITTEN_BY_PEOPLE, text: 'SELECT 4' },
      ],
    ],
    ['Two?', [{ source: JUDGED_BY_PEOPLE, text: 'SELECT 2' }]],
  ]);
  expect(feedbackPool([]).size).toBe(0);
});
