import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../src/app.css';
import type { EngineApi, RunView, SamplerView } from '../../../src/engine/protocol.ts';
import type { EndpointSettings, ModelsApi, StorageView } from '../../../src/engine/models-protocol.ts';
import { LabState } from '../../../src/state/lab.svelte.ts';
import { ModelsState, type LoadProgress, type ModelCard, type ModelState, type RememberedEndpoint } from '../../../src/state/models.svelte.ts';
import AbsentModel from '../../../src/views/sampler/AbsentModel.svelte';
import SamplerChip from '../../../src/views/sampler/SamplerChip.svelte';
import { engineOf, SPREAD, type FakeEngine } from '../../views/fixture.ts';
import { expectNoSidewaysScroll, violations } from './page.ts';

const card = (id: string, given: Partial<ModelCard> = {}): ModelCard => ({
  id, kind: 'webllm', label: id, downloadBytes: 876e6, estimated: false, memoryBytes: 1.63e9, licence: 'Apache-2.0', host: 'huggingface.co', blocked: null, note: null, stored: null, suggested: false, ...given,
});
const GPU = card('webllm/coder', { label: 'Coder 1.5B (q4f16)', suggested: true, estimated: true });
const SMALL = card('webllm/small', { label: 'Small 0.5B (q4f16)', downloadBytes: 290e6, stored: { bytes: 290e6 } });
const CPU = card('wllama/coder', { kind: 'wllama', label: 'Coder 0.5B, 4 bits', downloadBytes: 491e6, memoryBytes: 750e6 });
const FILE = card('file/1', { kind: 'wllama', label: 'mine.gguf', downloadBytes: 0, memoryBytes: null, licence: '', host: null, note: 'Opened from disk, and kept in this browser.', stored: { bytes: 512e6 } });
const NO_GPU = 'This browser offers no WebGPU.';
const DOWNLOAD: LoadProgress = { phase: 'download', share: 0.43, bytes: 376e6, totalBytes: 876e6, bytesPerSecond: 24e6, secondsLeft: 21 };

/** Models as a test tells them; a load goes on until the test ends it. */
class FakeModels implements ModelsApi {
  readonly calls: string[] = [];
  list: ModelCard[] = [GPU, SMALL, CPU];
  notice: string | null = null;
  listed: (settings: EndpointSettings) => Promise<string[]> = () => Promise.resolve(['qwen', 'llama']);
  #watcher: (state: ModelState) => void = () => undefined;
  #end: () => void = () => undefined;

