import type { HintEvent } from './types.ts';

/**
 * As few of these events of one log as are needed for the same policy, in their order: those that put a hint in or take
 * it out, and of the others of each hint the last, the last that taught it, the last that switched it and the last that
 * pinned it. What caused them is left out.
 */
export function condensed(events: readonly HintEvent[]): HintEvent[] {
  /** What later events already say of each hint. */
  const said = new Map<string, Set<'all' | 'weight' | 'evidence' | 'enabled' | 'pinned'>>();
  const kept: HintEvent[] = [];
  for (const event of [...events].reverse()) {
    const known = said.get(event.key) ?? new Set();
    said.set(event.key, known);
    if (event.after === null || event.hint != null) {
      known.add('all');
      kept.push(event);
      continue;
    }
    const says = [
      'weight' as const,
      ...(event.evidence === undefined ? [] : ['evidence' as const]),
      ...(event.type === 'enable' || event.type === 'disable' ? ['enabled' as const] : []),
      ...(event.type === 'pin' || event.type === 'unpin' ? ['pinned' as const] : []),
    ];
    if (known.has('all') || says.every((what) => known.has(what))) continue;
    for (const what of says) known.add(what);
    kept.push(event);
  }
  return kept.reverse().map((event) => (event.causes.length === 0 ? event : { ...event, causes: [] }));
}
