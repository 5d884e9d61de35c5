import { describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { ModelState } from '../../../src/state/models.svelte.ts';
import { atRest } from '../../support/animations.ts';
import { expectNoSidewaysScroll, violations } from './page.ts';
import {
  aroundEach,
  BROWSER,
  button,
  chip,
  CPU,
  dialog,
  DOWNLOAD,
  FakeModels,
  FILE,
  focused,
  GPU,
  NO_GPU,
  part,
  place,
  show,
  SMALL,
} from './sampler-page.ts';
import { FEEDBACK, PUBLISHED } from '../../../src/grpo/group-source.ts';
import { inBrowser, onServer } from '../../support/sources.ts';

aroundEach();

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
    [{ source: PUBLISHED, label: 'Recorded', isLanguageModel: false, ready: true }, 'recorded'],
    [{ source: { kind: 'recording', file: '4' }, label: 'A run', isLanguageModel: true, ready: true }, 'recorded'],
    [{ source: inBrowser('wllama/coder'), label: 'Coder', isLanguageModel: true, ready: false }, 'not loaded'],
    [{ source: onServer('endpoint/qwen'), label: 'qwen', isLanguageModel: true, ready: false }, 'not loaded'],
  ] as const)('%o is %s', async (view, word) => {
    await show({ view, open: false });
    await expect.element(chip()).toHaveTextContent(`${view.label} ${word}`);
  });

  test('follows a model from loading to lost', async () => {
    const { api, run } = await show({ open: false });
    api.tell({ status: 'loading', id: GPU.id, runs: 'browser', label: GPU.label, progress: DOWNLOAD });
    await expect.element(chip()).toHaveTextContent('Built-in sketch sampler loading a model 43%');
    api.ready(GPU.id, GPU.label);
    await run.sampler.use(inBrowser(GPU.id), GPU.label);
    await expect.element(chip()).toHaveTextContent('Coder 1.5B (q4f16) on this machine');
    api.tell({
      status: 'failed',
      id: GPU.id,
      runs: 'browser',
      label: GPU.label,
      fault: 'device-lost',
      message: 'The GPU was lost.',
      remedy: 'Load it again.',
    });
    await expect.element(chip()).toHaveTextContent('not loaded');
    api.ready('endpoint/qwen', 'qwen');
    await run.sampler.use(onServer('endpoint/qwen'), 'qwen');
    await expect.element(chip()).toHaveTextContent('qwen on a server');
  });

  test('shrinks into what room there is', async () => {
    await show({
      view: {
        source: { kind: 'sketch' },
        label: 'A sampler with a name that is much too long for any header',
        isLanguageModel: false,
        ready: true,
      },
      open: false,
      width: 360,
    });
    place.main.style.cssText = 'display:flex;width:60px';
    place.main.querySelector('h1')?.remove();
    await vi.waitFor(() => expect(chip().element().getBoundingClientRect().width).toBeLessThanOrEqual(60));
    expect(chip().element().getBoundingClientRect().width).toBeGreaterThanOrEqual(24);
  });
});

describe('the built-in sampler', () => {
  test('is taken with one press, which stays where it is', async () => {
    const { used } = await show({
      view: { source: FEEDBACK, label: 'What people judged and wrote', isLanguageModel: false, ready: true },
    });
    await button('Use built-in sketch sampler').click();
    await vi.waitFor(() => expect(used).toEqual(['sketch']));
    await expect.element(button('In use built-in sketch sampler')).toHaveAttribute('aria-disabled', 'true');
    expect(document.activeElement).toBe(button('In use built-in sketch sampler').element());
    await userEvent.keyboard('{Enter}');
    expect(used).toEqual(['sketch']);
  });

  test('a refusal is told', async () => {
    const { engine } = await show({ view: { source: FEEDBACK, label: 'Judged', isLanguageModel: false, ready: true } });
    engine.failure = new Error('The browser’s storage is full.');
    await button('Use built-in sketch sampler').click();
    await expect
      .element(part('Built-in sketch sampler').getByRole('alert'))
      .toHaveTextContent('The browser’s storage is full.');
  });
});

