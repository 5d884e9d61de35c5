/**
 * Held-out evaluation: how often is the policy right, in one greedy answer and in samples?
 * Right means execution match with the gold SQL (sql/result-match.ts).
 */
import { ACTS_IN_FULL, actingWeight } from '../grpo/acting.ts';
import type { ActingConfig } from '../grpo/acting.ts';
import type { Database, PolicyHint, PolicyView, Question, Random, Sampler } from '../grpo/types.ts';
import { seededRandom } from '../grpo/random.ts';
import { Judge } from './judge.ts';
import type { AnswerBudget, Asked } from './judge.ts';
import { meanOverFacts } from './accuracy.ts';
import { factsOf } from './facts.ts';
import { passAtK } from './statistics.ts';
import type { Interval } from './statistics.ts';

export interface EvaluateOptions {
  /** Those without gold SQL are left out and counted. */
  readonly questions: readonly Question[];
  readonly sampler: Sampler;
  readonly database: Database;
  readonly policy: PolicyView;
  readonly temperature: number;
  /** The SQL that is a question's answer; the sampler's greedy one unless given. Rejects as the sampler does. */
  readonly answer?: (question: Question) => Promise<string>;
  /** G: samples per question and seed, and the G of pass@G. */
  readonly groupSize: number;
  /** K: how many groups are sampled for each question. */
  readonly seeds: number;
  readonly budget: AnswerBudget;
  /** Knows what was judged before, over the same database and budget; a fresh one unless given. */
  readonly judge?: Judge;
  readonly onQuestion?: (done: number, all: number) => void;
  readonly signal?: AbortSignal;
}

/** One SQL text, judged. */
export interface JudgedSql {
  readonly sql: string;
  readonly right: boolean;
}

export interface QuestionResult {
  readonly id: string;
  /** What it asks for (facts.ts). */
  readonly fact: string;
  /** Of the answer. */
  readonly correct: boolean;
  /** The answer: greedy unless `answer` was given. */
  readonly sql: string;
  readonly samples: number;
  readonly samplesCorrect: number;
  /** The samples, seed by seed. */
  readonly groups: readonly (readonly JudgedSql[])[];
  /** Gold returns nothing, 0 or NULL: wrong SQL matches it easily. */
  readonly weakGold: boolean;
}

/** Intervals are 95 %, over facts. */
export interface Evaluation {
  /** How many were evaluated, and how many facts they ask for. */
  readonly questions: number;
  readonly facts: number;
  /** Share of questions whose answer is right: the greedy one unless `answer` was given. */
  readonly greedy: Interval;
  /** Mean chance that one sample is right. */
  readonly pass1: Interval;
  /** Mean chance that at least one of G samples is right. */
  readonly passG: Interval;
  readonly groupSize: number;
  readonly seeds: number;
  readonly temperature: number;
  readonly withoutGold: number;
  /** How many of the questions have weak gold. */
  readonly weakGold: number;
  readonly perQuestion: readonly QuestionResult[];
}

/**
 * A policy that only looks up: hints from a file, or none. Which of them act, and how much, is `acting`'s to say: in
 * full unless given.
 */
export function fixedPolicy(hints: readonly PolicyHint[], acting: ActingConfig = ACTS_IN_FULL): PolicyView {
  const weights = new Map(hints.map((hint) => [hint.key, actingWeight(hint, acting)]));
  return { hints, version: 0, weightOf: (key) => weights.get(key) ?? 0 };
}

