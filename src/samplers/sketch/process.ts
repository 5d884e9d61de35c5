/**
 * A factored stochastic policy: a sequence of decisions, each a softmax over its options.
 *
 *   logit(option) = base + coupling + Σ_k w_k f_k(option),   π(option) = softmax(logit / temperature)
 *
 * What may follow depends on a state only through `key(state)`, so that entropy and KL are sums over a graph of states
 * and not over the exponential tree of completions. Where that graph is large they are estimated from drawn traces.
 */
import { mean, standardDeviation } from '../../grpo/advantage.ts';
import { exp, log } from '../../grpo/portable-math.ts';
import { drawIndex } from '../../grpo/random.ts';
import type { Distribution, Random } from '../../grpo/types.ts';

export interface Option {
  /** As shown on the page. */
  readonly label: string;
  /** Logit under π_0, before coupling. */
  readonly base: number;
  /** Indices into the grammar's feature table. */
  readonly features: readonly number[];
}

export interface Decision<S> {
  readonly name: string;
  /** The same array object wherever the same choice is offered, so that its hint sums are computed once. */
  readonly options: readonly Option[];
  /**
   * Added to each base: how the option fits what was chosen before. Length of `options`; null for none.
   * One array object for each pair of options and situation: softmaxes are cached by it.
   */
  readonly coupling: readonly number[] | null;
  /** The state after taking option i. */
  next(choice: number): S;
}

export interface Process<S> {
  readonly start: S;
  /** Null when the sketch is complete. */
  decide(state: S): Decision<S> | null;
  /** Two states with one key offer the same future. */
  key(state: S): string;
}

/** Weight of feature i. */
export type WeightOf = (feature: number) => number;

export interface Softmax {
  /** Probabilities under the policy, length of the options. */
  readonly policy: Float64Array;
  /** Probabilities under π_0 (no hints). */
  readonly reference: Float64Array;
}

export interface TraceStep {
  readonly name: string;
  readonly options: readonly Option[];
  readonly coupling: readonly number[] | null;
  readonly choice: number;
  readonly probabilities: Softmax;
}

export interface Trace<S> {
  readonly final: S;
  readonly steps: readonly TraceStep[];
  /** Σ log π over the decisions, in nats. */
  readonly logProbability: number;
  readonly referenceLogProbability: number;
}

/** Softmaxes for one policy version and temperature, each computed once. */
export class Evaluator {
  readonly weightOf: WeightOf;
  readonly #temperature: number;
  readonly #sums = new Map<readonly Option[], Float64Array>();
  readonly #known = new Map<readonly Option[] | readonly number[], Softmax>();

  constructor(weightOf: WeightOf, temperature: number) {
    this.weightOf = weightOf;
    this.#temperature = temperature;
  }

  softmax(decision: { readonly options: readonly Option[]; readonly coupling: readonly number[] | null }): Softmax {
    const { options, coupling } = decision;
    // A coupling array belongs to one options array, so either is enough to recognise the softmax by.
    const known = this.#known.get(coupling ?? options);
    if (known !== undefined) return known;
    const sums = this.#hintSums(options);
    const policy = new Float64Array(options.length);
    const reference = new Float64Array(options.length);
    options.forEach(({ base }, i) => {
      const prior = base + (coupling?.[i] ?? 0);
      reference[i] = prior / this.#temperature;
      policy[i] = (prior + (sums[i] ?? 0)) / this.#temperature;
    });
    normalise(policy);
    normalise(reference);
    const softmax = { policy, reference };
    this.#known.set(coupling ?? options, softmax);
    return softmax;
  }

  #hintSums(options: readonly Option[]): Float64Array {
    let sums = this.#sums.get(options);
    if (sums === undefined) {
      sums = new Float64Array(options.length);
      for (const [i, { features }] of options.entries()) {
        let sum = 0;
        for (const feature of features) sum += this.weightOf(feature);
        sums[i] = sum;
      }
      this.#sums.set(options, sums);
    }
    return sums;
  }
}

/** Logits → probabilities, in place; shifted by the maximum so that nothing overflows. */
function normalise(logits: Float64Array): void {
  let top = -Infinity;
  for (const logit of logits) if (logit > top) top = logit;
  let total = 0;
  for (let i = 0; i < logits.length; i++) {
    const weight = exp((logits[i] ?? 0) - top);
    logits[i] = weight;
    total += weight;
  }
  for (let i = 0; i < logits.length; i++) logits[i] = (logits[i] ?? 0) / total;
}

function walk<S>(process: Process<S>, evaluator: Evaluator, choose: (probabilities: Softmax) => number): Trace<S> {
  const steps: TraceStep[] = [];
  let state = process.start;
  let logProbability = 0;
  let referenceLogProbability = 0;
  for (let decision = process.decide(state); decision !== null; decision = process.decide(state)) {
    const probabilities = evaluator.softmax(decision);
    const choice = choose(probabilities);
    logProbability += log(probabilities.policy[choice] ?? 0);
    referenceLogProbability += log(probabilities.reference[choice] ?? 0);
    const { name, options, coupling } = decision;
    steps.push({ name, options, coupling, choice, probabilities });
    state = decision.next(choice);
  }
  return { final: state, steps, logProbability, referenceLogProbability };
}

/** One completion drawn from the policy. */
export function sampleTrace<S>(process: Process<S>, evaluator: Evaluator, random: Random): Trace<S> {
  return walk(process, evaluator, ({ policy }) => drawIndex(policy, random));
}

/** The most probable option at every decision; the first of equals. */
export function greedyTrace<S>(process: Process<S>, evaluator: Evaluator): Trace<S> {
  return walk(process, evaluator, ({ policy }) =>
    policy.reduce((best, probability, i) => (probability > (policy[best] ?? 0) ? i : best), 0),
  );
}

