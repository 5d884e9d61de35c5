import { expect, test } from 'vitest';
import { ModelError, type GenerateRequest } from '../../../src/samplers/language/model.ts';
import { chatRequest, makeWebllmModel, spreadSeed } from '../../../src/samplers/webllm/webllm-model.ts';
import { PROMPT_TOKENS, ScriptedEngine, TOKEN_LOG_PROBABILITY, type Script } from './scripted-engine.ts';

const ID = 'Qwen2.5-Coder-1.5B-Instruct-q4f16_1-MLC';
const SELECT = ['SELECT', ' 1', ' AS', ' one', ''];

async function makeModel(script: Partial<Script> = {}, parts: { thinks?: boolean; logProbabilities?: boolean } = {}) {
  const engine = new ScriptedEngine({ tokens: () => SELECT, ...script });
  await engine.reload(ID);
  let lose: (error: ModelError) => void = () => undefined;
  const lost = new Promise<ModelError>((resolve) => {
    lose = resolve;
  });
  let closed = 0;
  const model = makeWebllmModel({
    engine,
    modelId: ID,
    label: 'Test model',
    thinks: false,
    contextTokens: 4096,
    logProbabilities: false,
    lost,
    onClose: () => closed++,
    ...parts,
  });
  return { engine, model, lose, closed: () => closed };
}

const ask = (request: Partial<GenerateRequest> = {}): GenerateRequest => ({
  messages: [
    { role: 'system', content: 'Write SQL.' },
    { role: 'user', content: 'one?' },
  ],
  seed: 1,
  temperature: 0.7,
  maxTokens: 64,
  ...request,
});

/** Resolves when the engine is about to write token `at`, and holds it there until `go`. */
function gate(at: number) {
  let arrive: () => void = () => undefined;
  let go: () => void = () => undefined;
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const open = new Promise<void>((resolve) => {
    go = resolve;
  });
  const beforeToken = async (index: number): Promise<void> => {
    if (index !== at) return;
    arrive();
    await open;
  };
  return { arrived, go: () => go(), beforeToken };
}

test('a completion arrives token by token, with its reason, counts and text', async () => {
  const { model, engine } = await makeModel();
  const seen: [string, number][] = [];
  const generation = await model.generate(ask({ onText: (text, tokens) => seen.push([text, tokens]) }));
  expect(generation).toEqual({
    text: 'SELECT 1 AS one',
    finish: 'stop',
    promptTokens: PROMPT_TOKENS,
    tokens: 5,
    logProbability: null,
  });
  expect(seen.slice(0, 2)).toEqual([
    ['SELECT', 1],
    ['SELECT 1', 2],
  ]);
  expect(engine.requests).toHaveLength(1);
  expect(await model.generate(ask({ maxTokens: 2 }))).toMatchObject({ text: 'SELECT 1', finish: 'length', tokens: 2 });
});

test('the request is what the package accepts and what was asked for: a sample of the model’s own policy', () => {
  const request = chatRequest(ask({ grammar: 'root ::= "SELECT 1"', temperature: 0 }), {
    thinks: true,
    logProbabilities: true,
  });
  expect(request).toMatchObject({
    stream: true,
    temperature: 0,
    max_tokens: 64,
    top_p: 1,
    repetition_penalty: 1,
    frequency_penalty: 0,
    presence_penalty: 0,
    logprobs: true,
    top_logprobs: 1,
    response_format: { type: 'grammar', grammar: 'root ::= "SELECT 1"' },
    extra_body: { enable_thinking: false },
  });
  const plain = chatRequest(ask(), { thinks: false, logProbabilities: false });
  expect(Object.keys(plain)).not.toContain('response_format');
  expect(Object.keys(plain)).not.toContain('logprobs');
  expect(Object.keys(plain)).not.toContain('extra_body');
});

test('what the package refuses is an error with its cause: a prompt that does not end with a question', async () => {
  const { model } = await makeModel();
  await expect(model.generate(ask({ messages: [{ role: 'assistant', content: 'SELECT 1' }] }))).rejects.toMatchObject({
    name: 'ModelError',
    fault: 'failed',
    message: /Last message should be from either/,
  });
});

test('log-probabilities are summed where they were asked for, and not known where one is missing', async () => {
  const once = await makeModel();
  expect((await once.model.generate({ ...ask(), logProbabilities: true })).logProbability).toBeCloseTo(
    4 * TOKEN_LOG_PROBABILITY,
    12,
  );
  const asked = await makeModel({}, { logProbabilities: true });
  expect(asked.model.supports.logProbabilities).toBe(true);
  expect((await asked.model.generate(ask())).logProbability).toBeCloseTo(4 * TOKEN_LOG_PROBABILITY, 12);
  const broken = await makeModel({ tokens: () => ['SELECT', null, '’é’', ''] }, { logProbabilities: true });
  expect(await broken.model.generate(ask())).toMatchObject({ text: 'SELECT’é’', tokens: 4, logProbability: null });
});

test('calls wait for their turn: the engine writes one completion at a time, in order', async () => {
  const { model, engine } = await makeModel({ tokens: (request) => [`seed ${request.seed ?? ''}`, ''] });
  const seeds = [5, 6, 7, 8];
  const texts = await Promise.all(seeds.map(async (seed) => (await model.generate(ask({ seed }))).text));
  expect(texts).toEqual(seeds.map((seed) => `seed ${spreadSeed(seed)}`));
  expect(engine.mostWriting).toBe(1);
});

