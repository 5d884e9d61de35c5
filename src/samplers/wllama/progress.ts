/** Reports of one phase of a load, not more of them than a page shows. */
import { makeMeter, progressOf, type Meter } from '../language/load-progress.ts';
import type { LoadProgress } from '../language/model.ts';

const INTERVAL_MS = 100;

/** Reports one phase. `now` is a clock in milliseconds. */
export class ProgressMeter {
  readonly #phase: LoadProgress['phase'];
  readonly #onProgress: (progress: LoadProgress) => void;
  readonly #now: () => number;
  readonly #meter: Meter;
  #at = 0;
  #reportedAt = Number.NEGATIVE_INFINITY;

  constructor(phase: LoadProgress['phase'], onProgress: (progress: LoadProgress) => void, now: () => number) {
    this.#phase = phase;
    this.#onProgress = onProgress;
    this.#now = now;
    // One look at the clock a report.
    this.#meter = makeMeter(() => this.#at);
  }

  /** `bytes` so far out of `total`. The first report, the last and those between that are not too close get through. */
  report(bytes: number, total: number | null): void {
    const at = this.#now();
    this.#at = at;
    const ended = total !== null && bytes >= total;
    if (!ended && at - this.#reportedAt < INTERVAL_MS) return;
    this.#reportedAt = at;
    this.#onProgress(
      progressOf(
        this.#phase,
        bytes,
        total,
        total === null || total === 0 ? null : Math.min(1, bytes / total),
        this.#meter.rate(bytes),
      ),
    );
  }
}
