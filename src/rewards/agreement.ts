/**
 * Does the result agree with what the rest of the group returned? A vote among executions (self-consistency, arXiv
 * 2203.11171), without gold SQL.
 */
import { reasonMessage } from '../grpo/reward-reasons.ts';
import type { RewardScore } from '../grpo/types.ts';
import { absent, reason, scoreOf } from './score.ts';

/**
 * One score a completion of one group, from the classes of those that agree (`agreeingResults`; null: no result), so
 * that drawing groups from one pool compares each result once. Of the other completions that ran, the share s that
 * agrees gives 2s − 1: +1 when all agree, −1 when none does. What failed is −1 and has no vote. Null where no other
 * completion ran: there is nobody to agree with. A result without rows has its vote, but never more than 0: agreeing on
 * nothing is no merit, or a group that finds nothing would teach to find nothing.
 */
export function agreementOf(classes: readonly (number | null)[], returnedRows: readonly boolean[]): RewardScore[] {
  const sizes = new Map<number, number>();
  for (const number of classes) if (number !== null) sizes.set(number, (sizes.get(number) ?? 0) + 1);
  const others = classes.filter((number) => number !== null).length - 1;
  return classes.map((number, i) => {
    if (number === null) return scoreOf([reason(-1, 'agrees-without-result')]);
    if (others === 0) return absent(reasonMessage('agrees-with-nobody'));
    const same = (sizes.get(number) ?? 1) - 1;
    const points = Math.round((200 * same) / others - 100) / 100;
    return scoreOf([
      reason(points, 'agrees', same, others),
      ...(returnedRows[i] !== true && points > 0 ? [reason(-points, 'agrees-on-nothing')] : []),
    ]);
  });
}
