/** How far a loading has come, with its rate and the time left. */
import type { LoadProgress } from '../language/model.ts';

/** The rate is taken over the last seconds, so that it follows the connection. */
const WINDOW_MS = 5000;
const FIRST_RATE_MS = 250;
/** A page shows no more. */
const INTERVAL_MS = 100;

/** Reports one phase. `now` is a clock in milliseconds. */
export class ProgressMeter {
  readonly #phase: LoadProgress['phase'];
  readonly #onProgress: (progress: LoadProgress) => void;
  readonly #now: () => number;
  #marks: { readonly at: number; readonly bytes: number }[] = [];
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(phase: LoadProgress['phase'], onProgress: (progress: LoadProgress) => void, now: () => number) {
    this.#phase = phase;
    this.#onProgress = onProgress;
    this.#now = now;
  }

  /** `bytes` so far out of `total`. The first report, the last and those between that are not too close get through. */
  report(bytes: number, total: number | null): void {
    const at = this.#now();
    const ended = total !== null && bytes >= total;
    if (!ended && at - this.#reportedAt < INTERVAL_MS) return;
    this.#reportedAt = at;
    this.#marks.push({ at, bytes });
    while (this.#marks.length > 2 && at - (this.#marks[1]?.at ?? at) >= WINDOW_MS) this.#marks.shift();
    const rate = this.#rate(at, bytes);
    this.#onProgress({
      phase: this.#phase,
      share: total === null || total === 0 ? null : Math.min(1, bytes / total),
      bytes,
      totalBytes: total,
      bytesPerSecond: rate,
      secondsLeft: rate === null || rate === 0 || total === null ? null : Math.max(0, (total - bytes) / rate),
    });
  }

  #rate(at: number, bytes: number): number | null {
    const first = this.#marks[0];
    if (first === undefined || at - first.at < FIRST_RATE_MS) return null;
    return ((bytes - first.bytes) / (at - first.at)) * 1000;
  }
}

/** A phase of unknown length has begun. */
export function unmeasured(phase: LoadProgress['phase']): LoadProgress {
  return { phase, share: null, bytes: null, totalBytes: null, bytesPerSecond: null, secondsLeft: null };
}
