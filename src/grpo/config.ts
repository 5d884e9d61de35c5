/**
 * GRPOConfig as ONE table: defaults, bounds, labels, help, URL keys and CLI names all come from here.
 * Defaults are the published reference's (group_size 4, temperature 0.7, kl_coef 0.05, …).
 */

import { ESTIMATORS, type EstimatorName } from './estimators/index.ts';
import type { Estimator } from './estimators/estimator.ts';
import { OBJECTIVES, type ObjectiveName } from './objectives/index.ts';

/** Seed of a run that was given none. */
export const DEFAULT_SEED = 42;

const GRADIENTS = ['score-function', 'simple'] as const;
export type GradientName = (typeof GRADIENTS)[number];

interface Common {
  readonly label: string;
  readonly help: string;
  /** Key in the page's URL. */
  readonly url: string;
  /** Where the setting shows: the loop itself, the update, or what one query may cost. */
  readonly section: 'sampling' | 'language' | 'reward' | 'update' | 'templates' | 'exploration' | 'execution';
}
export interface NumberField extends Common {
  readonly kind: 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** Step of the control; 1 with `integer` means whole numbers only. */
  readonly step: number;
  readonly integer?: boolean;
}
export interface BooleanField extends Common {
  readonly kind: 'boolean';
  readonly default: boolean;
}
export interface ChoiceField<T extends string> extends Common {
  readonly kind: 'choice';
  readonly default: T;
  readonly options: readonly T[];
  /** What readers know the options by, where that is another name. */
  readonly labels?: Readonly<Record<string, string>>;
}
export type Field = NumberField | BooleanField | ChoiceField<string>;

/** What readers know an option by. */
export const optionLabel = ({ labels }: Pick<ChoiceField<string>, 'labels'>, option: string): string =>
  labels?.[option] ?? option;

const number = (
  section: Common['section'],
  url: string,
  value: number,
  min: number,
  max: number,
  step: number,
  label: string,
  help: string,
): NumberField => ({
  kind: 'number',
  section,
  url,
  default: value,
  min,
  max,
  step,
  label,
  help,
  integer: Number.isInteger(step),
});

const toggle = (
  section: Common['section'],
  url: string,
  value: boolean,
  label: string,
  help: string,
): BooleanField => ({ kind: 'boolean', section, url, default: value, label, help });

/** "GRPO into Dr. GRPO" for every estimator whose division can be switched off. */
const UNSCALED = ESTIMATORS.flatMap(({ label, unscaled }: Estimator) =>
  unscaled === undefined ? [] : [`${label} into ${unscaled.label}`],
).join(' and ');

