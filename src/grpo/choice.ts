/**
 * The policy-weighted choice: how hints act on a group that is already written, whoever wrote it.
 *
 *   π(y_i | group) ∝ exp(Σ_k w_k f_k(q, y_i))
 *
 * A group drawn from π_0 and redrawn with these weights is a draw from π_h ∝ π_0 · exp(Σ w f), the better the larger
 * the group: sampling–importance–resampling (D. B. Rubin, Bayesian Statistics 3 (1988) 395–402), the importance ratio
 * being π_h/π_0. The greedy choice adds what the reward functions say: argmax of total reward + Σ w f. Hints off:
 * reward alone.
 */
import { exp } from './portable-math.ts';
import type { FeatureUse, PolicyView } from './types.ts';

/** Scores closer than this are equal: sums in another order differ in their last bits. */
const TIE = 1e-9;

/**
 * Σ_k w_k f_k of one completion: its log importance ratio π_h/π_0, up to a constant of the group. Guidance has no part
 * in it: it is of the prompt, not of the SQL, and has acted when the completion was drawn.
 */
export function hintScore(features: readonly FeatureUse[], policy: PolicyView): number {
  let score = 0;
  for (const { feature, value } of features)
    if (feature.template !== 'guidance') score += policy.weightOf(feature.key) * value;
  return score;
}

/** A member of a group as the choice sees it. */
export interface Choosable {
  /** Total reward in [-1, 1]; null when none could be computed. */
  readonly total: number | null;
  readonly features: readonly FeatureUse[];
}

/**
 * What each completion is chosen by: total + Σ w f, without `hints` the total alone. −Infinity for one without a total:
 * it is chosen only where all are.
 */
export function choiceScores(completions: readonly Choosable[], policy: PolicyView, hints: boolean): number[] {
  return completions.map(({ total, features }) =>
    total === null ? -Infinity : total + (hints ? hintScore(features, policy) : 0),
  );
}

/** Index of the highest score, the first of equals; −1 of an empty group. */
export function bestOf(scores: readonly number[]): number {
  let best = scores.length === 0 ? -1 : 0;
  scores.forEach((score, i) => {
    const highest = scores[best] ?? -Infinity;
    if (score > highest && !(score - highest <= TIE)) best = i;
  });
  return best;
}

/**
 * exp(s_i) / Σ exp(s_j): the chance of each completion to be drawn. Sums to 1; [] for []. Throws RangeError for a score
 * that is no finite number.
 */
export function drawProbabilities(hintScores: readonly number[]): number[] {
  if (!hintScores.every(Number.isFinite)) throw new RangeError('Only finite scores give chances.');
  const highest = hintScores.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = hintScores.map((score) => exp(score - highest));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}
