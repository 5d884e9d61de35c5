/**
 * The port behind which a language model runs, whatever runs it: WebLLM, wllama, a server, the browser's own.
 * A model continues a prompt; the group, the hints and the SQL are the language sampler's business.
 */
import type { Finish, PromptMessage } from '../../grpo/origin.ts';

export interface GenerateRequest {
  readonly messages: readonly PromptMessage[];
  /** 0 … 2^31 − 1. The same seed and prompt give the same text where `supports.seed`. */
  readonly seed: number;
  /** 0 is greedy. */
  readonly temperature: number;
  /** Tokens the answer may have. */
  readonly maxTokens: number;
  /** A grammar the answer must follow (GBNF, root rule `root`); only where `supports.grammar`. */
  readonly grammar?: string;
  /** Whether to work out its log-probability, which may cost speed; ignored where it is not offered. */
  readonly logProbabilities?: boolean;
  /** The answer so far, after every token. */
  readonly onText?: (text: string, tokens: number) => void;
  /** Ends this completion: what was written so far is the answer, `finish` is 'stopped'. */
  readonly stop?: AbortSignal;
  /** Gives up: rejects with AbortError. */
  readonly signal?: AbortSignal;
}

export interface Generation {
  readonly text: string;
  readonly finish: Finish;
  readonly promptTokens: number | null;
  readonly tokens: number | null;
  /** Σ ln p of its tokens at the temperature they were drawn at; null where it is not offered. */
  readonly logProbability: number | null;
}

/** Names what runs a model, e.g. `webllm`. Any name will do: nothing is decided by it. */
export type ModelKind = string;

/** A model that is loaded. */
export interface LanguageModel {
  /** The same on every machine, e.g. `webllm/Qwen2.5-Coder-1.5B-Instruct-q4f16_1-MLC`. */
  readonly id: string;
  /** As shown. */
  readonly label: string;
  readonly kind: ModelKind;
  readonly supports: {
    readonly seed: boolean;
    readonly grammar: boolean;
    readonly logProbabilities: boolean;
  };
  /** Completions that are worth writing at the same time; 1 for a model on this machine. */
  readonly parallel: number;
  /** Tokens of prompt and answer together; null when unknown. */
  readonly contextTokens: number | null;
  /** Rejects with ModelError, or AbortError when `signal` was aborted. Calls beyond `parallel` wait for their turn. */
  generate(request: GenerateRequest): Promise<Generation>;
  /**
   * Several answers to one request, where that costs less than as many requests: answer i has the seed `seed + i`, or
   * one the server chose. `onText` and `stops` are per answer.
   */
  generateAlike?(
    request: Omit<GenerateRequest, 'stop' | 'onText'>,
    count: number,
    onText?: (index: number, text: string, tokens: number) => void,
    stops?: readonly (AbortSignal | undefined)[],
  ): Promise<Generation[]>;
  /** Frees its memory; a generation under way is rejected. */
  close(): Promise<void>;
}

export type ModelFault =
  | 'no-webgpu'
  | 'no-f16'
  | 'gpu-limits'
  | 'device-lost'
  | 'out-of-memory'
  | 'not-found'
  | 'network'
  | 'disk-full'
  | 'context-overflow'
  | 'bad-file'
  | 'refused'
  | 'cors'
  | 'mixed-content'
  | 'timeout'
  | 'rate-limit'
  | 'server'
  | 'protocol'
  | 'unsupported'
  | 'failed';

/** What went wrong with a model: cause in `message`, way out in `remedy`, both fit for a reader. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  readonly fault: ModelFault;
  readonly remedy: string;

  constructor(fault: ModelFault, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
    this.remedy = remedy;
  }
}

/** Where a model stands in the picker. */
export interface ModelGroup {
  /** Heading, e.g. where its models run. */
  readonly title: string;
  /** What can be done where none of the group can run, as a sentence; null for nothing to say. */
  readonly instead: string | null;
}

/** A line of the model picker. Plain data. */
export interface ModelCard {
  readonly id: string;
  readonly kind: ModelKind;
  readonly group: ModelGroup;
  readonly label: string;
  /** What is loaded from the network, in bytes; 0 when nothing is; null when unknown. */
  readonly downloadBytes: number | null;
  /** True when the figure is worked out from the number of parameters and not read from the files. */
  readonly estimated: boolean;
  /** GPU or main memory it needs, in bytes; null when unknown. */
  readonly memoryBytes: number | null;
  readonly licence: string;
  /** Host the download comes from; null for none. */
  readonly host: string | null;
  /** Why it cannot run here, as a sentence; null when it can. */
  readonly blocked: string | null;
  /** What to know before choosing it; null for nothing. */
  readonly note: string | null;
  /** What of it is stored in this browser; null when nothing is. */
  readonly stored: { readonly bytes: number | null } | null;
  /** The one to suggest among those of its kind. */
  readonly suggested: boolean;
}

export interface LoadProgress {
  /**
   * Waiting for another tab that loads the same, download, reading from disk, compiling for the GPU, starting: each
   * begins anew at 0.
   */
  readonly phase: 'wait' | 'download' | 'read' | 'compile' | 'start';
  /** 0 … 1 within the phase; null when unknown. */
  readonly share: number | null;
  readonly bytes: number | null;
  readonly totalBytes: number | null;
  /** Of this phase; null until there is something to go by. */
  readonly bytesPerSecond: number | null;
  readonly secondsLeft: number | null;
}

export interface LoadOptions {
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal: AbortSignal;
}

/** A file that somebody chose, about to be loaded. */
export interface ChosenFile {
  readonly id: string;
  readonly label: string;
  /** Rejects as `ModelProvider.load` does. `tell`: something the reader should know although the model runs. */
  load(options: LoadOptions & { readonly tell: (notice: string) => void }): Promise<LanguageModel>;
}

/** What can load models of one kind. */
export interface ModelProvider {
  readonly kind: ModelKind;
  /** The models it knows, with what is stored of them. Never rejects: what cannot run says why. */
  cards(): Promise<ModelCard[]>;
  /** Why it has no such model any more, where the id is one of its own; null where it is not. */
  missing?(id: string): string | null;
  /** Takes a file from disk, and keeps a copy in the browser where that is wanted; absent where it opens none. */
  openFile?(file: File, keep: boolean): ChosenFile;
  /**
   * Rejects with ModelError, or AbortError when aborted; what was downloaded until then is kept, so that the next try
   * resumes.
   */
  load(id: string, options: LoadOptions): Promise<LanguageModel>;
  /** Deletes what is stored of it. */
  remove?(id: string): Promise<void>;
}
