import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpointAddress } from '../../../src/samplers/endpoint/address.ts';
import { EventStreamError, EventStreamParser, LONGEST_EVENT } from '../../../src/samplers/endpoint/event-stream.ts';
import { said } from '../../../src/samplers/endpoint/faults.ts';
import { readAnswer, readFault, readModels } from '../../../src/samplers/endpoint/protocol.ts';
import { Turns } from '../../../src/samplers/endpoint/turns.ts';

describe('the address', () => {
  it.each([
    ['http://localhost:8000', 'http://localhost:8000/v1'],
    ['http://localhost:8000/', 'http://localhost:8000/v1'],
    ['  http://localhost:8000/v1  ', 'http://localhost:8000/v1'],
    ['http://localhost:8000/v1///', 'http://localhost:8000/v1'],
    ['http://localhost:8000/v1/chat/completions', 'http://localhost:8000/v1'],
    ['https://gpu.example/models/qwen', 'https://gpu.example/models/qwen/v1'],
    ['https://ai.example/v1beta/openai/', 'https://ai.example/v1beta/openai'],
    ['HTTPS://GPU.example:443/api/v1', 'https://gpu.example/api/v1'],
  ])('%j', (typed, base) => {
    expect(endpointAddress(typed)).toMatchObject({ chat: `${base}/chat/completions`, models: `${base}/models` });
  });

  it.each([
    ['', /is empty/],
    ['localhost:8000', /must begin with http/],
    ['ftp://x', /not ftp:/],
    ['javascript:alert(1)', /must begin with http/],
    ['file:///etc/passwd', /not file:/],
    ['http://', /cannot be read/],
    ['http://me:hunter2@gpu.example', /holds a name or a password/],
    ['http://gpu.example/?key=hunter2', /after \? or #/],
    [`http://x/${'a'.repeat(3000)}`, /more than 2000/],
  ])('refuses %j', (typed, message) => {
    expect(() => endpointAddress(typed)).toThrow(message);
    expect(() => endpointAddress(typed)).not.toThrow(/hunter2/);
  });

  it('knows this machine', () => {
    for (const [url, local] of [
      ['http://localhost', true],
      ['http://127.0.0.1:1', true],
      ['http://[::1]:8000', true],
      ['http://a.localhost', true],
      ['http://192.168.1.2', false],
      ['http://localhost.example', false],
    ] as const)
      expect(endpointAddress(url).local).toBe(local);
  });
});

describe('an event stream', () => {
  const read = (pieces: readonly string[]): string[] => {
    const parser = new EventStreamParser();
    return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()];
  };

  it('has comments, other fields, and lines that end in three ways', () => {
    expect(
      read([
        '\uFEFF: ping\n\ndata: a\n\nevent: x\r\ndata:b\r\ndata:  c\r\n\r\nid: 1\rdata\r\rdataset: no\n\ndata: last',
      ]),
    ).toEqual(['a', 'b\n c', '', 'last']);
  });

  it('is the same however it is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.stringMatching(/^[^\r\n]*$/), { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(200), { maxLength: 20 }),
        (events, end, cuts) => {
          const text = events.map((lines) => lines.map((line) => `data: ${line}${end}`).join('') + end).join('');
          const at = [0, ...[...cuts].sort((a, b) => a - b).map((cut) => Math.min(cut, text.length)), text.length];
          expect(read(at.slice(1).map((to, i) => text.slice(at[i], to)))).toEqual(
            events.map((lines) => lines.join('\n')),
          );
        },
      ),
    );
  });

  it('in small pieces without a line end is read whole', () => {
    const [length, piece] = [400_000, 50];
    const parser = new EventStreamParser();
    parser.push('data: ');
    for (let i = 0; i < length; i += piece) parser.push('x'.repeat(piece));
    expect(parser.push('\n\n')).toEqual(['x'.repeat(length)]);
  });

  it('of nothing but empty lines of data is refused', () => {
    const parser = new EventStreamParser();
    expect(() => {
      for (let i = 0; i < 20; i++) parser.push('data\n'.repeat(LONGEST_EVENT / 10));
    }).toThrow(EventStreamError);
  });

  it('without end is refused', () => {
    const parser = new EventStreamParser();
    expect(() => parser.push(`data: ${'x'.repeat(LONGEST_EVENT)}`)).toThrow(EventStreamError);
    const lines = new EventStreamParser();
    expect(() => {
      for (let i = 0; i < 2; i++) lines.push(`data: ${'x'.repeat(LONGEST_EVENT * 0.6)}\n`);
    }).toThrow(EventStreamError);
  });
});

