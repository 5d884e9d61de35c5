/** Runs an experiment, one variant with one seed at a time, so that it can be stopped and goes on where it stood. */
import { ConfigError, makeConfig } from '../grpo/config.ts';
import type { GRPOConfig } from '../grpo/config.ts';
import { queryBudget } from '../grpo/derived-settings.ts';
import { GRPOTrainer } from '../grpo/trainer.ts';
import type {
  Database,
  PolicyHint,
  PolicyView,
  Question,
  RewardModel,
  RewardWeights,
  Sampler,
  Step,
} from '../grpo/types.ts';
import { countRight, evaluate, fixedPolicy } from './evaluate.ts';
import type { EvaluateOptions, QuestionResult } from './evaluate.ts';
import type { CurvePoint, Experiment, ExperimentSpec, HeldOutAnswer, SeedRun, Variant } from './experiment-types.ts';
import { Judge } from './judge.ts';
import { RememberingDatabase } from './remembering-database.ts';
import { spread } from './spread.ts';
import { teachable } from './teachable.ts';
import { trainWithValidation } from './training.ts';

export const EXPERIMENT_LIMITS = { variants: 50, seeds: 100, steps: 1_000_000, name: 100 } as const;

/** An experiment that cannot be run, and why. */
export class ExperimentError extends Error {
  override readonly name = 'ExperimentError';
}

export interface ExperimentPorts {
  readonly sampler: Sampler;
  readonly database: Database;
  /** The dataset: trains on its training questions, judges on its held-out ones. */
  readonly questions: readonly Question[];
  /**
   * What variants change. Its group size, temperature and budget are also those of every evaluation: one yardstick for
   * all.
   */
  readonly config: GRPOConfig;
  /** The reward functions of one unit; the same arguments must give the same rewards. */
  readonly rewards: (variant: Variant, seed: number) => (weights: RewardWeights) => RewardModel;
  /** The SQL with which a policy answers a question where the specification's rule is 'best'. */
  readonly bestAnswers?: (policy: PolicyView) => (question: Question) => Promise<string>;
  /** Hints the variant starts from; asked only where `start` is not 'none'. */
  readonly startHints: (variant: Variant) => readonly PolicyHint[];
}

export interface ExperimentProgress {
  /** The unit at work, from 1, those done before included. */
  readonly unit: number;
  readonly units: number;
  /** Index of its variant, and its seed. */
  readonly variant: number;
  readonly seed: number;
  readonly step: number;
  readonly steps: number;
}

export interface RunOptions {
  /** Units already in `runs` are not run again. */
  readonly experiment: Experiment;
  readonly ports: ExperimentPorts;
  /**
   * After every step, and awaited: a worker can let its messages in here, for a unit whose SQL is all known waits for
   * nothing else.
   */
  readonly onProgress?: (progress: ExperimentProgress) => void | Promise<void>;
  /** A unit is done: the time to store it. */
  readonly onRun?: (run: SeedRun, experiment: Experiment) => void | Promise<void>;
  /** What the answers of a unit are made of, before `onRun`; equal policies are measured once, and told for each. */
  readonly onAnswers?: (unit: { readonly variant: number; readonly seed: number }, results: Results) => void;
  readonly signal?: AbortSignal;
}

type Results = readonly QuestionResult[];

/** The configuration a variant trains with. Throws ConfigError. */
export function variantConfig(base: GRPOConfig, variant: Variant): GRPOConfig {
  return makeConfig({ ...base, ...variant.settings });
}

/**
 * Runs what is left of the experiment: the same specification, ports and seeds give the same result to the bit, in one
 * go or in several. All variants take the first seed, then the second, so that what is there can be compared at any
 * time. Held-out questions are only looked at: nothing is chosen by them. Rejects with ExperimentError (and
 * ConfigError, GoldError) before the first unit, and with AbortError; units done until then have been handed to
 * `onRun`.
 */