export const FIELDS = {
  group_size: number(
    'sampling',
    'g',
    4,
    2,
    32,
    1,
    'Group size G',
    'Completions sampled for each question and compared with one another.',
  ),
  temperature: number(
    'sampling',
    't',
    0.7,
    0.05,
    2,
    0.05,
    'Temperature',
    'Diversity of sampling: logits are divided by it. Low repeats itself, high explores.',
  ),
  questions_per_step: number(
    'sampling',
    'q',
    1,
    1,
    32,
    1,
    'Questions per step',
    'Groups sampled before one update of the hints (the batch).',
  ),

  max_tokens: number(
    'language',
    'mt',
    256,
    16,
    4096,
    16,
    'Most tokens',
    'Tokens one completion of a language model may have; it is cut there.',
  ),
  prompt_tokens: number(
    'language',
    'pt',
    1500,
    200,
    32000,
    100,
    'Prompt budget (tokens)',
    'Schema and hints that do not fit are left out of the prompt, the least relevant first. Counted as four characters a token.',
  ),
  hints_in_prompt: toggle(
    'language',
    'hp',
    true,
    'Hints in the prompt',
    'The relevant hints are put into the prompt of a language model, worded by their strength.',
  ),
  hints_in_choice: toggle(
    'language',
    'hc',
    true,
    'Hints in the choice',
    'The final answer of a language model is chosen by reward plus the weights of the hints that fire; off: by reward alone.',
  ),
  constrained: toggle(
    'language',
    'cd',
    false,
    'Constrained decoding',
    'A grammar keeps a language model to SELECTs over the names of this schema, where its runtime can. This is another policy than the model’s own.',
  ),
  log_probabilities: toggle(
    'language',
    'lp',
    false,
    'Log-probabilities',
    'Asks the runtime for the log-probability of each completion, where it offers that. WebLLM writes more slowly for it.',
  ),
  reflection: toggle(
    'language',
    'rf',
    false,
    'Reflection',
    'After a group with a signal the language model may propose one hint in words. It costs one more completion.',
  ),

  validity_weight: number(
    'reward',
    'wv',
    0.2,
    0,
    1,
    0.05,
    'Validity weight',
    'Share of the total reward for SQL that SQLite compiles.',
  ),
  execution_weight: number(
    'reward',
    'we',
    0.3,
    0,
    1,
    0.05,
    'Execution weight',
    'Share for running within budget and returning rows.',
  ),
  quality_weight: number(
    'reward',
    'wq',
    0.35,
    0,
    1,
    0.05,
    'Result quality weight',
    'Share for relevance to the question, judged without gold SQL.',
  ),
  format_weight: number(
    'reward',
    'wf',
    0.15,
    0,
    1,
    0.05,
    'Format weight',
    'Share for clean SQL: it only takes off, for SELECT *, tables without a join condition and what is not needed.',
  ),
  gold_weight: number(
    'reward',
    'wg',
    0,
    0,
    10,
    0.05,
    'Gold weight',
    'Share for returning the gold SQL’s result. 0 keeps the reward reference-free.',
  ),

  agreement_weight: number(
    'reward',
    'wa',
    0,
    0,
    10,
    0.05,
    'Agreement weight',
    'Share for returning what others of the group return: a vote among executions, without gold SQL.',
  ),
  feedback_weight: number(
    'reward',
    'wu',
    0,
    0,
    10,
    0.05,
    'Feedback weight',
    'Share for what people said of this SQL, or of SQL with the same result.',
  ),

  estimator: {
    kind: 'choice',
    section: 'update',
    url: 'a',
    default: ESTIMATORS[0].name,
    options: ESTIMATORS.map(({ name }) => name),
    labels: Object.fromEntries(ESTIMATORS.map(({ name, label }) => [name, label])),
    label: 'Advantage estimator',
    help: `How a reward becomes an advantage: ${ESTIMATORS.map(({ label, help }) => `${label} ${help}`).join(', ')}.`,
  } satisfies ChoiceField<EstimatorName>,
  scale_rewards: {
    kind: 'boolean',
    section: 'update',
    url: 'sr',
    default: true,
    label: 'Divide by the sd',
    help: `Off turns ${UNSCALED}. The other estimators ignore it.`,
  } satisfies BooleanField,
  population_sd: {
    kind: 'boolean',
    section: 'update',
    url: 'ps',
    default: false,
    label: 'Population sd',
    help: 'Divide by G (ddof 0) instead of G − 1 when computing the standard deviation.',
  } satisfies BooleanField,
  objective: {
    kind: 'choice',
    section: 'update',
    url: 'ob',
    default: OBJECTIVES[0].name,
    options: OBJECTIVES.map(({ name }) => name),
    labels: Object.fromEntries(OBJECTIVES.map(({ name, label }) => [name, label])),
    label: 'Objective',
    help: `What updates after the first climb: ${OBJECTIVES.map(({ label, help }) => `${label} ${help}`).join(', ')}.`,
  } satisfies ChoiceField<ObjectiveName>,
  num_iterations: number(
    'update',
    'mu',
    1,
    1,
    16,
    1,
    'Updates per group μ',
    'How often one group moves the hints; from the second time on by the clipped ratio to the policy that drew it. Built-in sampler only.',
  ),
  epsilon: number('update', 'ep', 0.2, 0, 1, 0.01, 'Clip ε', 'How far a ratio may go from 1 before it is cut.'),
  epsilon_high: number('update', 'eph', 0.28, 0, 10, 0.01, 'Clip ε high', 'The same upwards, for DAPO and CISPO.'),
  learning_rate: number(
    'update',
    'lr',
    0.1,
    0,
    2,
    0.01,
    'Learning rate',
    'How far a hint moves for one unit of gradient. 0 turns learning off.',
  ),
  kl_coef: number(
    'update',
    'kl',
    0.05,
    0,
    1,
    0.01,
    'KL coefficient',
    'Pulls the hints that were active back towards the policy the run started from.',
  ),
  min_advantage_threshold: number(
    'update',
    'th',
    0.3,
    0,
    3,
    0.05,
    'Minimum |advantage|',
    'A completion closer to its group’s mean than this teaches nothing.',
  ),
  gradient: {
    kind: 'choice',
    section: 'update',
    url: 'gr',
    default: 'score-function',
    options: GRADIENTS,
    label: 'Gradient',
    help: 'score-function subtracts what the policy expected at each decision (exact); simple counts features as they occur.',
  } satisfies ChoiceField<GradientName>,
  new_hint_threshold: number(
    'update',
    'nh',
    0.2,
    0,
    2,
    0.01,
    'New hint threshold',
    'A feature becomes a hint when its |gradient| over four completions reaches this; over more, less is enough (÷ √(n/4)).',
  ),
  weight_limit: number('update', 'wl', 5, 0.5, 20, 0.5, 'Weight limit', 'Weights are clipped to ± this.'),
  max_hints: number(
    'update',
    'mh',
    1000,
    10,
    10000,
    10,
    'Most hints',
    'Beyond this many, the weakest that were not taught lately make room. Hints the run started from do not count.',
  ),

  evidence_hold: number(
    'update',
    'eh',
    0,
    0,
    20,
    0.5,
    'Evidence hold-down',
    'A hint acts with n/(n + this) of its weight, n being the completions that taught it. 0 lets every hint act in full at once.',
  ),

  template_pattern: toggle('templates', 'tp', true, 'Pattern', 'Hints on a pattern of the SQL, whatever is asked.'),
  template_operator: toggle(
    'templates',
    'to',
    true,
    'Cue × operator',
    'Hints that tie words of the question to an operator or a shape of the SQL.',
  ),
  template_name: toggle(
    'templates',
    'tn',
    true,
    'Cue × column or table',
    'Hints that tie words of the question to names of this database.',
  ),
  template_pair: toggle('templates', 'tt', true, 'Pattern × pattern', 'Hints on two patterns of one SQL.'),
  template_link: toggle(
    'templates',
    'tl',
    true,
    'Link × decision',
    'Hints on how well the question names something: exactly, in part, by a value.',
  ),
  template_guidance: toggle('templates', 'tg', true, 'Guidance', 'Hints in words, for the prompt of a language model.'),
  template_bigram: toggle(
    'templates',
    'tb',
    true,
    'Pairs of words',
    'Cues of two neighbouring words, beside single words.',
  ),

  resample_budget: number(
    'exploration',
    'rb',
    0,
    0,
    16,
    1,
    'Extra groups without signal',
    'A group whose rewards are all equal is drawn again, hotter, up to this many times (dynamic sampling).',
  ),
  replay: toggle(
    'exploration',
    're',
    false,
    'Replay right answers',
    'A group that is all wrong gets the right completion found earlier for its question, if there is one.',
  ),
  validation_share: number(
    'exploration',
    'vs',
    0,
    0,
    0.5,
    0.05,
    'Validation share',
    'Part of the training questions that runs of a set length (lab train, experiments) keep back to choose the best snapshot. Held-out questions are never used for it.',
  ),
  evaluate_every: number(
    'exploration',
    'ee',
    50,
    1,
    10000,
    1,
    'Steps between validations',
    'How often the validation questions are answered.',
  ),
  patience: number(
    'exploration',
    'pa',
    0,
    0,
    100,
    1,
    'Patience',
    'Validations without a better one after which the run stops. 0 never stops early.',
  ),
  few_hints: number(
    'exploration',
    'fh',
    0,
    0,
    1000,
    10,
    'Few hints',
    'At the end of a run of set length (lab train, experiments) the learned hints are distilled to at most this many that decide the same on the training questions. 0 keeps them all.',
  ),

  max_vm_steps: number(
    'execution',
    'vm',
    5,
    1,
    2000,
    1,
    'Query budget (million VM steps)',
    'SQLite instructions one query may use. The same on every machine, so a run repeats exactly.',
  ),
  deadline_ms: number(
    'execution',
    'dl',
    3000,
    100,
    60000,
    100,
    'Query deadline (ms)',
    'Wall-clock backstop for slow machines; one second later the watchdog ends the worker.',
  ),
  max_rows: number('execution', 'mr', 5000, 1, 100000, 1, 'Row limit', 'Rows kept of one result.'),
} as const satisfies Record<string, Field>;

