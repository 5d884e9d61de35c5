/**
 * A bridge for models that only the page can reach (the browser's own is not offered in workers): the page serves its
 * provider, the worker uses it as if it were there. Signals become calls, and faults plain data, because neither
 * crosses postMessage.
 */
import { proxy } from 'comlink';
import { messageOf } from '../../grpo/message-of.ts';
import { ModelError } from '../../samplers/language/model.ts';
import type {
  GenerateRequest,
  Generation,
  LanguageModel,
  LoadProgress,
  ModelCard,
  ModelFault,
  ModelKind,
  ModelProvider,
} from '../../samplers/language/model.ts';

type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly aborted: boolean;
      readonly fault: ModelFault;
      readonly message: string;
      readonly remedy: string;
    };
type Facts = Pick<LanguageModel, 'id' | 'label' | 'kind' | 'supports' | 'parallel' | 'contextTokens'>;

/** What the page serves. Every call has a number, by which it can be ended. */
export interface PageModels {
  readonly kind: ModelKind;
  cards(): Promise<ModelCard[]>;
  load(call: number, id: string, onProgress: (progress: LoadProgress) => void): Promise<Outcome<Facts>>;
  generate(
    call: number,
    request: Omit<GenerateRequest, 'onText' | 'stop' | 'signal'>,
    onText: (text: string, tokens: number) => void,
  ): Promise<Outcome<Generation>>;
  /** stop: the text so far is the answer. abort: give up. */
  end(call: number, how: 'stop' | 'abort'): Promise<void>;
  close(): Promise<void>;
}

/** The page's end. */
export function servePageModels(provider: ModelProvider): PageModels {
  const calls = new Map<number, { readonly stop: AbortController; readonly abort: AbortController }>();
  let model: LanguageModel | null = null;
  const during = async <T>(
    call: number,
    work: (signals: { stop: AbortSignal; abort: AbortSignal }) => Promise<T>,
  ): Promise<Outcome<T>> => {
    const ends = { stop: new AbortController(), abort: new AbortController() };
    calls.set(call, ends);
    try {
      return { ok: true, value: await work({ stop: ends.stop.signal, abort: ends.abort.signal }) };
    } catch (error) {
      const { fault, message, remedy } =
        error instanceof ModelError
          ? error
          : {
              fault: 'failed' as const,
              message: messageOf(error),
              remedy: 'Try again, or choose another model.',
            };
      return { ok: false, aborted: ends.abort.signal.aborted, fault, message, remedy };
    } finally {
      calls.delete(call);
    }
  };
  return {
    kind: provider.kind,
    cards: () => provider.cards(),
    load: (call, id, onProgress) =>
      during(call, async ({ abort }) => {
        await model?.close();
        model = await provider.load(id, { onProgress, signal: abort });
        const { label, kind, supports, parallel, contextTokens } = model;
        return { id: model.id, label, kind, supports, parallel, contextTokens };
      }),
    generate: (call, request, onText) =>
      during(call, ({ stop, abort }) => {
        if (model === null) throw new ModelError('failed', 'The model is not loaded any more.', 'Load it again.');
        return model.generate({ ...request, onText, stop, signal: abort });
      }),
    end: async (call, how) => calls.get(call)?.[how].abort(),
    close: async () => {
      await model?.close();
      model = null;
    },
  };
}

/** The worker's end. */
export function pageProvider(
  page: Pick<PageModels, 'cards' | 'load' | 'generate' | 'end' | 'close'>,
  kind: ModelKind,
): ModelProvider {
  let calls = 0;
  const during = async <T>(
    signals: { readonly stop?: AbortSignal | undefined; readonly abort?: AbortSignal | undefined },
    work: (call: number) => Promise<Outcome<T>>,
  ): Promise<T> => {
    const call = ++calls;
    signals.abort?.throwIfAborted();
    const stop = (): void => void page.end(call, 'stop');
    const abort = (): void => void page.end(call, 'abort');
    signals.stop?.addEventListener('abort', stop);
    signals.abort?.addEventListener('abort', abort);
    try {
      const outcome = await work(call);
      if (outcome.ok) return outcome.value;
      if (outcome.aborted) throw new DOMException('Given up.', 'AbortError');
      throw new ModelError(outcome.fault, outcome.message, outcome.remedy);
    } finally {
      signals.stop?.removeEventListener('abort', stop);
      signals.abort?.removeEventListener('abort', abort);
    }
  };
  return {
    kind,
    cards: async () => page.cards(),
    load: async (id, { onProgress, signal }) => {
      const facts = await during({ abort: signal }, (call) => page.load(call, id, proxy(onProgress)));
      return {
        ...facts,
        generate: ({ onText, stop, signal: abort, ...request }) =>
          during({ stop, abort }, (call) =>
            page.generate(
              call,
              request,
              proxy((text: string, tokens: number) => onText?.(text, tokens)),
            ),
          ),
        close: async () => page.close(),
      };
    },
  };
}
