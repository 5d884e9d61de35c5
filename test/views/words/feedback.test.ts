import { expect, test } from 'vitest';
import { sayFeedback, sayLearned, sayTakenBack } from '../../../src/views/words/feedback.ts';

test.each([
  [
    { thumb: 'up', corrected: null },
    { saved: true, counts: true },
    'Thumb up: kept in this browser. Counts in the steps that follow.',
  ],
  [
    { thumb: 'down', corrected: 'SELECT 1' },
    { saved: true, counts: false },
    'Thumb down, and your SQL in its place: kept in this browser. It answers this question in Ask; practice does not count it yet.',
  ],
  [
    { thumb: null, corrected: 'SELECT 1' },
    { saved: false, counts: true },
    'Your SQL in its place: kept until this page is closed. Counts in the steps that follow.',
  ],
] as const)('feedback says where it is and what it does: %j', (feedback, whereabouts, said) => {
  expect(sayFeedback(feedback, whereabouts)).toBe(said);
});

test.each([
  [
    { steps: 12, moved: 1, foundByItself: true },
    'Kept. 12 steps on this question moved 1 hint: its tries are right now without help.',
  ],
  [
    { steps: 60, moved: 9 },
    'Kept. 60 steps on this question moved 9 hints. Not all of its tries are right yet; what you gave answers this question all the same.',
  ],
  [
    { steps: 12, moved: 0 },
    'Kept. 12 steps on this question moved 0 hints: its tries came out alike. It is the answer to this question all the same.',
  ],
  [
    { steps: 0, moved: 0 },
    'Kept. The built-in sampler found no SQL that means the same, so there is nothing to learn from yet; what you gave answers this question all the same.',
  ],
  [
    { steps: 0, moved: 0, heldOut: true },
    'Kept. What it asks for is held out: it is answered so from now on, and never practised.',
  ],
  [
    { steps: 3, moved: 2, foundByItself: true, keyStays: true },
    'Kept. 3 steps on this question moved 2 hints: its tries are right now without help. The answer key that the question has under Data stays as it is.',
  ],
  [{ steps: 3, moved: 2, problem: 'The database is gone.' }, 'The database is gone.'],
])('what was learned is said, or why nothing was: %j', (learned, said) => {
  expect(sayLearned({ problem: '', foundByItself: false, ...learned })).toBe(said);
});

test.each([
  ['back', false, 'Taken back: it is no longer the answer. The hints are as they were before.'],
  [
    'elsewhere',
    false,
    'Taken back: it is no longer the answer. The hints that it moved belong to another run, and stay there.',
  ],
  ['untouched', false, 'Taken back: it is no longer the answer. It had moved no hint.'],
  [
    'stay',
    true,
    'Taken back: the SQL that you gave before, which stands in the field, is the right answer again. What the hints learned stays, since more was learned or changed after it: change it under Policy, or reset the run.',
  ],
] as const)('what was taken back says what became of the hints: %s', (hints, earlier, said) => {
  expect(sayTakenBack(hints, { earlier, isKey: false })).toBe(said);
});
