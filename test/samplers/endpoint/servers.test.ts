/** Answers as the servers that are about write them, by their documentation, over real HTTP. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectEndpoint, listEndpointModels } from '../../../src/samplers/endpoint/endpoint.ts';
import type { EndpointOptions } from '../../../src/samplers/endpoint/endpoint.ts';
import { extractSql } from '../../../src/sql/extract.ts';
import { FIELDS } from '../../../src/grpo/config.ts';
import { messageOf } from '../../../src/grpo/message-of.ts';

type Body = Readonly<Record<string, unknown>>;
interface Reply {
  readonly status?: number;
  readonly type?: string | null;
  readonly text: string;
}

const SQL = "SELECT COUNT(*) FROM kiosk WHERE city = 'Lyon'";
const request = {
  messages: [{ role: 'user' as const, content: 'How many kiosks are in Lyon?' }],
  seed: 7,
  temperature: 0.7,
  maxTokens: 400,
};

let reply: (body: Body) => Reply;
let seen: Body[] = [];
let server: Server;
let baseUrl = '';
beforeAll(async () => {
  server = createServer((incoming, response) => {
    let text = '';
    incoming.setEncoding('utf8');
    incoming.on('data', (piece: string) => (text += piece));
    incoming.on('end', () => {
      const body = JSON.parse(text) as Body;
      seen.push(body);
      const { status = 200, type = 'text/event-stream', text: answer } = reply(body);
      response.writeHead(status, type === null ? {} : { 'Content-Type': type });
      response.end(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  seen = [];
});

const told: string[] = [];
const connect = (over: Partial<EndpointOptions> = {}) => {
  told.length = 0;
  return connectEndpoint({
    baseUrl,
    model: 'm',
    pageOrigin: null,
    retries: 0,
    tell: (notice) => told.push(notice),
    ...over,
  });
};

const events = (...values: unknown[]): string =>
  values.map((value) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`).join('');
const chunk = (delta: unknown, finish: string | null = null, more: object = {}): object => ({
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: finish }],
  ...more,
});
const said = chunk({ content: SQL });
const stop = chunk({}, 'stop');
const usage = { prompt_tokens: 9, completion_tokens: 4 };
const good = { text: events(said, stop, '[DONE]') };
const refusal = (status: number, value: unknown): Reply => ({
  status,
  type: 'application/json',
  text: typeof value === 'string' ? value : JSON.stringify(value),
});

describe('a stream', () => {
  it.each<[string, Reply]>([
    [
      'Azure OpenAI: results of filters before and after, without a choice or with half a one',
      {
        text: events(
          { id: '', model: '', object: '', choices: [], prompt_filter_results: [{ prompt_index: 0 }] },
          said,
          stop,
          { choices: [{ index: 0, content_filter_results: {}, content_filter_offsets: { start: 0 } }] },
          '[DONE]',
        ),
      },
    ],
    ['OpenRouter: comments while it waits', { text: `: OPENROUTER PROCESSING\n\n${good.text}` }],
    [
      'LiteLLM before Anthropic: pings, as events and as data',
      { text: `event: ping\ndata: {"type": "ping"}\n\ndata: ping\n\ndata:\n\n${good.text}` },
    ],
    ['null and other values', { text: events(null, 'true', '1', [], said, 'null', stop, '[DONE]') }],
    ['vLLM: a count with every piece', { text: events(chunk({ content: SQL }, null, { usage }), stop, '[DONE]') }],
    [
      'a count in the middle, before the choices, or null',
      { text: events({ choices: null, usage }, said, { usage }, chunk({}, 'stop', { usage: null }), '[DONE]') },
    ],
    ['Groq: the count in x_groq', { text: events(said, chunk({}, 'stop', { x_groq: { usage } }), '[DONE]') }],
    [
      'errors that are none',
      {
        text: events(
          ...['', null, {}, false, { message: null, code: '' }].map((error) => chunk({ content: '' }, null, { error })),
          said,
          stop,
          '[DONE]',
        ),
      },
    ],
    ['TGI: its own reason of the end', { text: events(said, chunk({ content: '' }, 'eos_token')) }],
    ['[DONE] without a reason', { text: events(said, '[DONE]') }],
    [
      'llama.cpp: timings beside the choices',
      { text: events(said, chunk({}, 'stop', { timings: { predicted_n: 4 } })) },
    ],
    ['plain text by its name', { ...good, type: 'text/plain; charset=utf-8' }],
    ['JSON by its name', { ...good, type: 'application/json' }],
    ['without a name', { ...good, type: null }],
    [
      'a JSON answer under the name of a stream',
      { text: JSON.stringify({ choices: [{ message: { content: SQL } }] }) },
    ],
    [
      'chunks a line each',
      { type: 'application/x-ndjson', text: `${JSON.stringify(said)}\n${JSON.stringify(stop)}\n` },
    ],
    [
      'DeepSeek: reasoning first, content null',
      {
        text: events(
          chunk({ role: 'assistant', content: null, reasoning_content: 'SELECT 1?' }),
          chunk({ content: SQL, reasoning_content: null }),
          stop,
          '[DONE]',
        ),
      },
    ],
    [
      'Mistral: thinking as a part of the content',
      {
        text: events(
          chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'SELECT 1' }] }] }),
          chunk({ content: [{ type: 'text', text: SQL }] }),
          stop,
        ),
      },
    ],
  ])('%s', async (_name, answer) => {
    reply = () => answer;
    expect(await connect().generate(request)).toMatchObject({ text: SQL, finish: 'stop' });
    expect(told).toEqual([]);
    expect(seen).toHaveLength(1);
  });

  it.each<[string, Reply]>([
    ['without a choice, whole', { type: 'application/json', text: JSON.stringify({ choices: [], usage }) }],
    ['with null for choices', { type: 'application/json', text: JSON.stringify({ choices: null, usage }) }],
    ['without a choice, as a stream', { text: events({ choices: [], usage }, '[DONE]') }],
    ['without a choice and [DONE]', { text: events({ choices: [], usage }) }],
  ])('%s is an empty answer', async (_name, answer) => {
    reply = () => answer;
    expect(await connect().generate(request)).toMatchObject({ text: '', finish: 'stop', promptTokens: 9 });
    expect(await connect().generateAlike?.(request, 2)).toMatchObject([{ text: '' }, { text: '' }]);
  });

  it('that ends without a word, or holds a real error, is none', async () => {
    reply = () => ({ text: events(said) });
    await expect(connect().generate(request)).rejects.toThrow(/broke off/);
    reply = () => ({ text: events(said, { error: { message: 'overloaded', code: 502 } }) });
    await expect(connect().generate(request)).rejects.toThrow(/\(502\).*overloaded/);
    reply = () => ({ type: 'text/html', text: '<!doctype html>' });
    await expect(connect().generate(request)).rejects.toThrow(/answers with text\/html/);
  });
});

describe('an error inside an answer of status 200', () => {
  const inStream = (error: unknown): Reply => ({ text: events(chunk({ content: 'SEL' }), error) });
  const whole = (error: unknown): Reply => ({ type: 'application/json', text: JSON.stringify(error) });
  it.each<[string, Reply, RegExp]>([
    [
      'Ollama, in a stream',
      inStream({ error: 'model runner has stopped' }),
      /^\S+ answers with an error: “model runner/,
    ],
    ['Ollama, whole', whole({ error: 'model is loading' }), /^\S+ answers with an error: “model is loading”\.$/],
    ['older vLLM', whole({ object: 'error', message: 'no', code: 40001 }), /answers with an error: “no”/],
    ['without words', whole({ error: { type: 'x' } }), /answers with an error/],
    [
      'with a status of its own',
      whole({ error: { message: 'model is loading', code: 503 } }),
      /failed \(503\): “model/,
    ],
    ['with a status beside it', whole({ error: 'Not Found', status: 404 }), /no model “m”.*\(404\): “Not Found”/],
    ['about the length', whole({ error: 'prompt is too long' }), /do not fit into the model’s context/],
  ])('%s: its words are told, and no status that it did not say', async (_name, answer, words) => {
    reply = () => answer;
    const message = await connect()
      .generate(request)
      .then(() => '', messageOf);
    expect(message).toMatch(words);
    expect(message).not.toContain('500');
  });

  it('may pass, where it is said before a word has come', async () => {
    reply = () => (seen.length === 1 ? whole({ error: 'model is loading' }) : good);
    expect(await connect({ retries: 1 }).generate(request)).toMatchObject({ text: SQL });
    expect(seen).toHaveLength(2);
  });
});

describe('the list of models', () => {
  // Asked without a body.
  const list = (status: number, value: unknown) => {
    const fetch = (): Promise<Response> => Promise.resolve(Response.json(value, { status }));
    return listEndpointModels({ baseUrl, pageOrigin: null, retries: 0, fetch });
  };
  it('may be empty, or null', async () => {
    expect(await list(200, { object: 'list', data: [] })).toEqual([]);
    expect(await list(200, { object: 'list', data: null })).toEqual([]);
    await expect(list(200, { data: null })).rejects.toThrow(/without a list of models/);
  });
  it('that a server does not have, or cannot give, is told with the way out', async () => {
    await expect(list(404, { detail: 'Not Found' })).rejects.toMatchObject({
      message: expect.stringContaining('has no such address (404): “Not Found”') as string,
      remedy: expect.stringContaining('give the name of one') as string,
    });
    await expect(list(200, { error: 'not ready' })).rejects.toThrow(/answers with an error: “not ready”/);
  });
});

describe('SQL in a call of a tool', () => {
  const json = JSON.stringify({ thought: 'a count', query: SQL });
  const call = (args: unknown, more: object = {}): object => ({
    tool_calls: [{ index: 0, function: { arguments: args }, ...more }],
  });
  it.each<[string, readonly unknown[]]>([
    ['in one piece', [chunk({ content: null, ...call(json, { id: 'a' }) })]],
    ['letter by letter', [...json].map((letter) => chunk(call(letter)))],
    ['as an object (Ollama)', [chunk(call({ sql: SQL }))]],
    ['nested', [chunk(call(JSON.stringify({ input: { statement: SQL } })))]],
    [
      'as function_call, cut anywhere',
      [json.slice(0, 9), json.slice(9)].map((text) => chunk({ function_call: { arguments: text } })),
    ],
    [
      'the last of several, all with one place (Gemini)',
      [
        chunk(call(JSON.stringify({ sql: 'SELECT 1' }), { id: 'a' })),
        chunk(call(json, { id: 'b' })),
        chunk(call('{"done": true}', { id: 'c' })),
      ],
    ],
    [
      'as a part of the content (Anthropic)',
      [chunk({ content: [{ type: 'tool_use', id: 'a', input: { sql: SQL } }] })],
    ],
  ])('%s', async (_name, chunks) => {
    reply = () => ({ text: events(...chunks, chunk({}, 'tool_calls'), '[DONE]') });
    const grown: string[] = [];
    const answer = await connect().generate({ ...request, onText: (text) => grown.push(text) });
    expect(answer).toMatchObject({ text: SQL, finish: 'stop' });
    expect(grown.length).toBeGreaterThan(0);
  });

  it('counts after what was said, and where it is no JSON', async () => {
    reply = () => ({ text: events(chunk({ content: 'I will look.' }), chunk(call(json)), stop) });
    expect(extractSql((await connect().generate(request)).text).sql).toBe(SQL);
    reply = () => ({ text: events(chunk(call(SQL)), stop) });
    expect((await connect().generate(request)).text).toBe(SQL);
  });
});

describe('reasoning that leaves nothing', () => {
  const thinking = chunk({ content: '', reasoning: 'The user wants ' });
  it.each<[string, readonly unknown[]]>([
    ['Ollama', [thinking, chunk({ content: '', reasoning: 'kiosks' }, 'length'), { choices: [], usage }]],
    [
      'OpenAI, where it is only counted',
      [
        chunk({ content: '' }, 'length'),
        { choices: [], usage: { ...usage, completion_tokens_details: { reasoning_tokens: 400 } } },
      ],
    ],
    ['a server that leaves it in the text', [chunk({ content: '<think>The user wants' }, 'length')]],
    ['a proxy that says max_tokens', [thinking, chunk({}, 'max_tokens')]],
  ])('%s: said once, with the setting', async (_name, chunks) => {
    reply = () => ({ text: events(...chunks, '[DONE]') });
    const model = connect();
    for (let i = 0; i < 2; i++) expect(await model.generate(request)).toMatchObject({ finish: 'length' });
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`“${FIELDS.max_tokens.label}” (max_tokens, now 400)`);
    expect(told[0]).toContain('reasoning');
  });

  it('is not said of an answer that is cut in its SQL, or after its reasoning', async () => {
    const model = connect();
    for (const content of [SQL, `<think>x</think>${SQL}`]) {
      reply = () => ({ text: events(thinking, chunk({ content }, 'length'), '[DONE]') });
      await model.generate(request);
    }
    expect(told).toEqual([]);
  });
});

describe('a field that is refused', () => {
  const openai = (param: string, message: string): unknown => ({
    error: { message, type: 'invalid_request_error', param, code: 'unsupported_parameter' },
  });
  it.each<[string, string, number, unknown]>([
    ['OpenAI', 'temperature', 400, openai('temperature', 'Only the default (1) value is supported.')],
    [
      'Mistral',
      'seed',
      422,
      {
        object: 'error',
        message: {
          detail: [{ type: 'extra_forbidden', loc: ['body', 'seed'], msg: 'Extra inputs are not permitted' }],
        },
      },
    ],
    [
      'FastAPI',
      'stream_options',
      422,
      { detail: [{ loc: ['body', 'stream_options'], msg: 'extra fields', input: { seed: 1 } }] },
    ],
    [
      'Gemini',
      'seed',
      400,
      [{ error: { code: 400, message: 'Invalid JSON payload received. Unknown name "seed": Cannot find field.' } }],
    ],
    [
      'LiteLLM',
      'seed',
      500,
      {
        error: {
          message: "litellm.UnsupportedParamsError: provider does not support parameters: {'seed': 7}",
          code: '500',
        },
      },
    ],
    [
      'OpenRouter, with the reason inside',
      'temperature',
      404,
      {
        error: {
          message: 'Provider returned error',
          code: 404,
          metadata: { raw: '{"error":{"message":"temperature is not supported"}}' },
        },
      },
    ],
    [
      'TGI',
      'top_p',
      422,
      { error: 'Input validation error: `top_p` must be > 0.0 and < 1.0', error_type: 'validation' },
    ],
    ['plain text in another language', 'temperature', 500, '参数 temperature 不支持'],
    ['transformers', 'seed', 500, { error: "generate() got an unexpected keyword argument 'seed'" }],
    ['an error in a stream', 'top_p', 200, { error: { message: 'unknown field top_p' } }],
    ['a proxy without streams', 'stream', 400, openai('stream', 'must be verified to stream this model')],
  ])('%s: %s (%i) is left out, remembered and said once', async (_name, field, status, fault) => {
    reply = (body) => (field in body ? refusal(status, fault) : good);
    const model = connect();
    for (let i = 0; i < 3; i++) expect(await model.generate(request)).toMatchObject({ text: SQL });
    expect(seen.map((body) => field in body)).toEqual([true, false, false, false]);
    // Nothing else goes with it, except what has no sense without it.
    const [before = {}, after = {}] = seen.map((body) => Object.keys(body));
    expect(after).toEqual(
      (before as string[]).filter((name) => name !== field && !(field === 'stream' && name === 'stream_options')),
    );
    expect(told).toEqual([expect.stringMatching(new RegExp(`^m at 127\\.0\\.0\\.1:\\d+ refuses ${field}, so `))]);
    expect(model.supports.seed).toBe(field !== 'seed');
  });

  it('max_tokens goes by its other name, beside others that are refused', async () => {
    reply = (body) =>
      'max_tokens' in body
        ? refusal(
            400,
            openai('max_tokens', "'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."),
          )
        : 'temperature' in body
          ? refusal(400, openai('temperature', "'temperature' does not support 0.7 with this model."))
          : good;
    const model = connect();
    await model.generate(request);
    await model.generate(request);
    expect(
      seen.map(({ max_tokens, max_completion_tokens, temperature }) => [
        max_tokens,
        max_completion_tokens,
        temperature,
      ]),
    ).toEqual([
      [400, undefined, 0.7],
      [undefined, 400, 0.7],
      [undefined, 400, undefined],
      [undefined, 400, undefined],
    ]);
    expect(told).toHaveLength(2);
  });

  it('by answers that are asked for at the same time costs each of them once', async () => {
    reply = (body) => ('seed' in body ? refusal(400, openai('seed', 'no')) : good);
    const model = connect();
    const texts = await Promise.all([1, 2, 3].map(async (seed) => (await model.generate({ ...request, seed })).text));
    expect(texts).toEqual([SQL, SQL, SQL]);
    expect(seen.length).toBeLessThanOrEqual(6);
    expect(told).toHaveLength(1);
  });

  it.each([
    ['llama.cpp', 500, 'Only one completion choice is allowed'],
    ['Groq', 400, "'n' : number must be at most 1"],
    ['a proxy', 422, 'n must be 1'],
    ['a server that does not say what it is', 400, 'bad request'],
  ])('n, by %s (%i): answers come one by one, which is said once', async (_name, status, message) => {
    reply = (body) => ('n' in body ? refusal(status, { error: { message } }) : good);
    const model = connect();
    for (let i = 0; i < 2; i++)
      expect((await model.generateAlike?.(request, 3))?.map(({ text }) => text)).toEqual([SQL, SQL, SQL]);
    expect(seen.map(({ n }) => n)).toEqual([3, ...Array.from({ length: 6 }, () => undefined)]);
    expect(told).toEqual([expect.stringContaining('refuses n, so each answer')]);
  });

  it('a grammar, is told by what the model supports from then on', async () => {
    reply = (body) => ('grammar' in body ? refusal(400, { error: { message: 'unknown field: grammar' } }) : good);
    const model = connect({ grammarField: 'grammar' });
    expect(model.supports.grammar).toBe(true);
    await model.generate({ ...request, grammar: 'root ::= "x"' });
    expect(model.supports.grammar).toBe(false);
    expect(told).toHaveLength(1);
  });

  it('for ever ends in the server’s words after each field was tried once', async () => {
    const all = 'temperature, seed, top_p, max_tokens, max_completion_tokens, stream, stream_options: invalid';
    reply = () => refusal(400, { error: { message: all } });
    await expect(connect().generate(request)).rejects.toThrow(/refused the request \(400\).*temperature, seed/);
    expect(seen.length).toBeLessThanOrEqual(8);
    expect(new Set(told).size).toBe(told.length);
  });

  it('is none where the failure is about something else', async () => {
    for (const [status, message] of [
      [401, 'bad key, temperature'],
      [402, 'can only afford 200, lower max_tokens'],
      [429, 'too many tokens: lower max_tokens'],
      [400, "This model's maximum context length is 4096 tokens; lower max_tokens"],
      [500, 'upstream closed the stream in position n'],
    ] as const) {
      reply = () => refusal(status, { error: { message } });
      seen = [];
      await expect(connect().generate(request)).rejects.toThrow();
      expect([seen.length, told]).toEqual([1, []]);
    }
  });
});
