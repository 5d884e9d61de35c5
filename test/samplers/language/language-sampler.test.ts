import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_CONFIG } from '../../../src/grpo/config.ts';
import { applyGuidance, inclusionProbability } from '../../../src/grpo/guidance.ts';
import { PolicyLayer } from '../../../src/grpo/policy.ts';
import { seededRandom } from '../../../src/grpo/random.ts';
import type { Sample, SampleRequest, Schema } from '../../../src/grpo/types.ts';
import {
  makeLanguageSampler,
  type LanguageSampler,
  type LanguageSettings,
  type LiveGroup,
} from '../../../src/samplers/language/language-sampler.ts';
import { ModelError } from '../../../src/samplers/language/model.ts';
import { openTestDatabase } from '../../database/helpers.ts';
import { scriptedModel, type ScriptedModel, type ScriptedOptions } from '../../support/scripted-model.ts';
import { FLEET_SQL } from '../sketch/fleet.ts';

const QUESTION = 'how many boats';
let schema: Schema;
beforeAll(async () => {
  const database = await openTestDatabase(FLEET_SQL);
  database.close();
  schema = database.schema;
});

function make(
  options: ScriptedOptions,
  settings: Partial<LanguageSettings> = {},
  onLive?: (group: LiveGroup) => void,
): { model: ScriptedModel; sampler: LanguageSampler } {
  const model = scriptedModel(options);
  return {
    model,
    sampler: makeLanguageSampler({
      model,
      schema,
      settings: () => ({ ...DEFAULT_CONFIG, ...settings }),
      ...(onLive === undefined ? {} : { onLive }),
    }),
  };
}
const request = (
  policy: SampleRequest['policy'] = new PolicyLayer(),
  seed = 1,
  signal?: AbortSignal,
): SampleRequest => ({
  question: QUESTION,
  policy,
  temperature: 0.7,
  random: seededRandom(seed).next,
  ...(signal === undefined ? {} : { signal }),
});
const withGuidance = (...sentences: string[]): PolicyLayer => {
  const policy = new PolicyLayer();
  for (const text of sentences)
    applyGuidance(policy, { op: 'add', text }, { step: 1, author: { by: 'model', label: 'M', step: 1 } });
  return policy;
};
const bySeed: ScriptedOptions = {
  answer: ({ seed }) => `Sure! \`\`\`sql\nSELECT COUNT(*) AS n${seed % 1000} FROM boat;\n\`\`\``,
};
const systemOf = (sample: Sample): string => sample.origin?.prompt?.[0]?.content ?? '';
/** Lets what waits for microtasks go on. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('a group', () => {
  it('has the seeds s … s+G−1 drawn from one number, one prompt, and the SQL of each answer', async () => {
    const { model, sampler } = make(bySeed);
    let draws = 0;
    const { next } = seededRandom(5);
    const first = Math.floor(seededRandom(5).next() * 2 ** 31);
    const samples = await sampler.generateGroup(
      {
        ...request(),
        random: () => {
          draws++;
          return next();
        },
      },
      4,
    );
    expect(draws).toBe(1);
    expect(model.requests.map(({ seed }) => seed)).toEqual([0, 1, 2, 3].map((i) => first + i));
    expect(new Set(model.requests.map(({ messages }) => messages)).size).toBe(1);
    expect(model.requests[0]).toMatchObject({ temperature: 0.7, maxTokens: 256 });
    expect(model.requests[0]?.grammar).toBeUndefined();
    expect(samples.map(({ sql }) => sql)).toEqual(
      [0, 1, 2, 3].map((i) => `SELECT COUNT(*) AS n${(first + i) % 1000} FROM boat`),
    );
    expect(samples[0]).toMatchObject({
      decisions: [],
      logProbability: null,
      referenceLogProbability: null,
      origin: { model: 'Scripted model', how: 'live', seed: first, finish: 'stop', constrained: false },
    });
    expect(samples[0]?.text).toContain('Sure!');
    expect(samples[0]?.features.map(({ feature }) => feature.key)).toContain('"how many" | COUNT');
    expect(samples[0]?.features.every(({ value, expected }) => value === 1 && expected === 0)).toBe(true);
  });
  it('is the same for the same seed, another for another', async () => {
    const { sampler } = make(bySeed);
    const [a, b, c] = [
      await sampler.generateGroup(request(), 3),
      await sampler.generateGroup(request(), 3),
      await sampler.generateGroup(request(undefined, 2), 3),
    ];
    expect(a).toEqual(b);
    expect(a.map(({ sql }) => sql)).not.toEqual(c.map(({ sql }) => sql));
  });
  it('seeds stay below 2^31', async () => {
    const { model, sampler } = make(bySeed);
    await sampler.generateGroup({ ...request(), random: () => 1 - 2 ** -32 }, 3);
    expect(model.requests.map(({ seed }) => seed)).toEqual([2 ** 31 - 1, 0, 1]);
  });
  it('keeps an answer without SQL, and one that was cut', async () => {
    const { sampler } = make(
      {
        answer: ({ seed }) =>
          seed % 2 === 0 ? 'I cannot say.' : 'SELECT title FROM boat WHERE length > 8 AND built IS NOT NULL',
      },
      { max_tokens: 16 },
    );
    const samples = await sampler.generateGroup({ ...request(), random: () => 0 }, 2);
    expect(samples[0]).toMatchObject({ sql: '', text: 'I cannot say.', features: [] });
    const { sampler: short } = make({ answer: () => 'SELECT title FROM boat WHERE length > 8' }, { max_tokens: 4 });
    expect((await short.generateGroup(request(), 2))[0]).toMatchObject({
      sql: 'SELECT title FROM boat',
      origin: { finish: 'length', tokens: 4 },
    });
  });
  it('is written by as many at a time as the model is good for', async () => {
    for (const [parallel, most] of [
      [1, 1],
      [3, 3],
      [16, 5],
    ] as const) {
      const { model, sampler } = make({ ...bySeed, parallel });
      const samples = await sampler.generateGroup({ ...request(), random: () => 0 }, 5);
      expect(model.busy.most).toBe(most);
      expect(samples.map(({ sql }) => sql)).toEqual([0, 1, 2, 3, 4].map((i) => `SELECT COUNT(*) AS n${i} FROM boat`));
    }
  });
  it('is asked for in one call where the model has one; what is missing then, one by one', async () => {
    const { model, sampler } = make({ ...bySeed, alike: 3 });
    const samples = await sampler.generateGroup({ ...request(), random: () => 0 }, 5);
    expect(samples.map(({ sql }) => sql)).toEqual([0, 1, 2, 3, 4].map((i) => `SELECT COUNT(*) AS n${i} FROM boat`));
    expect(model.requests.map(({ seed }) => seed)).toEqual([0, 3, 4]);
    // The server may have chosen its own seeds in the one call.
    expect(samples.map(({ origin }) => origin?.seed)).toEqual([undefined, undefined, undefined, 3, 4]);
  });
  it('claims no seed where the model has none, and keeps log-probabilities where it has them', async () => {
    const { sampler } = make({ ...bySeed, supports: { seed: false, logProbabilities: true } });
    const [sample] = await sampler.generateGroup(request(), 2);
    expect(sample?.origin).not.toHaveProperty('seed');
    expect(sample?.logProbability).toBeLessThan(0);
  });
  it('follows a grammar only when it is wanted and the runtime can', async () => {
    const can = make({ ...bySeed, supports: { grammar: true } }, { constrained: true });
    const [sample] = await can.sampler.generateGroup(request(), 2);
    expect(can.model.requests[0]?.grammar).toContain('root ::= ');
    expect(can.model.requests[0]?.grammar).toContain('FROM boat');
    expect(sample?.origin?.constrained).toBe(true);
    for (const { model, sampler } of [
      make(bySeed, { constrained: true }),
      make({ ...bySeed, supports: { grammar: true } }),
    ]) {
      expect((await sampler.generateGroup(request(), 2))[0]?.origin?.constrained).toBe(false);
      expect(model.requests[0]?.grammar).toBeUndefined();
    }
  });
  it('leaves room for the answer in a small context', async () => {
    const { tokens } = make(bySeed).sampler.prompt(QUESTION, new PolicyLayer());
    const { sampler } = make({ ...bySeed, contextTokens: tokens - 10 + 288 }, { max_tokens: 288, prompt_tokens: 1500 });
    const [sample] = await sampler.generateGroup(request(), 2);
    expect((systemOf(sample as Sample).length + QUESTION.length) / 4).toBeLessThanOrEqual(tokens - 10);
    expect(sampler.prompt(QUESTION, new PolicyLayer()).leftOut.samples).toBeGreaterThan(0);
  });
  it('has no distribution, and needs a table', () => {
    const { model, sampler } = make(bySeed);
    expect(sampler.distribution(request(), [])).toBeNull();
    expect([sampler.id, sampler.label, sampler.isLanguageModel]).toEqual(['scripted/model', 'Scripted model', true]);
    expect(() =>
      makeLanguageSampler({ model, schema: { tables: [], profiles: [] }, settings: () => DEFAULT_CONFIG }),
    ).toThrow(RangeError);
  });
});

describe('while it is written', () => {
  it('every change is told as a new plain object', async () => {
    const told: LiveGroup[] = [];
    const { sampler } = make({ answer: () => 'SELECT 1 FROM boat' }, {}, (group) => told.push(group));
    await sampler.generateGroup({ ...request(), random: () => 0 }, 2);
    expect(told[0]).toEqual({
      question: QUESTION,
      model: 'Scripted model',
      seed: 0,
      completions: [0, 1].map((index) => ({ index, seed: index, text: '', tokens: 0, state: 'waiting', finish: null })),
    });
    expect(
      told.map(({ completions }) => completions.map(({ text, state }) => `${state} ${text.trim()}`.trim()).join(' | ')),
    ).toEqual([
      'waiting | waiting',
      'writing | waiting',
      'writing SELECT | waiting',
      'writing SELECT 1 | waiting',
      'writing SELECT 1 FROM | waiting',
      'writing SELECT 1 FROM boat | waiting',
      'done SELECT 1 FROM boat | waiting',
      'done SELECT 1 FROM boat | writing',
      'done SELECT 1 FROM boat | writing SELECT',
      'done SELECT 1 FROM boat | writing SELECT 1',
      'done SELECT 1 FROM boat | writing SELECT 1 FROM',
      'done SELECT 1 FROM boat | writing SELECT 1 FROM boat',
      'done SELECT 1 FROM boat | done SELECT 1 FROM boat',
    ]);
    expect(new Set(told).size).toBe(told.length);
    expect(structuredClone(told)).toEqual(told);
  });
  it.each([
    ['one by one', {}],
    ['in one call', { alike: 3 }],
  ] as const)('one completion can be stopped and keeps its text (%s)', async (_how, more) => {
    let sampler: LanguageSampler | null = null;
    const made = make({ answer: () => 'SELECT title FROM boat WHERE length > 8', ...more }, {}, ({ completions }) => {
      if (completions[1]?.text === 'SELECT title FROM boat ') sampler?.stop(1);
    });
    sampler = made.sampler;
    const samples = await sampler.generateGroup(request(), 3);
    expect(samples.map(({ sql, origin }) => [sql, origin?.finish])).toEqual([
      ['SELECT title FROM boat WHERE length > 8', 'stop'],
      ['SELECT title FROM boat', 'stopped'],
      ['SELECT title FROM boat WHERE length > 8', 'stop'],
    ]);
  });
  it('all can be stopped: those whose turn has not come are never begun', async () => {
    let sampler: LanguageSampler | null = null;
    const { model, sampler: made } = make({ answer: () => 'SELECT title FROM boat' }, {}, ({ completions }) => {
      if (completions[0]?.text === 'SELECT ') sampler?.stop();
    });
    sampler = made;
    const samples = await sampler.generateGroup(request(), 3);
    expect(samples.map(({ text, origin }) => [text, origin?.finish])).toEqual([
      ['SELECT ', 'stopped'],
      ['', 'stopped'],
      ['', 'stopped'],
    ]);
    expect(model.requests).toHaveLength(1);
    expect(sampler.stop(0)).toBe(false);
  });
  it('aborting gives up: AbortError, and nothing goes on', async () => {
    const controller = new AbortController();
    const { model, sampler } = make({ ...bySeed, parallel: 2 }, {}, ({ completions }) => {
      if (completions[0]?.text !== '') controller.abort();
    });
    await expect(sampler.generateGroup(request(undefined, 1, controller.signal), 8)).rejects.toMatchObject({
      name: 'AbortError',
    });
    await settle();
    expect(model.requests.length).toBeLessThanOrEqual(2);
    expect(model.busy.now).toBe(0);
    const aborted = new AbortController();
    aborted.abort();
    await expect(sampler.generateGroup(request(undefined, 1, aborted.signal), 2)).rejects.toMatchObject({
      name: 'AbortError',
    });
    await expect(sampler.greedy(request(undefined, 1, aborted.signal))).rejects.toMatchObject({ name: 'AbortError' });
  });
  it.each([
    ['one by one', {}],
    ['in one call', { alike: 4 }],
  ] as const)('a model error fails the group as it is, and the others are given up (%s)', async (_how, more) => {
    const failure = new ModelError('device-lost', 'The GPU is gone.', 'Load the model again.');
    const { model, sampler } = make({
      answer: ({ seed }) => {
        if (seed === 1) throw failure;
        return 'SELECT title FROM boat WHERE length > 8';
      },
      parallel: 2,
      ...more,
    });
    await expect(sampler.generateGroup({ ...request(), random: () => 0 }, 4)).rejects.toBe(failure);
    await settle();
    expect(model.requests.length).toBeLessThanOrEqual(2);
    expect(sampler.stop()).toBe(false);
    const again = await sampler.generateGroup({ ...request(), random: () => 0.5 }, 2);
    expect(again).toHaveLength(2);
  });
});

describe('greedy', () => {
  it('is temperature 0 and seed 0, without chance, and seen as a group of one', async () => {
    const told: LiveGroup[] = [];
    const { model, sampler } = make(bySeed, {}, (group) => told.push(group));
    const sample = await sampler.greedy({
      ...request(),
      random: () => {
        throw new Error('No chance in greedy.');
      },
    });
    expect(model.requests[0]).toMatchObject({ temperature: 0, seed: 0 });
    expect(sample.sql).toBe('SELECT COUNT(*) AS n0 FROM boat');
    expect(told.at(-1)?.completions).toMatchObject([{ index: 0, seed: 0, state: 'done', text: sample.text }]);
  });
});

describe('guidance in the prompt', () => {
  const [A, B] = ['When asked how many, count the rows.', 'When asked for names, show names only.'];
  it('is drawn for each completion: value 1 where it is in the prompt, expected σ(w), a decision for each', async () => {
    const policy = withGuidance(A, B);
    const [a, b] = policy.hints.map(({ key }) => key) as [string, string];
    policy.edit(b, { weight: -1 }, 1, 5);
    const { sampler } = make(bySeed);
    const samples = await sampler.generateGroup(request(policy), 400);
    for (const [key, sentence, weight] of [
      [a, A, 0.1],
      [b, B, -1],
    ] as const) {
      const p = inclusionProbability(weight);
      let inPrompt = 0;
      for (const sample of samples) {
        const use = sample.features.find(({ feature }) => feature.key === key);
        const isIn = systemOf(sample).includes(`- ${sentence}\n`) || systemOf(sample).endsWith(`- ${sentence}`);
        inPrompt += Number(isIn);
        expect(use).toMatchObject({
          value: isIn ? 1 : 0,
          expected: p,
          feature: {
            template: 'guidance',
            cue: null,
            pattern: { kind: 'sentence', parts: [sentence] },
            general: true,
            words: 0,
          },
        });
        expect(sample.decisions.find(({ name }) => name === `guidance: ${sentence}`)).toEqual({
          name: `guidance: ${sentence}`,
          chosen: isIn ? 'in the prompt' : 'left out',
          probability: isIn ? p : 1 - p,
          referenceProbability: 0.5,
        });
      }
      // Four standard errors of a share of 400.
      expect(Math.abs(inPrompt / 400 - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 400));
    }
    expect(samples[0]?.decisions).toHaveLength(2);
  });
  it('takes one number for the seed and one for each hint and completion, so that a run repeats', async () => {
    const { sampler } = make(bySeed);
    let draws = 0;
    const { next } = seededRandom(3);
    await sampler.generateGroup(
      {
        ...request(withGuidance(A, B)),
        random: () => {
          draws++;
          return next();
        },
      },
      4,
    );
    expect(draws).toBe(1 + 4 * 2);
  });
  it('greedy takes what is more likely in than out', async () => {
    const policy = withGuidance(A, B);
    policy.edit(policy.hints[1]?.key ?? '', { weight: -0.2 }, 1, 5);
    const { sampler } = make(bySeed);
    const sample = await sampler.greedy(request(policy));
    expect(systemOf(sample)).toContain(A);
    expect(systemOf(sample)).not.toContain(B);
    expect(sample.features.filter(({ feature }) => feature.template === 'guidance').map(({ value }) => value)).toEqual([
      1, 0,
    ]);
    expect(sampler.prompt(QUESTION, policy).messages).toEqual(sample.origin?.prompt);
    expect(sampler.prompt(QUESTION, policy, false).hints).toEqual([]);
  });
  it('neither acts nor learns when hints are out of the prompt, guidance is off, or it was vetoed', async () => {
    const policy = withGuidance(A);
    const vetoed = withGuidance(A);
    vetoed.edit(vetoed.hints[0]?.key ?? '', { enabled: false }, 1, 5);
    for (const [settings, of] of [
      [{ hints_in_prompt: false }, policy],
      [{ template_guidance: false }, policy],
      [{}, vetoed],
    ] as const) {
      const { sampler } = make(bySeed, settings);
      const samples = await sampler.generateGroup(request(of), 4);
      expect(
        samples.flatMap(({ features }) => features).filter(({ feature }) => feature.template === 'guidance'),
      ).toEqual([]);
      expect(samples.flatMap(({ decisions }) => decisions)).toEqual([]);
      expect(samples.some((sample) => systemOf(sample).includes(A))).toBe(false);
    }
  });
  it('is tried although nothing has taught it yet, where thin evidence is held down', async () => {
    const policy = withGuidance(A);
    policy.configure({ ...DEFAULT_CONFIG, evidence_hold: 5 });
    const { sampler } = make(bySeed);
    const uses = (await sampler.generateGroup(request(policy), 40))
      .flatMap(({ features }) => features)
      .filter(({ feature }) => feature.template === 'guidance');
    expect(uses.every(({ expected }) => expected === 0.5)).toBe(true);
    expect(new Set(uses.map(({ value }) => value))).toEqual(new Set([0, 1]));
  });
  it('keeps to the heaviest that fit into a quarter of the budget', async () => {
    const sentences = Array.from({ length: 8 }, (_s, i) => `When the number is ${i}, ${'say so '.repeat(20)}.`);
    const policy = withGuidance(...sentences);
    policy.hints.forEach(({ key }, i) => policy.edit(key, { weight: 1 + i / 10 }, 1, 5));
    const { sampler } = make(bySeed, { prompt_tokens: 500 });
    const [sample] = await sampler.generateGroup(request(policy), 2);
    // 500 tokens · 4 characters · ¼ = 500 characters: three of about 163.
    expect(sample?.decisions.map(({ name }) => name)).toEqual(
      [5, 6, 7].map((i) => `guidance: ${policy.hints[i]?.pattern.parts[0] ?? ''}`),
    );
  });
});
