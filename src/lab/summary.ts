/** An experiment, finished or not, as the figures and sentences that are shown. Pure. */
import { seededRandom } from '../grpo/random.ts';
import { meanOverFacts, shareOfFacts } from './accuracy.ts';
import { compare } from './comparison.ts';
import type { Comparison } from './comparison.ts';
import type { Experiment, HeldOutAnswer, SeedRun } from './experiment-types.ts';
import { factsIn } from './facts.ts';
import type { Counts, Facts } from './facts.ts';
import { spread } from './spread.ts';
import { passAtK } from './statistics.ts';
import { curveBand } from './student.ts';
import type { BandPoint, Mean } from './student.ts';

/** Accuracies in [0, 1] with 95 % intervals over facts, the seeds of each question pooled. */
export interface HeldOutSummary extends Counts {
  readonly greedy: Mean;
  readonly pass1: Mean;
  /** With G the number drawn for each question. */
  readonly passG: Mean;
}

/** A point of the mean curve; the band is over seeds, or over facts while there is one seed. */
export interface CurveBandPoint extends BandPoint {
  /** Mean training reward since the point before; null where no completion had one. */
  readonly reward: number | null;
}

export interface VariantSummary {
  readonly name: string;
  /** Runs that are done. */
  readonly seeds: number;
  /** Null until there is a run; so is `comparison`. */
  readonly heldOut: HeldOutSummary | null;
  readonly curve: readonly CurveBandPoint[];
  /** What the curve is measured on; null until there is a run. */
  readonly curveOver: Counts | null;
  /** Mean number of hints kept; 0 without a run. */
  readonly hints: number;
  /** Runs that were no better than their start on validation, and kept it. */
  readonly keptStart: number;
  /** Against the first variant, over the seeds both have; null for the first. */
  readonly comparison: Comparison | null;
}

/** The chance of the comparisons: fixed, so that a summary repeats to the bit. */
const SUMMARY_SEED = 1;

/** `facts` of the held-out questions. */
export function summarise({ spec, runs }: Experiment, facts: Facts): VariantSummary[] {
  const runsOf = (variant: number): SeedRun[] =>
    spec.seeds.flatMap((seed) => runs.find((run) => run.variant === variant && run.seed === seed) ?? []);
  const reference = runsOf(0);
  // All runs answer the same questions; the first variant may have none yet.
  const ids = runs[0]?.answers.map(({ questionId }) => questionId) ?? [];
  const onCurve = factsIn(spread(ids, spec.curveQuestions ?? ids.length), facts);
  return spec.variants.map(({ name }, variant): VariantSummary => {
    const own = runsOf(variant);
    return {
      name,
      seeds: own.length,
      heldOut:
        own.length === 0
          ? null
          : heldOutOf(
              own.map(({ answers }) => answers),
              facts,
            ),
      curve: curveOf(own, onCurve),
      curveOver: own.length === 0 ? null : { questions: onCurve.length, facts: new Set(onCurve).size },
      hints: own.length === 0 ? 0 : mean(own.map(({ hints }) => hints)),
      keptStart: own.filter(({ keptStart }) => keptStart).length,
      comparison: variant === 0 ? null : comparisonOf(reference, own, facts),
    };
  });
}

function heldOutOf(runs: readonly (readonly HeldOutAnswer[])[], facts: Facts): HeldOutSummary {
  const [first = []] = runs;
  const asked = factsIn(
    first.map(({ questionId }) => questionId),
    facts,
  );
  // One value a question: its seeds are averaged, so that they do not count as questions of their own.
  const over = (value: (answer: HeldOutAnswer) => number): Mean => {
    const { accuracy, low, high } = meanOverFacts(
      first.map((_, i) => mean(runs.flatMap((answers) => answers[i] ?? []).map(value))),
      asked,
    );
    return { mean: accuracy, low, high };
  };
  return {
    questions: first.length,
    facts: new Set(asked).size,
    greedy: over(({ greedy }) => (greedy ? 1 : 0)),
    pass1: over(({ right, drawn }) => right / drawn),
    passG: over(({ right, drawn }) => passAtK(drawn, right, drawn)),
  };
}

function curveOf(runs: readonly SeedRun[], facts: readonly string[]): CurveBandPoint[] {
  const band = curveBand(
    runs.map(({ curve }) => curve.map(({ step, greedy }) => ({ step, value: greedy }))),
    (share) => shareOfFacts(share, facts),
  );
  return band.map((point) => {
    const rewards = runs.flatMap(({ curve }) =>
      curve.flatMap(({ step, reward }) => (step === point.step && reward !== null ? [reward] : [])),
    );
    return { ...point, reward: rewards.length === 0 ? null : mean(rewards) };
  });
}

function comparisonOf(reference: readonly SeedRun[], own: readonly SeedRun[], facts: Facts): Comparison | null {
  const pairs = own.flatMap((run) =>
    reference.filter(({ seed }) => seed === run.seed).map((other) => [other.answers, run.answers] as const),
  );
  return pairs.length === 0
    ? null
    : compare(
        pairs.map(([other]) => other),
        pairs.map(([, answers]) => answers),
        facts,
        seededRandom(SUMMARY_SEED).next,
      );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
