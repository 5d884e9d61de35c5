/** Hints that read the same, said once: several cues or patterns may have one sentence. */

export interface Said<T> {
  /** In their order; at least one. */
  readonly hints: readonly [T, ...T[]];
  /** Their weights together. */
  readonly weight: number;
}

/** In the order of the first of each. */
export function saidOnce<T extends { readonly weight: number }>(
  hints: readonly T[],
  words: (hint: T) => string,
): Said<T>[] {
  const said = new Map<string, Said<T>>();
  for (const hint of hints) {
    const text = words(hint);
    const known = said.get(text);
    said.set(
      text,
      known === undefined
        ? { hints: [hint], weight: hint.weight }
        : { hints: [...known.hints, hint], weight: known.weight + hint.weight },
    );
  }
  return [...said.values()];
}
