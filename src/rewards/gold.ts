import { reasonMessage, type ReasonMessage } from '../grpo/reward-reasons.ts';
import type { Database, Execution, Question, RewardScore } from '../grpo/types.ts';
import { GOLD_BUDGET } from '../sql/gold-budget.ts';
import { matchReference, runReferences, type Reference } from '../sql/reference.ts';
import { reasonsOf, saysNothing } from '../sql/result-match.ts';
import { absent, messageOf, scoreOf } from './score.ts';

/** What a question's gold SQL returns: one result per accepted SQL text. */
export interface Gold {
  readonly results: readonly Reference[];
  /** Why it can teach nothing, or null when it can. */
  readonly unusable: ReasonMessage | null;
}

/** Runs the gold SQL of a question and its alternatives. Never rejects for what the SQL does. */
export async function runGold(question: Question, database: Database): Promise<Gold> {
  if (question.sql === undefined) return { results: [], unusable: reasonMessage('gold-missing') };
  const texts = [question.sql, ...(question.sqlAlternatives ?? [])];
  const results = await runReferences(texts, database, GOLD_BUDGET);
  const [first] = results;
  return { results, unusable: first === undefined ? reasonMessage('gold-missing') : whyUnusable(first.execution) };
}

function whyUnusable(gold: Execution): ReasonMessage | null {
  if (gold.status === 'empty') return reasonMessage('gold-empty');
  if (gold.status !== 'rows') return reasonMessage('gold-not-run', gold.status, ...messageOf(gold));
  if (gold.truncated) return reasonMessage('gold-too-long');
  return saysNothing(gold) ? reasonMessage('gold-says-nothing') : null;
}

/**
 * +1 when the result is that of the gold SQL or of an accepted alternative, −1 otherwise; null when gold cannot tell.
 */
export function goldReward(gold: Gold, execution: Execution): RewardScore {
  if (gold.unusable !== null) return absent(gold.unusable);
  if (execution.truncated && gold.results.some(({ execution: result }) => result.rows.length > execution.rows.length))
    return absent(reasonMessage('gold-beyond-kept'));
  const matches = gold.results.map((result) => matchReference(result, execution));
  const match = matches.find((one) => one.match) ?? matches[0];
  return match === undefined
    ? absent(reasonMessage('gold-missing'))
    : scoreOf(reasonsOf(match).map((told, i) => ({ ...told, points: i > 0 ? 0 : match.match ? 1 : -1 })));
}
