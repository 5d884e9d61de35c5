/** Which lines two texts share: the longest common subsequence, for texts of some hundred lines. */
export interface DiffLine {
  readonly text: string;
  /** In both, only in the first, only in the second. */
  readonly where: 'both' | 'first' | 'second';
}

/**
 * Lines that two texts share stand out of the way: a run of more than `2 · context` of them is its first and last few,
 * and how many lie between.
 */
export function folded(lines: readonly DiffLine[], context = 2): (DiffLine | number)[] {
  const near = lines.map(
    ({ where }, i) =>
      where !== 'both' || lines.slice(Math.max(0, i - context), i + context + 1).some((line) => line.where !== 'both'),
  );
  const shown: (DiffLine | number)[] = [];
  for (const [i, line] of lines.entries()) {
    const last = shown.at(-1);
    if (near[i] === true) shown.push(line);
    else if (typeof last === 'number') shown[shown.length - 1] = last + 1;
    else shown.push(1);
  }
  return shown;
}

export function diffLines(first: string, second: string): DiffLine[] {
  const a = first.split('\n');
  const b = second.split('\n');
  /** longest[i][j]: common lines of a from i and b from j. */
  const longest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  const at = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    const row = longest[i];
    if (row === undefined) continue;
    for (let j = b.length - 1; j >= 0; j--)
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ text: a[i] ?? '', where: 'both' });
      i++;
      j++;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1)))
      lines.push({ text: a[i++] ?? '', where: 'first' });
    else lines.push({ text: b[j++] ?? '', where: 'second' });
  }
  return lines;
}
