import type { Execution, RewardReason, RewardScore, Schema } from '../grpo/types.ts';
import type { SqlStructure } from '../sql/sql-structure.ts';

/** What the reference-free rewards look at: one completion and the database it is about. */
export interface Completed {
  readonly sql: string;
  readonly structure: SqlStructure;
  readonly execution: Execution;
  readonly schema: Schema;
}

/** Did SQLite compile it as one statement that only reads? */
export function compiled(execution: Execution): boolean {
  return execution.status !== 'invalid' && execution.status !== 'refused';
}

export const reason = (points: number, text: string): RewardReason => ({ text, points });

/** The reasons' points summed, rounded to 1e-9 against the noise of adding decimals, and clamped to [-1, 1]. */
export function scoreOf(reasons: readonly RewardReason[]): RewardScore {
  const sum = reasons.reduce((total, { points }) => total + points, 0);
  return { value: Math.max(-1, Math.min(1, Math.round(sum * 1e9) / 1e9)), reasons };
}

/** A component that could not be computed: absent from the total, not zero. */
export const absent = (why: string): RewardScore => ({ value: null, reasons: [reason(0, why)] });

/** Names of the schema's tables that the SQL reads, each once. */
export function tablesOf(structure: SqlStructure): Set<string> {
  return new Set(structure.tables.filter((table) => table.kind === 'table').map((table) => table.name));
}
