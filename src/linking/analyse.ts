/** Question → what it says about the schema. Pure and deterministic; work is bounded by question and index size. */
import type { Schema } from '../grpo/types.ts';
import { findCues } from './cues.ts';
import { findIntent, findNumbers } from './intent.ts';
import { superlativeOf, synonymsOf } from './lexicon.ts';
import { makeSchemaIndex, type SchemaIndex, type StoredValue } from './schema-index.ts';
import type { ColumnLink, MatchKind, QuestionAnalysis, Span, TableLink, Token, ValueLink } from './types.ts';
import { foldValue, stemOf, stemPhrase, tokenise } from './words.ts';

/** Longest question read; what comes after is ignored. */
export const QUESTION_LIMIT = 2000;
const LONGEST_VALUE = 10;
/** Columns one mention of a value is linked to. A value in more of them is "yes" or "1": it tells none apart. */
const COLUMNS_OF_VALUE = 50;

/** Prepares the schema once; the returned function analyses one question. */
export function makeAnalyser(schema: Schema): (question: string) => QuestionAnalysis {
  const index = makeSchemaIndex(schema);
  return (question) => analyse(question, index);
}

export function analyse(question: string, index: SchemaIndex): QuestionAnalysis {
  const text = question.slice(0, QUESTION_LIMIT);
  const tokens = tokenise(text);
  const numbers = findNumbers(tokens);
  const values = linkValues(text, tokens, index);
  const tables = linkTables(tokens, index);
  const columns = linkColumns(tokens, index);
  const intent = findIntent(tokens, numbers);
  return { question: text, tokens, numbers, values, tables, columns, intent, cues: findCues(tokens, values, numbers) };
}

/** Stems by which a token may name something: its own, then its synonyms'. */
function readings(token: Token): ReadonlyMap<string, MatchKind> {
  const map = new Map<string, MatchKind>();
  if (token.kind !== 'word') return map;
  const superlative = superlativeOf(token.lower);
  const roots = superlative?.property == null ? [token.stem] : [token.stem, stemOf(superlative.property)];
  for (const root of roots) for (const synonym of synonymsOf(root)) map.set(synonym, 'synonym');
  for (const root of roots.slice(1)) map.set(root, 'synonym');
  map.set(token.stem, 'exact');
  return map;
}

interface NameMatch {
  readonly span: Span;
  readonly match: MatchKind;
  readonly score: number;
}

/**
 * Where in the question a name of k words is best said: in a window of up to k + 2 tokens, the share of the
 * name's words found, a synonym counting .7. Function words of a question match only inside a longer name.
 */
function bestMatch(stems: readonly string[], tokens: readonly Token[], reading: readonly ReadonlyMap<string, MatchKind>[]): NameMatch | null {
  let best: NameMatch | null = null;
  if (stems.length === 0) return null;
  for (let first = 0; first < tokens.length; first++) {
    const found = new Map<string, number>();
    let exact = 0;
    let content = false;
    let last = first;
    for (let at = first; at < Math.min(tokens.length, first + stems.length + 2); at++) {
      for (const stem of stems) {
        const kind = reading[at]?.get(stem);
        if (kind === undefined) continue;
        const worth = kind === 'exact' ? 1 : 0.7;
        if ((found.get(stem) ?? 0) >= worth) continue;
        if (kind === 'exact' && found.get(stem) === undefined) exact++;
        found.set(stem, worth);
        if (tokens[at]?.stop === false || stems.length === 1) content = true;
        last = at;
        break;
      }
      if (at === first && found.size === 0) break;
    }
    if (found.size === 0 || !content) continue;
    const sum = [...found.values()].reduce((total, worth) => total + worth, 0);
    const score = sum / stems.length;
    const match: MatchKind = found.size < stems.length ? 'partial' : exact === stems.length ? 'exact' : 'synonym';
    if (best === null || score > best.score) best = { span: { first, last }, match, score };
    if (score === 1) break;
  }
  return best;
}

function linkTables(tokens: readonly Token[], index: SchemaIndex): TableLink[] {
  const reading = tokens.map(readings);
  const links: TableLink[] = [];
  for (const { table, stems } of index.tables.values()) {
    const match = bestMatch(stems, tokens, reading);
    if (match !== null && !(match.match === 'partial' && match.score < 0.35)) links.push({ table: table.name, ...match });
  }
  return links.sort((a, b) => b.score - a.score || a.span.first - b.span.first);
}

