/**
 * KL(π_h ‖ π_start), in nats, from the policy that draws to the one the run started from: as the distribution has it
 * (a sum over the graph of states, or over what each decision met could have been), and by two estimators that need
 * only the probabilities of what was drawn (J. Schulman, “Approximating KL Divergence”, 2020). With r = π_start/π_h
 * of a decision, per completion
 *
 *   k1 = Σ_d −ln r_d             unbiased, of either sign
 *   k3 = Σ_d (r_d − 1) − ln r_d  unbiased, never below 0, less spread: DeepSeekMath, arXiv 2402.03300, eq. 4
 *
 * where eq. 4 takes a mean over tokens, these are sums over decisions: their mean over completions is the KL of the
 * whole.
 */
import { mean } from '../../grpo/advantage.ts';
import { log } from '../../grpo/portable-math.ts';
import type { Distribution, StartKl } from '../../grpo/types.ts';
import { standardError, type Evaluator, type StateGraph, type Trace, type TraceStep } from './process.ts';

type Steps = readonly Pick<Trace<unknown>, 'steps'>[];

export interface StartKlOptions {
  /** The same policy against π_0, which is the start of a run that was given no hints. */
  readonly known: Distribution;
  /** Null where it is too large to sum over. */
  readonly graph: StateGraph | null;
  readonly evaluator: Evaluator;
  /** Of the start, at the same temperature; null where it has no hints. */
  readonly start: Evaluator | null;
  /** Drawn from the policy of `evaluator`. */
  readonly traces: Steps;
}

export function startKlOf({ known, graph, evaluator, start, traces }: StartKlOptions): StartKl {
  const under = (step: TraceStep): Float64Array =>
    start === null ? step.probabilities.reference : start.softmax(step).policy;
  const k1 = perTrace(traces, (step) => -logRatio(step, under(step)));
  const k3 = perTrace(traces, (step) => {
    const to = under(step);
    return (to[step.choice] ?? 0) / (step.probabilities.policy[step.choice] ?? 0) - 1 - logRatio(step, to);
  });
  const estimators = { k1: meanOf(k1), k1Se: standardError(k1), k3: meanOf(k3), k3Se: standardError(k3) };
  if (start === null) return { kl: known.kl, klSe: known.klSe, ...estimators };
  if (graph !== null) return { kl: exactKl(graph, evaluator, start), klSe: null, ...estimators };
  const met = perTrace(traces, (step) => localKl(step.probabilities.policy, under(step)));
  return { kl: mean(met), klSe: standardError(met), ...estimators };
}

const logRatio = ({ choice, probabilities }: TraceStep, to: Float64Array): number =>
  log((to[choice] ?? 0) / (probabilities.policy[choice] ?? 0));

const perTrace = (traces: Steps, of: (step: TraceStep) => number): number[] =>
  traces.map(({ steps }) => steps.reduce((sum, step) => sum + of(step), 0));

const meanOf = (values: readonly number[]): number | null => (values.length === 0 ? null : mean(values));

function localKl(policy: Float64Array, to: Float64Array): number {
  let kl = 0;
  policy.forEach((probability, i) => {
    if (probability !== 0) kl += probability * log(probability / (to[i] ?? 0));
  });
  return kl;
}

/** By the chain rule over the graph of states: KL(s) = KL(π(·|s) ‖ π_start(·|s)) + Σ_o π(o|s) KL(s·o). */
function exactKl({ choices, choiceOf, next }: StateGraph, evaluator: Evaluator, start: Evaluator): number {
  const local = choices.map((choice) => {
    const { policy } = evaluator.softmax(choice);
    return { policy, kl: localKl(policy, start.softmax(choice).policy) };
  });
  const kl = new Float64Array(next.length);
  next.forEach((followers, state) => {
    const here = local[choiceOf[state] ?? 0];
    kl[state] = followers.reduce(
      (sum, follower, i) => (follower < 0 ? sum : sum + (here?.policy[i] ?? 0) * (kl[follower] ?? 0)),
      here?.kl ?? 0,
    );
  });
  return kl.at(-1) ?? 0;
}
