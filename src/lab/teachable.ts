/** The questions a run may be trained on. */
import type { GRPOConfig } from '../grpo/config.ts';
import type { Question } from '../grpo/types.ts';
import type { GoldResults } from './gold.ts';

export interface Teachable {
  readonly questions: readonly Question[];
  /**
   * Ids of training questions whose gold the reward needs and cannot use: there is none, or it returns nothing, 0 or
   * NULL.
   */
  readonly leftOut: readonly string[];
}

/** The training questions; where gold rewards, only those whose gold SQL says something. Rejects with GoldError. */
export async function teachable(
  questions: readonly Question[],
  config: Pick<GRPOConfig, 'gold_weight'>,
  gold: GoldResults,
): Promise<Teachable> {
  const training = questions.filter(({ split }) => split === 'train');
  if (config.gold_weight === 0) return { questions: training, leftOut: [] };
  const weak = await Promise.all(training.map((question) => gold.isWeak(question)));
  return {
    questions: training.filter((_, i) => weak[i] === false),
    leftOut: training.filter((_, i) => weak[i] !== false).map(({ id }) => id),
  };
}
