/**
 * The part of the browser's Prompt API that is used (https://webmachinelearning.github.io/prompt-api/), as an interface
 * of our own: browsers differ, and tests implement it.
 *
 * `LanguageModel` is exposed to pages only, not to workers. A program that works in a worker makes this provider in the
 * page and talks to it from there.
 */
import type { PromptMessage } from '../../grpo/origin.ts';

export type Availability = 'unavailable' | 'downloadable' | 'downloading' | 'available';

/** What a session is made for; the same has to be said when asking whether there can be one. */
export interface Expectation {
  readonly expectedInputs: readonly { readonly type: 'text'; readonly languages: readonly string[] }[];
  readonly expectedOutputs: readonly { readonly type: 'text'; readonly languages: readonly string[] }[];
}

/** `loaded` of `total`; with newer browsers a share of 1. */
export interface DownloadProgress {
  readonly loaded: number;
  readonly total?: number;
}

export interface DownloadMonitor {
  addEventListener(type: 'downloadprogress', listener: (event: DownloadProgress) => void): void;
}

export interface SessionOptions extends Expectation {
  /** A system message can only be the first. */
  readonly initialPrompts?: readonly PromptMessage[];
  readonly temperature?: number;
  readonly topK?: number;
  readonly monitor?: (monitor: DownloadMonitor) => void;
  readonly signal?: AbortSignal;
}

export interface Session {
  /** Pieces of the answer; each continues the one before. */
  promptStreaming(input: string, options: { readonly signal: AbortSignal }): ReadableStream<string>;
  clone(options: { readonly signal: AbortSignal }): Promise<Session>;
  destroy(): void;
  /** Tokens; older browsers call it `inputQuota`. */
  readonly contextWindow?: number;
  readonly inputQuota?: number;
}

export interface LanguageModelStatic {
  availability(options: Expectation): Promise<Availability>;
  create(options: SessionOptions): Promise<Session>;
  /** Only where a page may choose the temperature. */
  params?(): Promise<{
    readonly defaultTopK: number;
    readonly maxTopK: number;
    readonly maxTemperature: number;
  } | null>;
}
