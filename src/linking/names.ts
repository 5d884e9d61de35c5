/** Tables and columns a question names. */
import { measuredBy, superlativeOf, synonymsOf } from './lexicon.ts';
import type { NameForm, NameForms } from './name-forms.ts';
import type { SchemaIndex } from './schema-index.ts';
import type { ColumnLink, MatchKind, Span, TableLink, Token } from './types.ts';
import { expansionOf, familyOf, isKnownWord, rootOf } from './word-families.ts';
import { editDistance } from './value-index.ts';
import { splitIdentifier, stemOf } from './words.ts';

/** What a word of a name is worth when it is said in another form. */
const WORTH = {
  same: 1,
  family: 0.9,
  abbreviation: 0.85,
  misspelt: 0.8,
  part: 0.8,
  root: 0.75,
  synonym: 0.7,
  measured: 0.6,
};
/** Shorter words one letter apart are different words. */
const SHORTEST_MISSPELT = 6;
const SHORTEST_PART = 4;
/** Weaker partial matches are no links. */
const LEAST_TABLE = 0.35;
const LEAST_COLUMN = 0.3;
const LEAST_DESCRIBED = 0.5;
/** Mentions of one stem that are looked at: a longer list is no question. */
const HITS_OF_STEM = 12;
const MENTIONS_OF_NAME = 4;
/** Words a run-together name may be said in ("order items" for `orderitems`). */
const JOINED_WORDS = 4;
const SKELETON = 3;

/** A mention within this share of the best one's score is as good. */
const AS_GOOD = 0.85;

/** What a table beside a column's name adds to its rank among links. */
const BESIDE = 0.25;

interface Hit {
  readonly at: number;
  readonly worth: number;
  readonly stop: boolean;
}

export interface NameMatch {
  readonly span: Span;
  readonly match: MatchKind;
  readonly score: number;
}

export interface NameLinks {
  readonly tables: TableLink[];
  readonly columns: ColumnLink[];
}

export function linkNames(tokens: readonly Token[], index: SchemaIndex): NameLinks {
  const tableMatches = matchNames(tokens, index.tableForms);
  const columnMatches = matchNames(tokens, index.columnForms);
  const tables = [...index.tables.keys()].flatMap((table, t): TableLink[] => {
    const [best] = tableMatches.get(t) ?? [];
    return best === undefined || (best.match === 'partial' && best.score < LEAST_TABLE)
      ? []
      : [{ table, ...best, mentions: mentionsLike(best, tableMatches.get(t) ?? []) }];
  });
  const said = tablesSaid(tokens.length, [...index.tables.keys()], tableMatches);
  const columnWords = new Set(
    [...columnMatches.values()].flatMap((matches) =>
      matches.filter(({ match }) => match !== 'partial').flatMap(({ span }) => range(span)),
    ),
  );
  const beside = new Map<string, ReadonlySet<string>>();
  const besideOf = (span: Span): ReadonlySet<string> => {
    const key = `${span.first}-${span.last}`;
    let found = beside.get(key);
    if (found === undefined) beside.set(key, (found = tablesBeside(span, tokens, said, columnWords)));
    return found;
  };
  const columns = index.columns.flatMap((entry, c): ColumnLink[] => {
    let best: ColumnLink | null = null;
    for (const match of columnMatches.get(c) ?? []) {
      if (match.match === 'partial' && match.score < LEAST_COLUMN) continue;
      const besideTable = besideOf(match.span).has(entry.table);
      // A name of this table's own, said beside it, is as good as its full name.
      const score = besideTable && match.match !== 'partial' ? Math.min(1, match.score / 0.9) : match.score;
      if (best === null || score + (besideTable ? BESIDE : 0) > best.score + (best.besideTable ? BESIDE : 0))
        best = { table: entry.table, column: entry.column, ...match, score, besideTable, mentions: [] };
    }
    return best === null ? [] : [{ ...best, mentions: mentionsLike(best, columnMatches.get(c) ?? []) }];
  });
  const tableScores = new Map(tables.map(({ table, score }) => [table, score]));
  tables.sort((a, b) => b.score - a.score || a.span.first - b.span.first);
  const rank = (link: ColumnLink): number => link.score + (link.besideTable && link.match !== 'partial' ? BESIDE : 0);
  columns.sort(
    (a, b) =>
      rank(b) - rank(a) ||
      (tableScores.get(b.table) ?? 0) - (tableScores.get(a.table) ?? 0) ||
      a.span.first - b.span.first,
  );
  return { tables, columns };
}

