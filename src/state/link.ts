/** A link to share: settings, seed and start as the address always carries them, with the dataset and hints. */
import type { GRPOConfig } from '../grpo/config.ts';
import type { StartChoice } from '../grpo/run-store.ts';
import { DATASET_KEY, HINTS_KEY, LONGEST_HINTS, writeAddress } from './address.ts';

export interface Shared {
  readonly config: GRPOConfig;
  readonly seed: number;
  readonly start: StartChoice;
  /** '' for the one that the page begins with. */
  readonly dataset: string;
  /** Packed (`EngineApi.linkHints`); '' for none. */
  readonly hints: string;
  /** Where it opens, as `#playground`. */
  readonly place: string;
}

/** Begins with what is the place's own. `page`: the page's own address. */
export function bareLink(page: string, place: string): string {
  const url = new URL(page);
  url.search = '';
  url.hash = place;
  return url.href;
}

/** Null when the hints are too many for an address. `page`: the page's own address. */
export function linkTo(page: string, { config, seed, start, dataset, hints, place }: Shared): string | null {
  if (hints.length > LONGEST_HINTS) return null;
  const params = new URLSearchParams(writeAddress('', config, seed, start));
  if (dataset !== '') params.set(DATASET_KEY, dataset);
  if (hints !== '') params.set(HINTS_KEY, hints);
  const url = new URL(page);
  url.search = params.toString();
  url.hash = place;
  return url.href;
}