function linkColumns(tokens: readonly Token[], index: SchemaIndex): ColumnLink[] {
  const reading = tokens.map(readings);
  const links: ColumnLink[] = [];
  for (const entry of index.columns) {
    const tableStems = index.tables.get(entry.table)?.stems ?? [];
    const whole = bestMatch(entry.stems, tokens, reading);
    // `album_title` in `album` is also just "title".
    const own = entry.stems.filter((stem) => !tableStems.includes(stem));
    const relative = own.length > 0 && own.length < entry.stems.length ? bestMatch(own, tokens, reading) : null;
    const match = relative !== null && (whole === null || relative.score * 0.9 > whole.score) ? { ...relative, score: relative.score * 0.9 } : whole;
    if (match !== null && !(match.match === 'partial' && match.score < 0.3)) links.push({ table: entry.table, column: entry.column, ...match });
  }
  return links.sort((a, b) => b.score - a.score || a.span.first - b.span.first);
}

/** Longest spans first; a token explained by a longer value is not looked up again. */
function linkValues(question: string, tokens: readonly Token[], index: SchemaIndex): ValueLink[] {
  const links: ValueLink[] = [];
  const taken = tokens.map(() => false);
  // Where capitals are used at all, a lower-case word is seldom a name.
  const usesCapitals = /\p{Lu}/u.test(question);
  const nameStems = new Set([...index.tables.values()].flatMap(({ stems, columns }) => [...stems, ...columns.flatMap((column) => column.stems)]));
  for (let length = Math.min(LONGEST_VALUE, tokens.length); length >= 1; length--) {
    for (let first = 0; first + length <= tokens.length; first++) {
      const last = first + length - 1;
      const words = tokens.slice(first, last + 1);
      if (taken.slice(first, last + 1).some(Boolean) || words.every((token) => token.stop && token.kind === 'word')) continue;
      const only = words[0];
      const text = length === 1 && only !== undefined ? only.text : question.slice(words[0]?.start, words.at(-1)?.end);
      const exact = index.valuesByText(foldValue(text));
      const found = exact.length > 0 ? exact : length === 1 && only?.kind === 'number' ? [] : index.valuesByStems(stemPhrase(text));
      if (found.length === 0) continue;
      const named = length === 1 && only?.kind === 'word' && nameStems.has(only.stem);
      const capital = /^\p{Lu}/u.test(text) || only?.kind === 'quoted';
      const lowered = usesCapitals && !capital && /^\p{Lu}/u.test(found[0]?.value ?? '') && length === 1;
      const score = (exact.length > 0 ? 1 : 0.8) * (named && !capital ? 0.3 : lowered || only?.kind === 'number' ? 0.4 : 1);
      links.push(...distinctColumns(found).map((stored): ValueLink => ({ ...stored, span: { first, last }, match: 'exact', score })));
      if (!named) taken.fill(true, first, last + 1);
    }
  }
  tokens.forEach((token, at) => {
    // One word of a longer value is evidence only when it is written like a name.
    const asName = token.kind === 'quoted' || (at > 0 && /^\p{Lu}/u.test(token.text));
    if (!asName || taken[at] === true || token.stop || token.kind === 'number' || (token.kind === 'word' && (token.text.length < 4 || nameStems.has(token.stem)))) return;
    for (const stored of distinctColumns(index.valuesByWord(token.kind === 'quoted' ? stemPhrase(token.text) : token.stem))) {
      links.push({ ...stored, span: { first: at, last: at }, match: 'partial', score: 0.5 });
    }
  });
  return links.sort((a, b) => b.score - a.score || a.span.first - b.span.first);
}

/** One value a column: the first in the data's order. */
function distinctColumns(found: readonly StoredValue[]): StoredValue[] {
  const byColumn = new Map<string, StoredValue>();
  for (const value of found) {
    const key = `${value.table}\n${value.column}`;
    if (!byColumn.has(key)) byColumn.set(key, value);
    if (byColumn.size === COLUMNS_OF_VALUE) break;
  }
  return [...byColumn.values()];
}
