/** What general hints do for a database they never saw: each database is left out once. Pure. */
import { seededRandom } from '../grpo/random.ts';
import type { Question } from '../grpo/types.ts';
import { meanOverFacts } from './accuracy.ts';
import { compare } from './comparison.ts';
import type { Comparison } from './comparison.ts';
import { fixedPolicy, greedyAnswers } from './evaluate.ts';
import type { HeldOutAnswer } from './experiment-types.ts';
import { factsIn, factsOf } from './facts.ts';
import type { Facts } from './facts.ts';
import type { Judge } from './judge.ts';
import { pretrain, PretrainingError } from './pretrain.ts';
import type { PretrainingOptions, PretrainingSource } from './pretrain.ts';
import { bootstrapMean } from './statistics.ts';
import type { Interval, Range } from './statistics.ts';

/** A database to learn on and to be measured on. */
export interface Fold extends PretrainingSource {
  /** All its questions, whatever may be learned from. */
  readonly measured: readonly Question[];
  readonly judge: Judge;
}

/** Greedy accuracy without and with the hints, intervals over facts. */
export interface ZeroShot {
  readonly none: Interval;
  readonly starter: Interval;
  readonly comparison: Comparison;
}

export interface LeftOut {
  readonly name: string;
  /** Hints learned on the others. */
  readonly hints: number;
  readonly all: ZeroShot;
  /** Null where no held-out question has gold that can be compared. */
  readonly heldOut: ZeroShot | null;
}

export interface MeanOverDatabases {
  readonly databases: number;
  readonly none: number;
  readonly starter: number;
  readonly difference: number;
  /** 95 % interval of the difference, resampling databases. */
  readonly interval: Range;
}

/** Chance of the bootstraps, and of greedy answers, which need none. */
const SEED = 1;
const TEMPERATURE = 0.7;

/**
 * Learns on all others and answers the questions of this one. Rejects with GoldError, AbortError, and PretrainingError.
 */
export async function leaveOut(
  folds: readonly Fold[],
  index: number,
  options: Omit<PretrainingOptions, 'sources'>,
): Promise<LeftOut> {
  const fold = folds[index];
  if (fold === undefined) throw new RangeError(`There is no database ${index}.`);
  const questions = await fold.judge.comparable(fold.measured);
  if (questions.length === 0)
    throw new PretrainingError(`${fold.name} has no question with gold SQL, so nothing can be measured on it.`);
  const { hints } = await pretrain({ ...options, sources: folds.filter((other) => other !== fold) });
  const { sampler, judge } = fold;
  const answers = async (policy: ReturnType<typeof fixedPolicy>): Promise<HeldOutAnswer[]> => {
    const right = await greedyAnswers({ questions, sampler, policy, judge, temperature: TEMPERATURE });
    return questions.map(({ id }, i) => ({ questionId: id, greedy: right[i] === true, right: 0, drawn: 0 }));
  };
  const [none, starter] = [await answers(fixedPolicy([])), await answers(fixedPolicy(hints))];
  const facts = factsOf(questions);
  const heldOut = new Set(questions.filter(({ split }) => split === 'held-out').map(({ id }) => id));
  const held = (list: readonly HeldOutAnswer[]): HeldOutAnswer[] =>
    list.filter(({ questionId }) => heldOut.has(questionId));
  return {
    name: fold.name,
    hints: hints.length,
    all: zeroShot(none, starter, facts),
    heldOut: heldOut.size === 0 ? null : zeroShot(held(none), held(starter), facts),
  };
}

function zeroShot(none: readonly HeldOutAnswer[], starter: readonly HeldOutAnswer[], facts: Facts): ZeroShot {
  const share = (answers: readonly HeldOutAnswer[]): Interval =>
    meanOverFacts(
      answers.map(({ greedy }) => (greedy ? 1 : 0)),
      factsIn(
        answers.map(({ questionId }) => questionId),
        facts,
      ),
    );
  return {
    none: share(none),
    starter: share(starter),
    comparison: compare([none], [starter], facts, seededRandom(SEED).next),
  };
}

/** Every database counts alike, however many questions it has. Throws RangeError without any. */
export function meanOverDatabases(measured: readonly ZeroShot[]): MeanOverDatabases {
  const mean = (value: (one: ZeroShot) => number): number =>
    measured.reduce((sum, one) => sum + value(one), 0) / measured.length;
  const gain = (one: ZeroShot): number => one.starter.accuracy - one.none.accuracy;
  return {
    databases: measured.length,
    none: mean(({ none }) => none.accuracy),
    starter: mean(({ starter }) => starter.accuracy),
    difference: mean(gain),
    interval: bootstrapMean(measured.map(gain), seededRandom(SEED).next),
  };
}
