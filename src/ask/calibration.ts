/**
 * The probability that an answer is right: a logistic regression on its evidence (evidence.ts), fitted on answers to
 * questions of databases that the hints never saw (scripts/answers/fit.ts; docs/answers.md). Where a database has
 * questions with gold of its own, it is fitted again, held to that fit. Pure.
 */
import { dot, fitLogistic, sigmoid, type Case } from '../lab/logistic.ts';
import shipped from './calibration.json' with { type: 'json' };

export interface Calibration {
  /** One for each of EVIDENCE. */
  readonly coefficients: readonly number[];
  /** Questions it was fitted on. */
  readonly questions: number;
  /** Databases that these are of; 1 where they are of the database that is asked. */
  readonly databases: number;
  /** Whether these are of the database that is asked. */
  readonly own: boolean;
}

const { coefficients, questions, databases } = shipped;
export const SHIPPED: Calibration = { coefficients, questions, databases, own: false };

/** Below this an answer is more likely wrong than right: the next best reading is shown beside it. */
export const UNSURE = 0.5;

/** Fewer own questions than this say less than those of other databases do. */
export const MOST_FEW = 20;
/** How strongly own answers are held to the fit on others: the ridge λ (chosen by measurement, docs/answers.md). */
const HELD = 10;

/** In (0, 1). */
export function probabilityOf(evidence: readonly number[], fit: Pick<Calibration, 'coefficients'>): number {
  return sigmoid(dot(fit.coefficients, evidence));
}

/** The fit that own answers move `before` to; `before` itself where they are fewer than MOST_FEW. */
export function refitted(cases: readonly Case[], before = SHIPPED, held = HELD): Calibration {
  if (cases.length < MOST_FEW) return before;
  return {
    coefficients: fitLogistic(cases, before.coefficients, held),
    ...{ questions: cases.length, databases: 1, own: true },
  };
}
