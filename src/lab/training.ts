/**
 * A whole training run with a validation part: the best policy is kept, not the last, and the start where nothing beat
 * it. The validation questions come out of the training split. Held-out questions have no part in it.
 */
import { seededRandom, shuffled } from '../grpo/random.ts';
import { keptSentence } from '../grpo/sentences.ts';
import { distilPolicy, type Distillation } from '../grpo/distillation.ts';
import type { GRPOTrainer } from '../grpo/trainer.ts';
import type { HintEvent, KeptPolicy, PolicyHint, PolicyView, Question, Step } from '../grpo/types.ts';
import { factsOf } from './facts.ts';

export interface TrainingOptions {
  readonly trainer: GRPOTrainer;
  /** The training split only. */
  readonly questions: readonly Question[];
  readonly steps: number;
  /** Resolves to how many of the questions are answered right, greedily; see `greedyValidator`. */
  readonly validate: (questions: readonly Question[], policy: PolicyView) => Promise<number>;
  readonly onStep?: (step: Step) => void | Promise<void>;
  /** Called at every validation; the first is that of the start. */
  readonly onPoint?: (point: ValidationPoint) => void | Promise<void>;
  readonly signal?: AbortSignal;
}

export interface ValidationPoint {
  /** Steps taken before it; 0 for the start. */
  readonly step: number;
  readonly right: number;
  readonly of: number;
}

export interface TrainingResult {
  /** Steps taken. */
  readonly steps: number;
  readonly stoppedEarly: boolean;
  /** start: nothing beat it; best: the policy of `bestStep`; last: there was no validation. */
  readonly kept: 'start' | 'best' | 'last';
  readonly bestStep: number;
  /** Oldest first; empty without validation. */
  readonly validation: readonly ValidationPoint[];
  /** The kept policy; the trainer holds it too. */
  readonly hints: readonly PolicyHint[];
  /** What came out, in a sentence. */
  readonly verdict: string;
  /** What became of the learned hints at the end; null without `few_hints`, or where there was nothing to distil. */
  readonly distilled: Omit<Distillation, 'events'> | null;
  /** What putting the kept policy back and distilling it changed; they follow those of the steps in the log. */
  readonly events: readonly HintEvent[];
}

/**
 * Takes up to `steps` steps with the trainer's settings: `validation_share` of the questions that have gold SQL are
 * kept back and answered at the start, every `evaluate_every` steps, and at the end; a better policy is one with more
 * right, of equals the earlier is kept; after `patience` validations without a better one (0: never) the run stops.
 * Rejects with AbortError when aborted; the trainer is then where it was stopped.
 */
export async function trainWithValidation(options: TrainingOptions): Promise<TrainingResult> {
  const { trainer, steps, validate, onStep, onPoint, signal } = options;
  const { validation_share, evaluate_every, patience } = trainer.config;
  const { training, validation } = splitForValidation(options.questions, validation_share, trainer.seed);
  const first = trainer.step;
  const points: ValidationPoint[] = [];
  let best = { step: 0, right: -1, hints: trainer.policy.hints };
  let since = 0;

  const measure = async (step: number): Promise<void> => {
    signal?.throwIfAborted();
    const point = { step, right: await validate(validation, trainer.policy), of: validation.length };
    points.push(point);
    since++;
    if (point.right > best.right) {
      best = { step, right: point.right, hints: trainer.policy.hints };
      since = 0;
    }
    await onPoint?.(point);
  };

  if (validation.length > 0) await measure(0);
  let taken = 0;
  let stoppedEarly = false;
  while (taken < steps && !stoppedEarly) {
    signal?.throwIfAborted();
    const step = await trainer.runStep(trainer.nextQuestions(training), signal);
    taken = step.number - first;
    await onStep?.(step);
    if (validation.length === 0 || (taken % evaluate_every !== 0 && taken !== steps)) continue;
    await measure(taken);
    stoppedEarly = taken < steps && patience > 0 && since >= patience;
  }

  const start = points[0];
  const few = (): { distilled: TrainingResult['distilled']; events: readonly HintEvent[] } => {
    const { few_hints } = trainer.config;
    const outcome = few_hints === 0 ? null : distilPolicy(trainer, training, few_hints);
    if (outcome === null) return { distilled: null, events: [] };
    const { events, ...distilled } = outcome;
    return { distilled, events };
  };
  if (start === undefined) {
    const { distilled, events } = few();
    return {
      steps: taken,
      stoppedEarly,
      kept: 'last',
      bestStep: taken,
      validation: points,
      hints: trainer.policy.hints,
      verdict: withoutValidation(validation_share),
      distilled,
      events,
    };
  }
  const keepsStart = best.step === 0;
  const counts = { start: start.right, of: start.of };
  const outcome: KeptPolicy = keepsStart
    ? {
        kept: 'start',
        most: points.length === 1 ? null : Math.max(...points.slice(1).map(({ right }) => right)),
        ...counts,
      }
    : { kept: 'best', step: best.step, right: best.right, ...counts };
  const back = trainer.reinstate(best.hints, { id: 'kept', ...outcome });
  const { distilled, events } = few();
  return {
    steps: taken,
    stoppedEarly,
    kept: keepsStart ? 'start' : 'best',
    bestStep: best.step,
    validation: points,
    hints: trainer.policy.hints,
    verdict: keptSentence(outcome),
    distilled,
    events: [...back, ...events],
  };
}

/**
 * Keeps back about `share` of the questions that have gold SQL, whole facts (facts.ts) at a time: a question whose very
 * SQL was trained on would measure memory. The same seed gives the same parts, each in the order of `questions`.
 * `validation` is empty when share is 0 or fewer than two classes are there to divide.
 */
export function splitForValidation(
  questions: readonly Question[],
  share: number,
  seed: number,
): { readonly training: readonly Question[]; readonly validation: readonly Question[] } {
  const facts = factsOf(questions);
  const classes = new Map<string, Question[]>();
  for (const question of questions) {
    if (question.sql === undefined) continue;
    const fact = facts.get(question.id) ?? question.id;
    classes.set(fact, [...(classes.get(fact) ?? []), question]);
  }
  if (share <= 0 || classes.size < 2) return { training: questions, validation: [] };
  const withGold = [...classes.values()].reduce((sum, members) => sum + members.length, 0);
  const wanted = Math.max(1, Math.round(share * withGold));
  // A generator of its own: the run draws the same questions and completions with and without validation.
  const mixed = shuffled([...classes.values()], seededRandom(seed).next);
  const kept = new Set<Question>();
  for (const members of mixed) {
    if (kept.size + members.length <= wanted) for (const question of members) kept.add(question);
  }
  // Every class is larger than what is wanted: the smallest has to do.
  if (kept.size === 0) for (const question of mixed.reduce((a, b) => (b.length < a.length ? b : a))) kept.add(question);
  return {
    training: questions.filter((question) => !kept.has(question)),
    validation: questions.filter((question) => kept.has(question)),
  };
}

function withoutValidation(share: number): string {
  return share === 0
    ? 'There was no validation; the last policy is kept.'
    : 'There was no validation, because fewer than two of the training questions differ in gold SQL; the last policy is kept.';
}
