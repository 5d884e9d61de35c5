/**
 * The weights of the four rewards, fitted to people's thumbs: scoring calibration. Pure.
 *
 * P(thumb up) = σ(β₀ + Σ_c β_c r_c), by logistic regression with a ridge (logistic.ts) towards the weights as they are.
 * The fitted weights are the β_c that are above 0, scaled to the sum of the present ones: a reward cannot count against
 * itself. Both the present weights and the fitted ones are judged on thumbs that were left out of their fit, each with
 * a slope and an intercept of its own, so that neither is judged on what it was fitted to.
 */
import { withinQuestionAuc } from './auc.ts';
import { log } from '../grpo/portable-math.ts';
import { dot, fitLogistic, sigmoid } from './logistic.ts';
import { mean } from '../grpo/advantage.ts';

export const FITTED = ['validity', 'execution', 'quality', 'format'] as const;
export type Fitted = (typeof FITTED)[number];

/** A completion that got a thumb. */
export interface ThumbCase {
  /** What each reward says of it, in [−1, 1]; 0 where it could not be computed. */
  readonly rewards: Readonly<Record<Fitted, number>>;
  readonly up: boolean;
}

/** How well probabilities fit the thumbs. */
export interface FitQuality {
  /** Mean −ln P of what was said, in nats; ln 2, about 0.693, for one who knows nothing. */
  readonly logLoss: number;
  /** Probability that a completion with a thumb up is put above one with a thumb down. */
  readonly auc: number;
}

export interface WeightFit {
  readonly weights: Readonly<Record<Fitted, number>>;
  readonly up: number;
  readonly down: number;
  readonly before: FitQuality;
  readonly after: FitQuality;
}

/** Thumbs of each kind that there must be. */
export const LEAST_THUMBS = 4;
/** How much P moves with the total, where nothing is known: from .02 to .98 over its whole range. */
const SLOPE = 4;
const RIDGE = 1;
/** Thumbs are left out one by one up to so many, and in as many parts beyond. */
const PARTS = 40;

/** Null with too few thumbs of a kind, and where no reward speaks for the ones that are up. */
export function fitWeights(cases: readonly ThumbCase[], weights: Readonly<Record<Fitted, number>>): WeightFit | null {
  const up = cases.filter((one) => one.up).length;
  const down = cases.length - up;
  const sum = FITTED.reduce((total, name) => total + weights[name], 0);
  if (Math.min(up, down) < LEAST_THUMBS || !(sum > 0)) return null;
  const now = FITTED.map((name) => weights[name] / sum);
  const separate = cases.map(({ rewards, up: right }) => ({
    x: [1, ...FITTED.map((name) => rewards[name])],
    right,
    weight: 1,
  }));
  const total = separate.map(({ x, right, weight }) => ({ x: [1, dot(x.slice(1), now)], right, weight }));
  const prior = [0, ...now.map((weight) => SLOPE * weight)];
  const [, ...betas] = fitLogistic(separate, prior, RIDGE);
  const positive = betas.map((beta) => Math.max(0, beta));
  const mass = positive.reduce((all, beta) => all + beta, 0);
  if (mass === 0) return null;
  return {
    weights: Object.fromEntries(FITTED.map((name, i) => [name, (sum * (positive[i] ?? 0)) / mass])) as Record<
      Fitted,
      number
    >,
    up,
    down,
    before: leftOut(total, [0, SLOPE]),
    after: leftOut(separate, prior),
  };
}

function leftOut(cases: Parameters<typeof fitLogistic>[0], prior: readonly number[]): FitQuality {
  const parts = Math.min(PARTS, cases.length);
  const probabilities = new Array<number>(cases.length).fill(0);
  for (let part = 0; part < parts; part++) {
    const beta = fitLogistic(
      cases.filter((_, i) => i % parts !== part),
      prior,
      RIDGE,
    );
    cases.forEach(({ x }, i) => {
      if (i % parts === part) probabilities[i] = sigmoid(dot(beta, x));
    });
  }
  const said = (i: number): number =>
    cases[i]?.right === true ? (probabilities[i] ?? 0) : 1 - (probabilities[i] ?? 0);
  return {
    logLoss: mean(cases.map((_, i) => -log(Math.max(said(i), 1e-12)))),
    auc:
      withinQuestionAuc([cases.map(({ right }, i) => ({ score: probabilities[i] ?? 0, correct: right }))]).auc ?? 0.5,
  };
}
