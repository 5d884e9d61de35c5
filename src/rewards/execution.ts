import type { Execution, RewardScore } from '../grpo/types.ts';
import { reason, scoreOf, tablesOf, type Completed } from './score.ts';

/**
 * Does it run within its budget and return rows? +1 for rows out of the schema's tables, down to −1 for what never ran
 * or ran away.
 */
export function executionReward({ structure, execution }: Completed): RewardScore {
  const message = execution.error === undefined ? '' : ` ${execution.error}`;
  switch (execution.status) {
    case 'invalid':
    case 'refused':
      return scoreOf([reason(-1, 'It was not run.')]);
    case 'failed':
      return scoreOf([reason(-1, `It failed while running.${message}`)]);
    case 'over-limit':
    case 'timeout':
      return scoreOf([reason(-1, `It used up its budget before it ended.${message}`)]);
    case 'too-large':
      // Rows up to the limit are kept; without any it was memory that ran out.
      return execution.rows.length > 0
        ? ranWithRows(execution, tablesOf(structure).size)
        : scoreOf([reason(-1, `It needed more memory, or a longer value, than it may have.${message}`)]);
    case 'killed':
      return scoreOf([reason(-1, `It could not be stopped, so its worker was.${message}`)]);
    case 'empty':
      return scoreOf(
        tablesOf(structure).size === 0
          ? [reason(-1, 'It ran without reading any table of the schema.')]
          : [reason(-0.5, 'It ran and returned no rows.')],
      );
    case 'rows':
      return ranWithRows(execution, tablesOf(structure).size);
  }
}

function ranWithRows(execution: Execution, tables: number): RewardScore {
  const { rows, truncated } = execution;
  if (tables === 0)
    return scoreOf([
      reason(0, 'It ran, but it reads no table of the schema, so its result says nothing about the data.'),
    ]);
  const nothing = rows.every((row) => row.every((cell) => cell === null));
  if (nothing) return scoreOf([reason(0.1, 'It ran, but returned nothing except NULL.')]);
  const reasons = [
    reason(
      1,
      `It ran and returned ${rows.length}${truncated ? ' or more' : ''} ${rows.length === 1 ? 'row' : 'rows'}.`,
    ),
  ];
  if (truncated) reasons.push(reason(-0.3, 'More rows came than are kept.'));
  return scoreOf(reasons);
}
