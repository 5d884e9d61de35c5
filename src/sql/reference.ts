/** Results that others are held against: of gold SQL, and of SQL that people judged. */
import type { Database, Execution, ExecutionBudget } from '../grpo/types.ts';
import { hasTopLevelOrderBy } from './lex.ts';
import { matchResults, type MatchResult, type Tie } from './result-match.ts';
import { rowOrderOf, tiesOf } from './row-order.ts';

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
  const orders = executions.map((execution, i) =>
    execution.status === 'rows' && !execution.truncated && hasTopLevelOrderBy(texts[i] ?? '')
      ? rowOrderOf(texts[i] ?? '', database.schema, execution.columns)
      : null,
  );
  const probes = [...new Set(orders.flatMap((order) => order?.probe ?? []))];
  const probed = probes.length === 0 ? [] : await database.execute(probes, { budget });
  return executions.map((execution, i) => {
    const order = orders[i] ?? null;
    const shown = order?.probe == null ? execution : probed[probes.indexOf(order.probe)];
    return {
      execution,
      ordered: hasTopLevelOrderBy(texts[i] ?? ''),
      ties: order === null || shown?.status !== 'rows' || shown.truncated ? null : tiesOf(execution, shown.rows, order),
    };
  });
}

/** Is this the result of the reference? */
export function matchReference({ execution, ordered, ties }: Reference, candidate: Execution): MatchResult {
  return matchResults(execution, candidate, ordered, ties);
}
