/** Feedback in words: what was said, where it is, and what it does. */
import type { Feedback } from '../../grpo/feedback.ts';

export interface Whereabouts {
  /** False where the browser stores nothing. */
  readonly saved: boolean;
  /** Whether feedback has a weight. */
  readonly counts: boolean;
}

export function sayFeedback(
  { thumb, corrected }: Pick<Feedback, 'thumb' | 'corrected'>,
  { saved, counts }: Whereabouts,
): string {
  const parts = [
    thumb === 'up' ? 'Thumb up' : thumb === 'down' ? 'Thumb down' : '',
    corrected === null ? '' : 'your SQL in its place',
  ].filter(Boolean);
  const said = parts.join(', and ').replace(/^./, (first) => first.toUpperCase());
  return `${said}: kept ${saved ? 'in this browser' : 'until this page is closed'}. ${counts ? 'Counts from the next step.' : 'Feedback has no weight, so it does not count yet.'}`;
}
