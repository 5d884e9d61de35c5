/** What a pattern does, in everyday words and the words of the schema. */
import type { HintPattern } from '../types.ts';
import { action, type Action } from './action.ts';
import { fragmentAction } from './fragments.ts';
import { isWordedLink, linkAction } from './links.ts';
import { mentionAction } from './mentions.ts';
import { plain } from './plain.ts';
import { context, isContext, shapeAction, togetherAction } from './shapes.ts';

/** Every pattern has an action: one that is not known is repeated without the marks that only programs use. */
export function actionOf(pattern: HintPattern): Action {
  return wordedAction(pattern) ?? action(`use ${plain(pattern.parts.join(' with ')) || 'this'}`);
}

/** Whether a pattern has words of its own. */
export function isWorded(pattern: HintPattern): boolean {
  return pattern.kind === 'link' ? isWordedLink(pattern.parts) : wordedAction(pattern) !== null;
}

function wordedAction({ kind, parts }: HintPattern): Action | null {
  switch (kind) {
    case 'sentence':
      return action(parts[0] ?? '', parts[0] ?? '');
    case 'link':
      return linkAction(parts);
    case 'pair':
      return pairAction(parts);
    case 'sql':
      return one(parts[0] ?? '');
  }
}

const one = (text: string): Action | null => shapeAction(text) ?? mentionAction(text) ?? fragmentAction(text);

/** Two shapes, the second of which may say what the first is done for; or several at once. */
function pairAction(parts: readonly string[]): Action | null {
  const own = togetherAction(parts);
  if (own !== null) return own;
  const each = parts.map(one);
  const [first] = each;
  const last = parts.at(-1) ?? '';
  if (parts.length === 2 && first != null && isContext(last))
    return action(`${context(last)}, ${first.does}`, `${context(last)}, ${first.doesNot}`);
  if (each.some((part) => part === null)) return null;
  const all = each.map((part) => part?.does ?? '').join(', and ');
  return action(all, `don’t do all of this at once: ${all}`);
}
