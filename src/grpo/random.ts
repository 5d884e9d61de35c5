/**
 * A seeded generator whose whole state is four 32-bit integers, so that a run can be stored and continued.
 * Algorithm: sfc32 (Chris Doty-Humphrey, PractRand), seeded through splitmix32.
 */
import type { Random } from './types.ts';

export interface SeededRandom {
  /** Uniform in [0, 1), 32 bits of resolution. */
  readonly next: Random;
  /** Four unsigned 32-bit integers. */
  state(): number[];
}

/** Any finite number is a seed; equal seeds give equal sequences. */
export function seededRandom(seed: number): SeededRandom {
  let mixed = ((seed >>> 0) ^ Math.imul(Math.floor(seed / 4294967296), 0x85ebca77)) >>> 0;
  const word = (): number => {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    let z = mixed;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return (z ^ (z >>> 16)) >>> 0;
  };
  return fromState([word(), word(), word(), 1]);
}

/** Continues a sequence from what `state()` returned. Throws RangeError when it is not four integers. */
export function restoreRandom(state: readonly number[]): SeededRandom {
  if (state.length !== 4 || !state.every((part) => Number.isInteger(part) && part >= 0 && part <= 0xffffffff)) {
    throw new RangeError('A generator state is four unsigned 32-bit integers.');
  }
  return fromState(state);
}

function fromState(state: readonly number[]): SeededRandom {
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let counter = state[3] ?? 0;
  const next = (): number => {
    const sum = (((a + b) >>> 0) + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum / 4294967296;
  };
  return { next, state: () => [a, b, c, counter] };
}

/** Index drawn from unnormalised non-negative weights; the last positive one takes rounding. */
export function drawIndex(weights: ArrayLike<number>, random: Random): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i] ?? 0;
  let rest = random() * total;
  let last = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = weights[i] ?? 0;
    if (weight <= 0) continue;
    last = i;
    rest -= weight;
    if (rest < 0) return i;
  }
  return last;
}

/** Fisher–Yates; returns a new array. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = out[i] as T;
    out[i] = out[j] as T;
    out[j] = held;
  }
  return out;
}
