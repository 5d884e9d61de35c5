/** What a model thought before it answered is no answer: it is taken out, whatever marks it stands between. */
import { isClosing, REASONING } from './markup.ts';

export interface Answer {
  readonly text: string;
  readonly note: 'reasoning removed' | 'reasoning never ended' | null;
}

type IsLiteral = (at: number) => boolean;

/**
 * The text without its reasoning. Closing marks without an opening one end what a chat template began in the prompt;
 * what begins and never ends takes all that follows. `isLiteral`: this offset lies inside a query.
 */
export function withoutReasoning(text: string, isLiteral: IsLiteral): Answer {
  const channels = finalChannel(text, isLiteral);
  if (channels !== null) return { text: channels, note: 'reasoning removed' };
  const named = withoutNamedParts(text);
  if (named !== null) return named;
  /** Parts taken out, and where each begins to be sure: a closing mark behind it may extend it. */
  const gone: [number, number][] = [];
  let open = -1;
  const closesLater = closings(text);
  const words = [...text.matchAll(/\b(?:select|with|values)\b/gi)];
  const lastWord = words.at(-1)?.index ?? -1;
  for (const found of text.matchAll(REASONING)) {
    if (isLiteral(found.index)) continue;
    const end = found.index + found[0].length;
    if (isQuoted(text, found.index, end)) continue;
    if (!isClosing(found)) {
      if (open < 0 && (!/^\\?\[|^【/.test(found[0]) || closesLater(found[0], end))) open = found.index;
    } else if (open >= 0) {
      gone.push([open, end]);
      open = -1;
    } else {
      const last = gone.at(-1);
      if (last === undefined) gone.push([0, end]);
      // A mark inside the reasoning had closed it too early, unless nothing comes behind this one.
      else if (lastWord >= end) last[1] = end;
      else gone.push([found.index, end]);
    }
  }
  if (open >= 0) gone.push([open, text.length]);
  if (gone.length === 0) return { text, note: null };
  let kept = '';
  let from = 0;
  for (const [a, b] of gone) {
    kept += text.slice(from, a) + '\n';
    from = b;
  }
  return { text: kept + text.slice(from), note: open >= 0 ? 'reasoning never ended' : 'reasoning removed' };
}

/** Right between two quotes, or in a literal of a query on the same line: content even where the query is not whole. */
function isQuoted(text: string, start: number, end: number): boolean {
  const line = text.slice(Math.max(0, start - 300), start).replace(/^[\s\S]*\n/, '');
  const rest = text.slice(end, end + 300).replace(/\n[\s\S]*$/, '');
  if (/(?:['"]|&#39;|&apos;)$/.test(line) && /^(?:['"]|&#39;|&apos;)/.test(rest))
    return /\b(?:select|with)\b/i.test(line);
  const query = line.split(/\b(?:select|with)\b/i);
  if (query.length < 2 || ((query.at(-1) ?? '').split("'").length & 1) === 1) return false;
  const close = rest.indexOf("'");
  return close >= 0 && !/\b(?:select|with|values)\b/i.test(rest.slice(0, close));
}

/** A heading in brackets begins reasoning only where the same word closes it, or it says what it is. */
function closings(text: string): (mark: string, from: number) => boolean {
  const last = new Map<string, number>();
  return (mark, from) => {
    if (/think|reasoning/i.test(mark)) return true;
    const name = mark.replace(/[\\[\]【】]/g, '');
    const known = last.get(name);
    const at = known ?? Math.max(text.lastIndexOf(`[/${name}]`), text.lastIndexOf(`【/${name}】`));
    if (known === undefined) last.set(name, at);
    return at >= from;
  };
}

const HARMONY = /<\|(start|end|message|channel|constrain|return|call)\|>/g;

/**
 * Of a text in channels (`<|channel|>final<|message|>…`) what is said in the final one, or where there is none in those
 * that are not reasoning; null for other texts.
 */
function finalChannel(text: string, isLiteral: IsLiteral): string | null {
  const marks = [...text.matchAll(HARMONY)].filter((mark) => !isLiteral(mark.index));
  if (!marks.some((mark) => mark[1] === 'channel')) return null;
  let channel = '';
  const final: string[] = [];
  const other: string[] = [];
  for (const [i, mark] of marks.entries()) {
    const said = text.slice(mark.index + mark[0].length, marks[i + 1]?.index ?? text.length);
    if (mark[1] === 'channel') channel = /\w+/.exec(said)?.[0].toLowerCase() ?? '';
    else if (mark[1] === 'message' && channel === 'final') final.push(said);
    else if (mark[1] === 'message' && channel !== 'analysis') other.push(said);
  }
  return (final.length > 0 ? final : other).join('\n');
}

/** Reasoning marked by words: channels whose tokens were dropped on the way, and what some templates teach. */
function withoutNamedParts(text: string): Answer | null {
  const [begin, end] = /^\s*(?:assistant)?analysis(?=[A-Z\s])/.test(text)
    ? [/^\s*(?:assistant)?analysis/, /assistantfinal/g]
    : [/^\s*Here(?:'s|’s| is) my thought process:/i, /Here(?:'s|’s| is) my response:/gi];
  if (!begin.test(text)) return null;
  const last = [...text.matchAll(end)].at(-1);
  if (last !== undefined) return { text: text.slice(last.index + last[0].length), note: 'reasoning removed' };
  return /^\s*analysis\s/.test(text) ? null : { text: '', note: 'reasoning never ended' };
}
