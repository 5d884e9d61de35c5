/** The language model that comes with the browser, where one does. */
import { anySignal } from '../any-signal.ts';
import { labelled } from '../../grpo/config.ts';
import { ModelError } from '../language/model.ts';
import type {
  GenerateRequest,
  Generation,
  LanguageModel,
  LoadProgress,
  ModelCard,
  ModelProvider,
} from '../language/model.ts';
import { Turns } from '../endpoint/turns.ts';
import type { Expectation, LanguageModelStatic, Session, SessionOptions } from './prompt-api.ts';

export type { LanguageModelStatic } from './prompt-api.ts';

export const BUILT_IN_ID = 'built-in-ai/browser';

/** SQL is asked for in English words; the languages have to be named. */
const EXPECTED: Expectation = {
  expectedInputs: [{ type: 'text', languages: ['en'] }],
  expectedOutputs: [{ type: 'text', languages: ['en'] }],
};
/** The API counts no tokens of an answer; this is how the lab counts where nobody does. */
const CHARACTERS_PER_TOKEN = 4;
const LABEL = 'The browser’s built-in model';

export interface BuiltInOptions {
  /** Null where there is none. Default: the browser's own. */
  readonly languageModel?: LanguageModelStatic | null;
  /** Milliseconds, for the time left. */
  readonly now?: () => number;
}

/** Its cards are none where the browser does not offer it. */
export function makeBuiltInAiProvider(options: BuiltInOptions = {}): ModelProvider {
  const found =
    options.languageModel === undefined
      ? ((globalThis as { readonly LanguageModel?: LanguageModelStatic }).LanguageModel ?? null)
      : options.languageModel;
  const now = options.now ?? (() => performance.now());
  return {
    kind: 'built-in-ai',
    async cards(): Promise<ModelCard[]> {
      if (found === null) return [];
      const availability = await found.availability(EXPECTED).catch(() => 'unavailable' as const);
      return [
        {
          id: BUILT_IN_ID,
          kind: 'built-in-ai',
          group: { title: 'Built into this browser', instead: null },
          label: LABEL,
          downloadBytes: availability === 'available' ? 0 : null,
          estimated: false,
          memoryBytes: null,
          licence: 'of the browser’s maker',
          host: availability === 'available' ? null : 'chosen by the browser',
          blocked:
            availability === 'unavailable'
              ? 'This browser has a built-in model, but says that it cannot run on this device (Chrome wants 22 GB of free disk, and 4 GB of GPU memory or 16 GB of memory).'
              : null,
          note: 'Which model it is, and its version, is the browser’s choice. It takes no seed, so a group cannot be drawn again.',
          stored: availability === 'available' ? { bytes: null } : null,
          suggested: true,
        },
      ];
    },
    async load(id, { onProgress, signal }): Promise<LanguageModel> {
      signal.throwIfAborted();
      if (found === null || id !== BUILT_IN_ID)
        throw new ModelError(
          'not-found',
          found === null
            ? 'This browser has no built-in language model.'
            : `There is no built-in model “${id.slice(0, 100)}”.`,
          'Chrome has one from version 148 on desktop computers. Elsewhere choose another kind of model.',
        );
      const params = (await found.params?.().catch(() => null)) ?? null;
      const began = now();
      // Making a session loads the model; it is also kept, so that the browser does not put the model away between
      // completions.
      const root = await found
        .create({
          ...EXPECTED,
          signal,
          monitor: (monitor) =>
            monitor.addEventListener('downloadprogress', ({ loaded, total }) =>
              onProgress(progressOf(loaded / (total !== undefined && total > 0 ? total : 1), now() - began)),
            ),
        })
        .catch((error: unknown) => {
          throw loadError(error, signal);
        });
      onProgress({ ...NOTHING_KNOWN, phase: 'start', share: 1 });
      return makeModel(found, root, params);
    },
  };
}

const NOTHING_KNOWN = { share: null, bytes: null, totalBytes: null, bytesPerSecond: null, secondsLeft: null };

/** What is downloaded is told as a share only; when it is all there, it is unpacked without a word. */
function progressOf(share: number, elapsedMs: number): LoadProgress {
  if (share >= 1) return { ...NOTHING_KNOWN, phase: 'start' };
  return {
    ...NOTHING_KNOWN,
    phase: 'download',
    share,
    secondsLeft: share > 0 && elapsedMs > 0 ? ((elapsedMs / 1000) * (1 - share)) / share : null,
  };
}

type Params = Awaited<ReturnType<NonNullable<LanguageModelStatic['params']>>>;

