import type { HintEvent, PolicyHint } from './types.ts';

/**
 * The hints as they were before these events, as far as the hints there are now tell: their weights, and that those
 * which came into being were not there. Evidence and text stay as they are now; one that is gone is not brought back.
 */
export function hintsBefore(hints: readonly PolicyHint[], events: readonly HintEvent[]): readonly PolicyHint[] {
  const first = new Map<string, HintEvent>();
  for (const event of events) if (!first.has(event.key)) first.set(event.key, event);
  return hints.flatMap((hint) => {
    const event = first.get(hint.key);
    if (event === undefined) return [hint];
    return event.before === null ? [] : [{ ...hint, weight: event.before }];
  });
}
