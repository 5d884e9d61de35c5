/**
 * Execution match: do two results say the same thing?
 *
 * Rows are compared as bags, or as lists when order matters; columns may come in any order, but it must be one
 * order for all rows; the number of columns must agree. When two cells are equal is said in cells.ts.
 *
 * In a list, rows that tie in the sort key may stand in any order, and where a LIMIT cuts a tie, any choice among the
 * tied rows is as good (`Tie`, read in row-order.ts). Where the key cannot be read, the order is taken as it stands.
 */
import { reasonMessage, type ReasonId, type ReasonMessage, type ReasonValues } from '../grpo/reward-reasons.ts';
import type { Execution, SqlValue } from '../grpo/types.ts';
import { hasPairing, isAmong, TooSimilar, Work, type Rows } from './bags.ts';
import { compareValues, sameValue } from './cells.ts';

export { sameValue };

export interface MatchResult {
  readonly match: boolean;
  /** What a reader is told of it. */
  readonly reason: ReasonMessage;
  /** True where the result was compared in the order of gold because its sort key cannot be read. */
  readonly orderAsItStands: boolean;
}

/** All that is said of it. */
export const reasonsOf = ({ reason, orderAsItStands }: MatchResult): ReasonMessage[] =>
  orderAsItStands ? [reason, reasonMessage('order-as-it-stands')] : [reason];

/** Rows of a sorted result that follow one another and are equal in the sort key. */
export interface Tie {
  /** How many of them the result has. */
  readonly count: number;
  /** All that tie: more than `count` where LIMIT or OFFSET cut them. In the columns of the result, in order. */
  readonly rows: Rows;
}

type Result = Pick<Execution, 'status' | 'columns' | 'rows' | 'truncated'>;

/** Rows of the candidate from `from` on, and those of gold that they may be. */
interface Block extends Tie {
  readonly from: number;
}

const columnOf = (rows: Rows, at: number): SqlValue[] => rows.map((row) => row[at] ?? null);
const sorted = (column: readonly SqlValue[]): SqlValue[] => [...column].sort(compareValues);

/**
 * Does `candidate` match `gold`? Only complete results can be compared: a truncated or failed one is no match, and the
 * reason says so.
 *
 * @param ordered `hasTopLevelOrderBy(gold SQL)`
 * @param ties of an ordered gold, in order; their counts add up to its rows. Null: the order is taken as it stands.
 */
export function matchResults(
  gold: Result,
  candidate: Result,
  ordered: boolean,
  ties: readonly Tie[] | null = null,
): MatchResult {
  try {
    return compare(gold, candidate, ordered, ties);
  } catch (error) {
    if (error instanceof TooSimilar) return { ...no('match-too-similar'), orderAsItStands: ordered && ties === null };
    throw error;
  }
}

function no<Id extends ReasonId>(id: Id, ...values: ReasonValues[Id]): MatchResult {
  return { match: false, reason: reasonMessage(id, ...values), orderAsItStands: false };
}

function blocksOf(gold: Result, ordered: boolean, ties: readonly Tie[] | null): Block[] {
  const { rows } = gold;
  if (!ordered) return [{ from: 0, count: rows.length, rows }];
  if (ties === null) return rows.map((row, from) => ({ from, count: 1, rows: [row] }));
  let from = 0;
  return ties.map((tie) => {
    const block = { ...tie, from };
    from += tie.count;
    return block;
  });
}

function compare(gold: Result, candidate: Result, ordered: boolean, ties: readonly Tie[] | null): MatchResult {
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
  if (gold.rows.length === 0) return { match: true, reason: reasonMessage('match-both-empty'), orderAsItStands: false };

  const orderAsItStands = ordered && ties === null;
  const verdict = (match: boolean, reason: ReasonMessage): MatchResult => ({ match, reason, orderAsItStands });
  const yes = verdict(true, reasonMessage('match-same'));
  const blocks = blocksOf(gold, ordered, ties);
  const work = new Work(width * blocks.reduce((sum, { rows }) => sum + rows.length, 0));
  /** Do these columns of the candidate hold what those of gold hold, row by row? */
  const agree = (goldColumns: readonly number[], ownColumns: readonly number[]): boolean => {
    const pick = (rows: Rows, columns: readonly number[]): Rows =>
      rows.map((row) => columns.map((i) => row[i] ?? null));
    return blocks.every(({ from, count, rows }) =>
      isAmong(pick(candidate.rows.slice(from, from + count), ownColumns), pick(rows, goldColumns), work),
    );
  };
  const all = Array.from({ length: width }, (_, i) => i);
  if (blocks.every(({ from, count, rows }) => isAmong(candidate.rows.slice(from, from + count), rows, work)))
    return yes;

  const ownColumns = all.map((i) => columnOf(candidate.rows, i));
  const goldKeys = all.map((i) => blocks.map(({ rows }) => sorted(columnOf(rows, i))));
  const ownKeys = ownColumns.map((own) => blocks.map(({ from, count }) => sorted(own.slice(from, from + count))));
  const fits = goldKeys.map((key) =>
    ownKeys.map((own) => key.every((choices, block) => runsIn(own[block] ?? [], choices, work))),
  );
  const stuck = fits.findIndex((row) => !row.includes(true));
  if (stuck >= 0) {
    const unsorted =
      ordered &&
      all.every((i) => {
        const key = sorted(columnOf(gold.rows, i));
        return ownColumns.some((own) => runsIn(sorted(own), key, work));
      });
    return verdict(
      false,
      unsorted ? reasonMessage('match-order') : reasonMessage('match-column', stuck + 1, gold.columns[stuck] ?? ''),
    );
  }
  // Row by row in order, a fitting column fits wherever it stands: any pairing will do.
  if (blocks.every(({ rows }) => rows.length === 1))
    return hasPairing(width, width, (i, j) => fits[i]?.[j] === true)
      ? yes
      : verdict(false, reasonMessage('match-pairing'));
  return findColumnOrder(columnsToTry(gold.rows, fits), ownColumns, fits, work, agree)
    ? yes
    : verdict(false, reasonMessage('match-rows'));
}

/** Are sorted cells among sorted choices, none of them twice? */
function runsIn(cells: readonly SqlValue[], choices: readonly SqlValue[], work: Work): boolean {
  let at = 0;
  for (const [i, cell] of cells.entries()) {
    const last = choices.length - (cells.length - i);
    work.spend(1);
    while (at <= last && !sameValue(cell, choices[at] ?? null)) {
      at += 1;
      work.spend(1);
    }
    if (at > last) return false;
    at += 1;
  }
  return true;
}

/** The columns of gold, the most telling first. */
function columnsToTry(gold: Rows, fits: readonly (readonly boolean[])[]): number[] {
  const distinct = fits.map(
    (_, i) => new Set(columnOf(gold, i).map((value) => `${typeof value}${String(value)}`)).size,
  );
  const choices = fits.map((row) => row.filter(Boolean).length);
  return fits
    .map((_, i) => i)
    .sort((a, b) => (choices[a] ?? 0) - (choices[b] ?? 0) || (distinct[b] ?? 0) - (distinct[a] ?? 0) || a - b);
}

/** Backtracking over fitting columns; each step checks the rows so far. */
function findColumnOrder(
  order: readonly number[],
  ownColumns: readonly (readonly SqlValue[])[],
  fits: readonly (readonly boolean[])[],
  work: Work,
  agree: (goldColumns: readonly number[], ownColumns: readonly number[]) => boolean,
): boolean {
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
      work.spend((ownColumns[0]?.length ?? 0) * chosen.length);
      if (agree(order.slice(0, at + 1), chosen)) {
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
