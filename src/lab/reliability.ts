/** How far probabilities may be taken at their word. Pure. */

/** What was said, and what came. */
export interface Said {
  readonly probability: number;
  readonly right: boolean;
  /** How much it counts, > 0. */
  readonly weight: number;
}

/** Answers whose probability lies between two bounds. */
export interface Bin {
  /** Bounds of the probability: `from` ≤ p < `to`; the last bin has its upper bound too. */
  readonly from: number;
  readonly to: number;
  readonly answers: number;
  /** Their weights together. */
  readonly weight: number;
  /** Mean of what was said, and share that was right. */
  readonly said: number;
  readonly right: number;
}

export const BINS = 10;

/** Bins of equal width; those without an answer are left out. */
export function reliabilityOf(answers: readonly Said[], bins = BINS): Bin[] {
  return Array.from({ length: bins }, (_, i): Bin => {
    const own = answers.filter(({ probability }) => Math.min(bins - 1, Math.floor(probability * bins)) === i);
    const weight = own.reduce((sum, one) => sum + one.weight, 0);
    const mean = (value: (one: Said) => number): number =>
      own.reduce((sum, one) => sum + one.weight * value(one), 0) / weight;
    return {
      ...{ from: i / bins, to: (i + 1) / bins, answers: own.length, weight },
      ...{ said: mean(({ probability }) => probability), right: mean(({ right }) => (right ? 1 : 0)) },
    };
  }).filter(({ answers: count }) => count > 0);
}

/**
 * Expected calibration error: Σ_b w_b |right_b − said_b|, w_b the bin's share (Guo et al., ICML 2017, eq. 3). Throws
 * RangeError without answers.
 */
export function calibrationError(answers: readonly Said[], bins = BINS): number {
  if (answers.length === 0) throw new RangeError('No calibration error without answers.');
  const all = reliabilityOf(answers, bins);
  const weight = all.reduce((sum, bin) => sum + bin.weight, 0);
  return all.reduce((sum, bin) => sum + (bin.weight / weight) * Math.abs(bin.right - bin.said), 0);
}
