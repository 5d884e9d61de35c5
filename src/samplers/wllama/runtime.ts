/** Starts llama.cpp in WebAssembly with a model file, in a worker of its own below this one. */
import type * as Package from '@wllama/wllama/esm/index.js';
import type { LoadModelParams, Wllama, WllamaLogger } from '@wllama/wllama/esm/index.js';
import { ModelError, type LoadProgress } from '../language/model.ts';
import { loadFault } from './faults.ts';
import type { GgufHeader } from './gguf-header.ts';
import { CONTEXT_TOKENS } from './models.ts';
import { unmeasured } from '../language/load-progress.ts';
import { ProgressMeter } from './progress.ts';

/**
 * Tokens of a prompt that are read at a time. A stop acts between two such pieces, so this is a compromise
 * between how soon it acts and how fast a prompt is read.
 */
const BATCH_TOKENS = 128;
const WASM_MAGIC = [0x00, 0x61, 0x73, 0x6d];
/** Lines of the runtime's log that are kept to explain a failure. */
const LOG_LINES = 30;

export interface Runtime {
  readonly wllama: Wllama;
  /** Tokens of prompt and answer together. */
  readonly contextTokens: number;
  /** Warnings and errors since `forget`, oldest first. */
  readonly log: readonly string[];
  forget(): void;
  /** Rejects when its worker dies. */
  readonly crashed: Promise<never>;
}

export interface StartOptions {
  readonly file: Blob;
  /** For messages. */
  readonly name: string;
  readonly header: GgufHeader;
  readonly wasmUrl: string;
  readonly fetch: typeof globalThis.fetch;
  /** null leaves it to the package: half of the processors where threads can be had. */
  readonly threads: number | null;
  readonly now: () => number;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal: AbortSignal;
}

/** Tells how far it was read: the runtime reads a file once, from its start to its end. */
class WatchedBlob extends Blob {
  readonly #onRead: (end: number) => void;

  constructor(blob: Blob, onRead: (end: number) => void) {
    super([blob]);
    this.#onRead = onRead;
  }

  override slice(start?: number, end?: number, contentType?: string): Blob {
    this.#onRead(Math.min(end ?? this.size, this.size));
    return super.slice(start, end, contentType);
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let read = 0;
    return super.stream().pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform: (chunk, controller) => {
          read += chunk.byteLength;
          this.#onRead(read);
          controller.enqueue(chunk);
        },
      }),
    );
  }
}

/** Warnings and errors as text, and the death of the worker, which the package only logs. */
class Log {
  readonly lines: string[] = [];
  readonly crashed: Promise<never>;
  #crash: (error: Error) => void = () => undefined;

  constructor() {
    this.crashed = new Promise((_, reject) => {
      this.#crash = reject;
    });
    this.crashed.catch(() => undefined); // Told to whoever waits, not to the console.
  }

  readonly logger = {
    debug: () => undefined,
    log: (...parts: unknown[]) => this.#add(parts),
    warn: (...parts: unknown[]) => this.#add(parts),
    error: (...parts: unknown[]) => this.#add(parts),
  };

  #add(parts: readonly unknown[]): void {
    for (const part of parts) {
      if (part instanceof Event) {
        const message = part instanceof ErrorEvent ? part.message : '';
        this.#crash(new Error(message === '' ? 'Its worker could not be started.' : message));
        return;
      }
    }
    const line = parts
      .map((part) => (typeof part === 'string' ? part : part instanceof Error ? part.message : JSON.stringify(part)))
      .join(' ')
      .trim();
    // What follows from an error in the log says nothing of its own.
    if (line === '' || /^Stack trace|Invalid typed array length/.test(line)) return;
    this.lines.push(line);
    if (this.lines.length > LOG_LINES) this.lines.shift();
    // Of this failure the package tells nothing else: it stumbles over the error it is given.
    if (line.includes('failed to asynchronously prepare wasm')) this.#crash(new Error(line));
  }
}