export async function runExperiment({
  experiment,
  ports,
  onProgress,
  onRun,
  onAnswers,
  signal,
}: RunOptions): Promise<Experiment> {
  const { spec } = experiment;
  const { config } = ports;
  checkSpec(spec, config);
  if (spec.answer === 'best' && ports.bestAnswers === undefined)
    throw new ExperimentError('The best of a group cannot be asked for here.');
  const judge = new Judge(ports.database, queryBudget(config));
  const heldOut = await judge.comparable(ports.questions.filter(({ split }) => split === 'held-out'));
  if (heldOut.length === 0)
    throw new ExperimentError(
      'No held-out question has gold SQL whose result can be compared with, so there is nothing to measure by.',
    );
  checkRuns(experiment, heldOut);
  const prepared = await Promise.all(spec.variants.map((variant) => prepare(variant, ports, judge)));

  let current: Experiment = { spec, runs: inOrder(spec, experiment.runs) };
  const database = new RememberingDatabase(ports.database);
  const curveQuestions = spread(heldOut, spec.curveQuestions ?? heldOut.length);
  const measured: Measured = { right: new Map(), results: new Map() };
  const units = spec.seeds.flatMap((seed) => prepared.map((unit, variant) => ({ ...unit, variant, seed })));
  for (const [index, unit] of units.entries()) {
    const { variant, seed } = unit;
    if (current.runs.some((run) => run.variant === variant && run.seed === seed)) continue;
    signal?.throwIfAborted();
    const report = async (step: number): Promise<void> =>
      onProgress?.({ unit: index + 1, units: units.length, variant, seed, step, steps: spec.steps });
    const { run, results } = await runUnit(unit, {
      spec,
      ports,
      database,
      judge,
      heldOut,
      curveQuestions,
      measured,
      report,
      ...(signal === undefined ? {} : { signal }),
    });
    current = { spec, runs: inOrder(spec, [...current.runs, run]) };
    onAnswers?.(unit, results);
    await onRun?.(run, current);
  }
  return current;
}

interface Prepared {
  readonly of: Variant;
  readonly config: GRPOConfig;
  readonly training: readonly Question[];
  readonly start: readonly PolicyHint[];
}

async function prepare(variant: Variant, ports: ExperimentPorts, judge: Judge): Promise<Prepared> {
  const fail = (why: string): ExperimentError => new ExperimentError(`Variant "${variant.name}": ${why}`);
  const config = variantConfig(ports.config, variant);
  const { questions: training, leftOut } = await teachable(ports.questions, config, judge.gold);
  if (training.length === 0)
    throw fail(
      leftOut.length > 0
        ? 'no training question has gold SQL that returns more than nothing, 0 or NULL.'
        : 'there is no training question.',
    );
  const start = variant.start === 'none' ? [] : ports.startHints(variant);
  const tooHeavy = start.find(({ weight }) => Math.abs(weight) > config.weight_limit);
  if (tooHeavy)
    throw fail(
      `the start hint ${JSON.stringify(tooHeavy.key.slice(0, 60))} weighs ${tooHeavy.weight}, more than weight_limit ${config.weight_limit}.`,
    );
  return { of: variant, config, training, start };
}

/**
 * What was measured of which policy: all variants with one start share their first point, and without learning all
 * points and answers are the same, for what is drawn in an evaluation does not depend on the run's seed.
 */
interface Measured {
  readonly right: Map<string, number>;
  readonly results: Map<string, Results>;
}

/** Equal policies are equal in this. */
function identityOf(policy: PolicyView): string {
  return JSON.stringify(policy.hints.map(({ key }) => [key, policy.weightOf(key)]));
}

interface UnitContext {
  readonly spec: ExperimentSpec;
  readonly ports: ExperimentPorts;
  /** That of the ports, remembering what earlier units asked. */
  readonly database: Database;
  readonly judge: Judge;
  readonly heldOut: readonly Question[];
  readonly curveQuestions: readonly Question[];
  readonly measured: Measured;
  readonly report: (step: number) => Promise<void>;
  readonly signal?: AbortSignal;
}

