/** The built site on a plain static host, and a fresh page of it for each test, which must end without a problem. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { Browser, BrowserContext, Locator, Page } from 'playwright';
import { atRest } from '../support/animations.ts';
import { ONLY_FINDINGS } from '../support/axe-options.ts';
import { collectProblems, launch } from './browser.ts';
import { serve, type StaticServer } from './serve.ts';

export interface Site {
  /** Of the test that runs. */
  readonly page: Page;
  /** Address of the page, ending in "/". */
  readonly url: string;
  /** Paths that the site was asked for in this test, in order. */
  readonly asked: readonly string[];
  /** Opens the Playground, and waits until a step can be taken. */
  readonly open: (query?: string) => Promise<void>;
  readonly stepCount: () => Promise<number>;
  /** Presses Step and waits for the step. */
  readonly step: () => Promise<void>;
  /** Texts of what is found, with a hyphen for a minus sign. */
  readonly texts: (selector: string) => Promise<string[]>;
  /** The first button of that name. */
  readonly button: (name: string | RegExp) => Locator;
  /** What axe finds wrong, once the page is at rest. */
  readonly findings: () => Promise<string[]>;
  /** What a reload must not change. */
  readonly picture: () => Promise<Record<string, unknown>>;
}

export interface SiteOptions {
  /** Problems that are none, one pattern each. */
  readonly allowed?: readonly RegExp[];
  /** Other origins that the page may ask; none unless given. */
  readonly origins?: () => readonly string[];
  /** The page stores itself on the machine, as it does for people; else each test is a first visit without that. */
  readonly stored?: boolean;
}

/**
 * Chromium offers its built-in language model also where it has none, and says so on the console when it is asked.
 * Nothing the page does can keep it from that, short of not asking.
 */
export const NO_BUILT_IN_MODEL = /^console: Unable to create a text session because the service is not running/;

/** Registers what a file of tests needs before and after each of them. */
export function openSite({ allowed = [], origins = () => [], stored = false }: SiteOptions = {}): Site {
  let server: StaticServer;
  let browser: Browser;
  let axe: string;
  let context: BrowserContext;
  let page: Page;
  let problems: readonly string[];
  let requests: string[] = [];
  let askedBefore = 0;

  beforeAll(async () => {
    [server, browser, axe] = await Promise.all([
      serve('/some/path/'),
      launch(),
      readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
    ]);
  });

  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  beforeEach(async () => {
    requests = [];
    askedBefore = server.asked.length;
    context = await browser.newContext({
      viewport: { width: 1440, height: 1000 },
      reducedMotion: 'reduce',
      serviceWorkers: stored ? 'allow' : 'block',
    });
    page = await context.newPage();
    problems = collectProblems(page);
    context.on('request', (request) => requests.push(request.url()));
  });

  afterEach(async () => {
    await context.close();
    expect(problems.filter((problem) => !allowed.some((pattern) => pattern.test(problem)))).toEqual([]);
    const own = [new URL(server.url).origin, ...origins()];
    expect(requests.filter((url) => !/^(blob|data):/.test(url) && !own.includes(new URL(url).origin))).toEqual([]);
  });

  const texts = async (selector: string): Promise<string[]> =>
    (await page.locator(selector).allTextContents()).map((text) => text.replace('−', '-').trim());
  const stepCount = async (): Promise<number> =>
    Number((await page.locator('.count strong').textContent())?.replace(/\D/g, ''));
  const button = (name: string | RegExp): Locator =>
    page.getByRole('button', { name, exact: typeof name === 'string' }).first();

  return {
    get page() {
      return page;
    },
    get url() {
      return server.url;
    },
    get asked() {
      return server.asked.slice(askedBefore);
    },
    texts,
    stepCount,
    button,
    async open(query = '') {
      await page.goto(`${server.url}${query}#playground`);
      await page.getByText(/^Press Step\. Each row becomes/).waitFor();
    },
    async step() {
      const before = await stepCount();
      await button('Step').click();
      await expect.poll(stepCount, { timeout: 60_000 }).toBe(before + 1);
    },
    async findings() {
      await page.evaluate(atRest);
      await page.evaluate(axe);
      return page.evaluate(async (options) => {
        const { violations } = await (
          window as unknown as {
            axe: {
              run(
                on: Document,
                options: object,
              ): Promise<{ violations: { id: string; nodes: { target: unknown }[] }[] }>;
            };
          }
        ).axe.run(document, options);
        return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${String(target)}`));
      }, ONLY_FINDINGS);
    },
    async picture() {
      return {
        step: await stepCount(),
        headline: await texts('.narrator h2'),
        sql: await texts('.sheet pre'),
        totals: await texts('.sheet .total button'),
        advantages: await texts('.sheet .value button'),
        hints: await texts('.policy li .pattern'),
        weights: await texts('.policy li .weight'),
        changes: await texts('.changes li .delta'),
        question: await texts('.pick .text'),
        speed: await page.locator('input[name=speed]:checked').getAttribute('value'),
      };
    },
  };
}
