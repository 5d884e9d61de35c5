/** The ways in which the names of a schema may be said, shared by all names that are said alike. */
import type { SaidForm } from './described.ts';
import { expansionOf, isKnownWord, rootOf, splitGlued } from './word-families.ts';
import { splitIdentifier, stemOf } from './words.ts';

/** One way to say a name: its words as stems. */
export interface NameForm {
  readonly stems: readonly string[];
  readonly users: FormUser[];
}

export interface FormUser {
  /** Position in the list of names the forms were made for. */
  readonly name: number;
  /** (0, 1]: how well this form stands for the name. */
  readonly factor: number;
  /** A description says so, and not the name. */
  readonly described?: true;
}

export interface NameForms {
  readonly forms: readonly NameForm[];
  /** Forms that contain a stem. */
  readonly byStem: ReadonlyMap<string, readonly NameForm[]>;
  /** Names by their letters and digits run together, as stems and as written: "orderitem", "orderitems". */
  readonly byJoined: ReadonlyMap<string, readonly number[]>;
  /** Stems of the schema by derivational root, for words of one family. */
  readonly byRoot: ReadonlyMap<string, readonly string[]>;
  /**
   * Longer words of names as written, with their stems: for misspellings, and for run-together words that the question
   * takes apart.
   */
  readonly words: ReadonlyMap<string, string>;
  /** Short words of names that may be abbreviations, by themselves. */
  readonly short: ReadonlySet<string>;
}

export interface Nameable {
  readonly written: string;
  /** Stems the schema index uses for it: without prefixes that all names share. */
  readonly stems: readonly string[];
  /** Stems of the table it belongs to; [] for a table. */
  readonly owner: readonly string[];
  /** Ways to say it that its description gives. */
  readonly said?: readonly SaidForm[];
}

const TABLE_RELATIVE = 0.9;
const BOOLEAN_PREFIX = new Set(['is', 'ha', 'has', 'can', 'wa', 'doe', 'allow'].map(stemOf));
const NAME = stemOf('name');
const FULL = stemOf('full');
const PARTS_OF_NAME = new Set('first last given family'.split(' ').map(stemOf));
const UNITS = new Set('million thousand km kg cm mm lb usd eur percent'.split(' ').map(stemOf));
const SHORTEST_ABBREVIATION = 3;
const LONGEST_ABBREVIATION = 6;
const LONG_WORD = 6;

/**
 * Every form of every name; linear in their number. @param schemaWords words of all names, to split run-together ones
 * by
 */
export function makeNameForms(names: readonly Nameable[], schemaWords: ReadonlySet<string>): NameForms {
  const forms = new Map<string, NameForm>();
  const byStem = new Map<string, NameForm[]>();
  const byJoined = new Map<string, number[]>();
  const byRoot = new Map<string, string[]>();
  const short = new Set<string>();
  const long = new Map<string, string>();
  names.forEach((nameable, name) => {
    const own = new Map<string, { stems: readonly string[]; factor: number; described?: true }>();
    const add = (stems: readonly string[], factor: number): void => {
      const key = stems.join(' ');
      if (stems.length > 0 && (own.get(key)?.factor ?? 0) < factor) own.set(key, { stems, factor });
    };
    for (const { stems, factor } of spellings(nameable, schemaWords)) {
      add(stems, factor);
      // `album_title` in `album` is also just "title".
      const relative = stems.filter((stem) => !nameable.owner.includes(stem));
      if (relative.length > 0 && relative.length < stems.length) add(relative, factor * TABLE_RELATIVE);
      if (stems.length > 1 && BOOLEAN_PREFIX.has(stems[0] ?? '')) add(stems.slice(1), factor * 0.95);
      const [last] = stems.slice(-1);
      if (stems.length > 1 && UNITS.has(last ?? '')) add(stems.slice(0, -1), factor * 0.95);
    }
    for (const { stems, factor } of nameable.said ?? [])
      if (!own.has(stems.join(' '))) own.set(stems.join(' '), { stems, factor, described: true });
    for (const { stems, factor, described } of own.values()) {
      const key = stems.join(' ');
      let form = forms.get(key);
      if (form === undefined) {
        forms.set(key, (form = { stems, users: [] }));
        for (const stem of new Set(stems)) push(byStem, stem, form);
      }
      form.users.push(described === undefined ? { name, factor } : { name, factor, described });
    }
    const written = splitIdentifier(nameable.written);
    for (const joined of new Set([written.join(''), written.map(stemOf).join(''), nameable.stems.join('')]))
      if (joined.length >= 4) push(byJoined, joined, name);
    for (const word of written) if (word.length >= LONG_WORD && byStem.has(stemOf(word))) long.set(word, stemOf(word));
    for (const word of written)
      if (word.length >= SHORTEST_ABBREVIATION && word.length <= LONGEST_ABBREVIATION && !isKnownWord(word))
        short.add(word);
  });
  for (const stem of byStem.keys()) push(byRoot, rootOf(stem), stem);
  return { forms: [...forms.values()], byStem, byJoined, byRoot, words: long, short };
}

/** The name as it stands, with run-together words split, and with abbreviations written out. */
function spellings(
  { written, stems, owner }: Nameable,
  schemaWords: ReadonlySet<string>,
): { stems: readonly string[]; factor: number }[] {
  const found: { stems: readonly string[]; factor: number }[] = [{ stems: [...new Set(stems)], factor: 1 }];
  const words = splitIdentifier(written).slice(-Math.max(1, stems.length));
  const split = words.flatMap((word) => splitGlued(word, schemaWords) ?? [word]);
  if (split.length > words.length) found.push({ stems: [...new Set(split.map(stemOf))], factor: 1 });
  const long = split.flatMap((word) => expansionOf(word) ?? [word]);
  if (long.join(' ') !== split.join(' ')) found.push({ stems: [...new Set(long.map(stemOf))], factor: 0.97 });
  const whole = expansionOf(words.join(''));
  if (whole !== null) found.push({ stems: [...new Set(whole.map(stemOf))], factor: 0.97 });
  // `uid` of users, `doc_id` of doctors: a beginning of the table's name before a word for a key.
  const key = /^(\p{L}+)(id|no|code|key)$/u.exec(words.join(''));
  if (key !== null && owner.length > 0 && owner.join('').startsWith(key[1] ?? '') && key[1] !== owner.join(''))
    found.push({ stems: [...new Set([...owner, stemOf(key[2] ?? '')])], factor: 1 });
  // A full name is all its parts.
  const parts = found.find((one) => one.stems.includes(NAME) && one.stems.some((stem) => PARTS_OF_NAME.has(stem)));
  if (parts !== undefined) found.push({ stems: [FULL, NAME], factor: 0.8 });
  return found;
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
