/**
 * An engine with the interface of the package's own and its habits, as read in its source (0.2.86): one request at a
 * time behind a lock, requests checked by the package's own checks, an interruption that counts between tokens and is
 * forgotten when a request begins, a final chunk with the reason and one with the usage. What it writes is a script.
 */
import {
  Chat,
  Completions,
  Embeddings,
  ModelType,
  postInitAndCheckFieldsChatCompletion,
  type AppConfig,
  type ChatCompletion,
  type ChatCompletionChunk,
  type ChatCompletionRequest,
  type ChatCompletionRequestBase,
  type ChatCompletionRequestNonStreaming,
  type ChatCompletionRequestStreaming,
  type InitProgressCallback,
  type MLCEngineConfig,
  type MLCEngineInterface,
} from '@mlc-ai/web-llm';

export interface Script {
  /**
   * The tokens of an answer; one that ends within a character has null for its text. The last one stands for the end of
   * the text.
   */
  readonly tokens: (request: ChatCompletionRequestStreaming) => readonly (string | null)[];
  /** Called before each token; what it throws, the engine throws. */
  readonly beforeToken?: (index: number, request: ChatCompletionRequestStreaming) => Promise<void>;
  /** Stands in for the load: rejects, resolves, or never ends. */
  readonly reload?: (modelId: string, engine: ScriptedEngine) => Promise<void>;
}

export const PROMPT_TOKENS = 17;
/** The probability of every token but the first. */
export const TOKEN_LOG_PROBABILITY = -0.5;

export class ScriptedEngine implements MLCEngineInterface {
  readonly chat: Chat = new Chat(this);
  readonly completions: Completions = new Completions(this);
  readonly embeddings: Embeddings = new Embeddings(this);
  readonly requests: ChatCompletionRequestStreaming[] = [];
  /** Completions that are being written now, and the most there were. */
  writing = 0;
  mostWriting = 0;
  interrupts = 0;
  unloads = 0;
  loaded: string | null = null;
  progress: InitProgressCallback | undefined;
  private interrupted = false;
  private lock: Promise<void> = Promise.resolve();
  private readonly script: Script;

  constructor(script: Script, config?: MLCEngineConfig) {
    this.script = script;
    this.progress = config?.initProgressCallback;
  }

  setInitProgressCallback = (callback: InitProgressCallback): void => {
    this.progress = callback;
  };
  getInitProgressCallback = (): InitProgressCallback | undefined => this.progress;
  setAppConfig = (_appConfig: AppConfig): void => undefined;
  setLogLevel = (): void => undefined;

  reload = async (modelId: string | string[]): Promise<void> => {
    const id = Array.isArray(modelId) ? modelId.join() : modelId;
    await this.script.reload?.(id, this);
    this.loaded = id;
  };

  unload = async (): Promise<void> => {
    this.unloads++;
    this.loaded = null;
  };

  interruptGenerate = (): void => {
    this.interrupts++;
    this.interrupted = true;
  };

  chatCompletion(request: ChatCompletionRequestNonStreaming): Promise<ChatCompletion>;
  chatCompletion(request: ChatCompletionRequestStreaming): Promise<AsyncIterable<ChatCompletionChunk>>;
  chatCompletion(request: ChatCompletionRequestBase): Promise<AsyncIterable<ChatCompletionChunk> | ChatCompletion>;
  async chatCompletion(
    request: ChatCompletionRequest | ChatCompletionRequestBase,
  ): Promise<AsyncIterable<ChatCompletionChunk> | ChatCompletion> {
    if (request.stream !== true) throw new Error('only streaming requests are scripted');
    const streaming: ChatCompletionRequestStreaming = { ...request, stream: true };
    if (this.loaded === null) {
      const error = new Error('Model not loaded before trying to complete ChatCompletionRequest.');
      error.name = 'ModelNotLoadedError';
      throw error;
    }
    postInitAndCheckFieldsChatCompletion(streaming, this.loaded, ModelType.LLM);
    this.requests.push(streaming);
    return this.stream(streaming);
  }

  private async *stream(request: ChatCompletionRequestStreaming): AsyncGenerator<ChatCompletionChunk, void, void> {
    const before = this.lock;
    let release: () => void = () => undefined;
    this.lock = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    this.writing++;
    this.mostWriting = Math.max(this.mostWriting, this.writing);
    try {
      this.interrupted = false;
      const common = { id: 'scripted', model: this.loaded ?? '', object: 'chat.completion.chunk' as const, created: 0 };
      const tokens = this.script.tokens(request);
      let reason: 'stop' | 'length' | 'abort' = 'stop';
      let written = 0;
      for (const [index, token] of tokens.entries()) {
        // The first token comes with the prompt, before an interruption is looked at.
        if (index > 0 && this.interrupted) {
          reason = 'abort';
          break;
        }
        await this.script.beforeToken?.(index, request);
        await Promise.resolve();
        written++;
        if (token !== null) {
          const logprob = index === 0 ? 0 : TOKEN_LOG_PROBABILITY;
          const logprobs =
            request.logprobs === true ? { content: [{ token, bytes: null, logprob, top_logprobs: [] }] } : null;
          yield {
            ...common,
            choices: [{ delta: { content: token, role: 'assistant' }, finish_reason: null, index: 0, logprobs }],
          };
        }
        if (written >= (request.max_tokens ?? Infinity)) {
          reason = 'length';
          break;
        }
      }
      yield { ...common, choices: [{ delta: {}, finish_reason: reason, index: 0 }] };
      if (request.stream_options?.include_usage === true) {
        const extra = {
          e2e_latency_s: 0,
          prefill_tokens_per_s: 0,
          decode_tokens_per_s: 0,
          time_to_first_token_s: 0,
          time_per_output_token_s: 0,
        };
        yield {
          ...common,
          choices: [],
          usage: {
            completion_tokens: written,
            prompt_tokens: PROMPT_TOKENS,
            total_tokens: written + PROMPT_TOKENS,
            extra,
          },
        };
      }
    } finally {
      this.writing--;
      release();
    }
  }

  completion = unused;
  embedding = unused;
  listResumableSessions = unused;
  resumeChatCompletion = unused;
  deleteResumableSession = unused;
  runtimeStatsText = unused;
  resetChat = unused;
  getMessage = unused;
  getMaxStorageBufferBindingSize = unused;
  getGPUVendor = unused;
  forwardTokensAndSample = unused;
}

function unused(): Promise<never> {
  return Promise.reject(new Error('this part of the engine is not scripted'));
}
