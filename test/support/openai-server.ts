/**
 * A server on this machine that speaks the protocol of OpenAI's chat completions, for tests: it answers with SQL chosen
 * from seed and prompt, and the name of the model asked for decides what goes wrong.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly seed: number;
  readonly temperature: number;
  readonly max_tokens?: number;
  readonly n?: number;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly logprobs?: boolean;
  readonly [field: string]: unknown;
}

/** What a model of this name does. Any other name is answered well, `n` included. */
export const MODELS = {
  good: 'answers well',
  'ignores-n': 'gives one choice whatever n is',
  'refuses-n': '400 for n above 1',
  'other-names': '400 for max_tokens, which it calls max_completion_tokens, and for n above 1',
  'refuses-logprobs': '400 where logprobs are asked for',
  whole: 'answers in one piece, not as a stream',
  'busy-once': '429 with Retry-After: 1, then answers',
  'busy-long': '429 with Retry-After: 3600',
  busy: '429 always',
  'fails-once': '500, then answers',
  'cut-once': 'ends the connection without a word, then answers',
  fails: '500 always',
  'fails-midway': 'an error object in the middle of the stream',
  'cut-midway': 'ends the connection in the middle of the stream',
  'ends-midway': 'ends the stream properly, but in the middle of the answer',
  hangs: 'never answers',
  'stays-open': 'answers well with its count of tokens, but neither says [DONE] nor ends',
  'stays-open-uncounted': 'the same without a count of tokens, with comments instead',
  redirects: '307 to the same address',
  'hangs-midway': 'stops writing in the middle of the stream',
  'no-json': 'writes what is no JSON',
  html: 'answers with a web page',
  'other-json': 'answers with JSON that is no answer',
  'too-long': '400: the prompt does not fit',
  missing: '404: no such model',
} as const;

export interface ServerOptions {
  /** Milliseconds between two tokens of a stream. */
  readonly tokenMs?: number;
  /** The key it wants; none unless given. */
  readonly key?: string;
  /** Whether pages of other origins may ask; true unless false. */
  readonly cors?: boolean;
  readonly answer?: (request: ChatRequest, seed: number) => string;
  readonly port?: number;
}

export interface SeenRequest {
  readonly body: ChatRequest;
  readonly authorization: string | undefined;
}

export interface TestServer {
  /** http://127.0.0.1:PORT */
  readonly url: string;
  readonly seen: readonly SeenRequest[];
  /** The most answers that were being written at the same time. */
  readonly most: () => number;
  /** Answers whose reader went away before the end. */
  readonly abandoned: () => number;
  close(): Promise<void>;
}

