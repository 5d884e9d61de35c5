/**
 * Stored values a question mentions: longest texts first, then words of values, other forms, misspellings and
 * true-or-false columns.
 */
import { countryForms, LONGEST_COUNTRY, startsCountry } from './demonyms.ts';
import type { NameLinks } from './names.ts';
import type { SchemaIndex, StoredValue } from './schema-index.ts';
import { overlaps, contains } from './spans.ts';
import type { Span, TableLink, Token, ValueLink } from './types.ts';
import { linkFlags } from './value-forms.ts';
import { foldValue, stemPhrase } from './words.ts';

const LONGEST_VALUE = 10;
/** Columns one mention of a value is linked to. A value in more of them is "yes" or "1": it tells none apart. */
const COLUMNS_OF_VALUE = 50;
/** How well a mention stands for a value. */
const SCORE = { text: 1, stem: 0.8, form: 0.85, fuzzy: 0.7, word: 0.5, words: 0.6 };
/**
 * A name of the schema, a small word among capitals, and a bare number are weak values; a part of a longer value is
 * weaker than the whole.
 */
const NAMED = 0.3;
const LOWERED = 0.4;
const INNER = 0.7;
/** A short stem is shared by words that have nothing to do with each other: "used" and "US". */
const SHORTEST_STEM = 4;
/** "colorado river" with a river of that name: the river is likelier than a text "colorado river" elsewhere. */
const NAMED_INNER = 0.95;
const WHOLE_OF_NAMED = 0.75;
/** Misspelt runs looked up in one question. */
const MOST_FUZZY = 8;
const LONGEST_RUN = 4;

type How = ValueLink['how'];

export function linkValues(
  question: string,
  tokens: readonly Token[],
  index: SchemaIndex,
  names: NameLinks,
): ValueLink[] {
  const finder = new ValueFinder(question, tokens, index, names);
  finder.findWhole();
  finder.findParts();
  return byContext([...finder.links, ...linkFlags(tokens, index, names)], index, names);
}

class ValueFinder {
  readonly links: ValueLink[] = [];
  readonly #question: string;
  readonly #tokens: readonly Token[];
  readonly #index: SchemaIndex;
  readonly #taken: boolean[];
  /** Tokens that name a table or column by themselves. */
  readonly #named: readonly boolean[];
  /** Longer names said in full: a value inside one is none. */
  readonly #longNames: readonly Span[];
  readonly #stems: readonly string[];
  /** The longest span that can be a value, by its first token: most tokens begin none. */
  readonly #longest: readonly number[];
  readonly #tables: readonly TableLink[];
  readonly #usesCapitals: boolean;

