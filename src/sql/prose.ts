/** Is what follows a query prose, or more of a wrong query? Only prose is cut off: a wrong query stays wrong. */
import { KEYWORDS } from './lex.ts';
import { TYPOGRAPHIC } from './markup.ts';

const LETTER = /\p{L}/u;
const STATEMENT = /^(?:select|with|values|insert|update|delete|create|drop|pragma|explain)\b/i;

/** `rest` begins with the line break behind the query; `capitals`: it writes its keywords in capitals. */
export function isProseLine(rest: string, capitals: boolean): boolean {
  const blank = /^\s*?\n[^\S\n]*\n/.test(rest);
  const line = rest
    .trimStart()
    .replace(/\n[\s\S]*$|<[|｜/][\s\S]*$|<\w+>$/, '')
    .trim();
  if (line === '' || STATEMENT.test(line)) return true;
  // Lists, headings, quotes, tables, rules, tags.
  if (/^(?:[-*+•#|>]+\s|[-*_=#]{3,}|\d+[.)]\s|<|\[|!|\\|"""|''')/.test(line)) return true;
  const word = /^[(*_"'`]*([\p{L}\p{M}\p{N}_’']+)/u.exec(line)?.[1];
  if (word === undefined) return TYPOGRAPHIC.test(line.charAt(0)) || /[^\0-\u007f]/.test(line.charAt(0));
  if (/^[^\0-\u007f]/.test(word)) return !/[=<>]/.test(line);
  if (new RegExp(`^[*_]*${word.replace(/[’']/g, '.')}[*_]*\\s?[:：]`, 'u').test(line)) return true;
  const keyword = KEYWORDS.has(word.toUpperCase());
  const plain = plainWords(line);
  if (LETTER.test(word.charAt(0)) && word !== word.toLowerCase() && (word !== word.toUpperCase() || word.length === 1))
    return !keyword || plain >= 3 || capitals;
  if (word === word.toLowerCase()) {
    if (keyword && !capitals) return foreignWords(line) >= 3;
    if (keyword) return plain >= 3;
    return plain >= 2 || blank || /[.:!?…。]$/.test(line);
  }
  return keyword ? foreignWords(line) >= 3 : plain >= 3 || blank;
}

/** The longest run of bare words that are no keywords at all. */
function foreignWords(line: string): number {
  let [run, most] = [0, 0];
  for (const word of line.split(/\s+/)) {
    const bare = word.replace(/[.,;:!?]+$/, '');
    run = /^[\p{L}\p{M}’'-]+$/u.test(bare) && !KEYWORDS.has(bare.toUpperCase()) ? run + 1 : 0;
    most = Math.max(most, run);
  }
  return most;
}

/** The longest run of words that are no keywords in capitals. */
function plainWords(line: string): number {
  let [run, most] = [0, 0];
  for (const word of line.split(/\s+/)) {
    const bare = word.replace(/[.,;:!?()“”"'’]+$/u, '').replace(/^[("'“]+/u, '');
    const plain =
      /^[\p{L}\p{M}’'-]+$/u.test(bare) && !(KEYWORDS.has(bare.toUpperCase()) && bare === bare.toUpperCase());
    run = plain ? run + 1 : 0;
    most = Math.max(most, run);
  }
  return most;
}

/**
 * `rest` stands on the query's own line. In a sentence words follow, behind a literal those of a script without spaces,
 * and punctuation followed by words anywhere.
 */
export function isProseOnLine(rest: string, spaced: boolean, inSentence: boolean, bareAlias: boolean): boolean {
  const line = rest.replace(/\n[\s\S]*$|<[|｜/][\s\S]*$|<\w+>$/, '');
  const mark = /^[^\S\n]*([,，、；：:—–-]|\p{P}|\p{Extended_Pictographic})/u.exec(line)?.[1];
  if (mark !== undefined && TYPOGRAPHIC.test(mark)) {
    const tail = line.slice(mark.length).trim();
    if (!/[，、；：（）＝＜＞＊＋－／％｜＆]/.test(mark)) return !/^[‘’“”＇＂]/.test(mark) || tail === '' || inSentence;
    if (mark === '（') return /^[\p{L}\p{M}\s，。、]+）/u.test(tail) && !/^[\0-\u007f]+）/.test(tail);
    // A list in full-width commas goes on; a sentence does too, but with no sign of SQL in it.
    return tail === '' ? mark !== '，' : !/^[\0-\u007f]/.test(tail) && !/[\w'"]/.test(tail);
  }
  if (/[=<>]/.test(line)) return false;
  if (mark === ',' || mark === '—' || mark === '(' || mark === ':') {
    const tail = line.slice(mark.length).trim();
    return plainWords(tail.split(/[,.]/)[0] ?? '') >= (inSentence ? 1 : 3) && !/\b[A-Z]{2,}\b/.test(tail);
  }
  if (bareAlias) return false;
  if (/^[^\0-\u024f]/.test(rest) && LETTER.test(rest.charAt(0))) return true;
  return inSentence && spaced && /^[\p{L}\p{M}’']+(?:[\s.,;:!?)]|$)/u.test(rest) && !/^[A-Z]{2,}\b/.test(rest);
}
