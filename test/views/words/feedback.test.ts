import { expect, test } from 'vitest';
import { sayFeedback } from '../../../src/views/words/feedback.ts';

test.each([
  [
    { thumb: 'up', corrected: null },
    { saved: true, counts: true },
    'Thumb up: kept in this browser. Counts from the next step.',
  ],
  [
    { thumb: 'down', corrected: 'SELECT 1' },
    { saved: true, counts: false },
    'Thumb down, and your SQL in its place: kept in this browser. It answers this question in Ask; practice does not count it yet.',
  ],
  [
    { thumb: null, corrected: 'SELECT 1' },
    { saved: false, counts: true },
    'Your SQL in its place: kept until this page is closed. Counts from the next step.',
  ],
] as const)('feedback says where it is and what it does: %j', (feedback, whereabouts, said) => {
  expect(sayFeedback(feedback, whereabouts)).toBe(said);
});