/** Of all places where a name is said, those that say it as well as the best does, or nearly. */
function mentionsLike(best: NameMatch, matches: readonly NameMatch[]): Span[] {
  const spans = new Map<string, Span>();
  for (const { span, match, score } of [best, ...matches])
    if (score >= AS_GOOD * best.score && (match === 'partial') === (best.match === 'partial'))
      spans.set(`${span.first}-${span.last}`, span);
  return [...spans.values()].sort((a, b) => a.first - b.first || a.last - b.last);
}

/** By position in the list of names: where it is said, best first, earlier first among equals. */
function matchNames(tokens: readonly Token[], forms: NameForms): ReadonlyMap<number, NameMatch[]> {
  const hits = new Map<string, Hit[]>();
  const hit = (stem: string, at: number, worth: number): void => {
    const list = hits.get(stem);
    const token = tokens[at];
    if (list === undefined) hits.set(stem, [{ at, worth, stop: token?.stop === true }]);
    else if (list.length < HITS_OF_STEM) list.push({ at, worth, stop: token?.stop === true });
  };
  const touched = new Set<NameForm>();
  tokens.forEach((token, at) => {
    for (const [stem, worth] of readings(token, forms)) {
      const found = forms.byStem.get(stem);
      if (found === undefined) continue;
      hit(stem, at, worth);
      for (const form of found) touched.add(form);
    }
  });
  const matches = new Map<number, NameMatch[]>();
  const add = (name: number, match: NameMatch): void => {
    const list = matches.get(name);
    if (list === undefined) matches.set(name, [match]);
    else list.push(match);
  };
  for (const form of touched) {
    const found = matchForm(form.stems, hits);
    for (const { name, factor, described } of form.users)
      for (const match of found) {
        const scored = factor === 1 ? match : { ...match, score: match.score * factor };
        if (described === undefined) add(name, scored);
        // What a description says is never the name itself, and a word of it alone says little.
        else if (match.match !== 'partial') add(name, { ...scored, match: 'synonym' });
        else if (scored.score >= LEAST_DESCRIBED) add(name, scored);
      }
  }
  addJoined(tokens, forms, add);
  for (const list of matches.values()) list.sort((a, b) => b.score - a.score || a.span.first - b.span.first);
  return matches;
}

/**
 * Where in the question a form of k words is said: in a window of up to k + 2 tokens, the worth of the words found
 * over k. Function words of a question match only inside a longer name.
 */
function matchForm(stems: readonly string[], hits: ReadonlyMap<string, readonly Hit[]>): NameMatch[] {
  const [only] = stems;
  if (stems.length === 1 && only !== undefined) {
    return (hits.get(only) ?? []).slice(0, MENTIONS_OF_NAME * 2).map(({ at, worth }): NameMatch => ({
      span: { first: at, last: at },
      match: worth === WORTH.same ? 'exact' : 'synonym',
      score: worth,
    }));
  }
  const all = stems
    .flatMap((stem, s) => (hits.get(stem) ?? []).map((one) => ({ ...one, s })))
    .sort((a, b) => a.at - b.at || b.worth - a.worth);
  const found: NameMatch[] = [];
  const worths: (number | undefined)[] = [];
  for (let start = 0; start < all.length; start++) {
    const first = all[start]?.at ?? 0;
    if (start > 0 && all[start - 1]?.at === first) continue;
    worths.length = 0;
    let last = first;
    let content = false;
    let usedAt = -1;
    for (let i = start; i < all.length; i++) {
      const one = all[i];
      if (one === undefined || one.at >= first + stems.length + 2) break;
      // One token says one word of a name.
      if (one.at === usedAt || (worths[one.s] ?? 0) >= one.worth) continue;
      worths[one.s] = one.worth;
      usedAt = one.at;
      last = one.at;
      if (!one.stop) content = true;
    }
    if (!content) continue;
    let sum = 0;
    let count = 0;
    let same = 0;
    for (const worth of worths) {
      if (worth === undefined) continue;
      sum += worth;
      count++;
      if (worth === WORTH.same) same++;
    }
    found.push({
      span: { first, last },
      match: count < stems.length ? 'partial' : same === stems.length ? 'exact' : 'synonym',
      score: sum / stems.length,
    });
  }
  return found.sort((a, b) => b.score - a.score || a.span.first - b.span.first).slice(0, MENTIONS_OF_NAME);
}

