import { afterEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { ALIKE, SPREAD, STARTER } from '../../views/fixture.ts';
import { expectNoSidewaysScroll, showPage, violations } from './page.ts';

afterEach(() => page.viewport(1280, 800));

const thumb = (way: 'up' | 'down', number: number) =>
  page.getByRole('button', { name: `thumb ${way} for completion ${number}` });
const bar = (number: number) => page.getByRole('group', { name: `Feedback on completion ${number}` });

describe('thumbs', () => {
  test('say where they went, change, and are taken back by a second press', async () => {
    const { run } = await showPage(SPREAD);
    await run.stepOnce();
    await thumb('up', 2).click();
    await expect
      .element(bar(2).getByRole('status'))
      .toHaveTextContent('Thumb up: kept in this browser. Feedback has no weight, so it does not count yet.');
    expect(run.feedback.entries).toMatchObject([
      { question: run.step?.groups[0]?.question, text: SPREAD[1]?.sql, thumb: 'up' },
    ]);
    await thumb('down', 2).click();
    await expect.element(thumb('up', 2)).toHaveAttribute('aria-pressed', 'false');
    await expect.element(thumb('down', 2)).toHaveAttribute('aria-pressed', 'true');
    await thumb('down', 2).click();
    await expect.element(bar(2).getByRole('status')).toHaveTextContent('Taken back.');
    expect(run.feedback.entries).toEqual([]);
  });

  test('work by keyboard alone, and give feedback its weight', async () => {
    const { run } = await showPage(SPREAD);
    await run.stepOnce();
    await vi.waitFor(() => expect(document.querySelectorAll('.thumb')).toHaveLength(8));
    (thumb('up', 1).element() as HTMLElement).focus();
    await userEvent.keyboard(' ');
    await expect.element(thumb('up', 1)).toHaveAttribute('aria-pressed', 'true');
    await userEvent.keyboard('{Tab}{Tab}{Tab}{Tab}');
    expect(document.activeElement?.textContent).toBe('Let feedback count');
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(run.config.feedback_weight).toBe(1));
    await expect.element(bar(1).getByRole('status')).toHaveTextContent('Counts in the steps that follow.');
    expect(run.rewardMode).toBe('mix');
  });

  test('take a comment, by keyboard alone, which is changed and taken away', async () => {
    const { run } = await showPage(SPREAD);
    await run.stepOnce();
    await thumb('down', 1).click();
    const open = bar(1).getByRole('button', { name: 'Comment on completion 1' });
    await open.click();
    const field = page.getByRole('textbox', { name: 'Comment on completion 1' });
    await expect.element(field).toHaveFocus();
    await userEvent.keyboard('counts <b>names</b>{Control>}{Enter}{/Control}');
    await expect.element(bar(1)).toHaveTextContent('counts <b>names</b>');
    expect(run.feedback.entries).toMatchObject([{ thumb: 'down', comment: 'counts <b>names</b>' }]);
    const change = bar(1).getByRole('button', { name: 'Change the comment on completion 1' });
    await expect.element(change).toHaveFocus();
    expect(await violations()).toEqual([]);
    await userEvent.keyboard('{Enter}');
    await expect.element(field).toHaveValue('counts <b>names</b>');
    await userEvent.keyboard('{Escape}');
    await expect.element(change).toHaveFocus();
    await change.click();
    await field.fill('');
    await page.getByRole('button', { name: 'Save comment' }).click();
    await expect.element(open).toHaveFocus();
    expect(run.feedback.entries[0]).not.toHaveProperty('comment');
  });

  test('what could not be kept is told where it was pressed', async () => {
    const { run, engine } = await showPage(SPREAD);
    await run.stepOnce();
    engine.failure = new Error('The browser’s storage for this page is full.');
    await thumb('up', 1).click();
    await expect.element(bar(1).getByRole('status')).toHaveTextContent('The browser’s storage for this page is full.');
    await expect.element(thumb('up', 1)).toHaveAttribute('aria-pressed', 'false');
  });
});