export type FieldName = keyof typeof FIELDS;
export const FIELD_NAMES = Object.keys(FIELDS) as readonly FieldName[];

type ValueOf<F> = F extends NumberField
  ? number
  : F extends BooleanField
    ? boolean
    : F extends { options: readonly (infer T)[] }
      ? T
      : never;
export type GRPOConfig = { readonly [K in FieldName]: ValueOf<(typeof FIELDS)[K]> };

export const PRESET_NAMES = ['reference', 'tuned'] as const;
export type PresetName = (typeof PRESET_NAMES)[number];

/**
 * Settings that belong together. reference: the published defaults, as the table has them. tuned: the measured best,
 * chosen on training splits alone.
 */
export const PRESETS: Readonly<Record<PresetName, Readonly<Partial<GRPOConfig>>>> = {
  reference: {},
  tuned: {
    group_size: 8,
    learning_rate: 0.2,
    temperature: 0.8,
    kl_coef: 0.02,
    resample_budget: 2,
    replay: true,
    validation_share: 0.2,
    max_hints: 10_000,
    max_vm_steps: 1,
  },
};

/** The fields that some preset sets. */
const PRESET_FIELDS = FIELD_NAMES.filter((name) => PRESET_NAMES.some((preset) => PRESETS[preset][name] !== undefined));

