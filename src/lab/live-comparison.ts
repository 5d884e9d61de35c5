/**
 * What a language model answers to questions that the policy never saw, with hints in its prompt and without: which
 * answers are right, question by question, and whether that is evidence. Taken up and left again.
 */
import type { PromptMessage } from '../grpo/origin.ts';
import { seededRandom, shuffled } from '../grpo/random.ts';
import type { PolicyView, Question, Sample, Sampler } from '../grpo/types.ts';
import { meanOverFacts } from './accuracy.ts';
import { compare, type Comparison } from './comparison.ts';
import { chance } from './evaluate.ts';
import type { HeldOutAnswer } from './experiment-types.ts';
import { factsIn, factsOf, type Counts, type Facts } from './facts.ts';
import { GoldError } from './gold.ts';
import type { Judge } from './judge.ts';
import type { Interval } from './statistics.ts';

/** In which order questions are asked, and what the comparison draws: the same every time. */
const SEED = 1;
/** Characters that are kept of an answer without SQL. */
const LONGEST_TEXT = 2000;

/** The model as it is asked. */
export interface PromptedModel {
  readonly withHints: Sampler;
  readonly withoutHints: Sampler;
  /** What a completion is given without hints. */
  readonly plainPrompt: (question: string) => readonly PromptMessage[];
  /** How many hints stand in the prompt of a greedy answer. */
  readonly hintsIn: (question: string) => number;
  /** Questions that are worth asking at the same time. */
  readonly atATime: number;
}

export interface LiveAnswer {
  /** '' where it holds none. */
  readonly sql: string;
  /** What was written instead; '' where there is SQL. */
  readonly text: string;
  readonly right: boolean;
}

export interface LiveQuestion {
  readonly id: string;
  readonly question: string;
  readonly fact: string;
  /** Hints in its prompt. */
  readonly hints: number;
  /** The prompt is the same with hints and without, so that the answers to it count for both. */
  readonly once: boolean;
  /** Gold returns nothing, 0 or NULL: wrong SQL matches it easily. */
  readonly weakGold: boolean;
  readonly withHints: readonly LiveAnswer[];
  readonly withoutHints: readonly LiveAnswer[];
}

/** Intervals are 95 %, over facts. */
export interface LiveReport extends Counts {
  /** Questions that were to be asked: more than `questions` where it was left before the end. */
  readonly all: number;
  /** Answers drawn to each prompt; 0: one, the greedy one. */
  readonly draws: number;
  readonly weakGold: number;
  readonly withHints: Interval;
  readonly withoutHints: Interval;
  /** With hints against without, paired by question. */
  readonly comparison: Comparison;
  /** In the order in which they were asked. */
  readonly perQuestion: readonly LiveQuestion[];
}

/**
 * The held-out questions to ask, `most` at most: in random order, and a question of a fact that was asked already after
 * one of each other fact, since it adds less. Resolves to those whose gold can be compared with.
 */
export async function questionsToAsk(
  questions: readonly Question[],
  most: number,
  { gold }: Judge,
): Promise<Question[]> {
  const heldOut = questions.filter(({ split, sql }) => split === 'held-out' && sql !== undefined);
  const facts = factsOf(heldOut);
  const asked = new Map<string, number>();
  const rounds = shuffled(heldOut, seededRandom(SEED).next).map((question) => {
    const fact = facts.get(question.id) ?? question.id;
    const round = asked.get(fact) ?? 0;
    asked.set(fact, round + 1);
    return { question, round };
  });
  const chosen: Question[] = [];
  for (const { question } of rounds.sort((a, b) => a.round - b.round)) {
    if (chosen.length >= most) break;
    const comparable = await gold.isComparable(question).catch((error: unknown) => {
      if (error instanceof GoldError) return false;
      throw error;
    });
    if (comparable) chosen.push(question);
  }
  return chosen;
}

export interface LiveComparisonOptions {
  readonly questions: readonly Question[];
  /** Must not change meanwhile: `fixedPolicy` of the hints as they were. */
  readonly policy: PolicyView;
  readonly judge: Judge;
  /** Answers drawn to each prompt; 0: one, the greedy one. */
  readonly draws: number;
  readonly temperature: number;
}

export class LiveComparison {
  readonly #options: LiveComparisonOptions;
  readonly #facts: Facts;
  /** By position among the questions. */
  readonly #answered = new Map<number, LiveQuestion>();

  constructor(options: LiveComparisonOptions) {
    this.#options = options;
    this.#facts = factsOf(options.questions);
  }

  get answered(): number {
    return this.#answered.size;
  }

