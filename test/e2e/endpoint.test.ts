/**
 * The endpoint client where it matters that a browser is strict: other origins, what it tells of failures, streams,
 * aborts.
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { connectEndpoint } from '../../src/samplers/endpoint/endpoint.ts';
import { startServer } from '../support/openai-server.ts';
import type { TestServer } from '../support/openai-server.ts';
import { launch } from './browser.ts';

const entry = fileURLToPath(new URL('../../src/samplers/endpoint/endpoint.ts', import.meta.url));

/** The client as a module of its own. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, minify: false, target: 'es2022', lib: { entry, formats: ['es'] } },
  });
  const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) => ('output' in one ? one.output : []));
  const [chunk] = outputs.filter((one) => one.type === 'chunk');
  if (chunk === undefined) throw new Error('Nothing was built.');
  return chunk.code;
}

let site: Server;
let origin: string;
let open: TestServer;
let closed: TestServer;
let gone: string;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const code = await bundle();
  site = createServer((request, response) => {
    if (request.url === '/endpoint.js') response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(code);
    else
      response
        .writeHead(200, { 'Content-Type': 'text/html' })
        .end(
          '<!doctype html><title>page</title><script type="module">import * as client from "/endpoint.js"; window.client = client;</script>',
        );
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
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
  await Promise.all([open.close(), closed.close()]);
  site.close();
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
      const { client } = globalThis as unknown as {
        readonly client: { readonly connectEndpoint: typeof connectEndpoint };
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
