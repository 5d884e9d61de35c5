/** Rows compared as bags: each of some rows is one of others, none of them twice. */
import type { SqlValue } from '../grpo/types.ts';
import { compareRows, rowShape, sameRow } from './cells.ts';

type Row = readonly SqlValue[];
export type Rows = readonly Row[];

/**
 * Cells that one comparison may look at beyond the plain one, so that no pair of results can hang the trainer: so many,
 * or so many times the result.
 */
const SEARCH_BUDGET = { cells: 1_500_000, times: 30 };

/** Rows that agree but for numbers and are matched pair by pair when sorting alone does not pair them. */
const MAX_PAIRING = 200;

/** A comparison that takes too long. */
export class TooSimilar extends Error {}

/** What is left of the budget of one comparison. */
export class Work {
  private left: number;

  constructor(cells: number) {
    this.left = Math.max(SEARCH_BUDGET.cells, SEARCH_BUDGET.times * cells);
  }

  /** Throws TooSimilar when nothing is left. */
  spend(cells: number): void {
    this.left -= cells;
    if (this.left < 0) throw new TooSimilar();
  }
}

/**
 * Is each of `rows` one of `choices`, none of them twice? With as many choices as rows: are they the same bag? All rows
 * have one width.
 */
export function isAmong(rows: Rows, choices: Rows, work: Work): boolean {
  if (rows.length > choices.length) return false;
  const [first, only] = [rows[0], choices[0]];
  if (first === undefined || only === undefined) return true;
  if (choices.length === 1) return sameRow(first, only);
  const [x, y] = [[...rows].sort(compareRows), [...choices].sort(compareRows)];
  if (runsThrough(x, y)) return true;
  // Sorting pairs rows wrongly only where numbers are equal that differ: pair those rows one by one.
  const groups = new Map<string, { readonly rows: Row[]; readonly choices: Row[] }>();
  const groupOf = (row: Row): { readonly rows: Row[]; readonly choices: Row[] } => {
    const shape = rowShape(row);
    const group = groups.get(shape) ?? { rows: [], choices: [] };
    groups.set(shape, group);
    return group;
  };
  for (const row of x) groupOf(row).rows.push(row);
  for (const row of y) groupOf(row).choices.push(row);
  return [...groups.values()].every(
    (group) =>
      group.rows.length <= group.choices.length &&
      (runsThrough(group.rows, group.choices) ||
        (group.rows.length <= MAX_PAIRING &&
          hasPairing(group.rows.length, group.choices.length, (i, j) => {
            work.spend(group.rows[i]?.length ?? 0);
            return sameRow(group.rows[i] ?? [], group.choices[j] ?? []);
          }))),
  );
}

/** Do sorted rows come one after the other among sorted choices? */
function runsThrough(rows: Rows, choices: Rows): boolean {
  let at = 0;
  for (const [i, row] of rows.entries()) {
    const last = choices.length - (rows.length - i);
    while (at <= last && !sameRow(row, choices[at] ?? [])) at += 1;
    if (at > last) return false;
    at += 1;
  }
  return true;
}

/** Kuhn's augmenting paths: can each of 0..n-1 get one of 0..m-1 that fits, and none twice? */
export function hasPairing(n: number, m: number, fits: (i: number, j: number) => boolean): boolean {
  const partner = new Array<number>(m).fill(-1);
  const augment = (i: number, seen: Set<number>): boolean => {
    for (let j = 0; j < m; j += 1) {
      if (seen.has(j) || !fits(i, j)) continue;
      seen.add(j);
      const held = partner[j] ?? -1;
      if (held < 0 || augment(held, seen)) {
        partner[j] = i;
        return true;
      }
    }
    return false;
  };
  for (let i = 0; i < n; i += 1) if (!augment(i, new Set())) return false;
  return true;
}
