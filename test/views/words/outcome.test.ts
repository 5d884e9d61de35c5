import { expect, test } from 'vitest';
import type { Completion, Execution } from '../../../src/grpo/types.ts';
import { columnTexts, mishap, outcomeOf } from '../../../src/views/words/outcome.ts';
import { SPREAD, stepOf } from '../fixture.ts';

async function completionWith(execution: Partial<Execution>, rowCount = 0): Promise<Completion> {
  const { step } = await stepOf(SPREAD);
  const completion = step.groups[0]?.completions[0];
  if (!completion) throw new Error('fixture');
  return {
    ...completion,
    rowCount,
    execution: { status: 'rows', columns: [], rows: [], truncated: false, ...execution },
  };
}

test('counts rows of the result, not of what is shown', async () => {
  expect(outcomeOf(await completionWith({ rows: [[1]] }, 2400)).title).toBe('2,400 rows');
  expect(outcomeOf(await completionWith({ rows: [[1]] }, 1)).title).toBe('1 row');
  expect(outcomeOf(await completionWith({ rows: [[1]], truncated: true }, 5000)).title).toBe('More than 5,000 rows');
});

test.each([
  [
    'no such column: total_sales',
    'It asks for a column that does not exist.',
    'asked for a column that does not exist',
  ],
  ['no such table: sale', 'It asks for a table that does not exist.', 'asked for a table that does not exist'],
  [
    'ambiguous column name: name',
    'Two tables have this column: it does not say which.',
    'named a column that two tables have',
  ],
  ['near "FORM": syntax error', 'It is not SQL that SQLite can read.', 'did not compile'],
  ['something SQLite never said before', '', 'did not compile'],
])('%s, in plain words', async (error, plain, short) => {
  const completion = await completionWith({ status: 'invalid', error });
  expect(outcomeOf(completion)).toMatchObject({ title: 'SQLite error', message: error, plain, failed: true });
  expect(mishap(completion.execution)).toBe(short);
});

test('an empty result is no failure, but is said', async () => {
  const completion = await completionWith({ status: 'empty' });
  expect(outcomeOf(completion)).toMatchObject({ title: 'No rows', failed: false });
  expect(mishap(completion.execution)).toBe('returned no rows');
});

test('a result with more rows than are kept is no failure; one without any is', async () => {
  const cut = await completionWith(
    { status: 'too-large', rows: [[1]], truncated: true, error: 'the result has more than 5,000 rows' },
    5000,
  );
  expect(outcomeOf(cut)).toEqual({ title: 'More than 5,000 rows', message: '', plain: '', failed: false });
  expect(mishap(cut.execution)).toBeNull();
  const none = await completionWith({ status: 'too-large', error: 'it needs more memory than the sandbox has' });
  expect(outcomeOf(none)).toMatchObject({
    title: 'Too large',
    message: 'it needs more memory than the sandbox has',
    failed: true,
  });
  expect(mishap(none.execution)).toBe('failed while running');
});

test('cells read as values', () => {
  expect(
    [null, 12, 12.5, 0.1 + 0.2, 26533.6, 9007199254740993n, new Uint8Array(3), 'x'].map((one) => columnTexts([one])[0]),
  ).toEqual(['NULL', '12', '12.5', '0.3', '26,533.6', '9007199254740993', '3 bytes', 'x']);
});

test('numbers of a column have as many decimals as one another', () => {
  expect(columnTexts([1106, 1047.78, null, 3.5])).toEqual(['1,106.00', '1,047.78', 'NULL', '3.50']);
  // Whole numbers may be years or keys: they stay as they are.
  expect(columnTexts([2024, 1998])).toEqual(['2024', '1998']);
  expect(columnTexts([0.12345, 2])).toEqual(['0.1235', '2.0000']);
  expect(columnTexts([])).toEqual([]);
});
