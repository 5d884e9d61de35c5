/** How far a load has come: the rate, and the time left by it. */
import type { LoadProgress } from './model.ts';

/** Milliseconds of which the rate is the mean, and those it takes to be worth showing. */
const WINDOW = 10_000;
const LEAST = 500;

export interface Meter {
  /** Bytes a second lately, from the bytes done up to now; null until there is something to go by. */
  rate(bytes: number): number | null;
}

/** Measures how fast a count of bytes grows. */
export function makeMeter(now: () => number): Meter {
  const seen: { readonly at: number; readonly bytes: number }[] = [];
  return {
    rate(bytes) {
      const at = now();
      seen.push({ at, bytes });
      while (seen.length > 2 && at - (seen[1]?.at ?? at) > WINDOW) seen.shift();
      const first = seen[0];
      if (first === undefined || at - first.at < LEAST || bytes <= first.bytes) return null;
      return ((bytes - first.bytes) * 1000) / (at - first.at);
    },
  };
}

/** One line of progress, its time left worked out from the rate. */
export function progressOf(
  phase: LoadProgress['phase'],
  bytes: number | null,
  totalBytes: number | null,
  share: number | null,
  rate: number | null,
): LoadProgress {
  const left =
    rate !== null && rate > 0 && bytes !== null && totalBytes !== null ? Math.max(0, totalBytes - bytes) / rate : null;
  return { phase, share, bytes, totalBytes, bytesPerSecond: rate, secondsLeft: left };
}

/** A phase of unknown length has begun. */
export function unmeasured(phase: LoadProgress['phase']): LoadProgress {
  return progressOf(phase, null, null, null, null);
}
