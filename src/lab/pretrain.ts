/**
 * Pretraining: general hints learned on several databases by the same GRPO loop, so that they can travel to another
 * one.
 *
 * One trainer for each database, all of them moving one policy layer. Only general hints learn, only gold rewards, and
 * questions of all databases come in one shuffled order. What is delivered is not the last policy but the mean of those
 * at the end of the later passes (Polyak & Juditsky, SIAM J. Control Optim. 30 (1992) 838–855): a step of one question
 * on one database throws weights about, and the mean holds still. Of its hints the few are kept that take the same
 * decisions on the questions that were learned from (grpo/distil.ts). Pure.
 */
import { makeConfig } from '../grpo/config.ts';
import type { GRPOConfig } from '../grpo/config.ts';
import { distil } from '../grpo/distil.ts';
import { MOST_DISTILLED } from '../grpo/distillation.ts';
import { PolicyLayer } from '../grpo/policy.ts';
import { seededRandom, shuffled } from '../grpo/random.ts';
import { rewardModeWeights } from '../grpo/reward-modes.ts';
import { GRPOTrainer } from '../grpo/trainer.ts';
import type { Database, HintFeature, PolicyHint, Question, Random, RewardModel, Sampler, Step } from '../grpo/types.ts';
import { fixedPolicy } from './evaluate.ts';
import type { GoldResults } from './gold.ts';

/** Most questions of one database: beyond it a large set would drown the others. */
export const QUESTIONS_EACH = 150;
export const PASSES = 6;
/** A delivered hint was taught by at least this many databases, where there are more than that. */
export const MIN_DATABASES = 2;
/** The strongest hints of the mean, those that are distilled: the thousands of weaker ones change no accuracy. */
export const MOST_HINTS = 1000;
/** Most hints delivered. */
export const MOST_DELIVERED = MOST_DISTILLED;

/**
 * The settings: tuned, with the gold reward and without cues of two words, which hardly recur on another database. A
 * small query budget, because a right answer to these questions is cheap.
 */
export const PRETRAINING_CONFIG: GRPOConfig = makeConfig(
  { ...rewardModeWeights('gold'), template_bigram: false, max_vm_steps: 1, validation_share: 0, max_hints: 10_000 },
  'tuned',
);

/** The questions that were given are not enough to learn from or to measure on. */
export class PretrainingError extends Error {
  override readonly name = 'PretrainingError';
}

/** A database to learn on. */
export interface PretrainingSource {
  readonly name: string;
  /** Those that may be learned from; those without gold that says something are left out. */
  readonly questions: readonly Question[];
  readonly sampler: Sampler;
  readonly database: Database;
  readonly gold: GoldResults;
}

export interface PretrainingOptions {
  readonly sources: readonly PretrainingSource[];
  readonly passes: number;
  readonly seed: number;
  readonly onPass?: (pass: PretrainingPass) => void;
  readonly signal?: AbortSignal;
}

/** What happened in one pass over all questions. */
export interface PretrainingPass {
  /** From 1. */
  readonly pass: number;
  readonly steps: number;
  /** Share of the groups that had nothing to teach. */
  readonly noSignalShare: number;
  /** Share of the groups in which an earlier right answer was replayed. */
  readonly replayedShare: number;
  readonly meanReward: number;
  /** Hints at its end. */
  readonly hints: number;
}

export interface Pretrained {
  /** Strongest first. */
  readonly hints: readonly PolicyHint[];
  /** What was learned on. */
  readonly sources: readonly { readonly name: string; readonly questions: number }[];
  readonly passes: readonly PretrainingPass[];
  /** Hints of the mean policy. */
  readonly learned: number;
  /** What was distilled, strongest first: without hints that too few databases taught or that are among the weakest. */
  readonly dense: readonly PolicyHint[];
}

interface Task {
  readonly source: number;
  readonly trainer: GRPOTrainer;
  readonly question: Question;
}

/**
 * The same arguments give the same hints. Rejects with GoldError, with AbortError, and with PretrainingError when there
 * is nothing to learn from.
 */
