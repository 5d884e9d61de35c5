/** A model that runs on llama.cpp in WebAssembly, behind the port of language models. */
import { anySignal } from '../any-signal.ts';
import type { ChatCompletionChunk, ChatCompletionParams } from '@wllama/wllama/esm/index.js';
import type { Finish } from '../../grpo/origin.ts';
import type { Generation, GenerateRequest, LanguageModel } from '../language/model.ts';
import { closedFault, generateFault } from './faults.ts';
import type { Runtime } from './runtime.ts';
import { Turns } from './turns.ts';

/** Fields of llama.cpp's server that the package passes on and does not list. */
interface ServerParams extends ChatCompletionParams {
  readonly stream: true;
  readonly onData: (chunk: ChatCompletionChunk) => void;
}

/** An answer as it is written. */
class Answer {
  #text = '';
  #tokens = 0;
  #promptTokens: number | null = null;
  #finish: Finish = 'stop';
  #closed = false;
  readonly #onText: GenerateRequest['onText'];

  constructor(onText: GenerateRequest['onText']) {
    this.#onText = onText;
  }

  /** What is written from now on is not part of it. */
  close(): void {
    this.#closed = true;
  }

  add(chunk: ChatCompletionChunk): void {
    if (this.#closed) return;
    if (chunk.timings !== undefined) {
      this.#tokens = chunk.timings.predicted_n;
      this.#promptTokens = chunk.timings.cache_n + chunk.timings.prompt_n;
    }
    const choice = chunk.choices[0];
    if (choice === undefined) return;
    if (choice.finish_reason === 'length') this.#finish = 'length';
    const piece = choice.delta.content;
    if (piece == null || piece === '') return;
    this.#text += piece;
    this.#onText?.(this.#text, this.#tokens);
  }

  generation(finish = this.#finish): Generation {
    return { text: this.#text, finish, promptTokens: this.#promptTokens, tokens: this.#tokens, logProbability: null };
  }
}

/** Settles when the signal is aborted, and until then not. `forget` ends the waiting. */
function onAbort(signal: AbortSignal | undefined): { readonly aborted: Promise<void>; readonly forget: () => void } {
  if (signal === undefined) return { aborted: new Promise(() => undefined), forget: () => undefined };
  let listener: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => {
    listener = resolve;
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', listener, { once: true });
  });
  return { aborted, forget: () => signal.removeEventListener('abort', listener) };
}

function abortError(): DOMException {
  return new DOMException('The generation was cancelled.', 'AbortError');
}

/**
 * Tokens are drawn from the model's whole distribution at the temperature, as TRL's GRPOTrainer does by default
 * (`top_p` 1, `top_k` 0): llama.cpp's own defaults would cut off its tail. Log-probabilities are not offered, though
 * the package has them: with a whole vocabulary they cost more than the token itself, and a token that is part of a
 * character ends the generation with an error of the package's JSON writer. A seed means the same text on any number of
 * threads.
 */
export function makeWllamaModel({
  runtime,
  id,
  label,
}: {
  readonly runtime: Runtime;
  readonly id: string;
  readonly label: string;
}): LanguageModel {
  const turns = new Turns();
  let close: () => void = () => undefined;
  let isClosed = false;
  const closed = new Promise<never>((_, reject) => {
    close = () => reject(closedFault());
  });
  closed.catch(() => undefined); // Told to the generation under way, if there is one.

  async function write(request: GenerateRequest, answer: Answer, ended: AbortSignal): Promise<Generation> {
    runtime.forget();
    const params: ServerParams & { readonly timings_per_token: boolean } = {
      messages: request.messages.map(({ role, content }) => ({ role, content })),
      seed: request.seed,
      temperature: request.temperature,
      top_k: 0,
      top_p: 1,
      min_p: 0,
      max_tokens: request.maxTokens,
      timings_per_token: true,
      stream: true,
      onData: (chunk) => answer.add(chunk),
      abortSignal: ended,
      ...(request.grammar === undefined ? {} : { grammar: request.grammar }),
    };
    try {
      await runtime.wllama.createChatCompletion(params);
      return answer.generation();
    } catch (error) {
      // Whoever ended it has been told already.
      if (ended.aborted) return answer.generation('stopped');
      // The runtime gives up an answer whose bytes are no text, such as one cut within a character: this completion
      // ends there, the group goes on.
      if (error instanceof Error && error.message.includes('invalid UTF-8')) return answer.generation();
      throw generateFault(error, runtime.log);
    }
  }

  return {
    id,
    label,
    kind: 'wllama',
    supports: { seed: true, grammar: true, logProbabilities: false },
    parallel: 1,
    contextTokens: runtime.contextTokens,

    async generate(request) {
      if (isClosed) throw closedFault();
      if (request.signal?.aborted === true) throw abortError();
      const answer = new Answer(request.onText);
      const given = onAbort(request.signal);
      const stop = onAbort(request.stop);
      const ended = anySignal([request.signal, request.stop]);
      const turn = turns.take();
      // The runtime is free for the next one when it has really ended, which may be after the answer was given up.
      const written = turn.come
        .then(() => (ended.aborted || isClosed ? answer.generation('stopped') : write(request, answer, ended)))
        .finally(() => turn.done());
      try {
        return await Promise.race([
          given.aborted.then(() => Promise.reject(abortError())),
          stop.aborted.then(() => answer.generation('stopped')),
          closed,
          runtime.crashed.catch((error: unknown) => Promise.reject(generateFault(error, runtime.log))),
          written,
        ]);
      } finally {
        answer.close();
        given.forget();
        stop.forget();
      }
    },

    async close() {
      isClosed = true;
      close();
      await runtime.wllama.exit();
    },
  };
}
