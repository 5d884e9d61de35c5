import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectEndpoint, listEndpointModels } from '../../../src/samplers/endpoint/endpoint.ts';
import type { EndpointOptions } from '../../../src/samplers/endpoint/endpoint.ts';
import { LINGER_MS } from '../../../src/samplers/endpoint/read-answer.ts';
import { SYSTEM_CLOCK } from '../../../src/samplers/endpoint/wire.ts';
import { ModelError } from '../../../src/samplers/language/model.ts';
import type { GenerateRequest, ModelFault } from '../../../src/samplers/language/model.ts';
import { turns } from '../../support/turns.ts';
import { sqlFor, startServer } from '../../support/openai-server.ts';
import type { ChatRequest, TestServer } from '../../support/openai-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ tokenMs: 2 });
});
afterAll(() => server.close());

const messages = [
  { role: 'system' as const, content: 'CREATE TABLE books (title TEXT)\nCREATE TABLE loans (days INTEGER)' },
  { role: 'user' as const, content: 'How many books are there? 書籍' },
];
const asked = (over: Partial<GenerateRequest> = {}): GenerateRequest => ({
  messages,
  seed: 7,
  temperature: 0.7,
  maxTokens: 64,
  ...over,
});
const expected = (seed: number): string => sqlFor({ messages } as unknown as ChatRequest, seed).replace(/\s+$/, '');

/**
 * A clock that does not wait between retries (up to 10 s; time limits are longer or shorter), and notes how long it
 * would have.
 */
function quickClock(): { readonly waits: number[]; readonly clock: EndpointOptions['clock'] } {
  const waits: number[] = [];
  return {
    waits,
    clock: {
      now: () => SYSTEM_CLOCK.now(),
      sleep: (ms, signal) =>
        ms >= 400 && ms <= 10_000 && ms !== LINGER_MS
          ? (waits.push(ms), Promise.resolve())
          : SYSTEM_CLOCK.sleep(ms, signal),
    },
  };
}

const connect = (model: string, over: Partial<EndpointOptions> = {}) =>
  connectEndpoint({
    baseUrl: server.url,
    model,
    timeoutMs: 60_000,
    pageOrigin: null,
    clock: quickClock().clock,
    ...over,
  });

/** The error a promise is rejected with: of this fault, with a cause and a way out. */
async function faultOf(promise: Promise<unknown>, fault: ModelFault, message: RegExp): Promise<ModelError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ModelError);
  const found = error as ModelError;
  expect(found.message).toMatch(message);
  expect(found.fault).toBe(fault);
  expect(found.remedy).not.toBe('');
  return found;
}