describe('what a server says', () => {
  it('is read whatever it is', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        readAnswer(value);
        readFault(value);
        readAnswer({ choices: [value] });
        readAnswer({ choices: [{ delta: value, logprobs: { content: [value] } }], usage: value });
      }),
    );
    expect(readAnswer({ choices: [{ index: -1, delta: {} }, null, 'x'] })?.deltas).toEqual([]);
    expect(readAnswer({ choices: [{ index: 0, delta: { content: 5 } }] })?.deltas).toMatchObject([{ text: '' }]);
    for (const none of [null, 1, 'ping', [], {}, { type: 'ping' }, { choices: Array.from({ length: 1001 }) }])
      expect(readAnswer(none)).toBeNull();
    expect(
      readAnswer({
        choices: [{ message: { content: [{ type: 'text', text: 'a' }, { type: 'image' }] }, finish_reason: 'length' }],
      })?.deltas,
    ).toEqual([{ index: 0, text: 'a', reasoning: false, calls: [], logProbabilities: [], finish: 'length' }]);
  });

  it('may be a fault in many shapes', () => {
    expect(readFault({ error: 'model not found' })).toMatchObject({
      message: 'model not found',
      code: '',
      status: null,
    });
    expect(readFault({ error: { message: 'm', code: 500, type: 'server_error' } })).toMatchObject({
      message: 'm',
      code: 'server_error',
      status: 500,
    });
    expect(readFault({ object: 'error', message: 'm', code: 40001 })).toMatchObject({ message: 'm', status: null });
    expect(readFault({ detail: [{ msg: 'field required' }] })?.message).toContain('field required');
    expect(readFault({ error: 'loading', status: 503 })).toMatchObject({ message: 'loading', status: 503 });
    expect(readFault([{ error: { code: 400, message: 'm' } }])).toMatchObject({ message: 'm', status: 400 });
    expect(readFault({ success: false, errors: [{ message: 'no route' }] })?.message).toContain('no route');
    for (const error of [null, undefined, '', {}, [], false, 0, { message: null, code: '' }])
      expect(readFault({ choices: [], error })).toBeNull();
    expect(readFault({ choices: [], detail: 'of a choice' })).toBeNull();
  });

  it('of a fault names the fields it is about, wherever they stand', () => {
    const fields = (error: unknown): readonly string[] | undefined => readFault({ error })?.fields;
    expect(fields({ message: 'm', param: 'max_tokens' })).toEqual(['max_tokens']);
    expect(fields({ message: { detail: [{ loc: ['body', 'seed'], input: { param: 'n' } }] } })).toEqual([
      'body',
      'seed',
    ]);
    expect(fields({ issues: [{ path: ['temperature'] }], param: null })).toEqual(['temperature']);
    const deep: unknown = JSON.parse(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`);
    expect(fields(deep)).toEqual([]);
  });

  it('names no model that cannot be shown as it is', () => {
    const ids = [
      'qwen',
      'a\nb',
      'a\u001b[31m',
      'gpt\u202etxt',
      'zero\u200bwidth',
      'line\u2028',
      'half\ud800',
      'ø/模型:7b',
    ];
    expect(readModels({ data: ids.map((id) => ({ id })) })?.map(({ id }) => id)).toEqual(['qwen', 'ø/模型:7b']);
  });

  it('is shown in one line, cut, without the key', () => {
    expect(said('Key sk-1\nis\u001b[31m bad', 'sk-1')).toBe('Key … is [31m bad');
    expect(said('SK-A.B, sk-aXb, {"k":"sk-a.b"}', 'sk-A.b')).toBe('…, sk-aXb, {"k":"…"}');
    expect(said(String.raw`{"k":"a\"b\\"} a"b\ a%22b%5C`, 'a"b\\')).toBe('{"k":"…"} … …');
    expect(said('x'.repeat(1000), null)).toHaveLength(301);
  });
});

describe('turns', () => {
  it('go first come, first served; who gives up makes room; a wide one is not overtaken', async () => {
    const turns = new Turns(2);
    const log: string[] = [];
    const ends: Record<string, () => void> = {};
    const work = (name: string) => () =>
      new Promise<void>((resolve) => {
        log.push(name);
        ends[name] = resolve;
      });
    const never = new AbortController().signal;
    const [a, b] = [turns.take(1, never, work('a')), turns.take(1, never, work('b'))];
    const gone = new AbortController();
    const c = turns.take(2, gone.signal, work('c'));
    const d = turns.take(1, never, work('d'));
    await Promise.resolve();
    expect(log).toEqual(['a', 'b']);
    ends['a']?.();
    await a;
    await Promise.resolve();
    expect(log).toEqual(['a', 'b']);
    gone.abort();
    await expect.poll(() => [...log].sort()).toEqual(['a', 'b', 'c', 'd']);
    for (const name of ['b', 'c', 'd']) ends[name]?.();
    await Promise.all([b, c, d]);
    await turns.take(2, never, async () => void log.push('e'));
    expect(log.at(-1)).toBe('e');
  });
});
