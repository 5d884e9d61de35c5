/**
 * How long an experiment takes on this machine, from a short trial on its dataset. The clock is the caller's; so is
 * what becomes of the figure, which is none of the experiment's results.
 */
import type { GRPOConfig } from '../grpo/config.ts';
import { queryBudget } from '../grpo/derived-settings.ts';
import { GRPOTrainer } from '../grpo/trainer.ts';
import type { Question } from '../grpo/types.ts';
import { countRight } from './evaluate.ts';
import { variantConfig, type ExperimentPorts } from './experiment.ts';
import { BEST_OF, type ExperimentSpec, type Variant } from './experiment-types.ts';
import { Judge } from './judge.ts';
import { spread } from './spread.ts';
import { teachable } from './teachable.ts';

/** Milliseconds each. */
export interface Rates {
  /** A completion in training: drawn, run, rewarded, learned from. */
  readonly completion: number;
  /** An answer that is judged. */
  readonly answer: number;
}

export interface TrialOptions {
  readonly ports: ExperimentPorts;
  /** Whose rewards are computed. */
  readonly variant: Variant;
  /** Milliseconds that only rise. */
  readonly now: () => number;
  /** Time for training after twice as much to warm up, and again as much for answers. */
  readonly ms: number;
  /** After every step and every question. */
  readonly breathe: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** Questions of the trial, of each kind; their gold SQL is run first. */
const QUESTIONS = 24;

/** Trains and answers for a while. Null where there is nothing to train on or to ask. Rejects with AbortError. */
export async function measureRates(options: TrialOptions): Promise<Rates | null> {
  const { ports, variant, now, ms, breathe, signal } = options;
  const { sampler, database, questions } = ports;
  const config = variantConfig(ports.config, variant);
  const judge = new Judge(database, queryBudget(config));
  const some = (split: Question['split']): readonly Question[] =>
    spread(
      questions.filter((question) => question.split === split),
      QUESTIONS,
    );
  const { questions: training } = await teachable(some('train'), config, judge.gold);
  const heldOut = await judge.comparable(some('held-out'));
  if (training.length === 0 || heldOut.length === 0) return null;
  const rewards = ports.rewards(variant, 1);
  const trainer = new GRPOTrainer({ config, sampler, database, rewards, seed: 1, distribution: false });
  const train = async (until: number): Promise<number> => {
    const from = now();
    let steps = 0;
    for (; steps === 0 || now() - from < until; steps++) {
      signal.throwIfAborted();
      await trainer.runStep(trainer.nextQuestions(training), signal);
      await breathe();
    }
    return (now() - from) / (steps * config.questions_per_step * config.group_size);
  };
  // What later steps find ready is made in the first ones.
  await train(2 * ms);
  const completion = await train(ms);
  // Twice each: along a run about as many answers are judged anew as were judged before.
  const yardstick = { sampler, policy: trainer.policy, temperature: config.temperature, judge, signal };
  const from = now();
  let answered = 0;
  for (const question of heldOut) {
    if (answered > 0 && now() - from >= ms) break;
    answered += 2;
    for (let time = 0; time < 2; time++) await countRight({ ...yardstick, questions: [question] });
    await breathe();
  }
  return { completion, answer: (now() - from) / answered };
}

/**
 * Seconds that the whole experiment takes at these rates. What repeats is not counted: without learning all points and
 * seeds of one start are one policy, which is measured once (experiment.ts). A best answer is as many as it has
 * candidates.
 */
export function secondsOf(
  spec: Pick<ExperimentSpec, 'variants' | 'seeds' | 'steps' | 'evaluateEvery' | 'curveQuestions' | 'answer'>,
  base: GRPOConfig,
  { training, heldOut }: { readonly training: number; readonly heldOut: number },
  rates: Rates,
): number {
  const { steps, seeds, evaluateEvery } = spec;
  const each = spec.answer === 'best' ? BEST_OF : 1;
  const onCurve = each * Math.min(spec.curveQuestions ?? heldOut, heldOut);
  const atTheEnd = heldOut * (each + base.group_size);
  let [completions, answers] = [0, 0];
  for (const start of new Set(spec.variants.map((variant) => variant.start))) {
    answers += onCurve;
    if (spec.variants.some((variant) => variant.start === start && variant.learning === 'off')) answers += atTheEnd;
  }
  for (const variant of spec.variants) {
    const { group_size, questions_per_step, validation_share, evaluate_every } = variantConfig(base, variant);
    completions += seeds.length * steps * questions_per_step * group_size;
    if (validation_share > 0)
      answers += seeds.length * Math.round(validation_share * training) * (1 + Math.ceil(steps / evaluate_every));
    if (variant.learning !== 'off') answers += seeds.length * (onCurve * Math.ceil(steps / evaluateEvery) + atTheEnd);
  }
  return (completions * rates.completion + answers * rates.answer) / 1000;
}
