import { fileURLToPath } from 'node:url';
import type { AppConfig } from '@mlc-ai/web-llm';
import { chromium, type Browser, type Page } from 'playwright';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from '../../scripts/chromium.mjs';
import { CATALOGUE, modelId } from '../../src/samplers/webllm/models.ts';
import { serveModel, type ModelServer } from './webllm-server.ts';

/** The processor stands in for a GPU. */
const SWIFTSHADER = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];
const GIB = 1 << 30;
const ID = 'Tiny-q4f32_1-MLC';

let vite: ViteDevServer;
let models: ModelServer;
let app: AppConfig;

beforeAll(async () => {
  models = await serveModel();
  app = { model_list: [{ model: models.model, model_id: ID, model_lib: models.program }] };
  vite = await createServer({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    server: { port: 0, host: '127.0.0.1', hmr: false, watch: null },
    logLevel: 'error',
  });
  await vite.listen();
});

afterAll(async () => {
  await vite.close();
  await models.close();
});

const browse = (extra: readonly string[]): Promise<Browser> => {
  const executablePath = findChromium();
  return chromium.launch({ args: [...CHROMIUM_ARGS, ...extra], ...(executablePath ? { executablePath } : {}) });
};

/** An address on the page's server. */
function at(path: string): string {
  const address = vite.httpServer?.address();
  if (address === null || address === undefined || typeof address === 'string') throw new Error('the page has no port');
  return `http://127.0.0.1:${address.port}${path}`;
}

async function open(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(at('/test/e2e/webllm/index.html'));
  await page.waitForFunction(() => 'underTest' in window);
  return page;
}

const load = (page: Page) => page.evaluate(([config, id]) => window.underTest.load(config, id), [app, ID] as const);

describe('without an adapter', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await browse([]);
    page = await open(browser);
  });
  afterAll(() => browser.close());

  test('every card says why it cannot run, and nothing of the package is fetched', async () => {
    const fetched: string[] = [];
    page.on('request', (request) => fetched.push(request.url()));
    const cards = await page.evaluate(() => window.underTest.cards());
    expect(cards.map(({ id }) => id)).toEqual(CATALOGUE.map((model) => modelId(model, 'f16')));
    for (const card of cards)
      expect(card).toMatchObject({
        kind: 'webllm',
        blocked: expect.stringMatching(/WebGPU/) as string,
        suggested: false,
        stored: null,
      });
    expect(fetched.filter((url) => url.includes('web-llm'))).toEqual([]);
  });

  test('a load is refused before a byte is fetched, as the package would after its first files', async () => {
    models.reset();
    const { error } = await load(page);
    expect(error).toMatchObject({ name: 'ModelError', fault: 'no-webgpu' });
    expect(error?.remedy).toMatch(/wllama/);
    expect(models.asked).toEqual([]);
    expect((await page.evaluate(() => window.underTest.packageBinding())).error).toMatch(
      /Unable to find a compatible GPU|WebGPUNotAvailableError/,
    );
  });

  test('the benchmark says that there is nothing to measure', async () => {
    const bench = await browser.newPage();
    await bench.goto(at('/test/bench/webllm.html'));
    await expect
      .poll(() => bench.locator('#gpu').textContent(), { timeout: 20_000 })
      .toMatch(/^No measurement here\. .*WebGPU/);
    expect(await bench.locator('#form').isVisible()).toBe(false);
  });
});

