/** Feedback in words: what was said, where it is, and what it does. */
import { plural } from '../../charts/format.ts';
import type { Feedback } from '../../grpo/feedback.ts';
import type { Learned } from '../../state/learning.ts';

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
  return `${said}: kept ${saved ? 'in this browser' : 'until this page is closed'}. ${counts ? 'Counts from the next step.' : corrected === null ? 'Feedback has no weight, so it does not count yet.' : 'It answers this question in Ask; practice does not count it yet.'}`;
}

/** What came of learning on the spot. */
export function sayLearned({
  problem,
  steps,
  moved,
  foundByItself,
  heldOut = false,
  keyStays = false,
}: Learned): string {
  if (problem !== '') return problem;
  const stays = keyStays ? ' The answer key that the question has under Data stays as it is.' : '';
  if (heldOut) return `Kept. What it asks for is held out: it is answered so from now on, and never practised.${stays}`;
  if (steps === 0)
    return `Kept. The built-in sampler found no SQL that means the same, so there is nothing to learn from yet; what you gave answers this question all the same.${stays}`;
  const took = `Kept. ${plural(steps, 'step')} on this question moved ${plural(moved, 'hint')}`;
  const why =
    moved === 0
      ? ': its tries came out alike. It is the answer to this question all the same.'
      : foundByItself
        ? ': its tries are right now without help.'
        : '. Not all of its tries are right yet; what you gave answers this question all the same.';
  return `${took}${why}${stays}`;
}
