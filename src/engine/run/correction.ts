/** A corrected SQL, run as a completion would be, before it is kept. */
import type { GRPOConfig } from '../../grpo/config.ts';
import { queryBudget } from '../../grpo/derived-settings.ts';
import { SHOWN_ROWS } from '../../grpo/trainer.ts';
import type { Database, Execution, ExecutionBudget } from '../../grpo/types.ts';
import { GOLD_BUDGET } from '../../sql/gold-budget.ts';
import { saysNothing } from '../../sql/result-match.ts';
import { LIMITS } from '../../formats/dataset.ts';
import type { Trial } from '../protocol.ts';

/** `all`: every row that the settings keep, instead of the first that a page shows. */
export function trial(sql: string, database: Database, config: GRPOConfig, all = false): Promise<Trial> {
  return tried(sql, database, queryBudget(config), all);
}

/** The same as an answer key is run: its rows are all needed, and its budget is that of gold. */
export function goldTrial(sql: string, database: Database): Promise<Trial> {
  return tried(sql, database, GOLD_BUDGET, false);
}

/**
 * How SQLite would go about it: a row for each step, as EXPLAIN QUERY PLAN has them. An error stands where the SQL has
 * it.
 */
export async function plan(sql: string, database: Database, config: GRPOConfig): Promise<Trial> {
  const before = 'EXPLAIN QUERY PLAN ';
  const found = await tried(`${before}${sql}`, database, { ...queryBudget(config), plans: true }, true);
  const { errorOffset } = found.execution;
  if (errorOffset === undefined) return found;
  return { ...found, execution: { ...found.execution, errorOffset: Math.max(0, errorOffset - before.length) } };
}

async function tried(sql: string, database: Database, budget: Partial<ExecutionBudget>, all: boolean): Promise<Trial> {
  if (sql.length > LIMITS.sql)
    return {
      execution: NOTHING,
      rowCount: 0,
      refused: `SQL may have at most ${LIMITS.sql} characters; this has ${sql.length}.`,
      saysNothing: true,
    };
  const [execution = NOTHING] = await database.execute([sql], { budget });
  return {
    execution: all ? execution : { ...execution, rows: execution.rows.slice(0, SHOWN_ROWS) },
    rowCount: execution.rows.length,
    refused: whyRefused(sql, execution),
    saysNothing: saysNothing(execution),
  };
}

const NOTHING: Execution = { status: 'invalid', columns: [], rows: [], truncated: false };

function whyRefused(sql: string, { status, error, truncated }: Execution): string | null {
  if (sql.trim() === '') return 'Type the SQL that should have been written.';
  if (truncated) return 'It returns more rows than are kept, so no result could be compared with it.';
  if (status === 'rows' || status === 'empty') return null;
  const detail = error === undefined ? '' : ` ${error}`;
  switch (status) {
    case 'invalid':
      return `SQLite cannot compile it:${detail}`;
    case 'refused':
      return `It is refused:${detail}`;
    case 'failed':
      return `It failed while running:${detail}`;
    case 'timeout':
      return `It used up the query budget of the settings:${detail}`;
    case 'over-limit':
      return `It is larger than SQL may be here:${detail}`;
    case 'too-large':
      return `Its result is too large:${detail}`;
    case 'killed':
      return `It could not be interrupted and was ended:${detail}`;
  }
}
