/**
 * Downloads of a model file by a browser over HTTP, into its file system: what servers and networks do to them on the
 * way. The same with every byte counted, from a server in memory: test/browser/wllama-download.test.ts.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SILENCE_MS } from '../../src/samplers/downloads/connection.ts';
import { makeGguf } from '../support/gguf.ts';
import { launch } from './browser.ts';
import { serveOverHttp, type HttpFile, type Way } from './downloads/http-file.ts';
import type * as Calls from './downloads/page.ts';
import { serveModule, type ModulePage } from './module-page.ts';

const FILE = makeGguf();
const WHOLE = { bytes: FILE.length, digest: createHash('sha256').update(FILE).digest('hex') };

let site: ModulePage;
let browser: Browser;
let page: Page;
let served: HttpFile;

beforeAll(async () => {
  site = await serveModule('test/e2e/downloads/page.ts');
  browser = await launch();
  page = await browser.newPage();
  await page.goto(site.origin);
  await page.waitForFunction(() => 'underTest' in window);
});

afterAll(async () => {
  await browser.close();
  await site.close();
});

beforeEach(async () => {
  served = await serveOverHttp(FILE);
  await page.evaluate(() => (window as unknown as Under).underTest.forget());
  return () => served.close();
});

interface Under {
  readonly underTest: typeof Calls;
}

const get = (wish: Calls.Wish = {}): Promise<Calls.Got> =>
  page.evaluate(([url, bytes, wished]) => (window as unknown as Under).underTest.get(url, bytes, wished), [
    served.url,
    FILE.length,
    wish,
  ] as const);
const stored = (): Promise<number> => page.evaluate(() => (window as unknown as Under).underTest.stored());

/** Gives up when half is there and no more comes; returns the bytes that are stored then. */
async function half(): Promise<number> {
  served.way = 'stalls';
  expect(await get({ giveUpAt: 0.49 })).toEqual({ fault: 'AbortError' });
  await expect.poll(served.left).toBe(1);
  const bytes = await stored();
  expect(bytes).toBe(FILE.length / 2);
  return bytes;
}

test('a file that is packed on the way is whole, and the same', async () => {
  served.way = 'packs';
  expect(gzipSync(FILE).length).not.toBe(FILE.length);
  expect(await get()).toEqual(WHOLE);
  expect(await get()).toEqual(WHOLE);
  expect(served.asked.host).toEqual(['']);
});

test('a file of a store that the host passes on to is whole', async () => {
  served.way = 'passes on';
  expect(await get()).toEqual(WHOLE);
  expect(served.asked).toEqual({ host: [''], store: [''] });
});

test.each<[string, Way]>([
  ['by the host itself', 'gives'],
  ['by the store it passes on to', 'passes on'],
  ['by a proxy that packs all of it', 'packs'],
])('a download that was given up is completed %s', async (_by, way) => {
  const bytes = await half();
  served.way = way;
  expect(await get()).toEqual(WHOLE);
  // A browser does not take the part from such a proxy.
  expect(served.asked.host).toEqual(['', `bytes=${bytes}-`, ...(way === 'packs' ? [''] : [])]);
  expect(served.asked.store).toEqual(way === 'passes on' ? [`bytes=${bytes}-`] : []);
});

describe('what is stored stays, and is completed later, where the host', () => {
  test.each<[Way, string, RegExp]>([
    ['passes on to nobody', 'network', /could not be reached/],
    ['passes on in a circle', 'network', /could not be reached/],
    ['login', 'bad-file', /is not a GGUF file/],
    // A page may not read it, nor learn that there was one.
    ['login unreadable', 'network', /could not be reached/],
    ['breaks', 'network', /The connection ended after \d+ MB of \d+ MB/],
  ])('%s', async (way, fault, message) => {
    const bytes = await half();
    served.way = way;
    const got = await get();
    expect(got).toMatchObject({ fault, message: expect.stringMatching(message) as string });
    expect(got.remedy).toMatch(/kept|goes on from there/);
    expect(await stored()).toBeGreaterThanOrEqual(bytes);
    served.way = 'gives';
    expect(await get()).toEqual(WHOLE);
    expect(served.asked.host.at(-1)).toMatch(/^bytes=[1-9]\d*-$/);
  });

  test('ends early', async () => {
    served.way = 'ends early';
    expect(await get()).toMatchObject({
      fault: 'network',
      message: expect.stringMatching(/ended the file after/) as string,
    });
    const bytes = await stored();
    expect(bytes).toBeGreaterThan(0);
    served.way = 'gives';
    expect(await get()).toEqual(WHOLE);
    expect(served.asked.host).toEqual(['', `bytes=${bytes}-`]);
  });

  test.each<Way>(['silent', 'stalls'])('%s', async (way) => {
    const bytes = await half();
    served.way = way;
    const began = performance.now();
    expect(await get({ hurry: 20 })).toMatchObject({
      fault: 'timeout',
      message: `${served.host} has sent nothing for 20 seconds.`,
      remedy: expect.stringMatching(/kept/) as string,
    });
    expect(performance.now() - began).toBeGreaterThanOrEqual(SILENCE_MS / 20);
    // Nobody listens to it any more.
    await expect.poll(served.left).toBe(2);
    expect(await stored()).toBeGreaterThanOrEqual(bytes);
    served.way = 'gives';
    expect(await get()).toEqual(WHOLE);
    expect(served.asked.host.at(-1)).toMatch(/^bytes=[1-9]\d*-$/);
  });
});