/** The completion of these choices under the policy as it is now; null where they do not fit the process. */
export function replayTrace<S>(process: Process<S>, evaluator: Evaluator, choices: readonly number[]): Trace<S> | null {
  let at = 0;
  let fits = true;
  const trace = walk(process, evaluator, ({ policy }) => {
    const choice = choices[at++] ?? -1;
    if (Number.isInteger(choice) && choice >= 0 && choice < policy.length) return choice;
    fits = false;
    return 0;
  });
  return fits && at === choices.length ? trace : null;
}

/**
 * The states of a process as a graph, each after those it leads to. It does not depend on the policy: made once a
 * question.
 */
export interface StateGraph {
  /** The distinct softmaxes of the graph. */
  readonly choices: readonly { readonly options: readonly Option[]; readonly coupling: readonly number[] | null }[];
  /** Per state: index into `choices`. */
  readonly choiceOf: readonly number[];
  /** Per state and option: index of the state it leads to, −1 for a complete sketch. */
  readonly next: readonly (readonly number[])[];
}

/** A state whose options are being followed. */
interface Visit<S> {
  readonly key: string;
  readonly decision: Decision<S>;
  readonly followers: number[];
}

/** Visits every state: only for a process that is known to have few. */
export function stateGraph<S>(process: Process<S>): StateGraph {
  const known = new Map<string, number>();
  const choices: StateGraph['choices'][number][] = [];
  const choiceIndex = new Map<readonly Option[] | readonly number[], number>();
  const choiceOf: number[] = [];
  const next: number[][] = [];
  const open: Visit<S>[] = [];
  /** Index of a state that is known or complete; otherwise it is visited first. */
  const indexOf = (state: S): number | null => {
    const key = process.key(state);
    const seen = known.get(key);
    if (seen !== undefined) return seen;
    const decision = process.decide(state);
    if (decision === null) {
      known.set(key, -1);
      return -1;
    }
    open.push({ key, decision, followers: [] });
    return null;
  };
  let reached = indexOf(process.start);
  for (let visit = open.at(-1); visit !== undefined; visit = open.at(-1)) {
    const { key, decision, followers } = visit;
    if (reached !== null) followers.push(reached);
    if (followers.length < decision.options.length) {
      reached = indexOf(decision.next(followers.length));
      continue;
    }
    const { options, coupling } = decision;
    let choice = choiceIndex.get(coupling ?? options);
    if (choice === undefined) {
      choice = choices.push({ options, coupling }) - 1;
      choiceIndex.set(coupling ?? options, choice);
    }
    choiceOf.push(choice);
    reached = next.push(followers) - 1;
    known.set(key, reached);
    open.pop();
  }
  return { choices, choiceOf, next };
}

/**
 * Entropy of the policy over sketches and KL(π_h ‖ π_0), in nats, by the chain rule over the graph of states:
 * H(s) = H(π(·|s)) + Σ_o π(o|s) H(s·o), and the same for KL.
 */
export function exactDistribution({ choices, choiceOf, next }: StateGraph, evaluator: Evaluator): Distribution {
  const softmaxes = choices.map((choice) => evaluator.softmax(choice));
  const local = softmaxes.map(localFigures);
  const entropy = new Float64Array(next.length);
  const kl = new Float64Array(next.length);
  next.forEach((followers, state) => {
    const choice = choiceOf[state] ?? 0;
    const { policy } = softmaxes[choice] as Softmax;
    let entropySum = local[choice]?.entropy ?? 0;
    let klSum = local[choice]?.kl ?? 0;
    followers.forEach((follower, i) => {
      if (follower < 0) return;
      entropySum += (policy[i] ?? 0) * (entropy[follower] ?? 0);
      klSum += (policy[i] ?? 0) * (kl[follower] ?? 0);
    });
    entropy[state] = entropySum;
    kl[state] = klSum;
  });
  return { entropy: entropy.at(-1) ?? 0, kl: kl.at(-1) ?? 0, exact: true, entropySe: null, klSe: null };
}

/**
 * The same from traces drawn independently at the evaluator's policy and temperature. By the chain rule the entropy is
 * the mean, over traces, of Σ_d H(π(·|prefix_d)), and KL likewise: what each decision could have been is summed, only
 * the prefixes are drawn (Rao–Blackwell), so the spread is less than that of −log π and log π/π_0, and a policy that is
 * the reference has KL 0 and not about 0. Standard errors: sd of the traces' sums (ddof 1) / √traces.
 */
export function estimatedDistribution(traces: readonly Pick<Trace<unknown>, 'steps'>[]): Distribution {
  const sums = traces.map(({ steps }) => {
    let entropy = 0;
    let kl = 0;
    for (const { probabilities } of steps) {
      const local = localFigures(probabilities);
      entropy += local.entropy;
      kl += local.kl;
    }
    return { entropy, kl };
  });
  const entropies = sums.map(({ entropy }) => entropy);
  const kls = sums.map(({ kl }) => kl);
  return {
    entropy: mean(entropies),
    kl: mean(kls),
    exact: false,
    entropySe: standardError(entropies),
    klSe: standardError(kls),
  };
}

/** Of the mean of these; null for fewer than two. */
export function standardError(values: readonly number[]): number | null {
  return values.length < 2 ? null : standardDeviation(values, 1) / Math.sqrt(values.length);
}

function localFigures({ policy, reference }: Softmax): { entropy: number; kl: number } {
  let entropy = 0;
  let kl = 0;
  policy.forEach((probability, i) => {
    if (probability === 0) return;
    entropy -= probability * log(probability);
    kl += probability * log(probability / (reference[i] ?? 0));
  });
  return { entropy, kl };
}
