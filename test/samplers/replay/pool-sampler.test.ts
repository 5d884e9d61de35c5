import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SqliteDatabase } from '../../../src/database/sqlite-database.ts';
import { seededRandom } from '../../../src/grpo/random.ts';
import type { PolicyView, SampleRequest } from '../../../src/grpo/types.ts';
import { makePoolSampler } from '../../../src/samplers/replay/pool-sampler.ts';
import type { PoolCompletion } from '../../../src/samplers/replay/pool-sampler.ts';

const { schema } = await SqliteDatabase.open(
  "CREATE TABLE boat (id INTEGER PRIMARY KEY, name TEXT, length REAL); INSERT INTO boat VALUES (1, 'Ada', 7)",
);
const QUESTION = 'How many boats are there?';
const POOL: readonly PoolCompletion[] = [
  { source: 'small', text: 'SELECT name FROM boat' },
  { source: 'large', text: 'Here you are:\n```sql\nSELECT COUNT(*) FROM boat;\n```' },
  { source: 'larger', text: 'SELECT COUNT(*) FROM boat' },
  { source: '', text: 'I do not know.' },
  { source: 'other', text: 'SELECT COUNT(id) FROM boat' },
  { source: 'sixth', text: 'SELECT SUM(id) FROM boat' },
];
const NOTHING: PolicyView = { hints: [], version: 0, weightOf: () => 0 };
const sampler = makePoolSampler({
  completions: new Map([[QUESTION, POOL]]),
  schema,
  label: 'Recorded completions of 6 models',
});
const request = (seed: number, more: Partial<SampleRequest> = {}): SampleRequest => ({
  question: QUESTION,
  policy: NOTHING,
  temperature: 0.7,
  random: seededRandom(seed).next,
  ...more,
});

