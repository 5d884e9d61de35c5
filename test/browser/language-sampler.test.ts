/** The whole way of a language model's group, with llama.cpp for real and a model of random weights. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SqliteDatabase } from '../../src/database/sqlite-database.ts';
import { DEFAULT_CONFIG } from '../../src/grpo/config.ts';
import { applyGuidance } from '../../src/grpo/guidance.ts';
import { PolicyLayer } from '../../src/grpo/policy.ts';
import { seededRandom } from '../../src/grpo/random.ts';
import type { Schema } from '../../src/grpo/types.ts';
import { schemaGrammar } from '../../src/samplers/language/grammar.ts';
import { makeLanguageSampler, type LiveGroup } from '../../src/samplers/language/language-sampler.ts';
import type { LanguageModel } from '../../src/samplers/language/model.ts';
import { reflect } from '../../src/samplers/language/reflection.ts';
import { WLLAMA_WASM_URL } from '../../src/samplers/wllama/wasm-url.ts';
import { makeWllamaProvider } from '../../src/samplers/wllama/wllama-provider.ts';
import { FLEET_SQL } from '../samplers/sketch/fleet.ts';
import { ODD_SCHEMAS } from '../samplers/schemas.ts';
import { makeGguf } from '../support/gguf.ts';

let model: LanguageModel;
beforeAll(async () => {
  const provider = makeWllamaProvider({ wasmUrl: WLLAMA_WASM_URL });
  model = await provider.loadFile(new Blob([makeGguf({ name: 'Random llama', contextLength: 4096 })]), 'a.gguf', {
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });
});
afterAll(() => model.close());

const settings = { ...DEFAULT_CONFIG, constrained: true, max_tokens: 160, prompt_tokens: 300 };
const question = 'how many boats';
const request = (policy = new PolicyLayer()) => ({ question, policy, temperature: 1, random: seededRandom(3).next });

test('a constrained group: G texts, live, the same for the same seed, and SQLite compiles what was finished', async () => {
  const database = await SqliteDatabase.open(FLEET_SQL);
  const told: LiveGroup[] = [];
  const sampler = makeLanguageSampler({
    model,
    schema: database.schema,
    settings: () => settings,
    onLive: (group) => told.push(group),
  });
  const policy = new PolicyLayer();
  applyGuidance(
    policy,
    { op: 'add', text: 'When asked how many, count the rows.' },
    { step: 0, author: { by: 'model', label: 'M', step: 1 } },
  );
  const group = await sampler.generateGroup(request(policy), 4);
  expect(group).toHaveLength(4);
  expect(await sampler.generateGroup(request(policy), 4)).toEqual(group);
  expect(
    told.some(({ completions }) =>
      completions.some(({ state, text }) => state === 'writing' && text.startsWith('SELECT')),
    ),
  ).toBe(true);
  for (const { origin, decisions } of group)
    expect([origin?.model, origin?.how, origin?.constrained, decisions.length]).toEqual([
      'Random llama',
      'live',
      true,
      1,
    ]);
  await expectCompiles(
    database,
    group.filter(({ origin }) => origin?.finish === 'stop').map(({ sql }) => sql),
  );
});

/** One sentence of the grammar for each seed; returns those that came to an end. */
async function written(
  schema: Schema,
  seeds: number,
): Promise<{ readonly finished: readonly string[]; readonly msPerToken: number }> {
  const grammar = schemaGrammar(schema);
  const finished: string[] = [];
  let tokens = 0;
  const started = performance.now();
  for (let seed = 0; seed < seeds; seed++) {
    const answer = await model.generate({
      messages: [{ role: 'user', content: 'SQL' }],
      seed,
      temperature: 1,
      maxTokens: 200,
      grammar,
    });
    tokens += answer.tokens ?? 0;
    expect(answer.text).toMatch(/^SELECT /);
    if (answer.finish === 'stop') finished.push(answer.text);
  }
  return { finished, msPerToken: (performance.now() - started) / tokens };
}

async function expectCompiles(database: SqliteDatabase, texts: readonly string[]): Promise<void> {
  const executions = await database.execute(texts);
  database.close();
  expect(
    executions.flatMap(({ status, error }, i) =>
      status === 'invalid' || status === 'refused' ? [{ sql: texts[i], error }] : [],
    ),
  ).toEqual([]);
}

const WIDE_SQL = Array.from(
  { length: 20 },
  (_t, i) =>
    `CREATE TABLE table${i} (id INTEGER PRIMARY KEY, ${Array.from({ length: 12 }, (_c, c) => `col${c}_${i} ${c % 2 === 0 ? 'INT' : 'TEXT'}`).join(', ')}, up INT REFERENCES table${Math.floor(i / 2)} (id)); INSERT INTO table${i} (id, col0_${i}) VALUES (1, 2);`,
).join('\n');

test.each([
  ['a few boats', FLEET_SQL],
  ['names that need quotes', ODD_SCHEMAS['names that need quotes']?.sql ?? ''],
  ['a wide schema', WIDE_SQL],
])('llama.cpp reads the grammar of %s, and what it lets through compiles', async (name, sql) => {
  const database = await SqliteDatabase.open(sql);
  const { finished, msPerToken } = await written(database.schema, 12);
  console.log(`${name}: ${msPerToken.toFixed(1)} ms a token, ${finished.length} of 12 ended`);
  expect(finished.length).toBeGreaterThan(0);
  await expectCompiles(database, finished);
});

test('reflection is held to an operation by its grammar', async () => {
  const group = {
    questionId: 'q',
    question,
    completions: [],
    mean: null,
    sd: null,
    scale: 1,
    noSignal: false,
    distribution: null,
  };
  const answers = await Promise.all(
    [1, 2, 3, 4, 5, 6].map((seed) =>
      reflect({ model, group, policy: new PolicyLayer(), seed, settings: { ...settings, temperature: 1 } }),
    ),
  );
  for (const { text, operation, refusal } of answers) {
    expect(text).toMatch(/^\{"op":"(none|add|update|merge|delete)"/);
    expect((operation === null) !== (refusal === null)).toBe(true);
  }
});
