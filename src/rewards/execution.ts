import type { Execution, RewardScore } from '../grpo/types.ts';
import { reason, messageOf, scoreOf, tablesOf, type Completed } from './score.ts';

/**
 * Does it run within its budget and return rows? +1 for rows out of the schema's tables, down to −1 for what never ran
 * or ran away.
 */
export function executionReward({ structure, execution }: Completed): RewardScore {
  const message = messageOf(execution);
  switch (execution.status) {
    case 'invalid':
    case 'refused':
      return scoreOf([reason(-1, 'not-run')]);
    case 'failed':
      return scoreOf([reason(-1, 'failed', ...message)]);
    case 'over-limit':
      return scoreOf([reason(-1, 'too-large-to-run', ...message)]);
    case 'timeout':
      return scoreOf([reason(-1, 'over-budget', ...message)]);
    case 'too-large':
      // Rows up to the limit are kept; without any it was memory that ran out.
      return execution.rows.length > 0
        ? ranWithRows(execution, tablesOf(structure).size)
        : scoreOf([reason(-1, 'over-memory', ...message)]);
    case 'killed':
      return scoreOf([reason(-1, 'killed', ...message)]);
    case 'empty':
      return scoreOf(tablesOf(structure).size === 0 ? [reason(-1, 'empty-without-table')] : [reason(-0.5, 'empty')]);
    case 'rows':
      return ranWithRows(execution, tablesOf(structure).size);
  }
}

function ranWithRows(execution: Execution, tables: number): RewardScore {
  const { rows, truncated } = execution;
  if (tables === 0) return scoreOf([reason(0, 'rows-without-table')]);
  const nothing = rows.every((row) => row.every((cell) => cell === null));
  if (nothing) return scoreOf([reason(0.1, 'rows-of-null')]);
  const reasons = [reason(1, truncated ? 'rows-and-more' : 'rows', rows.length)];
  if (truncated) reasons.push(reason(-0.3, 'rows-left-out'));
  return scoreOf(reasons);
}