/**
 * Names said run together, or typed as they stand in the schema: "order_items", "orderitems", "order items" for
 * `OrderItems`.
 */
function addJoined(tokens: readonly Token[], forms: NameForms, add: (name: number, match: NameMatch) => void): void {
  const matched = new Map<number, number>();
  tokens.forEach((token, first) => {
    let written = '';
    let stemmed = '';
    for (let last = first; last < Math.min(tokens.length, first + JOINED_WORDS); last++) {
      const part = tokens[last];
      if (part === undefined || part.kind === 'number' || (part.stop && last === first && token.text.length < 4)) break;
      const folded = part.lower.replace(/[^\p{L}\p{N}]+/gu, '');
      written += folded;
      stemmed += part.text.includes('_') ? folded : part.stem;
      for (const joined of new Set([written, stemmed])) {
        for (const name of forms.byJoined.get(joined) ?? []) {
          const times = matched.get(name) ?? 0;
          matched.set(name, times + 1);
          if (times < MENTIONS_OF_NAME) add(name, { span: { first, last }, match: 'exact', score: 1 });
        }
      }
    }
  });
}

const READINGS_KEPT = 4000;
const remembered = new WeakMap<NameForms, Map<string, readonly (readonly [string, number])[]>>();

/**
 * Stems of names by which a token may say one, with their worth: its own, its family's, its synonyms', what it
 * abbreviates.
 */
function readings(token: Token, forms: NameForms): readonly (readonly [string, number])[] {
  if (token.kind === 'number') return [];
  let known = remembered.get(forms);
  if (known === undefined) remembered.set(forms, (known = new Map<string, readonly (readonly [string, number])[]>()));
  const key = token.kind === 'quoted' ? `"${token.text}` : token.text;
  let found = known.get(key);
  if (found === undefined) {
    found = [...readingsOf(token, forms)];
    if (known.size >= READINGS_KEPT) known.clear();
    known.set(key, found);
  }
  return found;
}

function readingsOf(token: Token, forms: NameForms): ReadonlyMap<string, number> {
  const map = new Map<string, number>();
  const add = (stem: string, worth: number): void => {
    if (forms.byStem.has(stem) && (map.get(stem) ?? 0) < worth) map.set(stem, worth);
  };
  // A quoted word may be a name, a quoted phrase hardly.
  if (token.kind === 'quoted' && /\s/u.test(token.text.trim())) return map;
  const stem = token.kind === 'quoted' ? stemOf(token.text) : token.stem;
  const property = superlativeOf(token.lower)?.property ?? comparedProperty(token.lower);
  add(stem, WORTH.same);
  const parts = splitIdentifier(token.text);
  if (parts.length > 1) for (const part of parts) add(stemOf(part), WORTH.same);
  for (const root of property === null ? [stem] : [stem, stemOf(property)]) {
    if (root !== stem) add(root, WORTH.synonym);
    for (const other of familyOf(root)) add(other, root === stem ? WORTH.family : WORTH.synonym);
    for (const other of synonymsOf(root)) add(other, WORTH.synonym);
    for (const other of measuredBy(root)) add(other, WORTH.measured);
  }
  if (token.stop || token.kind === 'quoted') return map;
  for (const other of forms.byRoot.get(rootOf(stem)) ?? [])
    if (other !== stem && other.length > 3) add(other, WORTH.root);
  if (token.lower.length >= SHORTEST_PART) {
    const misspelt = map.size === 0 && token.lower.length >= SHORTEST_MISSPELT && !isKnownWord(token.lower);
    for (const [word, other] of forms.words) {
      if (beginsOrEnds(word, token.lower)) add(other, WORTH.part);
      else if (misspelt && word[0] === token.lower[0] && editDistance(token.lower, word, 1) === 1)
        add(other, WORTH.misspelt);
    }
  }
  for (const short of abbreviationsOf(token.lower)) if (forms.short.has(short)) add(stemOf(short), WORTH.abbreviation);
  return map;
}

