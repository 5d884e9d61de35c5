/** JSON, and what models write for it, inside other text: where it is, and what texts it holds. */
import { jsonrepair } from 'jsonrepair';

export interface JsonText {
  /** The innermost key it stands under; '' in a list at the top. */
  readonly key: string;
  readonly text: string;
}

export interface JsonRegion {
  /** Offset behind it. */
  readonly end: number;
  /** It had faults, and what was meant was guessed. */
  readonly mended: boolean;
  /** It ends at the bracket that closes it. */
  readonly closed: boolean;
  readonly texts: readonly JsonText[];
}

/** Repairing takes more than linear time and recurses: no answer is longer or deeper. */
const LONGEST_REPAIRED = 20_000;
const DEEPEST = 40;
const STRING = /"(?:[^"\\\n]|\\[^\n]){0,20000}"/y;
/** Where JSON may begin (sticky): an object with a key, a list of objects or texts. */
export const JSON_START =
  /\{(?:\s{0,200}\/\/[^\n]{0,200}\n)?\s{0,200}(?:["'“][^"'\n“”]{0,60}["'”]|[A-Za-z_]\w{0,40})\s{0,20}[:=]|\[\s{0,200}(?:[{["]|'(?:select|with)\b)/iy;

/** The JSON that begins at `start`; null when it cannot be read, even with its usual faults mended. */
export function jsonAt(text: string, start: number): JsonRegion | null {
  const { end, ends: openEnd, missing } = closeOf(text, start);
  if (end !== null) {
    const strict = parsed(text.slice(start, end), JSON.parse);
    if (strict !== null) return { end, mended: false, closed: true, texts: strict };
  }
  const broken = openEnd - start <= LONGEST_REPAIRED ? parsed(text.slice(start, openEnd) + missing, JSON.parse) : null;
  if (end === null && broken !== null) return { end: openEnd, mended: true, closed: false, texts: broken };
  const whole = text.slice(start, Math.min(text.length, start + LONGEST_REPAIRED));
  const last = Math.max(whole.lastIndexOf('}'), whole.lastIndexOf(']')) + 1;
  const token = whole.search(/<[|｜]|<\/|<\w+>$/);
  const ends = [end === null ? 0 : end - start, last, token, whole.length];
  for (const length of new Set(ends.filter((one) => one > 1 && one <= LONGEST_REPAIRED))) {
    const mended = parsed(whole.slice(0, length), (json) => JSON.parse(jsonrepair(json)) as unknown);
    if (mended !== null) return { end: start + length, mended: true, closed: start + length === end, texts: mended };
  }
  return null;
}

function parsed(json: string, read: (json: string) => unknown): JsonText[] | null {
  try {
    const value = read(json);
    if (typeof value !== 'object' || value === null) return null;
    const texts: JsonText[] = [];
    collect(value, '', texts, 0);
    return texts;
  } catch {
    return null;
  }
}

function collect(value: unknown, key: string, texts: JsonText[], depth: number): void {
  if (depth > DEEPEST) return;
  if (typeof value === 'string') texts.push({ key, text: value });
  else if (Array.isArray(value)) for (const one of value) collect(one, key, texts, depth + 1);
  else if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value)) collect(one, name, texts, depth + 1);
}

/**
 * The string of program code that opens right before `at`, `query="SELECT …\\n"`: its value and the offset behind it.
 * Null for other quotations, and where nothing in it is escaped.
 */
export function stringBefore(text: string, at: number): { readonly value: string; readonly end: number } | null {
  if (text.charAt(at - 1) !== '"') return null;
  STRING.lastIndex = at - 1;
  const literal = STRING.exec(text)?.[0];
  if (literal?.includes('\\') !== true) return null;
  const code = /[=(]\s{0,20}$/.test(text.slice(Math.max(0, at - 22), at - 1));
  if (!code && !literal.includes('\\"')) return null;
  try {
    return { value: String(JSON.parse(literal)), end: at - 1 + literal.length };
  } catch {
    return null;
  }
}

interface Close {
  /** Offset behind the bracket that closes the first one; null when none does. */
  readonly end: number | null;
  /** The same, or what goes on as no JSON does outside its strings (a control token, tag, empty line, sentence), or the
   * text's end. */
  readonly ends: number;
  /** What closes all that is open at `ends`. */
  readonly missing: string;
}

/** A sentence's or statement's last sign, or a new line of prose: no object goes on like this behind a text. */
const BEHIND_UNCLOSED = /^[^\S\n]?(?:[;.。；！](?:\s|[<[]|$)|\n[^\s"'{}[\],:])/;

/** Where the bracket at `start` is closed, brackets in strings aside; where none closes it, what would. */
function closeOf(text: string, start: number): Close {
  let missing = '';
  let token: Close | null = null;
  for (let i = start; i < text.length; i += 1) {
    const c = text.charAt(i);
    if (c === '"') {
      i += 1;
      while (i < text.length && text.charAt(i) !== '"') i += text.charAt(i) === '\\' ? 2 : 1;
      if (i >= text.length) missing = `"${missing}`;
      else if (BEHIND_UNCLOSED.test(text.slice(i + 1, i + 12))) token ??= { end: null, ends: i + 1, missing };
    } else if (c === '{' || c === '[') missing = (c === '{' ? '}' : ']') + missing;
    else if (c === '}' || c === ']') {
      missing = missing.slice(1);
      if (missing === '') return { end: i + 1, ends: i + 1, missing };
    } else if (
      (c === '<' && /[|｜/]/.test(text.charAt(i + 1))) ||
      (c === '\n' && /^\s*\n/.test(text.slice(i + 1, i + 20)))
    )
      token ??= { end: null, ends: i, missing };
  }
  return token ?? { end: null, ends: text.length, missing };
}
