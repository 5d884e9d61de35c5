import { describe, expect, it } from 'vitest';
import { PolicyLayer } from '../../../src/grpo/policy.ts';
import { seededRandom } from '../../../src/grpo/random.ts';
import type { Distribution, PolicyView, Sample, Sampler, SampleRequest, StartKl } from '../../../src/grpo/types.ts';
import { makeSketchSampler } from '../../../src/samplers/sketch/sketch-sampler.ts';
import { openTestDatabase } from '../../database/helpers.ts';
import { Evaluator, exactDistribution, stateGraph } from '../../../src/samplers/sketch/process.ts';
import { FLEET_QUESTIONS, FLEET_SQL, grammarOf, indexOf } from './fleet.ts';
import { ODD_SCHEMAS } from '../schemas.ts';
import { featureKey } from '../../../src/grpo/feature-key.ts';
import { patternWords } from '../../../src/grpo/wording.ts';

const NO_HINTS: PolicyView = { weightOf: () => 0, version: 0, hints: [] };
const hinted = (weights: Readonly<Record<string, number>>): PolicyView => ({
  weightOf: (key) => weights[key] ?? 0,
  version: 1,
  hints: [],
});

async function samplerOf(sql: string): Promise<Sampler> {
  const database = await openTestDatabase(sql);
  database.close();
  return makeSketchSampler({ schema: database.schema });
}

const request = (question: string, seed = 1, policy = NO_HINTS, temperature = 0.7): SampleRequest => ({
  question,
  policy,
  temperature,
  random: seededRandom(seed).next,
});
const fleet = samplerOf(FLEET_SQL);
/** On the fleet, from a hundred completions. */
async function distributionOf(asked: SampleRequest): Promise<Distribution | null> {
  const sampler = await fleet;
  return sampler.distribution(asked, await sampler.generateGroup(asked, 100));
}
const sqlOf = (samples: readonly Sample[]): string[] => samples.map(({ sql }) => sql);

describe('a group', () => {
  it('is the same for the same seed, on a new sampler too, and another for another', async () => {
    const group = await (await fleet).generateGroup(request('how many boats per city', 7), 8);
    expect(group).toHaveLength(8);
    expect(await (await fleet).generateGroup(request('how many boats per city', 7), 8)).toEqual(group);
    expect(await (await samplerOf(FLEET_SQL)).generateGroup(request('how many boats per city', 7), 8)).toEqual(group);
    expect(sqlOf(await (await fleet).generateGroup(request('how many boats per city', 8), 8))).not.toEqual(
      sqlOf(group),
    );
  });

  it('does not depend on what was asked before, even when its grammar was forgotten', async () => {
    const sampler = await fleet;
    const first = await sampler.generateGroup(request('titles of boats'), 4);
    for (let i = 0; i < 300; i++) await sampler.greedy(request(`boat number ${i}`));
    expect(await sampler.generateGroup(request('titles of boats'), 4)).toEqual(first);
  });

  it('is more diverse at a higher temperature, and the distribution says so', async () => {
    const distinct: number[] = [];
    const entropy: number[] = [];
    for (const temperature of [0.05, 0.5, 1, 2]) {
      distinct.push(
        new Set(sqlOf(await (await fleet).generateGroup(request('boats from Turku', 3, NO_HINTS, temperature), 100)))
          .size,
      );
      entropy.push((await distributionOf(request('boats from Turku', 3, NO_HINTS, temperature)))?.entropy ?? 0);
    }
    expect(distinct).toEqual([...distinct].sort((a, b) => a - b));
    expect(distinct[3]).toBeGreaterThan(2 * (distinct[1] ?? 0));
    expect(entropy).toEqual([...entropy].sort((a, b) => a - b));
  });

  it('near temperature zero is the greedy completion', async () => {
    let compared = 0;
    for (const question of Object.values(FLEET_QUESTIONS)) {
      const greedy = await (await fleet).greedy(request(question, 1, hinted({ '* | SELECT *': 0.013 }), 1e-3));
      const [drawn] = await (
        await fleet
      ).generateGroup(request(question, 1, hinted({ '* | SELECT *': 0.013 }), 1e-3), 1);
      // Options that score alike share the probability at any temperature.
      if (greedy.decisions.some(({ probability }) => probability < 0.99)) continue;
      compared++;
      expect(drawn?.sql).toBe(greedy.sql);
    }
    expect(compared).toBeGreaterThan(5);
  });

  it('is refused once the request is aborted', async () => {
    const sampler = await fleet;
    const signal = AbortSignal.abort();
    await expect(async () => sampler.generateGroup({ ...request('boats'), signal }, 2)).rejects.toThrow(/abort/iu);
  });

  it('decisions multiply to the probability', async () => {
    const policy = hinted({ '* | column alias': 1.5, 'boat | COUNT(*) FROM boat': -1 });
    for (const sample of await (await fleet).generateGroup(request('how many boats per city', 2, policy), 20)) {
      expect(sample.decisions.reduce((sum, { probability }) => sum + Math.log(probability), 0)).toBeCloseTo(
        sample.logProbability ?? NaN,
        9,
      );
      expect(
        sample.decisions.reduce((sum, { referenceProbability }) => sum + Math.log(referenceProbability), 0),
      ).toBeCloseTo(sample.referenceLogProbability ?? NaN, 9);
      expect(sample.text).toBe(sample.sql);
    }
  });
});

