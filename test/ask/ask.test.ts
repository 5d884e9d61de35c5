import { beforeAll, describe, expect, it } from 'vitest';
import { ask, type AskParts } from '../../src/ask/ask.ts';
import { bestAnswers } from '../../src/ask/best-answers.ts';
import type { Dataset } from '../../src/engine/engine-ports.ts';
import { DEFAULT_SEED, makeConfig } from '../../src/grpo/config.ts';
import { seededRandom } from '../../src/grpo/random.ts';
import { SHOWN_ROWS } from '../../src/grpo/trainer.ts';
import type { FeatureUse, PolicyHint, Sample, SampleRequest, Sampler } from '../../src/grpo/types.ts';
import { fixedPolicy } from '../../src/lab/evaluate.ts';
import { makeSketchSampler } from '../../src/samplers/sketch/sketch-sampler.ts';
import { STARTER } from '../views/fixture.ts';
import { makeRewards, shopDataset } from '../engine/scenario.ts';
import { shopFiles } from '../engine/shop-files.ts';
import { identity } from '../grpo/identity.ts';

let shop: Dataset;
let parts: AskParts;

beforeAll(async () => {
  shop = await shopDataset(shopFiles());
  parts = {
    sampler: makeSketchSampler({ schema: shop.database.schema }),
    policy: fixedPolicy([]),
    database: shop.database,
    rewards: makeRewards(shop, () => Promise.resolve(null)),
    config: makeConfig(),
  };
});

const request = { question: 'How many customers are there?', samples: 6, hints: true, seed: 1 };

const hint = (pattern: string, weight: number): PolicyHint => ({
  ...(STARTER[0] as PolicyHint),
  ...identity(null, pattern),
  weight,
});
const use = (pattern: string): FeatureUse => ({ feature: hint(pattern, 0), value: 1, expected: 0 });

/** Writes the given SQL in order, the first of them greedily, and notes how it was asked. */
function writer(texts: readonly string[], over: Partial<Sample> = {}): Sampler & { readonly asked: SampleRequest[] } {
  const asked: SampleRequest[] = [];
  const sample = (sql: string): Sample => ({
    text: `Here it is: ${sql}`,
    sql,
    logProbability: null,
    referenceLogProbability: null,
    decisions: [],
    features: [...(sql.includes('email') ? [use('email')] : []), ...(sql.includes('COUNT') ? [use('COUNT')] : [])],
    origin: { model: 'Scripted', how: 'recorded' },
    ...over,
  });
  return {
    asked,
    id: 'scripted',
    label: 'Scripted model',
    isLanguageModel: true,
    greedy: (given) => {
      asked.push(given);
      return Promise.resolve(sample(texts[0] ?? ''));
    },
    generateGroup: (given, count) => {
      asked.push(given);
      return Promise.resolve(Array.from({ length: count }, (_, i) => sample(texts[(i + 1) % texts.length] ?? '')));
    },
    distribution: () => null,
  };
}

const COUNT = 'SELECT COUNT(*) FROM customers';

