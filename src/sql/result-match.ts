/**
 * Execution match: do two results say the same thing?
 *
 * Rows are compared as bags, or as lists when order matters; columns may come in any order, but it must be one
 * order for all rows; the number of columns must agree. Numbers are equal within 1e-6 of the larger one, whatever
 * their storage class; NULL equals NULL; text and blobs are compared exactly; a number never equals a text.
 */
import { reasonMessage, type ReasonId, type ReasonMessage, type ReasonValues } from '../grpo/reward-reasons.ts';
import type { Execution, SqlValue } from '../grpo/types.ts';

export interface MatchResult {
  readonly match: boolean;
  /** What a reader is told of it. */
  readonly reason: ReasonMessage;
}

type Result = Pick<Execution, 'status' | 'columns' | 'rows' | 'truncated'>;
type Rows = readonly (readonly SqlValue[])[];

const RELATIVE_TOLERANCE = 1e-6;
/**
 * Cells that one comparison may look at beyond the plain one, so that no pair of results can hang the trainer: so many,
 * or so many times the result.
 */
const SEARCH_BUDGET = { cells: 1_500_000, times: 30 };

/** What is left of the budget of one comparison. */
class Work {
  private left: number;

  constructor(cells: number) {
    this.left = Math.max(SEARCH_BUDGET.cells, SEARCH_BUDGET.times * cells);
  }

  spend(cells: number): void {
    this.left -= cells;
    if (this.left < 0) throw new TooSimilar();
  }
}

class TooSimilar extends Error {}

/** Rows that agree but for numbers and are matched pair by pair when sorting alone does not pair them. */
const MAX_PAIRING = 200;

const isNumber = (value: SqlValue): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Are two cells equal? */
export function sameValue(a: SqlValue, b: SqlValue): boolean {
  if (isNumber(a) && isNumber(b)) {
    if (a === b) return true;
    const [x, y] = [Number(a), Number(b)];
    return (
      x === y ||
      (Number.isFinite(x) &&
        Number.isFinite(y) &&
        Math.abs(x - y) <= RELATIVE_TOLERANCE * Math.max(Math.abs(x), Math.abs(y)))
    );
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return sameBytes(a, b);
  return a === b;
}

function rank(value: SqlValue): number {
  return value === null ? 0 : isNumber(value) ? 1 : typeof value === 'string' ? 2 : 3;
}

/** A total order: NULL, numbers, text by code unit, blobs by byte. */
function compareValues(a: SqlValue, b: SqlValue): number {
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    for (let i = 0; i < Math.min(a.length, b.length); i += 1) if (a[i] !== b[i]) return (a[i] ?? 0) - (b[i] ?? 0);
    return a.length - b.length;
  }
  return rank(a) - rank(b);
}

function compareRows(a: readonly SqlValue[], b: readonly SqlValue[]): number {
  for (let i = 0; i < a.length; i += 1) {
    const order = compareValues(a[i] ?? null, b[i] ?? null);
    if (order !== 0) return order;
  }
  return 0;
}

const sameRow = (a: readonly SqlValue[], b: readonly SqlValue[]): boolean =>
  a.every((value, i) => sameValue(value, b[i] ?? null));
const samePairwise = (a: Rows, b: Rows): boolean => a.every((row, i) => sameRow(row, b[i] ?? []));

/** Bag equality of two lists of rows of the same length and width. */
function sameBag(a: Rows, b: Rows, work: Work): boolean {
  const [x, y] = [[...a].sort(compareRows), [...b].sort(compareRows)];
  if (samePairwise(x, y)) return true;
  // Sorting pairs rows wrongly only where numbers differ by less than the tolerance: pair those rows one by one.
  const key = (row: readonly SqlValue[]): string =>
    row
      .map((value) =>
        isNumber(value)
          ? '#'
          : value instanceof Uint8Array
            ? `b${value.join()}`
            : value === null
              ? 'n'
              : `t${value.length}:${value}`,
      )
      .join('|');
  const groups = new Map<string, { x: (readonly SqlValue[])[]; y: (readonly SqlValue[])[] }>();
  for (const [side, rows] of [
    ['x', x],
    ['y', y],
  ] as const) {
    for (const row of rows) {
      const of = key(row);
      const group = groups.get(of) ?? { x: [], y: [] };
      groups.set(of, group);
      group[side].push(row);
    }
  }
  return [...groups.values()].every(
    (group) =>
      group.x.length === group.y.length &&
      (samePairwise(group.x, group.y) ||
        (group.x.length <= MAX_PAIRING &&
          hasPerfectPairing(group.x.length, (i, j) => {
            work.spend(group.x[i]?.length ?? 0);
            return sameRow(group.x[i] ?? [], group.y[j] ?? []);
          }))),
  );
}

