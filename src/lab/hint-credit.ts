/**
 * Causal credit: what does a hint do, as opposed to what it says? Hints are left out by the toss of a coin while
 * questions are answered; because the coin decides, the difference between the answers with a hint and those without is
 * its effect.
 */
import { seededRandom } from '../grpo/random.ts';
import { describeHint } from '../grpo/words/described.ts';
import type { PolicyHint, PolicyView, Question, Sampler } from '../grpo/types.ts';
import { fixedPolicy } from './evaluate.ts';
import type { ActingConfig } from '../grpo/acting.ts';
import type { Judge } from './judge.ts';
import { countsText, factsOf } from './facts.ts';
import type { Counts } from './facts.ts';
import { pairedDifference, SIGNIFICANCE } from './paired.ts';
import type { Difference } from './paired.ts';
import { basis, inPoints, outcomeOf, TOO_FEW } from './verdict.ts';
import type { Outcome } from './verdict.ts';

/** Of a hint compared on fewer facts no uplift is stated: no test over five finds anything. */
const FEWEST_FACTS = 6;

export interface CreditOptions {
  /** Those with comparable gold are used. */
  readonly questions: readonly Question[];
  readonly sampler: Sampler;
  readonly judge: Judge;
  readonly hints: readonly PolicyHint[];
  /** How many hints are tossed for, the heaviest first; the others always act. */
  readonly top: number;
  /** Tosses (and greedy answers) for each question. */
  readonly repeats: number;
  /** Also the temperature of the samples by which it is found out where a hint can act. */
  readonly temperature: number;
  readonly groupSize: number;
  readonly seed: number;
  readonly acting?: ActingConfig;
  readonly onQuestion?: (done: number, all: number) => void;
  readonly signal?: AbortSignal;
}

export type CreditVerdict = 'helps' | 'hurts' | 'no evidence' | 'too few to tell' | 'not enough data';

export interface HintCredit {
  readonly key: string;
  readonly weight: number;
  readonly description: string;
  /** Questions on which it can act, and those of them that were answered both with it and without it. */
  readonly questions: number;
  readonly compared: number;
  readonly answersWith: number;
  readonly answersWithout: number;
  /** What the compared questions ask for. */
  readonly facts: number;
  /**
   * Accuracy with it minus accuracy without it, question by question, tested over facts; null without enough data.
   */
  readonly uplift: Difference | null;
  readonly verdict: CreditVerdict;
  /** The verdict as a sentence. */
  readonly text: string;
}

export interface CreditReport {
  /** Heaviest first. */
  readonly credits: readonly HintCredit[];
  readonly questions: number;
  readonly repeats: number;
  /** How many facts the questions ask for. */
  readonly facts: number;
  /** Hints with an uplift, and how many of them chance alone would at most call helpful or harmful (1 in 20). */
  readonly tested: number;
  readonly expectedByChance: number;
}

/** Per hint and question: right answers and all answers, without (0) and with it (1). */
interface Tally {
  readonly fact: string;
  readonly right: [number, number];
  readonly all: [number, number];
}

/**
 * Each of the `top` heaviest enabled hints that can act on a question is included with probability ½, independently for
 * every repeat. The uplift is the mean over questions of (share right with it − share right without it): questions
 * differ in difficulty, so each is compared with itself. The same options give the same result. Rejects with RangeError
 * without questions that have comparable gold, with GoldError and AbortError.
 */
