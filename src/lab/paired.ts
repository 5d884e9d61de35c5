/** Two policies on the same questions: a test and an interval that use the pairing, over facts. Pure. */
import type { Random } from '../grpo/types.ts';
import { sumByFact } from './facts.ts';
import type { Counts, FactSum } from './facts.ts';
import { sum, wilson } from './statistics.ts';
import type { Range } from './statistics.ts';

/** The second against the first, with a 95 % interval. Differences are in [−1, 1]. */
export interface Difference extends Range, Counts {
  /** Mean over questions of the second minus that of the first. */
  readonly difference: number;
  /** Two-sided sign-flip test over facts, in (0, 1]; at most .05 wherever the interval leaves out 0. */
  readonly p: number;
}

/** A test or an interval at this level. */
export const SIGNIFICANCE = 0.05;
/** Subsets of facts that are drawn where not all of them are gone through. */
const SUBSETS = 4999;
/** With so many facts that differ all flips of their signs are gone through. */
const MOST_ENUMERATED = 16;
/** Sums closer to 0 are 0: below what adding shares of seeds can round to. */
const ZERO = 1e-9;

/**
 * Difference of two accuracies over the same questions. `first` and `second` hold one value in [0, 1] per question in
 * the same order, the share of seeds that were right, and `facts` names each one's fact: the seeds of a question and
 * the questions of a fact stay together, for they are no independent evidence.
 *
 * Test: if the two do not differ, every fact's summed difference could as well have the other sign (R. A. Fisher, The
 * Design of Experiments, 1935, §21). p is twice the share of the sign flips that give a sum at least as far on this
 * side; all flips where at most 16 facts differ, else (hits + 1)/(draws + 1) of seeded draws.
 *
 * Interval: all differences that this test does not reject at 5 %. Its ends are order statistics of the means of random
 * subsets of the facts (J. A. Hartigan, JASA 64 (1969) 1303–1317): with δ taken off every question, flipping a subset
 * leaves a sum at least as large exactly where the mean of the subset is at most δ. All subsets where they are no more
 * than would be drawn. With fewer than six facts no p is below .05, and the interval is all of [−1, 1]. Where all facts
 * differ by the same amount subsets have no spread, and as much as Wilson's interval allows for a share of 0 of so many
 * facts stands in for it.
 *
 * Throws RangeError for lists that are empty or of different lengths.
 */
export function pairedDifference(
  first: readonly number[],
  second: readonly number[],
  facts: readonly string[],
  random: Random,
  draws = SUBSETS,
): Difference {
  const questions = first.length;
  if (questions === 0 || questions !== second.length || questions !== facts.length)
    throw new RangeError(`No pairs: ${questions} and ${second.length} values of ${facts.length} facts.`);
  const clusters = sumByFact(
    first.map((value, i) => (second[i] ?? 0) - value),
    facts,
  );
  const difference = sum(clusters.map((one) => one.sum)) / questions;
  const about = { difference, questions, facts: clusters.length };
  const subsets = subsetsOf(clusters, random, draws);
  const moved = clusters.filter((one) => Math.abs(one.sum) > ZERO);
  const flips = moved.length <= MOST_ENUMERATED ? allSubsets(moved) : subsets;
  const p = flipped(flips, difference);
  const range = spread(subsets);
  const even = clusters.every((one) => Math.abs(one.sum / one.questions - difference) <= ZERO);
  const margin = even ? wilson(0, clusters.length).high : 0;
  const [low, high] = [Math.max(-1, range.low - margin), Math.min(1, range.high + margin)];
  // Where all flips were gone through, what they say of 0 is exact; what was drawn for the ends is not.
  return p <= SIGNIFICANCE
    ? { ...about, low, high, p }
    : { ...about, low: Math.min(low, 0), high: Math.max(high, 0), p };
}

/** Non-empty subsets of facts: the sum of each, and how many questions it has. */
interface Subsets {
  readonly sums: Float64Array;
  readonly questions: Float64Array;
}

/** Facts are added eight at a time. */
const CHUNK = 8;

/** Sums and sizes of all subsets of up to eight facts, by the bits that say which are in. */
function tableOf(facts: readonly FactSum[]): Subsets {
  const sums = new Float64Array(2 ** facts.length);
  const questions = new Float64Array(2 ** facts.length);
  for (const [bit, fact] of facts.entries()) {
    for (let without = 0; without < 2 ** bit; without++) {
      sums[without + 2 ** bit] = (sums[without] ?? 0) + fact.sum;
      questions[without + 2 ** bit] = (questions[without] ?? 0) + fact.questions;
    }
  }
  return { sums, questions };
}

function subsetsOf(facts: readonly FactSum[], random: Random, draws: number): Subsets {
  if (2 ** facts.length - 1 <= draws) return allSubsets(facts);
  const tables: Subsets[] = [];
  for (let i = 0; i < facts.length; i += CHUNK) tables.push(tableOf(facts.slice(i, i + CHUNK)));
  const drawn = { sums: new Float64Array(draws), questions: new Float64Array(draws) };
  for (let i = 0; i < draws;) {
    let [total, questions] = [0, 0];
    for (const table of tables) {
      const which = Math.floor(random() * table.sums.length);
      total += table.sums[which] ?? 0;
      questions += table.questions[which] ?? 0;
    }
    // The empty one has no mean; it is the one in `flipped` and `spread` that is always counted.
    if (questions === 0) continue;
    drawn.sums[i] = total;
    drawn.questions[i++] = questions;
  }
  return drawn;
}

function allSubsets(facts: readonly FactSum[]): Subsets {
  const { sums, questions } = tableOf(facts);
  return { sums: sums.subarray(1), questions: questions.subarray(1) };
}

/** Two-sided p: flipping a subset takes twice its sum off, which leaves as much where it is not on the same side. */
function flipped({ sums }: Subsets, difference: number): number {
  const side = Math.sign(difference);
  let hits = 0;
  for (const one of sums) if (side * one <= ZERO) hits++;
  return Math.min(1, (2 * (1 + hits)) / (1 + sums.length));
}

/** What the test does not reject: between the means that cut off a fortieth of the subsets on each side. */
function spread({ sums, questions }: Subsets): Range {
  const means = sums.map((total, i) => total / (questions[i] ?? 1)).sort();
  const cut = Math.floor((SIGNIFICANCE / 2) * (means.length + 1));
  return { low: means[cut - 1] ?? -1, high: cut === 0 ? 1 : (means[means.length - cut] ?? 1) };
}