describe('with SwiftShader for a GPU', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await browse(SWIFTSHADER);
    page = await open(browser);
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    models.reset();
    await page.evaluate(() => window.underTest.forgetAll());
  });

  test('the adapter is found for what it is, and without f16 the f32 variants are offered', async () => {
    const report = await page.evaluate(() => window.underTest.examine());
    expect(report).toMatchObject({ software: true, f16: false, refusal: null });
    expect(report.name).toMatch(/swiftshader/i);
    const cards = await page.evaluate(() => window.underTest.cards());
    expect(cards.map(({ id }) => id)).toEqual(CATALOGUE.map((model) => modelId(model, 'f32')));
    expect(cards.find(({ suggested }) => suggested)?.id).toBe('Qwen2.5-Coder-0.5B-Instruct-q4f32_1-MLC');
    for (const card of cards) expect(card.note).toMatch(/no GPU here/);
  });

  test('the package opens a device with the limits that were worked out for it', async () => {
    const report = await page.evaluate(() => window.underTest.examine());
    expect(await page.evaluate(() => window.underTest.packageBinding())).toEqual({
      bytes: report.bindingBytes,
      error: null,
    });
    expect([128 << 20, GIB]).toContain(report.bindingBytes);
  });

  test('the benchmark offers what fits', async () => {
    const bench = await browser.newPage();
    await bench.goto(at('/test/bench/webllm.html'));
    await bench.locator('#form').waitFor({ state: 'visible', timeout: 20_000 });
    expect(await bench.locator('#gpu').textContent()).toMatch(/swiftshader \(a program on the processor/);
    expect(await bench.locator('#model option').count()).toBe(CATALOGUE.length);
  });

  test('the download is complete and the package agrees; it stops at the program, which is none', async () => {
    const { error, progress } = await load(page);
    expect([...models.asked].sort()).toEqual(
      [
        'mlc-chat-config.json',
        ...Array.from({ length: models.shards }, (_, index) => `params_shard_${index}.bin`),
        'program.wasm',
        'tensor-cache.json',
        'tokenizer.json',
      ].sort(),
    );
    expect(progress.findLast(({ phase }) => phase === 'download')).toMatchObject({ share: 1 });
    expect(await page.evaluate(([config, id]) => window.underTest.packageHas(config, id), [app, ID] as const)).toBe(
      true,
    );
    // An empty module has no memory for the runtime: as far as the package gets without a compiled model.
    expect(error).toMatchObject({ name: 'ModelError', fault: 'failed' });
    const [card] = await page.evaluate((config) => window.underTest.cards(config), app);
    expect(card).toMatchObject({
      id: ID,
      stored: { bytes: models.shards * models.shardBytes },
      downloadBytes: models.shards * models.shardBytes,
      estimated: false,
      blocked: null,
    });
    // The next load takes everything from the cache.
    models.reset();
    await load(page);
    expect(models.asked).toEqual([]);
  });

  test('removing leaves nothing behind, in the package’s eyes too', async () => {
    await load(page);
    expect(await page.evaluate(() => window.underTest.storedAddresses())).toHaveLength(models.shards + 4);
    await page.evaluate(([config, id]) => window.underTest.remove(config, id), [app, ID] as const);
    expect(await page.evaluate(() => window.underTest.storedAddresses())).toEqual([]);
    expect(await page.evaluate(([config, id]) => window.underTest.packageHas(config, id), [app, ID] as const)).toBe(
      false,
    );
    expect(await page.evaluate((config) => window.underTest.cards(config), app)).toMatchObject([{ stored: null }]);
  });

  test('a missing file is missing, and a server that hangs up is the network', async () => {
    models.faults.set('params_shard_2.bin', 'missing');
    expect((await load(page)).error).toMatchObject({
      fault: 'not-found',
      message: expect.stringContaining('params_shard_2.bin') as string,
    });
    models.faults.set('params_shard_2.bin', 'refuse');
    const { error } = await load(page);
    expect(error).toMatchObject({ fault: 'network', remedy: expect.stringMatching(/kept/) as string });
    expect(models.asked.filter((name) => name === 'params_shard_2.bin').length).toBeGreaterThanOrEqual(4);
  });

  test('a file that is cut short is not kept, announced or not; once it is whole, only it is fetched', async () => {
    models.faults.set('params_shard_0.bin', 'cut-short-unannounced');
    expect((await load(page)).error).toMatchObject({
      fault: 'bad-file',
      message: expect.stringMatching(/params_shard_0\.bin has 262144 bytes and should have 524288/) as string,
    });
    models.faults.set('params_shard_0.bin', 'cut-short');
    expect((await load(page)).error).toMatchObject({ fault: 'network' });
    const kept = await page.evaluate(() => window.underTest.storedAddresses());
    expect(kept.filter((url) => url.endsWith('params_shard_0.bin'))).toEqual([]);
    models.reset();
    await load(page);
    expect(models.asked).toContain('params_shard_0.bin');
    expect(models.asked.filter((name) => kept.some((url) => url.endsWith(`/${name}`)))).toEqual([]);
    expect(await page.evaluate(([config, id]) => window.underTest.packageHas(config, id), [app, ID] as const)).toBe(
      true,
    );
  });

  test('a slow server: bytes, rate and time left are shown; cancelling ends the requests, and the next load goes on', async () => {
    for (let index = 0; index < models.shards; index++)
      models.faults.set(`params_shard_${index}.bin`, index === 0 ? 'slow' : 'hang');
    const loading = load(page);
    await expect
      .poll(
        () => page.evaluate(() => window.underTest.progress()).then((lines) => lines.at(-1)?.bytesPerSecond ?? null),
        { timeout: 20_000 },
      )
      .not.toBeNull();
    const lines = await page.evaluate(() => window.underTest.progress());
    expect(lines.at(-1)).toMatchObject({
      phase: 'download',
      secondsLeft: expect.any(Number) as number,
      bytes: expect.any(Number) as number,
    });
    const shares = lines.map(({ share }) => share ?? 0);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(models.asked.filter((name) => name.startsWith('params_shard')).length).toBeLessThanOrEqual(models.shards);

    await page.evaluate(() => window.underTest.cancel());
    expect((await loading).error).toMatchObject({ name: 'AbortError' });
    // The connections are closed. That none is opened again is shown where the clock is passed in, of the provider.
    const pending = models.asked.filter(
      (name) => name.startsWith('params_shard') && name !== 'params_shard_0.bin',
    ).length;
    await expect.poll(() => models.brokenOff.length).toBeGreaterThanOrEqual(pending);

    const kept = await page.evaluate(() => window.underTest.storedAddresses());
    models.reset();
    await load(page);
    expect(models.asked.filter((name) => kept.some((url) => url.endsWith(`/${name}`)))).toEqual([]);
    expect(await page.evaluate(([config, id]) => window.underTest.packageHas(config, id), [app, ID] as const)).toBe(
      true,
    );
  });
});