/** Is a run-together name this word and a known one ("ticketqty" and "ticket")? */
function beginsOrEnds(name: string, word: string): boolean {
  if (name.length <= word.length + 1 || isKnownWord(name)) return false;
  const rest = name.startsWith(word) ? name.slice(word.length) : name.endsWith(word) ? name.slice(0, -word.length) : '';
  return rest !== '' && (rest === 'id' || expansionOf(rest) !== null || (rest.length > 2 && isKnownWord(rest)));
}

/** "longer", "heavier" name a property as "longest" does. */
function comparedProperty(lower: string): string | null {
  return lower.endsWith('er') && lower.length > 4
    ? (superlativeOf(`${lower.slice(0, -2)}est`)?.property ?? null)
    : null;
}

/** Short forms of a word: its beginnings of three letters or more, and its first letter with its consonants. */
function abbreviationsOf(lower: string): string[] {
  if (lower.length < SKELETON + 2) return [];
  const prefixes = Array.from({ length: Math.min(6, lower.length - 2) - SKELETON + 1 }, (_, i) =>
    lower.slice(0, SKELETON + i),
  ).filter((prefix) => !isKnownWord(prefix));
  const skeleton = lower.slice(0, 1) + lower.slice(1).replace(/[aeiou]/gu, '');
  const single = skeleton.replace(/(.)\1+/gu, '$1');
  return skeleton.length >= SKELETON ? [...prefixes, skeleton, single] : prefixes;
}

/** For each token, the tables it names in full. */
function tablesSaid(
  length: number,
  names: readonly string[],
  matches: ReadonlyMap<number, readonly NameMatch[]>,
): readonly ReadonlySet<string>[] {
  const said = Array.from({ length }, () => new Set<string>());
  for (const [name, list] of matches) {
    for (const { span, match } of list)
      if (match !== 'partial') for (const at of range(span)) said[at]?.add(names[name] ?? '');
  }
  return said;
}

const OF_WORDS = new Set(['of', 'for', 'from', 'in', 'by', 'on', 'to']);
const REACH_RIGHT = 10;
const REACH_LEFT = 7;
/** Other words between a column and its table: "name of the youngest singer". */
const BETWEEN = 1;

/**
 * The tables said beside a column: within its own words, right before it, or after it behind an "of". Other columns may
 * stand in between.
 */
function tablesBeside(
  span: Span,
  tokens: readonly Token[],
  said: readonly ReadonlySet<string>[],
  columnWords: ReadonlySet<number>,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const at of range(span)) for (const table of said[at] ?? []) found.add(table);
  const take = (at: number): boolean => {
    const tables = said[at];
    if (tables === undefined || tables.size === 0) return false;
    for (const table of tables) found.add(table);
    return true;
  };
  let of = false;
  let others = 0;
  for (let at = span.last + 1; at <= span.last + REACH_RIGHT && at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    if (OF_WORDS.has(token.lower)) of = true;
    else if (of && take(at)) break;
    else if (!token.stop && !columnWords.has(at) && (!of || ++others > BETWEEN)) break;
  }
  for (let at = span.first - 1; at >= Math.max(0, span.first - REACH_LEFT); at--) {
    const token = tokens[at];
    if (token === undefined) break;
    // "singers and the name of": what follows "of" belongs to the right.
    if (take(at)) break;
    if (!token.stop && !columnWords.has(at)) break;
  }
  return found;
}

const range = ({ first, last }: Span): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);
