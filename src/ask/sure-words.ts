/** How sure an answer is, in words. Pure. */
import type { AskCandidate, Sureness } from './types.ts';

/** A rival as near as this in score stands beside the answer. */
const NEAR = 0.05;
/** Words of the question that are named. */
const NAMED = 4;

/** “About 7 in 10 answers like this are right.” */
export function shareWords(probability: number): string {
  const tenths = Math.round(10 * probability);
  if (probability >= 0.95) return 'About 19 in 20 answers like this are right.';
  return `${tenths === 0 ? 'Fewer than 1' : `About ${tenths}`} in 10 answers like this are right.`;
}

/** What speaks for it and against it: agreement, margin, and what of the question nothing was made of. */
export function becauseOf(
  { agreement }: Pick<AskCandidate, 'agreement'>,
  { margin, unlinked }: Pick<Sureness, 'margin' | 'unlinked'>,
): string[] {
  const because: string[] = [];
  if (agreement !== null && agreement.others > 0)
    because.push(`${agreement.same + 1} of the ${agreement.others + 1} candidates that ran give this result.`);
  if (margin === null) because.push('None gives another.');
  else if (margin < NEAR) because.push('Another result scores about as well.');
  else because.push(`The best other result scores ${margin.toFixed(2)} less.`);
  if (unlinked.length === 0) because.push('Every name and value in the question was found in the database.');
  else
    because.push(
      `Nothing in the database goes with ${quoted(unlinked.slice(0, NAMED))}${unlinked.length > NAMED ? ' and more' : ''}.`,
    );
  return because;
}

/** What it was fitted on. */
export const basisWords = ({ own, questions, databases }: Sureness['from']): string =>
  own
    ? `Measured on ${questions} questions of this database whose right answers are known.`
    : `Measured on ${questions} questions of ${databases} other databases.`;

function quoted(words: readonly string[]): string {
  const all = words.map((word) => `“${word}”`);
  return all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} or ${all.at(-1) ?? ''}`;
}
