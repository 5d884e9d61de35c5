/** What the view of a live comparison shows of its questions. Pure. */
import { rightShare, type LiveAnswer, type LiveQuestion } from '../../lab/live-comparison.ts';

/** Numbers of questions that are offered, where there are more. */
const OFFERED = [10, 30, 100] as const;
/** From 30 facts on a large difference could show (lab/verdict.ts). */
const USUAL = 30;

/** How many questions may be asked of so many, all of them last. */
export function questionChoices(all: number): readonly number[] {
  return [...OFFERED.filter((count) => count < all), all];
}

export function usualQuestions(all: number): number {
  return Math.min(all, USUAL);
}

/** Questions by what hints changed. */
export interface ByChange {
  readonly better: readonly LiveQuestion[];
  readonly worse: readonly LiveQuestion[];
  readonly same: readonly LiveQuestion[];
}

export function byChange(questions: readonly LiveQuestion[]): ByChange {
  const change = ({ withHints, withoutHints }: LiveQuestion): number =>
    Math.sign(rightShare(withHints) - rightShare(withoutHints));
  return {
    better: questions.filter((one) => change(one) > 0),
    worse: questions.filter((one) => change(one) < 0),
    same: questions.filter((one) => change(one) === 0),
  };
}

/** "right", "wrong"; of several answers "3 of 4 right". */
export function rightText(answers: readonly LiveAnswer[]): string {
  const right = answers.filter((answer) => answer.right).length;
  return answers.length === 1 ? (right === 1 ? 'right' : 'wrong') : `${right} of ${answers.length} right`;
}

/** Different answers with how often each was given, the most frequent first. */
export function distinctAnswers(
  answers: readonly LiveAnswer[],
): readonly { readonly answer: LiveAnswer; readonly times: number }[] {
  const found = new Map<string, { readonly answer: LiveAnswer; times: number }>();
  for (const answer of answers) {
    const key = `${answer.sql}\n${answer.text}`;
    const known = found.get(key);
    if (known === undefined) found.set(key, { answer, times: 1 });
    else known.times++;
  }
  return [...found.values()].sort((a, b) => b.times - a.times);
}
