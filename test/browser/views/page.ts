/** Puts the whole page on the screen, in the Playground, over an engine in memory, and checks it with axe. */
import axe from 'axe-core';
import { ONLY_FINDINGS } from '../../support/axe-options.ts';
import { expect, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import App from '../../../src/App.svelte';
import { AskState } from '../../../src/state/ask.svelte.ts';
import { ModelsState } from '../../../src/state/models.svelte.ts';
import '../../../src/app.css';
import { LiveComparisonState } from '../../../src/state/live-comparison.svelte.ts';
import { ExperimentsState } from '../../../src/state/experiments.svelte.ts';
import { RunState } from '../../../src/state/run.svelte.ts';
import { OfflineState } from '../../../src/state/offline.svelte.ts';
import { LessonsState } from '../../../src/state/lessons.svelte.ts';
import { ThemeState } from '../../../src/state/theme.svelte.ts';
import type { AddressValues } from '../../../src/state/address.ts';
import { atRest } from '../../support/animations.ts';
import { engineOf, type FakeEngine, type Given } from '../../views/fixture.ts';

export interface Page {
  readonly run: RunState;
  readonly theme: ThemeState;
  readonly engine: FakeEngine;
}

export async function showPage(
  given: readonly Given[],
  {
    width = 1440,
    height = 1000,
    address = {},
    fail = false,
  }: { width?: number; height?: number; address?: Partial<AddressValues>; fail?: boolean } = {},
): Promise<Page> {
  await page.viewport(width, height);
  localStorage.removeItem('theme');
  const engine = engineOf(given);
  if (fail) engine.failure = new Error('The database file did not arrive. Check the connection.');
  const run = new RunState({
    connect: () => engine,
    address: {
      read: () => ({ settings: {}, seed: null, start: null, problems: [], ...address }),
      write: () => undefined,
    },
    reducedMotion: () => true,
    wait: () => new Promise((resolve) => setTimeout(resolve, 1)),
  });
  const theme = new ThemeState();
  const lessons = new LessonsState({ read: () => [], write: () => undefined });
  const experiments = new ExperimentsState({
    connect: () => {
      throw new Error('This test has no experiments.');
    },
    running: { read: () => null, write: () => undefined },
  });
  const models = new ModelsState({
    onready: () => undefined,
    persist: () => Promise.resolve(false),
    memory: { read: () => null, write: () => undefined },
  });
  const ask = new AskState({
    ask: (request) => run.sampler.askFor(request),
    stop: () => run.sampler.stopGroup(),
    isLanguageModel: () => run.sampler.view.isLanguageModel,
    calibrate: (budgetMs) => run.calibrate(budgetMs),
  });
  location.hash = '#playground';
  await render(App, {
    run,
    models,
    ask,
    experiments: () => Promise.resolve(experiments),
    liveComparison: () => Promise.resolve(new LiveComparisonState(run, models)),
    lessons,
    theme,
    offline: new OfflineState(),
  });
  await run.open();
  await expect.element(page.getByRole('region', { name: 'Transport' })).toBeInTheDocument();
  return { run, theme, engine };
}

/**
 * Every rule of WCAG 2.2 A and AA and axe's best practices, once the page is at rest; the findings as readable lines.
 */
export async function violations(): Promise<string[]> {
  await atRest();
  const { violations: found } = await axe.run(document.body, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: { 'page-has-heading-one': { enabled: true } },
    ...ONLY_FINDINGS,
  });
  return found.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`));
}

/** Nothing is wider than the window. */
export async function expectNoSidewaysScroll(): Promise<void> {
  await vi.waitFor(() => expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(innerWidth));
}