  constructor(question: string, tokens: readonly Token[], index: SchemaIndex, { tables, columns }: NameLinks) {
    this.#question = question;
    this.#tokens = tokens;
    this.#index = index;
    this.#tables = tables;
    this.#taken = tokens.map(() => false);
    this.#named = tokens.map(
      (token) =>
        token.kind === 'word' && (index.tableForms.byStem.has(token.stem) || index.columnForms.byStem.has(token.stem)),
    );
    this.#longNames = [...tables, ...columns]
      .filter(({ match, span }) => match === 'exact' && span.last > span.first)
      .map(({ span }) => span);
    this.#stems = tokens.map((token) => stemPhrase(token.text));
    this.#longest = this.#stems.map((stems, at) => {
      const [first = ''] = stems.split(' ', 1);
      return Math.max(index.longestFrom(first), startsCountry(tokens[at]?.lower ?? '') ? LONGEST_COUNTRY : 0);
    });
    // Where capitals are used for names, a lower-case word is seldom one. The first word of a sentence says nothing.
    this.#usesCapitals = tokens.some((token, at) => at > 0 && /^\p{Lu}/u.test(token.text));
  }

  /** Longest spans first; a token explained by a longer value is not looked up again. */
  findWhole(): void {
    const tokens = this.#tokens;
    for (let length = Math.min(LONGEST_VALUE, tokens.length); length >= 1; length--) {
      for (let first = 0; first + length <= tokens.length; first++) {
        const last = first + length - 1;
        if (length > (this.#longest[first] ?? 0) || this.#isTaken(first, last) || this.#isFunction(first, last))
          continue;
        const found = this.#lookUp(first, last);
        if (found === null) continue;
        const only = length === 1 ? tokens[first] : undefined;
        const capital = /^\p{Lu}/u.test(tokens[first]?.text ?? '') || only?.kind === 'quoted';
        const named = this.#isName(first, last) && (!capital || length > 1);
        const lowered = this.#usesCapitals && !capital && length === 1 && /^\p{Lu}/u.test(found.values[0]?.value ?? '');
        const score = SCORE[found.how] * (named ? NAMED : lowered || only?.kind === 'number' ? LOWERED : 1);
        const split = length > 1 && !named && this.#findInner(first, last, score);
        const meant = named ? found.values.filter((value) => !this.#isNameOf(value, first, last)) : found.values;
        this.#add(meant, { first, last }, found.how, split ? score * WHOLE_OF_NAMED : score);
        if (named) continue;
        this.#taken.fill(true, first, last + 1);
      }
    }
  }

  /**
   * "colorado river" may be the value, or the river "colorado": what is left beside the words that name a table or
   * column. True when that reading is the likelier: the name's word is in small letters, and what is left is stored in
   * the table it names.
   */
  #findInner(first: number, last: number, score: number): boolean {
    let likelier = false;
    for (let from = first; from <= last; from++) {
      if (this.#named[from] === true || this.#tokens[from]?.stop === true) continue;
      let to = from;
      while (to < last && this.#named[to + 1] !== true) to++;
      const found = to - from < last - first ? this.#lookUp(from, to) : null;
      const beside = from > first ? from - 1 : to + 1;
      if (found !== null) {
        const small = !/^\p{Lu}/u.test(this.#tokens[beside]?.text ?? '');
        const there = small ? found.values.filter(({ table }) => this.#isTableWord(beside, table)) : [];
        const elsewhere = there.length === 0 ? found.values : found.values.filter((value) => !there.includes(value));
        this.#add(there, { first: from, last: to }, 'inner', score * NAMED_INNER);
        this.#add(elsewhere, { first: from, last: to }, 'inner', score * INNER);
        likelier ||= there.length > 0;
      }
      from = to;
    }
    return likelier;
  }

  #isTableWord(at: number, table: string): boolean {
    return this.#tables.some(
      (link) =>
        link.table === table &&
        link.match !== 'partial' &&
        this.#index.tables.get(table)?.stems.includes(this.#stems[at] ?? '') === true,
    );
  }

  /** What is written like a name but is no whole value: words of longer values, then near spellings. */
  findParts(): void {
    let fuzzy = MOST_FUZZY;
    for (let first = 0; first < this.#tokens.length; first++) {
      if (!this.#looksLikeName(first)) continue;
      let last = first;
      while (
        last - first + 1 < LONGEST_RUN &&
        this.#looksLikeName(last + 1) &&
        this.#tokens[first]?.kind === 'word' &&
        this.#tokens[last + 1]?.kind === 'word'
      )
        last++;
      const run = this.#containing(first, last);
      if (run.length > 0) this.#add(run, { first, last }, 'word', last > first ? SCORE.words : SCORE.word);
      else if (!(fuzzy-- > 0 && this.#addNear(first, last)) && last > first) {
        for (let at = first; at <= last; at++) {
          const word = this.#containing(at, at);
          if (word.length > 0) this.#add(word, { first: at, last: at }, 'word', SCORE.word);
          else if (fuzzy-- > 0) this.#addNear(at, at);
        }
      }
      first = last;
    }
  }

  #addNear(first: number, last: number): boolean {
    const found = this.#index.valuesLike(foldValue(this.#textOf(first, last)));
    if (found.length > 0) this.#add(found, { first, last }, 'fuzzy', SCORE.fuzzy);
    return found.length > 0;
  }

  /** Values that contain all these words. One word must have four letters or more. */
  #containing(first: number, last: number): readonly StoredValue[] {
    const words = this.#stems
      .slice(first, last + 1)
      .join(' ')
      .split(' ')
      .filter((word) => word !== '');
    if (words.length === 1 && (words[0]?.length ?? 0) < 3) return [];
    const lists = words.map((word) => this.#index.valuesByWord(word));
    const [shortest, ...others] = lists.sort((a, b) => a.length - b.length);
    if (shortest === undefined || (words.length > 1 && shortest.length === 0)) return [];
    const sets = others.map((list) => new Set(list));
    return shortest.filter((value) => sets.every((set) => set.has(value)));
  }

  #looksLikeName(at: number): boolean {
    const token = this.#tokens[at];
    if (token === undefined || this.#taken[at] === true || token.stop || token.kind === 'number') return false;
    if (token.kind === 'quoted') return true;
    return at > 0 && /^\p{Lu}/u.test(token.text) && token.text.length >= 4 && this.#named[at] !== true;
  }

  #isTaken(first: number, last: number): boolean {
    for (let at = first; at <= last; at++) if (this.#taken[at] === true) return true;
    return false;
  }

  /** Function words alone are no value, but "US" and "IT" in capitals may be one. */
  #isFunction(first: number, last: number): boolean {
    for (let at = first; at <= last; at++) {
      const token = this.#tokens[at];
      if (token === undefined || token.kind !== 'word' || !token.stop) return false;
    }
    const only = this.#tokens[first];
    return !(
      first === last &&
      only !== undefined &&
      only.text.length > 1 &&
      only.text === only.text.toUpperCase() &&
      only.text !== only.lower &&
      this.#question !== this.#question.toUpperCase()
    );
  }

  /** The words name something of the schema: alone, or as a part of a longer name said in full. */
  #isName(first: number, last: number): boolean {
    if (first === last && this.#named[first] === true) return true;
    return this.#longNames.some((name) => contains(name, { first, last }));
  }

  /** "Which station …" names the column, whatever station is called "Station". */
  #isNameOf({ table, column }: StoredValue, first: number, last: number): boolean {
    const name = this.#index.column(table, column)?.stems.join(' ');
    return name === this.#stems.slice(first, last + 1).join(' ');
  }

  #textOf(first: number, last: number): string {
    const only = this.#tokens[first];
    return first === last && only !== undefined
      ? only.text
      : this.#question.slice(only?.start, this.#tokens[last]?.end);
  }

  #lookUp(
    first: number,
    last: number,
  ): { readonly values: readonly StoredValue[]; readonly how: 'text' | 'stem' | 'form' } | null {
    const folded = foldValue(this.#textOf(first, last));
    const exact = this.#index.valuesByText(folded);
    if (exact.length > 0) return { values: exact, how: 'text' };
    const only = first === last ? this.#tokens[first] : undefined;
    if (only?.kind === 'number') return null;
    let stems = '';
    for (let at = first; at <= last; at++)
      if (this.#stems[at] !== '') stems += stems === '' ? (this.#stems[at] ?? '') : ` ${this.#stems[at] ?? ''}`;
    // "how long" asks; it is no mountain "Longs".
    const asks = only !== undefined && (only.stop || this.#tokens[first - 1]?.lower === 'how');
    const short =
      stems.length < SHORTEST_STEM && only?.kind === 'word' && !(only.lower.endsWith('s') && only.lower.length > 3);
    const stemmed = asks || short ? [] : this.#index.valuesByStems(stems);
    if (stemmed.length > 0) return { values: stemmed, how: this.#sameWords(stemmed, folded) ? 'text' : 'stem' };
    if (last - first >= LONGEST_COUNTRY || this.#tokens[first]?.stop === true) return null;
    for (const form of countryForms(folded)) {
      const values = this.#index.valuesByText(form);
      if (values.length > 0) return { values, how: 'form' };
    }
    return null;
  }

  /** Only accents and punctuation differ. */
  #sameWords(values: readonly StoredValue[], folded: string): boolean {
    const plain = (text: string): string =>
      text
        .normalize('NFD')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}]+/gu, '');
    return plain(values[0]?.value ?? '') === plain(folded);
  }

  #add(values: readonly StoredValue[], span: Span, how: How, score: number): void {
    const match = how === 'word' ? 'partial' : 'exact';
    for (const stored of distinctColumns(values)) this.links.push({ ...stored, span, match, score, how });
  }
}