  /**
   * Asks what was not answered yet; `onAnswered` is told of each question, with the tokens that were written for it
   * where the model counts them. Where a question cannot be answered no further one is begun, and it rejects as the
   * sampler or the judge did. Rejects with AbortError when `signal` was aborted. What was answered until then stays.
   */
  async goOn(
    model: PromptedModel,
    { signal, onAnswered }: { readonly signal: AbortSignal; readonly onAnswered: (tokens: number | null) => void },
  ): Promise<void> {
    const open = [...this.#options.questions.keys()].filter((at) => !this.#answered.has(at));
    let failed = false;
    const work = async (): Promise<void> => {
      for (let at = open.shift(); at !== undefined && !failed; at = open.shift()) {
        try {
          signal.throwIfAborted();
          const { answered, tokens } = await this.#ask(at, model, signal);
          this.#answered.set(at, answered);
          onAnswered(tokens);
        } catch (error) {
          failed = true;
          throw error;
        }
      }
    };
    const workers = Array.from({ length: Math.max(1, model.atATime) }, work);
    for (const ended of await Promise.allSettled(workers)) if (ended.status === 'rejected') throw ended.reason;
  }

  /** Of what was answered so far; null before the first question is. */
  report(): LiveReport | null {
    const { questions, draws } = this.#options;
    const perQuestion = [...this.#answered].sort(([a], [b]) => a - b).map(([, one]) => one);
    if (perQuestion.length === 0) return null;
    const facts = factsIn(
      perQuestion.map(({ id }) => id),
      this.#facts,
    );
    const accuracy = (side: Side): Interval =>
      meanOverFacts(
        perQuestion.map((one) => rightShare(one[side])),
        facts,
      );
    /** As `compare` takes them: the first answers to all questions, then the second ones. */
    const runs = (side: Side): HeldOutAnswer[][] =>
      Array.from({ length: Math.max(1, draws) }, (_, draw) =>
        perQuestion.map((one) => ({
          questionId: one.id,
          greedy: one[side][draw]?.right === true,
          right: 0,
          drawn: 0,
        })),
      );
    return {
      questions: perQuestion.length,
      facts: new Set(facts).size,
      all: questions.length,
      draws,
      weakGold: perQuestion.filter(({ weakGold }) => weakGold).length,
      withHints: accuracy('withHints'),
      withoutHints: accuracy('withoutHints'),
      comparison: compare(runs('withoutHints'), runs('withHints'), this.#facts, seededRandom(SEED).next),
      perQuestion,
    };
  }

  async #ask(
    at: number,
    model: PromptedModel,
    signal: AbortSignal,
  ): Promise<{ readonly answered: LiveQuestion; readonly tokens: number | null }> {
    const { questions, policy, judge, draws, temperature } = this.#options;
    const asked = questions[at] as Question;
    const { id, question } = asked;
    // The same chance on both sides.
    const request = () => ({ question, policy, temperature, random: chance(SEED, at), signal });
    const samplesOf = async (sampler: Sampler): Promise<readonly Sample[]> =>
      draws === 0 ? [await sampler.greedy(request())] : sampler.generateGroup(request(), draws);
    const hinted = await samplesOf(model.withHints);
    const plain = JSON.stringify(model.plainPrompt(question));
    const once = hinted.every(({ origin }) => JSON.stringify(origin?.prompt) === plain);
    const unhinted = once ? hinted : await samplesOf(model.withoutHints);
    const answersOf = async (samples: readonly Sample[]): Promise<LiveAnswer[]> => {
      // Not given up: the database would be ended for it.
      const right = await judge.areRight(
        asked,
        samples.map(({ sql }) => sql),
      );
      return samples.map(({ sql, text }, i) => ({
        sql,
        text: sql === '' ? text.slice(0, LONGEST_TEXT) : '',
        right: right[i] === true,
      }));
    };
    const answered: LiveQuestion = {
      id,
      question,
      fact: this.#facts.get(id) ?? id,
      hints: once ? 0 : model.hintsIn(question),
      once,
      weakGold: (await judge.gold.isWeak(asked)) === true,
      withHints: await answersOf(hinted),
      withoutHints: await answersOf(unhinted),
    };
    const counts = [...hinted, ...(once ? [] : unhinted)].map(({ origin }) => origin?.tokens);
    const tokens = counts.reduce<number | null>(
      (sum, count) => (sum === null || count === undefined ? null : sum + count),
      0,
    );
    return { answered, tokens };
  }
}

type Side = 'withHints' | 'withoutHints';

/** Of the answers to one prompt, how many are right: in [0, 1]. */
export function rightShare(answers: readonly LiveAnswer[]): number {
  return answers.filter(({ right }) => right).length / answers.length;
}
