/** The choice of what writes the groups, over an engine and models in memory. */
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../src/app.css';
import type { EngineApi, RunView, SamplerView } from '../../../src/engine/protocol.ts';
import type { EndpointSettings, ModelsApi, StorageView } from '../../../src/engine/models/models-protocol.ts';
import { RunState } from '../../../src/state/run.svelte.ts';
import {
  ModelsState,
  type LoadProgress,
  type ModelCard,
  type ModelState,
  type RememberedEndpoint,
} from '../../../src/state/models.svelte.ts';
import SamplerChip from '../../../src/views/sampler/SamplerChip.svelte';
import { engineOf, SPREAD, type FakeEngine } from '../../views/fixture.ts';

/** A model of the list. */
const card = (id: string, given: Partial<ModelCard> = {}): ModelCard => ({
  id,
  kind: 'webllm',
  group: {
    title: 'On the GPU (WebGPU, WebLLM)',
    instead: 'Without WebGPU a model can still run: on the CPU below, from a GGUF file, or on a server.',
  },
  label: id,
  downloadBytes: 876e6,
  estimated: false,
  memoryBytes: 1.63e9,
  licence: 'Apache-2.0',
  host: 'huggingface.co',
  blocked: null,
  note: null,
  stored: null,
  suggested: false,
  ...given,
});
export const GPU = card('webllm/coder', { label: 'Coder 1.5B (q4f16)', suggested: true, estimated: true });
export const SMALL = card('webllm/small', {
  label: 'Small 0.5B (q4f16)',
  downloadBytes: 290e6,
  stored: { bytes: 290e6 },
});
export const CPU = card('wllama/coder', {
  kind: 'wllama',
  group: { title: 'On the CPU (wllama)', instead: null },
  label: 'Coder 0.5B, 4 bits',
  downloadBytes: 491e6,
  memoryBytes: 750e6,
});
export const FILE = card('file/1', {
  kind: 'file',
  group: { title: 'Opened from disk', instead: null },
  label: 'mine.gguf',
  downloadBytes: 0,
  memoryBytes: null,
  licence: '',
  host: null,
  note: 'Opened from disk, and kept in this browser.',
  stored: { bytes: 512e6 },
});
export const NO_GPU = 'This browser offers no WebGPU.';
export const DOWNLOAD: LoadProgress = {
  phase: 'download',
  share: 0.43,
  bytes: 376e6,
  totalBytes: 876e6,
  bytesPerSecond: 24e6,
  secondsLeft: 21,
};

const runsOf = (id: string): 'browser' | 'server' => (id.startsWith('endpoint/') ? 'server' : 'browser');

/** Models as a test tells them; a load goes on until the test ends it. */
export class FakeModels implements ModelsApi {
  readonly calls: string[] = [];
  list: ModelCard[] = [GPU, SMALL, CPU];
  notice: string | null = null;
  listed: (settings: EndpointSettings) => Promise<string[]> = () => Promise.resolve(['qwen', 'llama']);
  #watcher: (state: ModelState) => void = () => undefined;
  #told: ModelState = { status: 'none' };
  /** What is told of a model's state is under way for as long as that, as between a worker and the page. */
  late: Promise<void> | null = null;
  #end: () => void = () => undefined;

  tell(state: ModelState): void {
    this.#told = state;
    if (this.late === null) this.#watcher(state);
    else void this.late.then(() => this.#watcher(state));
    if (state.status !== 'loading') this.#end();
  }
  ready(id: string, label: string): void {
    this.tell({
      status: 'ready',
      id,
      runs: runsOf(id),
      label,
      kind: 'webllm',
      seeded: true,
      grammar: true,
      logProbabilities: true,
      contextTokens: 4096,
    });
  }
  #loading(id: string, label: string): Promise<void> {
    this.tell({ status: 'loading', id, runs: runsOf(id), label, progress: null });
    return new Promise((resolve) => {
      this.#end = resolve;
    });
  }
  async watch(onchange: (state: ModelState) => void): Promise<void> {
    this.#watcher = onchange;
    onchange({ status: 'none' });
  }
  async stateNow(): Promise<ModelState> {
    return this.#told;
  }
  async cards(): Promise<ModelCard[]> {
    this.calls.push('cards');
    return this.list;
  }
  async storage(): Promise<StorageView> {
    return { used: 802e6, quota: 12e9 };
  }
  load(id: string): Promise<void> {
    this.calls.push(`load ${id}`);
    return this.#loading(id, this.list.find((one) => one.id === id)?.label ?? id);
  }
  async cancel(): Promise<void> {
    this.calls.push('cancel');
    this.tell({ status: 'none' });
  }
  async unload(): Promise<void> {
    this.calls.push('unload');
    this.tell({ status: 'none' });
  }
  async remove(id: string): Promise<void> {
    this.calls.push(`remove ${id}`);
    this.list = this.list
      .map((one) => (one.id === id ? { ...one, stored: null } : one))
      .filter((one) => one.id !== FILE.id || one.stored !== null);
  }
  async offer(): Promise<void> {
    this.calls.push('offer');
  }
  openFile(file: File, keep: boolean): Promise<void> {
    this.calls.push(`open ${file.name} ${file.size} ${keep ? 'keep' : 'once'}`);
    return this.#loading('file/new', file.name);
  }
  async takeNotice(): Promise<string | null> {
    return this.notice;
  }
  endpointModels(settings: EndpointSettings): Promise<string[]> {
    this.calls.push(`list ${settings.baseUrl} ${settings.key ?? '-'}`);
    return this.listed(settings);
  }
  connectEndpoint({ baseUrl, key }: EndpointSettings, model: string): Promise<void> {
    this.calls.push(`connect ${baseUrl} ${key ?? '-'} ${model}`);
    return this.#loading(`endpoint/${model}`, model);
  }
}

