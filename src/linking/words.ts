/** Words of questions and of identifiers, brought to a form in which they can be compared. */
import { stemmer } from 'stemmer';
import { glossary } from '../sql/word-list.ts';
import type { Token } from './types.ts';
import { unspacedRuns, type TakeApart } from './unspaced.ts';

/** Function words of English: they join others and mean nothing alone. */
const STOP_WORDS = new Set(
  (
    'a an the of in on at to for from by with without and or but nor so than then as is are was were be been being am do does did done have has had having ' +
    'it its they them their there this that these those which who whom whose what when where why how i me my we us our you your he she his her him ' +
    'show list give find display return get tell name please can could would should will shall may might must want need let ' +
    'all any each every some both other others such same own per about into over under between during after before up down out off not no ' +
    'many much also just only if else exist exists s t re ve d ll'
  ).split(' '),
);

/** Plurals that a suffix stemmer cannot see. */
const IRREGULAR = new Map(
  glossary(`
    people: person, persons: person, men: man, women: woman, children: child, feet: foot, mice: mouse, geese: goose,
    teeth: tooth, indices: index, indexes: index, matrices: matrix, criteria: criterion, analyses: analysis,
    media: medium, statuses: status, buses: bus
  `),
);

const WORD =
  /"[^"]*"|“[^”]*”|(?<![\p{L}\p{N}])'[^']+'(?![\p{L}\p{N}])|(?<![\p{L}\p{N}])‘[^’]+’|\p{L}+[nN]['’][tT](?![\p{L}\p{N}])|\d{1,4}-\d{1,2}-\d{1,2}|\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|[\p{L}_][\p{L}\p{M}\p{N}_]*/gu;

/** Porter stem of one word, irregular plurals first. */
export function stemOf(word: string): string {
  const lower = word.toLowerCase();
  let stem = stems.get(lower);
  if (stem === undefined) {
    stem = stemmer(IRREGULAR.get(lower) ?? lower);
    if (stems.size >= STEMS_KEPT) stems.clear();
    stems.set(lower, stem);
  }
  return stem;
}

const STEMS_KEPT = 50_000;
/** Pure memory of `stemOf`: the same words come again and again. */
const stems = new Map<string, string>();

/** Accents taken off: "Málaga" → "Malaga". */
function withoutAccents(text: string): string {
  return /[^ -~]/u.test(text) ? text.normalize('NFD').replace(/\p{M}+/gu, '') : text;
}

/**
 * Splits a question into words, numbers and quoted texts. A contracted "not" ("don't") stays with its verb: together
 * they are a function word. What is written without spaces is taken apart by the words of the database.
 */
export function tokenise(question: string, takeApart?: TakeApart): Token[] {
  const tokens: Token[] = [];
  for (const match of question.matchAll(WORD)) {
    const raw = match[0];
    const start = match.index;
    const quoted = /^["“'‘]/u.test(raw);
    const text = quoted ? raw.slice(1, -1) : raw;
    const lower = text.toLowerCase().replace(/n’t$/u, "n't");
    const kind = quoted ? 'quoted' : /^\d/u.test(raw) ? 'number' : 'word';
    const sign = kind === 'number' ? signOf(question, start, start + raw.length) : null;
    if (kind === 'word' && takeApart !== undefined && unspacedRuns(raw).length > 0) {
      tokens.push(...unspacedTokens(raw, start, takeApart));
      continue;
    }
    tokens.push({
      text,
      lower,
      sign,
      stem: kind === 'word' ? stemOf(lower) : lower,
      start,
      end: start + raw.length,
      kind,
      stop: kind === 'word' && (STOP_WORDS.has(lower) || lower.endsWith("n't")),
    });
  }
  return tokens;
}

/** Its stretches in other scripts, `SQL` in SQL教程, are words as they stand. */
function unspacedTokens(raw: string, start: number, takeApart: TakeApart): Token[] {
  const tokens: Token[] = [];
  let at = start;
  const add = (text: string, stop: boolean): void => {
    const lower = text.toLowerCase();
    tokens.push({ text, lower, sign: null, stem: stemOf(lower), start: at, end: at + text.length, kind: 'word', stop });
    at += text.length;
  };
  const runs = unspacedRuns(raw);
  const pieces = runs.map(takeApart);
  // With nothing of the database in it the word is one word, as in every other script.
  if (pieces.every((one) => one === null)) add(raw, false);
  else
    runs.forEach((run, i) => {
      const between = raw.slice(at - start, raw.indexOf(run, at - start));
      if (between !== '') add(between, STOP_WORDS.has(between.toLowerCase()));
      for (const { text, stop } of pieces[i] ?? [{ text: run, stop: false }]) add(text, stop);
    });
  if (at < start + raw.length) add(raw.slice(at - start), false);
  return tokens;
}

function signOf(question: string, start: number, end: number): Token['sign'] {
  if (question[end] === '%') return '%';
  const before = question.slice(Math.max(0, start - 2), start);
  // A hyphen after a word or number joins; it does not negate.
  if (/(?:^|[\s(=<>])[-−]$/u.test(before)) return '-';
  return /[$€£¥]$/u.test(before) ? '$' : null;
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
  // Most values are plain words already.
  if (/^[a-z0-9]+(?: [a-z0-9]+)*$/iu.test(value)) return value.toLowerCase();
  return value
    .trim()
    .toLowerCase()
    .replace(/\s+/gu, ' ')
    .replace(/^[.,;:!?'"]+|[.,;:!?'"]+$/gu, '');
}

/** The stems of a value's words joined by a blank, accents off, so that "dogs" meets "dog". */
export function stemPhrase(text: string): string {
  const words = /[^ -~]/u.test(text)
    ? withoutAccents(text)
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu)
    : text.toLowerCase().match(/[a-z0-9]+/g);
  return words === null ? '' : words.length === 1 ? stemOf(words[0]) : words.map(stemOf).join(' ');
}

/** Drops leading words that most of three or more names begin with: they tell none of them apart. */
export function withoutSharedPrefix(names: readonly string[][]): string[][] {
  let current = names.map((name) => [...name]);
  for (;;) {
    const first = current.filter((name) => name.length > 1).map((name) => name[0] ?? '');
    const counts = new Map<string, number>();
    for (const word of first) counts.set(word, (counts.get(word) ?? 0) + 1);
    const [word, count] = [...counts.entries()].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
    if (current.length < 3 || count < Math.max(3, current.length * 0.6)) return current;
    current = current.map((name) => (name.length > 1 && name[0] === word ? name.slice(1) : name));
  }
}
