/** An answer in words. */
import { inWords, plural, signed } from '../../charts/format.ts';
import type { Question } from '../../grpo/types.ts';
import { resultClasses } from '../../sql/result-classes.ts';
import type { AskAnswer, AskCandidate } from '../../state/ask.svelte.ts';
import { outcomeOf } from '../words/outcome.ts';

const LEVELS = ['easy', 'medium', 'hard'] as const;
/** Longer questions are no good examples. */
const SHORT = 90;
const SUGGESTIONS = 4;

/**
 * By dataset, questions that Ask answers rightly and is sure of, whatever it starts from (test/ask/suggested.test.ts);
 * of the lesson's it is right too, and says that it is unsure.
 */
export const ANSWERED_RIGHTLY: Readonly<Record<string, readonly string[]>> = {
  shop: [
    'How many orders to France were cancelled?',
    'List the categories with over seven products.',
    'How many orders have no payment?',
  ],
  shop_money: [
    'How much revenue did customers in Spain bring?',
    'How much revenue came from the supplier Lumenhaus?',
    'How much revenue came from customers in Germany?',
  ],
  concert_singer: [
    'Show all countries and the number of singers in each country.',
    'Which year has most number of concerts?',
    'Show the stadium names without any concert.',
  ],
};

/**
 * Three questions of the dataset to begin with: those it is known to answer rightly, else short ones of rising
 * difficulty.
 */
export function exampleQuestions(dataset: string, questions: readonly Question[]): string[] {
  const known = (ANSWERED_RIGHTLY[dataset] ?? []).filter((text) => questions.some(({ question }) => question === text));
  if (known.length > 0) return [...known];
  const short = questions.filter(({ question }) => question.length <= SHORT);
  const chosen = LEVELS.flatMap((level) => short.find((question) => question.level === level) ?? []);
  const others = short.filter((question) => !chosen.includes(question));
  return [...chosen, ...others].slice(0, 3).map(({ question }) => question);
}

/** Questions of the dataset that have all the words typed; none when the text is one of them, or too short to tell. */
export function suggestionsFor(text: string, questions: readonly Question[]): string[] {
  const typed = text.trim().toLowerCase();
  const words = typed.split(/\s+/);
  if (typed.length < 3) return [];
  const all = [...new Set(questions.map(({ question }) => question))];
  if (all.some((question) => question.toLowerCase() === typed)) return [];
  return all.filter((question) => words.every((word) => question.toLowerCase().includes(word))).slice(0, SUGGESTIONS);
}

/** What a screen reader hears when the answer is there. */
export function announce({ candidates: [best], note, sure }: AskAnswer): string {
  if (best === undefined) return '';
  const { title, message } = outcomeOf(best);
  const how = sure === null ? '' : ` ${sure.unsure ? 'Unsure. ' : ''}${sure.says}`;
  return `${note ?? 'The answer is there.'} ${title}${message === '' ? '' : `: ${message}`}${how}`;
}

/**
 * Why this one: "Best of 8: reward +0.93, written three times, the greedy answer; 3 of the other 7 with a result
 * agree."
 */
export function support({ score, count, greedy, agreement }: AskCandidate, { samples, scoredBy }: AskAnswer): string {
  const parts = [
    `${SCORES[scoredBy]} ${score === null ? 'unknown' : signed(score)}`,
    ...(count > 1 ? [`written ${inWords(count)} times`] : []),
    ...(greedy ? ['the greedy answer'] : []),
  ];
  const agree =
    agreement === null || agreement.others === 0
      ? ''
      : `; ${agreement.same === 0 ? 'none' : agreement.same} of the other ${agreement.others} with a result ${agreement.same === 1 ? 'agrees' : 'agree'}`;
  return `${samples === 1 ? 'The only candidate' : `Best of ${samples}`}: ${parts.join(', ')}${agree}.`;
}

const SCORES: Readonly<Record<AskAnswer['scoredBy'], string>> = {
  reward: 'reward',
  'reward+hints': 'reward and hints',
  'reward+likelihood': 'reward and likelihood',
};

/** Who wrote it, where it was not the built-in sampler. */
export function writtenBy({ origin }: AskCandidate): string {
  if (origin === undefined) return '';
  return `${origin.model}${origin.how === 'recorded' ? ', recorded, not live' : ''}${origin.seed === undefined ? '' : `, seed ${origin.seed}`}${origin.finish === 'length' ? ', cut at the most tokens' : origin.finish === 'stopped' ? ', stopped by hand' : ''}`;
}

/** The last line of a list that was cut. */
export const andMore = (shown: number, all: number, one: string): string =>
  all > shown ? `and ${plural(all - shown, `more ${one}`)}` : '';

/**
 * The best candidate of each result that is not the answer's, nor that of the candidate at `rejected`, the best first.
 */
export function otherResults(candidates: readonly AskCandidate[], rejected = 0): readonly AskCandidate[] {
  const classes = resultClasses(candidates.map(({ execution }) => execution));
  // Results may be alike only as far as they are shown.
  const results = candidates.map(({ rowCount }, i) => `${classes[i]} ${rowCount}`);
  const seen = new Set([results[0], results[rejected]]);
  return candidates.filter(({ execution, rowCount }, i) => {
    const isNew = !seen.has(results[i]);
    seen.add(results[i]);
    return isNew && execution.status === 'rows' && rowCount > 0;
  });
}
