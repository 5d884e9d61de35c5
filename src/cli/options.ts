/** The command line as a table: what parses it and what --help prints are made from it. */
import { parseArgs } from 'node:util';
import { DEFAULT_SEED, FIELD_NAMES, FIELDS, PRESETS, type Field, type FieldName } from '../grpo/config.ts';
import { messageOf } from '../grpo/message-of.ts';
import { CHOICE_STEPS, CHOICE_TRAINING } from '../lab/choice-training.ts';
import { MIN_DATABASES, MOST_DELIVERED, MOST_HINTS, PASSES, QUESTIONS_EACH } from '../lab/pretrain.ts';

/** A command line that cannot be carried out. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface OptionRow {
  readonly name: string;
  /** What stands after it, as shown; '' for a switch, after which nothing stands. */
  readonly value: string;
  readonly help: string;
  readonly required?: boolean;
  /** Not required where this option is given. */
  readonly unless?: string;
  readonly multiple?: boolean;
}

export interface CommandRow {
  readonly name: string;
  readonly summary: string;
  readonly details: readonly string[];
  readonly options: readonly OptionRow[];
  /** The one text that stands alone, in quotes where it has spaces; absent where every text belongs to an option. */
  readonly argument?: { readonly value: string; readonly help: string };
}

const DATABASE: OptionRow = { name: 'database', value: 'DB', required: true, help: 'SQLite file, or a .sql dump' };
const QUESTIONS: OptionRow = {
  name: 'questions',
  value: 'Q',
  required: true,
  help: 'questions file: [{id, question, sql?, sql_alternatives?, split}]',
};
const SET: OptionRow = {
  name: 'set',
  value: 'name=value',
  multiple: true,
  help: 'a setting in place of its default; repeat for more. Names below',
};
const JSON_OUT: OptionRow = { name: 'json', value: 'F', help: 'write the result to this file' };
/** The options that samplers.ts reads. */
const ENDPOINT: readonly OptionRow[] = [
  {
    name: 'base-url',
    value: 'URL',
    help: 'endpoint: an OpenAI-compatible server, for example http://localhost:8000/v1',
  },
  { name: 'model', value: 'NAME', help: 'endpoint: the model as the server names it (the only one it has)' },
  {
    name: 'api-key-env',
    value: 'VARIABLE',
    help: 'endpoint: the environment variable that holds the key, where one is needed',
  },
  { name: 'parallel', value: 'N', help: 'endpoint: completions written at the same time (8)' },
  {
    name: 'grammar-field',
    value: 'FIELD',
    help: 'endpoint: where it takes a grammar, for constrained=true: structured_outputs (vLLM), guided_grammar (older vLLM) or grammar (llama.cpp)',
  },
];
const SAMPLER_OPTIONS: readonly OptionRow[] = [
  ...ENDPOINT,
  {
    name: 'completions',
    value: 'F',
    help: 'replay: a completions file, [{id, completions: [{source?, text}]}], from which groups are drawn',
  },
];
const ENDPOINT_DETAIL =
  '--sampler endpoint asks a language model behind an OpenAI-compatible server (vLLM, llama.cpp, Ollama, LM Studio). The schema and the hints go into its prompt, as far as max_tokens, prompt_tokens and hints_in_prompt say. Its key is read from an environment variable, so that it is in no list of processes.';
const SAMPLER_DETAILS = [
  `${ENDPOINT_DETAIL} --sampler replay draws groups from recorded completions, without replacement.`,
];
const FACTS =
  'Questions with the same gold SQL, but for spelling, ask for one fact. Facts, not questions, are the unit of every interval and test, and both are counted wherever an interval is shown.';
const VERDICT =
  'The difference has a 95 % interval and p by flipping the signs of the facts’ differences. A gain or a loss is said where the interval leaves out 0; else “No evidence of a gain”, or with fewer than 30 facts “Too few questions to tell”.';
const CHOICE_SETTINGS = Object.entries(CHOICE_TRAINING)
  .map(([name, value]) => `${name}=${String(value)}`)
  .join(', ');
const SETTINGS = [`Settings: ${FIELD_NAMES.map(settingInHelp).join(', ')}.`];

