import { describe, expect, it } from 'vitest';
import { BUILT_IN_ID, makeBuiltInAiProvider } from '../../../src/samplers/built-in-ai/built-in-ai.ts';
import type {
  Availability,
  LanguageModelStatic,
  Session,
  SessionOptions,
} from '../../../src/samplers/built-in-ai/prompt-api.ts';
import { ModelError } from '../../../src/samplers/language/model.ts';
import type { GenerateRequest, LanguageModel, LoadProgress } from '../../../src/samplers/language/model.ts';

interface Behaviour {
  readonly availability?: Availability;
  /** Shares of the download that are reported. */
  readonly download?: readonly number[];
  readonly params?: LanguageModelStatic['params'];
  readonly createError?: DOMException;
  readonly promptError?: DOMException;
  /** Milliseconds between two words. */
  readonly wordMs?: number;
}

/** The browser's interface over a model that answers with the words of its prompt. */
function browser({
  availability = 'available',
  download = [],
  params,
  createError,
  promptError,
  wordMs = 1,
}: Behaviour = {}) {
  const log: string[] = [];
  const created: SessionOptions[] = [];
  let alive = 0;
  const session = (): Session => {
    alive++;
    let destroyed = false;
    return {
      contextWindow: 6144,
      async clone({ signal }) {
        signal.throwIfAborted();
        log.push('clone');
        return session();
      },
      destroy() {
        if (!destroyed) alive--;
        destroyed = true;
      },
      promptStreaming(input, { signal }) {
        log.push('prompt');
        const words = input.match(/\s*\S+/g) ?? [];
        return new ReadableStream<string>({
          async pull(controller) {
            if (promptError !== undefined) return controller.error(promptError);
            await new Promise((resolve) => setTimeout(resolve, wordMs));
            if (signal.aborted) return controller.error(new DOMException('aborted', 'AbortError'));
            const word = words.shift();
            if (word === undefined) controller.close();
            else controller.enqueue(word);
          },
        });
      },
    };
  };
  const languageModel: LanguageModelStatic = {
    availability: async () => availability,
    async create(options) {
      created.push(options);
      options.signal?.throwIfAborted();
      if (createError !== undefined) throw createError;
      options.monitor?.({
        addEventListener: (_type, listener) => {
          for (const loaded of download) listener({ loaded, total: 1 });
        },
      });
      await new Promise((resolve) => setTimeout(resolve, 5));
      options.signal?.throwIfAborted();
      log.push('create');
      return session();
    },
    ...(params === undefined ? {} : { params }),
  };
  return { languageModel, log, created, alive: () => alive };
}

const loaded = async (languageModel: LanguageModelStatic, progress: LoadProgress[] = []): Promise<LanguageModel> =>
  makeBuiltInAiProvider({
    languageModel,
    now: (() => {
      let time = 0;
      return () => (time += 1000);
    })(),
  }).load(BUILT_IN_ID, { onProgress: (one) => progress.push(one), signal: new AbortController().signal });

const asked = (over: Partial<GenerateRequest> = {}): GenerateRequest => ({
  messages: [
    { role: 'system', content: 'Write SQL.' },
    { role: 'user', content: 'SELECT COUNT(*) FROM books' },
  ],
  seed: 1,
  temperature: 0.7,
  maxTokens: 50,
  ...over,
});

