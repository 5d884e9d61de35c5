/**
 * Language models on the processor, for machines without WebGPU: GGUF files on llama.cpp in WebAssembly
 * (`@wllama/wllama`).
 */
import {
  ModelError,
  type LanguageModel,
  type LoadOptions,
  type ModelCard,
  type ModelGroup,
  type ModelProvider,
} from '../language/model.ts';
import { browserTimer, type Timer } from '../downloads/connection.ts';
import { browserLocks, holding, holdingNow, type Locks } from '../downloads/holding.ts';
import { unmeasured } from '../language/load-progress.ts';
import { download } from './download.ts';
import { readGgufHeader, type GgufHeader } from './gguf-header.ts';
import { memoryBytes, WLLAMA_MODELS, type WllamaModel } from './models.ts';
import { openPartStore, type PartStore } from './part-store.ts';
import { startRuntime } from './runtime.ts';
import { inspectMachine, MEMORY_LIMIT_BYTES, speedNote, whyBlocked, type Machine } from './support.ts';
import { makeWllamaModel } from './wllama-model.ts';

export interface WllamaOptions {
  /** Address of the runtime's .wasm; the file of this site (WLLAMA_WASM_URL) unless given. */
  readonly wasmUrl?: string;
  /** Models to offer; WLLAMA_MODELS unless given. */
  readonly models?: readonly WllamaModel[];
  readonly fetch?: typeof globalThis.fetch;
  /** Told the hosts of a model before anything is asked of them. */
  readonly permit?: (hosts: readonly string[]) => void;
  /** A clock in milliseconds. */
  readonly now?: () => number;
  readonly timer?: Timer;
  /** What keeps two tabs from downloading the same; `navigator.locks` unless given. */
  readonly locks?: Locks;
  /** Where downloads are kept; this site's own file system unless given, null for nowhere. */
  readonly store?: PartStore | null;
  readonly machine?: Machine;
  /** Threads to run on; the package's choice unless given. */
  readonly threads?: number;
}

export interface WllamaProvider extends ModelProvider {
  /** Loads any GGUF file: no download. Rejects with ModelError, or AbortError. */
  loadFile(file: Blob, name: string, options: LoadOptions): Promise<LanguageModel>;
  /** Deletes what is stored of it. Rejects with ModelError while it is being downloaded. */
  remove(id: string): Promise<void>;
}

const GROUP: ModelGroup = { title: 'On the CPU (wllama)', instead: null };

const NO_STORAGE =
  'This browser gives this page no place to store files (it needs https, and not every private window has it). A GGUF file can still be opened from disk.';

function browserStore(): PartStore | null {
  // Missing outside secure contexts, whatever the types say.
  const storage = (navigator as { readonly storage?: StorageManager }).storage;
  const complete =
    typeof storage?.getDirectory === 'function' &&
    typeof FileSystemFileHandle !== 'undefined' &&
    'createWritable' in FileSystemFileHandle.prototype;
  return complete ? openPartStore(storage) : null;
}

function fileName({ url }: WllamaModel): string {
  return new URL(url).pathname.split('/').at(-1) ?? url;
}

/** Reads the head of a file that was downloaded, which is deleted when it is no model that can be used. */
async function headerOf(file: Blob, name: string, store: PartStore): Promise<GgufHeader> {
  try {
    return await readGgufHeader(file, name);
  } catch (error) {
    if (!(error instanceof ModelError) || error.fault !== 'bad-file') throw error;
    await store.remove(name);
    throw new ModelError(
      'bad-file',
      error.message,
      'It was deleted from this browser: load the model again to download it anew, or choose another.',
      { cause: error },
    );
  }
}