  tell(state: ModelState): void {
    this.#watcher(state);
    if (state.status !== 'loading') this.#end();
  }
  ready(id: string, label: string): void {
    this.tell({ status: 'ready', id, label, kind: 'webllm', seeded: true, grammar: true, logProbabilities: true, contextTokens: 4096 });
  }
  #loading(id: string, label: string): Promise<void> {
    this.#watcher({ status: 'loading', id, label, progress: null });
    return new Promise((resolve) => { this.#end = resolve; });
  }
  async watch(onchange: (state: ModelState) => void): Promise<void> { this.#watcher = onchange; onchange({ status: 'none' }); }
  async cards(): Promise<ModelCard[]> { this.calls.push('cards'); return this.list; }
  async storage(): Promise<StorageView> { return { used: 802e6, quota: 12e9 }; }
  load(id: string): Promise<void> { this.calls.push(`load ${id}`); return this.#loading(id, this.list.find((one) => one.id === id)?.label ?? id); }
  async cancel(): Promise<void> { this.calls.push('cancel'); this.tell({ status: 'none' }); }
  async unload(): Promise<void> { this.calls.push('unload'); this.tell({ status: 'none' }); }
  async remove(id: string): Promise<void> { this.calls.push(`remove ${id}`); this.list = this.list.map((one) => (one.id === id ? { ...one, stored: null } : one)).filter((one) => one.id !== FILE.id || one.stored !== null); }
  openFile(file: File, keep: boolean): Promise<void> { this.calls.push(`open ${file.name} ${file.size} ${keep ? 'keep' : 'once'}`); return this.#loading('file/new', file.name); }
  async takeNotice(): Promise<string | null> { return this.notice; }
  endpointModels(settings: EndpointSettings): Promise<string[]> { this.calls.push(`list ${settings.baseUrl} ${settings.key ?? '-'}`); return this.listed(settings); }
  connectEndpoint({ baseUrl, key }: EndpointSettings, model: string): Promise<void> { this.calls.push(`connect ${baseUrl} ${key ?? '-'} ${model}`); return this.#loading(`endpoint/${model}`, model); }
}

interface Shown { readonly lab: LabState; readonly models: ModelsState; readonly api: FakeModels; readonly used: string[]; readonly engine: FakeEngine }
interface Wanted { readonly view?: SamplerView; readonly width?: number; readonly api?: FakeModels; readonly remembered?: RememberedEndpoint | null; readonly open?: boolean; readonly component?: typeof SamplerChip   }

const SKETCH: SamplerView = { id: 'sketch', label: 'Built-in sketch sampler', isLanguageModel: false, ready: true };
let memory: RememberedEndpoint | null = null;
let main: HTMLElement;

async function show({ view = SKETCH, width = 1440, api = new FakeModels(), remembered = null, open = true, component = SamplerChip }: Wanted = {}): Promise<Shown> {
  await page.viewport(width, 900);
  memory = remembered;
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
    useSampler: async (id, label) => {
      used.push(id);
      const run = await made.useSampler(id, label);
      sampler = id === 'sketch' ? SKETCH : { id, label: label ?? id, isLanguageModel: /^(webllm|wllama|file|endpoint)\//.test(id), ready: models.state.status === 'ready' && models.state.id === id || !id.includes('/') };
      return shown(run);
    },
    openCompletions: async (file) => {
      const run = await made.openCompletions(file);
      used.push(`${file.name}: ${await file.text()}`);
      sampler = { id: 'completions/7', label: `Recorded completions of ${file.name}`, isLanguageModel: false, ready: true };
      return shown(run);
    },
  } satisfies EngineApi & { close(): void };
  Object.defineProperty(engine, 'failure', { get: () => made.failure, set: (error: Error | null) => { made.failure = error; } });
  const lab: LabState = new LabState({
    connect: () => engine,
    address: { read: () => ({ settings: {}, seed: null, start: null, problems: [] }), write: () => undefined },
    reducedMotion: () => true,
    wait: () => new Promise((resolve) => setTimeout(resolve, 1)),
  });
  const models: ModelsState = new ModelsState({
    onready: (id, label) => void lab.sampler.use(id, label), persist: () => Promise.resolve(false),
    memory: { read: () => memory, write: (endpoint) => { memory = endpoint; } },
  });
  models.attach(api);
  await render(component, { target: main, props: { lab, models } });
  await lab.open();
  if (open && component === SamplerChip) await chip().click();
  return { lab, models, api, used, engine };
}

beforeEach(() => {
  main = document.createElement('main');
  main.append(Object.assign(document.createElement('h1'), { textContent: 'A page' }));
  document.body.append(main);
});
afterEach(async () => {
  main.remove();
  delete document.documentElement.dataset['theme'];
  await page.viewport(1280, 800);
});

const chip = () => page.getByRole('button', { name: /^Where the group comes from/ });
const button = (name: string | RegExp) => page.getByRole('button', { name });
const dialog = (): HTMLDialogElement | null => document.querySelector('dialog[open]');
const part = (name: string) => page.getByRole('region', { name });
const BROWSER = 'A language model in this browser';
const focused = (): string => document.activeElement?.textContent.trim() ?? '';

describe('the chip', () => {
  test('says what writes the groups, and opens and closes the choice', async () => {
    const { api } = await show({ open: false });
    await expect.element(chip()).toHaveTextContent('Built-in sketch sampler no download');
    expect(api.calls).toEqual([]);
    (chip().element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('heading', { name: 'Where the group comes from' })).toBeVisible();
    await vi.waitFor(() => expect(api.calls).toEqual(['cards']));
    await userEvent.keyboard('{Escape}');
    await vi.waitFor(() => expect(dialog()).toBeNull());
    expect(document.activeElement).toBe(chip().element());
  });

  test.each([
    [{ id: 'completions', label: 'Recorded', isLanguageModel: false, ready: true }, 'recorded'],
    [{ id: 'recording/4', label: 'A run', isLanguageModel: true, ready: true }, 'recorded'],
    [{ id: 'wllama/coder', label: 'Coder', isLanguageModel: true, ready: false }, 'not loaded'],
    [{ id: 'endpoint/qwen', label: 'qwen', isLanguageModel: true, ready: false }, 'not loaded'],
  ] as const)('%o is %s', async (view, word) => {
    await show({ view, open: false });
    await expect.element(chip()).toHaveTextContent(`${view.label} ${word}`);
  });

  test('follows a model from loading to lost', async () => {
    const { api, lab } = await show({ open: false });
    api.tell({ status: 'loading', id: GPU.id, label: GPU.label, progress: DOWNLOAD });
    await expect.element(chip()).toHaveTextContent('Built-in sketch sampler loading a model 43%');
    api.ready(GPU.id, GPU.label);
    await lab.sampler.use(GPU.id, GPU.label);
    await expect.element(chip()).toHaveTextContent('Coder 1.5B (q4f16) on this machine');
    api.tell({ status: 'failed', id: GPU.id, label: GPU.label, fault: 'device-lost', message: 'The GPU was lost.', remedy: 'Load it again.' });
    await expect.element(chip()).toHaveTextContent('not loaded');
    api.ready('endpoint/qwen', 'qwen');
    await lab.sampler.use('endpoint/qwen', 'qwen');
    await expect.element(chip()).toHaveTextContent('qwen on a server');
  });

  test('shrinks into what room there is', async () => {
    await show({ view: { id: 'x', label: 'A sampler with a name that is much too long for any header', isLanguageModel: false, ready: true }, open: false, width: 360 });
    main.style.cssText = 'display:flex;width:60px';
    main.querySelector('h1')?.remove();
    await vi.waitFor(() => expect(chip().element().getBoundingClientRect().width).toBeLessThanOrEqual(60));
    expect(chip().element().getBoundingClientRect().width).toBeGreaterThanOrEqual(24);
  });
});

describe('the built-in sampler', () => {
  test('is taken with one press, which stays where it is', async () => {
    const { used } = await show({ view: { id: 'feedback', label: 'What people judged and wrote', isLanguageModel: false, ready: true } });
    await button('Use built-in sketch sampler').click();
    await vi.waitFor(() => expect(used).toEqual(['sketch']));
    await expect.element(button('In use built-in sketch sampler')).toHaveAttribute('aria-disabled', 'true');
    expect(document.activeElement).toBe(button('In use built-in sketch sampler').element());
    await userEvent.keyboard('{Enter}');
    expect(used).toEqual(['sketch']);
  });

  test('a refusal is told', async () => {
    const { engine } = await show({ view: { id: 'feedback', label: 'Judged', isLanguageModel: false, ready: true } });
    engine.failure = new Error('The browser’s storage is full.');
    await button('Use built-in sketch sampler').click();
    await expect.element(part('Built-in sketch sampler').getByRole('alert')).toHaveTextContent('The browser’s storage is full.');
  });
});

describe('recorded completions', () => {
  test('of published models open their dataset only when that was agreed to', async () => {
    const { used, lab } = await show();
    await button(/^Open and use published language models/).click();
    await expect.element(part('Recorded completions').getByRole('alert')).toHaveTextContent(/in a new run at step 0\. “Undo reset” brings this one back/);
    await button('Keep this run').click();
    expect(focused()).toMatch(/^Open and use/);
    expect(used).toEqual([]);
    await userEvent.keyboard('{Enter}');
    await button('Open it in a new run').click();
    await vi.waitFor(() => expect(used).toEqual(['dataset concert_singer', 'completions']));
    expect(lab.sampler.view.id).toBe('completions');
    await expect.element(button(/^In use published language models/)).toBeVisible();
    await vi.waitFor(() => expect(focused()).toMatch(/^In use/));
  });

  test('the dataset can be changed, and a language model goes on there', async () => {
    const { used, lab, api } = await show();
    api.ready(GPU.id, GPU.label);
    await lab.sampler.use(GPU.id, GPU.label);
    await button('Open Concerts and singers').click();
    await button('Open it in a new run').click();
    await vi.waitFor(() => expect(used.slice(1)).toEqual(['dataset concert_singer', GPU.id]));
    await expect.element(button('Open now Concerts and singers')).toBeVisible();
  });

  test('a dataset that does not open is told, and nothing is used', async () => {
    const { used, engine } = await show();
    await button(/^Open and use published/).click();
    engine.failure = new Error('The dataset did not arrive.');
    await button('Open it in a new run').click();
    await expect.element(part('Recorded completions').getByRole('alert')).toHaveTextContent('The dataset did not arrive.');
    expect(used).toEqual([]);
  });

  test('of a file are opened, or refused with the reason', async () => {
    const { used, engine } = await show();
    const file = () => page.getByLabelText('Open a file …');
    await userEvent.upload(file(), new File(['[]'], 'mine.json', { type: 'application/json' }));
    await vi.waitFor(() => expect(used).toEqual(['mine.json: []']));
    await expect.element(page.getByText('In use: Recorded completions of mine.json.')).toBeVisible();
    engine.failure = new Error('other.json must hold a list.');
    await userEvent.upload(file(), new File(['{}'], 'other.json', { type: 'application/json' }));
    await expect.element(part('Recorded completions').getByRole('alert')).toHaveTextContent('other.json must hold a list.');
  });

  test('what people judged needs a judgement', async () => {
    const { lab, used } = await show();
    await expect.element(button('Use what people judged here')).toBeDisabled();
    await lab.feedback.judge({ question: 'Q', sql: 'SELECT 1' }, 'up');
    await expect.element(page.getByText('1 SQL text with a thumb or a correction.')).toBeVisible();
    await button('Use what people judged here').click();
    await vi.waitFor(() => expect(used).toEqual(['feedback']));
  });
});

describe('models of this browser', () => {
  test('are listed with what they cost, stored ones first', async () => {
    await show();
    await expect.element(page.getByRole('group', { name: 'On the CPU (wllama)' })).toBeVisible();
    expect([...document.querySelectorAll('h4')].map((heading) => heading.textContent)).toEqual(['Dataset', 'Stored in this browser', 'On the GPU (WebGPU, WebLLM)', 'On the CPU (wllama)']);
    const stored = page.getByRole('group', { name: 'Stored in this browser' });
    await expect.element(stored).toHaveTextContent('stored, 290 MB · needs 1.6 GB of memory · Apache-2.0');
    await expect.element(stored.getByRole('button', { name: 'Load Small' })).toBeVisible();
    const gpu = page.getByRole('group', { name: 'On the GPU' });
    await expect.element(gpu).toHaveTextContent('about 876 MB to download · needs 1.6 GB of memory · Apache-2.0 · from huggingface.co');
    await expect.element(gpu).toHaveTextContent('suggested');
    await expect.element(button('Load, about 876 MB Coder 1.5B')).toBeVisible();
    await expect.element(part(BROWSER)).toHaveTextContent('This page stores 802 MB of the 12 GB that this browser allows it.');
    await expect.element(part(BROWSER)).not.toHaveTextContent('Without WebGPU');
  });

  test('one that is partly stored says what is missing', async () => {
    const api = new FakeModels();
    api.list = [{ ...GPU, estimated: false, stored: { bytes: 300e6 } }];
    await show({ api });
    await expect.element(part(BROWSER)).toHaveTextContent('stored, 300 MB of 876 MB · needs 1.6 GB of memory · Apache-2.0 · from huggingface.co');
    await expect.element(button('Load the rest Coder')).toBeVisible();
  });

  test('a reason that all share is told once, others in a fold', async () => {
    const api = new FakeModels();
    api.list = [{ ...GPU, blocked: NO_GPU }, { ...SMALL, stored: null, blocked: NO_GPU }, CPU, { ...CPU, id: 'wllama/big', label: 'Big', blocked: 'It needs more memory than this device has.' }];
    await show({ api });
    const gpu = page.getByRole('group', { name: 'On the GPU' });
    await expect.element(gpu).toHaveTextContent(NO_GPU);
    expect(gpu.element().textContent.split(NO_GPU)).toHaveLength(2);
    await expect.element(page.getByText('2 models that cannot run here')).toBeVisible();
    expect(gpu.getByRole('button').elements()).toEqual([]);
    await expect.element(page.getByText('It needs more memory than this device has.')).not.toBeVisible();
    await page.getByText('1 model that cannot run here').click();
    await expect.element(page.getByText('It needs more memory than this device has.')).toBeVisible();
    await expect.element(part(BROWSER)).toHaveTextContent('Without WebGPU a model can still run');
  });

  test('load with progress that is said now and then, and are used when they are there', async () => {
    const { api, used } = await show();
    await button(/^Load, about 876 MB/).click();
    expect(api.calls).toContain(`load ${GPU.id}`);
    await expect.element(button('Cancel')).toHaveFocus();
    api.tell({ status: 'loading', id: GPU.id, label: GPU.label, progress: DOWNLOAD });
    const bar = page.getByRole('progressbar', { name: 'Downloading: Coder 1.5B (q4f16)' });
    await expect.element(bar).toHaveAttribute('value', '0.43');
    await expect.element(part(BROWSER)).toHaveTextContent('43% · 376 MB of 876 MB · 24 MB/s · 21 s left');
    const said = (): string | undefined => [...document.querySelectorAll('dialog .load [role=status]')].map((one) => one.textContent)[0];
    expect(said()).toBe('Downloading, 40%: Coder 1.5B (q4f16)');
    api.tell({ status: 'loading', id: GPU.id, label: GPU.label, progress: { ...DOWNLOAD, share: 0.49 } });
    await expect.element(bar).toHaveAttribute('value', '0.49');
    expect(said()).toBe('Downloading, 40%: Coder 1.5B (q4f16)');
    await expect.element(button(/^Load Small/)).toBeDisabled();
    for (const [phase, words] of [['read', 'Reading from this browser'], ['compile', 'Compiling for the GPU'], ['start', 'Starting']] as const) {
      api.tell({ status: 'loading', id: GPU.id, label: GPU.label, progress: { phase, share: null, bytes: null, totalBytes: null, bytesPerSecond: null, secondsLeft: null } });
      await expect.element(page.getByRole('progressbar', { name: words })).not.toHaveAttribute('value');
    }
    api.list = [{ ...GPU, stored: { bytes: 876e6 } }, SMALL, CPU];
    api.ready(GPU.id, GPU.label);
    await vi.waitFor(() => expect(used).toEqual([GPU.id]));
    await expect.element(page.getByRole('group', { name: 'Stored' }).getByRole('button', { name: 'In use Coder 1.5B' })).toBeVisible();
    await vi.waitFor(() => expect(focused()).toBe('In use Coder 1.5B (q4f16)'));
    await expect.element(part(BROWSER)).toHaveTextContent('The browser did not promise to keep it');
  });

  test('a load can be cancelled; the focus stays on its line', async () => {
    const { api, used } = await show();
    await button(/^Load, 491 MB/).click();
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(api.calls).toContain('cancel'));
    await expect.element(button(/^Load, 491 MB/)).toHaveFocus();
    expect(used).toEqual([]);
  });

  test('a failure names cause and way out; the same can be tried again, or left', async () => {
    const { api, used } = await show({ view: { id: 'feedback', label: 'Judged', isLanguageModel: false, ready: true } });
    await button(/^Load, 491 MB/).click();
    api.tell({ status: 'failed', id: CPU.id, label: CPU.label, fault: 'network', message: 'The connection broke.', remedy: 'Look at the network, then go on.' });
    await expect.element(page.getByRole('alert')).toHaveTextContent('Coder 0.5B, 4 bits: The connection broke. Look at the network, then go on.');
    await button('Try again').click();
    await vi.waitFor(() => expect(api.calls.filter((call) => call === `load ${CPU.id}`)).toHaveLength(2));
    api.tell({ status: 'failed', id: CPU.id, label: CPU.label, fault: 'network', message: 'The connection broke.', remedy: 'Later.' });
    await button('Go on with the built-in sampler').click();
    await vi.waitFor(() => expect(used).toEqual(['sketch']));
    await vi.waitFor(() => expect(document.querySelector('.failure')).toBeNull());
    expect(api.calls).toContain('unload');
  });

  test('deleting asks first, and the run is told when its model goes', async () => {
    const api = new FakeModels();
    api.list = [FILE, SMALL];
    const { used, lab } = await show({ api });
    api.ready(SMALL.id, SMALL.label);
    await lab.sampler.use(SMALL.id, SMALL.label);
    await button(/^Delete Small/).click();
    await expect.element(page.getByRole('alert')).toHaveTextContent('Delete 290 MB of Small 0.5B (q4f16)? To use it again it must be downloaded again.');
    await button('Keep it').click();
    await expect.element(button(/^Delete Small/)).toHaveFocus();
    expect(api.calls.some((call) => call.startsWith('remove'))).toBe(false);
    await userEvent.keyboard('{Enter}');
    await button('Yes, delete it').click();
    await vi.waitFor(() => expect(api.calls).toContain(`remove ${SMALL.id}`));
    await vi.waitFor(() => expect(used).toEqual([SMALL.id, SMALL.id]));
    await button(/^Delete mine\.gguf/).click();
    await expect.element(page.getByRole('alert')).toHaveTextContent('Delete the copy of mine.gguf in this browser? The file on your disk stays.');
    await button('Yes, delete it').click();
    await vi.waitFor(() => expect(document.querySelector('[data-model="file/1"]')).toBeNull());
    await vi.waitFor(() => expect(focused()).toBe(BROWSER));
  });

  test('one that is loaded can be unloaded', async () => {
    const { api, used, lab } = await show();
    api.ready(CPU.id, CPU.label);
    await expect.element(button('Use Coder 0.5B')).toBeVisible();
    await button('Use Coder 0.5B').click();
    await vi.waitFor(() => expect(used).toEqual([CPU.id]));
    await button('Unload Coder 0.5B').click();
    await vi.waitFor(() => expect(lab.sampler.view).toMatchObject({ id: CPU.id, ready: false }));
    await expect.element(button(/^Load, 491 MB/)).toHaveFocus();
  });

  test.each([['keep', true], ['once', false]] as const)('a GGUF file is opened to %s it', async (word, keep) => {
    const api = new FakeModels();
    const { used } = await show({ api });
    const check = page.getByLabelText('Keep a copy in this browser');
    await expect.element(check).toBeChecked();
    if (!keep) await check.click();
    api.notice = 'The model runs, but no copy could be kept.';
    await userEvent.upload(page.getByLabelText('Open a GGUF file …'), new File(['GGUF'], 'mine.gguf'));
    await vi.waitFor(() => expect(api.calls).toContain(`open mine.gguf 4 ${word}`));
    await expect.element(page.getByRole('progressbar', { name: 'Preparing: mine.gguf' })).toBeVisible();
    api.ready('file/new', 'mine.gguf');
    await vi.waitFor(() => expect(used).toEqual(['file/new']));
    await expect.element(part(BROWSER).getByRole('alert')).toHaveTextContent('The model runs, but no copy could be kept.');
  });

  test('a list that does not come is told, and asked for again', async () => {
    const api = new FakeModels();
    const cards = api.cards.bind(api);
    api.cards = () => Promise.reject(new Error('The engine stopped.'));
    await show({ api });
    await expect.element(part(BROWSER).getByRole('alert')).toHaveTextContent('The engine stopped.');
    api.cards = cards;
    await button('Look again').click();
    await expect.element(button(/^Load, 491 MB/)).toBeVisible();
  });
});

describe('a server', () => {
  const url = () => page.getByLabelText('Base URL');
  const key = () => page.getByLabelText('Key, if it wants one');
  const model = () => page.getByLabelText('Model', { exact: true });
  const alert = () => part('A server').getByRole('alert');

  test('lists its models, and is connected to with the one chosen; the key is not kept', async () => {
    const { api, used } = await show();
    await expect.element(part('A server')).toHaveTextContent('the question, the schema with sample values, and the hints are sent to that server');
    await expect.element(key()).toHaveAttribute('type', 'password');
    await url().fill('http://localhost:8000/v1');
    await key().fill('secret');
    await button('List models').click();
    await expect.element(part('A server')).toHaveTextContent('The server lists 2 models.');
    expect(api.calls).toContain('list http://localhost:8000/v1 secret');
    await model().selectOptions('llama');
    await button('Connect').click();
    await vi.waitFor(() => expect(api.calls).toContain('connect http://localhost:8000/v1 secret llama'));
    expect(memory).toEqual({ baseUrl: 'http://localhost:8000/v1', model: 'llama' });
    api.ready('endpoint/llama', 'llama');
    await expect.element(part('A server')).toHaveTextContent('llama is connected.');
    await vi.waitFor(() => expect(used).toEqual(['endpoint/llama']));
  });

  test('Enter submits; what is missing is asked for', async () => {
    const { api } = await show();
    (url().element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(alert()).toHaveTextContent('Give the base URL of the server first.');
    await expect.element(url()).toHaveFocus();
    await userEvent.keyboard('http://localhost:1234/v1{Enter}');
    await vi.waitFor(() => expect(api.calls).toContain('list http://localhost:1234/v1 -'));
    await expect.element(model()).toHaveFocus();
    expect(api.calls.some((call) => call.startsWith('connect'))).toBe(false);
    await userEvent.keyboard('{Tab}{Tab}{Enter}');
    await vi.waitFor(() => expect(api.calls).toContain('connect http://localhost:1234/v1 - qwen'));
  });

  test('the key is remembered only where that was asked for, and forgotten again', async () => {
    const { api } = await show({ remembered: { baseUrl: 'http://box:8000/v1', model: 'qwen' } });
    await expect.element(url()).toHaveValue('http://box:8000/v1');
    await expect.element(model()).toHaveValue('qwen');
    await key().fill('secret');
    await page.getByLabelText('Remember the key in this browser').click();
    await expect.element(part('A server')).toHaveTextContent('readable by whoever uses it');
    await button('Connect').click();
    await vi.waitFor(() => expect(memory).toEqual({ baseUrl: 'http://box:8000/v1', model: 'qwen', key: 'secret' }));
    await button('Cancel').click();
    await vi.waitFor(() => expect(api.calls).toContain('cancel'));
    await button('Forget this server').click();
    expect(memory).toBeNull();
  });

  test('one that does not answer is told with cause and way out, and can be used unchecked', async () => {
    const api = new FakeModels();
    api.listed = () => Promise.reject(Object.assign(new Error('The browser did not get an answer from localhost:8000.'), { remedy: 'See that the server runs.' }));
    await show({ api });
    await url().fill('http://localhost:8000/v1');
    await button('List models').click();
    await expect.element(alert()).toHaveTextContent('The browser did not get an answer from localhost:8000. See that the server runs.');
    expect(button('Connect all the same').elements()).toEqual([]);
    await model().fill('mine');
    await button('Connect all the same').click();
    await vi.waitFor(() => expect(api.calls).toContain('connect http://localhost:8000/v1 - mine'));
    api.tell({ status: 'failed', id: 'endpoint/mine', label: 'mine', fault: 'refused', message: 'localhost wants a key (401).', remedy: 'Give the key.' });
    await expect.element(alert()).toHaveTextContent('mine: localhost wants a key (401). Give the key.');
    expect(part(BROWSER).getByRole('alert').elements()).toEqual([]);
  });

  test('a model that is not listed is asked about; another name can be typed', async () => {
    const { api } = await show();
    await url().fill('http://localhost:8000/v1');
    await model().fill('nonesuch');
    await button('Connect').click();
    await expect.element(alert()).toHaveTextContent('The server does not list a model “nonesuch”. It lists: qwen, llama.');
    await expect.element(model()).toHaveValue('nonesuch');
    await button('Connect all the same').click();
    await vi.waitFor(() => expect(api.calls).toContain('connect http://localhost:8000/v1 - nonesuch'));
  });

  test('a server without a list takes a name', async () => {
    const api = new FakeModels();
    api.listed = () => Promise.resolve([]);
    await show({ api });
    await url().fill('http://localhost:8080/v1');
    await button('Connect').click();
    await expect.element(alert()).toHaveTextContent('The server lists no model. Type the name of one.');
    await model().fill('gguf');
    await button('Connect').click();
    await vi.waitFor(() => expect(api.calls).toContain('connect http://localhost:8080/v1 - gguf'));
  });
});

describe('a run whose model is not loaded', () => {
  const absent = (id: string, label = id): SamplerView => ({ id, label, isLanguageModel: true, ready: false });

  test('nothing is said while the source is there', async () => {
    const { api } = await show({ component: AbsentModel });
    expect(document.querySelector('.absent')).toBeNull();
    expect(api.calls).toEqual([]);
  });

  test('offers to load it, with its size, and goes when it is there', async () => {
    const { api, used } = await show({ component: AbsentModel, view: absent(CPU.id, CPU.label) });
    await expect.element(page.getByRole('status')).toHaveTextContent('This run’s groups came from Coder 0.5B, 4 bits, which is not loaded.');
    await button('Load it, 491 MB from huggingface.co').click();
    await expect.element(page.getByRole('progressbar')).toBeVisible();
    expect(await violations()).toEqual([]);
    api.ready(CPU.id, CPU.label);
    await vi.waitFor(() => expect(used).toEqual([CPU.id]));
    await vi.waitFor(() => expect(document.querySelector('.absent')).toBeNull());
  });

  test('one that cannot run here is not offered; another can be chosen', async () => {
    const api = new FakeModels();
    api.list = [{ ...GPU, blocked: NO_GPU }];
    const { used } = await show({ component: AbsentModel, view: absent(GPU.id, GPU.label), api });
    await vi.waitFor(() => expect(api.calls).toEqual(['cards']));
    expect(button(/^Load it/).elements()).toEqual([]);
    await button('Choose another').click();
    await expect.element(page.getByRole('heading', { name: 'Where the group comes from' })).toBeVisible();
    await userEvent.keyboard('{Escape}');
    await button('Go on with the built-in sampler').click();
    await vi.waitFor(() => expect(used).toEqual(['sketch']));
    await vi.waitFor(() => expect(document.querySelector('.absent')).toBeNull());
  });

  test('a remembered server is connected to again', async () => {
    const { api } = await show({ component: AbsentModel, view: absent('endpoint/qwen', 'qwen'), remembered: { baseUrl: 'http://box:8000/v1', model: 'qwen' } });
    await button('Connect again to http://box:8000/v1').click();
    await vi.waitFor(() => expect(api.calls).toContain('connect http://box:8000/v1 - qwen'));
  });

  test('a model that was lost in a run is told with cause and way out', async () => {
    const { api, lab } = await show({ component: AbsentModel });
    api.ready(SMALL.id, SMALL.label);
    await lab.sampler.use(SMALL.id, SMALL.label);
    expect(document.querySelector('.absent')).toBeNull();
    api.tell({ status: 'failed', id: SMALL.id, label: SMALL.label, fault: 'device-lost', message: 'The GPU was lost.', remedy: 'Load the model again.' });
    await expect.element(page.getByRole('alert')).toHaveTextContent('The GPU was lost. Load the model again.');
    await button('Try again').click();
    await vi.waitFor(() => expect(api.calls).toContain(`load ${SMALL.id}`));
  });
});

describe.each(['light', 'dark'] as const)('accessibility, %s', (theme) => {
  const states: Readonly<Record<string, ModelState>> = {
    none: { status: 'none' },
    loading: { status: 'loading', id: GPU.id, label: GPU.label, progress: DOWNLOAD },
    failed: { status: 'failed', id: CPU.id, label: CPU.label, fault: 'network', message: 'The connection broke.', remedy: 'Try later.' },
  };
  test.each([1440, 768, 360])('the dialog fits %i pixels, and axe finds nothing', async (width) => {
    document.documentElement.dataset['theme'] = theme;
    const api = new FakeModels();
    api.list = [FILE, GPU, SMALL, CPU, { ...CPU, id: 'wllama/big', label: 'Big', blocked: 'It needs more memory than this device has.' }];
    await show({ width, api });
    await expect.element(button(/^Load, 491 MB/)).toBeVisible();
    for (const [name, state] of Object.entries(states)) {
      api.tell(state);
      await new Promise((resolve) => setTimeout(resolve, 50));
      await expectNoSidewaysScroll();
      const body = document.querySelector('dialog[open] .body') as HTMLElement;
      expect(body.scrollWidth, name).toBeLessThanOrEqual(body.clientWidth);
      expect(await violations(), name).toEqual([]);
    }
    await button(/^Delete mine/).click();
    await button('Open Concerts and singers').click();
    expect(await violations()).toEqual([]);
  });
});
