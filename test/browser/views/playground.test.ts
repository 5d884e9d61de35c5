import { afterEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { makeConfig } from '../../../src/grpo/config.ts';
import { turns } from '../../support/turns.ts';
import { ALIKE, SPREAD, type Given } from '../../views/fixture.ts';
import { howToLearn } from '../../../src/views/data/next-step.ts';
import { expectNoSidewaysScroll, showPage, violations } from './page.ts';
import { patternWords } from '../../../src/grpo/wording.ts';

afterEach(() => page.viewport(1280, 800));

const many = (size: number): Given[] =>
  Array.from({ length: size }, (_, i) => ({ ...(SPREAD[i % SPREAD.length] as Given) }));
const rows = (): HTMLElement[] => [...document.querySelectorAll<HTMLElement>('.sheet li')];
const dialog = (): HTMLDialogElement | null => document.querySelector('dialog[open]');

test('what to press here to learn is told until the reader goes elsewhere', async () => {
  const { run } = await showPage(SPREAD);
  run.tell(howToLearn(run.dataset?.questions ?? []));
  run.tell('This stays.');
  const press = page.getByText(/^Press Run to learn from your questions/);
  await expect.element(press).toBeVisible();
  location.hash = '#ask';
  await expect.element(page.getByRole('form', { name: 'Ask a question' })).toBeVisible();
  await expect.element(page.getByText('This stays.')).toBeVisible();
  await expect.element(press).not.toBeInTheDocument();
});

describe('before the first step', () => {
  test('says what to do, and the first press works', async () => {
    const { run } = await showPage(SPREAD);
    await expect.element(page.getByText(/^Press Step\. Each row becomes one SQL answer/)).toBeVisible();
    await page.getByRole('button', { name: 'Step', exact: true }).first().click();
    await vi.waitFor(() => expect(rows()).toHaveLength(4));
    expect(run.stepCount).toBe(1);
  });

  test('an engine that does not start is told, with a way out', async () => {
    await showPage(SPREAD, { fail: true });
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent('The database file did not arrive. Check the connection.');
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.element(page.getByText(/^Press Step\. Each row/)).toBeVisible();
  });

  test('a setting of the address that was refused is told', async () => {
    await showPage(SPREAD, {
      address: { problems: ['Learning rate (learning_rate) must be a number from 0 to 2, not "9".'] },
    });
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent('Learning rate (learning_rate) must be a number from 0 to 2, not "9". The default is used.');
  });
});

describe('one step', () => {
  test('shows SQL, results, rewards and advantages of the same completions', async () => {
    const { run } = await showPage(SPREAD);
    await run.stepOnce();
    await vi.waitFor(() => expect(rows()).toHaveLength(4));
    expect(rows().map((row) => row.querySelector('.total button')?.textContent)).toEqual([
      '−0.66',
      '+0.94',
      '+0.46',
      '+0.10',
    ]);
    expect(rows().map((row) => row.querySelector('.value button')?.textContent)).toEqual([
      '−1.29',
      '+1.08',
      '+0.37',
      '−0.16',
    ]);
    expect(rows().map((row) => row.querySelector('.verdict')?.textContent)).toEqual([
      'Penalize',
      'Reinforce',
      'Reinforce',
      'Neutral',
    ]);
    await expect.element(page.getByText('It asks for a column that does not exist.')).toBeVisible();
    const underlined = [...(rows()[1]?.querySelectorAll('u') ?? [])].map(({ textContent }) => textContent).join('');
    expect(underlined).toContain('SUM(oi.quantity * oi.unit_price)');
  });

  test('a group without signal says so, and the line back is dashed', async () => {
    const { run } = await showPage(ALIKE);
    await run.stepOnce();
    await expect
      .element(
        page.getByRole('heading', { name: /All four completions scored 0\.83, so this group carries no signal/ }),
      )
      .toBeVisible();
    // What shows a group is fetched when there is one.
    await vi.waitFor(() =>
      expect(rows().map((row) => row.querySelector('.verdict')?.textContent)).toEqual(Array(4).fill('No signal')),
    );
    await expect.element(page.getByText('Nothing flows back')).toBeVisible();
    expect(getComputedStyle(document.querySelector('.wire') as Element).borderTopStyle).toBe('dashed');
  });

  test.each([2, 7, 32])('holds a group of %i', async (size) => {
    const { run } = await showPage(many(size));
    await run.stepOnce();
    await vi.waitFor(() => expect(rows()).toHaveLength(size));
    await expectNoSidewaysScroll();
    const sum = run.step?.groups[0]?.completions.reduce((all, { advantage }) => all + advantage, 0);
    expect(sum).toBeCloseTo(0, 9);
  });

  test('several questions per step are shown group by group', async () => {
    const { run } = await showPage(SPREAD);
    await run.configure(makeConfig({ ...run.config, questions_per_step: 2 }));
    await run.stepOnce();
    await expect.element(page.getByText(/^Group 1 of 2:/)).toBeVisible();
    await page.getByRole('button', { name: 'Next group' }).click();
    await expect.element(page.getByText(`Group 2 of 2: ${run.step?.groups[1]?.question ?? ''}`)).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'Next group' })).toBeDisabled();
  });
});

