/** Two policies beside one another. */
import type { PolicyHint } from '../../grpo/types.ts';

export interface Difference {
  readonly key: string;
  /** As it is there, and as it is here; null where it is not. At least one of both is there. */
  readonly there: PolicyHint | null;
  readonly here: PolicyHint | null;
  /** What is named: the hint of either. */
  readonly hint: PolicyHint;
}

/** Hints that differ in weight, switch or pin, or are on one side only; the largest difference of weights first. */
export function differences(there: readonly PolicyHint[], here: readonly PolicyHint[]): readonly Difference[] {
  const now = new Map(here.map((hint) => [hint.key, hint]));
  const then = new Map(there.map((hint) => [hint.key, hint]));
  const found = [...new Map([...then, ...now])].flatMap(([key, hint]): Difference[] => {
    const [a = null, b = null] = [then.get(key), now.get(key)];
    const isSame =
      a !== null && b !== null && a.weight === b.weight && a.enabled === b.enabled && a.pinned === b.pinned;
    return isSame ? [] : [{ key, there: a, here: b, hint }];
  });
  const size = ({ there: a, here: b }: Difference): number => Math.abs((a?.weight ?? 0) - (b?.weight ?? 0));
  return found.sort((a, b) => size(b) - size(a) || (a.key < b.key ? -1 : 1));
}
