/**
 * How one group moved one weight, as it is added up by hand: figures with as many decimals as it takes for what is
 * computed from the printed ones to be what is printed.
 */
import type { GRPOConfig } from '../../grpo/config.ts';
import type { Step } from '../../grpo/types.ts';
import { decimal, signed } from '../../charts/format.ts';

/** What one completion of the group gave. */
export interface CreditShare {
  readonly completion: number;
  readonly teaches: boolean;
  readonly advantage: string;
  /** How often it did it: beyond what the policy expected, where the gradient counts so. */
  readonly uses: string;
  readonly share: string;
  readonly sign: -1 | 0 | 1;
}

export interface CreditSum {
  readonly shares: readonly CreditShare[];
  readonly sum: string;
  readonly rate: string;
  /** G. */
  readonly size: number;
  /** What regularisation took off; null for nothing. */
  readonly pull: string | null;
  readonly delta: string;
  readonly before: string;
  readonly after: string;
}

/** Decimals of advantages, shares and their sum, and those of weights: the fewest that agree are printed. */
const DIGITS = [
  [2, 2],
  [3, 2],
  [3, 3],
  [4, 3],
  [4, 4],
] as const;

const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
const CLOSE = 1e-9;

/** Whether it lies between two roundings, so that another hand would round it the other way. */
const isTie = (value: number, digits: number): boolean => {
  const scaled = Math.abs(value) * 10 ** digits;
  return Math.abs(scaled - Math.floor(scaled) - 0.5) < 1e-6;
};

/**
 * Null where this sum is not all there is to it: several updates or groups in the step, a weight that was clipped or
 * pruned, or settings that are no longer those of the step. The number opens to its whole arithmetic there.
 */
export function creditSum(key: string, step: Step, config: GRPOConfig): CreditSum | null {
  const events = step.events.filter((event) => event.key === key);
  const [event] = events;
  const [group] = step.groups;
  if (event === undefined || group === undefined || events.length > 1 || step.groups.length > 1) return null;
  const { learning_rate: rate } = config;
  const size = group.completions.length;
  const { after, causes, decayTerm: pull } = event;
  const before = event.before ?? 0;
  if (after === null || (event.share ?? 1) !== 1) return null;
  const terms = group.completions.map(({ index, advantage, teaches }) => ({
    index,
    teaches,
    advantage,
    uses: causes.find(({ completion }) => completion === index)?.activity ?? 0,
  }));
  const exact = terms.reduce((total, { advantage, uses }) => total + advantage * uses, 0);
  if (Math.abs((rate * exact) / size + pull - (after - before)) > CLOSE) return null;
  for (const [fine, coarse] of DIGITS) {
    const shares = terms.map(({ advantage, uses }) => rounded(rounded(advantage, fine) * rounded(uses, fine), fine));
    const sum = rounded(
      shares.reduce((total, share) => total + share, 0),
      fine,
    );
    const moved = (rate * sum) / size + rounded(pull, fine);
    const delta = rounded(moved, coarse);
    const agrees =
      !isTie(moved, coarse) &&
      delta === rounded(after - before, coarse) &&
      rounded(rounded(before, coarse) + delta, coarse) === rounded(after, coarse);
    if (!agrees) continue;
    return {
      shares: terms.map(({ index, teaches, advantage, uses }, i) => ({
        completion: index,
        teaches,
        advantage: signed(advantage, fine),
        uses: decimal(uses, Number.isInteger(uses) ? 0 : fine),
        share: signed(shares[i] ?? 0, fine),
        sign: Math.sign(shares[i] ?? 0) as -1 | 0 | 1,
      })),
      sum: signed(sum, fine),
      rate: decimal(rate),
      size,
      pull: pull === 0 ? null : signed(pull, fine),
      delta: signed(delta, coarse),
      before: signed(before, coarse),
      after: signed(after, coarse),
    };
  }
  return null;
}
