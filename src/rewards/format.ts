import type { RewardReason, RewardScore } from '../grpo/types.ts';
import { compiled, reason, scoreOf, type Completed } from './score.ts';

/**
 * Is it written so that a colleague would accept it? Plain SQL has the full score, and only what invites mistakes is
 * taken
 * off: `SELECT *`, joins without a condition, the same output twice. What need not be there (aliases, qualified names,
 * casts) earns nothing, so that writing more of it is no way to a higher reward.
 */
export function formatReward({ sql, structure, execution }: Completed): RewardScore {
  if (sql.trim() === '') return scoreOf([reason(-1, 'no-sql-to-look-at')]);
  const reasons: RewardReason[] = [reason(1, 'plain')];

  const stars = structure.select.filter((item) => item.star);
  if (stars.length > 0) reasons.push(reason(-0.6, 'star'));
  const unnamed = structure.select.find((item) => !item.star && item.alias === null && item.aggregates.length > 0);
  if (unnamed) reasons.push(reason(0, 'output-unnamed', unnamed.text));
  const repeated = repeats(structure.select.filter((item) => !item.star).map((item) => item.text.toLowerCase()));
  if (repeated !== null) reasons.push(reason(-0.5, 'output-twice', repeated));
  else {
    const namesake = repeats(
      structure.select.flatMap((item) =>
        item.star || item.aggregates.length > 0
          ? []
          : [(item.alias ?? item.text.split('.').at(-1) ?? '').toLowerCase()],
      ),
    );
    if (namesake !== null) reasons.push(reason(-0.2, 'name-twice', namesake));
  }

  const cross = structure.joins.filter((join) => !join.hasCondition);
  if (cross[0])
    reasons.push(
      cross[0].table === null ? reason(-1, 'cross-join-subquery') : reason(-1, 'cross-join', cross[0].table),
    );
  const itself = structure.comparisons.find(
    ({ left, right, operator, clause }) =>
      clause === 'join' && operator === '=' && right !== null && left.text.toLowerCase() === right.text.toLowerCase(),
  );
  if (itself) reasons.push(reason(-1, 'self-join', itself.left.text));
  if (structure.joins.some((join) => join.kind === 'comma' && join.hasCondition))
    reasons.push(reason(-0.2, 'comma-join'));
  if (structure.joins.some((join) => join.kind === 'natural')) reasons.push(reason(-0.2, 'natural-join'));

  if (!compiled(execution)) {
    const sum = reasons.reduce((total, { points }) => total + points, 0);
    reasons.push(reason(-Math.max(0, sum), 'looks-uncompiled'));
  }
  return scoreOf(reasons);
}

/** The first text that comes a second time; null when all differ. */
function repeats(texts: readonly string[]): string | null {
  return texts.find((text, i) => text !== '' && texts.indexOf(text) < i) ?? null;
}