/** Every field that some preset sets, as this one wants it: what choosing a preset changes. */
export function presetSettings(preset: PresetName): Partial<GRPOConfig> {
  return Object.fromEntries(PRESET_FIELDS.map((name) => [name, PRESETS[preset][name] ?? DEFAULT_CONFIG[name]]));
}

/** The preset whose settings these are, whatever the fields that no preset sets; null for none. */
export function presetOf(config: GRPOConfig): PresetName | null {
  return (
    PRESET_NAMES.find((preset) =>
      Object.entries(presetSettings(preset)).every(([name, value]) => config[name as FieldName] === value),
    ) ?? null
  );
}

/** A setting that is unknown or out of range. The message names the field and its range. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export const DEFAULT_CONFIG: GRPOConfig = Object.freeze(
  Object.fromEntries(FIELD_NAMES.map((name) => [name, FIELDS[name].default])),
) as GRPOConfig;

function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(FIELDS, name);
}

/** As the page calls it and, in brackets, as the command line and files do: “Learning rate (learning_rate)”. */
export const labelled = (name: FieldName): string => `${FIELDS[name].label} (${name})`;

/**
 * One value checked against the table. Strings (URL, CLI) are read as the field's kind.
 * Throws ConfigError naming the field and its range.
 */
export function checkField(name: string, value: unknown): number | boolean | string {
  if (!isFieldName(name)) {
    throw new ConfigError(`Unknown setting "${name.slice(0, 60)}". Settings: ${FIELD_NAMES.join(', ')}.`);
  }
  const field: Field = FIELDS[name];
  const shown =
    typeof value === 'string'
      ? `"${value.slice(0, 60)}"`
      : typeof value === 'object' && value !== null
        ? 'an object'
        : String(value);
  if (field.kind === 'number') {
    const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    const whole = field.integer === true ? 'a whole number ' : 'a number ';
    const fits =
      typeof parsed === 'number' &&
      parsed >= field.min &&
      parsed <= field.max &&
      (field.integer !== true || Number.isInteger(parsed));
    if (!fits)
      throw new ConfigError(`${labelled(name)} must be ${whole}from ${field.min} to ${field.max}, not ${shown}.`);
    return parsed;
  }
  if (field.kind === 'boolean') {
    const parsed = value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value;
    if (typeof parsed !== 'boolean') throw new ConfigError(`${labelled(name)} must be true or false, not ${shown}.`);
    return parsed;
  }
  if (typeof value !== 'string' || !field.options.includes(value)) {
    throw new ConfigError(`${labelled(name)} must be one of ${field.options.join(', ')}, not ${shown}.`);
  }
  return value;
}

/**
 * The defaults, in their place the preset's settings, in theirs the given values, every one checked.
 * Throws ConfigError on the first unknown or out-of-range value, when no reward has a weight, and for several updates a
 * group with a gradient that has no ratio.
 */
export function makeConfig(
  values: Readonly<Record<string, unknown>> = {},
  preset: PresetName = 'reference',
): GRPOConfig {
  const checked: Record<string, number | boolean | string> = {};
  for (const [name, value] of Object.entries({ ...PRESETS[preset], ...values }))
    checked[name] = checkField(name, value);
  const config = { ...DEFAULT_CONFIG, ...checked } as GRPOConfig;
  const isWeight = (name: FieldName): boolean => name.endsWith('_weight');
  if (FIELD_NAMES.every((name) => !isWeight(name) || config[name] === 0)) {
    throw new ConfigError(
      `At least one reward weight must be above 0: ${FIELD_NAMES.filter(isWeight).map(labelled).join(', ')}.`,
    );
  }
  if (config.num_iterations > 1 && config.gradient === 'simple') {
    throw new ConfigError(
      'num_iterations above 1 needs gradient=score-function: the simple gradient has no ratio to clip.',
    );
  }
  return Object.freeze(config);
}

/** Settings as URL parameters, only those that differ from the defaults. */
export function configToParams(config: GRPOConfig): Record<string, string> {
  const params: Record<string, string> = {};
  for (const name of FIELD_NAMES) {
    if (config[name] !== DEFAULT_CONFIG[name]) params[FIELDS[name].url] = String(config[name]);
  }
  return params;
}

/** Reads the URL keys of the table out of `params`; other keys are somebody else's. Throws ConfigError. */
export function valuesFromParams(params: Iterable<readonly [string, string]>): Record<string, unknown> {
  const byKey = new Map<string, FieldName>(FIELD_NAMES.map((name) => [FIELDS[name].url, name]));
  const values: Record<string, unknown> = {};
  for (const [key, value] of params) {
    const name = byKey.get(key);
    if (name !== undefined) values[name] = checkField(name, value);
  }
  return values;
}
