import { expect, test } from 'vitest';
import { named, spoken, tellStart, tellStep } from '../../../src/views/words/narrate.ts';
import { maxrl } from '../../../src/grpo/estimators/maxrl.ts';
import { explain } from '../../../src/views/words/arithmetic.ts';
import { ALIKE, SPREAD, stepOf } from '../fixture.ts';

test('names the best completion, by how much, and that its patterns gain weight', async () => {
  const { step, config } = await stepOf(SPREAD);
  const story = tellStep(step, 0, config);
  expect(step.groups[0]?.completions[1]?.advantage).toBeCloseTo(1.08, 2);
  expect(spoken(story.headline)).toBe('Completion 1 fell 1.29 sd below its group, so its patterns lose weight.');
  expect(spoken(story.detail)).toBe(
    'Completion 2 came out 1.08 sd above the mean; SUM(order_items.quantity * order_items.unit_price) gains weight.',
  );
});

test('leads with the best where it stands out more, and says why the worst is last', async () => {
  const [bad, good, ...middle] = SPREAD;
  if (!bad || !good) throw new Error('fixture');
  const { step, config } = await stepOf([
    bad,
    good,
    ...middle.map((given) => ({ ...given, values: { validity: 1, execution: -1, quality: -1, format: 0 } })),
  ]);
  const story = tellStep(step, 0, config);
  expect(spoken(story.headline)).toMatch(/^Completion 2 beat its group by 1\.\d\d sd, so its patterns gain weight\.$/);
  expect(spoken(story.detail)).toMatch(
    /^Completion 1 asked for a column that does not exist and fell 0\.\d\d sd below the mean; ORDER BY … DESC loses weight\.$/,
  );
});

test('the headline’s number is the advantage it speaks of', async () => {
  const { step, config } = await stepOf(SPREAD, { estimator: 'dr_grpo', min_advantage_threshold: 0 });
  const lowest = Math.min(...(step.groups[0]?.completions.map(({ advantage }) => advantage) ?? []));
  expect(spoken(tellStep(step, 0, config).headline)).toContain(`${Math.abs(lowest).toFixed(2)} points`);
});

test('where an estimator will not divide by what it has, the story and the arithmetic say so', async () => {
  const lowered = SPREAD.map((given) => ({ ...given, values: { ...given.values, quality: -1, execution: -1 } }));
  const { step, config } = await stepOf(lowered, { estimator: 'maxrl', min_advantage_threshold: 0 });
  expect(step.groups[0]).toMatchObject({ noSignal: true });
  expect(step.groups[0]?.mean).toBeLessThan(0);
  const story = tellStep(step, 0, config);
  expect(spoken(story.headline)).toBe('The rewards of this group differ, and still it carries no signal.');
  expect(spoken(story.detail)).toBe(maxrl.silent);
  expect(explain({ kind: 'advantage', group: 0, completion: 0 }, step, config)).toMatchObject({
    lead: maxrl.silent,
    agrees: true,
  });
  expect(explain({ kind: 'spread', group: 0 }, step, config)?.notes).toEqual([maxrl.silent]);
});

test('a group without spread carries no signal and moves nothing', async () => {
  const { step, config } = await stepOf(ALIKE);
  expect(spoken(tellStep(step, 0, config).headline)).toBe(
    'All four completions scored 0.83, so this group carries no signal and no weight moves.',
  );
});

test('says that no reward could be computed instead of inventing a score', async () => {
  const { step, config } = await stepOf(ALIKE.map((given) => ({ ...given, values: {} })));
  expect(spoken(tellStep(step, 0, config).headline)).toBe(
    'None of the four completions could be scored, so there is nothing to learn from.',
  );
});

test('a group in which no advantage reaches the minimum teaches nothing', async () => {
  const { step, config } = await stepOf(SPREAD, { min_advantage_threshold: 3 });
  expect(spoken(tellStep(step, 0, config).headline)).toBe('The group is too close to teach anything.');
});

test('with a learning rate of 0 it says so, and does not blame the patterns', async () => {
  const { step, config } = await stepOf(SPREAD, { learning_rate: 0 });
  const { headline, detail } = tellStep(step, 0, config);
  expect(step.events).toEqual([]);
  expect(spoken(headline)).toBe('Completion 1 fell 1.29 sd below its group.');
  expect(spoken(detail)).toBe(
    'Completion 2 came out 1.08 sd above the mean. The learning rate is 0, so nothing moves.',
  );
});

test('ties are told together', async () => {
  const { step } = await stepOf(SPREAD);
  const completions = step.groups[0]?.completions ?? [];
  expect(named(completions.slice(0, 1))).toBe('Completion 1');
  expect(named(completions.slice(0, 2))).toBe('Completions 1 and 2');
  expect(named(completions.slice(0, 3))).toBe('Completions 1, 2 and 3');
});

test('the first sentence of all names the size of the group', () => {
  expect(spoken(tellStart(4).headline)).toMatch(/^Four answers/);
  expect(spoken(tellStart(32).headline)).toMatch(/^32 answers/);
});