describe('a corrected SQL', () => {
  test('is run and shown before it can be kept, and can be taken back', async () => {
    const { run, engine } = await showPage(SPREAD);
    await run.stepOnce();
    await page.getByRole('button', { name: 'Correct it of completion 1' }).click();
    const keep = page.getByRole('button', { name: 'Only keep it' });
    const text = page.getByLabelText('The SQL that is right');
    await expect.element(text).toHaveValue(SPREAD[0]?.sql ?? '');
    await expect.element(keep).toBeDisabled();
    await text.fill('SELECT nonsense FROM products');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await expect.element(page.getByText('SQLite cannot compile it: no such column: nonsense')).toBeVisible();
    await expect.element(keep).toBeDisabled();
    await text.fill('SELECT name FROM products');
    await page.getByRole('button', { name: 'Run it' }).click();
    await expect.element(page.getByRole('dialog').getByRole('cell', { name: 'Linen rug' })).toBeVisible();
    await text.fill('SELECT name FROM products ');
    await expect.element(keep).toBeDisabled();
    await text.fill('SELECT name FROM products');
    expect(await violations()).toEqual([]);
    await keep.click();
    await expect.element(page.getByRole('dialog')).toHaveTextContent('Your SQL in its place: kept in this browser.');
    expect(run.feedback.entries).toMatchObject([{ thumb: null, corrected: 'SELECT name FROM products' }]);
    await expect.element(page.getByRole('button', { name: 'Done' })).toHaveFocus();
    await page.getByRole('button', { name: 'Take it back' }).click();
    await expect.element(page.getByRole('dialog')).toHaveTextContent('Taken back');
    await userEvent.keyboard('{Escape}');
    expect(run.feedback.entries).toEqual([]);
    expect(engine.calls.filter((call) => call === 'correct')).toHaveLength(2);
  });

  test('is kept and learned from with one press, which undo takes back', async () => {
    const { run, engine } = await showPage(SPREAD);
    await run.stepOnce();
    const before = run.stepCount;
    await page.getByRole('button', { name: 'Correct it of completion 1' }).click();
    const learn = page.getByRole('button', { name: 'Keep it and learn from it' });
    await expect.element(learn).toBeDisabled();
    await page.getByLabelText('The SQL that is right').fill('SELECT name FROM products');
    await page.getByRole('button', { name: 'Run it' }).click();
    await learn.click();
    await expect.element(page.getByText(/^Kept\. \d+ steps? on this question moved \d+ hints?[.:]/)).toBeVisible();
    expect(run.feedback.entries).toMatchObject([{ corrected: 'SELECT name FROM products' }]);
    expect(run.config.feedback_weight).toBe(1);
    expect(run.stepCount).toBeGreaterThan(1);
    expect(engine.calls).toContain('advance');
    const done = page.getByRole('button', { name: 'Done' });
    await expect.element(done).toHaveFocus();
    await expect.element(done).toHaveClass('solid');
    await expect.element(learn).not.toHaveClass('solid');
    expect(await violations()).toEqual([]);
    await page.getByRole('dialog').getByRole('button', { name: 'Take it back' }).click();
    await expect
      .element(page.getByText('Taken back: it is no longer the answer. The hints are as they were before.'))
      .toBeVisible();
    expect(run.feedback.entries).toEqual([]);
    expect(engine.shelf.asked).toEqual([['byHand', { does: 'step', step: before }]]);
    await expect.element(learn).toHaveClass('solid');
    expect(document.activeElement?.closest('dialog')).not.toBeNull();
    // What was taken back is run anew before it is kept again.
    await expect.element(learn).toBeDisabled();
    await page.getByRole('button', { name: 'Run it' }).click();
    await learn.click();
    await done.click();
    await expect.element(page.getByRole('dialog')).not.toBeInTheDocument();
  });

  test('scrolls to what comes of running it, a result or an error', async () => {
    const { run } = await showPage(SPREAD);
    await run.stepOnce();
    await page.viewport(1280, 360);
    await page.getByRole('button', { name: 'Correct it of completion 1' }).click();
    const text = page.getByLabelText('The SQL that is right');
    await text.fill('SELECT name FROM products');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    const cell = page.getByRole('dialog').getByRole('cell', { name: 'Linen rug' });
    await expect.element(cell).toBeInViewport({ ratio: 0.98 });
    await text.fill('SELECT nonsense FROM products');
    await page.getByRole('button', { name: 'Run it' }).click();
    await expect
      .element(page.getByText('SQLite cannot compile it: no such column: nonsense'))
      .toBeInViewport({ ratio: 0.98 });
    await expect.element(page.getByRole('button', { name: 'Run it' })).toHaveFocus();
  });

  test('holds still what is corrected while the page was running', async () => {
    const { run } = await showPage(SPREAD);
    run.setSpeed('max');
    run.start();
    await vi.waitFor(() => expect(run.stepCount).toBeGreaterThan(5));
    await page.getByRole('button', { name: 'Correct it of completion 2' }).click();
    expect(run.running).toBe(false);
    await expect.element(page.getByRole('heading', { name: 'Correct completion 2' })).toBeVisible();
  });
});

describe('what rewards', () => {
  test('is chosen in the settings, sets their weights, and stands at the totals', async () => {
    const { run } = await showPage(SPREAD);
    await run.stepOnce();
    await expect
      .element(page.getByRole('button', { name: /Total reward \(reference-free\) of completion 1/ }))
      .toBeVisible();
    await page.getByRole('button', { name: 'Settings' }).first().click();
    await page.getByLabelText('What rewards').selectOptions('gold');
    await vi.waitFor(() => expect(run.config).toMatchObject({ gold_weight: 1, quality_weight: 0, feedback_weight: 0 }));
    await expect.element(page.getByText('1 training question left out.')).toBeVisible();
    await page.getByLabelText('What rewards').selectOptions('mix');
    await vi.waitFor(() =>
      expect(run.config).toMatchObject({ gold_weight: 1, quality_weight: 0.35, feedback_weight: 1 }),
    );
    expect(await violations()).toEqual([]);
    await userEvent.keyboard('{Escape}');
    await expect.element(page.getByText(/Drawn from 1 training question; 1 left out/)).toBeVisible();
    await run.stepOnce();
    await expect.element(page.getByRole('button', { name: /Total reward \(mix\) of completion 1/ })).toBeVisible();
  });
});

