/** Which of several results say the same thing. */
import type { Execution, SqlValue } from '../grpo/types.ts';
import { matchResults } from './result-match.ts';

type Result = Pick<Execution, 'status' | 'columns' | 'rows' | 'truncated'>;

/**
 * One number a result; equal results have equal numbers, counted from 0 in order of appearance. Null where there is no
 * result: it did not run to its end. Rows are compared as bags and columns in any order, as against gold; results of
 * which rows were left out are equal only when all that is kept of them is.
 *
 * Identical results meet by fingerprint, so that only different ones are compared, and only with those of their size.
 */
export function resultClasses(results: readonly Result[]): (number | null)[] {
  const known = new Map<string, number>();
  const bySize = new Map<string, { readonly result: Result; readonly number: number }[]>();
  let classes = 0;
  return results.map((result) => {
    if (
      result.status !== 'rows' &&
      result.status !== 'empty' &&
      !(result.status === 'too-large' && result.rows.length > 0)
    )
      return null;
    const print = fingerprint(result);
    const seen = known.get(print);
    if (seen !== undefined) return seen;
    const size = `${result.columns.length}x${result.rows.length}`;
    const others = bySize.get(size) ?? [];
    const number = others.find((other) => matchResults(other.result, result, false).match)?.number ?? classes++;
    known.set(print, number);
    bySize.set(size, [...others, { result, number }]);
    return number;
  });
}

/** Equal only for results with the same cells in the same columns, rows in any order. */
function fingerprint({ columns, rows }: Result): string {
  return `${columns.length}\n${rows
    .map((row) => row.map(cellText).join('\u0001'))
    .sort()
    .join('\n')}`;
}

function cellText(value: SqlValue): string {
  if (value === null) return 'n';
  if (value instanceof Uint8Array) return `b${value.join()}`;
  return typeof value === 'string' ? `t${JSON.stringify(value)}` : `#${value}`;
}