describe('recorded completions', () => {
  test('of published models open their dataset only when that was agreed to', async () => {
    const { used, run } = await show();
    await button(/^Open and use published language models/).click();
    await expect
      .element(part('Recorded completions').getByRole('alert'))
      .toHaveTextContent(/in a new run at step 0\. “Undo reset” brings this one back/);
    await button('Keep this run').click();
    expect(focused()).toMatch(/^Open and use/);
    expect(used).toEqual([]);
    await userEvent.keyboard('{Enter}');
    await button('Open it in a new run').click();
    await vi.waitFor(() => expect(used).toEqual(['dataset concert_singer', 'completions']));
    expect(run.sampler.view.source).toEqual(PUBLISHED);
    await expect.element(button(/^In use published language models/)).toBeVisible();
    await vi.waitFor(() => expect(focused()).toMatch(/^In use/));
  });

  test('the dataset can be changed, and a language model goes on there', async () => {
    const { used, run, api } = await show();
    api.ready(GPU.id, GPU.label);
    await run.sampler.use(inBrowser(GPU.id), GPU.label);
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
    await expect
      .element(part('Recorded completions').getByRole('alert'))
      .toHaveTextContent('The dataset did not arrive.');
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
    await expect
      .element(part('Recorded completions').getByRole('alert'))
      .toHaveTextContent('other.json must hold a list.');
  });

  test('what people judged needs a judgement', async () => {
    const { run, used } = await show();
    await expect.element(button('Use what people judged here')).toBeDisabled();
    await run.feedback.judge({ question: 'Q', sql: 'SELECT 1' }, 'up');
    await expect.element(page.getByText('1 SQL text with a thumb or a correction.')).toBeVisible();
    await button('Use what people judged here').click();
    await vi.waitFor(() => expect(used).toEqual(['feedback']));
  });
});

