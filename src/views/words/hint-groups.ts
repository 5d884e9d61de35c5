/** The hints of a policy by what they do. */
import { patternKey } from '../../grpo/feature-key.ts';
import type { PolicyHint } from '../../grpo/types.ts';
import { count, signed } from '../../charts/format.ts';
import { actionWords, cueWordsOf, hintWords } from '../../grpo/words/hint.ts';

type ByHints = (a: PolicyHint, b: PolicyHint) => number;
const byStrength: ByHints = (a, b) => Math.abs(b.weight) - Math.abs(a.weight);

/** Ways to sort a list of hints. */
export const HINT_ORDERS = {
  strength: { label: 'Strongest', by: byStrength },
  weight: { label: 'Weight, high to low', by: (a, b) => b.weight - a.weight },
  recent: { label: 'Changed last', by: (a, b) => b.updatedAt - a.updatedAt || byStrength(a, b) },
  support: { label: 'Most evidence', by: (a, b) => b.evidence.support - a.evidence.support },
} as const satisfies Readonly<Record<string, { readonly label: string; readonly by: ByHints }>>;

export type HintOrder = keyof typeof HINT_ORDERS;

/** What taught it, in figures. */
export const evidenceWords = ({ evidence: { support, positive, advantage } }: PolicyHint): string =>
  support === 0
    ? 'no evidence yet'
    : `${count(positive)} of ${count(support)} above their group, mean advantage ${signed(advantage / support)}`;

export interface HintGroup {
  /** Of the pattern, and the sign. */
  readonly key: string;
  /** What its hints do, or say not to do. */
  readonly what: string;
  /** The strongest first; at least one. */
  readonly hints: readonly PolicyHint[];
}

/** The hints gathered by what they do; the group whose first hint `by` puts first stands first. */
export function groupHints(hints: readonly PolicyHint[], by: ByHints): readonly HintGroup[] {
  const groups = new Map<string, PolicyHint[]>();
  for (const hint of [...hints].sort(by)) {
    const key = `${hint.weight < 0 ? '−' : '+'} ${patternKey(hint.pattern)}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [hint]);
    else group.push(hint);
  }
  return [...groups].map(([key, own]) => {
    const [strongest = own[0] as PolicyHint, ...rest] = own.sort(byStrength);
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
