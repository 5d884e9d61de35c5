/** The stored values of a database, looked up by text, by stems, by a word of them, and by a near spelling. */
import type { Schema } from '../grpo/types.ts';
import { foldValue, stemPhrase } from './words.ts';

export interface StoredValue {
  readonly table: string;
  readonly column: string;
  readonly value: string;
}

export interface ValueIndex {
  /** @param folded by `foldValue` */
  valuesByText(folded: string): readonly StoredValue[];
  /** @param stems by `stemPhrase` */
  valuesByStems(stems: string): readonly StoredValue[];
  /** Multi-word values that contain this stem, when it is rare enough to mean something. */
  valuesByWord(stem: string): readonly StoredValue[];
  /** Words of the longest value that begins with this stem; 0 when none does. */
  longestFrom(stem: string): number;
  /** Values one or two letters away from a text of five letters or more, nearest first; the first letter must agree. */
  valuesLike(folded: string): readonly StoredValue[];
}

const NO_VALUES: readonly StoredValue[] = [];
/** A word in more values than this picks none of them out. */
const RARE_WORD = 12;
/** Values compared letter by letter for one misspelt text. */
const COMPARED = 3000;
const SHORTEST_FUZZY = 5;
const LONGEST_FUZZY = 40;
/** From this length on two wrong letters are a slip, not another word. */
const TWO_SLIPS = 9;

/** Work and memory are linear in the stored values. */
export function makeValueIndex(schema: Schema): ValueIndex {
  const byText = new Map<string, StoredValue[]>();
  const byStems = new Map<string, StoredValue[]>();
  const byWord = new Map<string, StoredValue[]>();
  const longest = new Map<string, number>();
  for (const profile of schema.profiles) {
    for (const value of profile.values) {
      const stored = { table: profile.table, column: profile.column, value };
      const folded = foldValue(value);
      if (folded === '') continue;
      append(byText, folded, stored);
      const stems = stemPhrase(value);
      if (stems === '') continue;
      append(byStems, stems, stored);
      const words = stems.split(' ');
      const [first = ''] = words;
      if ((longest.get(first) ?? 0) < words.length) longest.set(first, words.length);
      // One more than is of use: then the word is known to be common, and the list stops growing.
      if (words.length > 1)
        for (const word of new Set(words))
          if (word.length > 2 && (byWord.get(word)?.length ?? 0) <= RARE_WORD) append(byWord, word, stored);
    }
  }
  let near: Map<string, string[]> | null = null;
  return {
    valuesByText: (folded) => byText.get(folded) ?? NO_VALUES,
    valuesByStems: (stems) => byStems.get(stems) ?? NO_VALUES,
    valuesByWord: (stem) => {
      const found = byWord.get(stem) ?? NO_VALUES;
      return found.length <= RARE_WORD ? found : NO_VALUES;
    },
    longestFrom: (stem) => longest.get(stem) ?? 0,
    valuesLike: (folded) => {
      if (folded.length < SHORTEST_FUZZY || folded.length > LONGEST_FUZZY || /\d/u.test(folded)) return NO_VALUES;
      if (near === null) {
        near = new Map();
        for (const text of byText.keys())
          if (text.length >= SHORTEST_FUZZY - 1 && text.length <= LONGEST_FUZZY + 2)
            append(near, `${text[0] ?? ''}${text.length}`, text);
      }
      const slips = folded.length >= TWO_SLIPS ? 2 : 1;
      let best: string[] = [];
      let fewest = slips;
      let budget = COMPARED;
      for (const length of [0, 1, -1, 2, -2]
        .filter((step) => Math.abs(step) <= slips)
        .map((step) => folded.length + step)) {
        for (const text of near.get(`${folded[0] ?? ''}${length}`) ?? []) {
          if (budget-- <= 0) break;
          // Two slips leave one of the first letters after the first, or the last, as it was.
          if (text[1] !== folded[1] && text[2] !== folded[2] && text.at(-1) !== folded.at(-1)) continue;
          const distance = editDistance(folded, text, fewest);
          if (distance === 0 || distance > fewest) continue;
          if (distance < fewest) {
            fewest = distance;
            best = [];
          }
          best.push(text);
        }
      }
      return best.slice(0, 3).flatMap((text) => byText.get(text) ?? []);
    },
  };
}

/**
 * Letters inserted, deleted, changed or swapped with their neighbour (optimal string alignment); `most + 1` as soon as
 * it is more than `most`.
 */
export function editDistance(first: string, second: string, most: number): number {
  if (Math.abs(first.length - second.length) > most) return most + 1;
  // What both begin and end with costs nothing, and is most of what near spellings consist of.
  let from = 0;
  while (from < first.length && from < second.length && first[from] === second[from]) from++;
  let ends = 0;
  while (
    ends < first.length - from &&
    ends < second.length - from &&
    first[first.length - 1 - ends] === second[second.length - 1 - ends]
  )
    ends++;
  const a = first.slice(from, first.length - ends);
  const b = second.slice(from, second.length - ends);
  if (a === '' || b === '') return Math.min(Math.max(a.length, b.length), most + 1);
  // Every slip covers at most two letters, so few slips cannot lie far apart unless letters agree in between.
  if (most === 1 && Math.max(a.length, b.length) > 2) return most + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let least = i;
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (previous[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      row.push(cost);
      if (cost < least) least = cost;
    }
    // A swap reaches back two rows.
    if (least > most && Math.min(...previous) > most) return most + 1;
    before = previous;
    previous = row;
  }
  return Math.min(previous[b.length] ?? 0, most + 1);
}

function append<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}