describe('every number opens to its arithmetic', () => {
  test('advantage → mean and sd → total → component, and back to where it began', async () => {
    const { run } = await showPage(SPREAD);
    await run.stepOnce();
    const number = page.getByRole('button', { name: /^Advantage of completion 2: \+1\.08/ });
    await expect.element(number).toBeVisible();
    (number.element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() => expect(dialog()?.textContent ?? '').toContain('(0.940 − 0.210) / (0.674 + 0.0001)'));
    await page.getByRole('button', { name: 'Mean and sd' }).click();
    expect(dialog()?.textContent).toContain('Mean and standard deviation of the group');
    await page.getByRole('button', { name: 'Completion 2', exact: true }).click();
    await page.getByRole('button', { name: 'Quality' }).click();
    expect(dialog()?.textContent).toContain('The second reason of quality.');
    await page.getByRole('button', { name: 'Back' }).click();
    expect(dialog()?.textContent).toContain('Total reward (reference-free) of completion 2');
    await userEvent.keyboard('{Escape}');
    await vi.waitFor(() => expect(dialog()).toBeNull());
    expect(document.activeElement).toBe(number.element());
  });

  test('a changed weight names its causes and leads to its story', async () => {
    const { run } = await showPage(SPREAD);
    await run.stepOnce();
    await page.getByRole('button', { name: /^Change of “add up/ }).click();
    await vi.waitFor(() => expect(dialog()?.textContent ?? '').toContain('Δw'));
    expect(dialog()?.textContent).toContain('Completion 2');
    await page.getByRole('button', { name: 'The whole story of this hint' }).click();
    await vi.waitFor(() => expect(dialog()?.textContent).toContain('Created'));
    expect([...(dialog()?.querySelectorAll('.equation var') ?? [])].map(({ textContent }) => textContent)).toEqual([
      'g',
      'Δw',
      'w',
    ]);
    expect(dialog()?.textContent).toContain('Advantage × (used − expected)');
  });

  test('a running page holds still while one is open, at the step it was read from', async () => {
    const { run } = await showPage(SPREAD);
    run.setSpeed('max');
    run.start();
    await vi.waitFor(() => expect(rows()).toHaveLength(4));
    document.querySelector<HTMLElement>('.sheet .value button')?.click();
    expect(run.running).toBe(false);
    await vi.waitFor(() => expect(dialog()?.querySelector('.values') ?? null).not.toBeNull());
    const read = dialog()?.textContent;
    await turns(20);
    const taken = run.stepCount;
    await turns(20);
    expect([run.stepCount, dialog()?.textContent]).toEqual([taken, read]);
  });

  test('where a component could not be computed, the rows show the share the others had', async () => {
    const { run } = await showPage(
      SPREAD.map((given) => ({ ...given, values: { ...given.values, quality: undefined } })),
    );
    await run.stepOnce();
    await vi.waitFor(() => expect(rows()).toHaveLength(4));
    expect([...(rows()[1]?.querySelectorAll('dd') ?? [])].map(({ textContent }) => textContent)).toEqual([
      '+1.00 × .31',
      '+0.31',
      '+1.00 × .46',
      '+0.46',
      'not computed',
      '–',
      '+0.60 × .23',
      '+0.14',
    ]);
  });
});

describe('hints', () => {
  test('are searched, switched off and edited; a weight out of range is refused with its range', async () => {
    const { run } = await showPage(SPREAD);
    await run.stepOnce();
    await page.getByRole('button', { name: /^All \d+ hints$/ }).click();
    await page.getByRole('searchbox').fill('group name of products');
    await vi.waitFor(() => expect(document.querySelectorAll('dialog[open] section li')).toHaveLength(1));
    const weight = page.getByRole('spinbutton', {
      name: 'Weight of “When the question says “revenue”: make one group for each value of the name of products.”',
    });
    await weight.fill('99');
    await userEvent.tab();
    await expect.element(page.getByText(/must be a number from −5 to 5/)).toBeVisible();
    await weight.fill('1.5');
    await userEvent.tab();
    await vi.waitFor(() =>
      expect(run.hints.find(({ pattern }) => patternWords(pattern) === 'GROUP BY products.name')?.weight).toBe(1.5),
    );
    await page.getByRole('checkbox', { name: /^Use “When the question says “revenue”: make one group/ }).click();
    await vi.waitFor(() =>
      expect(run.hints.find(({ pattern }) => patternWords(pattern) === 'GROUP BY products.name')?.enabled).toBe(false),
    );
  });
});

