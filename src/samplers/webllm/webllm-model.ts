/**
 * A model that WebLLM has loaded, behind the port: one streaming call a completion, one after the other.
 *
 * One call a completion, because `n > 1` is a loop in the package that neither streams nor saves anything.
 * The package draws tokens from what the softmax gives at the temperature; top_p and the penalties, which the
 * configurations of many models set, are switched off, so that a completion is a sample of the model's own policy
 * and its log-probability is what it says.
 */
import type { ChatCompletionChunk, ChatCompletionRequestStreaming, MLCEngineInterface } from '@mlc-ai/web-llm';
import type { Finish } from '../../grpo/origin.ts';
import { seededRandom } from '../../grpo/random.ts';
import { ModelError, type GenerateRequest, type Generation, type LanguageModel } from '../language/model.ts';
import { abortError, toModelError } from './errors.ts';

/** What of the package's engine is used. */
export type Engine = Pick<MLCEngineInterface, 'chat' | 'interruptGenerate' | 'unload'>;

export interface WebllmModelParts {
  readonly engine: Engine;
  /** The package's id of the model. */
  readonly modelId: string;
  readonly label: string;
  /** True for a model that thinks aloud unless told not to (Qwen3). */
  readonly thinks: boolean;
  readonly contextTokens: number | null;
  /**
   * Ask for log-probabilities. Not free: the package copies the probabilities of the whole vocabulary (0.6 MB for Qwen)
   * from the GPU for every token, and searches them.
   */
  readonly logProbabilities: boolean;
  /** Resolves with the cause when the GPU is lost; never, as long as it is not. */
  readonly lost: Promise<ModelError>;
  /** Called once the model is closed, to free what the package leaves. */
  readonly onClose: () => void;
}

/** Wraps a loaded engine. Closing unloads it. */
export function makeWebllmModel(parts: WebllmModelParts): LanguageModel {
  const { engine, label } = parts;
  /** Why nothing can be written any more. */
  let ended: ModelError | null = null;
  let end: (error: ModelError) => void = () => undefined;
  const over = new Promise<ModelError>((resolve) => {
    end = (error) => {
      ended ??= error;
      resolve(ended);
    };
  });
  void parts.lost.then((error) => end(error));
  /** Settles when the completions before are done with the engine, whether somebody still waits for them or not. */
  let tail: Promise<unknown> = Promise.resolve();
  const closing = new AbortController();

  const generate = async (request: GenerateRequest): Promise<Generation> => {
    const writing = tail.then(() => {
      if (ended !== null) throw ended;
      if (request.signal?.aborted === true) throw abortError();
      if (request.stop?.aborted === true) return NOTHING;
      return write(parts, request, closing.signal);
    });
    tail = writing.catch(() => undefined);
    try {
      // Whoever gives up, or has lost the GPU, need not wait until the engine has noticed.
      return await race(writing, request.signal, over);
    } catch (error) {
      if (request.signal?.aborted === true) throw abortError();
      throw ended ?? toModelError(error, { label, doing: 'generate' });
    }
  };

  return {
    id: `webllm/${parts.modelId}`,
    label,
    kind: 'webllm',
    supports: { seed: true, grammar: true, logProbabilities: true },
    parallel: 1,
    contextTokens: parts.contextTokens,
    generate,
    async close() {
      if (closing.signal.aborted) return;
      const lost = ended !== null;
      end(new ModelError('failed', `${label} was closed.`, 'Load it again.'));
      closing.abort();
      try {
        if (!lost) {
          // The package stops between two tokens, and must not be unloaded before.
          await Promise.race([tail, parts.lost]);
          await engine.unload();
        }
      } finally {
        parts.onClose();
      }
    },
  };
}

const NOTHING: Generation = { text: '', finish: 'stopped', promptTokens: null, tokens: 0, logProbability: null };

/** The request as the package takes it. */
export function chatRequest(
  request: GenerateRequest,
  options: { readonly thinks: boolean; readonly logProbabilities: boolean },
): ChatCompletionRequestStreaming {
  return {
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    stream: true,
    stream_options: { include_usage: true },
    seed: spreadSeed(request.seed),
    temperature: request.temperature,
    max_tokens: request.maxTokens,
    top_p: 1,
    repetition_penalty: 1,
    frequency_penalty: 0,
    presence_penalty: 0,
    ...(options.logProbabilities || request.logProbabilities === true ? { logprobs: true, top_logprobs: 1 } : {}),
    ...(request.grammar === undefined ? {} : { response_format: { type: 'grammar', grammar: request.grammar } }),
    ...(options.thinks ? { extra_body: { enable_thinking: false } } : {}),
  };
}

/**
 * The seed the package is given. It feeds the seed to x ← 48271·x mod (2^31 − 1) as it is, so that the first numbers of
 * neighbouring seeds differ by 0.00002 and those of small seeds are almost 0: the completions of a group would all
 * begin with the same token, the likeliest. Mixed first, neighbours have nothing to do with one another.
 * @returns 1 … 2^31 − 2
 */
export function spreadSeed(seed: number): number {
  return 1 + Math.floor(seededRandom(seed).next() * (2 ** 31 - 2));
}

/** Writes one completion to its end, however that comes about. */
async function write(parts: WebllmModelParts, request: GenerateRequest, closing: AbortSignal): Promise<Generation> {
  const { engine } = parts;
  const stopping = [request.stop, request.signal, closing].filter((signal) => signal !== undefined);
  const interrupt = (): void => void engine.interruptGenerate();
  for (const signal of stopping) signal.addEventListener('abort', interrupt, { once: true });
  try {
    const chunks = await engine.chat.completions.create(chatRequest(request, parts));
    let text = '';
    let tokens = 0;
    let last: ChatCompletionChunk['choices'][number]['finish_reason'] = null;
    let usage: ChatCompletionChunk['usage'];
    const logProbabilities: number[] = [];
    for await (const chunk of chunks) {
      usage = chunk.usage ?? usage;
      const choice = chunk.choices[0];
      if (choice === undefined) continue;
      last = choice.finish_reason ?? last;
      for (const { logprob } of choice.logprobs?.content ?? []) logProbabilities.push(logprob);
      if (choice.finish_reason !== null) continue;
      tokens++;
      text += choice.delta.content ?? '';
      request.onText?.(text, tokens);
      // The engine forgets an interruption that came before it began.
      if (stopping.some((signal) => signal.aborted)) interrupt();
    }
    const written = usage?.completion_tokens ?? tokens;
    return {
      text,
      finish: finishOf(last),
      promptTokens: usage?.prompt_tokens ?? null,
      tokens: written,
      // A token that ends within a character is not reported, nor is its probability: then the sum is not known.
      logProbability:
        written > 0 && logProbabilities.length === written
          ? logProbabilities.reduce((sum, value) => sum + value, 0)
          : null,
    };
  } finally {
    for (const signal of stopping) signal.removeEventListener('abort', interrupt);
  }
}

function finishOf(reason: ChatCompletionChunk['choices'][number]['finish_reason']): Finish {
  return reason === 'abort' ? 'stopped' : reason === 'length' ? 'length' : 'stop';
}

/** What comes first: the text, the abort, or the end of the model. */
function race(
  writing: Promise<Generation>,
  signal: AbortSignal | undefined,
  over: Promise<ModelError>,
): Promise<Generation> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortError());
    signal?.addEventListener('abort', onAbort, { once: true });
    void over.then(reject);
    writing.then(resolve, reject).finally(() => signal?.removeEventListener('abort', onAbort));
  });
}