describe('the built-in model', () => {
  it('is not there where the browser has none', async () => {
    for (const provider of [makeBuiltInAiProvider(), makeBuiltInAiProvider({ languageModel: null })]) {
      expect(await provider.cards()).toEqual([]);
      await expect(
        provider.load(BUILT_IN_ID, { onProgress: () => undefined, signal: new AbortController().signal }),
      ).rejects.toMatchObject({ fault: 'not-found' });
    }
  });

  it.each<[Availability, boolean, boolean]>([
    ['available', false, true],
    ['downloadable', false, false],
    ['downloading', false, false],
    ['unavailable', true, false],
  ])('%s: says so', async (availability, blocked, stored) => {
    const [card] = await makeBuiltInAiProvider({ languageModel: browser({ availability }).languageModel }).cards();
    expect([card?.blocked !== null, card?.stored !== null]).toEqual([blocked, stored]);
  });

  it('is loaded with progress', async () => {
    const progress: LoadProgress[] = [];
    const model = await loaded(browser({ download: [0, 0.25, 1] }).languageModel, progress);
    expect(progress.map(({ phase, share, secondsLeft }) => [phase, share, secondsLeft])).toEqual([
      ['download', 0, null],
      ['download', 0.25, 6],
      ['start', null, null],
      ['start', 1, null],
    ]);
    expect(model).toMatchObject({
      id: BUILT_IN_ID,
      contextTokens: 6144,
      parallel: 1,
      supports: { seed: false, grammar: false, logProbabilities: false },
    });
  });

  it('writes a group with clones of one session that has read the schema', async () => {
    const { languageModel, log, created, alive } = browser();
    const model = await loaded(languageModel);
    const grown: string[] = [];
    const answers = await Promise.all(
      Array.from({ length: 3 }, () => model.generate(asked({ onText: (text) => grown.push(text) }))),
    );
    expect(answers).toEqual(
      Array.from({ length: 3 }, () => ({
        text: 'SELECT COUNT(*) FROM books',
        finish: 'stop',
        promptTokens: null,
        tokens: null,
        logProbability: null,
      })),
    );
    expect(grown.slice(0, 4)).toEqual([
      'SELECT',
      'SELECT COUNT(*)',
      'SELECT COUNT(*) FROM',
      'SELECT COUNT(*) FROM books',
    ]);
    expect(log).toEqual(['create', 'create', 'clone', 'prompt', 'clone', 'prompt', 'clone', 'prompt']);
    expect(created[1]).toMatchObject({ initialPrompts: [{ role: 'system', content: 'Write SQL.' }] });
    expect(created[1]).not.toHaveProperty('temperature');
    await model.generate(asked({ messages: [{ role: 'user', content: 'SELECT 1' }] }));
    expect(alive()).toBe(2);
    await model.close();
    expect(alive()).toBe(0);
  });

  it('takes a temperature where pages may set one', async () => {
    const { languageModel, created } = browser({
      params: async () => ({ defaultTopK: 3, maxTopK: 128, maxTemperature: 2 }),
    });
    const model = await loaded(languageModel);
    await model.generate(asked({ temperature: 0.5 }));
    await model.generate(asked({ temperature: 0 }));
    expect(created.slice(1)).toMatchObject([
      { temperature: 0.5, topK: 128 },
      { temperature: 0, topK: 1 },
    ]);
  });

  it('is cut at its length, stopped by the reader, given up, closed', async () => {
    const model = await loaded(browser({ wordMs: 10 }).languageModel);
    expect(await model.generate(asked({ maxTokens: 2 }))).toMatchObject({ text: 'SELECT C', finish: 'length' });
    const stop = new AbortController();
    expect(await model.generate(asked({ stop: stop.signal, onText: () => stop.abort() }))).toMatchObject({
      text: 'SELECT',
      finish: 'stopped',
    });
    const give = new AbortController();
    await expect(model.generate(asked({ signal: give.signal, onText: () => give.abort() }))).rejects.toMatchObject({
      name: 'AbortError',
    });
    const writing = model.generate(asked({ onText: () => void model.close() }));
    await expect(writing).rejects.toMatchObject({ name: 'ModelError', message: 'The built-in model was closed.' });
  });

  it('can be given up while it loads', async () => {
    const give = new AbortController();
    const loading = makeBuiltInAiProvider({ languageModel: browser().languageModel }).load(BUILT_IN_ID, {
      onProgress: () => undefined,
      signal: give.signal,
    });
    give.abort();
    await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
  });

  it.each([
    ['NotAllowedError', 'refused'],
    ['NetworkError', 'network'],
    ['NotSupportedError', 'unsupported'],
    ['QuotaExceededError', 'disk-full'],
    ['OperationError', 'failed'],
  ])('%s while loading', async (name, fault) => {
    const error: unknown = await loaded(browser({ createError: new DOMException('why', name) }).languageModel).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(ModelError);
    expect(error).toMatchObject({
      fault,
      message: expect.stringContaining(': why.') as string,
      remedy: expect.stringMatching(/\.$/) as string,
    });
  });

  it.each([
    ['QuotaExceededError', 'context-overflow'],
    ['NotSupportedError', 'unsupported'],
    ['NotReadableError', 'refused'],
    ['UnknownError', 'failed'],
  ])('%s while writing', async (name, fault) => {
    const model = await loaded(browser({ promptError: new DOMException('why', name) }).languageModel);
    await expect(model.generate(asked())).rejects.toMatchObject({ name: 'ModelError', fault });
  });
});
