import { afterEach, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { FittedWeights } from '../../../src/engine/policy-protocol.ts';
import { LEAST_THUMBS } from '../../../src/lab/weight-fit.ts';
import { expectNoSidewaysScroll, violations } from './page.ts';
import { button, expectFocus, focus, showPolicy } from './policy-page.ts';

afterEach(() => page.viewport(1280, 800));

const FIT: NonNullable<FittedWeights['fit']> = {
  weights: { validity: 0.214, execution: 0.3, quality: 0.25, format: 0.236 },
  up: 9,
  down: 7,
  before: { logLoss: 0.66, auc: 0.61 },
  after: { logLoss: 0.52, auc: 0.83 },
};

/** The list of feedback with one thumb, and what the fit says. */
async function judged(fitted: FittedWeights, width = 1280) {
  const shown = await showPolicy('feedback', { width });
  shown.engine.shelf.fitted = fitted;
  await shown.run.feedback.judge({ question: 'Anything?', sql: 'SELECT 1' }, 'up');
  await expect.element(button('Fit the weights')).toBeVisible();
  return shown;
}

test.each([1280, 360])(
  'the fit is shown beside the weights of now, taken, and undone by keyboard, at %i pixels',
  async (width) => {
    const { run } = await judged({ up: 9, down: 7, fit: FIT }, width);
    const before = run.config;
    focus(button('Fit the weights'));
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('row', { name: /^Puts a thumb up above a thumb down 61.+83/ })).toBeVisible();
    await expectFocus('Fit the weights');
    await expect.element(page.getByText(/the fitted set does better\./)).toBeVisible();
    expect(await violations()).toEqual([]);
    await expectNoSidewaysScroll();
    focus(button('Take the fitted weights'));
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(run.config).toMatchObject({ validity_weight: 0.21, format_weight: 0.24 }));
    focus(button('Back to the weights before'));
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(run.config.validity_weight).toBe(before.validity_weight));
    await expect.element(button('Back to the weights before')).not.toBeInTheDocument();
    await expectFocus('Feedback');
  },
);

test('a fit that does no better says that there is no reason to take it', async () => {
  await judged({ up: 9, down: 7, fit: { ...FIT, after: FIT.before } });
  await button('Fit the weights').click();
  await expect.element(page.getByText(/does no better: there is no reason to take it\./)).toBeVisible();
});

test('too few thumbs, and rewards that speak for none of them, are said', async () => {
  const { engine } = await judged({ up: 1, down: 0, fit: null });
  await button('Fit the weights').click();
  await expect
    .element(page.getByText(`1 thumb up and 0 down: at least ${LEAST_THUMBS} of each are needed.`))
    .toBeVisible();
  engine.shelf.fitted = { up: 9, down: 9, fit: null };
  await button('Fit the weights').click();
  await expect.element(page.getByText(/no reward speaks for what got a thumb up/)).toBeVisible();
});

test('a fit that fails, and weights that are refused, say why', async () => {
  const { run, engine } = await judged({ up: 9, down: 7, fit: FIT });
  engine.failure = new Error('The completions are gone.');
  await button('Fit the weights').click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('The completions are gone.');
  await button('Fit the weights').click();
  const { validity_weight } = run.config;
  engine.failure = new Error('The settings could not be kept.');
  await button('Take the fitted weights').click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('The settings could not be kept.');
  expect(run.config.validity_weight).toBe(validity_weight);
});
