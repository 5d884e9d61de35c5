/**
 * The policy gradient of one step, per hint feature.
 *
 *   g_k = (1/B) Σ_groups (1/G) Σ_i A_i · (f_k(q, y_i) − E[f_k])      ("score-function")
 *   g_k = (1/B) Σ_groups (1/G) Σ_i A_i ·  f_k(q, y_i)                ("simple")
 *
 * For a factored policy f and its expectation are sums over the decisions of the completion, each expectation under
 * the softmax that decision was drawn from: f − E f is ∂ log π(y)/∂ w_k up to the factor 1/temperature, which the
 * learning rate takes in. So for fixed A the first form has the expectation T · d/dw Σ_y π_w(y) A(y). Policy-gradient
 * theorem with the group mean as baseline: DeepSeekMath, arXiv 2402.03300, eq. 21 without the ratio, which is 1 in the
 * first update on a group. In a later one f_k − E[f_k] is the `weighed` sum over decisions,
 * Σ_d c_d (f_{k,d} − E_d[f_k]), with c_d from the objective (objectives/).
 *
 * The second form is the gradient of Σ_i A_i Σ_k w_k f_k(y_i), the scores before their normaliser. Where one normaliser
 * serves the whole group (a policy normalised over completions, or a feature of decisions that every completion meets
 * in the same way) its gradient E f is the same for all i and drops out, because the advantages of a group sum to 0:
 * there both forms are equal. They differ where decisions depend on what was chosen before, and where
 * min_advantage_threshold leaves out part of the group.
 *
 * Active in a step is, in both forms, a feature that occurred in one of its completions or could have: an option with
 * it stood open at a decision that was met. What could occur and never did may move a hint there is, but makes none.
 */
import type { GradientName } from './config.ts';
import type { FeatureUse, HintCause, HintFeature } from './types.ts';

/** One completion as the gradient sees it. `advantage` is 0 when it does not teach. */
export interface TaughtCompletion {
  readonly group: number;
  readonly index: number;
  readonly advantage: number;
  readonly teaches: boolean;
  readonly features: readonly FeatureUse[];
}

export interface FeatureGradient {
  readonly feature: HintFeature;
  /** g_k. */
  readonly gradient: number;
  readonly causes: readonly HintCause[];
  /** Teaching completions in which the feature fired, and the sum of their advantages. */
  readonly support: number;
  readonly positive: number;
  readonly advantage: number;
}

/** The sums of one feature. Of most features nobody asks for the causes: they are made when they are read. */
class Sums implements FeatureGradient {
  readonly feature: HintFeature;
  gradient = 0;
  support = 0;
  positive = 0;
  advantage = 0;
  fired = false;
  readonly #completions: TaughtCompletion[] = [];
  readonly #activities: number[] = [];

  constructor(feature: HintFeature) {
    this.feature = feature;
  }

  get causes(): HintCause[] {
    return this.#completions.map(({ group, index, advantage }, i) => ({
      group,
      completion: index,
      advantage,
      activity: this.#activities[i] ?? 0,
    }));
  }

  add(completion: TaughtCompletion, activity: number): void {
    this.#completions.push(completion);
    this.#activities.push(activity);
  }
}

/** Gradients of the active features that fired somewhere or that `isHint` knows, in order of first appearance. */
export function featureGradients(
  groups: readonly (readonly TaughtCompletion[])[],
  form: GradientName,
  isHint: (key: string) => boolean,
): FeatureGradient[] {
  const sums = new Map<string, Sums>();
  for (const completions of groups) {
    const scale = 1 / (groups.length * completions.length);
    for (const completion of completions) {
      const { advantage, teaches } = completion;
      for (const { feature, value, expected, weighed } of completion.features) {
        if (value === 0 && expected === 0) continue;
        let sum = sums.get(feature.key);
        if (sum === undefined) sums.set(feature.key, (sum = new Sums(feature)));
        if (value > 0) sum.fired = true;
        if (!teaches) continue;
        const activity = weighed ?? (form === 'simple' ? value : value - expected);
        sum.gradient += scale * advantage * activity;
        if (activity !== 0) sum.add(completion, activity);
        if (value > 0) {
          sum.support++;
          if (advantage > 0) sum.positive++;
          sum.advantage += advantage;
        }
      }
    }
  }
  return [...sums.values()].filter(({ fired, feature }) => fired || isHint(feature.key));
}
