/**
 * Cues and patterns as short texts, close to their data: for comparison and for logs. What a reader sees is made in
 * words/.
 */
import type { HintCue, HintPattern } from './types.ts';

/** As the question that taught it has it: `how many`, `^which <table>`, `<number>`, `… of`. */
export function cueWords({ kind, parts, shown = parts }: HintCue): string {
  const words = shown.join(' ');
  switch (kind) {
    case 'start':
      return `^${words}`;
    case 'typed':
      return `<${words}>`;
    case 'before':
      return `${words === '^' ? '(start)' : words} …`;
    case 'after':
      return `… ${words === '$' ? '(end)' : words}`;
    default:
      return words;
  }
}

/** `COUNT(*)`, `SELECT ← exact name`, `DISTINCT + JOIN`, or the sentence. */
export function patternWords({ kind, parts }: HintPattern): string {
  if (kind === 'pair') return parts.join(' + ');
  if (kind !== 'link') return parts[0] ?? '';
  const [slot = '', ...traits] = parts;
  return `${slot} ← ${traits.join(' + ')}`;
}

/** Whether all words of `inner` stand in `outer` one after the other. */
export function isWithin(inner: HintCue, outer: HintCue): boolean {
  return ` ${cueWords(outer)} `.includes(` ${cueWords(inner)} `);
}
