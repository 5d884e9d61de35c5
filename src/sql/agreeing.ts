/**
 * Which completions agree: those whose results say the same thing, and those that cut one order at a tie, each in its
 * own way.
 *
 * Nobody says in a vote which order is right, so results are bags, whatever they are sorted by. Where two texts both
 * sort and cut (ORDER BY and LIMIT, with one OFFSET), and one of them leaves tied rows open, another choice among them
 * is the same answer, as it is against gold. That the other is such a choice and no chance hit is seen without the two
 * LIMITs: then both have the same rows, and those of the one stand in an order that the keys of the other allow. Keys
 * in which all rows tie sort nothing and allow nothing. What cannot be read, or is more than the sandbox's budget, is
 * taken as it stands: it agrees with equal results only.
 */
import type { Database, Execution } from '../grpo/types.ts';
import { hasTopLevel } from './lex.ts';
import { matchReference, type Reference } from './reference.ts';
import { resultClasses } from './result-classes.ts';
import { uncutOf, type Uncut } from './row-order.ts';
import { tiesOfAll } from './ties.ts';

interface Completion {
  readonly sql: string;
  readonly execution: Execution;
}

/** A completion that sorts and cuts, without its LIMIT. */
interface Cut {
  readonly at: number;
  readonly skipped: number;
  readonly whole: Reference;
}

/**
 * One number a completion; those that agree have equal numbers, counted from 0 in order of appearance. Null where there
 * is no result. Runs SQL only where different results of one size were sorted and cut. Rejects with AbortError.
 */
export async function agreeingResults(
  completions: readonly Completion[],
  database: Database,
  signal?: AbortSignal,
): Promise<(number | null)[]> {
  const classes = resultClasses(completions.map(({ execution }) => execution));
  const cuts = await withoutLimits(contested(completions, classes), completions, database, signal);
  // Agreeing classes have the number of the first of them.
  const joined = new Map<number, number>();
  const firstOf = (number: number): number => joined.get(number) ?? number;
  for (const [i, a] of cuts.entries())
    for (const b of cuts.slice(i + 1)) {
      const [x, y] = [firstOf(classes[a.at] ?? 0), firstOf(classes[b.at] ?? 0)];
      if (x === y || !isSameCut(a, b, completions)) continue;
      const [first, other] = [Math.min(x, y), Math.max(x, y)];
      for (const number of new Set(classes))
        if (number !== null && firstOf(number) === other) joined.set(number, first);
    }
  if (joined.size === 0) return classes;
  const left = [...new Set(classes.flatMap((number) => (number === null ? [] : [firstOf(number)])))];
  return classes.map((number) => (number === null ? null : left.indexOf(firstOf(number))));
}

/** The first completion of each text that sorts and cuts, where another class of its size has such a text. */
function contested(completions: readonly Completion[], classes: readonly (number | null)[]): number[] {
  const bySize = new Map<string, number[]>();
  const seen = new Set<string>();
  for (const [i, { sql, execution }] of completions.entries()) {
    if (execution.status !== 'rows' || seen.has(sql)) continue;
    seen.add(sql);
    const size = `${execution.columns.length}x${execution.rows.length}`;
    bySize.set(size, [...(bySize.get(size) ?? []), i]);
  }
  const differ = (group: readonly number[]): boolean => new Set(group.map((i) => classes[i])).size > 1;
  return [...bySize.values()].flatMap((group) => {
    if (!differ(group)) return [];
    const cut = group.filter((i) => hasTopLevel(completions[i]?.sql ?? '', 'ORDER', 'LIMIT'));
    return differ(cut) ? cut : [];
  });
}

async function withoutLimits(
  places: readonly number[],
  completions: readonly Completion[],
  database: Database,
  signal: AbortSignal | undefined,
): Promise<Cut[]> {
  const uncut = places.flatMap((at): { readonly at: number; readonly uncut: Uncut }[] => {
    const one = completions[at];
    const read = one === undefined ? null : uncutOf(one.sql, database.schema, one.execution.columns);
    return read === null ? [] : [{ at, uncut: read }];
  });
  if (uncut.length < 2) return [];
  const options = signal === undefined ? {} : { signal };
  const runs = await database.execute(
    uncut.map((one) => one.uncut.sql),
    options,
  );
  const ran = uncut.flatMap(({ at, uncut: { sql, keys, skipped } }, i) => {
    const [run, own] = [runs[i], completions[at]?.execution];
    if (run?.status !== 'rows' || own === undefined) return [];
    const width = own.columns.length;
    const result = { ...run, columns: own.columns, rows: run.rows.map((row) => row.slice(0, width)) };
    return [{ at, skipped, result, order: keys === null ? null : { result, rows: run.rows, sql, keys, skipped: 0 } }];
  });
  const ties = await tiesOfAll(
    ran.map(({ order }) => order),
    database,
    options,
  );
  return ran.map(({ at, skipped, result }, i) => ({
    at,
    skipped,
    whole: { execution: result, ordered: true, ties: ties[i] ?? null },
  }));
}

function isSameCut(a: Cut, b: Cut, completions: readonly Completion[]): boolean {
  const size = ({ at }: Cut): number | undefined => completions[at]?.execution.rows.length;
  return a.skipped === b.skipped && size(a) === size(b) && (leavesOpen(a, b) || leavesOpen(b, a));
}

/** Is the order of the one an order that the keys of the other allow? */
function leavesOpen({ whole }: Cut, other: Cut): boolean {
  return whole.ties !== null && whole.ties.length > 1 && matchReference(whole, other.whole.execution).match;
}
