/** Brute force: every completion of a process, as the oracle for figures computed in a smarter way. */
import type { Process, StateGraph } from '../../../src/samplers/sketch/process.ts';

export interface Enumerated<S> {
  readonly final: S;
  readonly choices: readonly number[];
  readonly probability: number;
  readonly referenceProbability: number;
  /** Per feature that some option met on the way has: how often it fired, and Σ of its expectations. */
  readonly value: ReadonlyMap<number, number>;
  readonly expected: ReadonlyMap<number, number>;
}

function softmax(logits: readonly number[]): number[] {
  const weights = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/**
 * Calls `visit` for each completion, first option first. Probabilities are worked out here from bases, couplings and
 * weights, not taken from the code under test. Features are counted only where `features` asks for them. Returns how
 * many there are.
 *
 * @throws Error beyond `most` completions
 */
export function enumerate<S>(
  process: Process<S>,
  weightOf: (feature: number) => number,
  temperature: number,
  visit: (completion: Enumerated<S>) => void,
  options: { most?: number; features?: boolean } = {},
): number {
  const { most = 400_000, features = false } = options;
  let count = 0;
  const walk = (
    state: S,
    choices: readonly number[],
    probability: number,
    referenceProbability: number,
    value: ReadonlyMap<number, number>,
    expected: ReadonlyMap<number, number>,
  ): void => {
    const decision = process.decide(state);
    if (decision === null) {
      if (++count > most) throw new Error(`more than ${most} completions`);
      visit({ final: state, choices, probability, referenceProbability, value, expected });
      return;
    }
    const prior = decision.options.map(({ base }, i) => base + (decision.coupling?.[i] ?? 0));
    const policy = softmax(
      prior.map(
        (logit, i) =>
          (logit + (decision.options[i]?.features ?? []).reduce((sum, feature) => sum + weightOf(feature), 0)) /
          temperature,
      ),
    );
    const reference = softmax(prior.map((logit) => logit / temperature));
    const nowExpected = new Map(expected);
    if (features) {
      decision.options.forEach((option, i) => {
        for (const feature of option.features)
          nowExpected.set(feature, (nowExpected.get(feature) ?? 0) + (policy[i] ?? 0));
      });
    }
    decision.options.forEach((option, i) => {
      const nowValue = new Map(value);
      if (features) for (const feature of option.features) nowValue.set(feature, (nowValue.get(feature) ?? 0) + 1);
      walk(
        decision.next(i),
        [...choices, i],
        probability * (policy[i] ?? 0),
        referenceProbability * (reference[i] ?? 0),
        nowValue,
        nowExpected,
      );
    });
  };
  walk(process.start, [], 1, 1, new Map(), new Map());
  return count;
}

/** Sum, entropy and KL over all completions, in nats. */
export function bruteForce<S>(
  process: Process<S>,
  weightOf: (feature: number) => number,
  temperature: number,
  most?: number,
): { completions: number; total: number; entropy: number; kl: number } {
  let total = 0;
  let entropy = 0;
  let kl = 0;
  const completions = enumerate(
    process,
    weightOf,
    temperature,
    ({ probability, referenceProbability }) => {
      total += probability;
      if (probability === 0) return;
      entropy -= probability * Math.log(probability);
      kl += probability * Math.log(probability / referenceProbability);
    },
    most === undefined ? {} : { most },
  );
  return { completions, total, entropy, kl };
}

/** A weight for each feature, the same for the same seed, in [−2, 2]. */
export function randomWeights(seed: number): (feature: number) => number {
  return (feature) => (((feature * 2654435761 + seed * 40503 + 12345) >>> 7) % 4001) / 1000 - 2;
}

/** The process from one state on. */
export function from<S>(process: Process<S>, start: S): Process<S> {
  return { start, decide: (state) => process.decide(state), key: (state) => process.key(state) };
}

/** The same process with states told apart by `key`. */
export function keyedBy<S>(process: Process<S>, key: (state: S) => string): Process<S> {
  return { start: process.start, decide: (state) => process.decide(state), key };
}

/** How many completions a graph stands for. */
export function completionsOf({ next }: StateGraph): number {
  const counts: number[] = [];
  for (const followers of next)
    counts.push(followers.reduce((sum, follower) => sum + (follower < 0 ? 1 : (counts[follower] ?? NaN)), 0));
  return counts.at(-1) ?? 1;
}
