import { expect, test } from 'vitest';
import { byPattern, changesOf, usersOf } from '../../../src/views/words/changes.ts';
import { creditMarks } from '../../../src/views/words/credit-marks.ts';
import { ALIKE, SPREAD, stepOf } from '../fixture.ts';

test('one change per hint, the largest first, with the completions that used it', async () => {
  const { step } = await stepOf(SPREAD);
  const changes = changesOf(step);
  const sizes = changes.map(({ delta }) => Math.abs(delta));
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  const sum = changes.find(({ pattern }) => pattern.startsWith('SUM('));
  expect(sum && usersOf(sum, 0)).toEqual([1]);
  expect(sum?.created).toBe(true);
  expect(sum?.delta).toBeGreaterThan(0);
});

test('changes of one pattern under several cues add up', async () => {
  const { step } = await stepOf(SPREAD);
  const [first] = changesOf(step);
  if (!first) throw new Error('fixture');
  const [together] = byPattern([
    first,
    { ...first, key: 'other', feature: { ...first.feature, cue: { kind: 'word', parts: ['total'] } } },
  ]);
  expect(together?.delta).toBeCloseTo(2 * first.delta, 12);
  expect(together?.changes).toHaveLength(2);
});

test('credit is underlined where the pattern stands, and only where the completion teaches', async () => {
  const { step } = await stepOf(SPREAD);
  const changes = changesOf(step);
  const texts = step.groups[0]?.completions.map((completion) =>
    creditMarks(completion, 0, changes).map(({ start, end }) => completion.sql.slice(start, end)),
  );
  expect(texts?.[1]?.[0]).toContain('SUM(oi.quantity * oi.unit_price)');
  const alike = await stepOf(ALIKE);
  expect(alike.step.groups[0]?.completions.flatMap((completion) => creditMarks(completion, 0, changes))).toEqual([]);
});