describe('question and settings', () => {
  test('training questions can be picked, held-out ones cannot, and one’s own can be asked', async () => {
    const { run } = await showPage(SPREAD);
    await page.getByRole('button', { name: /^Pick a question/ }).click();
    expect(page.getByRole('button', { name: /Which product sold best/ }).elements()).toHaveLength(0);
    await expect.element(page.getByText('Which product sold best in 2025?')).toBeVisible();
    await page.getByRole('searchbox').fill('many');
    await page.getByRole('button', { name: /How many products are there/ }).click();
    expect(run.questionId).toBe('count');
    await page.getByRole('button', { name: /^Pick a question/ }).click();
    await page.getByLabelText('Ask your own').fill('x'.repeat(1900));
    await expect.element(page.getByText('1,900 of 2,000 characters.')).toBeVisible();
    await page.getByLabelText('Ask your own').fill('What sold worst?');
    await page.getByRole('button', { name: 'Ask this' }).click();
    expect(run.ownQuestion).toBe('What sold worst?');
    expect(dialog()).toBeNull();
  });

  test('a setting out of range is refused with its name and range, and defaults come back', async () => {
    const { run } = await showPage(SPREAD);
    await page.getByRole('button', { name: 'Settings' }).click();
    const rate = page.getByLabelText('Learning rate');
    await rate.fill('7');
    await userEvent.tab();
    await expect
      .element(page.getByText('Learning rate (learning_rate) must be a number from 0 to 2, not "7".'))
      .toBeVisible();
    expect(run.config.learning_rate).toBe(0.1);
    await rate.fill('0.25');
    await userEvent.tab();
    await vi.waitFor(() => expect(run.config.learning_rate).toBe(0.25));
    await expect.element(page.getByRole('textbox', { name: /^Learning rate\b.*changed$/ })).toBeVisible();
    await page.getByRole('button', { name: 'Reset to defaults' }).click();
    await vi.waitFor(() => expect(run.config.learning_rate).toBe(0.1));
  });
});

describe('keyboard', () => {
  test('S steps and R runs, but not while typing or with a dialog open', async () => {
    const { run } = await showPage(SPREAD);
    await userEvent.keyboard('s');
    await vi.waitFor(() => expect(run.stepCount).toBe(1));
    await page.getByLabelText('Seed').click();
    await userEvent.keyboard('sr');
    expect([run.stepCount, run.running]).toEqual([1, false]);
    (document.activeElement as HTMLElement).blur();
    await userEvent.keyboard('?');
    await vi.waitFor(() => expect(dialog()?.textContent ?? '').toContain('Take one step'));
    await userEvent.keyboard('s');
    expect(run.stepCount).toBe(1);
    await userEvent.keyboard('{Escape}');
    await userEvent.keyboard('r');
    expect(run.running).toBe(true);
    await userEvent.keyboard('r');
    expect(run.running).toBe(false);
  });

  test('a learning chart is read step by step, like with the pointer', async () => {
    const { run } = await showPage(SPREAD);
    for (let i = 0; i < 3; i++) await run.stepOnce();
    const chart = page.getByRole('slider', { name: 'Reward, step by step' });
    (chart.element() as HTMLElement).focus();
    await userEvent.keyboard('{ArrowLeft}');
    await expect.element(chart).toHaveAttribute('aria-valuenow', '2');
    await expect.element(page.getByText('at step 2').first()).toBeVisible();
    await page.getByRole('button', { name: 'As a table' }).click();
    await vi.waitFor(() => expect(document.querySelectorAll('dialog[open] tbody tr')).toHaveLength(3));
    await page.getByRole('button', { name: /the policy after step 2$/ }).click();
    await expect.element(page.getByRole('heading', { name: 'The policy after step 2' })).toBeVisible();
    expect(document.querySelectorAll('dialog[open] section li').length).toBeGreaterThan(0);
  });
});

describe.each(['light', 'dark'] as const)('accessibility, %s', (theme) => {
  test.each([
    [1440, SPREAD],
    [768, SPREAD],
    [360, SPREAD],
    [1440, ALIKE],
  ] as const)('axe finds nothing at %i pixels', async (width, given) => {
    const shown = await showPage(given, { width });
    if (shown.theme.current !== theme) shown.theme.toggle();
    await expectNoSidewaysScroll();
    expect(await violations()).toEqual([]);
    await shown.run.stepOnce();
    await shown.run.stepOnce();
    await vi.waitFor(() => expect(rows()).toHaveLength(4));
    await expectNoSidewaysScroll();
    expect(await violations()).toEqual([]);
  });

  test('axe finds nothing in the dialogs', async () => {
    const shown = await showPage(SPREAD);
    if (shown.theme.current !== theme) shown.theme.toggle();
    await shown.run.stepOnce();
    const openers = [
      /^Advantage of completion 2/,
      /^Change of “add up/,
      /^Strength of /,
      /^All \d+ hints$/,
      /^Pick a question/,
      'Settings',
      'Runs',
      'As a table',
      'Keyboard shortcuts',
    ];
    for (const name of openers) {
      await page.getByRole('button', { name }).first().click();
      await vi.waitFor(() => expect(dialog()).not.toBeNull());
      expect(await violations(), String(name)).toEqual([]);
      await userEvent.keyboard('{Escape}');
      await vi.waitFor(() => expect(dialog()).toBeNull());
    }
  });
});
