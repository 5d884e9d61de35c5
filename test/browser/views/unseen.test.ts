import { afterEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { wilson } from '../../../src/lab/statistics.ts';
import type { UnseenPoint } from '../../../src/lab/unseen.ts';
import { SPREAD } from '../../views/fixture.ts';
import { expectNoSidewaysScroll, showPage, violations, type Page } from './page.ts';

afterEach(() => page.viewport(1280, 800));

const point = (step: number, right: number): UnseenPoint => ({
  step,
  right,
  answers: Array.from({ length: 60 }, (_, i) => i < right),
  ...wilson(right, 60),
});
const counts = {
  asked: 60,
  ids: Array.from({ length: 60 }, (_, i) => `q${i}`),
  practised: 0,
  answers: 60,
  wordings: 140,
  heldOut: 150,
};

async function showing(points: readonly UnseenPoint[], width = 1440): Promise<Page> {
  const shown = await showPage(SPREAD, { width });
  shown.engine.measured = { counts, points, inHand: null, done: true };
  shown.run.unseen.forget();
  shown.run.unseen.moved();
  await expect.element(page.getByRole('slider', { name: /^Right answers/ })).toBeInTheDocument();
  return shown;
}

describe('right answers on questions it never saw', () => {
  test.each([1440, 768, 360])('are one sentence, a curve and what is behind it (%d px)', async (width) => {
    await showing([point(0, 18), point(40, 31)], width);
    await expect
      .element(page.getByRole('heading', { name: '31 of 60 right on questions it never saw; before training 18' }))
      .toBeVisible();
    await expect
      .element(page.getByText(/One wording each of 60 different answers \(140 held-out questions; 10 more/))
      .toBeVisible();
    // The questions behind it, as squares and in words.
    expect(document.querySelectorAll('.squares .right')).toHaveLength(31);
    await page.getByText('The 60 questions').click();
    expect([...document.querySelectorAll('figure details li')].slice(17, 19).map((one) => one.textContent)).toEqual([
      expect.stringMatching(/^right\s+q17$/),
      expect.stringMatching(/^right\s+q18 \(wrong before\)$/),
    ]);
    await expect.element(page.getByRole('link', { name: /31 of 60 right on questions it never saw/ })).toBeVisible();
    await expectNoSidewaysScroll();
    expect(await violations()).toEqual([]);
  });

  test('are read step by step', async () => {
    await showing([point(0, 18), point(10, 20), point(40, 31)]);
    const chart = page.getByRole('slider', { name: /^Right answers/ });
    chart.element().focus();
    await userEvent.keyboard('{Home}{ArrowRight}');
    await expect
      .element(chart)
      .toHaveAttribute(
        'aria-valuetext',
        expect.stringMatching(/^after step 10: 20 of 60 right, 95 % interval \d+ to \d+$/),
      );
  });

  test('the page says when the reward rises and they do not', async () => {
    const { run, engine } = await showing([point(0, 18)]);
    engine.measured = { counts, points: [point(0, 18), point(45, 18)], inHand: null, done: true };
    for (let i = 0; i < 45; i++) await run.stepOnce();
    // The rewards of this engine's groups are all alike, so that only their rise is made here.
    const rising = run.history.map((one, i) => ({ ...one, rewardMean: (i < 22 ? 0.1 : 0.5) + (i % 2) / 10 }));
    vi.spyOn(run, 'history', 'get').mockReturnValue(rising);
    engine.measured = { counts, points: [point(0, 18), point(45, 19)], inHand: null, done: true };
    run.unseen.forget();
    run.unseen.moved();
    await expect.element(page.getByText(/did not rise by more than chance: from 18 to 19 of 60/)).toBeVisible();
  });
});

describe('where they cannot be measured', () => {
  test('without an answer key the place says what is missing', async () => {
    await showPage(SPREAD);
    await expect.element(page.getByText(/This dataset holds 1 question back, but with no answer key/)).toBeVisible();
    expect(await violations()).toEqual([]);
  });

  test('without held-out questions, too', async () => {
    const { run, engine } = await showPage(SPREAD);
    engine.measured = {
      ...engine.measured,
      counts: { asked: 0, ids: [], practised: 0, answers: 0, wordings: 0, heldOut: 0 },
    };
    run.unseen.forget();
    run.unseen.moved();
    await expect.element(page.getByText(/No question of this dataset is held out/)).toBeVisible();
  });
});
