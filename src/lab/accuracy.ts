/** An accuracy over questions, with the interval that questions about the same facts allow. Pure. */
import { sumByFact } from './facts.ts';
import type { FactSum } from './facts.ts';
import { sum, wilson } from './statistics.ts';
import type { Interval } from './statistics.ts';
import { t95 } from './student.ts';

/**
 * Mean of one value in [0, 1] per question, every question counting alike, with a 95 % interval over facts.
 *
 * Wilson's interval with as many trials as the answers are worth: n* = p(1 − p)/v · (m − 1)/m, where v is the variance
 * of the mean when facts are drawn and not questions, Σ (sum of the fact − p · its questions)² / n², and m = n²/Σ n_f²
 * is how many facts of one size these are worth (L. Kish, Survey Sampling, 1965). Student's t with m − 1 degrees stands
 * for the normal quantile, because v itself is an estimate (E. L. Korn, B. I. Graubard, Survey Methodology 24 (1998)
 * 193–201; compared with others by C. Franco et al., Journal of Survey Statistics and Methodology 7 (2019) 334–364).
 * Where all facts agree v is 0, and every fact is one trial. Fewer than two facts' worth say nothing: 0 to 1.
 *
 * `facts` names the fact of each value. Throws RangeError without values, or with another number of facts.
 */
export function meanOverFacts(values: readonly number[], facts: readonly string[]): Interval {
  const n = values.length;
  if (n === 0 || facts.length !== n) throw new RangeError(`No mean of ${n} values of ${facts.length} facts.`);
  const clusters = sumByFact(values, facts);
  const p = sum(values) / n;
  const worth = worthOf(clusters);
  const variance = sum(clusters.map((one) => (one.sum - p * one.questions) ** 2)) / n ** 2;
  return intervalOf(p, worth, variance > 1e-18 ? ((p * (1 - p)) / variance) * ((worth - 1) / worth) : worth);
}

/**
 * The same where only the mean is known and not which questions it comes from: as wide as if every fact were right or
 * wrong as a whole. `facts` names the fact of each question. Throws RangeError without facts.
 */
export function shareOfFacts(share: number, facts: readonly string[]): Interval {
  const worth = worthOf(
    sumByFact(
      facts.map(() => 0),
      facts,
    ),
  );
  return intervalOf(share, worth, worth);
}

function worthOf(clusters: readonly FactSum[]): number {
  const questions = sum(clusters.map((one) => one.questions));
  return questions ** 2 / sum(clusters.map((one) => one.questions ** 2));
}

function intervalOf(accuracy: number, worth: number, trials: number): Interval {
  // What rounding takes from a whole number is given back.
  const degrees = Math.floor(worth - 1 + 1e-9);
  if (degrees < 1) return { accuracy, low: 0, high: 1 };
  const inside = Math.min(1, Math.max(0, accuracy));
  return { ...wilson(inside * trials, trials, t95(degrees)), accuracy };
}
