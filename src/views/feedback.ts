/** Feedback in words: what was said, where it is, and what it does. */
import type { Feedback } from '../grpo/feedback.ts';

export interface Whereabouts {
  /** False where the browser stores nothing. */
  readonly saved: boolean;
  /** Whether feedback has a weight. */
  readonly counts: boolean;
}

export function sayFeedback({ thumb, corrected }: Pick<Feedback, 'thumb' | 'corrected'>, { saved, counts }: Whereabouts): string {
  const parts = [thumb === 'up' ? 'Thumb up' : thumb === 'down' ? 'Thumb down' : '', corrected === null ? '' : 'your SQL in its place'].filter(Boolean);
  const said = parts.join(', and ').replace(/^./, (first) => first.toUpperCase());
  const place = saved ? 'kept in this browser' : 'kept until this page is closed';
  return `${said}: ${place}, for this question. ${counts ? 'It counts from the next step.' : 'It does not count yet: feedback has no weight.'}`;
}
