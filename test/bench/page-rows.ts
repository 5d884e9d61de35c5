/** Rows about the page: what the built site loads, how soon it can be used, what showing a run costs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright';
import { launch } from '../e2e/browser.ts';
import { chartMs, loadFigures, maxFigures, PLAYGROUND_USABLE, timeFigures, type TimeFigures } from './page.ts';
import { absentRow, inTurn, median, pairedRow, type Row } from './rows.ts';

const ROUNDS = 5;

/** The built site of a checkout; null where there is none. */
function siteOf(root: string | null): string | null {
  const dist = root === null ? null : join(root, 'dist');
  return dist !== null && existsSync(join(dist, 'index.html')) ? dist : null;
}

/** `playground`: the folder of a build of TensorFlow Playground. */
export async function pageRows(
  roots: { readonly here: string; readonly beside: string | null },
  playground: string | null,
): Promise<Row[]> {
  const [here, beside] = [siteOf(roots.here), siteOf(roots.beside)];
  if (here === null) return [absentRow('the page', 'there is no built site: npm run build'), ...chartRows()];
  const sites = { here, beside };
  const note = roots.beside !== null && beside === null ? 'the checkout beside has no built site' : undefined;
  const told = note === undefined ? {} : { note };
  const browser = await launch(false);
  try {
    const load = await inTurn(sites, 1, (dist) => loadFigures(browser, dist));
    const times = await inTurn(sites, ROUNDS, (dist) => timeFigures(browser, dist));
    const max = await inTurn(sites, 1, (dist) => maxFigures(browser, dist));
    return [
      pairedRow(
        { what: 'script until usable, gzip', unit: 'kB', aim: { of: 'figure', most: 270 }, ...told },
        load,
        ({ script }) => script / 1000,
      ),
      pairedRow(
        { what: 'initial script, gzip', unit: 'kB', aim: { of: 'figure', most: 85 } },
        load,
        ({ initialScript }) => initialScript / 1000,
      ),
      pairedRow({ what: 'fonts', unit: 'kB', aim: { of: 'figure', most: 60 } }, load, ({ fonts }) => fonts / 1000),
      pairedRow({ what: 'first paint, 4× slower', unit: 'ms' }, times, ({ firstPaint }) => firstPaint),
      pairedRow({ what: 'usable, 4× slower', unit: 'ms' }, times, ({ usable }) => usable),
      pairedRow(
        {
          what: 'renderer ÷ engine at Max, CPU',
          unit: '×',
          aim: { of: 'figure', most: 3 },
          ...(process.platform === 'linux' ? {} : { note: 'only Linux tells the CPU time of threads' }),
        },
        max,
        (figures) => (figures === null ? null : figures.process / figures.engine),
      ),
      ...(await playgroundRows(browser, here, playground)),
      ...chartRows(),
    ];
  } finally {
    await browser.close();
  }
}

/** A page that everybody knows, served and slowed down alike. */
async function playgroundRows(browser: Browser, here: string, playground: string | null): Promise<Row[]> {
  const what = 'beside TensorFlow Playground, 4× slower';
  if (playground === null) return [absentRow(what, 'give the folder of its build: --playground DIR')];
  const own: TimeFigures[] = [];
  const theirs: TimeFigures[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    own.push(await timeFigures(browser, here));
    theirs.push(await timeFigures(browser, playground, { usable: PLAYGROUND_USABLE }));
  }
  return (
    [
      ['first paint', 'firstPaint', 1.1],
      ['usable', 'usable', 1.5],
    ] as const
  ).map(([name, figure, most]) => ({
    what: `${name} ${what}`,
    unit: 'ms',
    here: median(own.map((times) => times[figure])),
    beside: median(theirs.map((times) => times[figure])),
    aim: { of: 'ratio', most },
  }));
}

function chartRows(): Row[] {
  const [few, many] = [chartMs(200), chartMs(5000)];
  return [
    { what: 'ten more steps in a chart of 200', unit: 'ms', here: few, beside: null },
    { what: 'ten more steps in a chart of 5,000', unit: 'ms', here: many, beside: null },
  ];
}