/** Rejects with ModelError, or AbortError when `signal` is aborted; then nothing of it is left running. */
export async function startRuntime(options: StartOptions): Promise<Runtime> {
  const { signal, onProgress, header } = options;
  signal.throwIfAborted();
  onProgress(unmeasured('start'));
  const [{ Wllama, LogLevel }, wasm] = await fetchRuntime(options);
  const wasmUrl = URL.createObjectURL(wasm);
  // Its information is not shown, but the package loses a line that is longer than all before: so there are some before
  // an error.
  const start = (chatTemplate: string | null): Promise<Runtime> =>
    attempt(options, new Log(), (logger) => new Wllama({ default: wasmUrl }, { logger }), {
      log_level: LogLevel.INFO,
      ...(chatTemplate === null ? {} : { chat_template: chatTemplate }),
    });
  try {
    return await start(header.hasChatTemplate ? null : 'chatml');
  } catch (error) {
    // A template that llama.cpp cannot read is replaced by ChatML, which most models know.
    if (!(error instanceof ModelError) || !/chat template/i.test(error.message)) throw error;
    return await start('chatml');
  } finally {
    URL.revokeObjectURL(wasmUrl);
  }
}

/** The package and its .wasm. The package would fetch the latter itself, but waits forever when that fails. */
async function fetchRuntime({ wasmUrl, fetch, signal }: StartOptions): Promise<[typeof Package, Blob]> {
  const fetchWasm = async (): Promise<Blob> => {
    const response = await fetch(wasmUrl, { signal });
    const bytes = await response.arrayBuffer();
    // A server may answer with a page of its own where a file is missing.
    if (!response.ok || !WASM_MAGIC.every((byte, index) => new Uint8Array(bytes)[index] === byte))
      throw new Error(`HTTP ${response.status}, no WebAssembly`);
    return new Blob([bytes], { type: 'application/wasm' });
  };
  try {
    return await Promise.all([import('@wllama/wllama/esm/index.js'), fetchWasm()]);
  } catch (error) {
    if (signal.aborted) throw new DOMException('The loading was cancelled.', 'AbortError');
    throw new ModelError(
      'network',
      'The language model runtime could not be loaded from this site.',
      'Check the connection and load again.',
      { cause: error },
    );
  }
}

async function attempt(
  options: StartOptions,
  log: Log,
  make: (logger: WllamaLogger) => Wllama,
  params: LoadModelParams,
): Promise<Runtime> {
  const { file, name, header, threads, now, onProgress, signal } = options;
  signal.throwIfAborted();
  const wllama = make(log.logger);
  wllama.setCompat(null); // Its default is a build on a CDN: nothing is fetched from others here.
  const contextTokens = Math.min(CONTEXT_TOKENS, header.contextLength ?? CONTEXT_TOKENS);
  const meter = new ProgressMeter('read', onProgress, now);
  let read = -1;
  const watched = new WatchedBlob(file, (end) => {
    if (end <= read) return;
    read = end;
    meter.report(read, file.size);
    if (read === file.size) onProgress(unmeasured('start'));
  });
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(new DOMException('The loading was cancelled.', 'AbortError'));
  });
  signal.addEventListener('abort', abort, { once: true });
  try {
    const loading = wllama.loadModel([watched], {
      ...params,
      n_ctx: contextTokens,
      n_batch: BATCH_TOKENS,
      n_gpu_layers: 0,
      // One completion after the other, so that each finds the prompt of the last one in the cache.
      n_parallel: 1,
      // Plain attention over a cache of 32-bit numbers: llama.cpp's flash attention adds up in another order for
      // another number of threads, so that a seed would mean another text on another machine, and WebAssembly converts
      // 16-bit numbers slowly.
      // Measured: an answer's token takes half the time, a prompt's 1.4 times.
      flash_attn: false,
      cache_type_k: 'f32',
      cache_type_v: 'f32',
      warmup: false,
      // Models that can think before they answer are told not to; the answer is text, not a tool call.
      reasoning: false,
      skip_chat_parsing: true,
      ...(threads === null ? {} : { n_threads: threads }),
    });
    await Promise.race([loading, aborted, log.crashed]);
    const info = wllama.getLoadedContextInfo();
    // A failed load is not told otherwise.
    if (!(info.n_vocab > 0)) throw new Error('llama.cpp refused the file.');
    return {
      wllama,
      contextTokens: info.n_ctx,
      log: log.lines,
      forget: () => void log.lines.splice(0),
      crashed: log.crashed,
    };
  } catch (error) {
    await wllama.exit();
    if (signal.aborted) throw new DOMException('The loading was cancelled.', 'AbortError');
    throw loadFault(error, log.lines, name);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
