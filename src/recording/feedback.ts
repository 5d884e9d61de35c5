/** What people said during a recorded run, as changes of a list. */
import type { Feedback } from '../grpo/feedback.ts';

const keyOf = ({ dataset, question, sql }: Feedback): string => JSON.stringify([dataset, question, sql]);

/** The changes that, put into effect one after another, make `now` of `before`, order included. */
export function changesOf(before: readonly Feedback[], now: readonly Feedback[]): Feedback[] {
  const staying = new Set(now);
  const kept = before.filter((entry) => staying.has(entry));
  // A change puts its entry at the end, so whatever follows the first difference is put again.
  let same = 0;
  while (same < kept.length && kept[same] === now[same]) same++;
  const unchanged = new Set(now.slice(0, same));
  const put = now.slice(same);
  const putKeys = new Set(put.map(keyOf));
  const gone = before.filter((entry) => !unchanged.has(entry) && !putKeys.has(keyOf(entry)));
  return [...gone.map((entry): Feedback => ({ ...entry, thumb: null, corrected: null })), ...put];
}

/** `entries` after one change: it stands at the end, or nowhere when nothing is left of what was said. */
export function withChange(entries: readonly Feedback[], change: Feedback): Feedback[] {
  const others = entries.filter((entry) => keyOf(entry) !== keyOf(change));
  return change.thumb === null && change.corrected === null ? others : [...others, change];
}
