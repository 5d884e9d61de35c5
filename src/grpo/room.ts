/** Which hints make room where there are too many. */
import { firstOf } from './first-of.ts';
import type { PolicyHint } from './types.ts';

/** Steps for which a new or freshly taught hint is safe from making room: long enough to be met again. */
export const FRESH_STEPS = 50;

/**
 * The weakest of the hints, as many as there are more than `most`: those not taught lately first, those switched off by
 * hand last.
 */
export function weakestHints(hints: readonly PolicyHint[], most: number, step: number): PolicyHint[] {
  const rank = (hint: PolicyHint): number => (!hint.enabled ? 2 : step - hint.updatedAt < FRESH_STEPS ? 1 : 0);
  return firstOf(
    hints,
    Math.max(0, hints.length - most),
    (a, b) =>
      rank(a) - rank(b) ||
      Math.abs(a.weight) - Math.abs(b.weight) ||
      a.updatedAt - b.updatedAt ||
      (a.key < b.key ? -1 : 1),
  );
}