describe('what a run starts from', () => {
  const start = () => page.getByLabelText('Start from');

  test('changes at once before the first step; its hints are marked', async () => {
    const { run } = await showPage(SPREAD);
    await start().selectOptions('starter');
    await vi.waitFor(() => expect(run.startedFrom).toBe('starter'));
    expect(run.hints).toEqual(STARTER);
    await expect.element(page.getByText('From the starter policy: ')).toBeInTheDocument();
    expect(await violations()).toEqual([]);
  });

  test('is asked first after a step, and may be left as it is', async () => {
    const { run } = await showPage(SPREAD);
    await run.stepOnce();
    await start().selectOptions('starter');
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent('That starts a new run at step 0. “Undo reset” brings this one back.');
    await page.getByRole('button', { name: 'Keep this run' }).click();
    await expect.element(start()).toHaveValue('none');
    expect(run.stepCount).toBe(1);
    await start().selectOptions('starter');
    await page.getByRole('button', { name: 'Start a new run' }).click();
    await vi.waitFor(() => expect([run.stepCount, run.startedFrom]).toEqual([0, 'starter']));
    await page.getByRole('button', { name: 'Undo reset' }).click();
    await vi.waitFor(() => expect([run.stepCount, run.startedFrom]).toEqual([1, 'none']));
  });

  test('that cannot be loaded is told, and nothing changes', async () => {
    const { run, engine } = await showPage(SPREAD);
    engine.failure = new Error('The starter policy could not be loaded: this site has no starter/hints.json.');
    await start().selectOptions('starter');
    await expect.element(page.getByRole('alert')).toHaveTextContent('this site has no starter/hints.json');
    await expect.element(start()).toHaveValue('none');
    expect(run.startedFrom).toBe('none');
  });

  test('may stand in the address', async () => {
    const { run } = await showPage(SPREAD, { address: { start: 'starter' } });
    expect([run.startedFrom, run.hints.length]).toEqual(['starter', 1]);
  });

  test('general hints, those about this database and those of the starter can be told apart', async () => {
    const { run } = await showPage(SPREAD, { address: { start: 'starter' } });
    await run.stepOnce();
    await page.getByRole('button', { name: /^All \d+ hints$/ }).click();
    const show = page.getByRole('dialog').getByRole('combobox', { name: /^Show/ });
    const rows = (): number => document.querySelectorAll('dialog[open] section li').length;
    await vi.waitFor(() => expect(rows()).toBeGreaterThan(1));
    await show.selectOptions('starter');
    await vi.waitFor(() => expect(rows()).toBe(1));
    await expect.element(page.getByRole('dialog')).toHaveTextContent('from the starter');
    await show.selectOptions('database');
    await expect.element(page.getByText('There is no hint of this kind.')).toBeVisible();
  });
});

describe('how a group came about', () => {
  test('a group that was drawn again says how often and how hot', async () => {
    const { run } = await showPage(ALIKE);
    await run.configure({ ...run.config, resample_budget: 2 });
    await run.stepOnce();
    await expect
      .element(
        page.getByText(
          /^Drawn 3 times: the 2 groups before it had no signal, so this one was drawn hotter, at temperature \d\.\d\d\.$/,
        ),
      )
      .toBeVisible();
  });

  test('a replayed completion says that it was not drawn', async () => {
    const { run, engine } = await showPage(SPREAD);
    const advance = engine.advance.bind(engine);
    engine.advance = async (request) => {
      const taken = await advance(request);
      const groups =
        taken.step?.groups.map((group) => ({
          ...group,
          completions: group.completions.map((completion) =>
            completion.index === 3 ? { ...completion, replayed: true } : completion,
          ),
        })) ?? [];
      return { ...taken, step: taken.step && { ...taken.step, groups } };
    };
    await run.stepOnce();
    await vi.waitFor(() =>
      expect(
        [...document.querySelectorAll('.sheet li')].map((row) =>
          row.textContent.includes('Replayed: an earlier right answer'),
        ),
      ).toEqual([false, false, false, true]),
    );
  });
});

test.each([1440, 768, 360])('feedback, start and reward fit %i pixels', async (width) => {
  const { run } = await showPage(SPREAD, { width, address: { start: 'starter' } });
  await run.stepOnce();
  const first = page.getByRole('button', { name: /thumb up for completion/ }).first();
  await first.click();
  await expect.element(first).toHaveAttribute('aria-pressed', 'true');
  await expectNoSidewaysScroll();
  expect(await violations()).toEqual([]);
});