function makeModel(found: LanguageModelStatic, root: Session, params: Params): LanguageModel {
  const turns = new Turns(1);
  const closed = new AbortController();
  /**
   * The session that has read all but the last message; completions of one group are its clones and do not read it
   * again.
   */
  let read: { readonly key: string; readonly session: Session } | null = null;

  const sessionFor = async ({ messages, temperature }: GenerateRequest, signal: AbortSignal): Promise<Session> => {
    const before = messages.slice(0, -1);
    const key = JSON.stringify([before, temperature]);
    if (read?.key === key) return read.session;
    read?.session.destroy();
    read = null;
    const session = await found.create({
      ...EXPECTED,
      signal,
      ...(before.length === 0 ? {} : { initialPrompts: before }),
      ...samplingOf(temperature, params),
    });
    read = { key, session };
    return session;
  };

  const write = async (request: GenerateRequest, given: AbortSignal): Promise<Generation> => {
    const { messages, maxTokens, onText, stop } = request;
    const last = messages.at(-1);
    if (last === undefined) throw new ModelError('protocol', 'There is nothing to answer.', 'Ask a question.');
    const own = new AbortController();
    // Only the end of this request is heard: a signal that outlives it keeps nothing.
    const heard = anySignal([given, stop]);
    const end = (): void => own.abort(heard.reason);
    if (heard.aborted) end();
    heard.addEventListener('abort', end, { once: true });
    let text = '';
    let pieces = 0;
    const answer = (finish: Generation['finish']): Generation => ({
      text,
      finish,
      promptTokens: null,
      tokens: null,
      logProbability: null,
    });
    let session: Session | null = null;
    try {
      own.signal.throwIfAborted();
      session = await (await sessionFor(request, own.signal)).clone({ signal: own.signal });
      const reader = session.promptStreaming(last.content, { signal: own.signal }).getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return answer('stop');
        text += value;
        onText?.(text, ++pieces);
        if (text.length >= maxTokens * CHARACTERS_PER_TOKEN) {
          text = text.slice(0, maxTokens * CHARACTERS_PER_TOKEN);
          return answer('length');
        }
      }
    } catch (error) {
      given.throwIfAborted();
      if (stop?.aborted === true) return answer('stopped');
      throw promptError(error);
    } finally {
      heard.removeEventListener('abort', end);
      own.abort();
      session?.destroy();
    }
  };

  return {
    id: BUILT_IN_ID,
    label: LABEL,
    kind: 'built-in-ai',
    parallel: 1,
    contextTokens: root.contextWindow ?? root.inputQuota ?? null,
    supports: { seed: false, grammar: false, logProbabilities: false },
    generate: (request) => {
      const signal = anySignal([closed.signal, request.signal]);
      const leave = anySignal([signal, request.stop]);
      return turns.take(1, leave, () => write(request, signal));
    },
    close: async () => {
      closed.abort(new ModelError('failed', 'The built-in model was closed.', 'Load it again.'));
      read?.session.destroy();
      read = null;
      root.destroy();
    },
  };
}

/** Both or neither can be given. Temperature 0 is the most probable token each time. */
function samplingOf(temperature: number, params: Params): Pick<SessionOptions, 'temperature' | 'topK'> {
  if (params === null) return {};
  return temperature === 0
    ? { temperature: 0, topK: 1 }
    : { temperature: Math.min(temperature, params.maxTemperature), topK: params.maxTopK };
}

function nameOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : '';
}

function wordsOf(error: unknown): string {
  const words = error instanceof Error || error instanceof DOMException ? error.message : '';
  return words === '' ? '' : `: ${words.slice(0, 300).replace(/\.$/, '')}`;
}

function loadError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  const options = { cause: error };
  switch (nameOf(error)) {
    case 'NotAllowedError':
      return new ModelError(
        'refused',
        `The browser does not let this page use its model${wordsOf(error)}.`,
        'Press the button again: a download has to begin with a click. On machines that somebody manages it may be switched off.',
        options,
      );
    case 'NetworkError':
      return new ModelError(
        'network',
        `The browser could not download its model${wordsOf(error)}.`,
        'Look whether the machine is online and on a connection that is not metered, then try again.',
        options,
      );
    case 'NotSupportedError':
      return new ModelError(
        'unsupported',
        `The browser’s model cannot do what is needed${wordsOf(error)}.`,
        'Choose another kind of model.',
        options,
      );
    case 'QuotaExceededError':
      return new ModelError(
        'disk-full',
        `There is no room for the browser’s model${wordsOf(error)}.`,
        'Make room on the disk: Chrome wants 22 GB free.',
        options,
      );
    default:
      return new ModelError(
        'failed',
        `The browser could not start its model${wordsOf(error)}.`,
        'chrome://on-device-internals tells more. Otherwise choose another kind of model.',
        options,
      );
  }
}

function promptError(error: unknown): ModelError {
  if (error instanceof ModelError) return error;
  const options = { cause: error };
  switch (nameOf(error)) {
    case 'QuotaExceededError':
      return new ModelError(
        'context-overflow',
        'The prompt does not fit into the built-in model’s context.',
        `Lower “${labelled('prompt_tokens')}”.`,
        options,
      );
    case 'NotSupportedError':
      return new ModelError(
        'unsupported',
        `The built-in model does not take this prompt${wordsOf(error)}.`,
        'It knows few languages: ask in English, or choose another kind of model.',
        options,
      );
    case 'NotReadableError':
      return new ModelError(
        'refused',
        `The browser keeps the answer back${wordsOf(error)}.`,
        'Put the question in other words, or choose another kind of model.',
        options,
      );
    default:
      return new ModelError(
        'failed',
        `The built-in model failed${wordsOf(error)}.`,
        'Load it again, or choose another kind of model.',
        options,
      );
  }
}
