/** What rewards a run, by name: where a total is shown, this says what it is a total of. */
import { DEFAULT_CONFIG, type GRPOConfig } from './config.ts';
import { rewardWeights } from './derived-settings.ts';
import { REWARD_COMPONENTS, type RewardComponent, type RewardWeights } from './types.ts';

export const REWARD_MODES = ['reference-free', 'gold', 'feedback', 'mix'] as const;
export type RewardMode = (typeof REWARD_MODES)[number];

/** In words, for labels: "reward (gold)". */
export const REWARD_MODE_LABELS: Readonly<Record<RewardMode, string>> = {
  'reference-free': 'reference-free',
  gold: 'gold',
  feedback: 'feedback',
  mix: 'mix',
};

/** The reward components in words. */
export const REWARD_COMPONENT_LABELS: Readonly<Record<RewardComponent, string>> = {
  validity: 'Validity',
  execution: 'Execution',
  quality: 'Quality',
  format: 'Format',
  gold: 'Gold result',
  agreement: 'Agreement',
  feedback: 'Feedback',
};

type WeightName = `${RewardComponent}_weight`;
type Weights = Readonly<Record<WeightName, number>>;

/** What the mode is made of, and what it is for. */
export const REWARD_MODE_HELP: Readonly<Record<RewardMode, string>> = {
  // Measured by test/bench/never-harm.ts, over all questions (docs/learning.md).
  'reference-free':
    'Judges SQL by itself: compiles, runs, fits the question, is well written. Needs no right answers, and does not know them: on sixteen databases 300 steps moved right answers by +3.5 points in the mean and by −10 on the worst, while the mean reward rose from .80 to .86.',
  gold: 'Does it return what the gold SQL of the question returns? Questions whose gold returns nothing, 0 or NULL are left out: wrong SQL matches them easily.',
  feedback:
    'Your thumbs and corrected SQL, and nothing else. Judge completions first: a group nobody judged teaches nothing.',
  mix: 'All of them, weighted: change the weights below.',
};

/**
 * The weights that choosing a mode sets: one source alone, or for a mix the three sources in equal parts to begin with.
 */
export function rewardModeWeights(mode: RewardMode): Weights {
  const free = mode === 'reference-free' || mode === 'mix';
  return Object.fromEntries(
    REWARD_COMPONENTS.map((name): [WeightName, number] => {
      const key: WeightName = `${name}_weight`;
      if (name === 'gold' || name === 'feedback') return [key, mode === name || mode === 'mix' ? 1 : 0];
      return [key, free ? DEFAULT_CONFIG[key] : 0];
    }),
  ) as Weights;
}

/** The mode these weights belong to. Without gold and feedback any weights are reference-free. */
export function modeOfWeights(weights: RewardWeights): RewardMode {
  const weighted = REWARD_COMPONENTS.filter((name) => weights[name] > 0);
  if (weighted.every((name) => name !== 'gold' && name !== 'feedback')) return 'reference-free';
  const [only, ...more] = weighted;
  return more.length === 0 && (only === 'gold' || only === 'feedback') ? only : 'mix';
}

/** The mode of a configuration. */
export function rewardModeOf(config: GRPOConfig): RewardMode {
  return modeOfWeights(rewardWeights(config));
}
