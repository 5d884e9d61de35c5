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
/** Where JSON may begin (sticky): an object with a key, a list of objects or texts. */
export const JSON_START =
  /\{\s{0,200}(?:["'“][^"'\n“”]{0,60}["'”]|[A-Za-z_]\w{0,40})\s{0,20}[:=]|\[\s{0,200}(?:[{["]|'(?:select|with)\b)/iy;

/** The JSON that begins at `start`; null when it cannot be read, even with its usual faults mended. */
export function jsonAt(text: string, start: number): JsonRegion | null {
  const end = closeOf(text, start);
  if (end !== null) {
    const strict = parsed(text.slice(start, end), JSON.parse);
    if (strict !== null) return { end, mended: false, closed: true, texts: strict };
  }
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

/** Offset behind the bracket that closes the one at `start`, brackets in strings aside; null when none does. */
function closeOf(text: string, start: number): number | null {
  let depth = 0;
  for (let i = start; i < text.length; i += 1) {
    const c = text.charAt(i);
    if (c === '"') {
      i += 1;
      while (i < text.length && text.charAt(i) !== '"') i += text.charAt(i) === '\\' ? 2 : 1;
    } else if (c === '{' || c === '[') depth += 1;
    else if (c === '}' || c === ']') {
      depth -= 1;
      if (depth === 0) return i + 1;
    }
  }
  return null;
}
