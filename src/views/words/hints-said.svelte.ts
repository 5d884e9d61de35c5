/**
 * Hints in words, for what is on the page from the start: the words are fetched once there is a hint to be said, so
 * that the first step waits for none of them.
 */
import type * as HintWords from './hint-words.ts';
import type { HintFeature, HintPattern, PolicyHint } from '../../grpo/types.ts';

let words = $state.raw<typeof HintWords | null>(null);
let isAsked = false;

function ask(): typeof words {
  if (words === null && !isAsked) {
    isAsked = true;
    // After what is being drawn. Where it cannot be fetched, the next hint that is drawn asks again.
    setTimeout(() => {
      import('./hint-words.ts').then(
        (fetched) => (words = fetched),
        () => (isAsked = false),
      );
    }, 0);
  }
  return words;
}

const UNSAID = '…';

/** “Take an average”, or what a hint of this weight says not to do. */
export function saidAction(pattern: HintPattern, weight = 1): string {
  const said = ask();
  return said === null ? UNSAID : said.capital(said.actionWords(pattern, weight));
}

/** “if it says “average””, it being the question. */
export function saidCue({ cue, pattern }: Pick<HintFeature, 'cue' | 'pattern'>): string {
  const said = ask();
  if (said === null) return UNSAID;
  const when = said.cueWordsOf(cue, pattern);
  return when === null ? 'in every question' : `if it ${when}`;
}

/** A hint by name, apart from the others that do the same: “When the question says “name”: …” */
export const saidHint = (hint: Pick<PolicyHint, 'cue' | 'pattern' | 'weight'>): string =>
  `“${ask()?.hintWords(hint, hint.weight) ?? UNSAID}”`;

/** With what taught it. */
export const saidWhole = (hint: PolicyHint): string => ask()?.describeHint(hint) ?? UNSAID;

/** “take an average” within a sentence; null while there are no words. */
export const saidWithin = (pattern: HintPattern): string | null => ask()?.actionWords(pattern) ?? null;
