/**
 * Measures of the built page in headless Chromium: what it loads until Play can be pressed, how soon that is, and what
 * showing a run at Max costs beside running it. Each takes the folder of a build, so that two can be measured alike.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright';
import { SeriesFollower } from '../../src/charts/growing-series.ts';
import { axes, seriesPath, type SeriesPoint } from '../../src/charts/series.ts';
import { serve } from '../e2e/serve.ts';

/** In bytes as a server sends them, scripts with gzip; fonts are compressed as they are. */
export interface LoadFigures {
  /** Scripts that index.html names. */
  readonly initialScript: number;
  /** Scripts asked for until Play can be pressed, those of workers included. */
  readonly script: number;
  /** Fonts asked for until a second after. */
  readonly fonts: number;
  /** Paths asked for, each as often as it was, in order. */
  readonly asked: readonly string[];
  /** What the browser warned of or found wrong. */
  readonly complaints: readonly string[];
}

/** Milliseconds since the navigation began. */
export interface TimeFigures {
  readonly firstPaint: number;
  /** Play can be pressed, and would be taken at once. */
  readonly usable: number;
}

/** Milliseconds of processor time a step. */
export interface MaxFigures {
  readonly steps: number;
  /** The page's own thread. */
  readonly page: number;
  /** The engine's thread. */
  readonly engine: number;
  /** All threads of the process: page, workers, collectors, compilers. */
  readonly process: number;
}

/** Play can be pressed; in the Playground the sheet says when a step can be taken. */
const USABLE = '.watch .play:not(:disabled), .blank[aria-busy=false]';
/** The button of TensorFlow Playground that starts it. */
export const PLAYGROUND_USABLE = '#play-pause-button';

/** What is loaded, by a browser that has seen nothing yet. */
export async function loadFigures(browser: Browser, dist: string): Promise<LoadFigures> {
  const times: number[] = [];
  const server = await serve('/some/path/', dist, () => times.push(Date.now()));
  const { page, close } = await freshPage(browser);
  const complaints: string[] = [];
  page.on('console', (message) => {
    // Of the browser under test alone: the page stores itself later, which is another matter.
    if (/^Service Worker registration blocked/.test(message.text())) return;
    if (['warning', 'error'].includes(message.type())) complaints.push(message.text());
  });
  try {
    const { usable } = await timesOf(page, server.url);
    // Longer than the browser waits for a use of what was preloaded.
    await page.waitForTimeout(6000);
    const asked = [...server.asked];
    const until = asked.filter((_, i) => (times[i] ?? Infinity) <= usable.at);
    const html = await readFile(join(dist, 'index.html'), 'utf8');
    // Once each: a script may be preloaded and run.
    const scripts = html.matchAll(/(?:src|href)="\.\/([^"]+\.js)"/g);
    const named = new Set([...scripts].map(([, path = '']) => path));
    return {
      initialScript: sum([...named], (path) => gzipped(dist, path)),
      script: sum([...new Set(until.filter(isScript))], (path) => gzipped(dist, path)),
      fonts: sum(
        asked.filter((path) => path.endsWith('.woff2')),
        (path) => readFileSync(join(dist, path)).length,
      ),
      asked,
      complaints,
    };
  } finally {
    await close();
    await server.close();
  }
}

/**
 * How soon a new reader sees something and can press Step. `slowdown`: how much slower the page's processor is made.
 * `usable`: what is there once the page can be used, as a selector.
 */
export async function timeFigures(
  browser: Browser,
  dist: string,
  { slowdown = 4, usable = USABLE }: { slowdown?: number; usable?: string } = {},
): Promise<TimeFigures> {
  const server = await serve('/some/path/', dist);
  const { page, close } = await freshPage(browser, usable);
  try {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
    const times = await timesOf(page, server.url);
    return { firstPaint: times.firstPaint, usable: times.usable.after };
  } finally {
    await close();
    await server.close();
  }
}

/**
 * A run of the shop at Max, `seconds` long after as long a start. Null where the system does not tell the processor
 * time of threads (any but Linux).
 */