interface Shown {
  readonly run: RunState;
  readonly models: ModelsState;
  readonly api: FakeModels;
  readonly used: string[];
  readonly engine: FakeEngine;
}
interface Wanted {
  readonly view?: SamplerView;
  readonly width?: number;
  readonly api?: FakeModels;
  readonly remembered?: RememberedEndpoint | null;
  readonly open?: boolean;
  readonly component?: typeof SamplerChip;
}

const SKETCH: SamplerView = {
  source: { kind: 'sketch' },
  label: 'Built-in sketch sampler',
  isLanguageModel: false,
  ready: true,
};
/** What the browser remembers of a server, and the landmark the component stands in. */
export const place: {
  memory: RememberedEndpoint | null;
  main: HTMLElement;
  /** The reader's answer when the browser asks whether it may keep what is stored. */
  answer: (kept: boolean) => void;
} = { memory: null, main: document.body, answer: () => undefined };

/** One component over an engine and models in memory; the chip is pressed unless `open` is false. */
export async function show({
  view = SKETCH,
  width = 1440,
  api = new FakeModels(),
  remembered = null,
  open = true,
  component = SamplerChip,
}: Wanted = {}): Promise<Shown> {
  await page.viewport(width, 900);
  place.memory = remembered;
  const used: string[] = [];
  const made = engineOf(SPREAD);
  let sampler = view;
  let dataset = 'shop';
  const shown = (run: RunView): RunView => ({ ...run, sampler, dataset: { ...run.dataset, name: dataset } });
  const engine: FakeEngine = {
    ...made,
    open: async (options) => shown(await made.open(options)),
    reset: async (options) => {
      const run = await made.reset(options);
      used.push(`dataset ${options.dataset ?? '-'}`);
      dataset = options.dataset ?? dataset;
      sampler = SKETCH;
      return shown(run);
    },
    useSampler: async (source, label) => {
      const name = source.kind === 'model' ? source.id : source.kind;
      used.push(name);
      const run = await made.useSampler(source, label);
      sampler =
        source.kind === 'sketch'
          ? SKETCH
          : {
              source,
              label: label ?? name,
              isLanguageModel: source.kind === 'model',
              ready: (models.state.status === 'ready' && models.state.id === name) || source.kind !== 'model',
            };
      return shown(run);
    },
    openCompletions: async (file) => {
      const run = await made.openCompletions(file);
      used.push(`${file.name}: ${await file.text()}`);
      sampler = {
        source: { kind: 'completions', file: '7' },
        label: `Recorded completions of ${file.name}`,
        isLanguageModel: false,
        ready: true,
      };
      return shown(run);
    },
  } satisfies EngineApi & { close(): void };
  Object.defineProperty(engine, 'failure', {
    get: () => made.failure,
    set: (error: Error | null) => {
      made.failure = error;
    },
  });
  const run: RunState = new RunState({
    connect: () => engine,
    address: { read: () => ({ settings: {}, seed: null, start: null, problems: [] }), write: () => undefined },
    reducedMotion: () => true,
    wait: () => new Promise((resolve) => setTimeout(resolve, 1)),
  });
  const models: ModelsState = new ModelsState({
    onready: (source, label) => void run.sampler.use(source, label),
    // As in Firefox until the reader answers its question: nothing may wait for it.
    persist: () => new Promise((resolve) => (place.answer = resolve)),
    memory: {
      read: () => place.memory,
      write: (endpoint) => {
        place.memory = endpoint;
      },
    },
  });
  models.attach(api);
  await render(component, { target: place.main, props: { run, models } });
  await run.open();
  if (open && component === SamplerChip) {
    await chip().click();
    // It is fetched first.
    await vi.waitFor(() => expect(dialog()).not.toBeNull());
  }
  return { run, models, api, used, engine };
}

/** For every file that shows the component: a page around it before each test. */
export function aroundEach(): void {
  beforeEach(() => {
    place.main = document.createElement('main');
    place.main.append(Object.assign(document.createElement('h1'), { textContent: 'A page' }));
    document.body.append(place.main);
  });
  afterEach(async () => {
    place.main.remove();
    delete document.documentElement.dataset['theme'];
    await page.viewport(1280, 800);
  });
}

export const chip = () => page.getByRole('button', { name: /^Where the group comes from/ });
export const button = (name: string | RegExp) => page.getByRole('button', { name });
export const dialog = (): HTMLDialogElement | null => document.querySelector('dialog[open]');
export const part = (name: string) => page.getByRole('region', { name });
export const BROWSER = 'A language model in this browser';
export const focused = (): string => document.activeElement?.textContent.trim() ?? '';