/** One value a column: the first in the data's order. */
function distinctColumns(found: readonly StoredValue[]): readonly StoredValue[] {
  if (found.length < 2) return found;
  const byColumn = new Map<string, StoredValue>();
  for (const value of found) {
    const key = `${value.table}\n${value.column}`;
    if (!byColumn.has(key)) byColumn.set(key, value);
    if (byColumn.size === COLUMNS_OF_VALUE) break;
  }
  return [...byColumn.values()];
}

const NEAR = 3;

/** Best first; of the columns that hold one value, first those whose column, then whose table is named, best nearby. */
function byContext(links: readonly ValueLink[], index: SchemaIndex, { tables, columns }: NameLinks): ValueLink[] {
  const namedTables = new Map(tables.map((link) => [link.table, link]));
  const namedColumns = new Map(
    columns.filter(({ match }) => match !== 'partial').map((link) => [`${link.table}\n${link.column}`, link]),
  );
  const askedTables = new Set(
    columns.filter(({ match, score }) => match !== 'partial' && score >= 0.85).map(({ table }) => table),
  );
  const ranked = links.map((link) => {
    const column = namedColumns.get(`${link.table}\n${link.column}`);
    const table = namedTables.get(link.table);
    let context = 0;
    if (column !== undefined && !overlaps(column.span, link.span))
      context += overlaps(column.span, link.span, NEAR) ? 3 : 1.5;
    if (table !== undefined && table.match !== 'partial')
      context += overlaps(table.span, link.span) ? 0.5 : overlaps(table.span, link.span, NEAR) ? 2 : 1;
    // "the area of Maine": the table that has what is asked for, and a column in which the value stands for one row.
    if (askedTables.has(link.table)) context += 1;
    const entry = index.column(link.table, link.column);
    const rows = index.tables.get(link.table)?.table.rowCount ?? null;
    if (
      entry?.primaryKey === true ||
      (rows !== null && entry?.profile?.distinctIsExact === true && entry.profile.distinct === rows)
    )
      context += 0.5;
    return { link, context };
  });
  return ranked
    .sort((a, b) => b.link.score - a.link.score || b.context - a.context || a.link.span.first - b.link.span.first)
    .map(({ link }) => link);
}