export async function pretrain({ sources, passes, seed, onPass, signal }: PretrainingOptions): Promise<Pretrained> {
  const random = seededRandom(seed).next;
  const policy = new PolicyLayer();
  const tasks: Task[] = [];
  const used: Pretrained['sources'][number][] = [];
  for (const [index, source] of sources.entries()) {
    const { sampler, database, gold, name } = source;
    const questions = await chosenQuestions(source, random);
    const trainer = new GRPOTrainer({
      config: PRETRAINING_CONFIG,
      sampler,
      database,
      rewards: () => goldOnly(gold),
      seed: seed + index + 1,
      policy,
      learns: isGeneral,
      distribution: false,
    });
    tasks.push(...questions.map((question) => ({ source: index, trainer, question })));
    if (questions.length > 0) used.push({ name, questions: questions.length });
  }
  if (tasks.length === 0)
    throw new PretrainingError(
      'No question to learn from has gold SQL that returns something, so there is nothing to learn from.',
    );

  const mean = new MeanPolicy();
  const taughtBy = new Map<string, Set<number>>();
  const done: PretrainingPass[] = [];
  for (let pass = 1; pass <= passes; pass++) {
    const tally = { noSignal: 0, replayed: 0, reward: 0 };
    for (const { source, trainer, question } of shuffled(tasks, random)) {
      const step = await trainer.runStep([question], signal);
      tally.noSignal += step.metrics.noSignalShare;
      tally.replayed += step.metrics.replayedCompletions;
      tally.reward += step.metrics.rewardMean ?? 0;
      noteTeachers(taughtBy, step, source);
    }
    if (pass > passes / 2) mean.add(policy.hints);
    const steps = tasks.length;
    done.push({
      pass,
      steps,
      noSignalShare: tally.noSignal / steps,
      replayedShare: tally.replayed / steps,
      meanReward: tally.reward / steps,
      hints: policy.size,
    });
    onPass?.(done[pass - 1] as PretrainingPass);
  }

  const learned = mean.hints();
  const enough = used.length > MIN_DATABASES ? MIN_DATABASES : 1;
  const dense = learned
    .filter(({ key, weight }) => weight !== 0 && (taughtBy.get(key)?.size ?? 0) >= enough)
    .sort(byStrength)
    .slice(0, MOST_HINTS);
  return {
    hints: distilled(dense, tasks),
    sources: used,
    passes: done,
    learned: learned.length,
    dense,
  };
}

const byStrength = (a: PolicyHint, b: PolicyHint): number =>
  Math.abs(b.weight) - Math.abs(a.weight) || (a.key < b.key ? -1 : 1);

/** The few that decide as all of them on the questions of the tasks; all where none of their answers hangs on hints. */
function distilled(hints: readonly PolicyHint[], tasks: readonly Task[]): readonly PolicyHint[] {
  const { temperature, weight_limit: limit } = PRETRAINING_CONFIG;
  const policy = fixedPolicy(hints);
  const answers = tasks.flatMap(({ trainer, question: { question } }) => {
    const decisions = trainer.sampler.decisions?.({ question, policy, temperature }) ?? null;
    return decisions === null ? [] : [decisions];
  });
  const { weights, decided } = distil({
    answers,
    weightOf: (key) => policy.weightOf(key),
    isFixed: () => false,
    most: MOST_DELIVERED,
    limit,
  });
  if (decided === 0) return hints.slice(0, MOST_DELIVERED);
  return hints
    .flatMap((hint) => {
      const weight = rounded(weights.get(hint.key) ?? 0);
      return weight === 0 ? [] : [{ ...hint, weight }];
    })
    .sort(byStrength);
}

/** Whether a hint can travel. */
function isGeneral({ general }: HintFeature): boolean {
  return general;
}

async function chosenQuestions({ questions, gold }: PretrainingSource, random: Random): Promise<Question[]> {
  const weak = await Promise.all(questions.map((question) => gold.isWeak(question)));
  return shuffled(
    questions.filter((_, i) => weak[i] === false),
    random,
  ).slice(0, QUESTIONS_EACH);
}

/** +1 for the result of the gold SQL, −1 for any other. Verdicts are kept: passes ask mostly what they asked before. */
function goldOnly(gold: GoldResults): RewardModel {
  const known = new Map<string, number | null>();
  return {
    async score(question, completions) {
      return Promise.all(
        completions.map(async ({ sql, execution }) => {
          const key = `${question.id}\n${sql}`;
          let value = known.get(key);
          if (value === undefined) {
            const matches = await gold.matches(question, execution);
            value = matches === null ? null : matches ? 1 : -1;
            known.set(key, value);
          }
          return { components: { gold: { value, reasons: [] } }, total: value };
        }),
      );
    },
  };
}

/** Notes which database taught which feature. */
function noteTeachers(taughtBy: Map<string, Set<number>>, { groups }: Step, source: number): void {
  for (const { completions } of groups) {
    for (const { teaches, features } of completions) {
      if (!teaches) continue;
      for (const { feature } of features) {
        if (!isGeneral(feature)) continue;
        const teachers = taughtBy.get(feature.key);
        if (teachers === undefined) taughtBy.set(feature.key, new Set([source]));
        else teachers.add(source);
      }
    }
  }
}

/** The mean of several policies; a hint that one of them lacks weighs 0 there. */
class MeanPolicy {
  readonly #sums = new Map<string, { weight: number; hint: PolicyHint }>();
  #policies = 0;

  add(hints: readonly PolicyHint[]): void {
    this.#policies++;
    for (const hint of hints)
      this.#sums.set(hint.key, { weight: (this.#sums.get(hint.key)?.weight ?? 0) + hint.weight, hint });
  }

  /**
   * With the evidence of the last policy that had the hint. Weights are rounded as files keep them. A start has no
   * steps behind it: they are 0.
   */
  hints(): PolicyHint[] {
    return [...this.#sums.values()].map(({ weight: sum, hint }) => {
      const weight = rounded(sum / this.#policies);
      const evidence = { ...hint.evidence, advantage: rounded(hint.evidence.advantage) };
      return {
        ...hint,
        weight,
        evidence,
        createdAt: 0,
        updatedAt: 0,
      };
    });
  }
}

/** To three decimals: finer differences change no answer. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
