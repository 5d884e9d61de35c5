/** The hints of a policy by what they do. */
import { patternKey } from '../../grpo/feature-key.ts';
import type { PolicyHint } from '../../grpo/types.ts';
import { actionWords, cueWordsOf, hintWords } from '../../grpo/words/hint.ts';

export interface HintGroup {
  /** Of the pattern, and the sign. */
  readonly key: string;
  /** What its hints do, or say not to do. */
  readonly what: string;
  /** The strongest first; at least one. */
  readonly hints: readonly PolicyHint[];
}

/** The hints gathered by what they do; the group whose first hint `by` puts first stands first. */
export function groupHints(
  hints: readonly PolicyHint[],
  by: (a: PolicyHint, b: PolicyHint) => number,
): readonly HintGroup[] {
  const groups = new Map<string, PolicyHint[]>();
  for (const hint of [...hints].sort(by)) {
    const key = `${hint.weight < 0 ? '−' : '+'} ${patternKey(hint.pattern)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [hint]);
    else group.push(hint);
  }
  return [...groups].map(([key, own]) => {
    const [strongest = own[0] as PolicyHint, ...rest] = own.sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
    return { key, what: actionWords(strongest.pattern, strongest.weight), hints: [strongest, ...rest] };
  });
}

/** Whether all words occur in the hint as it reads, or in what it does whatever the cue. */
export function isSaid(hint: PolicyHint, words: readonly string[]): boolean {
  const text = `${hintWords(hint, hint.weight)} ${actionWords(hint.pattern, hint.weight)}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

/** When it acts, as a row of its group: “says “average””. */
export const rowWords = ({ cue, pattern }: PolicyHint): string => cueWordsOf(cue, pattern) ?? '(in every question)';

/** A hint by name: “When the question says “name”: …” */
export const nameOf = (hint: PolicyHint): string => `“${hintWords(hint, hint.weight)}”`;