test('stop ends one completion between tokens and keeps its text; the next is whole', async () => {
  const hold = gate(2);
  const { model, engine } = await makeModel({ beforeToken: hold.beforeToken });
  const stop = new AbortController();
  const first = model.generate(ask({ stop: stop.signal }));
  const second = model.generate(ask());
  await hold.arrived;
  stop.abort();
  hold.go();
  expect(await first).toMatchObject({ text: 'SELECT 1 AS', finish: 'stopped', tokens: 3 });
  expect(await second).toMatchObject({ text: 'SELECT 1 AS one', finish: 'stop' });
  expect(engine.requests).toHaveLength(2);
});

test('a stop that comes before the engine has begun is not forgotten', async () => {
  const { model, engine } = await makeModel();
  const stop = new AbortController();
  const generation = model.generate(ask({ stop: stop.signal }));
  // The request is on its way, and the engine clears its flag when it begins.
  await Promise.resolve();
  await Promise.resolve();
  stop.abort();
  expect(await generation).toMatchObject({ finish: 'stopped' });
  expect(engine.writing).toBe(0);
});

test('a completion that was stopped while it waited is never written', async () => {
  const hold = gate(1);
  const { model, engine } = await makeModel({ beforeToken: hold.beforeToken });
  const stop = new AbortController();
  const first = model.generate(ask());
  const second = model.generate(ask({ stop: stop.signal }));
  await hold.arrived;
  stop.abort();
  hold.go();
  await first;
  expect(await second).toEqual({ text: '', finish: 'stopped', promptTokens: null, tokens: 0, logProbability: null });
  expect(engine.requests).toHaveLength(1);
});

test('an abort rejects at once, and the engine is free again for the next', async () => {
  const hold = gate(2);
  const { model, engine } = await makeModel({ beforeToken: hold.beforeToken });
  const give = new AbortController();
  const first = model.generate(ask({ signal: give.signal }));
  await hold.arrived;
  give.abort();
  await expect(first).rejects.toMatchObject({ name: 'AbortError' });
  expect(engine.interrupts).toBeGreaterThan(0);
  const second = model.generate(ask());
  hold.go();
  expect((await second).text).toBe('SELECT 1 AS one');
  await expect(model.generate(ask({ signal: AbortSignal.abort() }))).rejects.toMatchObject({ name: 'AbortError' });
});

test('the GPU is lost: what is being written and all that waits says so, even if the engine never answers again', async () => {
  const hold = gate(1);
  const { model, lose } = await makeModel({ beforeToken: hold.beforeToken });
  const first = model.generate(ask());
  const second = model.generate(ask());
  await hold.arrived;
  lose(new ModelError('device-lost', 'gone', 'load again'));
  for (const generation of [first, second, model.generate(ask())])
    await expect(generation).rejects.toMatchObject({ fault: 'device-lost', message: 'gone' });
});

test('a loss that nobody told of is recognised by the next call', async () => {
  const { model, engine } = await makeModel();
  await engine.unload();
  await expect(model.generate(ask())).rejects.toMatchObject({ fault: 'device-lost' });
});

test('a prompt that is too long is a context overflow with its figures', async () => {
  const tooLong = new Error(
    'Prompt tokens exceed context window size: number of prompt tokens: 5000; context window size: 4096\nConsider shortening the prompt',
  );
  tooLong.name = 'ContextWindowSizeExceededError';
  const { model } = await makeModel({ beforeToken: () => Promise.reject(tooLong) });
  await expect(model.generate(ask())).rejects.toMatchObject({
    fault: 'context-overflow',
    message: /5000 tokens, of which 4096 fit/,
    remedy: /prompt budget/,
  });
});

test('closing waits for the token that is being written, rejects the rest, and unloads once', async () => {
  const hold = gate(1);
  const { model, engine, closed } = await makeModel({ beforeToken: hold.beforeToken });
  const first = model.generate(ask());
  const second = model.generate(ask());
  await hold.arrived;
  const closing = model.close();
  await expect(first).rejects.toMatchObject({ fault: 'failed', message: 'Test model was closed.' });
  await expect(second).rejects.toMatchObject({ fault: 'failed' });
  expect(engine.unloads).toBe(0);
  hold.go();
  await closing;
  await model.close();
  expect([engine.unloads, closed()]).toEqual([1, 1]);
});

test('seeds are spread: the package’s generator would begin neighbouring ones alike', () => {
  // LinearCongruentialGenerator of the package: x ← 48271·x mod (2^31 − 1), first number x / (2^31 − 1).
  const first = (seed: number): number => ((48271 * seed) % 2147483647) / 2147483647;
  expect(Math.abs(first(42) - first(43))).toBeLessThan(0.0001);
  const spread = Array.from({ length: 2000 }, (_, seed) => first(spreadSeed(seed)));
  // Uniform: every tenth gets its share (binomial, 5 standard deviations), and neighbours are a third apart on average.
  for (let tenth = 0; tenth < 10; tenth++) {
    const share = spread.filter((value) => Math.floor(value * 10) === tenth).length;
    expect(Math.abs(share - 200)).toBeLessThan(5 * Math.sqrt(2000 * 0.1 * 0.9));
  }
  const apart = spread.slice(1).map((value, index) => Math.abs(value - (spread[index] ?? 0)));
  expect(apart.reduce((sum, value) => sum + value, 0) / apart.length).toBeCloseTo(1 / 3, 1);
  for (const seed of [0, 1, 2 ** 31 - 1]) {
    expect(Number.isInteger(spreadSeed(seed))).toBe(true);
    expect(spreadSeed(seed)).toBeGreaterThanOrEqual(1);
    expect(spreadSeed(seed)).toBeLessThan(2 ** 31 - 1);
    expect(spreadSeed(seed)).toBe(spreadSeed(seed));
  }
});
