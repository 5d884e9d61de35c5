/** What a difference says, in words: the one place that has them, for the page and the command line. Pure. */
import { percent, signedPoints } from '../grpo/figures.ts';
import { countsText } from './facts.ts';
import { SIGNIFICANCE } from './paired.ts';
import type { Difference } from './paired.ts';

/**
 * gain, loss: the interval lies above or below 0. too-few: it does not, and with so few facts it would hardly for a
 * large difference either. none: it does not, though a large difference could have shown.
 */
export type Outcome = 'gain' | 'loss' | 'none' | 'too-few';

/** A difference that nobody would overlook: 20 points. */
const LARGE = 0.2;

/**
 * Whether a large difference could show: a fifth of the facts wholly gained and none lost gives p = 2 · 2^−(facts/5),
 * which is at most .05 from 30 facts on.
 */
export function couldShow(facts: number): boolean {
  return 2 * 2 ** -Math.floor(LARGE * facts + 1e-9) <= SIGNIFICANCE;
}

export function outcomeOf({ low, high, facts }: Pick<Difference, 'low' | 'high' | 'facts'>): Outcome {
  if (low > 0) return 'gain';
  if (high < 0) return 'loss';
  return couldShow(facts) ? 'none' : 'too-few';
}

/** The verdict as a sentence: differences in points (hundredths), with both counts. */
export function verdictOf(found: Difference): string {
  const { difference, low, high } = found;
  switch (outcomeOf(found)) {
    case 'gain':
      return `Evidence of a gain of ${percent(difference)} points (${percent(low)} to ${percent(high)}), ${basis(found)}.`;
    case 'loss':
      return `Evidence of a loss of ${percent(-difference)} points (${percent(-high)} to ${percent(-low)}), ${basis(found)}.`;
    case 'none':
      return `No evidence of a gain: ${inPoints(found)}, ${basis(found)}.`;
    case 'too-few':
      return `Too few questions to tell: ${inPoints(found)}, ${basis(found)}; ${TOO_FEW}.`;
  }
}

/** What can be tried, in the words of what was compared. */
export interface Remedies {
  /** What there may be too few of. */
  readonly few: string;
  /** Where both are right equally often. */
  readonly even: string;
  /** A sentence without its full stop: where more of something would show the difference. */
  readonly more: string;
}

const OF_TRAINING: Remedies = {
  few: 'questions or steps',
  even: 'try more steps',
  more: 'Try a dataset with more, or more steps',
};

/**
 * What to try where there is no evidence, null where there is. The margin between a difference and the end of its
 * interval on the side of 0 shrinks with the root of the facts: from facts · (margin/difference)² on it is smaller than
 * the difference, if that stays what it is.
 */
export function adviceOf(found: Difference, { few, even, more }: Remedies = OF_TRAINING): string | null {
  const { difference, low, high, facts } = found;
  if (low > 0 || high < 0) return null;
  if (Math.abs(difference) < SHOWN / 2)
    return `Both are right equally often, which no number of questions would tell apart: ${even}.`;
  const margin = difference > 0 ? difference - low : high - difference;
  const needed = Math.max(LEAST_FACTS, facts + 1, Number((facts * (margin / difference) ** 2).toPrecision(2)));
  return `Too few ${few} to tell ${percent(Math.abs(difference))} points: they would show from about ${needed} facts on, and there are ${facts}. ${more}: a larger difference needs fewer.`;
}

/** Differences are shown to a tenth of a point. */
const SHOWN = 0.001;
/** With fewer no p is below .05 (paired.ts). */
const LEAST_FACTS = 6;

/** Why there are too few. */
export const TOO_FEW = `even ${100 * LARGE} points could hardly show`;

/** "+5.1 points (+2.0 to +8.0)". */
export function inPoints({ difference, low, high }: Difference): string {
  return `${signedPoints(difference)} points (${signedPoints(low)} to ${signedPoints(high)})`;
}

/** "p = .03; 160 questions, 65 facts". */
export function basis(found: Difference): string {
  return `p ${shownP(found.p)}; ${countsText(found)}`;
}

/** A probability after “p”. */
export function shownP(p: number): string {
  if (p < 0.001) return '< .001';
  return `= ${p >= 0.995 ? '1' : p.toFixed(p < 0.1 ? 3 : 2).replace(/^0/, '')}`;
}