export async function maxFigures(
  browser: Browser,
  dist: string,
  { seconds = 8 }: { seconds?: number } = {},
): Promise<MaxFigures | null> {
  if (process.platform !== 'linux') return null;
  const server = await serve('/some/path/', dist);
  const { page, close } = await freshPage(browser);
  try {
    await timesOf(page, `${server.url}#playground`);
    await page.getByRole('radio', { name: 'As fast as it goes' }).check({ force: true });
    await page.keyboard.press('r');
    await page.waitForTimeout(seconds * 1000);
    const pid = await busiestRenderer(browser);
    const [before, from] = [threadTimes(pid), await stepsOf(page)];
    await page.waitForTimeout(seconds * 1000);
    const [after, to] = [threadTimes(pid), await stepsOf(page)];
    const spent = [...after].map(([thread, { name, ms }]) => ({
      thread,
      name,
      ms: ms - (before.get(thread)?.ms ?? 0),
    }));
    const steps = to - from;
    // The engine's worker is there first; below it stands the database's.
    const workers = spent.filter(({ name }) => name.startsWith('DedicatedWorker')).sort((a, b) => a.thread - b.thread);
    return {
      steps,
      page: (spent.find(({ thread }) => thread === pid)?.ms ?? 0) / steps,
      engine: (workers[0]?.ms ?? 0) / steps,
      process: sum(spent, ({ ms }) => ms) / steps,
    };
  } finally {
    await close();
    await server.close();
  }
}

/** Milliseconds to add ten steps to a chart that has so many, and to draw its line: the median of many. */
export function chartMs(steps: number): number {
  const points = Array.from({ length: steps + 10 }, (_, i): SeriesPoint => ({ step: i + 1, value: Math.sin(i / 9) }));
  const at = axes({ width: 280, height: 116, left: 38, right: 12, top: 8, bottom: 22 }, steps + 10, [-1, 1]);
  const taken = Array.from({ length: 101 }, () => {
    const follower = new SeriesFollower<SeriesPoint>((point) => point);
    follower.follow(points.slice(0, steps));
    const begun = performance.now();
    seriesPath(follower.follow(points).line(), at);
    return performance.now() - begun;
  });
  return taken.sort((a, b) => a - b)[50] ?? NaN;
}

async function freshPage(browser: Browser, usable = USABLE): Promise<{ page: Page; close: () => Promise<void> }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: 'block' });
  const page = await context.newPage();
  // The moment itself: asked from outside, it would be seen late.
  await page.addInitScript((selector) => {
    const look = (): void => {
      if (document.querySelector(selector) === null || 'usableAt' in window) return;
      Object.assign(window, { usableAt: performance.now() });
      observer.disconnect();
    };
    const observer = new MutationObserver(look);
    observer.observe(document, {
      subtree: true,
      childList: true,
      attributes: true,
      attributeFilter: ['aria-busy', 'disabled'],
    });
  }, usable);
  return { page, close: () => context.close() };
}

/** Opens the page. `at` is in milliseconds since 1970, the others since the navigation began. */
async function timesOf(
  page: Page,
  url: string,
): Promise<{ usable: { at: number; after: number }; firstPaint: number }> {
  await page.goto(url);
  await page.waitForFunction(() => 'usableAt' in window, undefined, { timeout: 60_000 });
  return page.evaluate(() => {
    const after = (window as unknown as { usableAt: number }).usableAt;
    const painted = performance.getEntriesByName('first-contentful-paint')[0];
    return { usable: { at: performance.timeOrigin + after, after }, firstPaint: painted?.startTime ?? NaN };
  });
}

async function stepsOf(page: Page): Promise<number> {
  return Number((await page.locator('.count strong').first().textContent())?.replaceAll(',', ''));
}

async function busiestRenderer(browser: Browser): Promise<number> {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  await devtools.detach();
  const [busiest] = processInfo.filter(({ type }) => type === 'renderer').sort((a, b) => b.cpuTime - a.cpuTime);
  if (busiest === undefined) throw new Error('the browser shows no page');
  return busiest.id;
}

/** Processor time of the threads of a process so far, by their ids. */
function threadTimes(pid: number): Map<number, { name: string; ms: number }> {
  const times = new Map<number, { name: string; ms: number }>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const line = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8');
      const end = line.lastIndexOf(')');
      const fields = line.slice(end + 2).split(' ');
      // In ticks of 10 ms: user and system time.
      times.set(Number(thread), {
        name: line.slice(line.indexOf('(') + 1, end),
        ms: 10 * (Number(fields[11]) + Number(fields[12])),
      });
    } catch {
      // It ended in between.
    }
  }
  return times;
}

const isScript = (path: string): boolean => /\.m?js$/.test(path);
const gzipped = (dist: string, path: string): number => gzipSync(readFileSync(join(dist, path)), { level: 9 }).length;
const sum = <T>(list: readonly T[], of: (one: T) => number): number => list.reduce((total, one) => total + of(one), 0);
