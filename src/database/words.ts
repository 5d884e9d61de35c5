/** The words of SQL that SQLite does not compile here, as far as its tokens tell. Linear in the text; never throws. */

/** Comments, texts, names in quotes, bare words, and the ends of statements. Quotes may lack their end. */
const PIECES =
  /--[^\n]*|\/\*[^]*?(?:\*\/|$)|'(?:[^']|'')*'?|"((?:[^"]|"")*)"?|`([^`]*)`?|\[([^\]]*)\]?|[\w$\u0080-\uffff]+|;/g;

export interface Word {
  readonly kind: 'word' | 'quoted' | 'text' | 'end';
  /** Names without their quotes. */
  readonly text: string;
  /** The rest of the text begins here. */
  readonly end: number;
}

/** Without comments. */
function* wordsOf(sql: string): Generator<Word> {
  for (const found of sql.matchAll(PIECES)) {
    const [whole, ...quoted] = found;
    if (whole.startsWith('--') || whole.startsWith('/*')) continue;
    const name = quoted.find((inner) => inner !== undefined);
    const kind = whole === ';' ? 'end' : name !== undefined ? 'quoted' : whole.startsWith("'") ? 'text' : 'word';
    yield { kind, text: name ?? whole, end: found.index + whole.length };
  }
}

/** What may name a table or view, in small letters. What stands before a dot says whose column it is. */
export function namesIn(sql: string): string[] {
  const names: string[] = [];
  for (const { kind, text, end } of wordsOf(sql))
    if ((kind === 'word' || kind === 'quoted') && sql[end] !== '.') names.push(text.toLowerCase());
  return names;
}

/**
 * Whether it is one statement that only reads, going by its words: for SQL that is too large for SQLite to say. What
 * begins with WITH may end in a statement that writes.
 */
export function looksLikeOneRead(sql: string): boolean {
  let first: string | null = null;
  let ended = false;
  for (const { kind, text, end } of wordsOf(sql)) {
    if (ended && kind !== 'end') return false;
    ended ||= kind === 'end';
    if (kind !== 'word') continue;
    const word = text.toUpperCase();
    first ??= word;
    if (first === 'WITH' && /^(INSERT|UPDATE|DELETE|REPLACE)$/.test(word) && !/^\s*\(/.test(sql.slice(end, end + 200)))
      return false;
  }
  return first === 'SELECT' || first === 'WITH' || first === 'VALUES';
}
