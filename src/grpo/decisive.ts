/** Of all that moved a hint, what moved it most the way it came to point. */
import type { HintEvent } from './types.ts';

/** Where it was: a group of a step. */
export interface Decisive {
  readonly step: number;
  readonly group: number;
}

/** By the hint's key: the greatest |advantage · activity| with the sign of the last weight; events oldest first. */
export function decisiveCauses(events: readonly HintEvent[]): Map<string, Decisive> {
  const signs = new Map<string, number>();
  for (const { key, after } of events) if (after !== null) signs.set(key, Math.sign(after));
  const found = new Map<string, Decisive & { readonly pull: number }>();
  for (const { key, step, causes } of events)
    for (const { group, advantage, activity } of causes) {
      const pull = advantage * activity * (signs.get(key) ?? 0);
      if (pull > (found.get(key)?.pull ?? 0)) found.set(key, { step, group, pull });
    }
  return found;
}
