/**
 * A language model whose answers are a function of the request. It keeps the port's promises: turns, seeds, stop,
 * abort.
 */
import type { GenerateRequest, Generation, LanguageModel } from '../../src/samplers/language/model.ts';

export interface ScriptedOptions {
  /** The whole answer; written a word at a time. May throw. */
  readonly answer: (request: Omit<GenerateRequest, 'stop' | 'onText'>) => string;
  readonly parallel?: number;
  readonly supports?: Partial<LanguageModel['supports']>;
  readonly contextTokens?: number | null;
  /** Offers `generateAlike`, which gives this many answers at most. */
  readonly alike?: number;
  /** Waits before each word, e.g. for a test's own gate. */
  readonly pause?: () => Promise<void>;
}

export interface ScriptedModel extends LanguageModel {
  /** Every request that began, in order; those of `generateAlike` once. */
  readonly requests: readonly GenerateRequest[];
  /** Completions being written now, and the most there ever were. */
  readonly busy: { now: number; most: number };
}

export function scriptedModel({
  answer,
  parallel = 1,
  supports = {},
  contextTokens = null,
  alike,
  pause = () => Promise.resolve(),
}: ScriptedOptions): ScriptedModel {
  const requests: GenerateRequest[] = [];
  const busy = { now: 0, most: 0 };
  const turns: (() => void)[] = [];
  const turn = async (): Promise<void> => {
    if (busy.now >= parallel) await new Promise<void>((resolve) => turns.push(resolve));
    busy.now++;
    busy.most = Math.max(busy.most, busy.now);
  };
  const done = (): void => {
    busy.now--;
    turns.shift()?.();
  };
  const write = async (request: GenerateRequest): Promise<Generation> => {
    request.signal?.throwIfAborted();
    const words = answer(request).split(/(?<= )/);
    let text = '';
    for (const [i, word] of words.entries()) {
      await pause();
      request.signal?.throwIfAborted();
      if (request.stop?.aborted === true)
        return { text, finish: 'stopped', promptTokens: 10, tokens: i, logProbability: null };
      if (i >= request.maxTokens) return { text, finish: 'length', promptTokens: 10, tokens: i, logProbability: null };
      text += word;
      request.onText?.(text, i + 1);
    }
    return {
      text,
      finish: 'stop',
      promptTokens: 10,
      tokens: words.length,
      logProbability: supports.logProbabilities === true ? -words.length : null,
    };
  };
  return {
    id: 'scripted/model',
    label: 'Scripted model',
    kind: 'endpoint',
    parallel,
    contextTokens,
    requests,
    busy,
    supports: { seed: true, grammar: false, logProbabilities: false, ...supports },
    async generate(request) {
      await turn();
      try {
        requests.push(request);
        return await write(request);
      } finally {
        done();
      }
    },
    ...(alike === undefined
      ? {}
      : ({
          async generateAlike(request, count, onText, stops) {
            requests.push(request);
            return Promise.all(
              Array.from({ length: Math.min(count, alike) }, (_answer, i) =>
                write({
                  ...request,
                  seed: request.seed + i,
                  onText: (text: string, tokens: number) => onText?.(i, text, tokens),
                  ...(stops?.[i] === undefined ? {} : { stop: stops[i] }),
                }),
              ),
            );
          },
        } satisfies Partial<LanguageModel>)),
    close: () => Promise.resolve(),
  };
}
