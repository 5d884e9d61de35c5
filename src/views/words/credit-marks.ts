/** Which pieces of which SQL carry the credit. Apart from the changes, since it reads SQL and they do not. */
import type { Completion } from '../../grpo/types.ts';
import { spansOf } from '../../sql/patterns.ts';
import type { Change } from './changes.ts';
import type { Mark } from './sql-layout.ts';

/** Where the patterns that moved a weight through this completion stand in its SQL; merged, in order. */
export function creditMarks(completion: Completion, group: number, changes: readonly Change[]): Mark[] {
  if (!completion.teaches) return [];
  const patterns = new Set(
    changes
      .filter(({ causes }) =>
        causes.some((cause) => cause.group === group && cause.completion === completion.index && cause.activity > 0),
      )
      .map(({ pattern }) => pattern),
  );
  const spans = [...patterns].flatMap((pattern) => spansOf(pattern, completion.sql)).sort((a, b) => a.start - b.start);
  const merged: Mark[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last !== undefined && span.start <= last.end)
      merged.splice(-1, 1, { start: last.start, end: Math.max(last.end, span.end) });
    else merged.push({ start: span.start, end: span.end });
  }
  return merged;
}