describe('the sketch sampler', () => {
  it('answers with plain data, the same for the same seed, and counts each SQL once', async () => {
    const answer = await ask({ ...request, samples: 8 }, parts);
    expect(structuredClone(answer)).toEqual(answer);
    expect(await ask({ ...request, samples: 8 }, parts)).toEqual(answer);
    expect(answer).toMatchObject({
      question: request.question,
      samples: 8,
      scoredBy: 'reward+likelihood',
      note: null,
      sampler: { id: 'sketch', isLanguageModel: false },
    });
    expect(answer.candidates.reduce((sum, { count }) => sum + count, 0)).toBe(8);
    expect(answer.candidates.filter(({ greedy }) => greedy)).toHaveLength(1);
    const [best, ...others] = answer.candidates;
    const [gold] = await shop.database.execute([COUNT]);
    expect(best).toMatchObject({ why: '', execution: { status: 'rows', rows: gold?.rows } });
    expect(others.every(({ why }) => why !== '')).toBe(true);
    const scores = answer.candidates.map(({ score }) => score ?? -Infinity);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(best?.rewards.components.agreement).toBeUndefined();
  });

  it('draws with the hints, or without them, and names those that acted', async () => {
    const wanted = (await drawnFeatures()).map(({ feature }): PolicyHint => ({
      ...(STARTER[0] as PolicyHint),
      ...feature,
      weight: 2,
    }));
    expect(wanted.length).toBeGreaterThan(8);
    const policy = fixedPolicy(wanted);
    const on = await ask(request, { ...parts, policy });
    const off = await ask({ ...request, hints: false }, { ...parts, policy });
    expect(off).toEqual(await ask({ ...request, hints: false }, parts));
    expect(off.candidates.every(({ hints, hintScore }) => hints.length === 0 && hintScore === 0)).toBe(true);
    const likely = (answer: typeof on): number => answer.candidates.find(({ greedy }) => greedy)?.logProbability ?? NaN;
    expect(likely(on)).toBeGreaterThan(likely(off));
    const greedy = on.candidates.find((candidate) => candidate.greedy);
    expect(greedy).toMatchObject({ hintCount: wanted.length });
    expect(greedy?.hints).toHaveLength(8);
    expect(greedy?.hints[0]).toMatchObject({ weight: 2 });
    expect(greedy?.hintScore).toBeGreaterThanOrEqual(2 * wanted.length);
  });

  /** What fires in the greedy answer without hints. */
  const drawnFeatures = async (): Promise<readonly FeatureUse[]> =>
    (
      await parts.sampler.greedy({
        question: request.question,
        policy: fixedPolicy([]),
        temperature: 0.7,
        random: () => 0.5,
      })
    ).features.filter(({ value }) => value > 0);

  it('one candidate is the greedy answer', async () => {
    const { candidates } = await ask({ ...request, samples: 1 }, parts);
    expect(candidates).toMatchObject([{ greedy: true, count: 1, agreement: { same: 0, others: 0 } }]);
  });

  it('says when nothing of the question could be linked, unless the reader gave the answer', async () => {
    const question = 'zxcv qwerty?';
    const { note } = await ask({ ...request, question }, parts);
    expect(note).toMatch(/^Nothing in the question could be linked to this database.*: (\w+, )+.* …$/);
    const right = 'SELECT COUNT(*) FROM customers';
    const said = { approved: [], disapproved: [], corrected: [right] };
    const given = await ask(
      { ...request, question },
      { ...parts, rewards: makeRewards(shop, () => Promise.resolve(said)), written: () => [right] },
    );
    expect(given.note).toBeNull();
    expect(given.candidates[0]?.sql).toBe(right);
    expect(given.sure).toMatchObject({ confirmed: true, says: 'It gives the result that you said is right.' });
  });

  it('answers a held-out question too: nothing is learned from it', async () => {
    const heldOut = shop.questions.find(({ split }) => split === 'held-out');
    await expect(ask({ ...request, question: heldOut?.question ?? '' }, parts)).resolves.toMatchObject({
      question: heldOut?.question,
    });
  });
});

