/** The set-up form as data: what is being typed, and the experiment it stands for. */
import { checkField, ConfigError, makeConfig, type FieldName } from '../../grpo/config.ts';
import { rewardModeWeights } from '../../grpo/reward-modes.ts';
import { REWARD_COMPONENTS } from '../../grpo/types.ts';
import { NOT_IN_NAMES } from '../../lab/command.ts';
import type { Settings } from '../../lab/experiment-store.ts';
import type { ExperimentSpec, Variant } from '../../lab/experiment-types.ts';

/** Feedback is left out: what a person said is not in an experiment's record, so it could not be repeated. */
export const REWARDS = ['gold', 'reference-free', 'mix'] as const;
export type Reward = (typeof REWARDS)[number];

export interface DraftSetting {
  name: FieldName;
  value: string;
}

export interface DraftVariant {
  name: string;
  reward: Reward;
  learning: Variant['learning'];
  start: 'none' | 'starter';
  settings: DraftSetting[];
}

export interface Draft {
  name: string;
  base: DraftSetting[];
  variants: DraftVariant[];
  seeds: string;
  steps: string;
  every: string;
  curve: string;
}

export interface Asked {
  readonly spec: Omit<ExperimentSpec, 'id' | 'dataset'>;
  readonly base: Settings;
}

export const variantDraft = (
  name: string,
  reward: Reward = 'gold',
  learning: Variant['learning'] = 'on',
): DraftVariant => ({ name, reward, learning, start: 'none', settings: [] });

export function emptyDraft(): Draft {
  return {
    name: 'My experiment',
    base: [
      { name: 'group_size', value: '8' },
      { name: 'max_vm_steps', value: '1' },
    ],
    variants: [variantDraft('no learning', 'gold', 'off'), variantDraft('gold')],
    seeds: '3',
    steps: '60',
    every: '10',
    curve: '48',
  };
}

/** An experiment as a form again, to change and run anew. */
export function draftOf({ spec, base }: Asked): Draft {
  return {
    name: spec.name,
    base: toDraft(base),
    seeds: String(spec.seeds.length),
    steps: String(spec.steps),
    every: String(spec.evaluateEvery),
    curve: spec.curveQuestions === undefined ? '' : String(spec.curveQuestions),
    variants: spec.variants.map(({ name, learning, start, settings }): DraftVariant => {
      const reward = rewardOf(base, settings);
      const own = rewardSettings(reward);
      return {
        name,
        learning,
        reward,
        start: start === 'starter' ? 'starter' : 'none',
        settings: toDraft(
          Object.fromEntries(Object.entries(settings).filter(([key, value]) => own[key as FieldName] !== value)),
        ),
      };
    }),
  };
}

/** Throws ConfigError with what is wrong, in words. */
export function askedBy(draft: Draft): Asked {
  const whole = (what: string, text: string, most: number): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < 1 || value > most)
      throw new ConfigError(`${what}: a whole number from 1 to ${most}, not “${text}”.`);
    return value;
  };
  if (draft.name.trim() === '') throw new ConfigError('The experiment needs a name.');
  const steps = whole('Steps', draft.steps, 10_000);
  const seeds = whole('Seeds', draft.seeds, 20);
  const base = toSettings(draft.base, 'All variants');
  const variants = draft.variants.map(({ name, learning, start, reward, settings }): Variant => {
    if (NOT_IN_NAMES.test(name))
      throw new ConfigError(
        `Variant “${name}”: a name may not have : , = \\ $ or quotation marks, because the command line reads them.`,
      );
    return {
      name: name.trim(),
      learning,
      start,
      settings: { ...rewardSettings(reward), ...toSettings(settings, `Variant “${name}”`) },
    };
  });
  return {
    base,
    spec: {
      name: draft.name.trim(),
      variants,
      steps,
      seeds: Array.from({ length: seeds }, (_, i) => i + 1),
      evaluateEvery: whole('Measure every', draft.every, 10_000),
      ...(draft.curve.trim() === '' ? {} : { curveQuestions: whole('Questions for the curve', draft.curve, 50_000) }),
    },
  };
}

export function rewardSettings(reward: Reward): Settings {
  if (reward === 'mix') return { ...rewardModeWeights('reference-free'), gold_weight: 1 };
  return rewardModeWeights(reward);
}

const COMPONENTS = REWARD_COMPONENTS.filter((name) => name !== 'feedback');

function rewardOf(base: Settings, settings: Settings): Reward {
  const { gold_weight, ...others } = makeConfig({ ...base, ...settings });
  if (gold_weight === 0) return 'reference-free';
  return COMPONENTS.every((name) => name === 'gold' || others[`${name}_weight`] === 0) ? 'gold' : 'mix';
}

/** What rewards a variant, in words. */
export function rewardLabel(base: Settings, settings: Settings): string {
  const config = makeConfig({ ...base, ...settings });
  const reward = rewardOf(base, settings);
  if (reward !== 'mix') return reward;
  return `mix of ${COMPONENTS.filter((name) => config[`${name}_weight`] > 0)
    .map((name) => `${name} ${config[`${name}_weight`]}`)
    .join(', ')}`;
}

function toDraft(settings: Settings): DraftSetting[] {
  return Object.entries(settings).map(([name, value]) => ({ name: name as FieldName, value: String(value) }));
}

function toSettings(settings: readonly DraftSetting[], where: string): Settings {
  return Object.fromEntries(
    settings.map(({ name, value }) => {
      try {
        return [name, checkField(name, value)];
      } catch (error) {
        throw error instanceof ConfigError ? new ConfigError(`${where}: ${error.message}`) : error;
      }
    }),
  );
}