describe('hints', () => {
  const shareOf = async (pattern: RegExp, policy: PolicyView, question: string): Promise<number> => {
    const samples = sqlOf(await (await fleet).generateGroup(request(question, 4, policy), 300));
    return samples.filter((sql) => pattern.test(sql)).length / samples.length;
  };

  it.each([
    ['* | aggregate per group', /GROUP BY/u],
    ['* | column alias', / AS /u],
    ['* | tables without a join condition', /FROM \w+, \w+/u],
    ['"how many" | only list of columns', /^SELECT (?!.*(COUNT|SUM|AVG|MAX|MIN|GROUP))/u],
    ['* | filter by IN (SELECT …)', / IN \(SELECT/u, 'titles of boats from Turku'],
    ['* | > (SELECT AVG …)', /\(SELECT AVG/u],
    ['* | INTERSECT', /INTERSECT/u, 'owners with both Breeze and Dori'],
    ['* | SELECT ~ exact name', /^SELECT (DISTINCT )?(owner\.|harbour\.)?city/u, 'boats by city'],
  ])('%s: its weight moves what it names', async (key, pattern, question = 'how many boats per city') => {
    const [less, none, more] = [
      await shareOf(pattern, hinted({ [key]: -3 }), question),
      await shareOf(pattern, NO_HINTS, question),
      await shareOf(pattern, hinted({ [key]: 3 }), question),
    ];
    expect(less).toBeLessThanOrEqual(none);
    expect(none).toBeLessThan(more);
  });

  it('only where their cue occurs', async () => {
    const policy = hinted({ '"how many" | aggregate per group': 5, 'quay | SELECT boat.title': 5 });
    expect((await distributionOf(request('titles of boats', 1, policy)))?.kl).toBe(0);
    expect((await distributionOf(request('how many boats', 1, policy)))?.kl).toBeGreaterThan(0.1);
  });
});

describe('features', () => {
  it('value − expected over the temperature is the derivative of the log-probability', async () => {
    const sampler = await fleet;
    const h = 1e-4;
    const temperature = 0.8;
    const base = { '* | column alias': 0.7, '* | aggregate per group': -0.4 };
    let compared = 0;
    for (const question of ['how many boats per city', 'owners with more than 1 boat', 'boats not in Turku']) {
      for (let seed = 1; seed <= 4; seed++) {
        const at = async (key: string, weight: number): Promise<Sample | undefined> =>
          (
            await sampler.generateGroup(
              request(
                question,
                seed,
                hinted({ ...base, [key]: (base[key as keyof typeof base] ?? 0) + weight }),
                temperature,
              ),
              1,
            )
          )[0];
        const [sample] = await sampler.generateGroup(request(question, seed, hinted(base), temperature), 1);
        for (const { feature, value, expected } of sample?.features ?? []) {
          const [up, down] = [await at(feature.key, h), await at(feature.key, -h)];
          // The same seed draws the same completion but at the edge between two options.
          if (
            up?.sql !== sample?.sql ||
            down?.sql !== sample?.sql ||
            up?.logProbability == null ||
            down?.logProbability == null
          )
            continue;
          compared++;
          expect((up.logProbability - down.logProbability) / (2 * h), feature.key).toBeCloseTo(
            (value - expected) / temperature,
            5,
          );
        }
      }
    }
    expect(compared).toBeGreaterThan(100);
  });

  it('list what fired in a completion, once a key, and what a hint weighs though it did not fire', async () => {
    const never = '* | made-up column name';
    const samples = await (await fleet).generateGroup(request('titles of boats', 5, hinted({ [never]: -20 })), 6);
    for (const { features, decisions, sql } of samples) {
      const keys = features.map(({ feature }) => feature.key);
      expect(new Set(keys).size).toBe(keys.length);
      const fired = features.filter(({ value }) => value > 0).map(({ feature }) => patternWords(feature.pattern));
      for (const { chosen } of decisions.filter(({ name }) => name === 'select'))
        expect(fired).toContain(`SELECT ${chosen}`);
      for (const { chosen } of decisions.filter(({ name }) => name === 'group'))
        expect(fired).toContain(`GROUP BY ${chosen}`);
      expect(sql.startsWith('SELECT DISTINCT')).toBe(fired.includes('DISTINCT'));
      expect(sql.includes(' NOT IN ')).toBe(fired.includes('NOT IN (SELECT …)'));
      expect(sql.includes(' LIMIT ')).toBe(fired.includes('ORDER BY … LIMIT'));
      for (const { value, expected } of features) {
        expect(Number.isInteger(value)).toBe(true);
        expect(expected).toBeGreaterThanOrEqual(0);
      }
    }
    expect(
      samples.some(({ features }) => features.some(({ feature, value }) => feature.key === never && value === 0)),
    ).toBe(true);
  });

  it('averages of value and of expectation agree over many completions', async () => {
    // Hot enough that what may fire does fire in some of them: a spread of zero would bound nothing.
    const asked = { ...request('number of boats per city', 6), temperature: 2 };
    const samples = await (await fleet).generateGroup(asked, 3000);
    const uses = samples.map(
      ({ features }) => new Map(features.map(({ feature, value, expected }) => [feature.key, value - expected])),
    );
    const keys = new Set(uses.flatMap((use) => [...use.keys()]));
    for (const key of keys) {
      const differences = uses.map((use) => use.get(key) ?? 0);
      const mean = differences.reduce((sum, d) => sum + d, 0) / differences.length;
      const sd = Math.sqrt(differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / differences.length);
      expect(Math.abs(mean), key).toBeLessThan((6 * sd) / Math.sqrt(differences.length) + 1e-9);
    }
    expect(keys.size).toBeGreaterThan(20);
  });
});

describe('the distribution', () => {
  const HINTED = hinted({ '* | list of columns': 2, '* | COUNT': -1 });

  it('is exact where there are few states, whatever was drawn, and zero KL without hints', async () => {
    for (const name of ['one table of one column', 'no text, no numbers', 'dates and numbers stored as text']) {
      const { sql, questions } = ODD_SCHEMAS[name] ?? { sql: '', questions: [] };
      const sampler = await samplerOf(sql);
      for (const question of questions) {
        const samples = await sampler.generateGroup(request(question), 4);
        const exact = sampler.distribution(request(question), samples);
        expect(exact, question).toMatchObject({ exact: true, kl: 0, entropySe: null, klSe: null });
        // But for the two estimators, which are of what was drawn.
        const none = { kl: 0, klSe: null, k1: null, k1Se: null, k3: null, k3Se: null };
        expect(sampler.distribution(request(question), []), question).toEqual({ ...exact, start: none });
      }
    }
  });

  it('elsewhere is an estimate from the samples, around the sum over the graph', async () => {
    const sampler = await fleet;
    const index = await indexOf(FLEET_SQL);
    for (const question of Object.values(FLEET_QUESTIONS).slice(0, 6)) {
      // Hot enough that the likeliest frame is not the only one that is drawn.
      const asked = { ...request(question, 5, HINTED), temperature: 2 };
      const samples = await sampler.generateGroup(asked, 300);
      const estimate = sampler.distribution(asked, samples) as Distribution;
      const grammar = grammarOf(question, index);
      const keys = grammar.features.features;
      const weightOf = (feature: number): number => HINTED.weightOf(keys[feature]?.key ?? '');
      const exact = exactDistribution(stateGraph(grammar), new Evaluator(weightOf, asked.temperature));
      expect(estimate.exact).toBe(false);
      expect(estimate.entropySe).toBeGreaterThan(0);
      expect(Math.abs(estimate.entropy - exact.entropy), question).toBeLessThan(4 * (estimate.entropySe ?? NaN));
      expect(Math.abs(estimate.kl - exact.kl), question).toBeLessThan(4 * (estimate.klSe ?? NaN));
      expect(exact.kl, question).toBeGreaterThan(0.01);
    }
  });

  it('is measured from the start of the run too, which is π_0 where it had no hints', async () => {
    const sampler = await fleet;
    const policy = new PolicyLayer();
    const asked = (): SampleRequest => request('how many boats per city', 5, policy);
    const measured = async (): Promise<StartKl & { readonly reference: number }> => {
      const found = sampler.distribution(asked(), await sampler.generateGroup(asked(), 200));
      if (found?.start === undefined) throw new Error('not measured');
      return { ...found.start, reference: found.kl };
    };
    const hint = (await sampler.generateGroup(asked(), 1))[0]?.features[0]?.feature;
    if (hint === undefined) throw new Error('no feature');
    const evidence = { support: 9, positive: 9, advantage: 9, steps: 9 };
    const whole = { ...hint, weight: 1.5, evidence, createdAt: 0, updatedAt: 0, enabled: true };
    // A hint of later on: the start has none, so both are from π_0.
    policy.restore([whole], 3, { id: 'by-hand' });
    const learned = await measured();
    expect(learned.kl).toBe(learned.reference);
    expect(learned.kl).toBeGreaterThan(0.01);
    // The same hint as the start: nothing has moved since, however far that is from π_0.
    const started = new PolicyLayer();
    started.restore([whole], 0, { id: 'start', from: 'file' });
    const group = await sampler.generateGroup(request('how many boats per city', 5, started), 200);
    const from = sampler.distribution(request('how many boats per city', 5, started), group);
    expect(from?.kl).toBeGreaterThan(0.01);
    expect(from?.start).toEqual({ kl: 0, klSe: 0, k1: 0, k1Se: 0, k3: 0, k3Se: 0 });
  });

  it('draws nothing, and is the same every time', async () => {
    const sampler = await fleet;
    const random = seededRandom(3);
    const asked = { ...request('boats from Turku', 3, HINTED), random: random.next };
    const samples = await sampler.generateGroup(asked, 4);
    const before = random.state();
    const first = sampler.distribution(asked, samples);
    expect(sampler.distribution(asked, samples)).toEqual(first);
    expect(random.state()).toEqual(before);
  });

  it('cannot be told from samples of somebody else', async () => {
    const samples = await (await fleet).generateGroup(request('boats from Turku'), 4);
    const other = await samplerOf(FLEET_SQL);
    expect(other.distribution(request('boats from Turku'), samples)).toBeNull();
  });
});

describe('an earlier sample', () => {
  it('is made again from its choices: the same SQL and probability under the same policy, another under another', async () => {
    const sampler = await fleet;
    const policy = hinted({ '* | column alias': 1.5, '* | aggregate per group': -1 });
    for (const question of Object.values(FLEET_QUESTIONS)) {
      for (const sample of await sampler.generateGroup(request(question, 3, policy, 1.5), 4)) {
        const { random: _random, ...same } = request(question, 3, policy, 1.5);
        expect(sampler.replay?.(same, sample.choices ?? [])?.sql).toBe(sample.sql);
        expect(sampler.replay?.(same, sample.choices ?? [])?.logProbability).toBe(sample.logProbability);
        const now = sampler.replay?.({ ...same, policy: hinted({ '* | list of columns': 2 }) }, sample.choices ?? []);
        expect(now?.sql).toBe(sample.sql);
        expect(now?.referenceLogProbability).toBe(sample.referenceLogProbability);
        expect(now?.logProbability).not.toBe(sample.logProbability);
      }
    }
  });

  it('is null where the choices do not fit', async () => {
    const sampler = await fleet;
    const { random: _random, ...asked } = request('titles of boats');
    const { choices = [] } = await sampler.greedy(request('titles of boats'));
    for (const wrong of [
      [],
      [0],
      [...choices, 0],
      choices.slice(0, -1),
      [999, ...choices.slice(1)],
      [-1, ...choices.slice(1)],
      [0.5, ...choices.slice(1)],
    ])
      expect(sampler.replay?.(asked, wrong)).toBeNull();
  });
});

describe('a feature says what it is', () => {
  /** Names and values that no English word is part of, so that any trace of them shows. */
  const NONCE = ['zorb', 'quix', 'wump', 'flarn', 'drazz', 'plimt', 'groob'];
  const sql = `
    CREATE TABLE zorble (zorble_id INTEGER PRIMARY KEY, quixly TEXT, wumpit_flarn REAL, plimt TEXT);
    CREATE TABLE drazzo (drazzo_id INTEGER PRIMARY KEY, zorble_id INT REFERENCES zorble(zorble_id), flarn_total INT);
    INSERT INTO zorble VALUES (1, 'Groobax', 2, '2020-01-02'), (2, 'Groob Nim', 3, '2021-05-06'); INSERT INTO drazzo VALUES (1, 1, 5);
  `;
  // Names and values said in full: a word out of a longer name ("total" of "flarn total") is English by itself.
  const questions = [
    'how many zorbles have more than 2 drazzos',
    'the quixly of each zorble sorted by wumpit flarn',
    'average wumpit flarn per quixly',
    'zorble with quixly Groobax',
    'zorbles with quixly Groob Nim or wumpit flarn over 3',
    'zorbles without drazzos since May 2020',
    'which zorble has the highest wumpit flarn',
    'all zorbles by plimt',
    'largest flarn total of Groobax',
  ];

  it('general where it names nothing of the database, with its template and the words of its cue', async () => {
    const sampler = await samplerOf(sql);
    const templates = new Set<string>();
    let general = 0;
    let own = 0;
    for (const question of questions) {
      const samples = await sampler.generateGroup(request(question, 1, NO_HINTS, 6), 25);
      const distinct = new Map(
        samples.flatMap(({ features }) => features.map(({ feature }) => [feature.key, feature])),
      );
      for (const { key, cue, pattern, tables, template, words, general: travels } of distinct.values()) {
        templates.add(template);
        expect(key).toBe(featureKey(cue, pattern));
        expect(key.startsWith('* | ')).toBe(cue === null);
        if (cue === null) expect(words).toBe(0);
        if (template === 'operator' || template === 'name') expect(cue).not.toBeNull();
        if (template === 'pattern' || template === 'pair') expect(cue).toBeNull();
        expect(words).toBeLessThanOrEqual(2);
        if (!travels) {
          own++;
          continue;
        }
        general++;
        expect(
          NONCE.filter((nonce) => key.toLowerCase().includes(nonce)),
          key,
        ).toEqual([]);
        expect(tables).toEqual([]);
        expect(template).not.toBe('name');
      }
    }
    expect([...templates].sort()).toEqual(['link', 'name', 'operator', 'pair', 'pattern']);
    expect(general).toBeGreaterThan(500);
    expect(own).toBeGreaterThan(500);
  });
});

describe('odd schemas', () => {
  it('without tables there is nothing to ask, and the message says so', () => {
    expect(() => makeSketchSampler({ schema: { tables: [], profiles: [] } })).toThrow(
      'The database has no table or view that can be read, so there is nothing to write SQL about.',
    );
  });

  it.each(Object.entries(ODD_SCHEMAS))('%s: whatever is asked, there is SQL', async (_name, { sql, questions }) => {
    const sampler = await samplerOf(sql);
    for (const question of [...questions, '', '🚤', "'; DROP TABLE t; --", 'x'.repeat(3000)]) {
      for (const { sql: text, logProbability } of await sampler.generateGroup(request(question, 1, NO_HINTS, 2), 20)) {
        expect(text).toMatch(/^SELECT .+ FROM .+/su);
        expect(logProbability).toBeLessThanOrEqual(0);
        expect(Number.isFinite(logProbability)).toBe(true);
      }
    }
  });

  it('profiles may be missing: names are enough', async () => {
    const sampler = makeSketchSampler({
      schema: {
        profiles: [],
        tables: [
          {
            name: 'boat',
            kind: 'table',
            rowCount: null,
            foreignKeys: [],
            columns: [{ name: 'title', type: '', primaryKey: false, notNull: false }],
          },
        ],
      },
    });
    expect((await sampler.greedy(request('title of the boat'))).sql).toBe('SELECT title FROM boat');
  });
});
