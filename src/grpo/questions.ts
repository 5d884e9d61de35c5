/** Which question a step trains on, and which it must not. */
import type { Question } from './types.ts';

/** What a reader asks for: a question of the dataset, or their own words. */
interface Wanted {
  readonly questionId?: string | null;
  readonly ownQuestion?: string | null;
}

const OWN_QUESTION_LIMIT = 2_000;

/** What is asked cannot be trained on; the message says why. */
export class QuestionError extends Error {
  override readonly name = 'QuestionError';
}

/** The questions that may be trained on. */
export function trainingPool(questions: readonly Question[]): Question[] {
  return questions.filter((question) => question.split === 'train');
}

/**
 * The one question the reader asks for, or null for the next in the shuffled order.
 * Throws QuestionError for a held-out or unknown question and for an own question that is empty, too long, or held out.
 */
export function askedQuestion(request: Wanted, questions: readonly Question[]): Question | null {
  const own = request.ownQuestion ?? null;
  if (own !== null) return ownQuestion(own, questions);
  const id = request.questionId ?? null;
  if (id === null) return null;
  const question = questions.find((each) => each.id === id);
  if (question === undefined) throw new QuestionError(`There is no question “${id.slice(0, 60)}” in this dataset.`);
  if (question.split === 'held-out') throw heldOut();
  return question;
}

/** The reader’s own words as a question without gold. Throws QuestionError as `askedQuestion` does. */
export function ownQuestion(text: string, questions: readonly Question[]): Question {
  const question = text.trim();
  if (question === '') throw new QuestionError('Type a question first.');
  if (question.length > OWN_QUESTION_LIMIT) {
    throw new QuestionError(
      `A question may have at most ${OWN_QUESTION_LIMIT} characters; this one has ${question.length}.`,
    );
  }
  if (isHeldOut(question, questions)) throw heldOut();
  return { id: `own:${question}`, question, split: 'train' };
}

/** Whether a held-out question asks this, but for case and punctuation. */
export function isHeldOut(text: string, questions: readonly Question[]): boolean {
  const same = plain(text);
  return questions.some((each) => each.split === 'held-out' && plain(each.question) === same);
}

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

function heldOut(): QuestionError {
  return new QuestionError(
    'This question is held out: it measures what the hints learned, so it is never trained on. Pick a training question.',
  );
}
