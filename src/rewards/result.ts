/** Has what came back the shape that the question asks for? */
import type { RewardReason } from '../grpo/types.ts';
import type { QuestionAnalysis } from '../linking/types.ts';
import { askedOf } from '../linking/asked.ts';
import { rankOf } from './order.ts';
import { reason, type Completed } from './score.ts';

/** Nothing, only NULL, the same row again and again, or the wrong number of rows. */
export function resultReasons({ structure, execution, schema }: Completed, analysis: QuestionAnalysis): RewardReason[] {
  const { status, rows } = execution;
  if (status === 'empty') return [reason(-0.2, 'result-empty')];
  if (status !== 'rows') return [reason(-0.5, 'result-missing')];
  if (rows.every((row) => row.every((cell) => cell === null))) return [reason(-0.5, 'result-null')];
  const reasons: RewardReason[] = [];
  const [first] = rows;
  if (rows.length > 2 && first !== undefined && rows.every((row) => row.every((cell, i) => cell === first[i])))
    reasons.push(reason(-0.3, 'result-same-rows', rows.length));
  const { slots } = askedOf(analysis, schema);
  const { intent, numbers } = analysis;
  const limited = numbers.some((number) => number.looksLikeLimit && number.value > 1);
  const figures = slots.length > 0 && slots.every((slot) => slot.kind === 'figure') && intent.grouping.length === 0;
  if (figures && !limited && rows.length > 1)
    reasons.push(reason(-0.45, slots.length === 1 ? 'result-not-one-figure' : 'result-not-one-row', rows.length));
  else if (
    rankOf(analysis) !== null &&
    rankOf(analysis)?.limit === null &&
    !limited &&
    intent.grouping.length === 0 &&
    rows.length > 20
  )
    reasons.push(reason(-0.1, 'result-not-extreme', rows.length));
  const perGroup =
    intent.grouping.length > 0 &&
    rankOf(analysis) === null &&
    rows.length === 1 &&
    structure.groupBy.length === 0 &&
    structure.select.some((item) => item.aggregates.length > 0) &&
    structure.limits.length === 0;
  if (perGroup) reasons.push(reason(-0.15, 'result-not-each'));
  return reasons;
}
