/**
 * A person who judges some of the groups, played by gold: up for what is right, down for what is wrong, in the place of people
 * so that learning from feedback can be measured. It is labelled as simulated wherever its figures appear.
 */
import { seededRandom } from '../grpo/random.ts';
import type { RewardModel, RewardWeights, ScoredRewards } from '../grpo/types.ts';
import type { GoldResults } from '../lab/gold.ts';
import { weightedTotal } from '../rewards/total.ts';

export interface SimulatedFeedbackOptions {
  readonly rewards: (weights: RewardWeights) => RewardModel;
  readonly gold: GoldResults;
  /** Of the groups, which share is judged, in [0, 1]. */
  readonly share: number;
  /** Decides which. */
  readonly seed: number;
}

/** The reward functions with a feedback component on a share of the groups; on the others, and without comparable gold, it is absent. */
export function simulatedFeedback({ rewards, gold, share, seed }: SimulatedFeedbackOptions): (weights: RewardWeights) => RewardModel {
  return (weights) => {
    const model = rewards(weights);
    const random = seededRandom(seed).next;
    return {
      async score(question, completions) {
        const scored = await model.score(question, completions);
        if (random() >= share) return scored;
        const verdicts = await Promise.all(completions.map(({ execution }) => gold.matches(question, execution)));
        return scored.map((one, i): ScoredRewards => {
          const right = verdicts[i];
          if (right === null || right === undefined) return one;
          const points = right ? 1 : -1;
          const components = { ...one.components, feedback: { value: points, reasons: [{ points, text: `Simulated feedback: thumb ${right ? 'up' : 'down'}.` }] } };
          const total = weightedTotal(components, weights);
          // What a person finds right is no evasion of the question.
          return right || one.cappedAt === undefined || total === null ? { components, total } : { components, total: Math.min(total, one.cappedAt), cappedAt: one.cappedAt };
        });
      },
    };
  };
}
