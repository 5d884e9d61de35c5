/** Feedback in words: what was said, where it is, and what it does. */
import { plural } from '../../charts/format.ts';
import type { Feedback } from '../../grpo/feedback.ts';
import type { Learned, Undone } from '../../state/learning.ts';

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
  return `${said}: kept ${saved ? 'in this browser' : 'until this page is closed'}. ${counts ? 'Counts in the steps that follow.' : corrected === null ? 'Feedback has no weight, so it does not count yet.' : 'It answers this question in Ask; practice does not count it yet.'}`;
}

/** `earlier`: another correction holds again; `isKey`: its SQL is an answer key of the reader's own questions. */
export function sayTakenBack(
  hints: Undone['hints'],
  { earlier, isKey }: { readonly earlier: boolean; readonly isKey: boolean },
): string {
  const answer = earlier
    ? 'Taken back: the SQL that you gave before, which stands in the field, is the right answer again.'
    : `Taken back: it is no longer the answer.${isKey ? ' It is still the answer key of a question under Data.' : ''}`;
  const learned = {
    back: 'The hints are as they were before.',
    stay: 'What the hints learned stays, since more was learned or changed after it: change it under Policy, or reset the run.',
    elsewhere: 'The hints that it moved belong to another run, and stay there.',
    untouched: 'It had moved no hint.',
    unknown: 'What the hints learned from it, if anything, stays: change it under Policy, or reset the run.',
  }[hints];
  return `${answer} ${learned}`;
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
