/** The file of `lab evaluate --json`: one shape for its three ways, from which each of its figures can be computed. */
import type { GRPOConfig } from '../grpo/config.ts';
import { CHOICE_RULES } from '../lab/choice-evaluation.ts';
import type { ChoiceCandidate, ChoiceEvaluation, ChoiceRule } from '../lab/choice-evaluation.ts';
import type { Comparison } from '../lab/comparison.ts';
import type { Evaluation, JudgedSql } from '../lab/evaluate.ts';
import { passAtK } from '../lab/statistics.ts';
import type { Interval } from '../lab/statistics.ts';
import type { Inputs } from './inputs.ts';
import { toJson } from './report.ts';

/**
 * answers: of the built-in sampler; figures greedy or best, pass1, passG. choice: of a model's groups; figures are the
 * rules of choice (lab/choice-evaluation.ts). pools: the same over several sets, with hints taught on each.
 */
export type Way = 'answers' | 'choice' | 'pools';
type AnswerFigure = AnswerRule | 'pass1' | 'passG';
/** How the answer to a question is made: of the most probable decisions, or the best of a group (src/ask). */
export type AnswerRule = 'greedy' | 'best';
type Figure = AnswerFigure | ChoiceRule;

/** A figure is the mean over questions of their `values`, its interval over their facts. */
export interface Measured {
  readonly questions: number;
  readonly facts: number;
  readonly withoutGold: number;
  /** Of those measured. */
  readonly weakGold: number;
  readonly figures: Readonly<Partial<Record<Figure, Interval>>>;
  /** By reward and hints against by reward; null where nothing is chosen. */
  readonly comparison: Comparison | null;
}

export interface MeasuredQuestion {
  readonly id: string;
  /** Questions with the same one ask for the same (lab/facts.ts). */
  readonly fact: string;
  readonly weakGold: boolean;
  /** In [0, 1]: what the question adds to each figure. */
  readonly values: Readonly<Partial<Record<Figure, number>>>;
  /** The greedy answer; null where another one was asked for, and where groups alone are drawn. */
  readonly greedy: JudgedSql | null;
  /** The best of a group, where that was asked for. */
  readonly best?: JudgedSql;
  /** The completions, group by group; a choice is made by the last three fields of a candidate. */
  readonly groups: readonly (readonly (JudgedSql | ChoiceCandidate)[])[];
}

/** One set of questions. */
export interface MeasuredSet extends Measured {
  readonly name: string;
  readonly dataset: Inputs['dataset'];
  /** How many hints there were, and where they are from. */
  readonly hints: number;
  readonly hintsFrom: string;
  /** What they were taught on here; null where they were given. */
  readonly taught: { readonly trainingQuestions: number; readonly leftOut: readonly string[] } | null;
  readonly withoutCompletions: number;
  readonly perQuestion: readonly MeasuredQuestion[];
}

/** All sets; the figures on top are those of all their questions together. */
export interface EvaluationFile extends Measured {
  readonly way: Way;
  readonly sampler: { readonly id: string; readonly label: string };
  readonly split: string;
  readonly groupSize: number;
  readonly seeds: number;
  /** What was measured with. */
  readonly config: GRPOConfig;
  /** How hints were taught; null where they were given. */
  readonly training: {
    readonly steps: number;
    readonly seed: number;
    readonly config: GRPOConfig;
    readonly target: number;
    readonly targetReached: boolean;
  } | null;
  readonly sets: readonly MeasuredSet[];
}

export function evaluationText(file: EvaluationFile): string {
  return toJson({ format: 'grpo-sql-lab/evaluation', version: 1, ...file });
}

/** What `evaluate` measured. */
export function ofAnswers(evaluation: Evaluation, rule: AnswerRule): Measured & Pick<MeasuredSet, 'perQuestion'> {
  const { questions, facts, withoutGold, weakGold, greedy, pass1, passG, groupSize } = evaluation;
  return {
    questions,
    facts,
    withoutGold,
    weakGold,
    figures: { [rule]: greedy, pass1, passG },
    comparison: null,
    perQuestion: evaluation.perQuestion.map((one) => ({
      id: one.id,
      fact: one.fact,
      weakGold: one.weakGold,
      values: {
        [rule]: one.correct ? 1 : 0,
        pass1: one.samplesCorrect / one.samples,
        passG: passAtK(one.samples, one.samplesCorrect, groupSize),
      },
      greedy: null,
      [rule]: { sql: one.sql, right: one.correct },
      groups: one.groups,
    })),
  };
}

/** What `evaluateChoice` measured, without its questions. */
export function ofChoice({ questions, facts, withoutGold, weakGold, rules, comparison }: ChoiceEvaluation): Measured {
  return {
    questions,
    facts,
    withoutGold,
    weakGold,
    figures: Object.fromEntries(CHOICE_RULES.map((rule) => [rule, rules[rule]])),
    comparison,
  };
}

/** Its questions. */
export function questionsOfChoice({ perQuestion }: ChoiceEvaluation): MeasuredQuestion[] {
  return perQuestion.map(({ id, fact, weakGold, rates, groups }) => ({
    id,
    fact,
    weakGold,
    values: rates,
    greedy: null,
    groups,
  }));
}
