/**
 * Held-out evaluation: how often is the policy right, in one greedy answer and in samples?
 * Right means execution match with the gold SQL (sql/result-match.ts).
 */
import type { Database, ExecutionBudget, PolicyHint, PolicyView, Question, Random, Sampler } from '../grpo/types.ts';
import { seededRandom } from '../grpo/random.ts';
import { ANSWER_BUDGET, GoldResults } from './gold.ts';
import { meanWithInterval, passAtK } from './statistics.ts';
import type { Interval } from './statistics.ts';

export interface EvaluateOptions {
  /** Those without gold SQL are left out and counted. */
  readonly questions: readonly Question[];
  readonly sampler: Sampler;
  readonly database: Database;
  readonly policy: PolicyView;
  readonly temperature: number;
  /** G: samples per question and seed, and the G of pass@G. */
  readonly groupSize: number;
  /** K: how many groups are sampled for each question. */
  readonly seeds: number;
  readonly budget: Pick<ExecutionBudget, 'maxVmSteps' | 'deadlineMs'>;
  readonly onQuestion?: (done: number, all: number) => void;
  readonly signal?: AbortSignal;
}

export interface QuestionResult {
  readonly id: string;
  /** Of the greedy answer. */
  readonly correct: boolean;
  /** The greedy answer. */
  readonly sql: string;
  readonly samples: number;
  readonly samplesCorrect: number;
  /** Gold returns nothing, 0 or NULL: wrong SQL matches it easily. */
  readonly weakGold: boolean;
}

/** Intervals are 95 %, over questions. */
export interface Evaluation {
  /** How many were evaluated. */
  readonly questions: number;
  /** Share of questions whose greedy answer is right. */
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

/** A policy that only looks up: hints from a file, or none. */
export function fixedPolicy(hints: readonly PolicyHint[]): PolicyView {
  const weights = new Map(hints.filter((hint) => hint.enabled).map((hint) => [hint.key, hint.weight]));
  return { hints, version: 0, weightOf: (key) => weights.get(key) ?? 0 };
}

/**
 * Evaluates every question that has gold whose result can be compared. The samples of question i under seed s depend on i and s alone, so that two
 * policies meet the same chance. Rejects with GoldError, with AbortError, and with RangeError when no question has gold.
 */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  const { sampler, database, policy, temperature, groupSize, seeds, signal, onQuestion } = options;
  const budget = { ...options.budget, ...ANSWER_BUDGET };
  const gold = new GoldResults(database);
  const questions: Question[] = [];
  for (const question of options.questions) if (await gold.isComparable(question)) questions.push(question);
  if (questions.length === 0) throw new RangeError('No question has gold SQL whose result can be compared with.');
  const perQuestion: QuestionResult[] = [];
  for (const [index, question] of questions.entries()) {
    const request = (random: Random) => ({ question: question.question, policy, temperature, random, ...(signal === undefined ? {} : { signal }) });
    const greedy = await sampler.greedy(request(chance(0, index)));
    const texts = [greedy.sql];
    for (let seed = 1; seed <= seeds; seed++) {
      for (const sample of await sampler.generateGroup(request(chance(seed, index)), groupSize)) texts.push(sample.sql);
    }
    const executions = await database.execute(texts, { budget, ...(signal === undefined ? {} : { signal }) });
    // Samples repeat one another; comparing a result once is enough.
    const verdicts = new Map<string, boolean>();
    for (const [i, execution] of executions.entries()) {
      const text = texts[i] ?? '';
      if (!verdicts.has(text)) verdicts.set(text, (await gold.matches(question, execution)) === true);
    }
    perQuestion.push({
      id: question.id, correct: verdicts.get(greedy.sql) === true, sql: greedy.sql,
      samples: texts.length - 1, samplesCorrect: texts.slice(1).filter((text) => verdicts.get(text) === true).length,
      weakGold: (await gold.isWeak(question)) === true,
    });
    onQuestion?.(index + 1, questions.length);
  }
  return {
    questions: questions.length,
    greedy: meanWithInterval(perQuestion.map(({ correct }) => (correct ? 1 : 0))),
    pass1: meanWithInterval(perQuestion.map(({ samples, samplesCorrect }) => samplesCorrect / samples)),
    passG: meanWithInterval(perQuestion.map(({ samples, samplesCorrect }) => passAtK(samples, samplesCorrect, groupSize))),
    groupSize, seeds, temperature,
    withoutGold: options.questions.length - questions.length,
    weakGold: perQuestion.filter((result) => result.weakGold).length,
    perQuestion,
  };
}

/** A generator of its own for every seed and question; the factor keeps them apart for up to 2^24 questions. */
function chance(seed: number, index: number): Random {
  return seededRandom(seed * 2 ** 24 + index).next;
}