async function runUnit(
  unit: Prepared & { readonly variant: number; readonly seed: number },
  context: UnitContext,
): Promise<{ readonly run: SeedRun; readonly results: Results }> {
  const { config, training, variant, seed } = unit;
  const { spec, ports, database, judge, curveQuestions, measured, report } = context;
  const { sampler } = ports;
  const signal = context.signal === undefined ? {} : { signal: context.signal };
  const yardstick = { sampler, temperature: ports.config.temperature, judge, ...signal };
  const trainer = trainerOf(unit, seed, ports, database);

  const curve: CurvePoint[] = [];
  let since: number[] = [];
  const point = async (step: number, policy: PolicyView): Promise<void> => {
    const identity = identityOf(policy);
    const right =
      measured.right.get(identity) ??
      (await countRight({ ...yardstick, ...answering(policy, context), questions: curveQuestions, policy }));
    measured.right.set(identity, right);
    curve.push({
      step,
      greedy: right / curveQuestions.length,
      reward: since.length === 0 ? null : since.reduce((sum, reward) => sum + reward, 0) / since.length,
    });
    since = [];
  };
  // The curve follows the policy in training; what is kept of it is measured after.
  await report(0);
  await point(0, trainer.policy);
  let taken = 0;
  const result = await trainWithValidation({
    trainer,
    questions: training,
    steps: spec.steps,
    ...signal,
    validate: (questions, policy) => countRight({ ...yardstick, questions, policy }),
    onStep: async (step: Step) => {
      taken++;
      if (step.metrics.rewardMean !== null) since.push(step.metrics.rewardMean);
      if (taken % spec.evaluateEvery === 0 || taken === spec.steps) await point(taken, trainer.policy);
      await report(taken);
    },
  });
  const kept = fixedPolicy(result.hints, config);
  const identity = identityOf(kept);
  const results = measured.results.get(identity) ?? (await resultsOf(kept, yardstick, context));
  measured.results.set(identity, results);
  const answers = results.map(({ id, correct, samples, samplesCorrect }): HeldOutAnswer => ({
    questionId: id,
    greedy: correct,
    right: samplesCorrect,
    drawn: samples,
  }));
  return {
    run: { variant, seed, curve, hints: result.hints.length, keptStart: result.kept === 'start', answers },
    results,
  };
}