/** A setting's name; where it is a choice, with what can be chosen. */
function settingInHelp(name: FieldName): string {
  const field: Field = FIELDS[name];
  return field.kind === 'choice' ? `${name} (${field.options.join(', ')})` : name;
}

export const COMMANDS = {
  train: {
    name: 'train',
    summary: 'learn hints from the training questions',
    details: [
      'The same arguments give the same files, byte for byte; with an endpoint as far as its server gives the same text for the same seed.',
      ...SAMPLER_DETAILS,
      '--sampler feedback makes groups of the SQL that people judged, or wrote in its place, and of nothing else: at most group_size texts of the question, drawn from --feedback F without replacement. --reward says, as for any sampler, what scores them.',
      `Recorded completions teach a choice among them, and --reward gold is what teaches it. Their groups are drawn by the policy that chooses, the reference-free reward plus the hints, and the settings are ${CHOICE_SETTINGS}, unless --set says otherwise.`,
      '--record F writes the run to a file: what the sampler answered, and what is needed to do the rest again. --sampler replay --recording F does it again, and gives the same rewards, advantages and hints to the bit; seed, settings, start and questions come from the recording.',
      '--reward gold replaces the four reference-free components by the gold one: their weights are 0 and gold_weight is 1, unless --set says otherwise. Wherever gold_weight is above 0, questions without gold SQL are left out, and so are those whose gold SQL returns nothing, 0 or NULL, because wrong SQL matches them easily.',
      '--reward feedback does the same with what people said: a thumb on a completion’s SQL, or SQL they wrote in its place, which is also gold for its question. --feedback F is a file {format: "grpo-sql-lab/feedback", version: 1, feedback: [{dataset, question, text, thumb, corrected, at}]}; questions are told apart by their text, and “dataset” is not looked at.',
      'Held-out questions are never trained on, so --split can only be train.',
      'With validation_share above 0, that part of the training questions with gold SQL is kept back and answered every evaluate_every steps. The best policy is kept, not the last, and the start where nothing beat it; patience ends the run early.',
      `The preset tuned is ${Object.entries(PRESETS.tuned)
        .map(([name, value]) => `${name}=${String(value)}`)
        .join(', ')}. --reward and --set win over it, and so does what --completions sets.`,
      ...SETTINGS,
    ],
    options: [
      DATABASE,
      QUESTIONS,
      { name: 'split', value: 'train', help: 'the questions to train on (train)' },
      { name: 'steps', value: 'N', help: `steps to take (100; ${CHOICE_STEPS} with --completions)` },
      { name: 'seed', value: 'S', help: `seed of all randomness (${DEFAULT_SEED})` },
      { name: 'reward', value: 'MODE', help: 'reference-free, gold or feedback (reference-free)' },
      {
        name: 'feedback',
        value: 'F',
        help: 'what people said, a feedback file; needs a feedback weight, or --sampler feedback',
      },
      {
        name: 'preset',
        value: 'NAME',
        help: 'settings that belong together: reference, the published defaults, or tuned, the measured best (reference)',
      },
      SET,
      {
        name: 'entropy',
        value: 'on|off',
        help: 'whether --json gets the entropy and the KL of the policy before every step, exact or with a standard error (off)',
      },
      {
        name: 'hints-in',
        value: 'HINTS',
        help: 'start from none, starter (the starter policy) or the hints of a file (starter; none with --completions and --sampler feedback)',
      },
      { name: 'hints-out', value: 'F', help: 'write the hints to this file' },
      { name: 'sampler', value: 'NAME', help: 'who writes the SQL: sketch, endpoint, replay or feedback (sketch)' },
      ...SAMPLER_OPTIONS,
      { name: 'recording', value: 'F', help: 'replay: a recorded run, which is played back' },
      { name: 'record', value: 'F', help: 'write the run to this file, to be played back' },
      {
        name: 'verbose',
        value: '',
        help: 'say of each sample its question, completions, rewards, advantages, and which are reinforced or penalized',
      },
      {
        name: 'rollouts',
        value: 'F',
        help: 'write every completion of every step to this file, a line of JSON each, and what they are to F.about.json',
      },
      JSON_OUT,
    ],
  },
  evaluate: {
    name: 'evaluate',
    summary: 'measure execution accuracy on held-out questions',
    details: [
      'Reports the accuracy of the greedy answer (or, with --answer best, of the best of a group), pass@1 and pass@G (unbiased, from K groups of group_size samples), each with a 95 % interval over facts. Questions without gold SQL are left out.',
      FACTS,
      'A language model is measured by what is chosen from its groups: at random, by majority of the results, by the reference-free reward, and by reward plus the weights of the hints that fire. Reward with hints is compared with reward alone, question by question. Groups are written without hints in the prompt, so that all choose among the same.',
      `The comparison: difference, gained and lost questions (wrong in most groups by reward, right in most by both). ${VERDICT}`,
      `With --pool hints are taught for each folder on its training questions, as train --sampler replay --reward gold does it, and choose on its held-out questions; the questions of all folders together are what the comparison is then about.`,
      ...SAMPLER_DETAILS,
      `With --sampler replay group_size is ${CHOICE_TRAINING.group_size}, unless --set says otherwise.`,
      ...SETTINGS,
    ],
    options: [
      { ...DATABASE, unless: 'pool' },
      { ...QUESTIONS, unless: 'pool' },
      { name: 'split', value: 'SPLIT', help: 'held-out, train or all (held-out)' },
      {
        name: 'hints',
        value: 'HINTS',
        help: 'none, starter (the starter policy) or the hints of a file (starter; none with --sampler replay, for which the starter was not made)',
      },
      { name: 'seeds', value: 'K', help: 'groups sampled for each question (3; 10 with --sampler replay)' },
      {
        name: 'answer',
        value: 'RULE',
        help: 'greedy, or best: the best of 32 by reward and likelihood, as lab ask answers (greedy)',
      },
      { name: 'sampler', value: 'NAME', help: 'who writes the SQL: sketch, endpoint or replay (sketch)' },
      ...SAMPLER_OPTIONS,
      {
        name: 'pool',
        value: 'DIR',
        multiple: true,
        help: 'replay: a folder with db.sqlite or schema.sql, questions.json and completions.json; repeat for more',
      },
      { name: 'steps', value: 'N', help: `with --pool: steps of each training (${CHOICE_STEPS})` },
      { name: 'seed', value: 'S', help: `with --pool: seed of each training (${DEFAULT_SEED})` },
      SET,
      JSON_OUT,
    ],
  },
  score: {
    name: 'score',
    summary: 'score SQL with the reward functions',
    details: [
      'Each SQL text is run as it stands. matchesGold is null where the question has no gold SQL.',
      ...SETTINGS,
    ],
    options: [
      DATABASE,
      QUESTIONS,
      {
        name: 'sql-file',
        value: 'F',
        required: true,
        help: '[{id, sql}], id being a question’s; several entries may answer one question',
      },
      SET,
      JSON_OUT,
    ],
  },
  rewards: {
    name: 'rewards',
    summary: 'measure how well the rewards tell right SQL from wrong',
    details: [
      'auc: the share of pairs of one right and one wrong completion of the same question in which the right one has the higher value, a tie counting half; over distinct SQL texts, with the number of pairs behind each. Without --completions, groups are drawn from the sketch sampler at temperature 1.',
      'bestOfG, with --completions: how often the pick is right among G completions drawn at random: a random one, a random one that ran, the majority by result, the highest reference-free total, the same with the agreement component, and the best possible.',
      ...SETTINGS,
    ],
    options: [
      DATABASE,
      QUESTIONS,
      {
        name: 'completions',
        value: 'F',
        help: 'completions file: [{id, completions: [{source?, text, correct?}]}]; without a flag, gold decides what is correct',
      },
      {
        name: 'sources',
        value: 'A,B',
        help: 'only completions of these sources; those the file does not have are passed over',
      },
      { name: 'group-size', value: 'G', help: 'completions in a group (16 sampled; 8 drawn from a file)' },
      { name: 'groups', value: 'N', help: 'groups drawn from a file for each question (200)' },
      { name: 'seed', value: 'S', help: 'seed of all randomness (1)' },
      SET,
      JSON_OUT,
    ],
  },
  compare: {
    name: 'compare',
    summary: 'train several variants with several seeds, and say which is better',
    details: [
      'A variant is a name and what it changes: "name:key=value,…". Keys: any setting, which outweighs --set; preset=tuned|reference; reward=gold|reference-free|feedback; start=none|starter|FILE (none); learning=on|off|shuffled (on). off and shuffled are controls: off must change nothing, shuffled must not improve.',
      'Every variant is trained once with each seed on the training questions and measured on the held-out ones, with the group size and temperature of --set, so that all are measured alike. With a validation share, part of the training questions and their gold choose the snapshot that is kept, whatever the reward; held-out questions choose nothing.',
      `Each variant is compared with the first, question by question: difference of greedy accuracy, gained and lost questions (wrong in most seeds of one, right in most of the other). ${VERDICT}`,
      FACTS,
      'reward=feedback is simulated: gold plays the person who judges a share of the groups.',
      ...SETTINGS,
    ],
    options: [
      DATABASE,
      QUESTIONS,
      {
        name: 'variant',
        value: 'V',
        required: true,
        multiple: true,
        help: '"name:key=value,…"; repeat for more. The first is what the others are compared with',
      },
      { name: 'steps', value: 'N', help: 'steps of each run (100)' },
      { name: 'seeds', value: 'K', help: 'runs of each variant (3)' },
      { name: 'seed', value: 'S', help: 'the first seed; the others follow (1)' },
      { name: 'evaluate-every', value: 'N', help: 'steps between two points of the curve (a tenth of the steps)' },
      {
        name: 'curve-questions',
        value: 'N',
        help: 'held-out questions the curve is measured on, spread evenly (all); the comparison is always on all',
      },
      {
        name: 'answer',
        value: 'RULE',
        help: 'what answers held-out questions: greedy, or best: the best of 32 by reward and likelihood (greedy)',
      },
      {
        name: 'feedback-percent',
        value: 'P',
        help: 'share of the groups that simulated feedback judges, in per cent (50)',
      },
      SET,
      JSON_OUT,
    ],
  },
  credit: {
    name: 'credit',
    summary: 'measure what each hint does to the answers',
    details: [
      'While the questions are answered, each hint that can act is left out by the toss of a coin. Its uplift is the accuracy with it minus the accuracy without it, question by question, with a 95 % interval and a sign-flip test over facts. It is called helpful or harmful when the interval leaves out 0; compared on fewer than 6 facts, it is said to have not enough data.',
      FACTS,
      ...SETTINGS,
    ],
    options: [
      DATABASE,
      QUESTIONS,
      { name: 'hints', value: 'starter|F', required: true, help: 'the hints of this file, or the starter policy' },
      { name: 'split', value: 'SPLIT', help: 'held-out, train or all (held-out)' },
      { name: 'top', value: 'K', help: 'how many hints are tested, the heaviest first; the others always act (20)' },
      { name: 'repeats', value: 'R', help: 'tosses for each question (8)' },
      { name: 'seed', value: 'S', help: 'seed of the tosses (1)' },
      SET,
      JSON_OUT,
    ],
  },
  pretrain: {
    name: 'pretrain',
    summary: 'learn general hints on several databases: a starter policy',
    details: [
      `The GRPO loop over the questions of all folders in one shuffled order, with one policy for all. Only general hints learn, those that name nothing of a database; only gold rewards. At most ${QUESTIONS_EACH} questions of a folder are used; those without gold SQL, or whose gold returns nothing, 0 or NULL, are left out.`,
      `The policy written is the mean of those at the end of the later half of the passes, without hints that fewer than ${MIN_DATABASES} databases taught (where there are more), and of the ${MOST_HINTS} strongest of the rest at most ${MOST_DELIVERED} that take the same decisions on the questions learned from, with their weights fitted anew. The file names its sources with the beginning of their licence files.`,
      'With --leave-one-out each folder is answered greedily with hints that were learned on all the others: a database that the hints never saw. Reported for all of its questions and for the held-out ones, against no hints, each with a 95 % interval over facts, and the mean over databases.',
      'The same arguments give the same files, byte for byte. Give --hints-out, --leave-one-out or both.',
    ],
    options: [
      {
        name: 'dataset',
        value: 'DIR',
        required: true,
        multiple: true,
        help: 'folder with db.sqlite or schema.sql, questions.json, and LICENSE or LICENSE.txt; repeat for more',
      },
      { name: 'hints-out', value: 'F', help: 'write the hints learned on all folders to this file' },
      { name: 'leave-one-out', value: '', help: 'measure what hints learned on the others do for each database' },
      { name: 'left-out', value: 'A,B', help: 'with --leave-one-out, only for the folders of these names (all)' },
      {
        name: 'all-questions',
        value: '',
        help: 'learn from held-out questions too; they then measure nothing on these databases',
      },
      { name: 'passes', value: 'N', help: `passes over all questions (${PASSES})` },
      { name: 'seed', value: 'S', help: 'seed of all randomness (1)' },
      JSON_OUT,
    ],
  },
  ask: {
    name: 'ask',
    summary: 'answer a question with SQL, and run it',
    argument: { value: 'QUESTION', help: 'the question, in quotes' },
    details: [
      'The sampler writes G candidates, its greedy answer among them. They are run, scored by the reference-free rewards, never by gold, and ranked; the best one’s result is printed, then its SQL, the hints that acted, and the others with the reason why they lost.',
      'The sketch sampler is steered by the hints; its candidates are ranked by reward + .02 ln π, and how likely the answer is to be right is said. Other completions are ranked by reward with agreement (weight .5) plus the weights of the hints that fire in them.',
      ENDPOINT_DETAIL,
      'The result is written to --json in full but for rows beyond the first 20; numbers of more than 53 bits are texts there.',
      ...SETTINGS,
    ],
    options: [
      DATABASE,
      {
        name: 'questions',
        value: 'F',
        help: 'questions.json: how likely the answer is to be right is then measured on its held-out questions',
      },
      { name: 'hints', value: 'HINTS', help: 'none, starter (the starter policy) or the hints of a file (starter)' },
      { name: 'sampler', value: 'NAME', help: 'who writes the SQL: sketch or endpoint (sketch)' },
      ...ENDPOINT,
      {
        name: 'samples',
        value: 'G',
        help: 'candidates to choose from, 1 for the greedy answer alone (32; 8 of a model)',
      },
      { name: 'seed', value: 'S', help: `seed of all randomness (${DEFAULT_SEED})` },
      SET,
      JSON_OUT,
    ],
  },
  why: {
    name: 'why',
    summary: 'show what decided the SQL for a question, decision by decision',
    argument: { value: 'QUESTION', help: 'the question, in quotes' },
    details: [
      'The greedy answer of the sketch sampler: what of the question was linked to what, then every decision with a choice, its most probable options first. Base is the logit without hints, 0 for the best option; the hints that act are listed with what they add, and the per cent are the chance of being drawn at the set temperature.',
      '--json has all options and all hints.',
      ...SETTINGS,
    ],
    options: [
      DATABASE,
      { name: 'hints', value: 'HINTS', help: 'none, starter (the starter policy) or the hints of a file (starter)' },
      SET,
      JSON_OUT,
    ],
  },
} as const satisfies Record<string, CommandRow>;

