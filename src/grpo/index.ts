/**
 * The engine as a library: what a program needs to train a policy layer with GRPO over ports of its own. How the parts
 * are put together stands in docs/library.md, as an example that the tests run.
 */
export { ConfigError, DEFAULT_CONFIG, DEFAULT_SEED, makeConfig, PRESETS } from './config.ts';
export type { GRPOConfig } from './config.ts';
export { advantagesOf } from './estimators/compare.ts';
export type { GroupAdvantages } from './advantage.ts';
export type { Feedback, FeedbackProvider, Judgements } from './feedback.ts';
export { PolicyLayer } from './policy.ts';
export { seededRandom } from './random.ts';
export { reasonOf } from './sentences.ts';
export { stepReport } from './step-report.ts';
export { GRPOTrainer } from './trainer.ts';
export type { ScoredCompletion, TrainerOptions } from './trainer.ts';
export { cueWords, patternWords } from './wording.ts';
export type {
  Completion,
  Database,
  Execution,
  Group,
  HintEvent,
  PolicyHint,
  PolicyView,
  Question,
  RewardModel,
  RewardWeights,
  Sample,
  Sampler,
  SampleRequest,
  Schema,
  ScoredRewards,
  Step,
  TrainerState,
  TrainingSummary,
} from './types.ts';