/**
 * Evaluates every question that has gold whose result can be compared. The samples of question i under seed s depend on
 * i and s alone, so that two policies meet the same chance. Rejects with GoldError, with AbortError, and with
 * RangeError when no question has gold.
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { sampler, database, policy, temperature, groupSize, seeds, signal, onQuestion, answer } = options;
  const judge = options.judge ?? new Judge(database, options.budget);
  const questions = await judge.comparable(options.questions);
  if (questions.length === 0) throw new RangeError('No question has gold SQL whose result can be compared with.');
  const facts = factsOf(questions);
  const perQuestion: QuestionResult[] = [];
  const answers = async (question: Question, index: number): Promise<readonly string[]> => {
    const request = (random: Random) => ({
      question: question.question,
      policy,
      temperature,
      random,
      ...(signal === undefined ? {} : { signal }),
    });
    const texts = [
      answer === undefined ? (await sampler.greedy(request(chance(0, index)))).sql : await answer(question),
    ];
    for (let seed = 1; seed <= seeds; seed++) {
      for (const sample of await sampler.generateGroup(request(chance(seed, index)), groupSize)) texts.push(sample.sql);
    }
    return texts;
  };
  await judged(questions, answers, judge, signal, async ({ question, texts }, [correct = false, ...right]) => {
    const samples = right.map((one, i): JudgedSql => ({ sql: texts[i + 1] ?? '', right: one }));
    const each = samples.length / seeds;
    perQuestion.push({
      id: question.id,
      fact: facts.get(question.id) ?? question.id,
      correct,
      sql: texts[0] ?? '',
      samples: right.length,
      samplesCorrect: right.filter(Boolean).length,
      groups: Array.from({ length: seeds }, (_, i) => samples.slice(i * each, (i + 1) * each)),
      weakGold: (await judge.gold.isWeak(question)) === true,
    });
    onQuestion?.(perQuestion.length, questions.length);
  });
  const over = (value: (result: QuestionResult) => number): Interval =>
    meanOverFacts(
      perQuestion.map(value),
      perQuestion.map(({ fact }) => fact),
    );
  return {
    questions: questions.length,
    facts: new Set(facts.values()).size,
    greedy: over(({ correct }) => (correct ? 1 : 0)),
    pass1: over(({ samples, samplesCorrect }) => samplesCorrect / samples),
    passG: over(({ samples, samplesCorrect }) => passAtK(samples, samplesCorrect, groupSize)),
    groupSize,
    seeds,
    temperature,
    withoutGold: options.questions.length - questions.length,
    weakGold: perQuestion.filter((result) => result.weakGold).length,
    perQuestion,
  };
}

/**
 * Which of `questions` (all with comparable gold) are answered right, greedily or by `answer`, in their order. Rejects
 * with GoldError and AbortError.
 */
export async function greedyAnswers({
  questions,
  sampler,
  policy,
  temperature,
  judge,
  signal,
  answer,
}: GreedyOptions): Promise<boolean[]> {
  const answers: boolean[] = [];
  const texts = async (question: Question, index: number): Promise<readonly string[]> => [
    answer === undefined
      ? (
          await sampler.greedy({
            question: question.question,
            policy,
            temperature,
            random: chance(0, index),
            ...(signal === undefined ? {} : { signal }),
          })
        ).sql
      : await answer(question),
  ];
  await judged(questions, texts, judge, signal, (_asked, [correct = false]) => void answers.push(correct));
  return answers;
}

/** How many of them are. Rejects with GoldError and AbortError. */
export async function countRight(options: GreedyOptions): Promise<number> {
  return (await greedyAnswers(options)).filter(Boolean).length;
}

/** Questions answered before their SQL is sent off together. */
const BATCH = 8;

/**
 * Answers and judges in the questions' order. While the database runs one batch the next is being answered: they are in
 * different threads.
 */
async function judged(
  questions: readonly Question[],
  answers: (question: Question, index: number) => Promise<readonly string[]>,
  judge: Judge,
  signal: AbortSignal | undefined,
  each: (asked: Asked, right: readonly boolean[]) => void | Promise<void>,
): Promise<void> {
  const handOut = async (batch: readonly Asked[]): Promise<void> => {
    const right = await judge.answersAreRight(batch, signal);
    for (const [i, asked] of batch.entries()) await each(asked, right[i] ?? []);
  };
  let before: Promise<void> = Promise.resolve();
  for (let first = 0; first < questions.length; first += BATCH) {
    const batch: Asked[] = [];
    for (const [i, question] of questions.slice(first, first + BATCH).entries()) {
      signal?.throwIfAborted();
      batch.push({ question, texts: await answers(question, first + i) });
    }
    await before;
    before = handOut(batch);
    // Awaited a batch later, or never when the next one cannot be answered: then that is what is told.
    before.catch(() => undefined);
  }
  await before;
}

export interface GreedyOptions extends Pick<
  EvaluateOptions,
  'questions' | 'sampler' | 'policy' | 'temperature' | 'signal' | 'answer'
> {
  readonly judge: Judge;
}

/** A generator of its own for every seed and question; the factor keeps them apart for up to 2^24 questions. */
export function chance(seed: number, index: number): Random {
  return seededRandom(seed * 2 ** 24 + index).next;
}
