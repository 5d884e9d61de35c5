import type { Database, Execution, Question, RewardScore } from '../grpo/types.ts';
import { GOLD_BUDGET } from '../sql/gold-budget.ts';
import { hasTopLevelOrderBy } from '../sql/lex.ts';
import { matchResults, saysNothing } from '../sql/result-match.ts';
import { absent, reason, scoreOf } from './score.ts';

/** What a question's gold SQL returns: one result per accepted SQL text. */
export interface Gold {
  readonly results: readonly { readonly execution: Execution; readonly ordered: boolean }[];
  /** Why it can teach nothing, or null when it can. */
  readonly unusable: string | null;
}

/** Runs the gold SQL of a question and its alternatives. Never rejects for what the SQL does. */
export async function runGold(question: Question, database: Database): Promise<Gold> {
  if (question.sql === undefined) return { results: [], unusable: 'There is no gold SQL for this question.' };
  const texts = [question.sql, ...(question.sqlAlternatives ?? [])];
  const executions = await database.execute(texts, { budget: GOLD_BUDGET });
  const results = executions.map((execution, i) => ({ execution, ordered: hasTopLevelOrderBy(texts[i] ?? '') }));
  const [first] = executions;
  return { results, unusable: first === undefined ? 'There is no gold SQL for this question.' : whyUnusable(first) };
}

function whyUnusable(gold: Execution): string | null {
  if (gold.status === 'empty')
    return 'The gold SQL returns no rows: wrong SQL matches that easily, so it teaches nothing.';
  if (gold.status !== 'rows')
    return `The gold SQL does not run here (${gold.status}${gold.error === undefined ? '' : `: ${gold.error}`}).`;
  if (gold.truncated) return 'The gold SQL returns more rows than are kept, so results cannot be compared.';
  return saysNothing(gold)
    ? 'The gold SQL returns only 0 or NULL: wrong SQL matches that easily, so it teaches nothing.'
    : null;
}

/**
 * +1 when the result is that of the gold SQL or of an accepted alternative, −1 otherwise; null when gold cannot tell.
 */
export function goldReward(gold: Gold, execution: Execution): RewardScore {
  if (gold.unusable !== null) return absent(gold.unusable);
  if (execution.truncated && gold.results.some(({ execution: result }) => result.rows.length > execution.rows.length))
    return absent('Fewer rows are kept of this result than the gold SQL returns, so they cannot be compared.');
  const matches = gold.results.map(({ execution: result, ordered }) => matchResults(result, execution, ordered));
  const match = matches.find((one) => one.match) ?? matches[0];
  return match === undefined
    ? absent('There is no gold SQL for this question.')
    : scoreOf([reason(match.match ? 1 : -1, match.reason)]);
}
