import { describe, expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../src/app.css';
import type { LiveOutcome, LiveProgress, LiveRequest } from '../../../src/engine/live-protocol.ts';
import { makeConfig } from '../../../src/grpo/config.ts';
import { LiveComparisonState } from '../../../src/state/live-comparison.svelte.ts';
import type { ModelsState, ModelState } from '../../../src/state/models.svelte.ts';
import type { RunState } from '../../../src/state/run.svelte.ts';
import LiveComparison from '../../../src/views/lab/LiveComparison.svelte';
import { QUESTIONS, STARTER } from '../../views/fixture.ts';
import { violations } from './page.ts';

const READY: ModelState = {
  ...{ status: 'ready', id: 'm', label: 'Model', runs: 'browser', kind: 'webllm' },
  ...{ seeded: true, grammar: true, logProbabilities: true, contextTokens: null },
};
const HELD_OUT = Array.from({ length: 12 }, (_, i) => ({
  ...{ id: `h${i}`, question: `Question ${i}?`, split: 'held-out' as const, sql: `SELECT ${i}` },
}));
const SUBJECT = { model: 'Model', dataset: 'Demo shop', temperature: 0.7, hints: 2, step: 3 };

/** The view over a run that answers with what `answer` says. */
async function show({
  state = READY,
  hints = STARTER,
  questions = [...QUESTIONS, ...HELD_OUT],
  answer = (_request: LiveRequest, _tell: (progress: LiveProgress) => void): Promise<LiveOutcome> =>
    new Promise(() => undefined),
} = {}) {
  const asked: LiveRequest[] = [];
  const stops: number[] = [];
  const run = {
    ...{ status: 'ready', hints, config: makeConfig(), stepCount: 3, running: false, sampler: { live: null } },
    dataset: { title: 'Demo shop', questions },
    compareLive: (request: LiveRequest, tell: (progress: LiveProgress) => void) => {
      asked.push(request);
      return answer(request, tell);
    },
    stopComparing: () => void stops.push(asked.length),
  } as unknown as RunState;
  const comparison = new LiveComparisonState(run, { state } as unknown as ModelsState);
  await render(LiveComparison, { comparison });
  return { comparison, asked, stops };
}

const start = () => page.getByRole('button', { name: 'Ask with and without hints' });

describe('what is missing is said, with the way to it', () => {
  test.each([
    ['a model', { state: { status: 'none' } as ModelState }, 'No language model is loaded.', null],
    [
      'a model that could be loaded',
      { state: { ...READY, status: 'failed', message: 'No GPU.', remedy: 'Use a server.' } as unknown as ModelState },
      'Model could not be loaded: No GPU. Use a server.',
      null,
    ],
    ['hints', { hints: [] }, /^The policy has no hint yet/, 'Train in the Playground'],
    [
      'hints that act',
      { hints: STARTER.map((hint) => ({ ...hint, enabled: false })) },
      /^None of the hints acts/,
      'Switch some on',
    ],
    [
      'questions',
      { questions: HELD_OUT.map(({ sql: _sql, ...one }) => one) },
      /^Demo shop holds no question back/,
      'Add some under Data',
    ],
  ] as const)('%s', async (_what, given, words, link) => {
    await show(given);
    await expect.element(page.getByRole('list', { name: 'What is missing' }).getByText(words)).toBeVisible();
    if (link === null)
      await expect.element(page.getByRole('button', { name: 'Choose a language model' })).toBeVisible();
    else await expect.element(page.getByRole('link', { name: link })).toBeVisible();
    expect(start().elements()).toEqual([]);
    expect(await violations()).toEqual([]);
  });
});

test('it says how long it takes once somebody knows, is stopped, and remembers for the next time', async () => {
  let end: (outcome: LiveOutcome) => void = () => undefined;
  let tell: (progress: LiveProgress) => void = () => undefined;
  const { asked, stops } = await show({
    answer: (_request, onprogress) => {
      tell = onprogress;
      return new Promise((resolve) => (end = resolve));
    },
  });
  await expect.element(page.getByText(/^Up to 24 answers\. How long that takes is not known/)).toBeVisible();
  await start().click();
  expect(asked).toEqual([{ questions: 12, draws: 0, goOn: false }]);
  await expect.element(page.getByText('Running the answer keys …')).toBeVisible();
  const progress: LiveProgress = { answered: 0, all: 12, secondsEach: null, tokensPerSecond: null };
  tell(progress);
  await expect.element(page.getByText('0 of 12 questions: how long it takes is known after the first')).toBeVisible();
  tell({ ...progress, answered: 2, secondsEach: 5 });
  await expect.element(page.getByText('2 of 12 questions, about 50 s left')).toBeVisible();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect.element(page.getByRole('button', { name: 'Stopping …' })).toBeVisible();
  expect(stops).toEqual([1]);
  end({ ...SUBJECT, report: null, failure: null, progress: { ...progress, secondsEach: 5 } });
  await expect.element(page.getByText('Stopped after 0 of 12 questions. Nothing was measured.')).toBeVisible();
  await expect.element(page.getByText('About 60 s, going by the last time.')).toBeVisible();
  await page.getByRole('button', { name: 'Go on where it ended' }).click();
  expect(asked[1]?.goOn).toBe(true);
});

test('what keeps it from beginning is told, and it can be tried again', async () => {
  const { asked } = await show({ answer: () => Promise.reject(new Error('The engine stopped. Reload the page.')) });
  await start().click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('The engine stopped. Reload the page.');
  await start().click();
  expect(asked).toHaveLength(2);
});
