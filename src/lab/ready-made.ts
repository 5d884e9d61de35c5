/** Experiments to start with, each asking one question. The first finds evidence within a minute. Pure data. */
import { ESTIMATORS } from '../grpo/estimators/index.ts';
import { rewardModeWeights } from '../grpo/reward-modes.ts';
import type { Settings } from './experiment-store.ts';
import type { ExperimentSpec, Variant } from './experiment-types.ts';
import { WATCH_IT_LEARN } from '../lessons/watch-it-learn.ts';

export interface ReadyMade {
  readonly id: string;
  /** What it asks; also the experiment's name. */
  readonly name: string;
  readonly says: string;
  readonly base: Settings;
  readonly spec: Omit<ExperimentSpec, 'id'>;
}

const THREE = [1, 2, 3] as const;
const GOLD = rewardModeWeights('gold');
/** One million VM steps let every right answer of the demo shop through and cut a runaway join short. */
export const SHOP_BASE: Settings = { group_size: 8, learning_rate: 0.2, max_vm_steps: 1 };
/** The curve asks what the table asks. */
const SHOP = { dataset: 'shop', evaluateEvery: 20 } as const;

const variant = (
  name: string,
  settings: Settings = {},
  learning: Variant['learning'] = 'on',
  start: Variant['start'] = 'none',
): Variant => ({ name, settings, start, learning });

export const READY_MADE: readonly ReadyMade[] = [
  {
    id: 'learning',
    name: 'Does learning help?',
    says: 'The first lesson, learning off against on: few facts, each asked in several wordings. Half its steps are enough for evidence.',
    base: WATCH_IT_LEARN.settings,
    spec: {
      name: 'Does learning help?',
      dataset: WATCH_IT_LEARN.dataset,
      variants: [variant('no learning', {}, 'off'), variant('learning')],
      seeds: [1, 2],
      steps: WATCH_IT_LEARN.steps / 2,
      evaluateEvery: WATCH_IT_LEARN.steps / 10,
    },
  },
  {
    id: 'variety',
    name: 'Does it help on questions that do not repeat?',
    says: 'Learning from gold on the whole shop, against no learning and against shuffled advantages, which must not help. So few steps over so many facts find no evidence; the verdict says what it would take.',
    base: SHOP_BASE,
    spec: {
      name: 'Does it help on questions that do not repeat?',
      variants: [variant('no learning', GOLD, 'off'), variant('gold', GOLD), variant('shuffled', GOLD, 'shuffled')],
      seeds: THREE,
      steps: 60,
      ...SHOP,
    },
  },
  {
    id: 'starter',
    name: 'Does the starter policy help?',
    says: 'Beginning from general hints that were learned elsewhere (the shop’s training questions among them, its held-out ones never), and learning on from there.',
    base: SHOP_BASE,
    spec: {
      name: 'Does the starter policy help?',
      seeds: THREE,
      steps: 60,
      ...SHOP,
      variants: [
        variant('nothing', GOLD, 'off'),
        variant('starter', GOLD, 'off', 'starter'),
        variant('starter then gold', { ...GOLD, replay: true, resample_budget: 1 }, 'on', 'starter'),
      ],
    },
  },
  {
    id: 'reward',
    name: 'Which reward?',
    says: 'Judged by gold, without gold, and both mixed: does a higher reward mean better answers?',
    base: SHOP_BASE,
    spec: {
      name: 'Which reward?',
      variants: [
        variant('no learning', {}, 'off'),
        variant('reference-free'),
        variant('gold', GOLD),
        variant('mix', { gold_weight: 1 }),
      ],
      seeds: THREE,
      steps: 60,
      ...SHOP,
    },
  },
  {
    id: 'estimator',
    name: 'Which estimator?',
    says: 'The advantage estimators on the same questions, from gold.',
    base: { ...SHOP_BASE, questions_per_step: 2 },
    spec: {
      name: 'Which estimator?',
      variants: ESTIMATORS.map(({ name }) => variant(name, { ...GOLD, estimator: name })),
      seeds: THREE,
      steps: 40,
      ...SHOP,
    },
  },
  {
    id: 'group',
    name: 'Group size at equal samples',
    says: 'Many small groups or few large ones: 8 completions a step either way.',
    base: SHOP_BASE,
    spec: {
      name: 'Group size at equal samples',
      seeds: THREE,
      steps: 60,
      ...SHOP,
      variants: [
        variant('G 2', { ...GOLD, group_size: 2, questions_per_step: 4 }),
        variant('G 4', { ...GOLD, group_size: 4, questions_per_step: 2 }),
        variant('G 8', { ...GOLD, group_size: 8, questions_per_step: 1 }),
      ],
    },
  },
];