export interface KeptPolicyOptions {
  readonly spec: ExperimentSpec;
  readonly ports: ExperimentPorts;
  /** Index of the variant. */
  readonly variant: number;
  readonly seed: number;
  readonly onStep?: (step: Step) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

/** Trains one unit again: the hints that it kept, the same to the bit. Rejects as `runExperiment` does. */
export async function keptPolicy({
  spec,
  ports,
  variant,
  seed,
  onStep,
  signal,
}: KeptPolicyOptions): Promise<readonly PolicyHint[]> {
  const of = spec.variants[variant];
  if (of === undefined) throw new ExperimentError(`There is no variant ${variant + 1}.`);
  const judge = new Judge(ports.database, queryBudget(ports.config));
  const unit = await prepare(of, ports, judge);
  const trainer = trainerOf(unit, seed, ports, ports.database);
  const aborting = signal === undefined ? {} : { signal };
  const { hints } = await trainWithValidation({
    trainer,
    questions: unit.training,
    steps: spec.steps,
    ...aborting,
    ...(onStep === undefined ? {} : { onStep }),
    validate: (questions, policy) =>
      countRight({
        sampler: ports.sampler,
        temperature: ports.config.temperature,
        judge,
        ...aborting,
        questions,
        policy,
      }),
  });
  return hints;
}

function trainerOf(
  { of, config, start }: Prepared,
  seed: number,
  ports: ExperimentPorts,
  database: Database,
): GRPOTrainer {
  const trainer = new GRPOTrainer({
    config,
    sampler: ports.sampler,
    database,
    rewards: ports.rewards(of, seed),
    seed,
    learning: of.learning,
    distribution: false,
  });
  trainer.startFrom(start, of.start === 'starter' ? 'starter' : 'file');
  return trainer;
}

/** How a policy answers by the rule of the specification. */
function answering(policy: PolicyView, { spec, ports }: UnitContext): Pick<EvaluateOptions, 'answer'> {
  return spec.answer === 'best' && ports.bestAnswers !== undefined ? { answer: ports.bestAnswers(policy) } : {};
}

async function resultsOf(
  policy: PolicyView,
  yardstick: Pick<EvaluateOptions, 'sampler' | 'temperature'> & {
    readonly judge: Judge;
    readonly signal?: AbortSignal;
  },
  context: UnitContext,
): Promise<Results> {
  const { ports, database, heldOut } = context;
  const { config } = ports;
  const { perQuestion } = await evaluate({
    ...yardstick,
    ...answering(policy, context),
    questions: heldOut,
    database,
    policy,
    groupSize: config.group_size,
    seeds: 1,
    budget: queryBudget(config),
  });
  return perQuestion;
}

function inOrder({ seeds }: ExperimentSpec, runs: readonly SeedRun[]): SeedRun[] {
  return [...runs].sort((a, b) => a.variant - b.variant || seeds.indexOf(a.seed) - seeds.indexOf(b.seed));
}

/** Throws ExperimentError for what cannot be run, whatever the dataset. */
export function checkSpec(
  { variants, seeds, steps, evaluateEvery, curveQuestions = 1 }: ExperimentSpec,
  base: GRPOConfig,
): void {
  const whole = (what: string, value: number, most: number): void => {
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw new ExperimentError(`An experiment needs from 1 to ${most} ${what}, not ${value}.`);
  };
  whole('variants', variants.length, EXPERIMENT_LIMITS.variants);
  whole('seeds', seeds.length, EXPERIMENT_LIMITS.seeds);
  whole('steps', steps, EXPERIMENT_LIMITS.steps);
  whole('steps between evaluations', evaluateEvery, EXPERIMENT_LIMITS.steps);
  whole('held-out questions for the curve', curveQuestions, EXPERIMENT_LIMITS.steps);
  const wrong = seeds.find((seed) => !Number.isSafeInteger(seed) || seed < 0);
  if (wrong !== undefined) throw new ExperimentError(`A seed is a whole number from 0, not ${wrong}.`);
  if (new Set(seeds).size < seeds.length)
    throw new ExperimentError('The seeds must differ: the same seed twice is the same run twice.');
  const names = new Set<string>();
  for (const variant of variants) {
    const { name } = variant;
    if (name.trim() === '' || name.length > EXPERIMENT_LIMITS.name)
      throw new ExperimentError(`A variant needs a name of 1 to ${EXPERIMENT_LIMITS.name} characters.`);
    if (names.has(name)) throw new ExperimentError(`Two variants are called "${name}".`);
    names.add(name);
    try {
      variantConfig(base, variant);
    } catch (error) {
      if (error instanceof ConfigError) throw new ExperimentError(`Variant "${name}": ${error.message}`);
      throw error;
    }
  }
}

/** Stored units must belong to this specification and these held-out questions. */
function checkRuns({ spec, runs }: Experiment, heldOut: readonly Question[]): void {
  const seen = new Set<string>();
  for (const { variant, seed, answers } of runs) {
    const unit = `${variant} ${seed}`;
    if (spec.variants[variant] === undefined || !spec.seeds.includes(seed) || seen.has(unit))
      throw new ExperimentError(
        `A stored unit (variant ${variant + 1}, seed ${seed}) does not belong to this experiment.`,
      );
    seen.add(unit);
    if (answers.length !== heldOut.length || answers.some(({ questionId }, i) => questionId !== heldOut[i]?.id)) {
      throw new ExperimentError('The held-out questions have changed since this experiment began.');
    }
  }
}
