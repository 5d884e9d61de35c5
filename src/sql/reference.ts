/** Results that others are held against: of gold SQL, and of SQL that people judged. */
import type { Database, Execution, ExecutionBudget } from '../grpo/types.ts';
import { hasTopLevelOrderBy } from './lex.ts';
import { matchResults, type MatchResult, type Tie } from './result-match.ts';
import { uncutOf } from './row-order.ts';
import { tiesOfAll, type ShownOrder } from './ties.ts';

export interface Reference {
  readonly execution: Execution;
  /** Rows are a list, not a bag. */
  readonly ordered: boolean;
  /** Which rows of the list may change places; null where that is not known. */
  readonly ties: readonly Tie[] | null;
}

/**
 * Runs each text, and where its rows are sorted, whatever it takes to know which of them tie, within the same budget.
 * Never rejects for what the SQL does.
 */
export async function runReferences(
  texts: readonly string[],
  database: Database,
  budget: Partial<ExecutionBudget>,
): Promise<Reference[]> {
  const executions = await database.execute(texts, { budget });
  const uncut = executions.map((execution, i) =>
    execution.status === 'rows' && !execution.truncated
      ? uncutOf(texts[i] ?? '', database.schema, execution.columns)
      : null,
  );
  const probes = [...new Set(uncut.flatMap((one, i) => (one?.keys == null || one.sql === texts[i] ? [] : one.sql)))];
  const probed = probes.length === 0 ? [] : await database.execute(probes, { budget });
  const orders = executions.map((result, i): ShownOrder | null => {
    const { sql, keys = null, skipped = 0 } = uncut[i] ?? {};
    if (sql === undefined || keys === null) return null;
    const shown = sql === texts[i] ? result : probed[probes.indexOf(sql)];
    return shown?.status === 'rows' && !shown.truncated ? { result, rows: shown.rows, sql, keys, skipped } : null;
  });
  const ties = await tiesOfAll(orders, database, { budget });
  return executions.map((execution, i) => ({
    execution,
    ordered: hasTopLevelOrderBy(texts[i] ?? ''),
    ties: ties[i] ?? null,
  }));
}

/** Is this the result of the reference? */
export function matchReference({ execution, ordered, ties }: Reference, candidate: Execution): MatchResult {
  return matchResults(execution, candidate, ordered, ties);
}