/** Kuhn's augmenting paths: can 0..n-1 be paired with 0..n-1 so that every pair fits? */
function hasPerfectPairing(n: number, fits: (i: number, j: number) => boolean): boolean {
  const partner = new Array<number>(n).fill(-1);
  const augment = (i: number, seen: Set<number>): boolean => {
    for (let j = 0; j < n; j += 1) {
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

const columnOf = (rows: Rows, at: number): SqlValue[] => rows.map((row) => row[at] ?? null);
const asRows = (column: readonly SqlValue[]): Rows => column.map((value) => [value]);

/**
 * Does `candidate` match `gold`? `ordered` is `hasTopLevelOrderBy(gold SQL)`.
 * Only complete results can be compared: a truncated or failed one is no match, and the reason says so.
 */
export function matchResults(gold: Result, candidate: Result, ordered: boolean): MatchResult {
  try {
    return compare(gold, candidate, ordered, new Work(gold.rows.length * gold.columns.length));
  } catch (error) {
    if (error instanceof TooSimilar) return { match: false, reason: reasonMessage('match-too-similar') };
    throw error;
  }
}

function no<Id extends ReasonId>(id: Id, ...values: ReasonValues[Id]): MatchResult {
  return { match: false, reason: reasonMessage(id, ...values) };
}

function compare(gold: Result, candidate: Result, ordered: boolean, work: Work): MatchResult {
  for (const [result, failed, cut] of [
    [gold, 'match-gold-failed', 'match-gold-cut'],
    [candidate, 'match-failed', 'match-cut'],
  ] as const) {
    if (result.status !== 'rows' && result.status !== 'empty') return no(failed, result.status);
    if (result.truncated) return no(cut);
  }
  const width = gold.columns.length;
  if (candidate.columns.length !== width) return no('match-width', candidate.columns.length, width);
  if (candidate.rows.length !== gold.rows.length) return no('match-length', candidate.rows.length, gold.rows.length);
  const yes: MatchResult = {
    match: true,
    reason: reasonMessage(gold.rows.length === 0 ? 'match-both-empty' : 'match-same'),
  };
  const inPlace = ordered ? samePairwise(gold.rows, candidate.rows) : sameBag(gold.rows, candidate.rows, work);
  if (inPlace) return yes;

  const goldColumns = Array.from({ length: width }, (_, i) => columnOf(gold.rows, i));
  const ownColumns = Array.from({ length: width }, (_, i) => columnOf(candidate.rows, i));
  const sorted = (column: readonly SqlValue[]): SqlValue[] => [...column].sort(compareValues);
  const prepare = ordered ? (column: readonly SqlValue[]): readonly SqlValue[] => column : sorted;
  const [goldKeys, ownKeys] = [goldColumns.map(prepare), ownColumns.map(prepare)];
  const fits = goldKeys.map((key) =>
    ownKeys.map((own) =>
      key.every((value, i) => {
        work.spend(1);
        return sameValue(value, own[i] ?? null);
      }),
    ),
  );
  const stuck = fits.findIndex((row) => !row.includes(true));
  if (stuck >= 0) {
    const unsorted =
      ordered &&
      goldKeys.every((key) => ownColumns.some((own) => samePairwise(asRows(sorted(key)), asRows(sorted(own)))));
    return unsorted ? no('match-order') : no('match-column', stuck + 1, gold.columns[stuck] ?? '');
  }
  // Row by row in order, a fitting column fits wherever it stands: any pairing will do.
  if (ordered) return hasPerfectPairing(width, (i, j) => fits[i]?.[j] === true) ? yes : no('match-pairing');

  return findColumnOrder(gold.rows, candidate.rows, goldColumns, ownColumns, fits, work) ? yes : no('match-rows');
}

/** Backtracking over fitting columns, the most telling first; each step checks the rows so far. */
function findColumnOrder(
  gold: Rows,
  own: Rows,
  goldColumns: readonly (readonly SqlValue[])[],
  ownColumns: readonly (readonly SqlValue[])[],
  fits: readonly (readonly boolean[])[],
  work: Work,
): boolean {
  const distinct = goldColumns.map((column) => new Set(column.map((value) => `${typeof value}${String(value)}`)).size);
  const choices = fits.map((row) => row.filter(Boolean).length);
  const order = goldColumns
    .map((_, i) => i)
    .sort((a, b) => (choices[a] ?? 0) - (choices[b] ?? 0) || (distinct[b] ?? 0) - (distinct[a] ?? 0) || a - b);
  // Columns with the same cells in the same rows are interchangeable: trying one of them is enough.
  const twin = ownColumns.map((column, j) =>
    ownColumns.findIndex(
      (other, k) => k <= j && column.every((value, i) => compareValues(value, other[i] ?? null) === 0),
    ),
  );
  const used = new Set<number>();
  const chosen: number[] = [];
  const search = (at: number): boolean => {
    const column = order[at];
    if (column === undefined) return true;
    const tried = new Set<number>();
    for (let j = 0; j < ownColumns.length; j += 1) {
      const kind = twin[j] ?? j;
      if (used.has(j) || fits[column]?.[j] !== true || tried.has(kind)) continue;
      tried.add(kind);
      chosen.push(j);
      const prefix = order.slice(0, at + 1);
      work.spend(gold.length * prefix.length);
      if (
        sameBag(
          gold.map((row) => prefix.map((i) => row[i] ?? null)),
          own.map((row) => chosen.map((i) => row[i] ?? null)),
          work,
        )
      ) {
        used.add(j);
        if (search(at + 1)) return true;
        used.delete(j);
      }
      chosen.pop();
    }
    return false;
  };
  return search(0);
}

/** True when wrong SQL matches easily: a result without rows, or with nothing but 0 and NULL in them. */
export function saysNothing({ rows }: Pick<Execution, 'rows'>): boolean {
  return rows.every((row) => row.every((cell) => cell === null || cell === 0 || cell === 0n));
}
