/**
 * How often is the answer right that is chosen of a group, and do hints choose better than the reward alone?
 *
 * Groups are drawn without hints, so that every rule chooses among the same completions: what differs is the choice
 * (grpo/choice.ts) and nothing else. Right means execution match with the gold SQL.
 */
import { bestOf, choiceScores, drawProbabilities, hintScore } from '../grpo/choice.ts';
import { type QueryBudget } from '../grpo/derived-settings.ts';
import { seededRandom } from '../grpo/random.ts';
import { runAndScore } from '../grpo/run-once.ts';
import type { Database, PolicyView, Question, RewardModel, Sample, Sampler, ScoredRewards } from '../grpo/types.ts';
import { agreeingResults } from '../sql/agreeing.ts';
import { meanOverFacts } from './accuracy.ts';
import { pickRates } from './best-of-group.ts';
import { compare } from './comparison.ts';
import type { Comparison } from './comparison.ts';
import { fixedPolicy } from './evaluate.ts';
import type { HeldOutAnswer } from './experiment-types.ts';
import { factsOf } from './facts.ts';
import { Judge } from './judge.ts';
import type { Interval } from './statistics.ts';

/**
 * random        any member of the group (its expected share)
 * vote          a member of the largest class of equal results among those that ran (expected share among equally large
 * ones) reward        the highest reference-free total, the first of equals: hints off
 * hintsDrawn    drawn with probability ∝ exp(Σ w f): hints alone, at temperature 1 (expected share)
 * hints         the highest Σ w f: hints alone
 * rewardHints   the highest total + Σ w f: the answer that is given
 * oracle        right when any member is: the best that choosing can reach
 */
export const CHOICE_RULES = ['random', 'vote', 'reward', 'hintsDrawn', 'hints', 'rewardHints', 'oracle'] as const;
export type ChoiceRule = (typeof CHOICE_RULES)[number];

