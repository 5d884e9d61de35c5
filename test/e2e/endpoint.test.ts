/**
 * The endpoint client where it matters that a browser is strict: other origins, what it tells of failures, streams,
 * aborts.
 */
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { connectEndpoint } from '../../src/samplers/endpoint/endpoint.ts';
import { startServer } from '../support/openai-server.ts';
import type { TestServer } from '../support/openai-server.ts';
import { launch } from './browser.ts';
import { serveModule, type ModulePage } from './module-page.ts';

let site: ModulePage;
let origin: string;
let open: TestServer;
let closed: TestServer;
let gone: string;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  site = await serveModule('src/samplers/endpoint/endpoint.ts');
  ({ origin } = site);
  [open, closed] = [await startServer({ tokenMs: 10, key: 'sk-right' }), await startServer({ cors: false })];
  const away = await startServer();
  gone = away.url;
  await away.close();
  browser = await launch();
  page = await browser.newPage();
  await page.goto(origin);
});

afterAll(async () => {
  await browser.close();
  await Promise.all([open.close(), closed.close(), site.close()]);
});

interface Told {
  readonly text?: string;
  readonly finish?: string;
  readonly steps: number;
  readonly fault?: string;
  readonly message?: string;
  readonly remedy?: string;
}

/** One completion, asked for by the page; `stopAfter` tokens it is stopped. */
function ask(baseUrl: string, stopAfter: number | null = null): Promise<Told> {
  return page.evaluate(
    async ({ url, stopAfter: limit }): Promise<Told> => {
      const { underTest: client } = globalThis as unknown as {
        readonly underTest: { readonly connectEndpoint: typeof connectEndpoint };
      };
      const stop = new AbortController();
      let steps = 0;
      try {
        const model = client.connectEndpoint({ baseUrl: url, model: 'good', key: 'sk-right', retries: 0 });
        const { text, finish } = await model.generate({
          messages: [{ role: 'user', content: 'How many books?' }],
          seed: 1,
          temperature: 0.7,
          maxTokens: 50,
          stop: stop.signal,
          onText: () => {
            if (++steps === limit) stop.abort();
          },
        });
        return { text, finish, steps };
      } catch (error) {
        const { fault, message, remedy } = error as {
          readonly fault?: string;
          readonly message: string;
          readonly remedy?: string;
        };
        return {
          steps,
          message,
          ...(fault === undefined ? {} : { fault }),
          ...(remedy === undefined ? {} : { remedy }),
        };
      }
    },
    { url: baseUrl, stopAfter },
  );
}

describe('a page and a server of another origin', () => {
  it('talk, with a key, and the text grows', async () => {
    const { text, finish, steps } = await ask(open.url);
    expect(finish).toBe('stop');
    expect(text).toContain('SELECT');
    expect(steps).toBeGreaterThan(3);
  });

  it('an answer that is stopped is what was written, and the server is told', async () => {
    const before = open.abandoned();
    expect(await ask(open.url, 2)).toMatchObject({ finish: 'stopped', steps: 2 });
    await expect.poll(open.abandoned).toBe(before + 1);
  });

  it.each([
    ['that does not allow the page', () => closed.url],
    ['that is not there', () => gone],
  ])('a server %s is explained', async (_what, url) => {
    const { fault, message, remedy } = await ask(url());
    expect(fault).toBe('cors');
    expect(message).toContain('a browser does not say which');
    expect(remedy).toContain(`--allowed-origins '["${origin}"]'`);
  });
});
