/** English words for numbers, one at a time; `numbers.ts` puts them together. */

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = new Map(
  Object.entries({ twenty: 20, thirty: 30, forty: 40, fifty: 50, sixty: 60, seventy: 70, eighty: 80, ninety: 90 }),
);
const SCALES = new Map(
  Object.entries({
    hundred: 100,
    thousand: 1e3,
    million: 1e6,
    millions: 1e6,
    billion: 1e9,
    billions: 1e9,
    trillion: 1e12,
    dozen: 12,
  }),
);
const RANKS = new Map(
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'
    .split(' ')
    .map((word, at) => [word, at + 1] as const),
);
const TIMES = new Map([
  ['once', 1],
  ['twice', 2],
  ['thrice', 3],
]);

/** "twenty" → 20; null for a word that is no number. "one" counts only where a caller expects a number. */
export function numberWord(lower: string): number | null {
  const unit = UNITS.indexOf(lower);
  return unit >= 0 ? unit : (TENS.get(lower) ?? null);
}

/** "thousand" → 1000; null otherwise. */
export function scaleWord(lower: string): number | null {
  return SCALES.get(lower) ?? null;
}

/** "third" → 3; null otherwise. */
export function rankWord(lower: string): number | null {
  return RANKS.get(lower) ?? null;
}

/** "twice" → 2; null otherwise. */
export function timesWord(lower: string): number | null {
  return TIMES.get(lower) ?? null;
}
