import { describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../../../src/app.css';
import { makeConfig } from '../../../src/grpo/config.ts';
import { Experiments } from '../../../src/engine/experiments/experiments.ts';
import type { ExperimentsApi, StoredExperiment } from '../../../src/engine/experiments/experiments-protocol.ts';
import type { SeedRun } from '../../../src/lab/experiment-types.ts';
import { READY_MADE } from '../../../src/lab/ready-made.ts';
import { ExperimentsState } from '../../../src/state/experiments.svelte.ts';
import { MemoryExperiments } from '../../../src/storage/memory-experiments.ts';
import Lab from '../../../src/views/lab/Lab.svelte';
import { expectNoSidewaysScroll, violations } from './page.ts';
import { QUESTIONS, SCHEMA } from '../../views/fixture.ts';

const QUESTIONS_ASKED = 40;

/** Variant 0 answers a quarter, variant 1 three quarters of the held-out questions; 2 is the shuffled control. */
const RIGHT = [10, 30, 10];
const run = (variant: number, seed: number): SeedRun => ({
  variant,
  seed,
  hints: 12,
  keptStart: false,
  curve: [
    { step: 0, greedy: 0.25, reward: null },
    { step: 60, greedy: variant === 1 ? 0.75 : 0.25, reward: 0.1 * seed },
  ],
  answers: Array.from({ length: QUESTIONS_ASKED }, (_, i) => ({
    questionId: i === 20 ? 'secret' : `q${i}`,
    greedy: i < (RIGHT[variant] ?? 0),
    right: i < (RIGHT[variant] ?? 0) ? 8 : 1,
    drawn: 8,
  })),
});

function stored(runs: readonly SeedRun[], id = 'e1', name = 'Does learning help?'): StoredExperiment {
  const made = READY_MADE.find(({ spec: { variants } }) => variants.length === 3);
  if (made === undefined) throw new Error('no ready-made one has three variants');
  return {
    record: {
      id,
      created: '2026-01-01T00:00:00.000Z',
      base: made.base,
      spec: { ...made.spec, id, name, seeds: [1, 2] },
    },
    runs,
  };
}

const ALL = [0, 1, 2].flatMap((variant) => [1, 2].map((seed) => run(variant, seed)));

/** The Lab over the real keeper of experiments in memory; what is asked to run never ends by itself. */
async function showLab(
  kept: readonly StoredExperiment[],
  open = '',
  { width = 1440, running = null as string | null, playing = null as string | null } = {},
) {
  await page.viewport(width, 1000);
  const store = new MemoryExperiments();
  for (const { record, runs } of kept) await store.put(record, runs);
  const shop = { name: 'shop', title: 'Demo shop', questions: QUESTIONS };
  const read = [
    { ...shop, about: 'Orders.' },
    { ...shop, name: 'shop_money', title: 'Money', about: 'Revenue, in five wordings.', database: 'shop' },
    { ...shop, name: 'untaught', title: 'Untaught', about: '', questions: [] },
  ];
  const keeper = new Experiments({
    openStore: () => Promise.resolve(store),
    readDatasets: () => Promise.resolve(read),
    openDataset: (name) =>
      Promise.resolve({
        ...shop,
        name,
        definitions: [],
        database: {
          schema: SCHEMA,
          execute: () => Promise.reject(new Error('no database here')),
          close: () => undefined,
        },
      }),
    makeSampler: () => ({
      id: 'none',
      label: 'none',
      isLanguageModel: false,
      generateGroup: () => Promise.resolve([]),
      greedy: () => Promise.reject(new Error('no sampler here')),
      distribution: () => null,
    }),
    makeRewards: () => () => ({ score: () => Promise.resolve([]) }),
    loadStarter: () => Promise.reject(new Error('The starter policy could not be loaded: this site has none.')),
    now: () => performance.now(),
    today: () => '2026-02-01T00:00:00.000Z',
    newId: () => 'made',
    breathe: () => Promise.resolve(),
  });
  const asked: string[] = [];
  const remembered: (string | null)[] = [];
  const api: ExperimentsApi = {
    open: () => keeper.open(),
    create: (one) => keeper.create(one),
    rename: (id, name) => keeper.rename(id, name),
    remove: (id) => keeper.remove(id),
    restore: (one) => keeper.restore(one),
    pause: async () => void asked.push('pause'),
    resume: async () => void asked.push('resume'),
    stop: async () => void asked.push('stop'),
    credit: () => Promise.resolve(null),
    choice: () => Promise.resolve(null),
    // As if every completion and every answer took this long.
    rates: () => Promise.resolve({ completion: 20, answer: 20 }),
    run: (id, onProgress) => {
      asked.push(`run ${id}`);
      onProgress({ unit: 2, units: 6, variant: 1, seed: 1, step: 30, steps: 60 });
      return new Promise(() => undefined);
    },
  };
  const experiments = new ExperimentsState({
    connect: () => ({ ...api, close: () => undefined }),
    running: { read: () => running, write: (id) => void remembered.push(id) },
  });
  const opened: string[] = [];
  const { rerender } = await render(Lab, {
    experiments,
    open,
    playing,
    onopen: (id: string) => void opened.push(id),
  });
  return { experiments, asked, opened, remembered, rerender };
}

describe('the Lab', () => {
  test('empty, it says what to do and starts an experiment with one press', async () => {
    const { asked, opened, remembered } = await showLab([]);
    await expect.element(page.getByRole('heading', { name: /^Does it learn/ })).toBeVisible();
    await expect.element(page.getByText(/^Money: 2 variants × 2 seeds, 100 steps; about 3[05] s$/)).toBeVisible();
    await page.getByRole('button', { name: 'Run: Does learning help?' }).click();
    await expect.poll(() => asked).toEqual(['run made']);
    expect(opened).toEqual(['made']);
    expect(remembered).toEqual(['made']);
  });

  test('a finished experiment gives its verdict in words, its figures and its command', async () => {
    await showLab([stored(ALL)], 'e1');
    await expect.element(page.getByText(/Evidence of a gain of 50\.0 points/)).toBeVisible();
    await expect.element(page.getByText(/p < \.001; 40 questions, 40 facts\./)).toBeVisible();
    await expect.element(page.getByText(/^Over 40 questions, 40 facts: questions with the same gold/)).toBeVisible();
    await expect.element(page.getByText(/Shuffled advantages do not improve on no learning/)).toBeVisible();
    const row = page.getByRole('row').filter({ hasText: '20 gained' });
    await expect.element(row).toHaveTextContent(/75\.0 .*\+50\.0 .*< \.001/);
    await row.getByText('20 gained').click();
    // Ids are shown as the questions they are.
    await expect.element(page.getByText('Which product sold best in 2025?')).toBeVisible();
    await expect
      .element(page.getByText(/npm run lab -- compare --database public\/datasets\/shop\/db\.sqlite/))
      .toBeVisible();
    // Gold rewards all of these.
    await expect.element(page.getByRole('img', { name: 'gold: 2 measurements', exact: true })).toBeVisible();
    expect(document.body.textContent).not.toContain('hacked');
    await expect.element(page.getByText(/leaves out 0\. The curves end with the same answers\./)).toBeVisible();
  });

  test('“hacked” is said of rewards without the answer key alone, and a row says what its variant sets', async () => {
    const one = stored(ALL);
    const [first, second, third] = one.record.spec.variants;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three variants');
    const variants = [
      { ...first, settings: {} },
      { ...second, settings: { ...second.settings, scale_rewards: false, questions_per_step: 2, few_hints: 50 } },
      third,
    ];
    await showLab(
      [{ ...one, record: { ...one.record, spec: { ...one.record.spec, variants, curveQuestions: 10 } } }],
      'e1',
    );
    await expect
      .element(page.getByRole('img', { name: 'no learning: 2 measurements, 0% in the hacked' }))
      .toBeVisible();
    await expect.element(page.getByRole('img', { name: 'gold: 2 measurements', exact: true })).toBeVisible();
    await expect
      .element(page.getByRole('rowheader', { name: /^gold/ }))
      .toHaveTextContent(/learning on; Divide by the sd off; Questions per step 2; Few hints 50; 2 of 2 runs/);
    await expect
      .element(page.getByText(/The curves ask 10 of these questions, and follow the policy in training/))
      .toBeVisible();
  });

  test('no difference is called no evidence', async () => {
    await showLab(
      [stored([run(0, 1), run(2, 1)].map((one) => ({ ...one, variant: one.variant === 2 ? 1 : 0 })))],
      'e1',
    );
    await expect
      .element(page.getByText(/No evidence of a gain: \+0\.0 points.*\.\sSo far, over 1 seed\./))
      .toBeVisible();
    await expect.element(page.getByText(/no number of questions would tell apart: try more steps/)).toBeVisible();
  });

  test('the curves are read with the keyboard and stand in a table', async () => {
    await showLab([stored(ALL)], 'e1');
    const slider = page.getByRole('slider', { name: /Held-out accuracy/ });
    await expect.element(slider).toBeVisible();
    slider.element().focus();
    await userEvent.keyboard('{Home}');
    await expect
      .element(slider)
      .toHaveAttribute('aria-valuetext', expect.stringMatching(/^step 0: no learning 25\.0 %/));
    await userEvent.keyboard('{ArrowRight}');
    await expect.element(slider).toHaveAttribute('aria-valuetext', expect.stringMatching(/^step 60: .*gold 75\.0 %/));
    await page.getByText('As a table').click();
    await expect.element(page.getByRole('rowheader', { name: '60' })).toBeVisible();
  });

  test('an unfinished one offers to continue; while it runs it can be paused and stopped', async () => {
    const { asked } = await showLab([stored([run(0, 1)])], 'e1');
    await expect.element(page.getByText('1 of 6 runs done.')).toBeVisible();
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect.element(page.getByText('Run 2 of 6: gold, seed 1, step 30 of 60')).toBeVisible();
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect.element(page.getByText(/\(paused\)/)).toBeVisible();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    expect(asked).toEqual(['run e1', 'pause', 'resume', 'stop']);
    await expect.element(page.getByRole('button', { name: 'Delete' })).toBeDisabled();
  });

  test('what a reload interrupted goes on by itself, what is finished does not', async () => {
    const { asked } = await showLab([stored([run(0, 1)])], 'e1', { running: 'e1' });
    await expect.element(page.getByText(/goes on after the reload: 1 of 6/)).toBeVisible();
    expect(asked).toEqual(['run e1']);
    expect((await showLab([stored(ALL)], 'e1', { running: 'e1' })).asked).toEqual([]);
  });

  test('deleting can be undone, and names can be changed', async () => {
    const { experiments, opened } = await showLab([stored(ALL), stored([], 'e2', 'Other')], 'e1');
    const name = page.getByLabelText('Name of the experiment');
    await name.fill('Renamed');
    await userEvent.keyboard('{Tab}');
    await expect.element(page.getByRole('link', { name: /Renamed/ })).toBeVisible();
    await page.getByRole('button', { name: 'Delete' }).click();
    await expect.element(page.getByText('“Renamed” was deleted.')).toBeVisible();
    expect(opened).toEqual(['']);
    expect(experiments.list).toHaveLength(1);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => experiments.list.length).toBe(2);
    expect(experiments.find('e1')?.runs).toEqual(ALL);
  });

  test('the form says what is wrong, and sets up what was typed', async () => {
    const { experiments } = await showLab([]);
    await page.getByRole('button', { name: 'New experiment' }).click();
    await page.getByLabelText('Steps', { exact: true }).fill('0');
    await page.getByRole('textbox', { name: 'Variant 2' }).fill('a:b');
    await page.getByRole('button', { name: /^Run \d+ training runs/ }).click();
    // All of it at once.
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent(/a name may not have.*Steps: a whole number from 1/);
    await page.getByLabelText('Steps', { exact: true }).fill('5');
    await page.getByRole('textbox', { name: 'Variant 2' }).fill('slow');
    await expect.element(page.getByText(/^Takes about \d+ s on this machine\.$/)).toBeVisible();
    await page.getByLabelText('Add a setting to slow').selectOptions('Learning rate');
    await page.getByLabelText('Learning rate of slow', { exact: true }).fill('0.05');
    await page.getByLabelText('Reward').nth(1).selectOptions('reference-free');
    await page.getByRole('button', { name: /^Run \d+ training runs/ }).click();
    await expect
      .poll(() => experiments.list[0]?.record.spec.variants[1])
      .toMatchObject({ name: 'slow', settings: { learning_rate: 0.05, gold_weight: 0, quality_weight: 0.35 } });
  });

  test('an experiment is on the Playground’s dataset unless another is chosen, and on none that cannot be used', async () => {
    const { experiments, rerender } = await showLab([], '', { playing: 'shop_money' });
    await page.getByRole('button', { name: 'New experiment' }).click();
    const chosen = page.getByLabelText('Dataset');
    await expect.element(chosen).toHaveValue('shop_money');
    await expect.element(chosen).toHaveAccessibleDescription(/^Revenue, in five wordings\./);
    await expect.element(page.getByRole('option', { name: 'Untaught (nothing to train on)' })).toBeDisabled();
    await page.getByRole('button', { name: /^Run \d+ training runs/ }).click();
    await expect.poll(() => experiments.list[0]?.record.spec.dataset).toBe('shop_money');
    await rerender({ open: 'made' });
    await expect.element(page.getByText(/on “Money”/)).toBeVisible();
    await expect
      .element(page.getByText(/--database public\/datasets\/shop\/db.*datasets\/shop_money\/q/))
      .toBeVisible();
  });

  test('a ready-made one can be changed first, without its settings being lost', async () => {
    const { experiments } = await showLab([]);
    const [made] = READY_MADE;
    await page.getByRole('button', { name: `Change first: ${made?.name}` }).click();
    await page.getByRole('button', { name: /^Run \d+ training runs/ }).click();
    await expect.poll(() => experiments.list.length).toBe(1);
    const record = experiments.list[0]?.record;
    expect(record?.spec.dataset).toBe(made?.spec.dataset);
    for (const [i, of] of (made?.spec.variants ?? []).entries())
      expect(makeConfig({ ...record?.base, ...record?.spec.variants[i]?.settings })).toEqual(
        makeConfig({ ...made?.base, ...of.settings }),
      );
  });

  test('a starter policy that is not there is refused with the reason and cannot be chosen any more', async () => {
    const { experiments } = await showLab([]);
    await page.getByRole('button', { name: 'New experiment' }).click();
    await page.getByLabelText('Start').first().selectOptions('starter policy');
    await page.getByRole('button', { name: /^Run \d+ training runs/ }).click();
    await expect.element(page.getByRole('alert')).toHaveTextContent('this site has none');
    await expect.element(page.getByRole('option', { name: 'starter policy (not there)' }).first()).toBeDisabled();
    expect(experiments.list).toEqual([]);
  });

  test.each([[1440], [768], [360]])('axe finds nothing at %i, and nothing scrolls sideways', async (width) => {
    await showLab(
      [stored(ALL), stored([run(0, 1)], 'e2', 'A second experiment with a rather long name, as people write them')],
      'e1',
      { width },
    );
    await expect.element(page.getByText(/Evidence of a gain/)).toBeVisible();
    await expectNoSidewaysScroll();
    const results = page.getByRole('region', { name: /^Results, scrolls/ }).element();
    expect(results.scrollWidth).toBeLessThanOrEqual(results.clientWidth);
    // The page around it, with its landmarks and its first heading, is App's.
    expect(
      (await violations()).filter((found) => !/^(region|page-has-heading-one|landmark-one-main)/.test(found)),
    ).toEqual([]);
  });
});