export type CommandName = keyof typeof COMMANDS;

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

/** The options that were given, by name; `help` when help was asked for. */
export interface GivenOptions {
  readonly help: boolean;
  /** The value of an option; undefined when it was not given. */
  one(name: string): string | undefined;
  /** The value of a required option. */
  need(name: string): string;
  /** Whether a switch was given. */
  has(name: string): boolean;
  /** Every value of a repeatable option, in order. */
  all(name: string): readonly string[];
  /** The text that stands alone; '' for a command without one. */
  readonly argument: string;
}

/**
 * Throws UsageError for an unknown option, a missing value, required option or argument, and any text that belongs to
 * none.
 */
export function readOptions(command: CommandRow, args: readonly string[]): GivenOptions {
  const table = Object.fromEntries(
    command.options.map((option) => [
      option.name,
      { type: option.value === '' ? ('boolean' as const) : ('string' as const), multiple: true },
    ]),
  );
  let values: Record<string, unknown>;
  let texts: readonly string[];
  try {
    ({ values, positionals: texts } = parseArgs({
      args: withNegativeNumbers(args, command),
      options: { ...table, help: { type: 'boolean', short: 'h' } },
      strict: true,
      allowPositionals: command.argument !== undefined,
    }));
  } catch (error) {
    // Node's messages go on with advice in further sentences.
    const [first = 'unreadable arguments'] = messageOf(error).split(/\. |\n/);
    const unfilled = /^Option '--([\w-]+)[^']*' argument is ambiguous/.exec(first)?.[1];
    if (unfilled !== undefined)
      throw new UsageError(
        `--${unfilled} needs a value: ${command.options.find(({ name }) => name === unfilled)?.value ?? ''}. See: lab ${command.name} --help`,
      );
    throw new UsageError(`${first.replace(/\.$/, '')}. See: lab ${command.name} --help`);
  }
  const given = new Map<string, readonly string[]>();
  for (const option of command.options) {
    const list = values[option.name];
    if (!Array.isArray(list)) continue;
    if (list.length > 1 && option.multiple !== true)
      throw new UsageError(`--${option.name} was given ${list.length} times.`);
    if (list.some((value) => value === '')) throw new UsageError(`--${option.name} needs a value: ${option.value}.`);
    given.set(option.name, list.map(String));
  }
  const help = values['help'] === true;
  const missing = command.options.filter(
    (option) =>
      option.required === true && !given.has(option.name) && !(option.unless !== undefined && given.has(option.unless)),
  );
  if (!help && missing.length > 0) {
    throw new UsageError(
      `${command.name} needs ${missing.map((option) => `--${option.name} ${option.value}`).join(' and ')}. See: lab ${command.name} --help`,
    );
  }
  if (!help && command.argument !== undefined && texts.length !== 1) {
    throw new UsageError(
      `${command.name} needs one ${command.argument.value}, in quotes where it has spaces, not ${texts.length}. See: lab ${command.name} --help`,
    );
  }
  const one = (name: string): string | undefined => given.get(name)?.[0];
  return {
    argument: texts[0] ?? '',
    help,
    one,
    need: (name) => one(name) ?? '',
    has: (name) => given.has(name),
    all: (name) => given.get(name) ?? [],
  };
}

