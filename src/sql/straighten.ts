/** SQL set by a word processor or an input method: curly and full-width quotes, full-width signs, odd spaces. */

/** Characters between two curly quotes that can still be one value. */
const LONGEST_QUOTED = 300;
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]|\ufe0f/;
const WIDE_SPACE = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/;
const FULL_WIDTH = /[\uff01-\uff20\uff3b-\uff3e\uff40\uff5b-\uff5e]/;
const SINGLE = /[\u2018-\u201b\u2032\u00b4\uff07]/;
const DOUBLE = /[\u201c-\u201f\u2033\u00ab\u00bb\uff02]/;
const CLOSE_SINGLE = /[\u2018\u2019\u2032\u00b4\uff07']/;
const CLOSE_DOUBLE = /[\u201c\u201d\u2033\u00bb\uff02"]/;
/** A name with its unit in full-width parentheses. */
const UNIT = /[^\0-\u007f\uff01-\uff65]（[^（），。：；\n]{1,20}）/y;
const OTHER: Readonly<Record<string, string>> = { '、': ',', '−': '-' };

export interface Straightened {
  readonly text: string;
  /** The offset in the original of an offset in `text`. */
  offset(of: number): number;
}

/**
 * text[start, limit), which begins in SQL and not in one of its literals, with typographic signs outside ASCII-quoted
 * literals and comments made plain; null
 * when there are none.
 */
export function straightened(text: string, start: number, limit: number, close: string): Straightened | null {
  const parts: string[] = [];
  /** Pairs of offsets, in the new text and in the original: what lies between two pairs moved by as much. */
  const moves: [number, number][] = [[0, start]];
  let length = 0;
  let changed = false;
  const add = (piece: string, taken: number, at: number): number => {
    parts.push(piece);
    length += piece.length;
    if (piece.length !== taken) moves.push([length, at + taken]);
    return at + taken;
  };
  for (let at = start; at < limit;) {
    const c = text.charAt(at);
    // What closes the whole is no quote of the query's own.
    if (c === close && c > '\u007f') break;
    UNIT.lastIndex = at;
    const unit = UNIT.exec(text)?.[0].length ?? 0;
    const end = unit > 0 ? at + unit : endOfLiteral(text, at, limit);
    if (end > at) {
      at = add(text.slice(at, end), end - at, at);
      continue;
    }
    changed ||= c > '\u007f' && (SINGLE.test(c) || DOUBLE.test(c) || INVISIBLE.test(c) || WIDE_SPACE.test(c));
    if (SINGLE.test(c) || DOUBLE.test(c)) {
      const single = SINGLE.test(c);
      const quote = single ? "'" : '"';
      const last = closing(text, at + 1, limit, single ? CLOSE_SINGLE : CLOSE_DOUBLE);
      if (last < 0) at = add(quote, 1, at);
      else {
        // Whoever curls the quotes curls the apostrophes too.
        const inner = text.slice(at + 1, last);
        const plain = single ? inner.replace(/[\u2018\u2019]/g, "'") : inner;
        at = add(quote + plain.replaceAll(quote, quote + quote) + quote, last + 1 - at, at);
      }
    } else if (INVISIBLE.test(c)) at = add('', 1, at);
    else if (WIDE_SPACE.test(c)) at = add(' ', 1, at);
    else {
      const plain = FULL_WIDTH.test(c) ? String.fromCharCode(c.charCodeAt(0) - 0xfee0) : (OTHER[c] ?? c);
      changed ||= plain !== c;
      at = add(plain, 1, at);
    }
  }
  if (!changed) return null;
  return {
    text: parts.join(''),
    offset: (of) => {
      const move = moves.findLast(([here]) => here <= of) ?? [0, start];
      return move[1] + of - move[0];
    },
  };
}

/** The end of the ASCII-quoted literal, quoted name or comment at `at`; `at` where none begins or it never ends. */
function endOfLiteral(text: string, at: number, limit: number): number {
  const c = text.charAt(at);
  const two = c + text.charAt(at + 1);
  const close = two === '--' ? '\n' : two === '/*' ? '*/' : c === '[' ? ']' : c;
  if (two !== '--' && two !== '/*' && c !== "'" && c !== '"' && c !== '`' && c !== '[') return at;
  const found = text.indexOf(close, at + (two === '/*' ? 2 : 1));
  return found < 0 || found >= limit ? at : found + close.length;
}

/** The curly quote that closes one opened before `from`: on its line, not an apostrophe between letters; or -1. */
function closing(text: string, from: number, limit: number, ends: RegExp): number {
  const last = Math.min(limit, from + LONGEST_QUOTED);
  for (let i = from; i < last && text.charAt(i) !== '\n'; i += 1)
    if (ends.test(text.charAt(i)) && !/\w/.test(text.charAt(i + 1))) return i;
  return -1;
}