export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  const counts = { now: 0, most: 0, abandoned: 0 };
  const tries = new Map<string, number>();

  const chat = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = JSON.parse(await textOf(request)) as ChatRequest;
    seen.push({ body, authorization: request.headers.authorization });
    if (options.key !== undefined && request.headers.authorization !== `Bearer ${options.key}`)
      return fault(response, 401, `Incorrect API key provided: ${request.headers.authorization ?? 'none'}`);
    const tryNumber = (tries.get(body.model) ?? 0) + 1;
    tries.set(body.model, tryNumber);
    counts.most = Math.max(counts.most, ++counts.now);
    response.on('close', () => {
      counts.now--;
      if (!response.writableFinished) counts.abandoned++;
    });
    await answer(body, tryNumber, response, options);
  };

  const server = createServer((request, response) => {
    if (options.cors !== false) {
      response.setHeader('Access-Control-Allow-Origin', '*');
      response.setHeader('Access-Control-Allow-Headers', '*');
    }
    const handle = async (): Promise<void> => {
      if (request.method === 'OPTIONS') return void response.writeHead(options.cors === false ? 403 : 204).end();
      if (request.method === 'GET' && request.url === '/v1/models') {
        if (options.key !== undefined && request.headers.authorization !== `Bearer ${options.key}`)
          return fault(response, 401, 'A key is needed');
        return json(response, 200, {
          object: 'list',
          data: Object.keys(MODELS).map((id) => ({
            id,
            object: 'model',
            ...(id === 'good' ? { max_model_len: 4096 } : {}),
          })),
        });
      }
      if (request.method === 'POST' && request.url === '/v1/chat/completions') return chat(request, response);
      fault(response, 404, 'Not found');
    };
    handle().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    most: () => counts.most,
    abandoned: () => counts.abandoned,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function answer(
  body: ChatRequest,
  tryNumber: number,
  response: ServerResponse,
  { tokenMs = 0, answer: texts = sqlFor }: ServerOptions,
): Promise<void> {
  const count = body.n ?? 1;
  switch (body.model) {
    case 'busy-once':
      if (tryNumber === 1) return fault(response, 429, 'Too many requests', { 'Retry-After': '1' });
      break;
    case 'busy-long':
      return fault(response, 429, 'Daily limit reached', { 'Retry-After': '3600' });
    case 'busy':
      return fault(response, 429, 'Too many requests');
    case 'fails-once':
      if (tryNumber === 1) return fault(response, 500, 'CUDA error');
      break;
    case 'cut-once':
      if (tryNumber === 1) return void response.destroy();
      break;
    case 'fails':
      return fault(response, 500, 'CUDA error: out of memory');
    case 'refuses-n':
      if (count > 1) return fault(response, 400, 'only one choice is supported');
      break;
    case 'other-names':
      if ('max_tokens' in body)
        return fault(response, 400, "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.");
      if (count > 1) return fault(response, 400, "'n' must be 1");
      break;
    case 'refuses-logprobs':
      if (body.logprobs === true) return fault(response, 400, 'logprobs is not supported');
      break;
    case 'too-long':
      return fault(
        response,
        400,
        "This model's maximum context length is 4096 tokens. However, you requested 9000 tokens.",
        {},
        'context_length_exceeded',
      );
    case 'missing':
      return fault(response, 404, 'The model `missing` does not exist.');
    case 'hangs':
      return;
    case 'redirects':
      return json(response, 307, {}, { Location: '/v1/chat/completions' });
    case 'html':
      return void response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Welcome</title>');
    case 'other-json':
      return json(response, 200, { hello: 'world' });
  }
  const choices = Array.from({ length: body.model === 'ignores-n' ? 1 : count }, (_, index) => {
    const tokens = texts(body, body.seed + index).match(/\s*\S+/g) ?? [];
    const most = body.max_tokens ?? Infinity;
    return { tokens: tokens.slice(0, most), finish: tokens.length > most ? 'length' : 'stop' };
  });
  const usage = {
    prompt_tokens: Math.ceil(body.messages.map(({ content }) => content).join('').length / 4),
    completion_tokens: choices.reduce((sum, { tokens }) => sum + tokens.length, 0),
  };
  const logprobs = (token: string): object =>
    body.logprobs === true ? { logprobs: { content: [{ token, logprob: -0.5 }] } } : {};
  if (body.stream !== true || body.model === 'whole') {
    return json(response, 200, {
      object: 'chat.completion',
      choices: choices.map(({ tokens, finish }, index) => ({
        index,
        message: { role: 'assistant', content: tokens.join('') },
        finish_reason: finish,
      })),
      usage,
    });
  }
  response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
  const send = (value: unknown): void => void response.write(`data: ${JSON.stringify(value)}\n\n`);
  const longest = Math.max(...choices.map(({ tokens }) => tokens.length));
  const began = performance.now();
  for (const index of choices.keys())
    send({ choices: [{ index, delta: { role: 'assistant', content: '' }, finish_reason: null }] });
  for (let at = 0; at < longest; at++) {
    if (at === 2) {
      if (body.model === 'no-json') return void response.end('data: {"choices": [{"index":\n\n');
      if (body.model === 'fails-midway')
        return void response.end(
          `data: ${JSON.stringify({ error: { message: 'engine died', type: 'InternalServerError', code: 500 } })}\n\n`,
        );
      if (body.model === 'cut-midway') return void response.socket?.resetAndDestroy();
      if (body.model === 'ends-midway') return void response.end();
      if (body.model === 'hangs-midway') return;
    }
    // By the clock, so that a late timer does not make all that follow late.
    if (tokenMs > 0) await sleep(Math.max(0, began + (at + 1) * tokenMs - performance.now()));
    if (response.destroyed) return;
    for (const [index, { tokens, finish }] of choices.entries()) {
      const token = tokens[at];
      if (token !== undefined)
        send({ choices: [{ index, delta: { content: token }, ...logprobs(token), finish_reason: null }] });
      if (at === tokens.length - 1) send({ choices: [{ index, delta: {}, finish_reason: finish }] });
    }
  }
  if (body.model === 'stays-open-uncounted') {
    for (; !response.destroyed; await sleep(20)) response.write(': still here\n\n');
    return;
  }
  if (body.stream_options?.include_usage === true) send({ choices: [], usage });
  if (body.model === 'stays-open') return;
  response.end('data: [DONE]\n\n');
}

/** Some SQL over the tables the prompt declares: the same for the same seed and prompt. */
export function sqlFor({ messages }: ChatRequest, seed: number): string {
  const prompt = messages.map(({ content }) => content).join('\n');
  const tables = [...prompt.matchAll(/CREATE (?:TABLE|VIEW) ("[^"]+"|\w+)/g)].map(([, name]) => name ?? '');
  const pick = hash(`${seed} ${prompt}`);
  const table = tables[pick % Math.max(1, tables.length)] ?? 'sqlite_schema';
  const sql =
    [
      `SELECT COUNT(*) FROM ${table}`,
      `SELECT * FROM ${table} LIMIT 5`,
      `SELECT COUNT(*) AS number FROM ${table} AS t`,
      `SELECT nothing FROM ${table}`,
    ][(pick >>> 8) % 4] ?? '';
  return `Here is the query:\n\`\`\`sql\n${sql};\n\`\`\``;
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function json(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { ...headers, 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

function fault(
  response: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
  type = 'error',
): void {
  json(response, status, { error: { message, type, code: status } }, headers);
}

// Started by itself (for benchmarks): says its address and serves until it is ended.
if (process.argv[1] === import.meta.filename) {
  const [, , tokenMs = '0', tokens = '64'] = process.argv;
  const { url } = await startServer({
    tokenMs: Number(tokenMs),
    answer: (_request, seed) => Array.from({ length: Number(tokens) }, (_, i) => ` w${(seed + i) % 10}`).join(''),
  });
  process.stdout.write(`${url}\n`);
}