describe('an answer', () => {
  it('is the text of the stream, shown as it grows, with its tokens as the server counts them', async () => {
    const grown: [string, number][] = [];
    const answer = await connect('good').generate(asked({ onText: (text, tokens) => grown.push([text, tokens]) }));
    expect(answer).toMatchObject({ text: expected(7), finish: 'stop', logProbability: null });
    expect(answer.tokens).toBe(grown.length);
    expect(answer.promptTokens).toBeGreaterThan(10);
    expect(grown.at(-1)).toEqual([answer.text, answer.tokens]);
    expect(grown.every(([text], i) => i === 0 || text.startsWith(grown[i - 1]?.[0] ?? '–'))).toBe(true);
  });

  it('is the same for the same seed, and asks for what the request says', async () => {
    const model = connect('good');
    const [a, b] = [
      await model.generate(asked({ seed: 3, maxTokens: 17, temperature: 0.25 })),
      await model.generate(asked({ seed: 3 })),
    ];
    expect(a.text).toBe(b.text);
    expect(server.seen.at(-2)?.body).toMatchObject({
      model: 'good',
      seed: 3,
      max_tokens: 17,
      temperature: 0.25,
      top_p: 1,
      stream: true,
      messages,
    });
    expect(server.seen.at(-2)?.body).not.toHaveProperty('n');
    expect(server.seen.at(-2)?.authorization).toBeUndefined();
  });

  it('may come in one piece', async () => {
    expect(await connect('whole').generate(asked())).toMatchObject({ text: expected(7), finish: 'stop' });
  });

  it('is cut at its length', async () => {
    expect(await connect('good').generate(asked({ maxTokens: 3 }))).toMatchObject({ finish: 'length', tokens: 3 });
  });

  it('has a log-probability at temperature 1, or where the server is said to give it at any', async () => {
    const { tokens, logProbability } = await connect('good').generate(asked({ temperature: 1 }));
    expect(logProbability).toBeCloseTo(-0.5 * (tokens ?? 0), 9);
    expect((await connect('good', { logProbabilities: true }).generate(asked())).logProbability).toBeCloseTo(
      -0.5 * (tokens ?? 0),
      9,
    );
    expect((await connect('good').generate(asked())).logProbability).toBeNull();
  });

  it('goes without a field that the server refuses, from then on', async () => {
    const model = connect('refuses-logprobs', { logProbabilities: true });
    const before = server.seen.length;
    expect(await model.generate(asked())).toMatchObject({ text: expected(7), logProbability: null });
    await model.generate(asked());
    expect(server.seen.slice(before).map(({ body }) => body.logprobs)).toEqual([true, undefined, undefined]);
  });

  it.each([
    ['structured_outputs', { structured_outputs: { grammar: 'root ::= "x"' } }],
    ['guided_grammar', { guided_grammar: 'root ::= "x"' }],
    ['grammar', { grammar: 'root ::= "x"' }],
  ] as const)('carries a grammar as %s', async (grammarField, fields) => {
    const model = connect('good', { grammarField });
    expect(model.supports.grammar).toBe(true);
    await model.generate(asked({ grammar: 'root ::= "x"' }));
    expect(server.seen.at(-1)?.body).toMatchObject(fields);
  });

  it('names model and host, and no more', () => {
    const model = connectEndpoint({ baseUrl: `${server.url}/secret/path/v1`, model: 'm', key: 'sk-1' });
    expect([model.id, model.label, model.kind]).toEqual(['endpoint/m', `m at ${new URL(server.url).host}`, 'endpoint']);
    expect(connect('good').supports.grammar).toBe(false);
  });
});

describe('several answers to one request', () => {
  it('come with one request, in order, with the seeds that follow', async () => {
    const before = server.seen.length;
    const shown = new Map<number, string>();
    const answers = await connect('good').generateAlike?.(asked(), 4, (index, text) => shown.set(index, text));
    expect(answers?.map(({ text }) => text)).toEqual([7, 8, 9, 10].map(expected));
    expect([...shown.entries()].sort(([a], [b]) => a - b)).toEqual(answers?.map(({ text }, i) => [i, text]));
    expect(server.seen.slice(before).map(({ body }) => body.n)).toEqual([4]);
  });

  it.each(['ignores-n', 'refuses-n'])('come one by one from a server that %s, which is remembered', async (name) => {
    const model = connect(name);
    const before = server.seen.length;
    for (let round = 0; round < 2; round++) {
      const answers = await model.generateAlike?.(asked(), 3);
      expect(answers?.map(({ text }) => text)).toEqual([7, 8, 9].map(expected));
    }
    const bodies = server.seen.slice(before).map(({ body }) => [body.seed, body.n]);
    expect(bodies[0]).toEqual([7, 3]);
    expect(bodies.slice(1).every(([, n]) => n === undefined)).toBe(true);
    expect(bodies).toHaveLength(name === 'ignores-n' ? 1 + 2 + 3 : 1 + 3 + 3);
  });

  it('never ask for more at once than is allowed', async () => {
    const own = await startServer({ tokenMs: 2 });
    try {
      const model = connectEndpoint({ baseUrl: own.url, model: 'good', parallel: 3, pageOrigin: null });
      const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => model.generate(asked({ seed: i }))));
      expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 12 }, (_, i) => expected(i)));
      expect(own.most()).toBe(3);
      expect((await model.generateAlike?.(asked(), 8))?.map(({ text }) => text)).toEqual(
        Array.from({ length: 8 }, (_, i) => expected(7 + i)),
      );
      expect(own.seen.slice(-3).map(({ body }) => [body.seed, body.n])).toEqual([
        [7, 3],
        [10, 3],
        [13, 2],
      ]);
    } finally {
      await own.close();
    }
  });

  it('one of them can be stopped, the others go on', async () => {
    const slow = await startServer({ tokenMs: 15 });
    try {
      const model = connectEndpoint({ baseUrl: slow.url, model: 'good', pageOrigin: null });
      const stop = new AbortController();
      const answers = await model.generateAlike?.(
        asked(),
        2,
        (index, text) => {
          if (index === 1 && text.length > 5) stop.abort();
        },
        [undefined, stop.signal],
      );
      expect(answers?.[0]).toMatchObject({ text: expected(7), finish: 'stop' });
      expect(answers?.[1]?.finish).toBe('stopped');
      expect(expected(8).startsWith(answers?.[1]?.text ?? '–')).toBe(true);
      expect(answers?.[1]?.text.length).toBeLessThan(expected(8).length);
    } finally {
      await slow.close();
    }
  });
});

