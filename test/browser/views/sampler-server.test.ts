import { describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { SamplerView } from '../../../src/engine/protocol.ts';
import AbsentModel from '../../../src/views/sampler/AbsentModel.svelte';
import { violations } from './page.ts';
import { aroundEach, BROWSER, button, CPU, FakeModels, GPU, NO_GPU, part, place, show, SMALL } from './sampler-page.ts';
import type { ModelSource } from '../../../src/grpo/group-source.ts';
import { inBrowser, onServer } from '../../support/sources.ts';

aroundEach();

describe('a server', () => {
  const url = () => page.getByLabelText('Base URL');
  const key = () => page.getByLabelText('Key, if it wants one');
  const model = () => page.getByLabelText('Model', { exact: true });
  const alert = () => part('A server').getByRole('alert');

  test('lists its models, and is connected to with the one chosen; the key is not kept', async () => {
    const { api, used } = await show();
    await expect
      .element(part('A server'))
      .toHaveTextContent('the question, the schema with sample values, and the hints are sent to that server');
    await expect.element(key()).toHaveAttribute('type', 'password');
    await url().fill('http://localhost:8000/v1');
    await key().fill('secret');
    await button('List models').click();
    await expect.element(part('A server')).toHaveTextContent('The server lists 2 models.');
    expect(api.calls).toContain('list http://localhost:8000/v1 secret');
    await model().selectOptions('llama');
    await button('Connect').click();
    await vi.waitFor(() => expect(api.calls).toContain('connect http://localhost:8000/v1 secret llama'));
    expect(place.memory).toEqual({ baseUrl: 'http://localhost:8000/v1', model: 'llama' });
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
    await vi.waitFor(() =>
      expect(place.memory).toEqual({ baseUrl: 'http://box:8000/v1', model: 'qwen', key: 'secret' }),
    );
    await button('Cancel').click();
    await vi.waitFor(() => expect(api.calls).toContain('cancel'));
    await button('Forget this server').click();
    expect(place.memory).toBeNull();
  });

  test('one that does not answer is told with cause and way out, and can be used unchecked', async () => {
    const api = new FakeModels();
    api.listed = () =>
      Promise.reject(
        Object.assign(new Error('The browser did not get an answer from localhost:8000.'), {
          remedy: 'See that the server runs.',
        }),
      );
    await show({ api });
    await url().fill('http://localhost:8000/v1');
    await button('List models').click();
    await expect
      .element(alert())
      .toHaveTextContent('The browser did not get an answer from localhost:8000. See that the server runs.');
    expect(button('Connect all the same').elements()).toEqual([]);
    await model().fill('mine');
    await button('Connect all the same').click();
    await vi.waitFor(() => expect(api.calls).toContain('connect http://localhost:8000/v1 - mine'));
    api.tell({
      status: 'failed',
      id: 'endpoint/mine',
      runs: 'server',
      label: 'mine',
      fault: 'refused',
      message: 'localhost wants a key (401).',
      remedy: 'Give the key.',
    });
    await expect.element(alert()).toHaveTextContent('mine: localhost wants a key (401). Give the key.');
    expect(part(BROWSER).getByRole('alert').elements()).toEqual([]);
  });

  test('a model that is not listed is asked about; another name can be typed', async () => {
    const { api } = await show();
    await url().fill('http://localhost:8000/v1');
    await model().fill('nonesuch');
    await button('Connect').click();
    await expect
      .element(alert())
      .toHaveTextContent('The server does not list a model “nonesuch”. It lists: qwen, llama.');
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
  const absent = (source: ModelSource, label = source.id): SamplerView => ({
    source,
    label,
    isLanguageModel: true,
    ready: false,
  });

  test('nothing is said while the source is there', async () => {
    const { api } = await show({ component: AbsentModel });
    expect(document.querySelector('.absent')).toBeNull();
    expect(api.calls).toEqual([]);
  });

  test('offers to load it, with its size, and goes when it is there', async () => {
    const { api, used } = await show({ component: AbsentModel, view: absent(inBrowser(CPU.id), CPU.label) });
    await expect
      .element(page.getByRole('status'))
      .toHaveTextContent('This run’s groups came from Coder 0.5B, 4 bits, which is not loaded.');
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
    const { used } = await show({ component: AbsentModel, view: absent(inBrowser(GPU.id), GPU.label), api });
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
    const { api } = await show({
      component: AbsentModel,
      view: absent(onServer('endpoint/qwen'), 'qwen'),
      remembered: { baseUrl: 'http://box:8000/v1', model: 'qwen' },
    });
    await button('Connect again to http://box:8000/v1').click();
    await vi.waitFor(() => expect(api.calls).toContain('connect http://box:8000/v1 - qwen'));
  });

  test('a model that was lost in a run is told with cause and way out', async () => {
    const { api, run } = await show({ component: AbsentModel });
    api.ready(SMALL.id, SMALL.label);
    await run.sampler.use(inBrowser(SMALL.id), SMALL.label);
    expect(document.querySelector('.absent')).toBeNull();
    api.tell({
      status: 'failed',
      id: SMALL.id,
      runs: 'browser',
      label: SMALL.label,
      fault: 'device-lost',
      message: 'The GPU was lost.',
      remedy: 'Load the model again.',
    });
    await expect.element(page.getByRole('alert')).toHaveTextContent('The GPU was lost. Load the model again.');
    await button('Try again').click();
    await vi.waitFor(() => expect(api.calls).toContain(`load ${SMALL.id}`));
  });
});
