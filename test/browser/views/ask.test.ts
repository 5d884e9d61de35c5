import { afterEach, describe, expect, test, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { answered, best, box, broken, heading, lost, others, showAsk, SURE, violationsHere } from './ask-page.ts';
import { SPREAD } from '../../views/fixture.ts';
import { expectNoSidewaysScroll, showPage } from './page.ts';

afterEach(() => page.viewport(1280, 800));

describe('before a question', () => {
  test('it says what to do, with three questions of the dataset to press', async () => {
    const { asked } = await showAsk();
    await expect.element(heading('Ask Demo shop a question')).toBeVisible();
    await expect.element(page.getByText(/The database has 2 tables: products, order_items/)).toBeVisible();
    await vi.waitFor(() => expect(document.querySelectorAll('.example')).toHaveLength(3));
    await expect.element(page.getByRole('button', { name: 'Ask', exact: true })).toBeDisabled();
    await page.getByRole('button', { name: 'How many products are there?' }).click();
    expect(asked).toEqual([{ question: 'How many products are there?', samples: 32, hints: true, seed: 42 }]);
    await expect.element(box()).toHaveValue('How many products are there?');
  });

  test('typing suggests questions of the dataset that have the words', async () => {
    const { asked } = await showAsk();
    await box().fill('sold best');
    await page.getByRole('list', { name: 'Questions of the dataset with these words' }).getByRole('button').click();
    expect(asked).toMatchObject([{ question: 'Which product sold best in 2025?' }]);
  });
});

describe('asking', () => {
  test('Enter asks, Shift+Enter begins a line, hints and candidates are as chosen', async () => {
    const { asked, ask } = await showAsk();
    await box().fill('List');
    await userEvent.keyboard('{Shift>}{Enter}{/Shift}products');
    expect(asked).toEqual([]);
    await page.getByRole('checkbox', { name: /^Hints/ }).click();
    await page.getByLabelText('Candidates').selectOptions('16');
    (box().element() as HTMLElement).focus();
    await userEvent.keyboard('{Enter}');
    await vi.waitFor(() =>
      expect(asked).toEqual([{ question: 'List\nproducts', samples: 16, hints: false, seed: 42 }]),
    );
    await expect.element(page.getByText('16 candidates are written, run and compared …')).toBeVisible();
    // A second Enter does not ask twice.
    await userEvent.keyboard('{Enter}');
    expect([asked.length, ask.asking?.samples]).toEqual([1, 16]);
  });

  test('Stop ends it; it can be asked again as it was', async () => {
    const { asked, answer } = await showAsk();
    await page.getByRole('button', { name: 'How many products are there?' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.element(page.getByText('Stopped before there was an answer.')).toBeVisible();
    await page.getByRole('button', { name: 'Ask again' }).click();
    expect(asked).toHaveLength(2);
    expect(asked[1]).toEqual(asked[0]);
    answer();
    await expect.element(heading('How many products are there?')).toBeVisible();
    await expect.element(page.getByText('Stopped before there was an answer.')).not.toBeInTheDocument();
  });

  test('what went wrong is told, with a way out', async () => {
    const { asked, fail } = await showAsk();
    await page.getByRole('button', { name: 'How many products are there?' }).click();
    fail('The server at http://localhost:8000 does not answer. Start it, or choose another sampler.');
    await expect
      .element(page.getByRole('alert'))
      .toHaveTextContent('does not answer. Start it, or choose another sampler.');
    expect(await violationsHere()).toEqual([]);
    await page.getByRole('button', { name: 'Ask again' }).click();
    expect(asked).toHaveLength(2);
  });
});

describe('how sure it is', () => {
  test('is said in plain words, with why and by what', async () => {
    await answered('List products from France', { sure: SURE });
    await expect.element(page.getByText('About 7 in 10 answers like this are right.').first()).toBeVisible();
    await expect.element(page.getByText(/Nothing in the database goes with “frobs”\./)).toBeVisible();
    await expect
      .element(page.getByText('72 %. Measured on 868 questions of 15 other databases.', { exact: true }))
      .toBeVisible();
    await expect.element(heading('Which did you mean?')).not.toBeInTheDocument();
    expect(await violationsHere()).toEqual([]);
  });

  test('is nothing that is known of one candidate', async () => {
    await answered();
    await expect.element(page.getByText(/answers like this are right/)).not.toBeInTheDocument();
  });
});

describe('the answer', () => {
  test('shows rows of rows, and a way to all of them', async () => {
    const { engine } = await answered();
    await expect.element(page.getByText(/^first 20 of 34 rows/)).toBeVisible();
    await page.getByRole('button', { name: 'Show all' }).first().click();
    await vi.waitFor(() => expect(document.querySelectorAll('article > .table tbody tr')).toHaveLength(34));
    expect(engine.calls).toContain('allRows');
    await expect.element(page.getByRole('button', { name: 'Show all' })).not.toBeInTheDocument();
  });

  test.each([
    ['a figure', 54, '54'],
    ['a fraction', 1234.5, '1,234.5'],
    ['a text', 'x'.repeat(400), 'x'.repeat(400)],
    ['nothing', null, 'NULL'],
  ])('that is one single value, %s, stands large below its name', async (_name, value, text) => {
    const single = { ...lost, execution: { ...lost.execution, rows: [[value]] } };
    await answered('How many products are there?', { candidates: [single, best] }, 360);
    await expect.element(page.getByRole('definition')).toHaveTextContent(text);
    await expect.element(page.getByRole('term')).toHaveTextContent('COUNT(*)');
    await expect.element(page.getByRole('table')).not.toBeInTheDocument();
    await expectNoSidewaysScroll();
    expect(await violationsHere()).toEqual([]);
  });

  test('says hints that read the same once', async () => {
    const [hint] = best.hints;
    if (hint === undefined) throw new Error('The answer has hints.');
    await answered('List products from France', {
      candidates: [
        { ...best, hints: [hint, { ...hint, key: 'c', weight: 0.3 }, { ...hint, key: 'd', weight: 0.2, cue: null }] },
      ],
    });
    await page.getByText('Why this one').click();
    const listed = page.getByRole('listitem').filter({ hasText: 'Begin the answer' });
    expect(listed.elements()).toHaveLength(1);
    await expect
      .element(listed)
      .toHaveTextContent(
        '+1.40 Begin the answer with the name of products the question says “list”, 2 times; in every question, 2 times',
      );
  });

  test('takes the focus and is told, with the table first, then the SQL', async () => {
    await answered();
    await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('List products from France'));
    await expect
      .element(page.getByRole('status').filter({ hasText: 'The answer is there. 34 rows' }))
      .toBeInTheDocument();
    const [table, sql] = [document.querySelector('table'), document.querySelector('article pre')];
    expect(table?.compareDocumentPosition(sql as Node)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    expect(document.querySelectorAll('article > .table tbody tr')).toHaveLength(20);
  });

  test('says why it is this one, and which hints acted, once that is opened', async () => {
    await answered();
    const why = page.getByText(
      'Best of 32: reward +1.60, written three times, the greedy answer; 4 of the other 6 with a result agree.',
    );
    await expect.element(why).not.toBeVisible();
    await page.getByText('Why this one').click();
    await expect.element(why).toBeVisible();
    await expect.element(heading('Hints that acted')).toBeVisible();
    expect(await violationsHere()).toEqual([]);
    await expect
      .element(page.getByRole('listitem').filter({ hasText: 'Begin the answer' }))
      .toHaveTextContent('+0.90 Begin the answer with the name of products the question says “list”, 2 times');
    await expect.element(page.getByText('and 7 more hints; +0.70 in all')).toBeVisible();
  });

  test('runners-up are folded; each says why it lost and opens to its own table', async () => {
    await answered();
    const why = page.getByText(/a lower reward \(\+0\.40 against \+0\.90\): Shows COUNT/);
    await expect.element(why).not.toBeVisible();
    await page.getByText('2 runners-up, and why they lost').click();
    await expect.element(why).toBeVisible();
    await expect.element(page.getByText('score +0.40 · 0 of 6 agree')).toBeVisible();
    expect(page.getByRole('cell', { name: '54' }).elements()).toEqual([]);
    await why.click();
    await expect.element(page.getByRole('cell', { name: '54' })).toBeVisible();
    await expect.element(page.getByText('Scripted model, recorded, not live, seed 7').first()).toBeVisible();
    expect(await violationsHere()).toEqual([]);
  });

  test('its SQL is edited, run in the sandbox, and can be kept as the right answer', async () => {
    const { engine, run } = await answered();
    await page.getByRole('button', { name: 'Edit and run again' }).click();
    const sql = page.getByLabelText('Your SQL');
    await expect.element(sql).toHaveValue(best.sql);
    await sql.fill('SELECT nonsense FROM products');
    await userEvent.keyboard('{Control>}{Enter}{/Control}');
    await expect
      .element(page.getByText('SQLite cannot compile it: no such column: nonsense', { exact: true }))
      .toBeVisible();
    await sql.fill('SELECT name FROM products');
    await expect.element(page.getByText('Changed since it ran.')).toBeVisible();
    await page.getByRole('button', { name: 'Run it' }).click();
    await expect.element(page.getByRole('cell', { name: 'Linen rug' })).toBeVisible();
    expect(engine.calls.filter((call) => call === 'tryCorrection')).toHaveLength(2);
    expect(await violationsHere()).toEqual([]);
    await page.getByRole('button', { name: 'Keep as the right answer …' }).click();
    await expect.element(page.getByLabelText('The SQL that is right')).toHaveValue('SELECT name FROM products');
    await page.getByRole('dialog').getByRole('button', { name: 'Run it' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Only keep it' }).click();
    await vi.waitFor(() =>
      expect(run.feedback.entries).toMatchObject([
        { question: 'List products from France', corrected: 'SELECT name FROM products' },
      ]),
    );
  });

  test('another result that was found is taken as right with one press, without writing SQL', async () => {
    const { run, asked } = await answered();
    await page.getByRole('button', { name: 'Correct it of completion 1' }).click();
    const dialog = page.getByRole('dialog');
    await expect.element(dialog.getByRole('cell', { name: '54' })).toBeVisible();
    expect(await violationsHere()).toEqual([]);
    await dialog.getByRole('button', { name: /^This is right/ }).click();
    await expect.element(dialog.getByText(/^Kept\. \d+ steps? on this question moved/)).toBeVisible();
    expect(run.feedback.entries).toMatchObject([{ text: best.sql, corrected: lost.sql }]);
    // What is left to do stands out, and has the focus; what was pressed before does not stand out any more.
    const onward = dialog.getByRole('button', { name: 'See the new answer' });
    await expect.element(onward).toHaveFocus();
    await expect.element(onward).toHaveClass('solid');
    expect(document.querySelectorAll('dialog[open] .solid')).toHaveLength(1);
    await onward.click();
    await expect.element(dialog).not.toBeInTheDocument();
    await vi.waitFor(() => expect(asked).toHaveLength(2));
  });

  test('a correction is taken back with what it taught after the new answer was seen', async () => {
    const { run, asked, answer, engine } = await answered();
    const before = run.stepCount;
    await page.getByRole('button', { name: 'Correct it of completion 1' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /^This is right/ }).click();
    await dialog.getByRole('button', { name: 'See the new answer' }).click();
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    answer({ candidates: [lost, best] });
    await expect.element(page.getByText('54', { exact: true }).first()).toBeVisible();
    await page.getByRole('button', { name: 'Your correction of completion 1' }).click();
    await dialog.getByRole('button', { name: 'Take it back' }).click();
    await expect
      .element(dialog.getByText('Taken back: it is no longer the answer. The hints are as they were before.'))
      .toBeVisible();
    expect(run.feedback.entries).toEqual([]);
    expect(engine.shelf.asked).toEqual([['byHand', { does: 'step', step: before }]]);
    await expect.element(dialog.getByRole('button', { name: 'Take it back' })).not.toBeInTheDocument();
    expect(document.activeElement?.closest('dialog')).not.toBeNull();
  });

  test('a correction that is taken back leaves what was changed by hand since, and says so', async () => {
    const { run, engine } = await answered();
    await page.getByRole('button', { name: 'Correct it of completion 1' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /^This is right/ }).click();
    await expect.element(dialog.getByText(/^Kept\. /)).toBeVisible();
    const hint = run.hints[0];
    if (hint === undefined) throw new Error('It learned a hint.');
    vi.spyOn(run, 'hints', 'get').mockReturnValue([{ ...hint, pinned: true }, ...run.hints.slice(1)]);
    await dialog.getByRole('button', { name: 'Take it back' }).click();
    await expect
      .element(dialog.getByText(/What the hints learned stays, since more was learned or changed/))
      .toBeVisible();
    expect(run.feedback.entries).toEqual([]);
    expect(engine.shelf.asked).toEqual([]);
  });

  test('a correction of a held-out question is kept, and never practised', async () => {
    const { run, engine } = await answered('Which product sold best in 2025?');
    await page.getByRole('button', { name: 'Correct it of completion 1' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /^This is right/ }).click();
    await expect.element(dialog.getByText(/^Kept\. What it asks for is held out/)).toBeVisible();
    expect(run.feedback.entries).toMatchObject([{ corrected: lost.sql }]);
    expect([run.stepCount, engine.calls.includes('advance')]).toEqual([0, false]);
  });

  test('an answer asked anew does not take the focus from somebody who types the next question', async () => {
    const { asked, answer } = await answered();
    await page.getByRole('button', { name: 'Draw again' }).click();
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    await box().fill('How many products');
    answer({ candidates: [lost, best] });
    await expect.element(page.getByText('54', { exact: true }).first()).toBeVisible();
    await expect.element(box()).toHaveFocus();
    await userEvent.keyboard(' are there?');
    await expect.element(box()).toHaveValue('How many products are there?');
  });

  test.each([
    ['', 'empty text'],
    ['  ', 'only spaces'],
  ])('a single value %j is told in words', async (value, told) => {
    await answered('List products from France', {
      candidates: [{ ...lost, execution: { ...lost.execution, rows: [[value]] } }],
    });
    await expect.element(page.getByText(told, { exact: true })).toBeVisible();
  });

  test('a language model is not asked again at once, and nothing says so', async () => {
    const { asked } = await answered('List products from France', {
      sampler: { id: 'wllama', label: 'Some model', isLanguageModel: true },
    });
    await page.getByRole('button', { name: 'Correct it of completion 1' }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^This is right/ })
      .click();
    await page.getByRole('dialog').getByRole('button', { name: 'Done' }).click();
    expect(asked).toHaveLength(1);
  });

  test('more of the other results are shown where the focus goes then', async () => {
    await answered('List products from France', { candidates: [best, ...others(6)] });
    await page.getByRole('button', { name: 'Correct it of completion 1' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Show 2 more' }).click();
    await expect.element(dialog.getByRole('listitem', { name: 'Result 5' })).toHaveFocus();
    expect(dialog.getByRole('button', { name: /^This is right/ }).elements()).toHaveLength(6);
  });

  test('takes a thumb', async () => {
    const { run } = await answered();
    await page.getByRole('button', { name: 'thumb up for completion 1' }).click();
    await vi.waitFor(() =>
      expect(run.feedback.entries).toMatchObject([
        { question: 'List products from France', text: best.sql, thumb: 'up' },
      ]),
    );
  });

  test('is copied, or says why it is not', async () => {
    await answered();
    const write = vi
      .spyOn(navigator.clipboard, 'writeText')
      .mockResolvedValueOnce()
      .mockRejectedValueOnce(new Error('denied'));
    // The copy command, which is what remains then, is refused as well.
    const command = vi.spyOn(document, 'execCommand').mockReturnValue(false);
    await page.getByRole('button', { name: 'Copy' }).click();
    await expect.element(page.getByText('Copied.')).toBeVisible();
    expect(write).toHaveBeenCalledWith(best.sql);
    await page.getByRole('button', { name: 'Copy' }).click();
    await expect.element(page.getByText(/does not let this page copy/)).toBeVisible();
    write.mockRestore();
    command.mockRestore();
  });

  test('may be nothing, and says what to do then', async () => {
    await answered('zxcv', {
      candidates: [broken],
      note: 'No candidate ran. Ask again with more candidates.',
      hints: false,
    });
    await expect.element(page.getByText('No candidate ran. Ask again with more candidates.').last()).toBeVisible();
    await expect.element(page.getByText('SQLite error').first()).toBeVisible();
    await page.getByText('Why this one').click();
    await expect.element(page.getByText('The hints were off.')).toBeVisible();
    expect(document.querySelector('.others')).toBeNull();
  });

  test('drawn again with another seed; what was asked before can be shown again', async () => {
    const { asked, answer } = await answered();
    await page.getByRole('button', { name: 'Draw again' }).click();
    expect(asked[1]).toEqual({ ...asked[0], seed: 43 });
    answer({ candidates: [lost] });
    await vi.waitFor(() => expect(document.querySelectorAll('.history li')).toHaveLength(2));
    await page.getByRole('button', { name: /List products from France 34 rows/ }).click();
    await expect.element(page.getByText('2 runners-up, and why they lost')).toBeVisible();
    await vi.waitFor(() => expect(document.activeElement?.textContent).toBe('List products from France'));
    expect(asked).toHaveLength(2);
  });
});

test('a link from elsewhere leads into the field; one of the navigation keeps the focus', async () => {
  await showPage(SPREAD);
  location.hash = '#policy/feedback';
  await page.getByRole('main').getByRole('link', { name: 'Ask', exact: true }).click();
  await expect.element(box()).toHaveFocus();
  location.hash = '#playground';
  await expect.element(page.getByRole('form', { name: 'Ask a question' })).not.toBeInTheDocument();
  const link = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Ask' });
  await link.click();
  await expect.element(box()).toBeVisible();
  await expect.element(link).toHaveFocus();
});

test('questions that were corrected stay among those asked before, and are asked again with one press', async () => {
  const { run, asked } = await showAsk();
  await expect.element(page.getByRole('navigation', { name: 'Asked before' })).not.toBeInTheDocument();
  for (const sql of ['SELECT 1', 'SELECT 2'])
    await run.feedback.correct({ question: 'How many are sold?', sql }, 'SELECT name FROM products');
  const earlier = page.getByRole('navigation', { name: 'Asked before' }).getByRole('button');
  await expect.element(earlier).toHaveTextContent('How many are sold? corrected; asks it again');
  expect(await violationsHere()).toEqual([]);
  await earlier.click();
  await vi.waitFor(() => expect(asked).toMatchObject([{ question: 'How many are sold?' }]));
  await expect.element(box()).toHaveValue('How many are sold?');
});

test('an answer that was corrected says so among those asked before, once', async () => {
  const { run } = await answered();
  await run.feedback.correct({ question: 'List products from France', sql: best.sql }, 'SELECT name FROM products');
  const before = page.getByRole('navigation', { name: 'Asked before' }).getByRole('listitem');
  await expect.element(before).toHaveTextContent('List products from France 34 rows, corrected');
});

test('answers about another dataset are forgotten', async () => {
  const { ask } = await answered();
  ask.about('another');
  await vi.waitFor(() => expect([ask.history.length, ask.shown, ask.text]).toEqual([0, null, '']));
});

test.each([1440, 768, 360])('at %i pixels it fits, in both themes, and axe finds nothing', async (width) => {
  await answered(
    'A question that is rather long, as people write them when they want to be understood by everybody',
    {},
    width,
  );
  await page.getByText('2 runners-up, and why they lost').click();
  await page.getByRole('button', { name: 'Edit and run again' }).click();
  for (const theme of ['light', 'dark']) {
    document.documentElement.dataset['theme'] = theme;
    await expectNoSidewaysScroll();
    expect(await violationsHere()).toEqual([]);
  }
  delete document.documentElement.dataset['theme'];
});