describe('ended early', () => {
  it('by the reader: what was written is the answer, and the server is told', async () => {
    const slow = await startServer({ tokenMs: 20 });
    try {
      const stop = new AbortController();
      const model = connectEndpoint({ baseUrl: slow.url, model: 'good', pageOrigin: null });
      const answer = await model.generate(
        asked({
          stop: stop.signal,
          onText: (_text, tokens) => {
            if (tokens === 2) stop.abort();
          },
        }),
      );
      expect(answer).toMatchObject({
        finish: 'stopped',
        text: expected(7)
          .match(/\s*\S+/g)
          ?.slice(0, 2)
          .join(''),
      });
      await expect.poll(slow.abandoned).toBe(1);
      const before = new AbortController();
      before.abort();
      expect(await model.generate(asked({ stop: before.signal }))).toMatchObject({ finish: 'stopped', text: '' });
    } finally {
      await slow.close();
    }
  });

  it('by giving up: AbortError, at every moment', async () => {
    const model = connect('hangs', { parallel: 1 });
    const early = new AbortController();
    early.abort();
    await expect(model.generate(asked({ signal: early.signal }))).rejects.toMatchObject({ name: 'AbortError' });
    const late = new AbortController();
    const [asking, waiting] = [
      model.generate(asked({ signal: late.signal })),
      model.generate(asked({ signal: late.signal })),
    ];
    setTimeout(() => late.abort(), 30);
    await expect(asking).rejects.toMatchObject({ name: 'AbortError' });
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('by closing the connection', async () => {
    const model = connect('hangs');
    const asking = model.generate(asked());
    setTimeout(() => void model.close(), 30);
    await faultOf(asking, 'failed', /was closed/);
    await faultOf(model.generate(asked()), 'failed', /was closed/);
  });
});

describe('a server that is busy or stumbles', () => {
  it('is asked again after the time it names', async () => {
    const { waits, clock } = quickClock();
    expect(await connect('busy-once', { clock }).generate(asked())).toMatchObject({ text: expected(7) });
    expect(waits).toEqual([1000]);
  });

  it.each(['fails-once', 'cut-once'])('%s is asked again', async (model) => {
    expect(await connect(model).generate(asked())).toMatchObject({ text: expected(7) });
  });

  it('is given up after so many times, each wait twice the one before', async () => {
    const { waits, clock } = quickClock();
    const before = server.seen.length;
    await faultOf(
      connect('busy', { clock, retries: 3 }).generate(asked()),
      'rate-limit',
      /takes no more requests for now \(429\).*“Too many requests”/,
    );
    expect(waits).toEqual([500, 1000, 2000]);
    expect(server.seen.length - before).toBe(4);
  });

  it('is not waited for an hour', async () => {
    const { waits, clock } = quickClock();
    await faultOf(connect('busy-long', { clock }).generate(asked()), 'rate-limit', /Daily limit/);
    expect(waits).toEqual([]);
  });

  it('waits are spread by chance where there is any', async () => {
    const { waits, clock } = quickClock();
    await faultOf(connect('busy', { clock, retries: 2, random: () => 0.8 }).generate(asked()), 'rate-limit', /429/);
    expect(waits).toEqual([450, 900]);
  });
});

describe('what goes wrong is said with its way out', () => {
  it.each<[string, ModelFault, RegExp]>([
    ['fails', 'server', /failed \(500\): “CUDA error: out of memory”/],
    ['fails-midway', 'server', /failed \(500\): “engine died”/],
    ['cut-midway', 'network', /broke in the middle of an answer/],
    ['ends-midway', 'protocol', /broke off in the middle of an answer/],
    ['no-json', 'protocol', /something that is not JSON/],
    ['html', 'protocol', /answers with text\/html/],
    ['other-json', 'protocol', /JSON that is no answer/],
    ['too-long', 'context-overflow', /do not fit into the model’s context/],
    ['missing', 'not-found', /has no model “missing”/],
  ])('%s', async (model, fault, message) => {
    await faultOf(connect(model).generate(asked()), fault, message);
  });

  it.each(['hangs', 'hangs-midway'])('%s: nothing came for so long', async (model) => {
    await faultOf(connect(model, { timeoutMs: 120 }).generate(asked()), 'timeout', /sent nothing for 0\.1 s/);
  });

  it('a slow answer is no silence', async () => {
    let now = 0;
    const alarms = new Set<{ readonly at: number; readonly ring: () => void }>();
    const clock: NonNullable<EndpointOptions['clock']> = {
      now: () => now,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          alarms.add({ at: now + ms, ring: resolve });
          signal?.addEventListener('abort', () => resolve());
        }),
    };
    const words = ['SELECT', ' 1', ' AS', ' one'];
    const pieces = words.map((content, i) => ({
      choices: [{ index: 0, delta: { content }, finish_reason: i === words.length - 1 ? 'stop' : null }],
    }));
    /** Two thirds of the patience pass before every piece, and the alarms that are due ring. */
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          now += 100;
          for (const alarm of [...alarms].filter(({ at }) => at <= now)) {
            alarms.delete(alarm);
            alarm.ring();
          }
          await turns(1);
          const piece = pieces.shift();
          if (piece === undefined) controller.close();
          else controller.enqueue(new TextEncoder().encode(`data: ${JSON.stringify(piece)}\n\n`));
        },
      },
      { highWaterMark: 0 },
    );
    const model = connect('m', {
      clock,
      timeoutMs: 150,
      fetch: () => Promise.resolve(new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })),
    });
    expect(await model.generate(asked())).toMatchObject({ text: words.join('') });
    expect(now).toBeGreaterThan(150);
  });

  it('a failure in the middle is not tried again: half an answer is no answer', async () => {
    const before = server.seen.length;
    await faultOf(connect('fails-midway').generate(asked()), 'server', /engine died/);
    expect(server.seen.length - before).toBe(1);
  });

  it('the key: missing, wrong, right; and never in an error', async () => {
    const closed = await startServer({ key: 'sk-right' });
    try {
      const model = (key: string | null) =>
        connectEndpoint({ baseUrl: closed.url, model: 'good', key, pageOrigin: null });
      await faultOf(model(null).generate(asked()), 'refused', /wants a key \(401\)/);
      const { message, remedy } = await faultOf(
        model('sk-wrong').generate(asked()),
        'refused',
        /does not accept the key \(401\).*Incorrect API key provided: Bearer …/,
      );
      expect(message + remedy).not.toContain('sk-wrong');
      expect(await model('sk-right').generate(asked())).toMatchObject({ finish: 'stop' });
      await faultOf(listEndpointModels({ baseUrl: closed.url, pageOrigin: null }), 'refused', /wants a key/);
      expect((await listEndpointModels({ baseUrl: closed.url, key: 'sk-right' })).length).toBeGreaterThan(3);
    } finally {
      await closed.close();
    }
    expect(() => connectEndpoint({ baseUrl: server.url, model: 'm', key: 'secret\nline' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('secret') as string }),
    );
    expect(() => connectEndpoint({ baseUrl: server.url, model: 'm', key: 'secret\nline' })).toThrow(
      /key has characters that cannot be sent/,
    );
  });

  it('nobody there', async () => {
    const gone = await startServer();
    await gone.close();
    await faultOf(
      connectEndpoint({
        baseUrl: gone.url,
        model: 'good',
        pageOrigin: null,
        retries: 1,
        clock: quickClock().clock,
      }).generate(asked()),
      'network',
      /Cannot reach 127\.0\.0\.1:\d+: the connection is refused/,
    );
    const { remedy } = await faultOf(
      connectEndpoint({ baseUrl: gone.url, model: 'good', pageOrigin: 'https://lab.example', retries: 0 }).generate(
        asked(),
      ),
      'cors',
      /Either nothing runs there, or the server does not allow this page/,
    );
    for (const setting of [
      'vLLM --allowed-origins \'["https://lab.example"]\'',
      'OLLAMA_ORIGINS=https://lab.example',
      '“Enable CORS”',
      'llama.cpp’s server allows every page',
    ])
      expect(remedy).toContain(setting);
  });

  it('an encrypted page and a server that is not', async () => {
    const blocked: typeof fetch = () => Promise.reject(new TypeError('Failed to fetch'));
    const from = (baseUrl: string, pageOrigin: string) =>
      connectEndpoint({ baseUrl, model: 'm', fetch: blocked, retries: 0, pageOrigin }).generate(asked());
    await faultOf(
      from('http://gpu.example:8000', 'https://lab.example'),
      'mixed-content',
      /This page is encrypted \(https:\/\/lab\.example\) and gpu\.example:8000 is not/,
    );
    await faultOf(from('http://localhost:8000', 'https://lab.example'), 'cors', /did not get an answer/);
    await faultOf(from('https://gpu.example', 'https://lab.example'), 'cors', /did not get an answer/);
    await faultOf(from('http://gpu.example', 'http://lab.example'), 'cors', /did not get an answer/);
  });
});

