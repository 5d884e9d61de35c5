/** What can be learned from the questions of a database of one's own, in words. */
import { count, plural } from '../../charts/format.ts';
import type { Question } from '../../grpo/types.ts';

export interface NextStep {
  /** How many questions there are to learn from; '' where something is missing. */
  readonly say: string;
  /** What is missing before anything can be learned from an answer key; '' for nothing. */
  readonly missing: string;
}

/**
 * `leftOut`: questions that would train and may not, as the run counts them where the answer key counts; `counts`:
 * whether it does.
 */
export function nextStep(questions: readonly Question[], leftOut: number, counts: boolean): NextStep {
  const missing = (what: string): NextStep => ({ say: '', missing: `There is nothing to learn from yet: ${what}` });
  const training = questions.filter(({ split }) => split === 'train');
  const keyed = training.filter(({ sql }) => sql !== undefined);
  if (training.length === 0)
    return missing('every question is held out, and only asked. Use one for training, or add another.');
  if (keyed.length === 0)
    return missing(
      'no question for training has its SQL, the answer key. Add it with Edit, or add a question with it.',
    );
  const left = counts ? training.length - leftOut : keyed.length;
  if (left <= 0)
    return missing(
      'the SQL of every question for training returns nothing, or only 0 and NULL, which wrong SQL matches easily. Add one whose answer says something.',
    );
  const out =
    counts && leftOut > 0
      ? `; ${leftOut === 1 ? 'another has' : `${count(leftOut)} others have`} no SQL, or SQL that returns nothing, 0 or NULL`
      : '';
  return { say: `${plural(left, 'question')} with an answer key to learn from${out}.`, missing: '' };
}

const PRESS_RUN = 'Press Run to learn from your questions.';

/** Whether a notice says what to press in the Playground: nowhere else is there a Run. */
export const isHowToLearn = (notice: string): boolean => notice.startsWith(PRESS_RUN);

/** What to press in the Playground to learn from them, and when it is enough. */
export function howToLearn(questions: readonly Question[]): string {
  const isMeasured = questions.some(({ split, sql }) => split === 'held-out' && sql !== undefined);
  return `${PRESS_RUN} It is enough when ${
    isMeasured ? 'no more are right on questions it never saw' : 'Reward, under Learning, rises no more'
  }: then ask again.`;
}
