/** The set-up form as data: what is being typed, and the experiment it stands for. */
import { checkField, ConfigError, FIELD_NAMES, FIELDS, makeConfig, type FieldName } from '../../grpo/config.ts';
import { rewardModeWeights } from '../../grpo/reward-modes.ts';
import { REWARD_COMPONENTS } from '../../grpo/types.ts';
import { NOT_IN_NAMES } from '../../lab/command.ts';
import type { Settings } from '../../lab/experiment-store.ts';
import type { AnswerRule, ExperimentSpec, Variant } from '../../lab/experiment-types.ts';

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
  /** Of those that ship. */
  dataset: string;
  base: DraftSetting[];
  variants: DraftVariant[];
  seeds: string;
  steps: string;
  every: string;
  curve: string;
  answer: AnswerRule;
}

export interface Asked {
  readonly spec: Omit<ExperimentSpec, 'id'>;
  readonly base: Settings;
}

export const variantDraft = (
  name: string,
  reward: Reward = 'gold',
  learning: Variant['learning'] = 'on',
): DraftVariant => ({ name, reward, learning, start: 'none', settings: [] });

export function emptyDraft(dataset: string): Draft {
  return {
    name: 'My experiment',
    dataset,
    base: [
      { name: 'group_size', value: '8' },
      { name: 'max_vm_steps', value: '1' },
    ],
    variants: [variantDraft('no learning', 'gold', 'off'), variantDraft('gold')],
    seeds: '3',
    steps: '60',
    every: '20',
    curve: '',
    answer: 'greedy',
  };
}

/** An experiment as a form again, to change and run anew. Weights of all variants become those of each. */
export function draftOf({ spec, base }: Asked): Draft {
  const isWeight = (name: string): boolean => name.endsWith('_weight');
  const without = (settings: Settings, left: (name: FieldName) => boolean): DraftSetting[] =>
    toDraft(Object.fromEntries(Object.entries(settings).filter(([name]) => !left(name as FieldName))));
  return {
    name: spec.name,
    dataset: spec.dataset,
    base: without(base, isWeight),
    seeds: String(spec.seeds.length),
    steps: String(spec.steps),
    every: String(spec.evaluateEvery),
    curve: spec.curveQuestions === undefined ? '' : String(spec.curveQuestions),
    answer: spec.answer ?? 'greedy',
    variants: spec.variants.map(({ name, learning, start, settings }): DraftVariant => {
      const reward = rewardOf(base, settings);
      const [own, config] = [rewardSettings(reward), makeConfig({ ...base, ...settings })];
      const weights = Object.fromEntries(FIELD_NAMES.filter(isWeight).map((weight) => [weight, config[weight]]));
      return {
        name,
        learning,
        reward,
        start: start === 'starter' ? 'starter' : 'none',
        settings: [
          ...without(settings, isWeight),
          ...without(weights, (weight) => weights[weight] === (own[weight] ?? FIELDS[weight].default)),
        ],
      };
    }),
  };
}

/** What a form stands for, or everything that is wrong with it, in words. */
export function askedBy(
  draft: Draft,
):
  | { readonly asked: Asked; readonly problems?: undefined }
  | { readonly asked?: undefined; readonly problems: readonly [string, ...string[]] } {
  const problems: string[] = [];
  const whole = (what: string, text: string, most: number): number => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < 1 || value > most)
      problems.push(`${what}: a whole number from 1 to ${most}, not “${text}”.`);
    return value;
  };
  const settingsOf = (settings: readonly DraftSetting[], where: string): Settings => {
    const { read, wrong } = toSettings(settings);
    problems.push(...wrong.map((why) => `${where}: ${why}`));
    return read;
  };
  if (draft.name.trim() === '') problems.push('The experiment needs a name.');
  const variants = draft.variants.map(({ name, learning, start, reward, settings }, i): Variant => {
    if (name.trim() === '') problems.push(`Variant ${i + 1} needs a name.`);
    else if (draft.variants.findIndex((other) => other.name.trim() === name.trim()) < i)
      problems.push(`Two variants are called “${name.trim()}”.`);
    if (NOT_IN_NAMES.test(name))
      problems.push(
        `Variant “${name}”: a name may not have : , = \\ $ or quotation marks, because the command line reads them.`,
      );
    return {
      name: name.trim(),
      learning,
      start,
      settings: { ...rewardSettings(reward), ...settingsOf(settings, `Variant “${name}”`) },
    };
  });
  const base = settingsOf(draft.base, 'All variants');
  // What settings are together is asked once each of them is right.
  if (problems.length === 0)
    for (const { name, settings } of [{ name: '', settings: {} }, ...variants]) {
      try {
        makeConfig({ ...base, ...settings });
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        problems.push(`${name === '' ? 'All variants' : `Variant “${name}”`}: ${error.message}`);
      }
    }
  const seeds = whole('Seeds', draft.seeds, 20);
  const steps = whole('Steps', draft.steps, 10_000);
  const evaluateEvery = whole('Measure every', draft.every, 10_000);
  const curve =
    draft.curve.trim() === '' ? {} : { curveQuestions: whole('Questions for the curve', draft.curve, 50_000) };
  const [first, ...more] = problems;
  if (first !== undefined) return { problems: [first, ...more] };
  return {
    asked: {
      base,
      spec: {
        name: draft.name.trim(),
        dataset: draft.dataset,
        variants,
        steps,
        seeds: Array.from({ length: seeds }, (_, i) => i + 1),
        evaluateEvery,
        ...curve,
        ...(draft.answer === 'greedy' ? {} : { answer: draft.answer }),
      },
    },
  };
}

/**
 * Settings that do nothing here: those of language models, for the built-in sampler writes, and of feedback; with
 * learning off also those of the update.
 */
export function idleSettings(learning: Variant['learning']): FieldName[] {
  return FIELD_NAMES.filter((name) => {
    const { section } = FIELDS[name];
    if (section === 'language' || name === 'template_guidance' || name === 'feedback_weight') return true;
    return learning === 'off' && section !== 'sampling' && section !== 'reward' && section !== 'execution';
  });
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

function toSettings(settings: readonly DraftSetting[]): { readonly read: Settings; readonly wrong: readonly string[] } {
  const wrong: string[] = [];
  const read = settings.flatMap(({ name, value }) => {
    try {
      return [[name, checkField(name, value)] as const];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      wrong.push(error.message);
      return [];
    }
  });
  return { read: Object.fromEntries(read), wrong };
}