describe('a model whose draws the hints did not steer', () => {
  const texts = [
    'SELECT email FROM customers LIMIT 3',
    COUNT,
    'SELECT count(*)\nFROM customers;',
    'SELECT nonsense FROM customers',
  ];

  it('is ranked by reward with agreement, and the weights of the hints that fire', async () => {
    const sampler = writer(texts);
    const without = await ask({ ...request, samples: 4, hints: false }, { ...parts, sampler });
    expect(without.scoredBy).toBe('reward');
    expect(without.candidates.map(({ sql }) => sql)).toEqual([COUNT, texts[0], texts[3]]);
    const [best, email, broken] = without.candidates;
    expect(best).toMatchObject({
      count: 2,
      greedy: false,
      agreement: { same: 1, others: 2 },
      origin: { model: 'Scripted', how: 'recorded' },
      text: `Here it is: ${COUNT}`,
    });
    expect(best?.rewards.components.agreement?.value).toBe(0);
    expect(email?.why).toMatch(
      /^Another result: of the other 2, none agrees with it and 1 with the answer; a lower reward \([+−]\d\.\d\d against \+\d\.\d\d\): .+/,
    );
    expect(broken).toMatchObject({ agreement: null, why: 'SQLite cannot compile it: no such column: nonsense.' });

    const policy = fixedPolicy([hint('email', 3), hint('COUNT', -0.5)]);
    const byHints = await ask({ ...request, samples: 4 }, { ...parts, sampler, policy });
    expect(byHints.scoredBy).toBe('reward+hints');
    expect(byHints.candidates[0]).toMatchObject({
      sql: texts[0],
      hintScore: 3,
      hints: [{ pattern: { kind: 'sql', parts: ['email'] }, weight: 3, times: 1 }],
    });
    expect(byHints.candidates[0]?.score).toBeCloseTo(3 + (byHints.candidates[0]?.rewards.total ?? NaN), 12);
    expect(byHints.candidates[1]?.why).toContain('the hints speak less for it (−0.50 against +3.00)');
    // The switch of the settings.
    const off = await ask(
      { ...request, samples: 4 },
      { ...parts, sampler, policy, config: makeConfig({ hints_in_choice: false }) },
    );
    expect(off).toMatchObject({ scoredBy: 'reward', candidates: [{ sql: COUNT }, {}, {}] });
  });

  it('what did not run is never the answer while something did, whatever the hints say', async () => {
    const { candidates } = await ask(
      { ...request, samples: 2 },
      {
        ...parts,
        sampler: writer(['SELECT nonsense, email FROM customers', COUNT]),
        policy: fixedPolicy([hint('email', 5)]),
      },
    );
    expect(candidates.map(({ sql }) => sql)).toEqual([COUNT, 'SELECT nonsense, email FROM customers']);
  });

  it('never looks at gold, and keeps the reward reference-free when the run is rewarded by gold', async () => {
    const config = makeConfig({
      gold_weight: 1,
      validity_weight: 0,
      execution_weight: 0,
      quality_weight: 0,
      format_weight: 0,
    });
    const {
      candidates: [best],
    } = await ask({ ...request, samples: 4 }, { ...parts, config, sampler: writer(texts) });
    expect(Object.keys(best?.rewards.components ?? {}).sort()).toEqual([
      'agreement',
      'execution',
      'format',
      'quality',
      'validity',
    ]);
    expect(best).toMatchObject({ sql: COUNT });
    expect(best?.score).toBeGreaterThan(0);
  });

  it('cuts the rows it shows and says how many there were', async () => {
    const {
      candidates: [best],
    } = await ask({ ...request, samples: 1 }, { ...parts, sampler: writer(['SELECT name FROM customers']) });
    expect(best?.execution.rows).toHaveLength(SHOWN_ROWS);
    expect(best?.rowCount).toBeGreaterThan(SHOWN_ROWS);
  });

  it.each([
    [
      'nothing ran',
      ['SELECT nonsense FROM customers'],
      /^No candidate ran\. SQLite cannot compile it: no such column: nonsense\. Ask again with more candidates/,
    ],
    ['there is no SQL', [''], /^No candidate holds SQL\./],
    ['every candidate evades the question', ['SELECT 1'], /^No candidate answers the question: It reads no table/],
  ])('says when %s', async (_what, sql, message) => {
    expect((await ask({ ...request, samples: 2 }, { ...parts, sampler: writer(sql) })).note).toMatch(message);
  });

  it('draws at the set temperature, with chance that the greedy answer does not use up', async () => {
    const sampler = writer(texts);
    await ask({ ...request, samples: 3 }, { ...parts, sampler, config: makeConfig({ temperature: 0.4 }) });
    const [greedy, drawn] = sampler.asked;
    expect([greedy?.temperature, drawn?.temperature]).toEqual([0.4, 0.4]);
    greedy?.random();
    expect(drawn?.random()).toBe(seededRandom(request.seed).next());
  });
});

describe('what is refused', () => {
  it.each([
    ['no question', { question: '  ' }, 'QuestionError', /Type a question first/],
    ['a question that is too long', { question: 'x'.repeat(2001) }, 'QuestionError', /at most 2000 characters/],
    ['no candidates', { samples: 0 }, 'ConfigError', /from 1 to 32, not 0/],
    ['too many', { samples: 33 }, 'ConfigError', /from 1 to 32, not 33/],
    ['half a seed', { seed: 0.5 }, 'ConfigError', /seed/],
  ])('%s', async (_what, over, name, message) => {
    await expect(ask({ ...request, ...over }, parts)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message) as string,
    });
  });

  it('ends when it is aborted', async () => {
    const stop = new AbortController();
    const sampler = writer([COUNT]);
    const slow: Sampler = {
      ...sampler,
      generateGroup: async (given, count) => {
        stop.abort();
        given.signal?.throwIfAborted();
        return sampler.generateGroup(given, count);
      },
    };
    await expect(ask(request, { ...parts, sampler: slow, signal: stop.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

it('an evaluation by the rule of Ask judges what Ask answers', async () => {
  const answer = bestAnswers(parts)(fixedPolicy([]));
  const question = 'Which customers live in Norway?';
  const { candidates } = await ask({ question, samples: 32, hints: true, seed: DEFAULT_SEED }, parts);
  expect(await answer({ id: 'q', question, split: 'held-out' })).toBe(candidates[0]?.sql);
});