export async function hintCredit(options: CreditOptions): Promise<CreditReport> {
  const { sampler, judge, hints, top, repeats, temperature, seed, acting, onQuestion, signal } = options;
  const questions = await judge.comparable(options.questions);
  if (questions.length === 0) throw new RangeError('No question has gold SQL whose result can be compared with.');
  const facts = factsOf(questions);
  const all = fixedPolicy(hints, acting);
  const tested = hints
    .filter(({ key }) => all.weightOf(key) !== 0)
    .sort((a, b) => Math.abs(all.weightOf(b.key)) - Math.abs(all.weightOf(a.key)) || (a.key < b.key ? -1 : 1))
    .slice(0, top);
  const tallies = new Map(tested.map(({ key }) => [key, [] as Tally[]]));
  for (const [index, question] of questions.entries()) {
    signal?.throwIfAborted();
    const random = seededRandom(seed * 2 ** 24 + index).next;
    const ask = { question: question.question, temperature, random, ...(signal === undefined ? {} : { signal }) };
    const without = masked(all, new Set(tested.map(({ key }) => key)));
    const seen = [
      await sampler.greedy({ ...ask, policy: all }),
      await sampler.greedy({ ...ask, policy: without }),
      ...(await sampler.generateGroup({ ...ask, policy: all }, options.groupSize)),
    ];
    const possible = new Set(seen.flatMap(({ features }) => features.map(({ feature }) => feature.key)));
    const acts = tested.filter(({ key }) => possible.has(key));
    const tally = acts.map((): Tally => ({ fact: facts.get(question.id) ?? question.id, right: [0, 0], all: [0, 0] }));
    const tosses: boolean[][] = [];
    const texts: string[] = [];
    // A question on which none acts has nothing to tell.
    for (let repeat = 0; repeat < repeats && acts.length > 0; repeat++) {
      const included = acts.map(() => random() < 0.5);
      tosses.push(included);
      const left = new Set(acts.filter((_, i) => included[i] === false).map(({ key }) => key));
      texts.push((await sampler.greedy({ ...ask, policy: masked(all, left) })).sql);
    }
    const right = await judge.areRight(question, texts, signal);
    for (const [repeat, included] of tosses.entries()) {
      for (const [i, { right: rights, all: answers }] of tally.entries()) {
        const arm = included[i] === true ? 1 : 0;
        answers[arm]++;
        if (right[repeat] === true) rights[arm]++;
      }
    }
    acts.forEach(({ key }, i) => tallies.get(key)?.push(tally[i] as Tally));
    onQuestion?.(index + 1, questions.length);
  }
  const credits = tested.map((hint) => creditOf(hint, all.weightOf(hint.key), tallies.get(hint.key) ?? [], seed));
  const stated = credits.filter(({ uplift }) => uplift !== null).length;
  return {
    credits,
    questions: questions.length,
    facts: new Set(facts.values()).size,
    repeats,
    tested: stated,
    expectedByChance: stated * SIGNIFICANCE,
  };
}

function masked(policy: PolicyView, left: ReadonlySet<string>): PolicyView {
  return {
    hints: policy.hints.filter(({ key }) => !left.has(key)),
    version: 0,
    weightOf: (key) => (left.has(key) ? 0 : policy.weightOf(key)),
  };
}

function creditOf(hint: PolicyHint, weight: number, tallies: readonly Tally[], seed: number): HintCredit {
  const both = tallies.filter(({ all }) => all[0] > 0 && all[1] > 0);
  const share = (arm: 0 | 1) => both.map(({ right, all }) => right[arm] / all[arm]);
  const answers = (arm: 0 | 1): number => tallies.reduce((sum, { all }) => sum + all[arm], 0);
  const compared = both.map(({ fact }) => fact);
  const facts = new Set(compared).size;
  const uplift = facts < FEWEST_FACTS ? null : pairedDifference(share(0), share(1), compared, seededRandom(seed).next);
  const verdict = uplift === null ? 'not enough data' : VERDICTS[outcomeOf(uplift)];
  return {
    key: hint.key,
    weight,
    description: describeHint(hint),
    questions: tallies.length,
    compared: both.length,
    answersWith: answers(1),
    answersWithout: answers(0),
    facts,
    uplift,
    verdict,
    text: sentence(verdict, uplift, { questions: both.length, facts }),
  };
}

const VERDICTS = {
  gain: 'helps',
  loss: 'hurts',
  none: 'no evidence',
  'too-few': 'too few to tell',
} as const satisfies Record<Outcome, CreditVerdict>;

const WORDS: Readonly<Record<CreditVerdict, string>> = {
  helps: 'Helps',
  hurts: 'Hurts',
  'no evidence': 'No evidence of an effect',
  'too few to tell': 'Too few questions to tell',
  'not enough data': 'Not enough data',
};

function sentence(verdict: CreditVerdict, uplift: Difference | null, counts: Counts): string {
  if (uplift === null)
    return `${WORDS[verdict]}: compared on ${countsText(counts)}, and ${FEWEST_FACTS} facts are needed.`;
  return `${WORDS[verdict]}: ${inPoints(uplift)}, ${basis(uplift)}${verdict === 'too few to tell' ? `; ${TOO_FEW}` : ''}.`;
}
