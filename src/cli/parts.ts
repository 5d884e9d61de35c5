import { makeAnalyser } from '../linking/analyse.ts';
import { makeRewardModel } from '../rewards/total.ts';
import type { FeedbackProvider } from '../grpo/feedback.ts';
import type { Database, RewardModel, RewardWeights } from '../grpo/types.ts';

/** The reward functions over one database, for any weights. */
export function rewardsFor(database: Database, feedback?: FeedbackProvider): (weights: RewardWeights) => RewardModel {
  const { schema } = database;
  const analyse = makeAnalyser(schema);
  return (weights) =>
    makeRewardModel({ schema, database, weights, analyse, ...(feedback === undefined ? {} : { feedback }) });
}
