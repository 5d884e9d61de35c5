/** A hint with what taught it, for a reader. */
import { signed } from '../figures.ts';
import type { HintEvidence, PolicyHint } from '../types.ts';
import { hintWords } from './hint.ts';
import { capital } from './plain.ts';

const completions = (count: number): string => `${count} completion${count === 1 ? '' : 's'}`;

/** "1 completion, above its group", "3 completions, 2 of them above their group". */
export function taughtBy({ support, positive }: Pick<HintEvidence, 'support' | 'positive'>): string {
  const above =
    support === 1 ? `${positive === 1 ? 'above' : 'below'} its group` : `${positive} of them above their group`;
  return `${completions(support)}, ${above}`;
}

/** What taught a hint, in numbers; '' for nothing so far. `isGuidance`: a sentence that prompts were given. */
export function evidenceWords({ support, positive, advantage }: HintEvidence, isGuidance = false): string {
  if (support === 0) return '';
  const average = `mean advantage ${signed(advantage / support)}`;
  if (isGuidance)
    return `${capital(average)} in ${completions(support)} that ${support === 1 ? 'was' : 'were'} given it.`;
  return `${capital(average)} in ${taughtBy({ support, positive })}.`;
}

/** A hint in words, with what taught it. */
export function describeHint({
  cue,
  pattern,
  weight,
  evidence,
}: Pick<PolicyHint, 'cue' | 'pattern' | 'weight' | 'evidence'>): string {
  const taught = evidenceWords(evidence, pattern.kind === 'sentence');
  return `${hintWords({ cue, pattern }, weight)}${taught === '' ? '' : ` ${taught}`}`;
}