describe('a stream that goes on', () => {
  it('after the end of every choice is left, and the answer is kept', async () => {
    const own = await startServer();
    try {
      const model = (name: string) =>
        connectEndpoint({ baseUrl: own.url, model: name, timeoutMs: 60_000, pageOrigin: null });
      const counted = await model('stays-open').generate(asked());
      expect(counted).toMatchObject({ text: expected(7), finish: 'stop' });
      expect(counted.promptTokens).toBeGreaterThan(10);
      expect(
        (await model('stays-open-uncounted').generateAlike?.(asked(), 3))?.map(({ text, promptTokens }) => [
          text,
          promptTokens,
        ]),
      ).toEqual([7, 8, 9].map((seed) => [expected(seed), null]));
      await expect.poll(own.abandoned).toBe(2);
    } finally {
      await own.close();
    }
  });

  it('is kept when the connection breaks after its end, but not when it is given up', async () => {
    const ended = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'SELECT 1' }, finish_reason: 'stop' }] })}\n\n`;
    const then =
      (next: (controller: ReadableStreamDefaultController<Uint8Array>) => void): typeof fetch =>
      (_url, init) => {
        let pulled = 0;
        return Promise.resolve(
          new Response(
            new ReadableStream<Uint8Array>(
              {
                start: (controller) =>
                  init?.signal?.addEventListener('abort', () => {
                    try {
                      controller.error(init.signal?.reason);
                    } catch {
                      /* It is closed. */
                    }
                  }),
                pull: (controller) => {
                  if (pulled++ === 0) controller.enqueue(new TextEncoder().encode(ended));
                  else next(controller);
                },
              },
              { highWaterMark: 0 },
            ),
            { headers: { 'Content-Type': 'text/event-stream' } },
          ),
        );
      };
    const cut = then((controller) => controller.error(new Error('cut')));
    expect(await connect('m', { fetch: cut }).generate(asked())).toMatchObject({ text: 'SELECT 1', finish: 'stop' });
    const giveUp = new AbortController();
    const silent = then(() => setTimeout(() => giveUp.abort(), 20));
    await expect(connect('m', { fetch: silent }).generate(asked({ signal: giveUp.signal }))).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  const event = (choice: object): string => `data: ${JSON.stringify({ choices: [choice] })}\n\n`;
  it.each([
    ['comments', `: ${'x'.repeat(100)}\n\n`],
    ['empty deltas', event({ index: 0, delta: { content: '' } })],
    ['choices never asked for', event({ index: 7, delta: { content: 'x' } })],
    [
      'log-probabilities without text',
      event({ index: 0, delta: {}, logprobs: { content: Array.from({ length: 50 }, () => ({ logprob: -1 })) } }),
    ],
    [
      'text after the end of one of two choices',
      event({ index: 0, delta: { content: '' }, finish_reason: 'stop' }) +
        event({ index: 0, delta: { content: 'x'.repeat(1000) } }),
    ],
  ])('without end with %s is refused', async (_what, text) => {
    const chunk = new TextEncoder().encode(text.repeat(Math.ceil(500_000 / text.length)));
    let sent = 0;
    const endless: typeof fetch = () =>
      Promise.resolve(
        new Response(
          new ReadableStream<Uint8Array>({
            pull: (controller) => {
              sent += chunk.length;
              controller.enqueue(chunk);
            },
          }),
          { headers: { 'Content-Type': 'text/event-stream' } },
        ),
      );
    await faultOf(
      connect('m', { fetch: endless }).generateAlike?.(asked(), 2) ?? Promise.resolve(),
      'protocol',
      /sends an answer without end/,
    );
    expect(sent).toBeGreaterThan(16_000_000);
    expect(sent).toBeLessThan(24_000_000);
  });

  it('with 300,000 log-probabilities in one answer is read', async () => {
    const content = Array.from({ length: 300_000 }, () => ({ logprob: -0.5 }));
    const many: typeof fetch = () =>
      Promise.resolve(
        Response.json({
          choices: [{ index: 0, message: { content: 'SELECT 1' }, logprobs: { content }, finish_reason: 'stop' }],
        }),
      );
    expect(await connect('m', { fetch: many }).generate(asked())).toMatchObject({
      text: 'SELECT 1',
      tokens: 300_000,
      logProbability: -150_000,
    });
  });
});

describe('a redirect', () => {
  it('is not followed: the prompt goes to no other address', async () => {
    const before = server.seen.length;
    const { remedy } = await faultOf(
      connect('redirects').generate(asked()),
      'refused',
      /^127\.0\.0\.1:\d+ redirects to another address/,
    );
    expect(remedy).toMatch(/enter that one as base URL/);
    expect(server.seen.length - before).toBe(1);
  });

  it('is known in a browser, which hides its status', async () => {
    const modes: unknown[] = [];
    const opaque: typeof fetch = (_url, init) => {
      modes.push(init?.redirect);
      return Promise.resolve(
        Object.defineProperties(new Response(null), {
          type: { value: 'opaqueredirect' },
          status: { value: 0 },
          ok: { value: false },
        }),
      );
    };
    await faultOf(
      listEndpointModels({ baseUrl: server.url, fetch: opaque }),
      'refused',
      /redirects to another address/,
    );
    expect(modes).toEqual(['manual']);
  });
});

describe('the key', () => {
  const key = 'sk-"A\\b;c"/1';
  it.each<[string, () => Response]>([
    ['the content type', () => new Response('x', { headers: { 'Content-Type': `text/${key}` } })],
    ['a fault', () => Response.json({ error: { message: `bad key ${key.toUpperCase()}` } }, { status: 401 })],
    ['a fault that is no text', () => Response.json({ detail: [{ msg: 'bad', input: key }] }, { status: 400 })],
    ['a fault quoted within a fault', () => Response.json({ detail: [JSON.stringify({ key })] }, { status: 400 })],
    ['plain words', () => new Response(`no ${encodeURIComponent(key)}`, { status: 400 })],
    ['words beyond those shown', () => new Response(`${' '.repeat(50_000)}${'x'.repeat(290)}${key}`, { status: 400 })],
  ])('is in no message that quotes %s', async (_where, answer) => {
    const error: unknown = await connect('m', { key, fetch: () => Promise.resolve(answer()) })
      .generate(asked())
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ModelError);
    const { message, remedy } = error as ModelError;
    expect(message).toContain('…');
    expect(`${message} ${remedy}`).not.toMatch(/sk-|A\\|b;c|%5C/i);
    expect(message.length).toBeLessThan(450);
  });
});

describe('the models of a server', () => {
  it('are listed with their context where it is told', async () => {
    const models = await listEndpointModels({ baseUrl: `${server.url}/v1/` });
    expect(models).toContainEqual({ id: 'good', contextTokens: 4096 });
    expect(models).toContainEqual({ id: 'whole', contextTokens: null });
  });

  it('are no list where the address is another', async () => {
    await faultOf(
      listEndpointModels({ baseUrl: `${server.url}/other`, pageOrigin: null }),
      'not-found',
      /has no such address \(404\)/,
    );
    const page: typeof fetch = () =>
      Promise.resolve(new Response('<html>', { headers: { 'Content-Type': 'text/html' } }));
    await faultOf(listEndpointModels({ baseUrl: server.url, fetch: page }), 'protocol', /not JSON/);
  });
});
