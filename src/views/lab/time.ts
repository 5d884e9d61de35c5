/** How long an experiment takes, in words for somebody who is about to start it. */
import { duration } from '../../charts/format.ts';
import { makeConfig } from '../../grpo/config.ts';
import { secondsOf, type Rates } from '../../lab/estimate.ts';
import type { LabDataset } from '../../state/experiments.svelte.ts';
import type { Asked } from './draft.ts';

/** Seconds below a minute and a half are told in steps of five. */
const STEP = 5;

/** "about 40 s", "about 3 min". Throws ConfigError for settings that cannot be. */
export function timeOf({ spec, base }: Asked, { training, heldOut }: LabDataset, rates: Rates): string {
  const counts = { training, heldOut: Object.keys(heldOut).length };
  const seconds = secondsOf(spec, makeConfig(base), counts, rates);
  return `about ${duration(seconds < 90 ? Math.max(STEP, Math.round(seconds / STEP) * STEP) : seconds)}`;
}
