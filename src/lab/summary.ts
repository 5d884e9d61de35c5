/** An experiment, finished or not, as the figures and sentences that are shown. Pure. */
import { seededRandom } from '../grpo/random.ts';
import { compare } from './comparison.ts';
import type { Comparison } from './comparison.ts';
import type { Experiment, HeldOutAnswer, SeedRun } from './experiment-types.ts';
import { meanWithInterval, passAtK, wilson } from './statistics.ts';
import { curveBand } from './student.ts';
import type { BandPoint, Mean } from './student.ts';

/** Accuracies in [0, 1] with 95 % intervals over questions, the seeds of each question pooled. */
export interface HeldOutSummary {
  readonly greedy: Mean;
  readonly pass1: Mean;
  /** With G the number drawn for each question. */
  readonly passG: Mean;
}

/** A point of the mean curve; the band is over seeds, or over questions while there is one seed. */
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
  /** Mean number of hints kept; 0 without a run. */
  readonly hints: number;
  /** Runs that were no better than their start on validation, and kept it. */
  readonly keptStart: number;
  /** Against the first variant, over the seeds both have; null for the first. */
  readonly comparison: Comparison | null;
}

/** The chance of the bootstraps: fixed, so that a summary repeats to the bit. */
const SUMMARY_SEED = 1;

export function summarise({ spec, runs }: Experiment): VariantSummary[] {
  const runsOf = (variant: number): SeedRun[] =>
    spec.seeds.flatMap((seed) => runs.find((run) => run.variant === variant && run.seed === seed) ?? []);
  const reference = runsOf(0);
  return spec.variants.map(({ name }, variant): VariantSummary => {
    const own = runsOf(variant);
    return {
      name,
      seeds: own.length,
      heldOut: own.length === 0 ? null : heldOutOf(own.map(({ answers }) => answers)),
      curve: curveOf(own),
      hints: own.length === 0 ? 0 : mean(own.map(({ hints }) => hints)),
      keptStart: own.filter(({ keptStart }) => keptStart).length,
      comparison: variant === 0 ? null : comparisonOf(reference, own),
    };
  });
}

function heldOutOf(runs: readonly (readonly HeldOutAnswer[])[]): HeldOutSummary {
  const [first = []] = runs;
  // One value a question: its seeds are averaged, so that they do not count as questions of their own.
  const over = (value: (answer: HeldOutAnswer) => number): Mean => {
    const { accuracy, low, high } = meanWithInterval(
      first.map((_, i) => mean(runs.flatMap((answers) => answers[i] ?? []).map(value))),
      SUMMARY_SEED,
    );
    return { mean: accuracy, low, high };
  };
  return {
    greedy: over(({ greedy }) => (greedy ? 1 : 0)),
    pass1: over(({ right, drawn }) => right / drawn),
    passG: over(({ right, drawn }) => passAtK(drawn, right, drawn)),
  };
}

function curveOf(runs: readonly SeedRun[]): CurveBandPoint[] {
  const questions = runs[0]?.answers.length ?? 1;
  const band = curveBand(
    runs.map(({ curve }) => curve.map(({ step, greedy }) => ({ step, value: greedy }))),
    (share) => wilson(share * questions, questions),
  );
  return band.map((point) => {
    const rewards = runs.flatMap(({ curve }) =>
      curve.flatMap(({ step, reward }) => (step === point.step && reward !== null ? [reward] : [])),
    );
    return { ...point, reward: rewards.length === 0 ? null : mean(rewards) };
  });
}

function comparisonOf(reference: readonly SeedRun[], own: readonly SeedRun[]): Comparison | null {
  const pairs = own.flatMap((run) =>
    reference.filter(({ seed }) => seed === run.seed).map((other) => [other.answers, run.answers] as const),
  );
  return pairs.length === 0
    ? null
    : compare(
        pairs.map(([other]) => other),
        pairs.map(([, answers]) => answers),
        seededRandom(SUMMARY_SEED).next,
      );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
