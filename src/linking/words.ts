/** Words of questions and of identifiers, brought to a form in which they can be compared. */
import { stemmer } from 'stemmer';
import type { Token } from './types.ts';

/** Function words of English: they join others and mean nothing alone. */
const STOP_WORDS = new Set(
  ('a an the of in on at to for from by with without and or but nor so than then as is are was were be been being am do does did done have has had having '
    + 'it its they them their there this that these those which who whom whose what when where why how i me my we us our you your he she his her him '
    + 'show list give find display return get tell name please can could would should will shall may might must want need let '
    + 'all any each every some both other others such same own per about into over under between during after before up down out off not no '
    + 'many much also just only if else exist exists s t re ve d ll').split(' '),
);

/** Plurals that a suffix stemmer cannot see. */
const IRREGULAR = new Map(
  Object.entries({ people: 'person', persons: 'person', men: 'man', women: 'woman', children: 'child', feet: 'foot', mice: 'mouse', geese: 'goose', teeth: 'tooth', indices: 'index', indexes: 'index', matrices: 'matrix', criteria: 'criterion', analyses: 'analysis', media: 'medium', statuses: 'status', buses: 'bus' }),
);

const WORD = /"[^"]*"|“[^”]*”|(?<![\p{L}\p{N}])'[^']+'(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])‘[^’]+’|\p{L}+[nN]['’][tT](?![\p{L}\p{N}])|\d{1,4}-\d{1,2}-\d{1,2}|\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[\p{L}_][\p{L}\p{M}\p{N}_]*/gu;

/** Porter stem of one word, irregular plurals first. */
export function stemOf(word: string): string {
  const lower = word.toLowerCase();
  return stemmer(IRREGULAR.get(lower) ?? lower);
}

/** Splits a question into words, numbers and quoted texts. A contracted "not" ("don't") stays with its verb: together they are a function word. */
export function tokenise(question: string): Token[] {
  const tokens: Token[] = [];
  for (const match of question.matchAll(WORD)) {
    const raw = match[0];
    const start = match.index;
    const quoted = /^["“'‘]/u.test(raw);
    const text = quoted ? raw.slice(1, -1) : raw;
    const lower = text.toLowerCase().replace(/n’t$/u, "n't");
    const kind = quoted ? 'quoted' : /^\d/u.test(raw) ? 'number' : 'word';
    tokens.push({ text, lower, stem: kind === 'word' ? stemOf(lower) : lower, start, end: start + raw.length, kind, stop: kind === 'word' && (STOP_WORDS.has(lower) || lower.endsWith("n't")) });
  }
  return tokens;
}

/** `totSalesAmt`, `tot_sales_amt` and `Tot Sales Amt` → [tot, sales, amt]. */
export function splitIdentifier(name: string): string[] {
  return name
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
    .map((part) => part.toLowerCase());
}

/** A value as it is looked up: case-folded, blanks and edge punctuation trimmed. */
export function foldValue(value: string): string {
  return value.trim().toLowerCase().replace(/\s+/gu, ' ').replace(/^[.,;:!?'"]+|[.,;:!?'"]+$/gu, '');
}

/** The stems of a value's words joined by a blank, so that "dogs" meets "dog". */
export function stemPhrase(text: string): string {
  return text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '').map(stemOf).join(' ');
}
