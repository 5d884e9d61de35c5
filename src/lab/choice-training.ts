/** How hints are taught to choose among completions that are already written. */
import type { GRPOConfig } from '../grpo/config.ts';
import { type QueryBudget } from '../grpo/derived-settings.ts';
import { runAndScore } from '../grpo/run-once.ts';
import { GRPOTrainer } from '../grpo/trainer.ts';
import type { Database, PolicyHint, Question, RewardModel, RewardWeights, Sampler } from '../grpo/types.ts';
import { countRight } from './evaluate.ts';
import type { Judge } from './judge.ts';
import { trainWithValidation, type TrainingOptions } from './training.ts';

/**
 * Settings for teaching a choice, in place of the defaults; the reward is gold.
 *
 * Only link hints learn: how the question names what the SQL uses, and what it mentions that the SQL leaves out. Chosen
 * by five-fold cross-validation on training questions of nine databases, in points of accuracy against the reward alone
 * (83.1 %): link hints +1.9, all hints +0.3, link hints taught on groups drawn evenly −0.4, all hints on those −2.9.
 * Patterns, operators and names with every word of a question are some 500 features a completion, more than a few dozen
 * questions can weigh. Held-out questions, used once, gained less than that, and no more than chance allows: see what
 * `evaluateChoice` says.
 *
 * The temperature is in units of reward: answers that differ by about as much are what is to be told apart. The
 * learning rate is small, because dozens of hints act on one completion and their sum is weighed against rewards that
 * differ by hundredths.
 */
export const CHOICE_TRAINING = {
  group_size: 8,
  temperature: 0.1,
  learning_rate: 0.01,
  max_hints: 10_000,
  template_pattern: false,
  template_operator: false,
  template_name: false,
  template_pair: false,
  template_link: true,
} as const satisfies Partial<GRPOConfig>;

export interface ChoiceTeaching {
  /** The training split, those that can teach (teachable.ts) and have completions. */
  readonly questions: readonly Question[];
  /** Draws from the completions. */
  readonly sampler: Sampler;
  readonly database: Database;
  readonly rewards: (weights: RewardWeights) => RewardModel;
  readonly config: GRPOConfig;
  readonly steps: number;
  readonly seed: number;
  readonly judge: Judge;
  readonly onStep?: TrainingOptions['onStep'];
  readonly signal?: AbortSignal;
}

/** The hints that so many steps teach. Rejects as `trainWithValidation` does. */
export async function teachChoice({
  questions,
  sampler,
  database,
  rewards,
  config,
  steps,
  seed,
  judge,
  onStep,
  signal,
}: ChoiceTeaching): Promise<readonly PolicyHint[]> {
  const trainer = new GRPOTrainer({ config, sampler, database, rewards, seed, distribution: false });
  const { hints } = await trainWithValidation({
    trainer,
    questions,
    steps,
    ...(onStep === undefined ? {} : { onStep }),
    ...(signal === undefined ? {} : { signal }),
    validate: (asked, policy) =>
      countRight({ questions: asked, sampler, policy, temperature: config.temperature, judge }),
  });
  return hints;
}

/** Steps it was measured with; fewer and more (150 to 1,000) did as well. */
export const CHOICE_STEPS = 300;

/**
 * Total rewards of SQL texts for a question, as the pool sampler draws by them (samplers/replay/pool-sampler.ts).
 * `rewards` must know the question by its text alone: the reference-free ones do. Rejects with AbortError.
 */
export function referenceTotals({
  database,
  rewards,
  budget,
}: {
  readonly database: Database;
  readonly rewards: RewardModel;
  readonly budget: QueryBudget;
}): (question: string, sql: readonly string[], signal?: AbortSignal) => Promise<(number | null)[]> {
  return async (question, sql, signal) => {
    const asked: Question = { id: question, question, split: 'train' };
    const runs = await runAndScore(asked, sql, { database, rewards, budget, signal });
    return runs.map((run) => run.rewards.total);
  };
}
