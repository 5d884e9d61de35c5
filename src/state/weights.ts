/** Weights of hints over time, for sparklines: what this page has seen, and what is kept of the time before. */
import type { KeptWeights } from '../grpo/run-store.ts';
import type { PolicyHint } from '../grpo/types.ts';

export interface WeightPoint {
  readonly step: number;
  readonly weight: number;
}

/** Points kept per hint; the older half is thinned when there are more, so memory stays bounded. */
const MOST_POINTS = 120;

export class WeightHistory {
  readonly #series = new Map<string, WeightPoint[]>();

  /** Notes the weights after a step. Hints that are gone are forgotten. */
  record(step: number, hints: readonly PolicyHint[]): void {
    const seen = new Set<string>();
    for (const { key, weight, createdAt } of hints) {
      seen.add(key);
      const series = this.#series.get(key);
      if (series === undefined) {
        this.#series.set(
          key,
          createdAt < step
            ? [{ step, weight }]
            : [
                { step: step - 1, weight: 0 },
                { step, weight },
              ],
        );
        continue;
      }
      const last = series.at(-1);
      // A flat stretch needs its two ends only.
      if (last?.weight === weight && series.at(-2)?.weight === weight) series.pop();
      series.push({ step, weight });
      if (series.length > MOST_POINTS)
        this.#series.set(
          key,
          series.filter((_, i) => i % 2 === 0 || i > MOST_POINTS / 2),
        );
    }
    for (const key of this.#series.keys()) if (!seen.has(key)) this.#series.delete(key);
  }

  /** Puts what is kept of the weight before what was seen here. */
  recall(key: string, kept: KeptWeights['weights']): void {
    const seen = this.#series.get(key);
    if (seen === undefined) return;
    const from = seen[0]?.step ?? Infinity;
    const before = kept.filter(({ step }) => step < from);
    // From the last step without it on: until then it was no part of the policy.
    const told = before.flatMap(({ step, weight }, i) => {
      if (weight !== null) return [{ step, weight }];
      return (before[i + 1]?.weight ?? null) === null ? [] : [{ step, weight: 0 }];
    });
    this.#series.set(key, [...told.slice(-MOST_POINTS), ...seen]);
  }

  /** Oldest first; empty for a hint nothing is known of. */
  of(key: string): readonly WeightPoint[] {
    return [...(this.#series.get(key) ?? [])];
  }

  clear(): void {
    this.#series.clear();
  }
}
