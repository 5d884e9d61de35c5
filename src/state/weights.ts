/** Weights of hints over time, for sparklines: what this page has seen, and what the event log told it. */
import type { HintEvent, PolicyHint } from '../grpo/types.ts';

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

  /** Puts the log's points before those seen here. */
  recall(key: string, events: readonly HintEvent[]): void {
    const seen = this.#series.get(key);
    if (seen === undefined) return;
    const from = seen[0]?.step ?? Infinity;
    const told = events.flatMap(({ step, before, after }) => {
      if (after === null || step >= from) return [];
      return before === null
        ? [
            { step: step - 1, weight: 0 },
            { step, weight: after },
          ]
        : [{ step, weight: after }];
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