export function makeWllamaProvider(options: WllamaOptions): WllamaProvider {
  const {
    models = WLLAMA_MODELS,
    fetch = globalThis.fetch.bind(globalThis),
    now = () => performance.now(),
    timer = browserTimer,
    threads = null,
  } = options;
  const locks = 'locks' in options ? options.locks : browserLocks();
  const store = options.store === undefined ? browserStore() : options.store;
  const machine = options.machine ?? inspectMachine();

  const known = (id: string): WllamaModel => {
    const model = models.find((candidate) => candidate.id === id);
    if (model === undefined)
      throw new ModelError(
        'not-found',
        `There is no model "${id.slice(0, 80)}" for wllama.`,
        'Choose one of the list.',
      );
    return model;
  };

  async function storedBytes(model: WllamaModel): Promise<number | null> {
    try {
      const stored = await store?.read(fileName(model));
      return stored == null || stored.bytes === 0 ? null : stored.bytes;
    } catch {
      return null; // Storage that cannot be read holds nothing that could be used.
    }
  }

  async function card(model: WllamaModel): Promise<ModelCard> {
    const bytes = await storedBytes(model);
    return {
      id: model.id,
      kind: 'wllama',
      group: GROUP,
      label: model.label,
      downloadBytes: model.bytes,
      estimated: model.estimated,
      memoryBytes: memoryBytes(model),
      licence: model.licence,
      host: new URL(model.url).host,
      blocked: whyBlocked(model, machine) ?? (store === null ? NO_STORAGE : null),
      note: [model.note, speedNote(machine)].filter((note) => note !== null).join(' '),
      stored: bytes === null ? null : { bytes },
      suggested: model.suggested,
    };
  }

  async function open(
    file: Blob,
    id: string,
    name: string,
    header: GgufHeader,
    { onProgress, signal }: LoadOptions,
    label?: string,
  ): Promise<LanguageModel> {
    if (file.size > MEMORY_LIMIT_BYTES)
      throw new ModelError(
        'out-of-memory',
        `${name} is larger than the 4 GiB that a WebAssembly memory holds.`,
        'Choose a smaller model, or one with fewer bits a weight.',
      );
    const wasmUrl = options.wasmUrl ?? (await import('./wasm-url.ts')).WLLAMA_WASM_URL;
    const runtime = await startRuntime({ file, name, header, wasmUrl, fetch, threads, now, onProgress, signal });
    return makeWllamaModel({ runtime, id, label: label ?? header.name ?? name });
  }

  return {
    kind: 'wllama',
    cards: () => Promise.all(models.map(card)),

    async load(id, loadOptions) {
      const { onProgress, signal } = loadOptions;
      const model = known(id);
      signal.throwIfAborted();
      const blocked = whyBlocked(model, machine);
      if (blocked !== null)
        throw new ModelError(
          machine.missing === null ? 'out-of-memory' : 'unsupported',
          blocked,
          machine.missing === null ? 'Choose a smaller model.' : 'Use a current Chrome, Edge or Firefox.',
        );
      if (store === null) throw new ModelError('unsupported', NO_STORAGE, 'Open a GGUF file from disk.');
      options.permit?.([new URL(model.url).host]);
      const name = fileName(model);
      const work = async (): Promise<{ file: Blob; header: GgufHeader }> => {
        const file = await download({
          url: model.url,
          name,
          expectedBytes: model.bytes,
          estimated: model.estimated,
          store,
          fetch,
          now,
          timer,
          onProgress,
          signal,
        });
        return { file, header: await headerOf(file, name, store) };
      };
      const { file, header } = await holding(locks, name, work, {
        onWait: () => onProgress(unmeasured('wait')),
        signal,
      });
      return open(file, id, name, header, loadOptions, model.label);
    },

    async loadFile(file, name, loadOptions) {
      loadOptions.signal.throwIfAborted();
      if (machine.missing !== null)
        throw new ModelError('unsupported', machine.missing, 'Use a current Chrome, Edge or Firefox.');
      return open(file, `wllama/file/${name}`, name, await readGgufHeader(file, name), loadOptions);
    },

    async remove(id) {
      const name = fileName(known(id));
      await holdingNow(locks, name, async () => store?.remove(name));
    },
  };
}