export interface ChoiceOptions {
  /** Those without gold that can be compared are left out and counted. */
  readonly questions: readonly Question[];
  readonly sampler: Sampler;
  readonly database: Database;
  /** The reference-free rewards: no gold among them. */
  readonly rewards: RewardModel;
  readonly hints: PolicyView;
  readonly temperature: number;
  readonly groupSize: number;
  /** Groups drawn for each question. */
  readonly seeds: number;
  readonly budget: QueryBudget;
  /** Knows what was judged before, over the same database and budget; a fresh one unless given. */
  readonly judge?: Judge;
  readonly onQuestion?: (done: number, all: number) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** One completion as the rules saw it. */
export interface ChoiceCandidate {
  readonly sql: string;
  readonly right: boolean;
  /** Those with the same number have equal results; null where it did not run to its end. */
  readonly result: number | null;
  /** The reference-free total; null where it has none. */
  readonly total: number | null;
  /** Σ w f of the hints. */
  readonly hintScore: number;
}

/** One question over its groups. */
export interface QuestionChoices {
  /** With the dataset's name before it where several were pooled. */
  readonly id: string;
  /** What it asks for (facts.ts), named like the id. */
  readonly fact: string;
  /** Gold returns nothing, 0 or NULL: wrong SQL matches it easily. */
  readonly weakGold: boolean;
  /** Mean over the groups, in [0, 1]. */
  readonly rates: Readonly<Record<ChoiceRule, number>>;
  /** Group by group, whether the choice was right. */
  readonly rewardRight: readonly boolean[];
  readonly rewardHintsRight: readonly boolean[];
  /** All that was chosen among, group by group. */
  readonly groups: readonly (readonly ChoiceCandidate[])[];
  /** SQL chosen of the first group. */
  readonly rewardSql: string;
  readonly rewardHintsSql: string;
}

/** Intervals are 95 %, over facts. */
export interface ChoiceEvaluation {
  readonly questions: number;
  readonly facts: number;
  readonly groupSize: number;
  readonly seeds: number;
  readonly withoutGold: number;
  readonly weakGold: number;
  readonly rules: Readonly<Record<ChoiceRule, Interval>>;
  /** Reward and hints against reward alone, paired by question and group. */
  readonly comparison: Comparison;
  readonly perQuestion: readonly QuestionChoices[];
}

/** Of the comparison. */
const SEED = 1;
const NO_HINTS = fixedPolicy([]);

/**
 * The same arguments give the same figures. Rejects with GoldError, AbortError, what the sampler rejects with, and with
 * RangeError when no question has gold.
 */
export async function evaluateChoice(options: ChoiceOptions): Promise<ChoiceEvaluation> {
  const { seeds, groupSize, onQuestion, signal } = options;
  if (!(seeds >= 1 && groupSize >= 1)) throw new RangeError(`No groups: ${seeds} of ${groupSize} for each question.`);
  const judge = options.judge ?? new Judge(options.database, options.budget);
  const questions = await judge.comparable(options.questions);
  if (questions.length === 0) throw new RangeError('No question has gold SQL whose result can be compared with.');
  const facts = factsOf(questions);
  const perQuestion: QuestionChoices[] = [];
  for (const [index, question] of questions.entries()) {
    const groups: GroupChoice[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      signal?.throwIfAborted();
      groups.push(await chooseOf(question, chance(seed, index), options, judge));
    }
    const [first] = groups;
    perQuestion.push({
      id: question.id,
      fact: facts.get(question.id) ?? question.id,
      weakGold: (await judge.gold.isWeak(question)) === true,
      rates: ruleRecord((rule) => groups.reduce((sum, { rates }) => sum + rates[rule], 0) / groups.length),
      rewardRight: groups.map(({ rates }) => rates.reward === 1),
      rewardHintsRight: groups.map(({ rates }) => rates.rewardHints === 1),
      groups: groups.map(({ candidates }) => candidates),
      rewardSql: first?.rewardSql ?? '',
      rewardHintsSql: first?.rewardHintsSql ?? '',
    });
    await onQuestion?.(perQuestion.length, questions.length);
  }
  return summary(perQuestion, { groupSize, seeds, withoutGold: options.questions.length - questions.length });
}

/**
 * Several databases as one set of questions, every question counting alike. Pure. Throws RangeError for none, and where
 * the groups differ in number or size.
 */
export function poolChoices(
  results: readonly { readonly name: string; readonly result: ChoiceEvaluation }[],
): ChoiceEvaluation {
  const [first] = results;
  if (first === undefined) throw new RangeError('Nothing to pool.');
  const { groupSize, seeds } = first.result;
  if (results.some(({ result }) => result.groupSize !== groupSize || result.seeds !== seeds))
    throw new RangeError('Only evaluations over as many groups of the same size can be pooled.');
  const perQuestion = results.flatMap(({ name, result }) =>
    result.perQuestion.map((one) => ({ ...one, id: `${name}/${one.id}`, fact: `${name}/${one.fact}` })),
  );
  return summary(perQuestion, {
    groupSize,
    seeds,
    withoutGold: results.reduce((sum, { result }) => sum + result.withoutGold, 0),
  });
}

function summary(
  perQuestion: readonly QuestionChoices[],
  about: Pick<ChoiceEvaluation, 'groupSize' | 'seeds' | 'withoutGold'>,
): ChoiceEvaluation {
  const answers = (right: (one: QuestionChoices) => readonly boolean[]): HeldOutAnswer[][] =>
    Array.from({ length: about.seeds }, (_, seed) =>
      perQuestion.map((one): HeldOutAnswer => ({
        questionId: one.id,
        greedy: right(one)[seed] === true,
        right: 0,
        drawn: 0,
      })),
    );
  const facts = perQuestion.map(({ fact }) => fact);
  return {
    questions: perQuestion.length,
    facts: new Set(facts).size,
    ...about,
    weakGold: perQuestion.filter(({ weakGold }) => weakGold).length,
    rules: ruleRecord((rule) =>
      meanOverFacts(
        perQuestion.map(({ rates }) => Math.min(1, rates[rule])),
        facts,
      ),
    ),
    comparison: compare(
      answers(({ rewardRight }) => rewardRight),
      answers(({ rewardHintsRight }) => rewardHintsRight),
      new Map(perQuestion.map(({ id, fact }) => [id, fact])),
      seededRandom(SEED).next,
    ),
    perQuestion,
  };
}

interface GroupChoice {
  /** 0 or 1 where a rule picks one member, else the expected share. */
  readonly rates: Readonly<Record<ChoiceRule, number>>;
  readonly candidates: readonly ChoiceCandidate[];
  readonly rewardSql: string;
  readonly rewardHintsSql: string;
}

async function chooseOf(
  question: Question,
  random: () => number,
  options: ChoiceOptions,
  judge: Judge,
): Promise<GroupChoice> {
  const { sampler, database, rewards, hints, temperature, groupSize, budget, signal } = options;
  const aborting = signal === undefined ? {} : { signal };
  const samples = await sampler.generateGroup(
    { question: question.question, policy: NO_HINTS, temperature, random, ...aborting },
    groupSize,
  );
  const texts = samples.map(({ sql }) => sql);
  const runs = await runAndScore(question, texts, { database, rewards, budget, signal });
  const right = await judge.areRight(question, texts, signal);
  return chosen(
    samples,
    await agreeingResults(runs, database, signal),
    runs.map((run) => run.rewards),
    right,
    hints,
  );
}

/** Pure: what each rule picks of one group. */
function chosen(
  samples: readonly Sample[],
  classes: readonly (number | null)[],
  scored: readonly ScoredRewards[],
  right: readonly boolean[],
  hints: PolicyView,
): GroupChoice {
  const completions = samples.map(({ features }, i) => ({ total: scored[i]?.total ?? null, features }));
  const totals = completions.map(({ total }) => total);
  const { random, vote, oracle } = pickRates(
    samples.map((_, i) => ({
      correct: right[i] === true,
      ran: (classes[i] ?? null) !== null,
      result: classes[i] ?? null,
      total: totals[i] ?? null,
    })),
    totals,
  );
  const scores = completions.map(({ features }) => hintScore(features, hints));
  const drawn = drawProbabilities(scores).reduce(
    (sum, probability, i) => sum + (right[i] === true ? probability : 0),
    0,
  );
  const [byReward, byBoth] = [
    bestOf(choiceScores(completions, hints, false)),
    bestOf(choiceScores(completions, hints, true)),
  ];
  const picked = (at: number): number => (right[at] === true ? 1 : 0);
  return {
    rates: {
      random,
      vote,
      reward: picked(byReward),
      hintsDrawn: drawn,
      hints: picked(bestOf(scores)),
      rewardHints: picked(byBoth),
      oracle,
    },
    candidates: samples.map(({ sql }, i) => ({
      sql,
      right: right[i] === true,
      result: classes[i] ?? null,
      total: totals[i] ?? null,
      hintScore: scores[i] ?? 0,
    })),
    rewardSql: samples[byReward]?.sql ?? '',
    rewardHintsSql: samples[byBoth]?.sql ?? '',
  };
}

function ruleRecord<T>(value: (rule: ChoiceRule) => T): Record<ChoiceRule, T> {
  return Object.fromEntries(CHOICE_RULES.map((rule) => [rule, value(rule)])) as Record<ChoiceRule, T>;
}

/** A generator of its own for every seed and question; the factor keeps them apart for up to 2^24 questions. */
function chance(seed: number, index: number): () => number {
  return seededRandom(seed * 2 ** 24 + index).next;
}
