/** What the gold SQL of a question returns, and whether an answer returns the same. */
import { type QueryBudget } from '../grpo/derived-settings.ts';
import type { Database, Execution, ExecutionBudget, ExecutionStatus, Question } from '../grpo/types.ts';
import { GOLD_BUDGET } from '../sql/gold-budget.ts';
import { matchReference, runReferences, type Reference } from '../sql/reference.ts';
import { saysNothing, type MatchResult } from '../sql/result-match.ts';

/**
 * Answers are held to the settings' budget, but their rows are kept as far as gold's are, so that they can be compared.
 */
export const ANSWER_BUDGET: Partial<ExecutionBudget> = { maxRows: GOLD_BUDGET.maxRows, maxBytes: GOLD_BUDGET.maxBytes };

/**
 * What the texts returned without the limits of what rewards may see: whether a result matches gold is decided on all
 * of it. `executions` are what they returned within the budget.
 */
export async function wholeResults(
  texts: readonly string[],
  executions: readonly Execution[],
  database: Database,
  budget: QueryBudget,
): Promise<Execution[]> {
  const cut = texts.filter((_, i) => executions[i]?.truncated === true);
  if (cut.length === 0) return [...executions];
  const whole = await database.execute(cut, { budget: { ...budget, ...ANSWER_BUDGET } });
  return executions.map((execution, i) => whole[cut.indexOf(texts[i] ?? '')] ?? execution);
}

/** A gold SQL that does not run: the dataset is broken. */
export class GoldError extends Error {
  override readonly name = 'GoldError';
}

/** Runs gold SQL once per question and keeps the results. */
export class GoldResults {
  readonly #database: Database;
  readonly #known = new Map<string, Promise<readonly Reference[]>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * True when the answer's result is that of the gold SQL or of one of its alternatives; null for a question without
   * gold that can be compared.
   * Rejects with GoldError.
   */
  async matches(question: Question, answer: Execution): Promise<boolean | null> {
    return (await this.verdict(question, answer))?.match ?? null;
  }

  /** The same with its reason: of the SQL that matches, or of the gold SQL where none does. */
  async verdict(question: Question, answer: Execution): Promise<MatchResult | null> {
    if (question.sql === undefined) return null;
    const golds = await this.#of(question, question.sql);
    if (!golds.some(isComplete)) return null;
    const verdicts = golds.map((gold) => matchReference(gold, answer));
    return verdicts.find(({ match }) => match) ?? verdicts[0] ?? null;
  }

  /**
   * False without gold, and where the gold SQL goes over its budget: too long or too many rows to compare. Rejects with
   * GoldError.
   */
  async isComparable(question: Question): Promise<boolean> {
    return question.sql !== undefined && (await this.#of(question, question.sql)).some(isComplete);
  }

  /**
   * True when wrong SQL matches easily: gold returns no rows, or nothing but 0 and NULL. Null without gold that can be
   * compared. Rejects with GoldError.
   */
  async isWeak(question: Question): Promise<boolean | null> {
    if (question.sql === undefined) return null;
    const [gold] = await this.#of(question, question.sql);
    return gold === undefined || !isComplete(gold) ? null : saysNothing(gold.execution);
  }

  #of(question: Question, sql: string): Promise<readonly Reference[]> {
    let results = this.#known.get(question.id);
    if (results === undefined) {
      results = this.#run(question, [sql, ...(question.sqlAlternatives ?? [])]);
      this.#known.set(question.id, results);
    }
    return results;
  }

  async #run(question: Question, texts: readonly string[]): Promise<readonly Reference[]> {
    const results = await runReferences(texts, this.#database, GOLD_BUDGET);
    for (const [i, { execution }] of results.entries())
      if (BROKEN.has(execution.status)) {
        const which = i === 0 ? 'gold SQL' : `alternative SQL ${i}`;
        throw new GoldError(
          `The ${which} of question "${question.id}" does not run (${execution.status}${execution.error === undefined ? '' : `: ${execution.error}`}).`,
        );
      }
    return results;
  }
}

/** What says that the dataset is broken; going over the budget says that the result is too much to compare. */
const BROKEN: ReadonlySet<ExecutionStatus> = new Set(['invalid', 'refused', 'failed']);

function isComplete({ execution }: Reference): boolean {
  return (execution.status === 'rows' || execution.status === 'empty') && !execution.truncated;
}
