/**
 * The ties of results on a database. What a key compares texts by, where its ORDER BY does not say it, is how its
 * column was declared, seen through views, subqueries and compounds; SQLite is asked for it where it makes a
 * difference.
 */
import type { Database, Execution, ExecutionBudget, SqlValue } from '../grpo/types.ts';
import { lexCode } from './lex.ts';
import type { Tie } from './result-match.ts';
import { collated, tiesOf, type ShownKey } from './row-order.ts';

/** A sorted result, and the rows that show its sort keys. */
export interface ShownOrder {
  readonly result: Execution;
  readonly rows: Execution['rows'];
  /** What gave the rows; it has no LIMIT. */
  readonly sql: string;
  readonly keys: readonly ShownKey[];
  /** Rows before the first of the result. */
  readonly skipped: number;
}

/** One answer each: the ties, or null where they cannot be known. Rejects with AbortError. */
export async function tiesOfAll(
  orders: readonly (ShownOrder | null)[],
  database: Database,
  options: { readonly budget?: Partial<ExecutionBudget>; readonly signal?: AbortSignal },
): Promise<(Tie[] | null)[]> {
  const asked = orders.map((order) => (order === null ? null : collationQuery(order)));
  const texts = [...new Set(asked.flatMap((sql) => sql ?? []))];
  const answers = texts.length === 0 ? [] : await database.execute(texts, options);
  return orders.map((order, i) => {
    const sql = asked[i];
    if (order === null || sql == null) return order === null ? null : tiesOf(order.result, order.rows, order);
    const answer = answers[texts.indexOf(sql)]?.rows[0];
    if (answer === undefined) return null;
    const keys = order.keys.map((key, at) => ({ ...key, collation: key.collation ?? collationOf(answer, at) }));
    return tiesOf(order.result, order.rows, { ...order, keys });
  });
}

/** Texts that are equal under one of SQLite's collations other than BINARY, and differ. */
const mayTie = (a: SqlValue | undefined, b: SqlValue | undefined): boolean =>
  typeof a === 'string' &&
  typeof b === 'string' &&
  a !== b &&
  (collated(a, 'NOCASE') === collated(b, 'NOCASE') || collated(a, 'RTRIM') === collated(b, 'RTRIM'));

/**
 * Two columns for each key: does its column hold 'a' for 'A', and for 'a '? A compound compares as its first SELECT
 * declares. Null where no rows would tie by it.
 */
function collationQuery({ rows, sql, keys }: ShownOrder): string | null {
  const open = keys.some(
    ({ column, collation }) =>
      collation === null && rows.some((row, i) => i > 0 && mayTie(rows[i - 1]?.[column], row[column])),
  );
  if (!open) return null;
  const code = lexCode(sql);
  const end = code.filter(({ text }) => text !== ';').at(-1)?.end ?? 0;
  const names = (rows[0] ?? []).map((_, i) => `c${i}`);
  return `WITH "the sort keys"(${names.join()}) AS (SELECT * FROM (${sql.slice(0, end)} LIMIT 0) UNION ALL SELECT ${names.map(() => "'a'").join()})
SELECT ${keys.map(({ column }) => `c${column} = 'A', c${column} = 'a '`).join()} FROM "the sort keys"`;
}

function collationOf(answer: readonly SqlValue[], key: number): string {
  return answer[2 * key] === 1 ? 'NOCASE' : answer[2 * key + 1] === 1 ? 'RTRIM' : 'BINARY';
}
