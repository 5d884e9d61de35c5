/** Does the result agree with what the rest of the group returned? A vote among executions (self-consistency, arXiv 2203.11171), without gold SQL. */
import type { Execution, RewardScore } from '../grpo/types.ts';
import { resultClasses } from '../sql/result-classes.ts';
import { absent, reason, scoreOf } from './score.ts';

/**
 * One score a completion of one group. Of the other completions that returned rows, the share s with an equal result gives
 * 2s − 1: +1 when all agree, −1 when none does. What returned no rows is −1, and votes for nothing. Null where no other
 * completion returned rows: there is nobody to agree with.
 */
export function agreementRewards(executions: readonly Execution[]): RewardScore[] {
  return agreementOf(resultClasses(executions), executions.map(({ rows }) => rows.length > 0));
}

/** The same from known classes of equal results (null: no result), so that drawing groups from one pool compares each result once. */
export function agreementOf(classes: readonly (number | null)[], returnedRows: readonly boolean[]): RewardScore[] {
  const votes = new Map<number, number>();
  let voters = 0;
  classes.forEach((number, i) => {
    if (number === null || returnedRows[i] !== true) return;
    votes.set(number, (votes.get(number) ?? 0) + 1);
    voters++;
  });
  return classes.map((number, i) => {
    if (number === null || returnedRows[i] !== true) return scoreOf([reason(-1, 'It returned no rows, so it agrees with none.')]);
    const others = voters - 1;
    if (others === 0) return absent('No other completion of the group returned rows, so there is none to agree with.');
    const same = (votes.get(number) ?? 1) - 1;
    const points = Math.round((200 * same) / others - 100) / 100;
    return scoreOf([reason(points, `${same === 0 ? 'None' : same} of the ${others} others that returned rows ${same === 1 ? 'has' : 'have'} the same result.`)]);
  });
}