/**
 * `--seeds -1` as `--seeds=-1`: a number after an option is its value, and it is for the option to say that it is out
 * of range.
 */
function withNegativeNumbers(args: readonly string[], { options }: CommandRow): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1) ?? '';
    const takesValue = options.some(({ name, value }) => value !== '' && before === `--${name}`);
    if (takesValue && /^-\d/.test(arg)) joined[joined.length - 1] = `${before}=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** Throws UsageError unless the text is a whole number from min to max. */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max))
    throw new UsageError(`--${option} must be a whole number from ${min} to ${max}, not "${text.slice(0, 60)}".`);
  return value;
}

/** Throws UsageError unless the text is one of the choices. */
export function oneOf<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined)
    throw new UsageError(`--${option} must be ${choices.join(' or ')}, not "${text.slice(0, 60)}".`);
  return found;
}

/**
 * `name=value` texts as settings; later ones win. Names and ranges are the settings table's to check. Throws
 * UsageError.
 */
export function readSettings(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new UsageError(`--set needs name=value, not "${text.slice(0, 60)}".`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

export function helpFor(command: CommandRow): string {
  const width = Math.max(...command.options.map((option) => option.name.length + option.value.length)) + 3;
  const first =
    command.argument === undefined
      ? []
      : [`  ${command.argument.value.padEnd(width)}  ${command.argument.help} (required)`];
  const rows = command.options.map(
    (option) =>
      `  ${`--${option.name} ${option.value}`.trimEnd().padEnd(width)}  ${option.help}${option.required === true ? ` (required${option.unless === undefined ? '' : ` without --${option.unless}`})` : ''}`,
  );
  return [
    `lab ${command.name}: ${command.summary}`,
    '',
    ...first,
    ...rows,
    '',
    ...command.details.map((text) => wrapped(text)),
    '',
  ].join('\n');
}

export function helpForAll(): string {
  const rows = Object.values(COMMANDS).map((command) => `  ${command.name.padEnd(10)}${command.summary}`);
  return [
    'GRPO SQL Lab on the command line: the same engine as the page.',
    '',
    'npm run --silent lab -- <command> [options]',
    '',
    ...rows,
    '',
    'Each command has --help. Results go to files, progress to stderr; exit code 2 means that the arguments or the files are at fault, 1 that something else failed: a language model, or this program.',
    '',
  ].join('\n');
}

function wrapped(text: string, width = 100): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    if (`${lines[last]} ${word}`.length > width) lines.push(word);
    else lines[last] = lines[last] === '' ? word : `${lines[last]} ${word}`;
  }
  return lines.join('\n');
}