describe('makePoolSampler', () => {
  test('says where each completion is from, and extracts its SQL', async () => {
    const all = await sampler.generateGroup(request(1), 6);
    expect(all.map(({ origin }) => origin?.model).toSorted()).toEqual([
      'an unnamed model',
      'large',
      'larger',
      'other',
      'sixth',
      'small',
    ]);
    expect(all.every(({ origin }) => origin?.how === 'recorded')).toBe(true);
    const fenced = all.find(({ origin }) => origin?.model === 'large');
    expect(fenced).toMatchObject({
      text: POOL[1]?.text,
      sql: 'SELECT COUNT(*) FROM boat',
      logProbability: null,
      referenceLogProbability: null,
      decisions: [],
    });
    expect(fenced?.features.map(({ feature }) => feature.key)).toContain('"how many" | only COUNT');
    expect(all.find(({ text }) => text === 'I do not know.')).toMatchObject({ sql: '', features: [] });
  });

  test('the same seed gives the same group, whatever the hints; another seed another one', async () => {
    const texts = async (seed: number, policy = NOTHING): Promise<string[]> =>
      (await sampler.generateGroup(request(seed, { policy }), 3)).map(({ text }) => text);
    expect(await texts(1)).toEqual(await texts(1));
    expect(await texts(1, { ...NOTHING, weightOf: () => 5 })).toEqual(await texts(1));
    const groups = await Promise.all(Array.from({ length: 20 }, (_, seed) => texts(seed)));
    expect(new Set(groups.map((group) => group.join())).size).toBeGreaterThan(10);
  });

  test('without replacement, and a pool is left as it was', async () => {
    const before = structuredClone(POOL);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 10 }), async (seed, count) => {
        const group = await sampler.generateGroup(request(seed), count);
        expect(group).toHaveLength(Math.min(count, POOL.length));
        expect(new Set(group.map(({ text }) => text)).size).toBe(group.length);
      }),
      { numRuns: 100 },
    );
    expect(POOL).toEqual(before);
  });

  test('every completion is drawn equally often', async () => {
    const random = seededRandom(5).next;
    const counts = new Map<string, number>();
    for (let i = 0; i < 3000; i++)
      for (const { text } of await sampler.generateGroup(request(0, { random }), 2))
        counts.set(text, (counts.get(text) ?? 0) + 1);
    // 2 of 6 a group: 1000 each, with a standard deviation of about 26.
    for (const { text } of POOL) expect(Math.abs((counts.get(text) ?? 0) - 1000)).toBeLessThan(120);
  });

  test('greedy is the most probable text: the one written most often, unless hints say otherwise', async () => {
    expect((await sampler.greedy(request(1))).sql).toBe('SELECT COUNT(*) FROM boat');
    const against: PolicyView = {
      ...NOTHING,
      weightOf: (key) => (key === '* | COUNT(*)' ? -3 : key === '* | SUM' ? 1 : 0),
    };
    expect((await sampler.greedy(request(1, { policy: against }))).sql).toBe('SELECT SUM(id) FROM boat');
    const slightly: PolicyView = { ...NOTHING, weightOf: (key) => (key === '* | SUM' ? 0.5 : 0) };
    // e^0.5 once is less than twice.
    expect((await sampler.greedy(request(1, { policy: slightly }))).sql).toBe('SELECT COUNT(*) FROM boat');
  });

  test('a question is known by its trimmed text; without completions the message says so', async () => {
    expect(await sampler.generateGroup(request(1, { question: `  ${QUESTION}\n` }), 2)).toHaveLength(2);
    await expect(sampler.generateGroup(request(1, { question: 'Which boats are red?' }), 2)).rejects.toThrow(
      'no recorded completions for the question “Which boats are red?”',
    );
    await expect(sampler.greedy(request(1, { question: 'Which boats are red?' }))).rejects.toThrow(
      'no recorded completions',
    );
  });

  test('with totals, drawn by the policy that chooses: ∝ exp((total + Σ w f) / temperature), without replacement', async () => {
    const asked: string[][] = [];
    // e^(0.1 ln 2 / 0.1) = 2 for one text by its reward, and 2 again for another by a hint; 1 for the rest.
    const totals = (_: string, sql: readonly string[]): Promise<(number | null)[]> => {
      asked.push([...sql]);
      return Promise.resolve(sql.map((text) => (text === 'SELECT name FROM boat' ? 0.1 * Math.log(2) : 0)));
    };
    const policy: PolicyView = { ...NOTHING, weightOf: (key) => (key === '* | SUM' ? 0.1 * Math.log(2) : 0) };
    const choosing = makePoolSampler({ completions: new Map([[QUESTION, POOL]]), schema, label: 'l', totals });
    const random = seededRandom(9).next;
    const counts = new Map<string, number>();
    for (let i = 0; i < 4000; i++)
      for (const { text } of await choosing.generateGroup(request(0, { random, policy, temperature: 0.1 }), 1))
        counts.set(text, (counts.get(text) ?? 0) + 1);
    // 2, 2, 1, 1, 1, 1 of 8: standard deviations of about 27 and 21.
    for (const { text } of POOL)
      expect(
        Math.abs((counts.get(text) ?? 0) - (text.includes('name') || text.includes('SUM') ? 1000 : 500)),
        text,
      ).toBeLessThan(110);
    expect(asked).toEqual([
      [
        ...new Set([
          'SELECT name FROM boat',
          'SELECT COUNT(*) FROM boat',
          '',
          'SELECT COUNT(id) FROM boat',
          'SELECT SUM(id) FROM boat',
        ]),
      ],
    ]);
    const whole = await choosing.generateGroup(request(1, { temperature: 0.001 }), 9);
    expect(new Set(whole.map(({ text }) => text)).size).toBe(POOL.length);
    expect((await choosing.greedy(request(1, { policy, temperature: 0.01 }))).sql).toBe('SELECT name FROM boat');
  });

  test('a completion without a total counts as the worst', async () => {
    const totals = (_: string, sql: readonly string[]): Promise<(number | null)[]> =>
      Promise.resolve(sql.map((text) => (text === '' ? null : 0.5)));
    const choosing = makePoolSampler({ completions: new Map([[QUESTION, POOL]]), schema, label: 'l', totals });
    const last = (await choosing.generateGroup(request(3, { temperature: 0.01 }), 6)).at(-1);
    expect(last?.text).toBe('I do not know.');
  });

  test('stops when it is told to', async () => {
    await expect(sampler.generateGroup(request(1, { signal: AbortSignal.abort() }), 2)).rejects.toThrow(
      expect.objectContaining({ name: 'AbortError' }) as Error,
    );
  });

  test('claims no distribution, and is labelled as recorded', () => {
    expect(sampler.distribution(request(1), [])).toBeNull();
    expect(sampler).toMatchObject({
      id: 'completions',
      label: 'Recorded completions of 6 models',
      isLanguageModel: true,
    });
    expect('replay' in sampler).toBe(false);
  });
});