describe('models of this browser', () => {
  test('are listed with what they cost, stored ones first', async () => {
    await show();
    await expect.element(page.getByRole('group', { name: 'On the CPU (wllama)' })).toBeVisible();
    expect([...document.querySelectorAll('h4')].map((heading) => heading.textContent)).toEqual([
      'Dataset',
      'Stored in this browser',
      'On the GPU (WebGPU, WebLLM)',
      'On the CPU (wllama)',
    ]);
    const stored = page.getByRole('group', { name: 'Stored in this browser' });
    await expect.element(stored).toHaveTextContent('stored, 290 MB · needs 1.6 GB of memory · Apache-2.0');
    await expect.element(stored.getByRole('button', { name: 'Load Small' })).toBeVisible();
    const gpu = page.getByRole('group', { name: 'On the GPU' });
    await expect
      .element(gpu)
      .toHaveTextContent('about 876 MB to download · needs 1.6 GB of memory · Apache-2.0 · from huggingface.co');
    await expect.element(gpu).toHaveTextContent('suggested');
    await expect.element(button('Load, about 876 MB Coder 1.5B')).toBeVisible();
    await expect
      .element(part(BROWSER))
      .toHaveTextContent('This page stores 802 MB of the 12 GB that this browser allows it.');
    await expect.element(part(BROWSER)).not.toHaveTextContent('Without WebGPU');
  });

  test('one that is partly stored says what is missing', async () => {
    const api = new FakeModels();
    api.list = [{ ...GPU, estimated: false, stored: { bytes: 300e6 } }];
    await show({ api });
    await expect
      .element(part(BROWSER))
      .toHaveTextContent('stored, 300 MB of 876 MB · needs 1.6 GB of memory · Apache-2.0 · from huggingface.co');
    await expect.element(button('Load the rest Coder')).toBeVisible();
  });

  test('a reason that all share is told once, others in a fold', async () => {
    const api = new FakeModels();
    api.list = [
      { ...GPU, blocked: NO_GPU },
      { ...SMALL, stored: null, blocked: NO_GPU },
      CPU,
      { ...CPU, id: 'wllama/big', label: 'Big', blocked: 'It needs more memory than this device has.' },
    ];
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

  test('what the notes of all say is said once', async () => {
    const api = new FakeModels();
    api.list = [
      { ...CPU, note: 'Small. Runs on one thread.' },
      { ...CPU, id: 'wllama/big', label: 'Big', note: 'Runs on one thread.' },
    ];
    await show({ api });
    const cpu = page.getByRole('group', { name: 'On the CPU' });
    await expect.element(cpu).toHaveTextContent('Runs on one thread.');
    expect(cpu.element().textContent.split('Runs on one thread.')).toHaveLength(2);
    await expect.element(cpu.getByText('Small.', { exact: true })).toBeVisible();
  });

  test('load with progress that is said now and then, and are used when they are there', async () => {
    const { api, used } = await show();
    await button(/^Load, about 876 MB/).click();
    expect(api.calls).toContain(`load ${GPU.id}`);
    await expect.element(button('Cancel')).toHaveFocus();
    api.tell({ status: 'loading', id: GPU.id, runs: 'browser', label: GPU.label, progress: DOWNLOAD });
    const bar = page.getByRole('progressbar', { name: 'Downloading: Coder 1.5B (q4f16)' });
    await expect.element(bar).toHaveAttribute('value', '0.43');
    await expect.element(part(BROWSER)).toHaveTextContent('43% · 376 MB of 876 MB · 24 MB/s · 21 s left');
    const said = (): string | undefined =>
      [...document.querySelectorAll('dialog .load [role=status]')].map((one) => one.textContent)[0];
    expect(said()).toBe('Downloading, 40%: Coder 1.5B (q4f16)');
    api.tell({
      status: 'loading',
      id: GPU.id,
      runs: 'browser',
      label: GPU.label,
      progress: { ...DOWNLOAD, share: 0.49 },
    });
    await expect.element(bar).toHaveAttribute('value', '0.49');
    expect(said()).toBe('Downloading, 40%: Coder 1.5B (q4f16)');
    await expect.element(button(/^Load Small/)).toBeDisabled();
    for (const [phase, words] of [
      ['read', 'Reading from this browser'],
      ['compile', 'Compiling for the GPU'],
      ['start', 'Starting'],
    ] as const) {
      api.tell({
        status: 'loading',
        id: GPU.id,
        runs: 'browser',
        label: GPU.label,
        progress: { phase, share: null, bytes: null, totalBytes: null, bytesPerSecond: null, secondsLeft: null },
      });
      await expect.element(page.getByRole('progressbar', { name: words })).not.toHaveAttribute('value');
    }
    api.list = [{ ...GPU, stored: { bytes: 876e6 } }, SMALL, CPU];
    api.ready(GPU.id, GPU.label);
    await vi.waitFor(() => expect(used).toEqual([GPU.id]));
    await expect
      .element(page.getByRole('group', { name: 'Stored' }).getByRole('button', { name: 'In use Coder 1.5B' }))
      .toBeVisible();
    await vi.waitFor(() => expect(focused()).toBe('In use Coder 1.5B (q4f16)'));
    place.answer(false);
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
    const { api, used } = await show({
      view: { source: FEEDBACK, label: 'Judged', isLanguageModel: false, ready: true },
    });
    await button(/^Load, 491 MB/).click();
    api.tell({
      status: 'failed',
      id: CPU.id,
      runs: 'browser',
      label: CPU.label,
      fault: 'network',
      message: 'The connection broke.',
      remedy: 'Look at the network, then go on.',
    });
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent('Coder 0.5B, 4 bits: The connection broke. Look at the network, then go on.');
    await button('Try again').click();
    await vi.waitFor(() => expect(api.calls.filter((call) => call === `load ${CPU.id}`)).toHaveLength(2));
    api.tell({
      status: 'failed',
      id: CPU.id,
      runs: 'browser',
      label: CPU.label,
      fault: 'network',
      message: 'The connection broke.',
      remedy: 'Later.',
    });
    await button('Go on with the built-in sampler').click();
    await vi.waitFor(() => expect(used).toEqual(['sketch']));
    await vi.waitFor(() => expect(document.querySelector('.failure')).toBeNull());
    expect(api.calls).toContain('unload');
  });

  test('one whose readiness arrives later than the answer that it is loaded is used all the same', async () => {
    const { api, used } = await show();
    let arrives: () => void = () => undefined;
    api.late = new Promise((resolve) => (arrives = resolve));
    await button(/^Load .*Small/).click();
    await vi.waitFor(() => expect(api.calls).toContain(`load ${SMALL.id}`));
    api.ready(SMALL.id, SMALL.label);
    await vi.waitFor(() => expect(used).toEqual([SMALL.id]));
    arrives();
    await expect.element(button(/^In use Small/)).toBeVisible();
  });

  test('deleting asks first, and the run is told when its model goes', async () => {
    const api = new FakeModels();
    api.list = [FILE, SMALL];
    const { used, run } = await show({ api });
    api.ready(SMALL.id, SMALL.label);
    await run.sampler.use(inBrowser(SMALL.id), SMALL.label);
    await button(/^Delete Small/).click();
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent('Delete 290 MB of Small 0.5B (q4f16)? To use it again it must be downloaded again.');
    await button('Keep it').click();
    await expect.element(button(/^Delete Small/)).toHaveFocus();
    expect(api.calls.some((call) => call.startsWith('remove'))).toBe(false);
    await userEvent.keyboard('{Enter}');
    await button('Yes, delete it').click();
    await vi.waitFor(() => expect(api.calls).toContain(`remove ${SMALL.id}`));
    await vi.waitFor(() => expect(used).toEqual([SMALL.id, SMALL.id]));
    await button(/^Delete mine\.gguf/).click();
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent('Delete the copy of mine.gguf in this browser? The file on your disk stays.');
    await button('Yes, delete it').click();
    await vi.waitFor(() => expect(document.querySelector('[data-model="file/1"]')).toBeNull());
    await vi.waitFor(() => expect(focused()).toBe(BROWSER));
  });

  test('one that is loaded can be unloaded', async () => {
    const { api, used, run } = await show();
    api.ready(CPU.id, CPU.label);
    await expect.element(button('Use Coder 0.5B')).toBeVisible();
    await button('Use Coder 0.5B').click();
    await vi.waitFor(() => expect(used).toEqual([CPU.id]));
    await button('Unload Coder 0.5B').click();
    await vi.waitFor(() => expect(run.sampler.view).toMatchObject({ source: inBrowser(CPU.id), ready: false }));
    await expect.element(button(/^Load, 491 MB/)).toHaveFocus();
  });

  test.each([
    ['keep', true],
    ['once', false],
  ] as const)('a GGUF file is opened to %s it', async (word, keep) => {
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
    await expect
      .element(part(BROWSER).getByRole('alert'))
      .toHaveTextContent('The model runs, but no copy could be kept.');
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

describe.each(['light', 'dark'] as const)('accessibility, %s', (theme) => {
  const states: Readonly<Record<string, ModelState>> = {
    none: { status: 'none' },
    loading: { status: 'loading', id: GPU.id, runs: 'browser', label: GPU.label, progress: DOWNLOAD },
    failed: {
      status: 'failed',
      id: CPU.id,
      runs: 'browser',
      label: CPU.label,
      fault: 'network',
      message: 'The connection broke.',
      remedy: 'Try later.',
    },
  };
  test.each([1440, 768, 360])('the dialog fits %i pixels, and axe finds nothing', async (width) => {
    document.documentElement.dataset['theme'] = theme;
    const api = new FakeModels();
    api.list = [
      FILE,
      GPU,
      SMALL,
      CPU,
      { ...CPU, id: 'wllama/big', label: 'Big', blocked: 'It needs more memory than this device has.' },
    ];
    await show({ width, api });
    await expect.element(button(/^Load, 491 MB/)).toBeVisible();
    for (const [name, state] of Object.entries(states)) {
      api.tell(state);
      await atRest();
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
