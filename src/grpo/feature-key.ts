/**
 * The key of a feature: its cue and its pattern as one short text, which is read back to the same data. Nothing else
 * writes keys or reads them. They hold identity only, never the words a cue was met in.
 *
 *   cue | pattern                 `*` for no cue
 *   word  stem                    bigram  parts with spaces between     phrase  "…"      typed  <…>
 *   start ^, then as a bigram     before, after  before:…, after:…      text    ?…
 *   sql   one part                link  slot ~ trait                    pair    a + b    sentence  … ~
 *
 * A mark within a part is escaped by `\`. Ties in the policy are broken by the order of keys.
 */
import type { HintCue, HintPattern } from './types.ts';

/** Stands for the key of a cue where there is none. */
export const NO_CUE_KEY = '*';
const BAR = ' | ';
/** Pieces of a question that stand as what they are, in cues of several parts. */
const PIECE = /^<(?:table|column|value|number|date|quoted)>$/;

const escapeCue = (part: string): string =>
  /[\\|"<>^*:? ]/.test(part) ? part.replace(/[\\|"<>^*:? ]/g, '\\$&') : part;
const escapePattern = (part: string): string => (/[\\|~+]/.test(part) ? part.replace(/[\\|~+]/g, '\\$&') : part);
const unescape = (text: string): string => (text.includes('\\') ? text.replace(/\\(.)/gsu, '$1') : text);
const inRow = (parts: readonly string[]): string =>
  parts.map((part) => (PIECE.test(part) ? part : escapeCue(part))).join(' ');

/** A cue's part of the key. */
export function cueKey({ kind, parts }: HintCue): string {
  const first = parts[0] ?? '';
  switch (kind) {
    case 'word':
      return escapeCue(first);
    case 'bigram':
      return inRow(parts);
    case 'start':
      return `^${inRow(parts)}`;
    // Alone between their marks, phrases and names keep their spaces.
    case 'phrase':
      return `"${escapeCue(first).replaceAll('\\ ', ' ')}"`;
    case 'typed':
      return `<${escapeCue(first).replaceAll('\\ ', ' ')}>`;
    case 'before':
    case 'after':
      return `${kind}:${PIECE.test(first) || first === '^' ? first : escapeCue(first)}`;
    case 'text':
      return `?${escapeCue(first)}`;
  }
}

/** A pattern's part of the key. */
export function patternKey({ kind, parts }: HintPattern): string {
  switch (kind) {
    case 'sql':
      return escapePattern(parts[0] ?? '');
    case 'link':
      return parts.map(escapePattern).join(' ~ ');
    case 'pair':
      return parts.map(escapePattern).join(' + ');
    case 'sentence':
      return `${escapePattern(parts[0] ?? '')} ~`;
  }
}

/** `cue`: null for a feature without one. Different data have different keys. */
export function featureKey(cue: HintCue | null, pattern: HintPattern): string {
  return keyOfParts(cue === null ? NO_CUE_KEY : cueKey(cue), patternKey(pattern));
}

/** The key of a feature by those of its cue and its pattern. */
export const keyOfParts = (cue: string, pattern: string): string => `${cue}${BAR}${pattern}`;

/**
 * Cue and pattern by a key alone, for a hint that is no longer there. Guidance is known by a number, not by its words.
 */
export function featureOfKey(key: string): { readonly cue: HintCue | null; readonly pattern: HintPattern } {
  const at = key.indexOf(BAR);
  if (at < 0) return { cue: null, pattern: { kind: 'sql', parts: [key] } };
  const cue = key.slice(0, at);
  return { cue: cue === NO_CUE_KEY ? null : readCue(cue), pattern: readPattern(key.slice(at + BAR.length)) };
}

function readCue(key: string): HintCue {
  const beside = /^(before|after):/.exec(key)?.[1] as 'before' | 'after' | undefined;
  if (beside !== undefined) return { kind: beside, parts: [unescape(key.slice(beside.length + 1))] };
  if (key.startsWith('?')) return { kind: 'text', parts: [unescape(key.slice(1))] };
  if (key.startsWith('"')) return { kind: 'phrase', parts: [unescape(key.slice(1, -1))] };
  if (key.startsWith('^')) return { kind: 'start', parts: row(key.slice(1)) };
  // Of several pieces each is closed before the next begins.
  if (key.startsWith('<') && /^(?:[^\\<>]|\\.)*$/su.test(key.slice(1, -1)))
    return { kind: 'typed', parts: [unescape(key.slice(1, -1))] };
  const parts = row(key);
  return { kind: parts.length === 1 ? 'word' : 'bigram', parts };
}

/** A mark within a part is escaped, so that no separator stands in one. */
function readPattern(key: string): HintPattern {
  if (key.endsWith(' ~')) return { kind: 'sentence', parts: [unescape(key.slice(0, -2))] };
  const link = key.split(' ~ ');
  if (link.length > 1) return { kind: 'link', parts: link.map(unescape) };
  const pair = key.split(' + ');
  return { kind: pair.length > 1 ? 'pair' : 'sql', parts: pair.map(unescape) };
}

/** The parts between blanks that are not escaped. */
function row(text: string): string[] {
  const parts = [''];
  for (const [piece] of text.matchAll(/\\.|[^\\]/gsu))
    if (piece === ' ') parts.push('');
    else parts[parts.length - 1] += piece;
  return parts.map(unescape);
}
