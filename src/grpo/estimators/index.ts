/** The estimators there are, in the order in which they are offered; the first is the default. */
import { batch } from './batch.ts';
import { drGrpo } from './dr-grpo.ts';
import type { Estimator } from './estimator.ts';
import { gdpo } from './gdpo.ts';
import { grpo } from './grpo.ts';
import { maxrl } from './maxrl.ts';
import { rlooNormalized } from './rloo-normalized.ts';
import { rloo } from './rloo.ts';

export const ESTIMATORS = [
  grpo,
  drGrpo,
  batch,
  rloo,
  rlooNormalized,
  gdpo,
  maxrl,
] as const satisfies readonly Estimator[];

export type EstimatorName = (typeof ESTIMATORS)[number]['name'];
