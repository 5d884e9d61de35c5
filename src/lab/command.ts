/** The command that gives the figures of an experiment on the command line. Pure. */
import type { FieldName } from '../grpo/config.ts';
import { rewardModeWeights } from '../grpo/reward-modes.ts';
import type { ExperimentRecord, Settings } from './experiment-store.ts';
import type { Variant } from './experiment-types.ts';

/** Characters a variant's name may not have, because the command line reads them: `name:key=value,…`. */
export const NOT_IN_NAMES = /[:,="'\\`$]/;

/**
 * `npm run lab -- compare …`. The dataset's files are those that ship with the page; `home` is the dataset whose
 * database its questions ask; '' for a dataset of the reader's own, of which no file is there to name.
 * Seeds are a first one and how many follow; null where they are not in a row, which the command line cannot say.
 */
export function compareCommand({ spec, base }: ExperimentRecord, home = spec.dataset): string | null {
  if (home === '') return null;
  const [first = 1] = spec.seeds;
  if (spec.seeds.some((seed, i) => seed !== first + i)) return null;
  return [
    'npm run lab -- compare',
    `--database public/datasets/${home}/db.sqlite`,
    `--questions public/datasets/${spec.dataset}/questions.json`,
    `--steps ${spec.steps}`,
    `--seeds ${spec.seeds.length}`,
    `--seed ${first}`,
    `--evaluate-every ${spec.evaluateEvery}`,
    ...(spec.answer === 'best' ? ['--answer best'] : []),
    ...(spec.curveQuestions === undefined ? [] : [`--curve-questions ${spec.curveQuestions}`]),
    ...Object.entries(base).map(([name, value]) => `--set ${name}=${value}`),
    ...spec.variants.map((variant) => `--variant "${variantText(variant)}"`),
  ].join(' ');
}

/** `name:reward=gold,learning=off,key=value,…`, as `--variant` reads it. */
export function variantText({ name, settings, start, learning }: Variant): string {
  const gold = saysGold(settings);
  const others = Object.entries(settings).filter(([key]) => !gold || !key.endsWith('_weight'));
  const parts = [
    ...(gold ? ['reward=gold'] : []),
    ...others.map(([key, value]) => `${key}=${value}`),
    `start=${start}`,
    ...(learning === 'on' ? [] : [`learning=${learning}`]),
  ];
  return `${name}:${parts.join(',')}`;
}

const saysGold = (settings: Settings): boolean =>
  Object.entries(rewardModeWeights('gold')).every(([key, value]) => settings[key as FieldName] === value);
