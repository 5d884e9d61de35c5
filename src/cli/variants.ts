/** `--variant "name:key=value,…"`: one way of training as text. */
import { checkField, ConfigError, FIELD_NAMES, PRESET_NAMES, presetSettings } from '../grpo/config.ts';
import type { FieldName } from '../grpo/config.ts';
import { REWARD_COMPONENTS } from '../grpo/types.ts';
import { EXPERIMENT_LIMITS } from '../lab/experiment.ts';
import type { Variant } from '../lab/experiment-types.ts';
import { UsageError } from './options.ts';

export const REWARD_MODES = ['gold', 'reference-free', 'feedback'] as const;
export type RewardMode = (typeof REWARD_MODES)[number];
const LEARNING = ['on', 'off', 'shuffled'] as const;

export interface GivenVariant {
  readonly variant: Variant;
  /** The file of `start=FILE`; null for none and for the starter. */
  readonly startFile: string | null;
}

/** The weights a reward mode stands for. */
function rewardSettings(mode: RewardMode): Variant['settings'] {
  if (mode === 'reference-free') return { gold_weight: 0, feedback_weight: 0 };
  return Object.fromEntries(REWARD_COMPONENTS.map((name) => [`${name}_weight`, name === mode ? 1 : 0]));
}

/**
 * Keys: any setting; preset=tuned|reference; reward=gold|reference-free|feedback; start=none|starter|FILE;
 * learning=on|off|shuffled. A setting outweighs the reward mode, that the preset, wherever they stand. Throws
 * UsageError.
 */
export function parseVariant(text: string): GivenVariant {
  const [name, rest] = divided(text, ':');
  const label = name.trim();
  const fail = (why: string): UsageError => new UsageError(`--variant "${text.slice(0, 60)}": ${why}`);
  if (label === '' || /[=,]/.test(label)) throw fail('needs a name before its settings: "name:key=value,…".');
  if (label.length > EXPERIMENT_LIMITS.name) throw fail(`the name has more than ${EXPERIMENT_LIMITS.name} characters.`);
  const given = new Map<string, string>();
  for (const part of rest === null || rest.trim() === '' ? [] : rest.split(',')) {
    const [key, value] = divided(part, '=').map((side) => side?.trim() ?? null);
    if (key === undefined || key === null || key === '' || value === undefined || value === null || value === '')
      throw fail(`needs key=value, not "${part.slice(0, 60)}".`);
    if (given.has(key)) throw fail(`has ${key} twice.`);
    given.set(key, value);
  }
  const take = (key: string): string | undefined => {
    const value = given.get(key);
    given.delete(key);
    return value;
  };
  const [preset, reward, start, learning] = [
    take('preset'),
    take('reward'),
    take('start') ?? 'none',
    take('learning') ?? 'on',
  ];
  try {
    const settings: Partial<Record<FieldName, number | boolean | string>> = {
      ...(preset === undefined ? {} : presetSettings(oneOf('preset', preset, PRESET_NAMES))),
      ...(reward === undefined ? {} : rewardSettings(oneOf('reward', reward, REWARD_MODES))),
    };
    for (const [key, value] of given) settings[fieldNamed(key)] = checkField(key, value);
    return {
      variant: {
        name: label,
        settings,
        start: start === 'none' || start === 'starter' ? start : 'file',
        learning: oneOf('learning', learning, LEARNING),
      },
      startFile: start === 'none' || start === 'starter' ? null : start,
    };
  } catch (error) {
    if (error instanceof ConfigError) throw fail(error.message);
    throw error;
  }
}

function fieldNamed(key: string): FieldName {
  const field = FIELD_NAMES.find((name) => name === key);
  if (field === undefined)
    throw new ConfigError(
      `Unknown key "${key.slice(0, 60)}". Keys: preset, reward, start, learning, ${FIELD_NAMES.join(', ')}.`,
    );
  return field;
}

function oneOf<T extends string>(key: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined)
    throw new ConfigError(`${key} must be ${choices.join(' or ')}, not "${value.slice(0, 60)}".`);
  return found;
}

/** The text before and after the first mark; null after where there is none. */
function divided(text: string, mark: string): [string, string | null] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
}
