import { reasonMessage, type ReasonId, type ReasonMessage, type ReasonValues } from '../grpo/reward-reasons.ts';
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

/** SQLite's own message, or the sandbox's, as the last value of a reason; none where there is none. */
export const messageOf = ({ error }: Execution): [] | [string] => (error === undefined ? [] : [error]);

/** A message with the points it gives or takes. */
export function reason<Id extends ReasonId>(points: number, id: Id, ...values: ReasonValues[Id]): RewardReason {
  return { ...reasonMessage(id, ...values), points };
}

/** The reasons' points summed, rounded to 1e-9 against the noise of adding decimals, and clamped to [-1, 1]. */
export function scoreOf(reasons: readonly RewardReason[]): RewardScore {
  const sum = reasons.reduce((total, { points }) => total + points, 0);
  return { value: Math.max(-1, Math.min(1, Math.round(sum * 1e9) / 1e9)), reasons };
}

/** A component that could not be computed: absent from the total, not zero. */
export const absent = (why: ReasonMessage): RewardScore => ({ value: null, reasons: [{ ...why, points: 0 }] });

/** Names of the schema's tables that the SQL reads, each once. */
export function tablesOf(structure: SqlStructure): Set<string> {
  return new Set(structure.tables.filter((table) => table.kind === 'table').map((table) => table.name));
}
